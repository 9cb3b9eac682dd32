/* SPDX-License-Identifier: MIT */
/*
 * A small address space as the historical code had it: one upper slot (the
 * PMD), a leaf table of two entries with its lock (the PTL), and hardware.
 */
#ifndef ZOO_SMALL_MM_H
#define ZOO_SMALL_MM_H

#include "zoo.h"

#define P	   1ull /* present */
#define LEAF	   2ull /* maps memory at the upper level */
#define DIRTY	   4ull
#define PAGE(n)	   ((uint64_t)(n) << 8 | P)
#define PAGE_OF(e) ((unsigned int)((e) >> 8 & 63))

static inline uint64_t to_table(uint64_t *t)
{
	return (uint64_t)(uintptr_t)t | P;
}

static inline uint64_t *table_of(uint64_t e)
{
	return (uint64_t *)(uintptr_t)(e & ~7ull);
}

/* Addresses of tables have bits above 31; pages are small numbers. */
static inline bool mm_is_leaf(uint64_t e, unsigned int level)
{
	return !level || !(e >> 32);
}

static inline bool mm_present(uint64_t e)
{
	return e & P;
}

static inline unsigned int mm_page(uint64_t e, unsigned int level,
				   unsigned int va)
{
	return PAGE_OF(e) + (level ? (va & 1) : 0);
}

static const struct check_mmu_ops mm_mmu = {.present = mm_present,
					    .leaf = mm_is_leaf,
					    .table = table_of,
					    .page = mm_page};
static const struct check_mmu_ops mm_mmu_dirty = {.present = mm_present,
						  .leaf = mm_is_leaf,
						  .table = table_of,
						  .page = mm_page,
						  .dirty = DIRTY};

/* slots: the upper level, [0] and [1]. */
struct small_mm {
	uint64_t slots[2];
	struct tarry_port_lock pmd_lock, ptl;
	struct check_mmu mmu;
};

static inline void mm_setup(struct small_mm *m, const struct check_mmu_ops *ops)
{
	m->mmu.ops = ops;
	m->mmu.root = m->slots;
	m->mmu.levels = 2;
}

/* A table for slot 0 with two pages. */
static inline uint64_t *mm_table(struct small_mm *m, uint64_t e0, uint64_t e1)
{
	uint64_t *t = check_alloc(16, "table %u");

	t[0] = e0;
	t[1] = e1;
	m->slots[0] = to_table(t);
	return t;
}

static inline void mm_flush(struct small_mm *m)
{
	check_mmu_invalidate(&m->mmu, 0, 2, true);
}

#endif
