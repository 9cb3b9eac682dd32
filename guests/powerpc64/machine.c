/* SPDX-License-Identifier: MIT */
/*
 * powerpc64 under QEMU: powernv9 and powernv10, radix trees of 4K and 64K
 * pages.
 *
 *   qemu-system-ppc64 -accel tcg,thread=multi -M powernv9 -smp 2 -m 1G
 *	-nographic -no-reboot -serial mon:stdio -bios guest.bin
 *
 * Registers as in the Power ISA, Version 3.0B, Book III: 5.7.6 "Storage Control
 * Registers" (PTCR, LPCR, PID), "Partition Table" and "Process Table" entries,
 * 5.9.3.3 tlbie, 6.5.3 and 6.5.4 for DSISR and SRR1.
 *
 * QEMU 7.2 stores R and C without a locked access, and might bring back a leaf
 * that was just taken away: all is mapped with both set here, so that it never
 * stores.  There is no exit status: the console's last line says it.
 */
#include "machine.h"
#include "tarry/types.h"

/* Its layout is known to boot.S. */
struct touch {
	uint64_t happened, why, va, stack, back;
};

void machine_main(void);
void machine_other(void);
void machine_msr(uint64_t msr);
void touch_read(struct touch *t, uint64_t va, uint64_t *value);
void touch_write(struct touch *t, uint64_t va, uint64_t *value);
void touch_execute(struct touch *t, uint64_t va, uint64_t *value);
extern const char return_code[], return_code_end[];
extern char image_to[], boot_stack[];
extern uint64_t other_go;

#define LPC 0x00060300d0010000ull

static void lpc(unsigned int port, uint8_t v)
{
	*(volatile uint8_t *)(LPC + port) = v;
	__asm__ volatile("sync" ::: "memory");
}

const char *machine_format(void)
{
	return GUEST_FORMAT;
}

const char *machine_name(void)
{
	return "powerpc64 powernv";
}

void machine_putc(char c)
{
	lpc(0x3f8, (uint8_t)c);
}

/* IPMI over BT: chassis control, power down. */
void machine_exit(int status)
{
	(void)status;
	lpc(0xe4, 1);
	lpc(0xe5, 4);
	lpc(0xe5, 0);
	lpc(0xe5, 1);
	lpc(0xe5, 2);
	lpc(0xe5, 0);
	lpc(0xe4, 4);
	for (;;)
		;
}

/* QEMU puts its device tree at 16M. */
#define RAM_FROM (32ull << 20)
#define RAM_LEN	 (96ull << 20)

void machine_ram(uint64_t *at, uint64_t *len)
{
	*at = RAM_FROM;
	*len = RAM_LEN;
}

bool machine_needs(unsigned int i, struct machine_range *range)
{
	uint64_t to = ((uintptr_t)image_to + 0xffff) & ~0xffffull;

	switch (i) {
	case 0:
		*range = (struct machine_range){0, to, false, true};
		return true;
	case 1:
		*range =
			(struct machine_range){RAM_FROM, RAM_LEN, false, false};
		return true;
	case 2:
		*range = (struct machine_range){LPC, 0x10000, true, false};
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

/* ATT 2: non-idempotent I/O. */
uint32_t machine_rights_device(void)
{
	return machine_rights_memory() | TARRY_MEM(2);
}

/* ---- threads ---- */

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

bool machine_start(void (*fn)(void))
{
	other_fn = fn;
	__atomic_store_n(&other_go, 1, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < 100000000; i++)
		if (__atomic_load_n(&other_up, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

uint64_t machine_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("mftb %0" : "=r"(ticks));
	return ticks;
}

uint64_t machine_second(void)
{
	return 512000000ull;
}

void machine_relax(void)
{
	__asm__ volatile("or 31, 31, 31" ::: "memory");
}

/* ---- translation ---- */

#define SPR_PID	  48
#define SPR_LPCR  318
#define SPR_LPIDR 319
#define SPR_PTCR  464
#define LPCR_ON	  (1ull << 22 | 1ull << 20) /* UPRT, HR */
#define MSR_ON	  0x30ull		    /* IR, DR */
#define ENTRY_HR  (1ull << 63)
/* RTS 21: 52 bits; RPDS 13: entries of the root, lg2 */
#define ROOT_SIZES (2ull << 61 | 5ull << 5 | 13)

#define set_spr(n, v) \
	__asm__ volatile("mtspr %0, %1; isync" ::"i"(n), "r"(v) : "memory")

static uint64_t partitions[512] __attribute__((aligned(65536)));
static uint64_t processes[512] __attribute__((aligned(4096)));

void machine_on(uint64_t root)
{
	uint64_t lpcr, msr;

	processes[0] = processes[2] = root | ROOT_SIZES; /* PID 0 and 1 */
	partitions[0] = ENTRY_HR | root | ROOT_SIZES;
	partitions[1] = (uintptr_t)processes;
	set_spr(SPR_PTCR, (uintptr_t)partitions);
	set_spr(SPR_LPIDR, 0ull);
	set_spr(SPR_PID, 1ull);
	__asm__ volatile("mfspr %0, %1" : "=r"(lpcr) : "i"(SPR_LPCR));
	set_spr(SPR_LPCR, lpcr | LPCR_ON);
	machine_forget(0, 0);
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	machine_msr(msr | MSR_ON);
}

/* Always everything: IS 3, RIC 2, all walk and process table caches too. */
void machine_forget(uint64_t va, uint64_t len)
{
	(void)va, (void)len;
	__asm__ volatile("ptesync; tlbie %0, %1, 2, 1, 1\n\t"
			 "eieio; tlbsync; ptesync" ::"r"(0xc00ull),
			 "r"(0ull)
			 : "memory");
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
	return false;
}

bool machine_broadcasts(void)
{
	return true;
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
	/* Bit 33: no translation; 35: no execution; 36: protection. */
	return (struct machine_fault){
		.faulted = t.happened,
		.va = t.va,
		.absent = t.happened && (t.why & 0x40000000),
		.forbidden = t.happened && (t.why & 0x18000000)};
}

const void *machine_return(size_t *len)
{
	*len = (size_t)(return_code_end - return_code);
	return return_code;
}

void machine_code_ready(uint64_t at, size_t len)
{
	for (uint64_t line = at & ~127ull; line < at + len; line += 128)
		__asm__ volatile("dcbst 0, %0; sync; icbi 0, %0" ::"r"(line)
				 : "memory");
	__asm__ volatile("sync; isync" ::: "memory");
}

bool machine_translate(uint64_t va, uint64_t *oa, bool *absent)
{
	(void)va, (void)oa, (void)absent;
	return false;
}
