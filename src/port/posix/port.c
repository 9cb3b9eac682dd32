/* SPDX-License-Identifier: MIT */
/*
 * The port to a process: what tarry_port.h does not do inline, readers and
 * grace periods aside: those are in urcu.c or epoch.c.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "tarry/types.h"
#include "tarry/port.h"
#include "tarry/thread.h"

#ifdef TARRY_TSAN
unsigned int tarry_tsan_fence;
#endif

/* ---- memory ---- */

void *tarry_port_reserve(size_t len, size_t align)
{
	/* mmap() aligns to pages only: reserve more, give back both ends. */
	size_t whole = len + align;
	char *p, *aligned;

	if (whole < len)
		return NULL;
	p = mmap(NULL, whole, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	aligned =
		(char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
	if (aligned > p)
		munmap(p, (size_t)(aligned - p));
	if (aligned + len < p + whole)
		munmap(aligned + len, (size_t)(p + whole - (aligned + len)));
	return aligned;
}

void tarry_port_unreserve(void *p, size_t len)
{
	munmap(p, len);
}

bool tarry_port_commit(void *p, size_t len, bool tables)
{
	if (mprotect(p, len, PROT_READ | PROT_WRITE) < 0)
		return false;
	if (tables)
		(void)madvise(p, len, MADV_HUGEPAGE); /* a wish */
	return true;
}

bool tarry_port_decommit(void *p, size_t len)
{
	return madvise(p, len, MADV_DONTNEED) == 0;
}

/* ---- locks ---- */

/*
 * Locks are held for a bounded number of instructions, so a waiter spins; but
 * the holder may have lost its CPU to us, so it yields, and at last sleeps.
 */
void tarry_port_lock_slow(struct tarry_port_lock *l)
{
	unsigned int turns = 0;

	do {
		while (tarry_load(&l->word, TARRY_RELAXED)) {
			turns++;
			if (turns % 64)
				tarry_spin_hint();
			else if (turns < 64 * 256)
				sched_yield();
			else
				nanosleep(&(struct timespec){.tv_nsec = 50000},
					  NULL);
		}
	} while (!tarry_port_trylock(l));
}

/* There also where this build does not check: others may. */
__thread uint32_t tarry_port_held[8];

/* ---- walkers that do not snoop ---- */

void (*tarry_posix_clean)(const void *p, size_t len);
uint64_t tarry_posix_cleans;

void tarry_port_clean(const void *p, size_t len)
{
	tarry_fetch_add(&tarry_posix_cleans, 1, TARRY_RELAXED);
	if (tarry_posix_clean)
		tarry_posix_clean(p, len);
}

/* ---- the rest ---- */

unsigned int tarry_port_shard(void)
{
	static unsigned int threads;
	static __thread unsigned int mine;

	if (!mine)
		mine = 1 + tarry_fetch_add(&threads, 1, TARRY_RELAXED) %
				   TARRY_PORT_SHARDS;
	return mine - 1;
}

void tarry_port_relax(void)
{
	/* With qsbr a waiter that stays online would be waited for by the very
	 * grace period that it waits for. */
	tarry_thread_offline();
	sched_yield();
	tarry_thread_online();
}

void tarry_port_panic(const char *what, const char *file, int line)
{
	fprintf(stderr, "tarry: %s:%d: %s\n", file, line, what);
	abort();
}
