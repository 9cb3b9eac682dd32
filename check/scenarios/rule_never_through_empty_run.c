/* SPDX-License-Identifier: MIT */
/*
 * A run comes apart and together again: who reads a page that stays finds it at
 * every instant.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RUNS);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void change(void)
{
	check_assert(!bed_unmap(0, 1));
	check_assert(!bed_map(0, 10, 1));
}

static void reader(void)
{
	check_assert(bed_read(1) == 11);
}

CHECK_SCENARIO(rule_never_through_empty_run,
	       .about = "a reader of a page whose run comes apart and together",
	       .rule = "never-through-empty", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"change", change}, {"reader", reader}},
	       .finish = bed_close)
