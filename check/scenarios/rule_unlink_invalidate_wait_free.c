/* SPDX-License-Identifier: MIT */
/*
 * A table is freed when no reader can still be inside.
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

CHECK_SCENARIO(rule_unlink_invalidate_wait_free,
	       .about = "an unmap that frees its table, against a reader",
	       .rule = "unlink-invalidate-wait-free", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"read", read}},
	       .finish = bed_close)
