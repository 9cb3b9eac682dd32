/* SPDX-License-Identifier: MIT */
/*
 * The compiler's thread instrumentation calls these before every plain access
 * of what is explored (-fsanitize=thread; the sanitizer itself is not linked).
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "machine.h"

#define PC __builtin_return_address(0)

void __tsan_init(void);
void __tsan_func_entry(const void *pc);
void __tsan_func_exit(void);
void __tsan_read_range(void *p, unsigned long len);
void __tsan_write_range(void *p, unsigned long len);
void __tsan_vptr_update(void **p, void *v);
void *__wrap_memset(void *to, int c, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);

void __tsan_init(void)
{
}

void __tsan_func_entry(const void *pc)
{
	struct thread *t = machine.now;

	if (!t)
		return;
	if (t->n_calls < MACHINE_CALLS)
		t->calls[t->n_calls] = pc;
	t->n_calls++;
}

void __tsan_func_exit(void)
{
	if (machine.now)
		machine.now->n_calls--;
}

/*
 * Accesses that were just judged: the same thread's, to the same bytes, and no
 * event of its own since, nor a life that began or ended.  A third of what
 * compiled code does is that.
 */
#define RECENT 1024

static struct recent {
	uintptr_t addr;
	uint64_t when; /* stamp, epoch, thread, length, kind */
} recent[RECENT];

/* True: judged already; else it is remembered. */
static inline bool judged_just_now(const struct thread *t, uintptr_t addr,
				   size_t len, bool write)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	uint64_t how = tid << 8 | len << 1 | write;
	uint64_t when = (uint64_t)machine.stamp << 32 |
			(uint64_t)t->hb[tid] << 16 | how;
	struct recent *r = &recent[(addr ^ how * 37) % RECENT];

	if (r->addr == addr && r->when == when)
		return true;
	r->addr = addr;
	r->when = when;
	return false;
}

extern struct check_site __start_check_sites[], __stop_check_sites[];

/* What threads share is restored before each execution; a write to anything
 * else would leak from one into the next, and nobody would judge it. */
static __attribute__((noinline)) void stray(uintptr_t addr, size_t len,
					    const void *pc)
{
	static struct check_site site = {.what = "plain access"};

	/* What the port keeps: for each thread, and of its own lines. */
	if (addr - (uintptr_t)__start_check_sites <
	    (uintptr_t)__stop_check_sites - (uintptr_t)__start_check_sites)
		return;
	if (addr - (uintptr_t)machine.now->held_ranks <
	    sizeof(machine.now->held_ranks))
		return;
	for (unsigned int i = 0; i < CLOCK_THREADS; i++) {
		const struct coroutine *co = &machine.threads[i].co;
		char name[32];

		if (addr - (uintptr_t)co->stack < co->len)
			machine_violate(
				CHECK_WILD, &site, pc, addr, -1, 0,
				"writes to the stack of %s",
				machine_thread_name(i, name, sizeof(name)));
	}
	machine_violate(CHECK_WILD, &site, pc, addr, -1, 0,
			"writes %zu bytes at %p, which are not all memory of "
			"this scenario (.shared, check_alloc())",
			len, (void *)addr);
}

static inline void access(const void *p, size_t len, bool write, const void *pc)
{
	uintptr_t addr = (uintptr_t)p;
	struct thread *t = machine.now;

	/* The thread's own variables, most of all. */
	if (!t || addr - (uintptr_t)t->co.stack < t->co.len)
		return;
	if (!machine.recording && len < 64 &&
	    judged_just_now(t, addr, len, write))
		return;
	if (memory_ours(addr))
		machine_plain(addr, (unsigned int)len, write, pc);
	else if (write && !machine.raw)
		stray(addr, len, pc);
}

/* By a call that the compiler made; the checker's own are among them. */
static void access_by_call(const void *p, size_t len, bool write,
			   const void *pc)
{
	uintptr_t addr = (uintptr_t)p;

	if (!machine.now || !len || !memory_ours(addr))
		return;
	if (!memory_ours(addr + len - 1))
		stray(addr, len, pc);
	access(p, len, write, pc);
}

#define ACCESS(n)                                \
	void __tsan_read##n(void *p);            \
	void __tsan_read##n(void *p)             \
	{                                        \
		access(p, n, false, PC);         \
	}                                        \
	void __tsan_write##n(void *p);           \
	void __tsan_write##n(void *p)            \
	{                                        \
		access(p, n, true, PC);          \
	}                                        \
	void __tsan_unaligned_read##n(void *p);  \
	void __tsan_unaligned_read##n(void *p)   \
	{                                        \
		access(p, n, false, PC);         \
	}                                        \
	void __tsan_unaligned_write##n(void *p); \
	void __tsan_unaligned_write##n(void *p)  \
	{                                        \
		access(p, n, true, PC);          \
	}                                        \
	void __tsan_volatile_read##n(void *p);   \
	void __tsan_volatile_read##n(void *p)    \
	{                                        \
		access(p, n, false, PC);         \
	}                                        \
	void __tsan_volatile_write##n(void *p);  \
	void __tsan_volatile_write##n(void *p)   \
	{                                        \
		access(p, n, true, PC);          \
	}
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_read_range(void *p, unsigned long len)
{
	access(p, len, false, PC);
}

void __tsan_write_range(void *p, unsigned long len)
{
	access(p, len, true, PC);
}

void __tsan_vptr_update(void **p, void *v)
{
	(void)v;
	access(p, sizeof(*p), true, PC);
}

void *__wrap_memset(void *to, int c, size_t n)
{
	access_by_call(to, n, true, PC);
	return __real_memset(to, c, n);
}

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
	access_by_call(from, n, false, PC);
	access_by_call(to, n, true, PC);
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	access_by_call(from, n, false, PC);
	access_by_call(to, n, true, PC);
	return __real_memmove(to, from, n);
}

/* What the system takes reads as zero after: written to by who gives it.
 * Tables and locks whose life is over are nobody's. */
bool check_decommit(void *p, size_t len)
{
	uintptr_t end = (uintptr_t)p + len;

	for (uintptr_t at = (uintptr_t)p; at < end;) {
		uintptr_t to = at;

		while (to < end && !memory_cell(to)->dead)
			to += 4;
		if (to > at)
			machine_plain(at, (unsigned int)(to - at), true, PC);
		at = to > at ? to : at + 4;
	}
	memory_dirty((uintptr_t)p, len);
	__real_memset(p, 0, len);
	return true;
}
