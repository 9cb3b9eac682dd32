/* SPDX-License-Identifier: MIT */
/*
 * s390x under QEMU: 2 to 5 levels of tables.
 *
 *   qemu-system-s390x -accel tcg,thread=multi -M s390-ccw-virtio -cpu max
 *	-smp 2 -m 128 -nodefaults -nographic -no-reboot -chardev stdio,id=c
 *	-device sclpconsole,chardev=c -action panic=exit-failure
 *	-kernel guest.elf
 *
 * z/Architecture Principles of Operation (SA22-7832-12): chapter 3 "Dynamic
 * Address Translation" (ASCE, CR0, CR1), chapter 4 "Assigned Storage Locations"
 * and SIGP, chapter 10 IDTE, LRAG.
 *
 * QEMU 7.2 has no EDAT: it walks leaves above level 0 as tables, so there are
 * none here.  Storage keys are not looked at.
 */
#include "machine.h"
#include "tarry/types.h"

/* Its layout is known to boot.S. */
struct touch {
	uint64_t happened, code, va, stack, back;
};

void machine_main(void);
void machine_other(void);
void other_start(void);
void fault_entry(void);
void touch_read(struct touch *t, uint64_t va, uint64_t *value);
void touch_write(struct touch *t, uint64_t va, uint64_t *value);
void touch_execute(struct touch *t, uint64_t va, uint64_t *value);
extern const char return_code[], return_code_end[];
extern char image_from[], image_to[], boot_stack[];

#define PSW_64	  0x0000000180000000ull
#define PSW_WAIT  0x0002000180000000ull /* for ever: no interrupt enabled */
#define NEW_PGM	  0x1d0
#define NEW_START 0x1a0

/* The first 8K of storage, as each CPU sees them: its prefix area. */
static uint64_t other_lowcore[1024] __attribute__((aligned(8192)));

static volatile uint64_t *lowcore(unsigned int at)
{
	uintptr_t zero = at;

	__asm__("" : "+r"(zero)); /* it is no null pointer */
	return (volatile uint64_t *)zero;
}

/* ---- console: SCLP, the ASCII way ---- */

struct sccb {
	uint16_t len;
	uint8_t function, control[3];
	uint16_t response;
	uint16_t event_len;
	uint8_t event_type, event_flags;
	uint16_t reserved;
	char data[160];
} __attribute__((packed));

struct sccb_mask {
	uint16_t len;
	uint8_t function, control[3];
	uint16_t response;
	uint16_t reserved, mask_len;
	uint32_t receive, send, sclp_send, sclp_receive;
} __attribute__((packed));

#define SCLP_WRITE 0x00760005u
#define SCLP_MASK  0x00780005u
#define SCLP_ASCII 0x1a

static struct sccb line __attribute__((aligned(4096)));
static struct sccb_mask mask __attribute__((aligned(4096)));
static unsigned int line_len;

static void service(uint32_t command, void *block)
{
	int cc;

	do
		__asm__ volatile(".insn rre,0xb2200000,%1,%2\n\t"
				 "ipm %0; srl %0,28"
				 : "=d"(cc)
				 : "d"(command), "a"(block)
				 : "cc", "memory");
	while (cc == 2);
}

void machine_putc(char c)
{
	line.data[line_len++] = c;
	if (c != '\n' && line_len < sizeof(line.data))
		return;
	line.len = (uint16_t)(14 + line_len);
	line.function = 0;
	line.response = 0;
	line.event_len = (uint16_t)(6 + line_len);
	line.event_type = SCLP_ASCII;
	line_len = 0;
	service(SCLP_WRITE, &line);
}

static void console_begin(void)
{
	mask.len = sizeof(mask);
	mask.mask_len = 4;
	mask.send = 0x80000000u >> (SCLP_ASCII - 1);
	service(SCLP_MASK, &mask);
}

/* ---- power, memory ---- */

const char *machine_format(void)
{
	return GUEST_FORMAT;
}

const char *machine_name(void)
{
	return "s390x ccw";
}

#define SIGP_SENSE	   1
#define SIGP_STOP	   5
#define SIGP_RESTART	   6
#define SIGP_INITIAL_RESET 11
#define SIGP_SET_PREFIX	   13
#define SIGP_IS_STOPPED	   0x40 /* of the status that a sense stores */

/* To the other CPU; condition code 2 says that it is busy. */
static int sigp_status(unsigned int order, uint64_t parameter, uint64_t *status)
{
	register uint64_t r1 __asm__("1") = parameter;
	int cc;

	__asm__ volatile("sigp %1,%2,0(%3)\n\tipm %0; srl %0,28"
			 : "=d"(cc), "+d"(r1)
			 : "d"((uint64_t)!machine_cpu()), "a"((uint64_t)order)
			 : "cc", "memory");
	*status = r1;
	return cc;
}

static int sigp(unsigned int order, uint64_t parameter)
{
	uint64_t status;

	return sigp_status(order, parameter, &status);
}

