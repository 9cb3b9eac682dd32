/* SPDX-License-Identifier: MIT */
/*
 * A run that changes is forgotten for all that it stood for: any leaf of it may
 * be cached as all of them.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RUNS);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
	bed_hw_write(0, 0);
}

static void protect(void)
{
	check_assert(!bed_protect(0, 2, TARRY_R));
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void cpu(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);

	if (bed_hw_write(0, 1) >= 0 && gone)
		check_violation(CHECK_STALE,
				"a CPU writes what it may only read");
}

CHECK_SCENARIO(rule_whole_span_run,
	       .about = "a run is read-only now, from its first page to its "
			"last",
	       .rule = "whole-span", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"protect", protect}, {"cpu", cpu}},
	       .finish = bed_close)
