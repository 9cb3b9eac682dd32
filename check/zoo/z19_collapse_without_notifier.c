/* SPDX-License-Identifier: MIT */
/*
 * Z19.  A file collapse takes small entries away and does not tell secondary
 * MMUs (CVE-2022-48991, f268f6cf875f).
 *
 *	KVM: has page 10 in its own tables
 *	C0: clears the table of the process, flushes its TLBs, frees page 10
 *	KVM: uses page 10
 *
 * Mended: the notifier, in this path as in every other.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	struct check_mmu kvm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
	s.kvm = s.mm.mmu;
}

static void guest(void)
{
	check_mmu_access(&s.kvm, 0, false, NULL);
	check_mmu_access(&s.kvm, 0, false, NULL);
}

static void retract(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	(void)e;
	mm_flush(&s.mm);
	check_page_free(10);
}

static void retract_mended(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	(void)e;
	mm_flush(&s.mm);
	check_mmu_invalidate(&s.kvm, 0, 2, true);
	check_page_free(10);
}

ZOO(19, broken, .about = "a secondary MMU keeps a freed page",
    .rule = "listeners-always", .ids = "CVE-2022-48991, f268f6cf875f",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(guest), CPU(retract)})
ZOO(19, mended, .about = "secondary walkers are told", CLEAN,
    .rule = "listeners-always", .setup = setup,
    .threads = {CPU(guest), CPU(retract_mended)})
