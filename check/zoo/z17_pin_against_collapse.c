/* SPDX-License-Identifier: MIT */
/*
 * Z17.  GUP-fast takes a reference and looks at the leaf entry again; a
 * collapse cleared the upper one and is still to clear the leaf (70cbc3cc78a9,
 * 2022).
 *
 *	C0 (irqs off): slot -> T, leaf -> page P
 *	C1: clears the slot, reads P's count: as expected
 *	C0: takes a reference, the leaf is still there: success
 *	C1: copies P to the huge page, installs that
 *
 * Mended: the pin looks at the upper entry again as well; the collapse changes
 * that first, and then reads the counts.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t references;
	uint64_t pinned, collapsed;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
}

static void pin(bool upper_too)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t pmd = tarry_load(&s.mm.slots[0], ACQ);

	if (pmd && !(pmd & LEAF)) {
		uint64_t pte = tarry_load(&table_of(pmd)[0], ACQ);

		if (pte) {
			tarry_fetch_add(&s.references, 1, SEQ);
			if (tarry_load(&table_of(pmd)[0], SEQ) != pte ||
			    (upper_too &&
			     tarry_load(&s.mm.slots[0], SEQ) != pmd))
				tarry_fetch_add(&s.references, -1ull, SEQ);
			else
				s.pinned = 1;
		}
	}
	tarry_port_irq_restore(was);
}

static void gup_fast(void)
{
	pin(false);
}

static void gup_fast_mended(void)
{
	pin(true);
}

static void collapse(void)
{
	uint64_t pmd = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	if (tarry_load(&s.references, SEQ)) {
		tarry_store(&s.mm.slots[0], pmd, REL);
		return;
	}
	tarry_exchange(&table_of(pmd)[0], 0, SEQ);
	/* The copy is made; writes to the old page are lost from here. */
	tarry_store(&s.mm.slots[0], PAGE(20) | LEAF, REL);
	s.collapsed = 1;
}

static void not_both(void)
{
	if (s.pinned && s.collapsed)
		check_violation(CHECK_LOST, "a pinned page is not mapped any "
					    "more: writes to it are lost");
}

ZOO(17, broken, .about = "a page is pinned that is being replaced",
    .rule = "decide-under-lock", .ids = "70cbc3cc78a9", FINDS(LOST),
    .setup = setup, .finish = not_both,
    .threads = {CPU(gup_fast), CPU(collapse)})
ZOO(17, mended, .about = "the upper entry is looked at again", CLEAN,
    .rule = "decide-under-lock", .setup = setup, .finish = not_both,
    .threads = {CPU(gup_fast_mended), CPU(collapse)})