/* The last CPU that is not stopped ends the machine by a disabled wait, whose
 * address says how.  So the other has to have stopped: were it the last, all
 * would be well. */
void machine_exit(int status)
{
	uint64_t psw[2] = {PSW_WAIT, status ? 0xbad : 0xfff}, told = 0;

	while (sigp(SIGP_STOP, 0) == 2)
		;
	while (!(told & SIGP_IS_STOPPED))
		if (sigp_status(SIGP_SENSE, 0, &told) != 1)
			told = 0;
	for (;;)
		__asm__ volatile("lpswe 0(%0)" ::"a"(psw) : "memory");
}

#define RAM_FROM (16ull << 20)
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
	case 0: /* with the lowcore */
		*range = (struct machine_range){0, to, false, true};
		return true;
	case 1:
		*range =
			(struct machine_range){RAM_FROM, RAM_LEN, false, false};
		return true;
	default:
		return false;
	}
}

/* Text and data of the image are one range: all rights. */
uint32_t machine_rights_code(void)
{
	return TARRY_R | TARRY_W | TARRY_X;
}

uint32_t machine_rights_memory(void)
{
	return TARRY_R | TARRY_W;
}

uint32_t machine_rights_device(void)
{
	return machine_rights_memory();
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
	lowcore(NEW_PGM)[0] = PSW_64;
	lowcore(NEW_PGM)[1] = (uintptr_t)fault_entry;
	console_begin();
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
	other_lowcore[NEW_PGM / 8] = PSW_64;
	other_lowcore[NEW_PGM / 8 + 1] = (uintptr_t)fault_entry;
	other_lowcore[NEW_START / 8] = PSW_64;
	other_lowcore[NEW_START / 8 + 1] = (uintptr_t)other_start;
	if (sigp(SIGP_INITIAL_RESET, 0))
		return false;
	while (sigp(SIGP_SET_PREFIX, (uintptr_t)other_lowcore) == 2)
		;
	while (sigp(SIGP_RESTART, 0) == 2)
		;
	for (unsigned int i = 0; i < 100000000; i++)
		if (__atomic_load_n(&other_up, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

uint64_t machine_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("stckf %0" : "=Q"(ticks)::"cc");
	return ticks;
}

uint64_t machine_second(void)
{
	return 4096000000ull;
}

void machine_relax(void)
{
	__asm__ volatile("nopr" ::: "memory");
}

/* ---- translation ---- */

#define ASCE_TL	 3ull
#define CR0_IEP	 (1ull << 20)
#define CR0_EDAT (1ull << 23)

static uint64_t asce;

void machine_on(uint64_t root)
{
	/* "s390x-N": DT 0 is a segment table's, for N = 2. */
	uint64_t dt = (uint64_t)(machine_format()[6] - '2'), cr0;
	uint8_t was;

	asce = root | dt << 2 | ASCE_TL;
	__asm__ volatile("stctg 0,0,%0" : "=Q"(cr0));
	cr0 |= CR0_EDAT | CR0_IEP;
	__asm__ volatile("lctlg 0,0,%0" ::"Q"(cr0) : "memory");
	__asm__ volatile("lctlg 1,1,%0" ::"Q"(asce) : "memory");
	__asm__ volatile("ptlb" ::: "memory");
	/* PSW bit 5: DAT; the address space stays the primary one. */
	__asm__ volatile("stosm %0,0x04" : "=Q"(was)::"memory");
}

/*
 * IDTE, clearing by ASCE, of all CPUs.  QEMU does it at the end of the block
 * that it translated: a branch over an instruction ends that.
 */
void machine_forget(uint64_t va, uint64_t len)
{
	uint64_t by_asce = 0x800;

	(void)va, (void)len;
	__asm__ volatile(".insn rrf,0xb98e0000,%0,%1,%0,0\n\t"
			 "j 0f\n\t"
			 "nopr\n"
			 "0:" ::"d"(asce),
			 "d"(by_asce)
			 : "memory");
}

bool machine_large(void)
{
	return false;
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
	bool absent, forbidden;

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
	/* Segment and page translation, ASCE type, regions; protection. */
	absent = t.code == 0x10 || t.code == 0x11 ||
		 (t.code >= 0x38 && t.code <= 0x3b);
	forbidden = t.code == 4;
	if (t.happened && !absent && !forbidden)
		guest_panic("a program check that is no fault of storage");
	return (struct machine_fault){.faulted = t.happened,
				      .va = t.va & ~0xfffull,
				      .absent = absent,
				      .forbidden = forbidden};
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
	uint64_t real;
	int cc;

	__asm__ volatile("lrag %0,0(%2)\n\tipm %1; srl %1,28"
			 : "=d"(real), "=d"(cc)
			 : "a"(va)
			 : "cc", "memory");
	*absent = cc != 0;
	*oa = real;
	return true;
}
