/* SPDX-License-Identifier: MIT */
/*
 * The floors: what the least code would cost that does the job on the same
 * tables, written by hand for one format and one purpose.  Four levels of
 * x86-64, tables where their output address says (world.c makes sure).
 */
#ifndef TARRY_BENCH_FLOOR_H
#define TARRY_BENCH_FLOOR_H

#include "tarry/tarry.h"
#include "bench.h"

#define FLOOR_PRESENT 1ull
#define FLOOR_LARGE   (1ull << 7)
#define FLOOR_ADDRESS 0x000ffffffffff000ull

BENCH_INLINE uint64_t *floor_slot(uint64_t table, uint64_t va,
				  unsigned int level)
{
	uint64_t *slots = (uint64_t *)(uintptr_t)table;

	return &slots[va >> (12 + 9 * level) & 511];
}

BENCH_INLINE uint64_t floor_load(const uint64_t *slot)
{
	return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

/* The slot of @level; NULL where something above it is missing or a leaf. */
BENCH_INLINE uint64_t *floor_descend(uint64_t root, uint64_t va,
				     unsigned int level)
{
	uint64_t table = root;

	for (unsigned int l = 3; l > level; l--) {
		uint64_t e = floor_load(floor_slot(table, va, l));

		if (!(e & FLOOR_PRESENT) || (l < 3 && (e & FLOOR_LARGE)))
			return NULL;
		table = e & FLOOR_ADDRESS;
	}
	return floor_slot(table, va, level);
}

/* 0 where nothing is mapped; knows leaves of every level. */
BENCH_INLINE uint64_t floor_translate(uint64_t root, uint64_t va)
{
	uint64_t e = floor_load(floor_slot(root, va, 3));

	if (!(e & FLOOR_PRESENT))
		return 0;
	e = floor_load(floor_slot(e & FLOOR_ADDRESS, va, 2));
	if (!(e & FLOOR_PRESENT))
		return 0;
	if (__builtin_expect(e & FLOOR_LARGE, 0))
		return (e & FLOOR_ADDRESS & ~0x3fffffffull) | (va & 0x3fffffff);
	e = floor_load(floor_slot(e & FLOOR_ADDRESS, va, 1));
	if (!(e & FLOOR_PRESENT))
		return 0;
	if (__builtin_expect(e & FLOOR_LARGE, 0))
		return (e & FLOOR_ADDRESS & ~0x1fffffull) | (va & 0x1fffff);
	e = floor_load(floor_slot(e & FLOOR_ADDRESS, va, 0));
	if (!(e & FLOOR_PRESENT))
		return 0;
	return (e & FLOOR_ADDRESS) | (va & 0xfff);
}

/* liburcu's own section, as its users inline it. */
BENCH_INLINE void floor_read_lock(void)
{
#if defined(TARRY_FLAVOUR_QSBR)
	_urcu_qsbr_read_lock();
#elif defined(TARRY_FLAVOUR_BP)
	_urcu_bp_read_lock();
#else
	_urcu_memb_read_lock();
#endif
}

BENCH_INLINE void floor_read_unlock(void)
{
#if defined(TARRY_FLAVOUR_QSBR)
	_urcu_qsbr_read_unlock();
#elif defined(TARRY_FLAVOUR_BP)
	_urcu_bp_read_unlock();
#else
	_urcu_memb_read_unlock();
#endif
}

#endif
