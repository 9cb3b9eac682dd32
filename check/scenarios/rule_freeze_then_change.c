/* SPDX-License-Identifier: MIT */
/*
 * Hardware sees the table, nothing, the leaf: what it marks dirty meanwhile is
 * in the leaf.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void collapse(void)
{
	check_assert(!bed_collapse(0, 1));
}

static void write(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
}

static bool dirty(void)
{
	struct tarry_hit hit;

	return !tarry_translate(bed.space, 0, &hit) &&
	       (bed.format->leaf_rights(hit.entry, hit.level) & TARRY_DIRTY);
}

static void finish(void)
{
	if (bed.wrote && !dirty())
		check_violation(CHECK_LOST,
				"hardware wrote, and the leaf is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_freeze_then_change,
	       .about = "a collapse under a writing CPU",
	       .rule = "freeze-then-change", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"collapse", collapse}, {"cpu", write}},
	       .finish = finish)
