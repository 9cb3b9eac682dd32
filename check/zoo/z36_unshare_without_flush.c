/* SPDX-License-Identifier: MIT */
/*
 * Z36.  Unmapping a shared table clears the upper entry and does not add its
 * span to what is flushed (CVE-2021-4002).
 *
 *	C0: clears the upper entry; flushes the page it was asked about
 *	C1: uses another page of that span by its TLB, freed by now
 *
 * Mended: an upper entry that goes is flushed for its whole span.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), PAGE(11));
	check_mmu_access(&s.mm.mmu, 1, false, NULL);
}

static void unshare(void)
{
	tarry_exchange(&s.mm.slots[0], 0, SEQ);
	check_mmu_invalidate(&s.mm.mmu, 0, 1, true);
	check_page_free(11);
}

static void unshare_mended(void)
{
	tarry_exchange(&s.mm.slots[0], 0, SEQ);
	check_mmu_invalidate(&s.mm.mmu, 0, 2, true);
	check_page_free(11);
}

static void cpu(void)
{
	check_mmu_access(&s.mm.mmu, 1, true, NULL);
}

ZOO(36, broken, .about = "a part of the span is not flushed",
    .rule = "whole-span", .ids = "CVE-2021-4002", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(unshare), CPU(cpu)})
ZOO(36, mended, .about = "the whole span is", CLEAN, .rule = "whole-span",
    .setup = setup, .threads = {CPU(unshare_mended), CPU(cpu)})
