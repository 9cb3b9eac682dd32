/* SPDX-License-Identifier: MIT */
/*
 * A run comes apart, and comes together: hardware never finds a leaf alone that
 * it may still know as one of a run, and what it wrote through the run is
 * dirty.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RUNS);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
	bed_hw_read(0, 1);
}

static void setup_apart(void)
{
	setup();
	bed_protect(1, 1, TARRY_R);
	bed_hw_read(0, 1);
}

static void part(void)
{
	check_assert(!bed_protect(1, 1, TARRY_R));
}

static void join(void)
{
	check_assert(!bed_protect(1, 1, BED_RW));
}

static void cpu(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
	bed_hw_read(0, 1);
}

static bool dirty(void)
{
	uint64_t map = 0;

	check_assert(!tarry_harvest(bed.space, 0, BED_PAGE, 0, NULL, &map));
	return map & 1;
}

static void finish(void)
{
	if (bed.wrote && !dirty())
		check_violation(CHECK_LOST,
				"hardware wrote, and the page is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_freeze_then_change_run,
	       .about = "a run comes apart under a writing CPU",
	       .rule = "freeze-then-change", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"protect", part}, {"cpu", cpu}},
	       .finish = finish)

CHECK_SCENARIO(rule_freeze_then_change_join,
	       .about = "two leaves become a run under a writing CPU",
	       .rule = "freeze-then-change", .shared = BED_SHARED,
	       .setup = setup_apart,
	       .threads = {{"protect", join}, {"cpu", cpu}}, .finish = finish)
