/* SPDX-License-Identifier: MIT */
/*
 * Z28.  A mapping without page references vanishes from the reverse map while
 * the TLBs are warm (CVE-2022-39188, b67fbebd4cf9).
 *
 *	C0: munmap: clears entries (flush pending), takes the VMA off the file
 *	C1: driver: unmaps the file: no VMA; frees its pages
 *	C2: writes through its TLB
 *
 * Mended: flushed before the VMA leaves the file.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t *table;
	struct tarry_port_lock i_mmap;
	uint64_t vma; /* on the file's tree */
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.table = mm_table(&s.mm, PAGE(10), 0);
	s.vma = 1;
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

static void unlink_vma(void)
{
	tarry_port_lock(&s.i_mmap);
	s.vma = 0;
	tarry_port_unlock(&s.i_mmap);
}

static void munmap(void)
{
	tarry_exchange(&s.table[0], 0, SEQ);
	unlink_vma();
	mm_flush(&s.mm);
}

static void munmap_mended(void)
{
	tarry_exchange(&s.table[0], 0, SEQ);
	mm_flush(&s.mm);
	unlink_vma();
}

static void driver(void)
{
	tarry_port_lock(&s.i_mmap);
	if (s.vma) {
		tarry_exchange(&s.table[0], 0, SEQ);
		mm_flush(&s.mm);
	}
	tarry_port_unlock(&s.i_mmap);
	check_page_free(10);
}

static void cpu(void)
{
	check_mmu_access(&s.mm.mmu, 0, true, NULL);
}

ZOO(28, broken, .about = "off the reverse map before the flush",
    .rule = "invalidate-before-unlock", .ids = "CVE-2022-39188, b67fbebd4cf9",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(munmap), CPU(driver), CPU(cpu)})
ZOO(28, mended, .about = "flushed first", CLEAN,
    .rule = "invalidate-before-unlock", .setup = setup,
    .threads = {CPU(munmap_mended), CPU(driver), CPU(cpu)})
