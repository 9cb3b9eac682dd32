/* SPDX-License-Identifier: MIT */
/*
 * A map walks into a table, waits for its lock, and finds that it was detached
 * meanwhile: what it wrote there would be lost.
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
		check_violation(CHECK_LOST, "a mapping is lost");
	bed_close();
}

static void setup_full(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void collapse(void)
{
	int err = bed_collapse(0, 1);

	check_assert(!err || err == TARRY_EHOLES);
}

static void finish_unmap(void)
{
	check_assert(bed_page_at(0) == -1);
	check_assert(bed_page_at(1) == 11);
	bed_close();
}

CHECK_SCENARIO(rule_detached_is_final_unmap,
	       .about = "an unmap in a table that a collapse detaches",
	       .rule = "detached-is-final", .shared = BED_SHARED,
	       .setup = setup_full,
	       .threads = {{"collapse", collapse}, {"unmap", unmap}},
	       .finish = finish_unmap)
CHECK_SCENARIO(rule_detached_is_final, .about = "a map into a table that goes",
	       .rule = "detached-is-final", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"map", map}},
	       .finish = finish)
