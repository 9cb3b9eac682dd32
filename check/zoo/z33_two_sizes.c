/* SPDX-License-Identifier: MIT */
/*
 * Z33.  A huge entry is cleared, the flush put off; a fault installs a table: a
 * CPU has the huge translation and small ones for one address (75358ea359e7).
 *
 *	C0: DONTNEED: clears the huge entry, flush comes with the gather
 *	C1: fault: installs a table with small entries
 *	C2: still uses the huge TLB entry
 *
 * Mended: flushed before the slot may be filled with the other size.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	uint64_t small;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = check_alloc(16, "table");
	s.table[0] = PAGE(20);
	s.mm.slots[0] = PAGE(10) | LEAF;
	check_mmu_access(&s.mm.mmu, 0, false, NULL);
}

static void zap_when(bool early)
{
	tarry_port_lock(&s.mm.pmd_lock);
	tarry_exchange(&s.mm.slots[0], 0, SEQ);
	if (early)
		mm_flush(&s.mm);
	tarry_port_unlock(&s.mm.pmd_lock);
	if (!early)
		mm_flush(&s.mm);
}

static void dontneed(void)
{
	zap_when(false);
}

static void dontneed_mended(void)
{
	zap_when(true);
}

static void fault(void)
{
	tarry_port_lock(&s.mm.pmd_lock);
	if (!tarry_load(&s.mm.slots[0], RLX)) {
		tarry_store(&s.mm.slots[0], to_table(s.table), REL);
		tarry_store(&s.small, 1, REL);
	}
	tarry_port_unlock(&s.mm.pmd_lock);
}

static void cpu(void)
{
	uint64_t small = tarry_load(&s.small, ACQ);
	unsigned int page;

	if (check_mmu_access(&s.mm.mmu, 0, false, &page) && small && page == 10)
		check_violation(CHECK_STALE, "two sizes for one address");
}

ZOO(33, broken, .about = "the other size comes before the flush",
    .rule = "freeze-then-change", .ids = "75358ea359e7", FINDS(STALE),
    .setup = setup, .threads = {CPU(dontneed), CPU(fault), CPU(cpu)})
ZOO(33, mended, .about = "flushed before the slot is free", CLEAN,
    .rule = "freeze-then-change", .setup = setup,
    .threads = {CPU(dontneed_mended), CPU(fault), CPU(cpu)})
