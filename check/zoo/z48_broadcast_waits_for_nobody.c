/* SPDX-License-Identifier: MIT */
/*
 * Z48.  "The flush interrupts every CPU, so it waits for walks with interrupts
 * off" - until the flush is done by firmware, a hypervisor, or an instruction
 * (x86 paravirtual; riscv 69be3fb111e7, 2024; INVLPGB, 2025).
 *
 *	C0 (irqs off): slot -> T
 *	C1: clears the slot, broadcasts: done without C0, frees T
 *	C0: reads T
 *
 * Mended: the safety of walkers is not derived from the way a flush is sent.
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
	uint64_t e;

	tarry_port_read_begin();
	e = tarry_load(&s.mm.slots[0], ACQ);
	if (e)
		visit(table_of(e));
	tarry_port_read_end();
	tarry_port_irq_restore(was);
}

static void unmap_by_interrupt(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	tarry_port_kick(); /* the flush was an interrupt */
	check_free(table_of(e));
}

static void unmap_by_broadcast(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_free(table_of(e));
}

static void free_table(void *t)
{
	check_free(t);
}

static void unmap_mended(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_defer(free_table, table_of(e));
}

ZOO(48, by_interrupt, .about = "the accident that it relied on", CLEAN,
    .rule = "every-walker-class", .setup = setup,
    .threads = {CPU(gup_fast), CPU(unmap_by_interrupt)})
ZOO(48, broken, .about = "a broadcast waits for no walker",
    .rule = "every-walker-class", .ids = "69be3fb111e7", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(gup_fast), CPU(unmap_by_broadcast)})
ZOO(48, mended, .about = "a grace period, however it is flushed", CLEAN,
    .rule = "every-walker-class", .setup = setup,
    .threads = {CPU(gup_fast), CPU(unmap_mended)})
