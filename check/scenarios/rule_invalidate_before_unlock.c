/* SPDX-License-Identifier: MIT */
/*
 * Who finds a slot empty and fills it does so after every CPU forgot what was
 * there.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_hw_read(0, 0);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void map(void)
{
	if (!bed_map(0, 30, 1))
		tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void cpu(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	int page = bed_hw_read(0, 0);

	if (gone && page == 10)
		check_violation(CHECK_STALE,
				"a CPU uses what was taken away before");
}

CHECK_SCENARIO(rule_invalidate_before_unlock,
	       .about = "a slot that is emptied and filled",
	       .rule = "invalidate-before-unlock", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"unmap", unmap}, {"map", map}, {"cpu", cpu}},
	       .finish = bed_close)
