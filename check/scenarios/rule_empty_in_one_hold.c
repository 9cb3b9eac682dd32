/* SPDX-License-Identifier: MIT */
/*
 * A table is detached because it is empty: the count is of the same hold of the
 * lock (Z15).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void map(void)
{
	check_assert(!bed_map(1, 11, 1));
}

static void finish(void)
{
	if (bed_page_at(1) != 11)
		check_violation(CHECK_LOST, "a mapped page vanished");
	bed_close();
}

CHECK_SCENARIO(rule_empty_in_one_hold,
	       .about = "a fault fills what an unmap just emptied",
	       .rule = "empty-in-one-hold", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"map", map}},
	       .finish = finish)
