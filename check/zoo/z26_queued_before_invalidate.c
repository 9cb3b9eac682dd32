/* SPDX-License-Identifier: MIT */
/*
 * Z26.  A table is handed to the deferred free while the walk caches still lead
 * to it (d86564a2f085, 2018).
 *
 *	C0: clears the slot, batch full: queues T; the flush is pending
 *	C1 (hardware): its walk cache -> T, after the grace period
 *
 * Mended: invalidate, then queue.
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

static void cpu(void)
{
	check_mmu_access(&s.mm.mmu, 0, false, NULL);
	check_mmu_access(&s.mm.mmu, 1, false, NULL);
}

static void free_table(void *t)
{
	check_free(t);
}

static void zap(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	check_defer(free_table, table_of(e));
	mm_flush(&s.mm);
}

static void zap_mended(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_defer(free_table, table_of(e));
}

ZOO(26, broken, .about = "queued for freeing before the invalidation",
    .rule = "unlink-invalidate-wait-free", .ids = "d86564a2f085",
    FINDS(USE_AFTER_FREE), .setup = setup, .threads = {CPU(cpu), CPU(zap)})
ZOO(26, mended, .about = "invalidated, then queued", CLEAN,
    .rule = "unlink-invalidate-wait-free", .setup = setup,
    .threads = {CPU(cpu), CPU(zap_mended)})
