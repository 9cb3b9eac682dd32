/* SPDX-License-Identifier: MIT */
/*
 * Z50.  A walker that does not snoop reads memory, not the CPU's cache; the
 * cache is cleaned after the invalidation (io-pgtable-arm, 85b715a33458, 2024).
 *
 *	C0: clears the entry - in its cache - and invalidates the walker's TLB
 *	W : misses, reads the old entry from memory, caches it
 *	C0: cleans the line, frees the page
 *	W : uses the page
 *
 * Mended: written, cleaned, then invalidated.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *cached; /* as the CPU sees it */
	uint64_t *memory; /* as the device does */
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.memory = mm_table(&s.mm, PAGE(10), 0);
	s.cached = check_alloc(16, "cached");
	s.cached[0] = PAGE(10);
}

static void clean(void)
{
	tarry_exchange(&s.memory[0], tarry_load(&s.cached[0], SEQ), SEQ);
}

static void unmap(void)
{
	tarry_exchange(&s.cached[0], 0, SEQ);
	mm_flush(&s.mm);
	clean();
	check_page_free(10);
}

static void unmap_mended(void)
{
	tarry_exchange(&s.cached[0], 0, SEQ);
	clean();
	mm_flush(&s.mm);
	check_page_free(10);
}

static void device(void)
{
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

ZOO(50, broken, .about = "invalidated before it is visible",
    .rule = "visible-before-invalidate", .ids = "85b715a33458",
    FINDS(USE_AFTER_FREE), .setup = setup, .threads = {CPU(unmap), CPU(device)})
ZOO(50, mended, .about = "visible, then invalidated", CLEAN,
    .rule = "visible-before-invalidate", .setup = setup,
    .threads = {CPU(unmap_mended), CPU(device)})
