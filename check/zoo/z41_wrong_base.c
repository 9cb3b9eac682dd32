/* SPDX-License-Identifier: MIT */
/*
 * Z41.  Tearing down a detached subtree flushes from the wrong base address
 * (KVM, 574c3c55e969, 2021).
 *
 *	C0: detaches the table of pages 2 and 3; flushes 0 and 1
 *	guest: uses page 2 by its TLB
 *
 * Mended: the range is computed from the table's own base and level.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
} s;

static void setup(void)
{
	uint64_t *t;

	mm_setup(&s.mm, &mm_mmu);
	t = mm_table(&s.mm, PAGE(10), PAGE(11));
	s.mm.slots[1] = to_table(t);
	s.mm.slots[0] = 0;
	check_mmu_access(&s.mm.mmu, 2, false, NULL);
}

static void tear_down(unsigned int base)
{
	tarry_exchange(&s.mm.slots[1], 0, SEQ);
	check_mmu_invalidate(&s.mm.mmu, base, 2, true);
	check_page_free(10);
}

static void zap(void)
{
	tear_down(0);
}

static void zap_mended(void)
{
	tear_down(2);
}

static void guest(void)
{
	check_mmu_access(&s.mm.mmu, 2, true, NULL);
}

ZOO(41, broken, .about = "another range is flushed", .rule = "whole-span",
    .ids = "574c3c55e969", FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(zap), CPU(guest)})
ZOO(41, mended, .about = "the table's own range is", CLEAN,
    .rule = "whole-span", .setup = setup,
    .threads = {CPU(zap_mended), CPU(guest)})
