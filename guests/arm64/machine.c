/* SPDX-License-Identifier: MIT */
/*
 * arm64 under QEMU: granules of 4K, 16K and 64K, 48 and 52 bits.
 *
 *   qemu-system-aarch64 -accel tcg,thread=multi -M virt -cpu max -smp 2 -m 2G
 *	-nodefaults -nographic -no-reboot -serial stdio
 *	-semihosting-config enable=on,target=native -kernel guest.elf
 *
 * Registers as in the Arm ARM (DDI 0487J.a): D17.2.131 TCR_EL1, D17.2.97
 * MAIR_EL1, D17.2.118 SCTLR_EL1, D17.2.144 TTBR0_EL1, D17.2.37 ESR_EL1,
 * D17.2.105 PAR_EL1; D8.13 for what follows a change of tables.
 */
#include "machine.h"
#include "tarry/types.h"

/* Its layout is known to boot.S. */
struct touch {
	uint64_t happened, syndrome, va, stack, back;
};

void machine_main(void);
void machine_other(void);
void other_start(void);
void touch_read(struct touch *t, uint64_t va, uint64_t *value);
void touch_write(struct touch *t, uint64_t va, uint64_t *value);
void touch_execute(struct touch *t, uint64_t va, uint64_t *value);
extern const char return_code[], return_code_end[];
extern char image_from[], image_to[], boot_stack[];

#define UART 0x09000000ul

/* "arm64-4k", "arm64-16k", "arm64-64k", each with "-52" or not. */
static unsigned int page_lg2(void)
{
	char digit = machine_format()[6];

	return digit == '4' ? 12 : digit == '1' ? 14 : 16;
}

static bool wide(void)
{
	const char *end = machine_format();

	while (*end)
		end++;
	return end[-1] == '2';
}

const char *machine_format(void)
{
	return GUEST_FORMAT;
}

const char *machine_name(void)
{
	return "arm64 virt";
}

void machine_putc(char c)
{
	*(volatile uint32_t *)UART = (uint32_t)c;
}

