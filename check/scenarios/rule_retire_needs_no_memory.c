/* SPDX-License-Identifier: MIT */
/*
 * Without memory a table is retired as ever: there is no shortcut that forgets
 * some readers (Z11).
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

static void read(void)
{
	bed_read(0);
}

CHECK_SCENARIO(rule_retire_needs_no_memory,
	       .about = "an unmap under memory pressure, against a reader",
	       .rule = "retire-needs-no-memory", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"read", read}},
	       .finish = bed_close, .faults = 1)
