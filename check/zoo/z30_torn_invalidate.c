/* SPDX-License-Identifier: MIT */
/*
 * Z30.  An entry is made not present by a load and a store; hardware sets dirty
 * in between (d52605d7cb30, 2018).
 *
 *	C0: loads the entry
 *	C1 (hardware): sets dirty in it
 *	C0: stores the not-present form of what it loaded: dirty is lost
 *
 * Mended: an exchange, and its old value is what counts.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	uint64_t kept;
	bool wrote;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu_dirty);
	s.table = mm_table(&s.mm, PAGE(10), 0);
}

static void invalidate(void)
{
	uint64_t e = tarry_load(&s.table[0], RLX);

	tarry_store(&s.table[0], e & ~P, RLX);
	mm_flush(&s.mm);
	s.kept = e;
}

static void invalidate_mended(void)
{
	uint64_t e = tarry_fetch_and(&s.table[0], ~P, SEQ);

	mm_flush(&s.mm);
	s.kept = e;
}

static void cpu(void)
{
	s.wrote = check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

static void dirty_is_kept(void)
{
	if (s.wrote && !(s.kept & DIRTY))
		check_violation(CHECK_LOST, "hardware's dirty bit is lost");
}

ZOO(30, broken, .about = "load, then store", .ids = "d52605d7cb30",
    .rule = "exchange-where-hardware-writes", FINDS(LOST), .setup = setup,
    .finish = dirty_is_kept, .threads = {CPU(invalidate), CPU(cpu)})
ZOO(30, mended, .about = "one exchange", CLEAN,
    .rule = "exchange-where-hardware-writes", .setup = setup,
    .finish = dirty_is_kept, .threads = {CPU(invalidate_mended), CPU(cpu)})
