/* SPDX-License-Identifier: MIT */
/*
 * Two writers that need a table and the one above it do not wait for each other
 * in a circle.
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
