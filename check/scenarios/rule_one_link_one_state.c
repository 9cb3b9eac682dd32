/* SPDX-License-Identifier: MIT */
/*
 * The link of a table holds its spares while it is attached, and the retire
 * queue after: the spares are taken out in between (Z12).
 */
#include "bed.h"

static void setup(void)
{
	struct tarry_how how = {.flags = TARRY_DEPOSIT};

	bed_open(3, 0);
	bed_map(0, 8, 1);
	bed_map(1, 9, 1);
	bed_map(6, 30, 1);
	check_assert(!tarry_collapse(bed.space, 0, 1, 0, NULL, &how));
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 4));
}

static void read(void)
{
	bed_read(1);
}

CHECK_SCENARIO(rule_one_link_one_state,
	       .about = "a table goes that owns a spare",
	       .rule = "one-link-one-state", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"read", read}},
	       .finish = bed_close)
