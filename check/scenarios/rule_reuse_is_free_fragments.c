/* SPDX-License-Identifier: MIT */
/*
 * A table goes and another comes, which may get its place in the page that both
 * are cut from; a reader of the first never sees the second (Z08).
 */
#include "bed.h"

static void setup(enum tarry_policy policy)
{
	bed_policy(policy);
	bed_open(3, 0);
	bed_map(0, 10, 1);
	/* A sibling, so that the page lives on. */
	bed_map(6, 16, 1);
}

static void setup_recycle(void)
{
	setup(TARRY_RECYCLE);
}

static void setup_sticky(void)
{
	setup(TARRY_STICKY);
}

static void setup_whole(void)
{
	setup(TARRY_WHOLE);
}

static void replace(void)
{
	check_assert(!bed_unmap(0, 1));
	check_assert(!bed_map(4, 14, 1));
}

static void read(void)
{
	int page = bed_read(0);

	if (page != 10 && page != -1)
		check_violation(CHECK_STALE,
				"a page of another table is found in this one");
}

static void finish(void)
{
	check_assert(bed_page_at(0) == -1);
	check_assert(bed_page_at(4) == 14);
	bed_close();
}

CHECK_SCENARIO(rule_reuse_is_free_recycle,
	       .about = "a fragment is used again after its grace period",
	       .rule = "reuse-is-free", .shared = BED_SHARED,
	       .setup = setup_recycle, .finish = finish,
	       .threads = {{"replace", replace}, {"read", read}})
CHECK_SCENARIO(rule_reuse_is_free_sticky,
	       .about = "a fragment is never used again",
	       .rule = "reuse-is-free", .shared = BED_SHARED,
	       .setup = setup_sticky, .finish = finish,
	       .threads = {{"replace", replace}, {"read", read}})
CHECK_SCENARIO(rule_reuse_is_free_page,
	       .about = "a page is used again after its table's grace period",
	       .rule = "reuse-is-free", .shared = BED_SHARED,
	       .setup = setup_whole, .finish = finish,
	       .threads = {{"replace", replace}, {"read", read}})
