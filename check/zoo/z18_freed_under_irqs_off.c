/* SPDX-License-Identifier: MIT */
/*
 * Z18.  A collapse frees the table under a walk with interrupts off: the flush
 * sent no interrupt (2ba99c5e0881, 2022).
 *
 *	C0 (irqs off): slot -> T
 *	C1: clears the slot, flushes without an interrupt, frees T
 *	C0: reads T (looking at the slot again comes after)
 *
 * Mended: a round of interrupts to whoever may walk, before the free.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), PAGE(11));
}

static void gup_fast(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t pmd = tarry_load(&s.mm.slots[0], ACQ);

	if (pmd)
		(void)tarry_load(&table_of(pmd)[0], RLX);
	tarry_port_irq_restore(was);
}

static void collapse(void)
{
	uint64_t pmd = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_free(table_of(pmd));
}

static void collapse_mended(void)
{
	uint64_t pmd = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	tarry_port_kick();
	check_free(table_of(pmd));
}

ZOO(18, broken, .about = "a flush is taken for a wait",
    .rule = "every-walker-class", .ids = "2ba99c5e0881", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(gup_fast), CPU(collapse)})
ZOO(18, mended, .about = "walkers are waited for by themselves", CLEAN,
    .rule = "every-walker-class", .setup = setup,
    .threads = {CPU(gup_fast), CPU(collapse_mended)})
