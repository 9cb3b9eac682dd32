/* SPDX-License-Identifier: MIT */
/*
 * An upper entry that goes is forgotten for all that it stood for (Z36).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_hw_read(0, 1);
}

static void retract(void)
{
	check_assert(!tarry_retract(bed.space, 0, 1, NULL));
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void cpu(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	int page = bed_hw_read(0, 1);

	if (gone && page == 21)
		check_violation(CHECK_STALE,
				"a CPU uses what was taken away before");
}

CHECK_SCENARIO(rule_whole_span,
	       .about = "a table goes; the page at its end is forgotten",
	       .rule = "whole-span", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"retract", retract}, {"cpu", cpu}},
	       .finish = bed_close)
