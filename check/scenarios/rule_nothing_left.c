/* SPDX-License-Identifier: MIT */
/*
 * What is retired while a batch waits is sent after it (Z10).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
	bed_map(0, 10, 1);
	bed_map(4, 14, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
	check_assert(!bed_unmap(4, 1));
}

static void read(void)
{
	bed_read(0);
}

CHECK_SCENARIO(rule_nothing_left,
	       .about = "two tables in a row, the second while the first waits",
	       .rule = "nothing-left", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"unmap", unmap}, {"read", read}},
	       .finish = bed_close)
