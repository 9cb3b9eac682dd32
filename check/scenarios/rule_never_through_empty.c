/* SPDX-License-Identifier: MIT */
/*
 * What stays mapped is found mapped, through a collapse and a split.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void collapse(void)
{
	check_assert(!bed_collapse(0, 1));
}

static void read(void)
{
	if (bed_read(0) != 10)
		check_violation(CHECK_LOST, "a mapped page shows as empty");
}

CHECK_SCENARIO(rule_never_through_empty,
	       .about = "a mapped page is never missed",
	       .rule = "never-through-empty", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"collapse", collapse}, {"read", read}},
	       .finish = bed_close)
