/* SPDX-License-Identifier: MIT */
/*
 * Z29.  A shared dirty entry is cleared, the lock dropped, the flush still to
 * come (1cf35d47712d, 2014).
 *
 *	C0: clears a dirty entry, marks the page dirty, drops the lock
 *	C1: writeback: finds no writable entry, cleans the page
 *	C2: writes through its TLB: nobody will ever write that back
 *
 * Mended: for shared dirty entries, flush before the lock is dropped.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	uint64_t page_dirty, cleaned, lost;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = mm_table(&s.mm, PAGE(10) | DIRTY, 0);
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

static void zap_when(bool early)
{
	uint64_t e;

	tarry_port_lock(&s.mm.ptl);
	e = tarry_exchange(&s.table[0], 0, SEQ);
	if (e & DIRTY)
		tarry_store(&s.page_dirty, 1, REL);
	if (early)
		mm_flush(&s.mm);
	tarry_port_unlock(&s.mm.ptl);
	if (!early)
		mm_flush(&s.mm);
}

static void zap(void)
{
	zap_when(false);
}

static void zap_mended(void)
{
	zap_when(true);
}

static void writeback(void)
{
	tarry_port_lock(&s.mm.ptl);
	if (!tarry_load(&s.table[0], RLX) &&
	    tarry_exchange(&s.page_dirty, 0, SEQ))
		tarry_store(&s.cleaned, 1, REL);
	tarry_port_unlock(&s.mm.ptl);
}

static void cpu(void)
{
	uint64_t cleaned = tarry_load(&s.cleaned, ACQ);

	if (check_mmu_access(&s.mm.mmu, 0, true, NULL) && cleaned)
		check_violation(CHECK_LOST,
				"written after the page was cleaned for good");
}

ZOO(29, broken, .about = "a write after the last cleaning",
    .rule = "harvest-after-invalidate", .ids = "1cf35d47712d", FINDS(LOST),
    .setup = setup, .threads = {CPU(zap), CPU(writeback), CPU(cpu)})
ZOO(29, mended, .about = "flushed before the lock is dropped", CLEAN,
    .rule = "harvest-after-invalidate", .setup = setup,
    .threads = {CPU(zap_mended), CPU(writeback), CPU(cpu)})
