/* SPDX-License-Identifier: MIT */
/*
 * Z43.  Root and depth in two words (AMD IOMMU, CVE-2025-39961, 789a5913b29c).
 *
 *	C0: grows: root = a new top
 *	C1: new root, old level: descends one level short
 *	C0: level + 1
 *
 * Mended: both in one word.
 */
#include "zoo.h"

static struct {
	uint64_t *root, level;
	uint64_t word;
	uint64_t *old_top, *new_top;
} s;

static void setup(void)
{
	s.old_top = check_alloc(32, "level 1");
	s.new_top = check_alloc(32, "level 2");
	s.old_top[0] = 10; /* the page */
	s.new_top[0] = (uint64_t)(uintptr_t)s.old_top;
	s.root = s.old_top;
	s.level = 1;
	s.word = (uint64_t)(uintptr_t)s.old_top | 1;
}

static void grow(void)
{
	tarry_store(&s.root, s.new_top, REL);
	tarry_store(&s.level, 2, REL);
}

static void grow_mended(void)
{
	tarry_store(&s.word, (uint64_t)(uintptr_t)s.new_top | 2, REL);
}

static void descend(uint64_t *t, uint64_t level)
{
	uint64_t e = tarry_load(&t[0], ACQ);

	for (; level > 1; level--)
		e = tarry_load(&((uint64_t *)(uintptr_t)e)[0], ACQ);
	if (e != 10)
		check_violation(CHECK_STALE,
				"the walk ends at the wrong level");
}

static void walk(void)
{
	uint64_t *root = tarry_load(&s.root, ACQ);

	descend(root, tarry_load(&s.level, ACQ));
}

static void walk_mended(void)
{
	uint64_t word = tarry_load(&s.word, ACQ);

	descend((uint64_t *)(uintptr_t)(word & ~7ull), word & 7);
}

ZOO(43, broken, .about = "a root of another depth", .rule = "root-in-one-word",
    .ids = "CVE-2025-39961, 789a5913b29c", FINDS(STALE),
    .also = 1 << CHECK_WILD, .setup = setup, .threads = {CPU(grow), CPU(walk)})
ZOO(43, mended, .about = "one word says both", CLEAN,
    .rule = "root-in-one-word", .setup = setup,
    .threads = {CPU(grow_mended), CPU(walk_mended)})
