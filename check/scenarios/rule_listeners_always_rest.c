/* SPDX-License-Identifier: MIT */
/*
 * A CPU that rests is not told of leaves.  When it wakes, it learns that
 * something was taken away, or it is told.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_cache_listen();
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void unmap_table(void)
{
	check_assert(!bed_unmap(0, 2));
}

/* It has page 10 in its cache, if it missed nothing. */
static void use(bool missed)
{
	bed_cache_use(missed ? -1 : 10);
}

static void rest_and_wake(void)
{
	tarry_listener_rest(bed.space, &bed.cache);
	use(tarry_listener_wake(bed.space, &bed.cache));
}

static void setup_resting(void)
{
	setup();
	tarry_listener_rest(bed.space, &bed.cache);
}

static void wake(void)
{
	use(tarry_listener_wake(bed.space, &bed.cache));
}

/* Awake, it fills its cache again: what was taken away it must not find, as it
 * will not be told of it any more. */
static void wake_and_fill(void)
{
	int page;

	if (!tarry_listener_wake(bed.space, &bed.cache))
		return;
	page = bed_read(0);
	if (page >= 0)
		bed_cache_use(page);
}

/* It never rests so deeply that tables are kept from it. */
static void stay_at_rest(void)
{
	use(false);
}

static void finish(void)
{
	bed_cache_unlisten();
	bed_close();
}

CHECK_SCENARIO(rule_listeners_always_rest, .rule = "listeners-always",
	       .about = "a CPU rests and wakes while a page is unmapped",
	       .shared = BED_SHARED, .setup = setup, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", rest_and_wake}})
CHECK_SCENARIO(rule_listeners_always_wake, .rule = "listeners-always",
	       .about = "a CPU that rests wakes while a page is unmapped",
	       .shared = BED_SHARED, .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", wake}})
CHECK_SCENARIO(rule_listeners_always_refill, .rule = "listeners-always",
	       .about = "a CPU that wakes fills its cache while a page goes",
	       .shared = BED_SHARED, .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", wake_and_fill}})
CHECK_SCENARIO(rule_listeners_always_tables, .rule = "listeners-always",
	       .about = "a CPU that rests is told of a table",
	       .shared = BED_SHARED, .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap_table}, {"cpu", stay_at_rest}})
