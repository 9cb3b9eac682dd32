/* SPDX-License-Identifier: MIT */
/*
 * A table that moves stands for another address; readers that walked to it for
 * the old one have left before anything is changed in it (Z04).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
	bed_map(0, 10, 1);
	bed_map(6, 16, 1);
}

static void move(void)
{
	check_assert(!bed_move(0, 2, 2));
	check_assert(!bed_map(3, 33, 1));
}

static void read(void)
{
	if (bed_read(1) != -1)
		check_violation(CHECK_STALE,
				"a page of the new place is found at the old");
}

CHECK_SCENARIO(rule_reuse_is_free,
	       .about = "a table moves, and gets another page",
	       .rule = "reuse-is-free", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"move", move}, {"read", read}}, .finish = bed_close)
