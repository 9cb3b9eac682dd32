/* SPDX-License-Identifier: MIT */
/*
 * Z14.  The count of fragments is the page's reference count, which a scanner
 * of physical memory raises for a moment (powerpc, 4231aba000f5, 2018).
 *
 *	C1: scanner: takes a reference: n + 1
 *	C0: the last fragment goes: not zero: skips destructor and free
 *	C1: drops its reference: zero: a generic free of a page table page
 *
 * Mended: the fragments have a count of their own.
 */
#include "zoo.h"

static struct {
	uint64_t references, fragments;
	uint64_t destroyed, freed;
} s;

static void setup(void)
{
	s.references = 1;
	s.fragments = 1;
}

static void page_free(void)
{
	if (!tarry_load(&s.destroyed, ACQ))
		check_violation(CHECK_MISUSE, "a page that is still marked as "
					      "a page table is freed");
	tarry_store(&s.freed, 1, REL);
}

static void scanner(void)
{
	uint64_t n = tarry_load(&s.references, RLX);

	while (n && !tarry_cas(&s.references, &n, n + 1, TARRY_ACQ_REL))
		;
	if (n && tarry_fetch_add(&s.references, -1ull, TARRY_ACQ_REL) == 1)
		page_free();
}

static void put_fragment(void)
{
	if (tarry_fetch_add(&s.references, -1ull, TARRY_ACQ_REL) == 1) {
		tarry_store(&s.destroyed, 1, REL);
		page_free();
	}
}

static void put_fragment_mended(void)
{
	if (tarry_fetch_add(&s.fragments, -1ull, TARRY_ACQ_REL) == 1) {
		tarry_store(&s.destroyed, 1, REL);
		if (tarry_fetch_add(&s.references, -1ull, TARRY_ACQ_REL) == 1)
			page_free();
	}
}

static void is_freed(void)
{
	check_assert(s.freed && s.destroyed);
}

ZOO(14, broken, .about = "a stranger's reference hides the last fragment",
    .rule = "own-counter", .ids = "4231aba000f5", FINDS(MISUSE), .setup = setup,
    .finish = is_freed, .threads = {CPU(scanner), CPU(put_fragment)})
ZOO(14, mended, .about = "fragments are counted by themselves", CLEAN,
    .rule = "own-counter", .setup = setup, .finish = is_freed,
    .threads = {CPU(scanner), CPU(put_fragment_mended)})
