/* SPDX-License-Identifier: MIT */
/*
 * A translation meets a frozen slot and answers as what it was: it neither
 * waits nor takes a lock (bed_read() may not).
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

static void read(void)
{
	check_assert(bed_read(1) == 11);
}

CHECK_SCENARIO(rule_reader_never_waits,
	       .about = "a frozen slot is answered at once",
	       .rule = "reader-never-waits", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"collapse", collapse}, {"read", read}},
	       .finish = bed_close)