/* Semihosting: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. */
void machine_exit(int status)
{
	uint64_t block[2] = {0x20026, (uint64_t)status};
	register uint64_t x0 __asm__("x0") = 0x20;
	register uint64_t *x1 __asm__("x1") = block;

	for (;;)
		__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

/* A leaf of level 1 has 2M, 32M, or 512M. */
#define RAM_FROM 0x41000000ul

static uint64_t ram_len(void)
{
	return page_lg2() == 12	  ? 96ul << 20
	       : page_lg2() == 14 ? 192ul << 20
				  : 0x50000000ul;
}

void machine_ram(uint64_t *at, uint64_t *len)
{
	*at = RAM_FROM;
	*len = ram_len();
}

bool machine_needs(unsigned int i, struct machine_range *range)
{
	uint64_t from = (uintptr_t)image_from;
	uint64_t to = ((uintptr_t)image_to + 0xffff) & ~0xfffful;

	switch (i) {
	case 0:
		*range = (struct machine_range){from, to - from, false, true};
		return true;
	case 1:
		*range = (struct machine_range){RAM_FROM, ram_len(), false,
						false};
		return true;
	case 2:
		*range = (struct machine_range){UART, 0x10000, true, false};
		return true;
	default:
		return false;
	}
}

/* Text and data of the image are one range: all rights (SCTLR_EL1.WXN is 0). */
uint32_t machine_rights_code(void)
{
	return TARRY_R | TARRY_W | TARRY_X | TARRY_GLOBAL | TARRY_ACCESSED |
	       TARRY_DIRTY;
}

uint32_t machine_rights_memory(void)
{
	return TARRY_R | TARRY_W | TARRY_GLOBAL | TARRY_ACCESSED | TARRY_DIRTY;
}

uint32_t machine_rights_device(void)
{
	return machine_rights_memory() | TARRY_MEM(1);
}

/* ---- CPUs ---- */

unsigned int machine_cpu(void)
{
	return (uintptr_t)__builtin_frame_address(0) > (uintptr_t)boot_stack;
}

static void (*other_fn)(void);
static uint32_t other_up;

void machine_main(void)
{
	guest_main();
	machine_exit(1);
}

void machine_other(void)
{
	__atomic_store_n(&other_up, 1, __ATOMIC_RELEASE);
	other_fn();
	for (;;)
		;
}

/* PSCI CPU_ON (Arm DEN 0022D, 5.1.4). */
bool machine_start(void (*fn)(void))
{
	register uint64_t x0 __asm__("x0") = 0xc4000003;
	register uint64_t x1 __asm__("x1") = 1;
	register uint64_t x2 __asm__("x2") = (uintptr_t)other_start;
	register uint64_t x3 __asm__("x3") = 0;

	other_fn = fn;
	__asm__ volatile("dsb sy; hvc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
	if (x0)
		return false;
	for (unsigned int i = 0; i < 100000000; i++)
		if (__atomic_load_n(&other_up, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

uint64_t machine_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
}

uint64_t machine_second(void)
{
	uint64_t hertz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
	return hertz;
}

void machine_relax(void)
{
	__asm__ volatile("yield");
}

/* ---- translation ---- */

#define TCR_WALK \
	((1ul << 8) | (1ul << 10) | (3ul << 12)) /* cached, inner sh. */
#define TCR_EPD1 (1ul << 23) /* no walks of the upper half */
#define TCR_HA	 (1ul << 39)
#define TCR_HD	 (1ul << 40)
#define TCR_DS	 (1ul << 59)

void machine_on(uint64_t root)
{
	/* Index 0: write-back memory; 1: Device-nGnRnE. */
	uint64_t mair = 0xff, sctlr;
	uint64_t tg = page_lg2() == 12 ? 0 : page_lg2() == 14 ? 2 : 1;
	uint64_t ips = wide() ? 6 : 5; /* 52 or 48 bits */
	uint64_t tcr = (wide() ? 12 : 16) | TCR_WALK | tg << 14 | TCR_EPD1 |
		       ips << 32 | TCR_HA | TCR_HD;

	if (wide() && page_lg2() < 16)
		tcr |= TCR_DS;
	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	sctlr |= 1 | 1 << 2 | 1 << 12; /* M, C, I */
	__asm__ volatile("msr mair_el1, %0; msr tcr_el1, %1\n\t"
			 "msr ttbr0_el1, %2; dsb sy; isb\n\t"
			 "tlbi vmalle1; dsb sy; isb\n\t"
			 "msr sctlr_el1, %3; isb" ::"r"(mair),
			 "r"(tcr), "r"(root), "r"(sctlr)
			 : "memory");
}

void machine_forget(uint64_t va, uint64_t len)
{
	uint64_t page = 1ul << page_lg2();

	__asm__ volatile("dsb ishst" ::: "memory");
	if (len && len <= 16 * page) {
		for (uint64_t at = va; at - va < len; at += page)
			__asm__ volatile("tlbi vae1is, %0" ::"r"(
						 (at >> 12) & ((1ul << 44) - 1))
					 : "memory");
	} else {
		__asm__ volatile("tlbi vmalle1is" ::: "memory");
	}
	__asm__ volatile("dsb ish; isb" ::: "memory");
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
	return true;
}

struct machine_fault machine_access(enum machine_access how, uint64_t va,
				    uint64_t *value)
{
	struct touch t = {0};
	unsigned int status;

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
	/* Fault status: 0001LL translation, 101011 the same of level -1, 0011LL
	 * permission. */
	status = t.syndrome & 63;
	return (struct machine_fault){
		.faulted = t.happened,
		.va = t.va,
		.absent = t.happened && (status >> 2 == 1 || status == 0x2b),
		.forbidden = t.happened && status >> 2 == 3};
}

const void *machine_return(size_t *len)
{
	*len = (size_t)(return_code_end - return_code);
	return return_code;
}

void machine_code_ready(uint64_t at, size_t len)
{
	for (uint64_t line = at & ~63ul; line < at + len; line += 64)
		__asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0" ::"r"(line)
				 : "memory");
	__asm__ volatile("dsb ish; isb" ::: "memory");
}

bool machine_translate(uint64_t va, uint64_t *oa, bool *absent)
{
	uint64_t par;

	__asm__ volatile("at s1e1r, %1; isb; mrs %0, par_el1"
			 : "=r"(par)
			 : "r"(va)
			 : "memory");
	*absent = par & 1;
	*oa = (par & 0x000ffffffffff000ul) | (va & 0xfff);
	return true;
}
