/* SPDX-License-Identifier: MIT */
/*
 * x86-64 under QEMU, 4 and 5 levels.
 *
 *   qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 128
 *	-nodefaults -nographic -no-reboot -serial stdio
 *	-device isa-debug-exit,iobase=0xf4,iosize=1 -kernel guest.elf
 *
 * Registers as in the SDM volume 3A (325384-080US): chapter 4 "Paging", 10.4
 * and 10.6 "Local APIC", 8.4 "Multiple-processor initialization".
 */
#include "machine.h"
#include "tarry/types.h"

/* Its layout is known to boot.S. */
struct touch {
	uint64_t happened, error, va, stack;
};

void machine_main(void);
void machine_other(void);
void machine_deeper(uint64_t root);
void fault_entry(void);
void trap_entry(void);
void touch_read(struct touch *t, uint64_t va, uint64_t *value);
void touch_write(struct touch *t, uint64_t va, uint64_t *value);
void touch_execute(struct touch *t, uint64_t va, uint64_t *value);
extern const char return_code[], return_code_end[];
extern const char other_start[], other_start_end[];
extern char image_from[], image_to[], boot_stack[];

#define APIC	      0xfee00000u
#define APIC_SPURIOUS 0xf0
#define APIC_ICR      0x300
#define APIC_ICR_TO   0x310
#define ICR_INIT      0x4500
#define ICR_STARTUP   0x4608 /* at 0x8000 */

static void outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}

static volatile uint32_t *apic(unsigned int reg)
{
	return (volatile uint32_t *)(uintptr_t)(APIC + reg);
}

/* ---- console, power, memory ---- */

const char *machine_format(void)
{
	return GUEST_FORMAT;
}

const char *machine_name(void)
{
	return "x86-64 pc";
}

void machine_putc(char c)
{
	outb(0x3f8, (uint8_t)c);
}

/* The exit status of QEMU is 2 * value + 1. */
void machine_exit(int status)
{
	outb(0xf4, status ? 1 : 0x10);
	for (;;)
		__asm__ volatile("cli; hlt");
}

#define RAM_FROM (4ull << 20)
#define RAM_LEN	 (96ull << 20)

void machine_ram(uint64_t *at, uint64_t *len)
{
	*at = RAM_FROM;
	*len = RAM_LEN;
}

bool machine_needs(unsigned int i, struct machine_range *range)
{
	uint64_t from = (uintptr_t)image_from & ~0xffffull;
	uint64_t to = ((uintptr_t)image_to + 0xffff) & ~0xffffull;

	switch (i) {
	case 0:
		*range = (struct machine_range){from, to - from, false, true};
		return true;
	case 1:
		*range =
			(struct machine_range){RAM_FROM, RAM_LEN, false, false};
		return true;
	case 2:
		*range = (struct machine_range){APIC, 0x10000, true, false};
		return true;
	case 3: /* where CPU 1 begins */
		*range = (struct machine_range){0, 0x10000, false, false};
		return true;
	default:
		return false;
	}
}

/* Text and data of the image are one range: all rights. */
uint32_t machine_rights_code(void)
{
	return TARRY_R | TARRY_W | TARRY_X | TARRY_ACCESSED | TARRY_DIRTY;
}

uint32_t machine_rights_memory(void)
{
	return TARRY_R | TARRY_W | TARRY_ACCESSED | TARRY_DIRTY;
}

/* PAT as it comes out of reset: 3 is uncacheable. */
uint32_t machine_rights_device(void)
{
	return TARRY_R | TARRY_W | TARRY_MEM(3) | TARRY_ACCESSED | TARRY_DIRTY;
}

/* ---- CPUs ---- */

/* Each has a stack of its own. */
unsigned int machine_cpu(void)
{
	return (uintptr_t)__builtin_frame_address(0) > (uintptr_t)boot_stack;
}

static struct {
	uint16_t low, selector;
	uint8_t stack, type;
	uint16_t middle;
	uint32_t high, zero;
} __attribute__((packed)) idt[32] __attribute__((aligned(16)));

