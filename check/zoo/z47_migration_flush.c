/* SPDX-License-Identifier: MIT */
/*
 * Z47.  Migration makes entries not present, drops the lock, and then flushes
 * (60bae7370896, 2022).
 *
 *	C0: the entry is not present, unlock
 *	C1: DONTNEED: not present: nothing to do: returns
 *	C2: uses its TLB
 *
 * Mended: flushed before the unlock.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	uint64_t gone;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = mm_table(&s.mm, PAGE(10), 0);
	check_mmu_access(&s.mm.mmu, 0, false, NULL);
}

static void migrate_when(bool early)
{
	tarry_port_lock(&s.mm.ptl);
	tarry_fetch_and(&s.table[0], ~P, SEQ);
	if (early)
		mm_flush(&s.mm);
	tarry_port_unlock(&s.mm.ptl);
	if (!early)
		mm_flush(&s.mm);
}

static void migrate(void)
{
	migrate_when(false);
}

static void migrate_mended(void)
{
	migrate_when(true);
}

static void dontneed(void)
{
	uint64_t e;

	tarry_port_lock(&s.mm.ptl);
	e = tarry_exchange(&s.table[0], 0, SEQ);
	if (e & P)
		mm_flush(&s.mm);
	tarry_port_unlock(&s.mm.ptl);
	tarry_store(&s.gone, 1, REL);
}

static void cpu(void)
{
	uint64_t gone = tarry_load(&s.gone, ACQ);

	if (check_mmu_access(&s.mm.mmu, 0, false, NULL) && gone)
		check_violation(CHECK_STALE, "used after DONTNEED returned");
}

ZOO(47, broken, .about = "not present, and not flushed",
    .rule = "invalidate-before-unlock", .ids = "60bae7370896", FINDS(STALE),
    .setup = setup, .threads = {CPU(migrate), CPU(dontneed), CPU(cpu)})
ZOO(47, mended, .about = "flushed before the unlock", CLEAN,
    .rule = "invalidate-before-unlock", .setup = setup,
    .threads = {CPU(migrate_mended), CPU(dontneed), CPU(cpu)})
