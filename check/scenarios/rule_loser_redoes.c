/* SPDX-License-Identifier: MIT */
/*
 * Two maps of one page need a table; both fetch one, one installs it. The other
 * uses that table, and looks at the slot again.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
}

/* Over two tables, so that all of it takes the general way. */
static void first(void)
{
	bed.results[0] = tarry_map(bed.space, BED_PAGE, 11 * BED_PAGE,
				   2 * BED_PAGE, BED_RW, NULL);
}

static void second(void)
{
	bed.results[1] = tarry_map(bed.space, BED_PAGE, 21 * BED_PAGE,
				   2 * BED_PAGE, BED_RW, NULL);
}

static void finish(void)
{
	int won = !bed.results[0] ? 11 : 21;

	if (!bed.results[0] == !bed.results[1])
		check_violation(CHECK_LOST, "%s",
				bed.results[0] ? "both lost" : "both won");
	check_assert(bed_page_at(1) == won && bed_page_at(2) == won + 1);
	bed_close();
}

CHECK_SCENARIO(rule_loser_redoes,
	       .about = "two maps of one page, both without a table",
	       .rule = "loser-redoes", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"first", first}, {"second", second}},
	       .finish = finish)
