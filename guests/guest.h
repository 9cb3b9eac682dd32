/* SPDX-License-Identifier: MIT */
/*
 * What the cases of the guests share.
 */
#ifndef GUESTS_GUEST_H
#define GUESTS_GUEST_H

#include "machine.h"
#include "orders.h"
#include "tarry/tarry.h"

#define RW (TARRY_R | TARRY_W)
#define AD (TARRY_ACCESSED | TARRY_DIRTY)

/* ---- say.c: TAP on the console ---- */

/* %s %u %d %x (32 bits), %lu %lx (64 bits), %c */
void say(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* Of the case at hand: it fails, and the first sentences say why. */
void fail(const char *form, ...) __attribute__((format(printf, 1, 2)));
#define expect(x) ((x) ? (void)0 : fail("%s:%d: %s", __FILE__, __LINE__, #x))

/* A case; @skip: why it cannot be here, or NULL. */
void run_case(const char *name, void (*fn)(void), const char *skip);
/* Said beside the case's line. */
void note(const char *form, ...) __attribute__((format(printf, 1, 2)));
int say_plan(void); /* the number of cases that failed */

/* ---- world.c: memory and the kernel's space ---- */

struct world {
	const struct tarry_format *format;
	struct tarry_pool *pool;
	struct tarry_space *space; /* that both CPUs run in */
	uint64_t page;		   /* bytes of the smallest leaf */
	/* Data frames: each page of this memory begins with its own address,
	 * so that a read says where it went. */
	uint64_t frames, n_frames;
	/* Addresses for the cases, aligned to the largest leaf: nothing of the
	 * kernel's is there. */
	uint64_t arena;
	unsigned int large; /* levels above 0 whose leaves the machine walks */
};
extern struct world world;

void world_build(void);
/* Its output address; content as said above. */
uint64_t frame(unsigned int n);
/* The first one from @n on whose address is a multiple of @span. */
unsigned int frame_aligned(unsigned int n, uint64_t span);
void frame_reset(unsigned int n);
/* Maps [va, va + len) of the arena to frames from @n on; an error ends it. */
void arena_map(uint64_t va, unsigned int n, uint64_t len, tarry_rights rights,
	       unsigned int levels);
void arena_clear(void);

/* What the hardware of this CPU reads there; false: a fault. */
bool hw_read(uint64_t va, uint64_t *value);
/* As hw_read(), with faults that come from changes under way handled: asks
 * tarry, and tries again. */
bool hw_read_retry(uint64_t va, uint64_t *value, uint64_t *faults);
bool hw_write_retry(uint64_t va, uint64_t value, uint64_t *faults);
/* What tarry says; false: nothing. */
bool sw_oa(uint64_t va, uint64_t *oa);
/* How far its answer goes, which is what hardware may hold; 0: nothing. */
uint64_t sw_len(uint64_t va);

/* ---- port.c: the other CPU ---- */

/* CPU 1 runs @fn; it must call guest_poll() in its loops. */
void other_begin(void (*fn)(void));
void other_join(void);
bool other_there(void);
/* CPU 1 takes up work from other_begin(). */
void other_main(void);

/* The port pretends that caches forgot, and nothing is done: for controls. */
extern bool port_mute;
/* What was loaded with the guest, or nothing but zeros: the cases, unbroken. */
extern struct guest_orders guest_orders;
/* How often this CPU has answered. */
uint32_t port_polls(void);

/* ---- the cases ---- */

void cases_leaf(void);
void cases_change(void);
void cases_random(void);
void cases_smp(void);
void cases_run(void);
void cases_hand(void);

/* Instead of them: the tables that were loaded, built elsewhere, are turned on,
 * and each address of their list is tried. */
void probe_tables(void) __attribute__((noreturn));
/* Instead of them: says what tarry translates, and stays as it is. */
void oracle_hold(void) __attribute__((noreturn));

uint64_t rnd(uint64_t *state);

#endif
