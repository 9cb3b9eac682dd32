/* SPDX-License-Identifier: MIT */
/*
 * What a machine is to the guests: the few things that differ from one to the
 * next.  A folder for each (x86_64, arm64, riscv64, powerpc64, s390x) has its
 * start in assembly, its linker script, and these functions.
 *
 * The start runs on CPU 0 with translation off or an identity map of its own,
 * clears .bss, and calls guest_main().  What the guest turns on then is built
 * by tarry; it maps what machine_needs() lists, each at its own address, and
 * the image runs on through it.
 *
 * No machine takes interrupts here.  Where one CPU must ask another (x86-64 and
 * riscv64 have no invalidation that reaches all CPUs) the other answers by
 * guest_poll(), which every loop of the guests calls and every wait for a lock.
 */
#ifndef GUESTS_MACHINE_H
#define GUESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the address space that must stay mapped at their own addresses. */
struct machine_range {
	uint64_t at, len; /* multiples of 64K */
	bool device;	  /* not memory: registers */
	bool executes;	  /* the image's code lies there */
};

struct machine_fault {
	bool faulted;
	uint64_t va;	/* as hardware reports it; its page at least */
	bool absent;	/* nothing is mapped there, or it is not valid */
	bool forbidden; /* the rights do not allow it */
};

enum machine_access { MACHINE_READ, MACHINE_WRITE, MACHINE_EXECUTE };

/**
 * machine_format() - name of the format whose tables this build turns on
 *
 * One build of a guest is of one format: the makefile says which by
 * -DGUEST_FORMAT="x86_64-4".
 */
const char *machine_format(void);

/* "x86_64 qemu64", for the report. */
const char *machine_name(void);

/* One character on the console. */
void machine_putc(char c);

/* Power off; @status 0: all is well.  Where the machine has no exit code, the
 * last line of the console ("# exit N", printed by the guest) tells it. */
void machine_exit(int status) __attribute__((noreturn));

/* Memory that nobody uses: at least 24 MiB, from a multiple of 2 MiB. */
void machine_ram(uint64_t *at, uint64_t *len);

/* The i-th range to map; false past the last.  Memory of machine_ram() is among
 * them. */
bool machine_needs(unsigned int i, struct machine_range *range);

/**
 * machine_start() - CPU 1 begins
 * @fn: what it runs, with a stack of its own, as CPU 0 began: translation off
 *
 * Return: false if it did not come up in about a second.
 */
bool machine_start(void (*fn)(void));

/* 0 or 1. */
unsigned int machine_cpu(void);

/**
 * machine_on() - this CPU translates by the tables at @root
 * @root: output address of the root table of a space of machine_format()
 *
 * Sets all control registers that the format wants: memory types (index 0 is
 * normal write-back memory, 1 is for device registers), hardware's accessed and
 * dirty bits where there are any, no-execute, write protection for the kernel.
 * May be called again with another root.
 */
void machine_on(uint64_t root);

/* Rights to map code of the kernel, memory, registers with: bits of
 * tarry/types.h in the machine's use (x86-64 wants no TARRY_USER, ...). */
uint32_t machine_rights_code(void);
uint32_t machine_rights_memory(void);
uint32_t machine_rights_device(void);

/**
 * machine_forget() - translation caches forget, walk caches too
 * @va:  bytes
 * @len: bytes; 0: everything
 *
 * Of this CPU; of all, where machine_broadcasts().  Complete on return, and
 * ordered after stores to tables that came before.
 */
void machine_forget(uint64_t va, uint64_t len);

/* Does the machine walk leaves above level 0, where the format has them? */
bool machine_large(void);

/* Why execution cannot be refused here; NULL: it can. */
const char *machine_no_execute(void);

/* Does hardware set accessed and dirty by a locked access, as manuals say? */
bool machine_sets_bits_atomically(void);

/* Does machine_forget() reach all CPUs? */
bool machine_broadcasts(void);

/**
 * machine_access() - touch an address that may fault
 * @how:   MACHINE_READ and MACHINE_WRITE are of eight bytes; MACHINE_EXECUTE
 *         calls the address, where machine_return() stands in memory
 * @va:    aligned to eight bytes
 * @value: what was read, or is to be written
 *
 * Return: what happened; all zero: it went through.
 */
struct machine_fault machine_access(enum machine_access how, uint64_t va,
				    uint64_t *value);

/* Bytes of a function that returns at once: what MACHINE_EXECUTE runs.  The
 * caller copies them to memory; machine_code_ready() makes them visible to
 * instruction fetch. */
const void *machine_return(size_t *len);
void machine_code_ready(uint64_t at, size_t len);

/**
 * machine_translate() - the CPU's own answer, without an access
 *
 * Return: false where the CPU has no such instruction; else *absent says that
 * there is no translation, or *oa is one.
 */
bool machine_translate(uint64_t va, uint64_t *oa, bool *absent);

/* A clock that only goes on, in ticks of any length. */
uint64_t machine_ticks(void);
/* How many of them a second has, more or less. */
uint64_t machine_second(void);

/* Nothing to do for an instant. */
void machine_relax(void);

/* ---- of the guests, for machines ---- */

/* Where the start goes. */
void guest_main(void);

/* Answers what the other CPU asked, if it did. */
void guest_poll(void);

/* Says it on the console and powers off. */
void guest_panic(const char *what) __attribute__((noreturn));

/* The same, of a trap that is no fault of machine_access(): the machine's word
 * for its cause, the instruction, and the address where there is one. */
void guest_trap(uint64_t cause, uint64_t at, uint64_t va)
	__attribute__((noreturn));

#endif
