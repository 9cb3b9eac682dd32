/* SPDX-License-Identifier: MIT */
/*
 * A walk decides on the copy that it loaded: table, leaf and empty are told
 * apart by the value, while the slot changes from one to the other.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void change(void)
{
	check_assert(!bed_collapse(0, 1));
	check_assert(!bed_split(0, 1));
}

static void read(void)
{
	check_assert(bed_read(1) == 11);
}

CHECK_SCENARIO(rule_one_load,
	       .about = "a walk through a slot that is table, leaf, table",
	       .rule = "one-load", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"change", change}, {"read", read}},
	       .finish = bed_close)
