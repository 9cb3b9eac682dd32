/* SPDX-License-Identifier: MIT */
/*
 * Z25.  "Only one user: free the table at once, the flush comes at the end"
 * (s390, arm64 285994a62c80, x86; 2011 to 2018).
 *
 *	C0: munmap with one user: unlinks T and frees it
 *	C1: its walk cache (a lazy TLB, speculation) still leads into T
 *
 * Mended: no shortcut: unlink, flush, free.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t users;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
	s.users = 1;
}

static void lazy_cpu(void)
{
	check_mmu_access(&s.mm.mmu, 0, false, NULL);
}

static void munmap_one_user(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	if (tarry_load(&s.users, RLX) < 2)
		check_free(table_of(e));
	mm_flush(&s.mm);
}

static void munmap_mended(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	mm_flush(&s.mm);
	check_free(table_of(e));
}

ZOO(25, broken, .about = "a single user says nothing about hardware",
    .rule = "unlink-invalidate-wait-free", .ids = "285994a62c80",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(lazy_cpu), CPU(munmap_one_user)})
ZOO(25, mended, .about = "the same order for everybody", CLEAN,
    .rule = "unlink-invalidate-wait-free", .setup = setup,
    .threads = {CPU(lazy_cpu), CPU(munmap_mended)})
