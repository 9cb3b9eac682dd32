/* SPDX-License-Identifier: MIT */
/*
 * Z27.  Two zaps of one range; the second finds nothing to flush and returns
 * before the first has flushed (99baac21e458, 2017; 7a30df49f63a, 2019).
 *
 *	C0: clears the entry, flush pending
 *	C1: DONTNEED: nothing there: returns: "the page is gone"
 *	C2: writes through its TLB
 *
 * Mended: open gathers are counted; who is not alone flushes all.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	uint64_t open, gone;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = mm_table(&s.mm, PAGE(10), 0);
}

static bool clear(void)
{
	bool was;

	tarry_port_lock(&s.mm.ptl);
	was = tarry_exchange(&s.table[0], 0, SEQ) != 0;
	tarry_port_unlock(&s.mm.ptl);
	return was;
}

static void zap(void)
{
	if (clear())
		mm_flush(&s.mm);
}

static void zap_and_say(void)
{
	zap();
	tarry_store(&s.gone, 1, REL);
}

static void zap_counted(void)
{
	bool was;

	tarry_fetch_add(&s.open, 1, SEQ);
	was = clear();
	if (was || tarry_load(&s.open, SEQ) > 1)
		mm_flush(&s.mm);
	tarry_fetch_add(&s.open, -1ull, SEQ);
}

static void zap_counted_and_say(void)
{
	zap_counted();
	tarry_store(&s.gone, 1, REL);
}

static void cpu(void)
{
	uint64_t gone = tarry_load(&s.gone, ACQ);

	if (check_mmu_access(&s.mm.mmu, 0, true, NULL) && gone)
		check_violation(CHECK_STALE, "written after DONTNEED returned");
}

static void setup_warm(void)
{
	setup();
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

ZOO(27, broken, .about = "the second of two zaps returns too early",
    .rule = "not-alone-flush-all", .ids = "99baac21e458, 7a30df49f63a",
    FINDS(STALE), .setup = setup_warm,
    .threads = {CPU(zap), CPU(zap_and_say), CPU(cpu)})
ZOO(27, mended, .about = "who is not alone flushes all", CLEAN,
    .rule = "not-alone-flush-all", .setup = setup_warm,
    .threads = {CPU(zap_counted), CPU(zap_counted_and_say), CPU(cpu)})
