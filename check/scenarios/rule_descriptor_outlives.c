/* SPDX-License-Identifier: MIT */
/*
 * A late writer takes the lock of a table that is waiting to be freed (Z02).
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

CHECK_SCENARIO(rule_descriptor_outlives,
	       .about = "the lock of a table that is gone",
	       .rule = "descriptor-outlives", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"map", map}},
	       .finish = bed_close)

/* The descriptor goes back to the system with the page that it describes. */
static void setup_reserved(void)
{
	bed_policy(TARRY_WHOLE);
	bed_reserved();
	setup();
}

static void read_0(void)
{
	bed_read(0);
}

CHECK_SCENARIO(rule_descriptor_outlives_trim,
	       .about = "the lock of a table whose descriptor is given back",
	       .rule = "descriptor-outlives", .shared = BED_SHARED,
	       .setup = setup_reserved,
	       .threads = {{"unmap", unmap}, {"map", map}, {"read", read_0}},
	       .finish = bed_close)
