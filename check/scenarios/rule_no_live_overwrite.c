/* SPDX-License-Identifier: MIT */
/*
 * Of two maps of one page one fails, and changes nothing.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(1, 19, 1);
}

static void first(void)
{
	bed.results[0] = bed_map(0, 11, 1);
}

static void second(void)
{
	bed.results[1] = bed_map(0, 21, 1);
}

static void finish(void)
{
	if (!bed.results[0] == !bed.results[1])
		check_violation(CHECK_LOST, "a live leaf was replaced");
	check_assert(bed_page_at(0) == (bed.results[0] ? 21 : 11));
	bed_close();
}

CHECK_SCENARIO(rule_no_live_overwrite, .about = "two maps of one page",
	       .rule = "no-live-overwrite", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"first", first}, {"second", second}},
	       .finish = finish)
