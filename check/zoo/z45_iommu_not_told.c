/* SPDX-License-Identifier: MIT */
/*
 * Z45.  An IOMMU walks the tables of a process, kernel half included; nobody
 * tells it when kernel tables go (CVE-2025-71089, e37d5a2d60a3).
 *
 *	IOMMU: its walk cache -> a kernel table
 *	C0: vfree: unlinks it, flushes the CPUs, frees it
 *	IOMMU: walks, or sets accessed bits, in freed memory
 *
 * Mended: every kind of walker is told, and waited for.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	struct check_mmu iommu;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), PAGE(11));
	s.iommu = s.mm.mmu;
}

static void device(void)
{
	check_mmu_access(&s.iommu, 0, false, NULL);
	check_mmu_access(&s.iommu, 1, false, NULL);
}

static void vfree(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_free(table_of(e));
}

static void vfree_mended(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_mmu_invalidate(&s.iommu, 0, 2, true);
	check_free(table_of(e));
}

ZOO(45, broken, .about = "a device walks a freed kernel table",
    .rule = "every-walker-class", .ids = "CVE-2025-71089, e37d5a2d60a3",
    FINDS(USE_AFTER_FREE), .setup = setup, .threads = {CPU(device), CPU(vfree)})
ZOO(45, mended, .about = "devices are walkers", CLEAN,
    .rule = "every-walker-class", .setup = setup,
    .threads = {CPU(device), CPU(vfree_mended)})
