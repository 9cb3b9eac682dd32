/* SPDX-License-Identifier: MIT */
/*
 * Z15.  A zap of a whole table drops its lock half-way; at the end it detaches
 * the table without looking again (fix of 6375e95f381e, v6.14-rc).
 *
 *	C0: zaps the first part, drops the lock
 *	C1: a fault fills an entry in that part
 *	C0: takes the lock, zaps the rest, came to the end: clears the slot
 *
 * Mended: whether a table is empty is seen in the hold in which it goes.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t filled;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), PAGE(11));
}

static void free_table(void *t)
{
	check_free(t);
}

static void zap(bool look)
{
	uint64_t *t = table_of(tarry_load(&s.mm.slots[0], ACQ));

	for (unsigned int i = 0; i < 2; i++) {
		tarry_port_lock(&s.mm.ptl);
		tarry_exchange(&t[i], 0, SEQ);
		tarry_port_unlock(&s.mm.ptl);
	}
	tarry_port_lock(&s.mm.pmd_lock);
	tarry_port_lock(&s.mm.ptl);
	if (!look || (!tarry_load(&t[0], RLX) && !tarry_load(&t[1], RLX))) {
		tarry_exchange(&s.mm.slots[0], 0, SEQ);
		check_defer(free_table, t);
	}
	tarry_port_unlock(&s.mm.ptl);
	tarry_port_unlock(&s.mm.pmd_lock);
}

static void dontneed(void)
{
	zap(false);
}

static void dontneed_mended(void)
{
	zap(true);
}

static void fault(void)
{
	uint64_t e;

	tarry_port_read_begin();
	e = tarry_load(&s.mm.slots[0], ACQ);
	if (e) {
		tarry_port_lock(&s.mm.ptl);
		/* As pte_offset_map_lock() does: still the same table? */
		if (tarry_load(&s.mm.slots[0], ACQ) == e &&
		    !tarry_load(&table_of(e)[0], RLX)) {
			tarry_store(&table_of(e)[0], PAGE(20), REL);
			s.filled = 1;
		}
		tarry_port_unlock(&s.mm.ptl);
	}
	tarry_port_read_end();
}

static void still_mapped(void)
{
	if (s.filled && !s.mm.slots[0])
		check_violation(CHECK_LOST, "a mapped page vanished");
}

ZOO(15, broken, .about = "a table that is not empty is reclaimed",
    .rule = "empty-in-one-hold", .ids = "6375e95f381e", FINDS(LOST),
    .setup = setup, .finish = still_mapped,
    .threads = {CPU(dontneed), CPU(fault)})
ZOO(15, mended, .about = "looked at again under both locks", CLEAN,
    .rule = "empty-in-one-hold", .setup = setup, .finish = still_mapped,
    .threads = {CPU(dontneed_mended), CPU(fault)})
