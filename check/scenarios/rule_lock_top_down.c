/* SPDX-License-Identifier: MIT */
/*
 * Two writers that need a table and the one above it, or tables of two spaces,
 * do not wait for each other in a circle.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(2, 12, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void map(void)
{
	/* Both tables, from the root down. */
	int err = bed_map(1, 21, 1);

	check_assert(!err);
	bed_unmap(0, 4);
}

CHECK_SCENARIO(rule_lock_top_down,
	       .about = "an unmap that reclaims against one of everything",
	       .rule = "lock-top-down", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"unmap", unmap}, {"map", map}}, .finish = bed_close)

/* Page 0 goes there, page 1 comes back, from and to the same two tables. */
static void setup_clones(void)
{
	bed_open_two(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	check_assert(!tarry_map(bed.other, BED_PAGE, 11 * BED_PAGE, BED_PAGE,
				BED_RW, NULL));
}

static void clone_there(void)
{
	check_assert(!tarry_clone(bed.space, bed.other, 0, BED_PAGE, NULL));
}

static void clone_back(void)
{
	check_assert(
		!tarry_clone(bed.other, bed.space, BED_PAGE, BED_PAGE, NULL));
}

static void close_clones(void)
{
	check_assert(bed_page_at(0) == 10 && bed_page_at(1) == 11);
	bed_close();
}

CHECK_SCENARIO(rule_lock_top_down_clones,
	       .about = "two clones in opposite directions",
	       .rule = "lock-top-down", .shared = BED_SHARED,
	       .setup = setup_clones,
	       .threads = {{"there", clone_there}, {"back", clone_back}},
	       .finish = close_clones)
