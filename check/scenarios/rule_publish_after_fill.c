/* SPDX-License-Identifier: MIT */
/*
 * A table is filled with plain stores, then published by a release store; a
 * reader that finds it finds it full.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
}

static void map(void)
{
	check_assert(!bed_map(1, 21, 1));
}

static void read(void)
{
	int page = bed_read(1);

	check_assert(page == 21 || page == -1);
	check_assert(bed_read(0) == -1);
}

CHECK_SCENARIO(rule_publish_after_fill,
	       .about = "a table that is found is full",
	       .rule = "publish-after-fill", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"map", map}, {"read", read}},
	       .finish = bed_close)
