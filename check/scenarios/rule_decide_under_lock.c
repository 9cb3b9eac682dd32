/* SPDX-License-Identifier: MIT */
/*
 * A map walks to the lowest table without a lock; when it has the lock there
 * may be a lower one.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
}

static void first(void)
{
	check_assert(!bed_map(0, 10, 1));
}

static void second(void)
{
	check_assert(!bed_map(1, 11, 1));
}

static void finish(void)
{
	if (bed_page_at(0) != 10 || bed_page_at(1) != 11)
		check_violation(CHECK_LOST, "a mapping is lost");
	bed_close();
}

CHECK_SCENARIO(rule_decide_under_lock,
	       .about = "two maps that need the same new tables",
	       .rule = "decide-under-lock", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"first", first}, {"second", second}},
	       .finish = finish)

static void setup_split(void)
{
	bed_open(3, 0);
	bed_map(0, 8, 4);
}

static void split(void)
{
	bed.results[0] = bed_split(0, 1);
}

/* Done, it says: then the smallest leaves stand there. */
static void finish_level(void)
{
	struct tarry_hit hit;

	check_assert(!tarry_translate(bed.space, 0, &hit));
	if (!bed.results[0] && hit.level)
		check_violation(CHECK_LOST, "a split was not done");
	bed_close();
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void finish_split(void)
{
	if (bed_page_at(0) != -1 || bed_page_at(1) != 9 || bed_page_at(2) != 10)
		check_violation(CHECK_LOST, "a mapping is lost");
	bed_close();
}

static void split_top(void)
{
	check_assert(!bed_split(0, 2));
}

CHECK_SCENARIO(rule_decide_under_lock_split,
	       .about = "a leaf that is taken apart by two",
	       .rule = "decide-under-lock", .shared = BED_SHARED,
	       .setup = setup_split,
	       .threads = {{"split_top", split_top}, {"unmap", unmap}},
	       .finish = finish_split)

CHECK_SCENARIO(rule_decide_under_lock_level,
	       .about = "a split of what is being split above",
	       .rule = "decide-under-lock", .shared = BED_SHARED,
	       .setup = setup_split,
	       .threads = {{"split_top", split_top}, {"split", split}},
	       .finish = finish_level)
