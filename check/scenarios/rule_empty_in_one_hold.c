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

/* ---- a zap, a fault and a reclaim at once ---- */

static void setup_kept(void)
{
	bed_open(2, TARRY_SPACE_KEEP_TABLES);
	bed_map(0, 10, 1);
}

static void zap(void)
{
	struct tarry_how how = {.flags = TARRY_RETIRE_TABLES};

	check_assert(!tarry_unmap(bed.space, 0, BED_PAGE, &how));
}

static void zap_and_keep(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void reclaim(void)
{
	check_assert(tarry_reclaim(bed.space, 0, 2 * BED_PAGE, NULL) >= 0);
}

/* What the fault maps is of value. */
static bool of_no_value(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->oa == 10 * BED_PAGE;
}

static void idle(void)
{
	struct tarry_idle walk = {.len = 2 * BED_PAGE,
				  .of_no_value = of_no_value};

	check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

static void empty(void)
{
	struct tarry_idle walk = {.len = 2 * BED_PAGE};

	check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

CHECK_SCENARIO(rule_empty_in_one_hold_zap,
	       .about = "a zap, a fault and a reclaim of one table",
	       .rule = "empty-in-one-hold", .shared = BED_SHARED,
	       .setup = setup_kept, .finish = finish,
	       .threads = {{"zap", zap}, {"fault", map}, {"reclaim", reclaim}})
CHECK_SCENARIO(rule_empty_in_one_hold_idle,
	       .about = "a table of no value gets a page of value",
	       .rule = "empty-in-one-hold", .shared = BED_SHARED,
	       .setup = setup_kept, .finish = finish,
	       .threads = {{"idle", idle}, {"fault", map}})
CHECK_SCENARIO(rule_empty_in_one_hold_kept,
	       .about = "a zap that keeps its table, a fault, and the reclaim "
			"in the background",
	       .rule = "empty-in-one-hold", .shared = BED_SHARED,
	       .setup = setup_kept, .finish = finish,
	       .threads = {
		       {"zap", zap_and_keep}, {"fault", map}, {"empty", empty}})
