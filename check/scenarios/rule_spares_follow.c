/* SPDX-License-Identifier: MIT */
/*
 * The spare of a leaf moves with it (Z24).
 */
#include "bed.h"

static void setup(void)
{
	struct tarry_how how = {.flags = TARRY_DEPOSIT};

	bed_open(3, 0);
	bed_map(0, 8, 1);
	bed_map(1, 9, 1);
	check_assert(!tarry_collapse(bed.space, 0, 1, 0, NULL, &how));
}

static void move(void)
{
	check_assert(!bed_move(0, 4, 2));
}

static void split(void)
{
	bed_split(4, 1);
}

CHECK_SCENARIO(rule_spares_follow,
	       .about = "a large leaf that owns a spare moves, and is split",
	       .rule = "spares-follow", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"move", move}, {"split", split}},
	       .finish = bed_close)
