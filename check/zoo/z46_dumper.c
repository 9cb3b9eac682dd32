/* SPDX-License-Identifier: MIT */
/*
 * Z46.  A kernel table is freed under the dumper of page tables (5e0fb5df2ee8
 * and a report of 2026).
 *
 *	dumper: slot -> T
 *	C0: a huge vmap: clears the slot, frees T
 *	dumper: reads T
 *
 * Mended: the dumper holds the lock that the change takes.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	struct tarry_port_lock init_mm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), PAGE(11));
}

static void dump(void)
{
	uint64_t e = tarry_load(&s.mm.slots[0], ACQ);

	if (e && !mm_is_leaf(e, 1))
		visit(table_of(e));
}

static void dump_locked(void)
{
	tarry_port_lock(&s.init_mm);
	dump();
	tarry_port_unlock(&s.init_mm);
}

static void vmap_huge(void)
{
	uint64_t e;

	tarry_port_lock(&s.init_mm);
	e = tarry_exchange(&s.mm.slots[0], 0, SEQ);
	mm_flush(&s.mm);
	check_free(table_of(e));
	tarry_store(&s.mm.slots[0], PAGE(20) | LEAF, REL);
	tarry_port_unlock(&s.init_mm);
}

ZOO(46, broken, .about = "a debug walker is a walker",
    .rule = "every-walker-class", .ids = "5e0fb5df2ee8", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(dump), CPU(vmap_huge)})
ZOO(46, mended, .about = "the dumper holds the lock", CLEAN,
    .rule = "every-walker-class", .setup = setup,
    .threads = {CPU(dump_locked), CPU(vmap_huge)})