static void load_idt(void)
{
	struct {
		uint16_t limit;
		uint64_t at;
	} __attribute__((packed)) pointer = {sizeof(idt) - 1, (uintptr_t)idt};

	__asm__ volatile("lidt %0" ::"m"(pointer));
}

static void (*other_fn)(void);
static uint32_t other_up;

void machine_main(void)
{
	for (unsigned int i = 0; i < 32; i++) {
		uintptr_t to = i == 14 ? (uintptr_t)fault_entry
				       : (uintptr_t)trap_entry;

		idt[i].low = (uint16_t)to;
		idt[i].selector = 8;
		idt[i].type = 0x8e;
		idt[i].middle = (uint16_t)(to >> 16);
		idt[i].high = (uint32_t)(to >> 32);
	}
	load_idt();
	guest_main();
	machine_exit(1);
}

void machine_other(void)
{
	load_idt();
	__atomic_store_n(&other_up, 1, __ATOMIC_RELEASE);
	other_fn();
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void wait_turns(unsigned int turns)
{
	while (turns--)
		machine_relax();
}

bool machine_start(void (*fn)(void))
{
	volatile char *to = (volatile char *)0x8000;

	other_fn = fn;
	for (size_t i = 0; i < (size_t)(other_start_end - other_start); i++)
		to[i] = other_start[i];
	*apic(APIC_SPURIOUS) = 0x1ff;
	*apic(APIC_ICR_TO) = 1u << 24;
	*apic(APIC_ICR) = ICR_INIT;
	wait_turns(200000);
	*apic(APIC_ICR_TO) = 1u << 24;
	*apic(APIC_ICR) = ICR_STARTUP;
	for (unsigned int i = 0; i < 100000000; i++) {
		if (__atomic_load_n(&other_up, __ATOMIC_ACQUIRE))
			return true;
		machine_relax();
	}
	return false;
}

uint64_t machine_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

uint64_t machine_second(void)
{
	return 2500000000ull;
}

void machine_relax(void)
{
	__asm__ volatile("pause");
}

/* ---- translation ---- */

void machine_on(uint64_t root)
{
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	if (machine_format()[7] == '5' && !(cr4 & 0x1000))
		machine_deeper(root);
	else
		__asm__ volatile("mov %0, %%cr3" ::"r"(root) : "memory");
}

void machine_forget(uint64_t va, uint64_t len)
{
	uint64_t root;

	/* INVLPG forgets all walk caches, too (SDM 4.10.4.1). */
	if (len && len <= 64 * 4096) {
		for (uint64_t at = va; at - va < len; at += 4096)
			__asm__ volatile("invlpg (%0)" ::"r"(at) : "memory");
		return;
	}
	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3"
			 : "=&r"(root)::"memory");
}

bool machine_large(void)
{
	return true;
}

const char *machine_no_execute(void)
{
	return NULL;
}

bool machine_sets_bits_atomically(void)
{
	return true;
}

bool machine_broadcasts(void)
{
	return false;
}

struct machine_fault machine_access(enum machine_access how, uint64_t va,
				    uint64_t *value)
{
	struct touch t = {0};

	switch (how) {
	case MACHINE_READ:
		touch_read(&t, va, value);
		break;
	case MACHINE_WRITE:
		touch_write(&t, va, value);
		break;
	default:
		touch_execute(&t, va, value);
		break;
	}
	/* Error code, bit 0: it was the rights, not absence (SDM 4.7). */
	return (struct machine_fault){.faulted = t.happened,
				      .va = t.va,
				      .absent = t.happened && !(t.error & 1),
				      .forbidden = t.happened && (t.error & 1)};
}

const void *machine_return(size_t *len)
{
	*len = (size_t)(return_code_end - return_code);
	return return_code;
}

void machine_code_ready(uint64_t at, size_t len)
{
	(void)at, (void)len; /* caches are coherent */
}

bool machine_translate(uint64_t va, uint64_t *oa, bool *absent)
{
	(void)va, (void)oa, (void)absent;
	return false;
}
