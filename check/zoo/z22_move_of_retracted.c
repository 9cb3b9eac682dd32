/* SPDX-License-Identifier: MIT */
/*
 * Z22.  mremap moves a table that was just retracted (CVE-2024-50066).
 *
 *	C0: the slot is present and not huge (no lock)
 *	C1: retracts: clears it, defers the table
 *	C0: takes the locks, reads 0, puts "the table at physical 0" into the
 *	    destination
 *
 * Mended: what was decided before the lock is decided again under it.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
}

static void free_table(void *t)
{
	check_free(t);
}

static void move(bool again)
{
	uint64_t e = tarry_load(&s.mm.slots[0], ACQ);

	if (!e)
		return;
	tarry_port_lock(&s.mm.pmd_lock);
	e = tarry_exchange(&s.mm.slots[0], 0, SEQ);
	if (e || !again)
		tarry_store(&s.mm.slots[1], e | P, REL);
	tarry_port_unlock(&s.mm.pmd_lock);
}

static void mremap(void)
{
	move(false);
}

static void mremap_mended(void)
{
	move(true);
}

static void retract(void)
{
	uint64_t e;

	tarry_port_lock(&s.mm.pmd_lock);
	e = tarry_exchange(&s.mm.slots[0], 0, SEQ);
	tarry_port_unlock(&s.mm.pmd_lock);
	if (e)
		check_defer(free_table, table_of(e));
}

static void no_table_at_zero(void)
{
	if (s.mm.slots[1] && !table_of(s.mm.slots[1]))
		check_violation(CHECK_WILD,
				"physical memory at 0 is a page table");
}

ZOO(22, broken, .about = "a table at address 0 is installed",
    .rule = "decide-under-lock", .ids = "CVE-2024-50066", FINDS(WILD),
    .setup = setup, .finish = no_table_at_zero,
    .threads = {CPU(mremap), CPU(retract)})
ZOO(22, mended, .about = "looked at again under the lock", CLEAN,
    .rule = "decide-under-lock", .setup = setup, .finish = no_table_at_zero,
    .threads = {CPU(mremap_mended), CPU(retract)})
