/* SPDX-License-Identifier: MIT */
/*
 * Z23.  mremap moves entries, lets the locks go, and then flushes the old place
 * (CVE-2018-18281, eb66ae030829).
 *
 *	C0: moves the entry, unlocks
 *	C1: truncates: zaps the entry at the new place, flushes that, frees P
 *	C2: writes through the TLB entry of the old place
 *	C0: flushes the old place
 *
 * Mended: flushed before the locks are let go.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = mm_table(&s.mm, PAGE(10), 0);
}

static void move(bool early)
{
	uint64_t e;

	tarry_port_lock(&s.mm.ptl);
	e = tarry_exchange(&s.table[0], 0, SEQ);
	tarry_store(&s.table[1], e, REL);
	if (early)
		check_mmu_invalidate(&s.mm.mmu, 0, 1, false);
	tarry_port_unlock(&s.mm.ptl);
	if (!early)
		check_mmu_invalidate(&s.mm.mmu, 0, 1, false);
}

static void mremap(void)
{
	move(false);
}

static void mremap_mended(void)
{
	move(true);
}

static void truncate(void)
{
	uint64_t e;

	tarry_port_lock(&s.mm.ptl);
	e = tarry_exchange(&s.table[1], 0, SEQ);
	check_mmu_invalidate(&s.mm.mmu, 1, 1, false);
	tarry_port_unlock(&s.mm.ptl);
	if (e)
		check_page_free(PAGE_OF(e));
}

static void cpu(void)
{
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

ZOO(23, broken, .about = "a moved page is freed before the flush",
    .rule = "invalidate-before-unlock", .ids = "CVE-2018-18281, eb66ae030829",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(mremap), CPU(truncate), CPU(cpu)})
ZOO(23, mended, .about = "flushed under the lock", CLEAN,
    .rule = "invalidate-before-unlock", .setup = setup,
    .threads = {CPU(mremap_mended), CPU(truncate), CPU(cpu)})
