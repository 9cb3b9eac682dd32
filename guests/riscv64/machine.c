/* SPDX-License-Identifier: MIT */
/*
 * riscv64 under QEMU: Sv39, Sv48, Sv57.
 *
 *   qemu-system-riscv64 -accel tcg,thread=multi -M virt -smp 2 -m 128
 *	-cpu rv64,svnapot=true,svpbmt=true -nodefaults -nographic -no-reboot
 *	-serial stdio -bios none -kernel guest.elf
 *
 * Registers as in the Privileged Architecture, 20211203: 4.1.11 satp, 4.2.1
 * SFENCE.VMA, 4.1.8 scause; a cause does not say whether a page was absent or
 * forbidden.
 */
#include "machine.h"
#include "tarry/types.h"

/* Its layout is known to boot.S. */
struct touch {
	uint64_t happened, cause, va, stack, back;
};

void machine_main(void);
void machine_other(void);
void touch_read(struct touch *t, uint64_t va, uint64_t *value);
void touch_write(struct touch *t, uint64_t va, uint64_t *value);
void touch_execute(struct touch *t, uint64_t va, uint64_t *value);
extern const char return_code[], return_code_end[];
extern char image_from[], image_to[], boot_stack[];
extern uint64_t other_go;

#define UART 0x10000000ul
#define TEST 0x100000ul /* QEMU's power switch */

const char *machine_format(void)
{
	return GUEST_FORMAT;
}

const char *machine_name(void)
{
	return "riscv64 virt";
}

void machine_putc(char c)
{
	*(volatile uint8_t *)UART = (uint8_t)c;
}

void machine_exit(int status)
{
	*(volatile uint32_t *)TEST = status ? 1u << 16 | 0x3333 : 0x5555;
	for (;;)
		;
}

#define RAM_FROM 0x80400000ul
#define RAM_LEN	 (96ul << 20)

void machine_ram(uint64_t *at, uint64_t *len)
{
	*at = RAM_FROM;
	*len = RAM_LEN;
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
		*range =
			(struct machine_range){RAM_FROM, RAM_LEN, false, false};
		return true;
	case 2:
		*range = (struct machine_range){UART, 0x10000, true, false};
		return true;
	case 3:
		*range = (struct machine_range){TEST, 0x10000, true, false};
		return true;
	default:
		return false;
	}
}

/* Text and data of the image are one range: all rights. */
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
	return machine_rights_memory();
}

/* ---- harts ---- */

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
	uint64_t cycles;

	__asm__ volatile("rdcycle %0" : "=r"(cycles));
	return cycles;
}

uint64_t machine_second(void)
{
	return 1000000000ull;
}

void machine_relax(void)
{
	__asm__ volatile("nop");
}

/* ---- translation ---- */

void machine_on(uint64_t root)
{
	/* "svNN": 8, 9, 10 are 39, 48, 57. */
	char digit = machine_format()[10];
	uint64_t mode = digit == '3' ? 8 : digit == '4' ? 9 : 10;

	__asm__ volatile("csrw satp, zero; sfence.vma" ::: "memory");
	__asm__ volatile(
		"csrw satp, %0; sfence.vma" ::"r"(mode << 60 | root >> 12)
		: "memory");
}

/* With an address the fence is of leaves alone (4.2.1).  Walk caches change
 * with an upper entry, whose range is never so short. */
void machine_forget(uint64_t va, uint64_t len)
{
	if (len && len <= 64 * 4096) {
		for (uint64_t at = va; at - va < len; at += 4096)
			__asm__ volatile("sfence.vma %0" ::"r"(at) : "memory");
		return;
	}
	__asm__ volatile("sfence.vma" ::: "memory");
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
	return (struct machine_fault){.faulted = t.happened, .va = t.va};
}

const void *machine_return(size_t *len)
{
	*len = (size_t)(return_code_end - return_code);
	return return_code;
}

void machine_code_ready(uint64_t at, size_t len)
{
	(void)at, (void)len;
	__asm__ volatile("fence.i" ::: "memory");
}

bool machine_translate(uint64_t va, uint64_t *oa, bool *absent)
{
	(void)va, (void)oa, (void)absent;
	return false;
}
