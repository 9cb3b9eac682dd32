/* SPDX-License-Identifier: MIT */
/*
 * A gather of the caller has taken a page and not yet invalidated. Who unmaps the
 * same page finds nothing, and must invalidate all the same (Z27).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_hw_read(0, 0);
}

static void gather(void)
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	tarry_gather_begin(&g, bed.space);
	check_assert(!tarry_unmap(bed.space, 0, BED_PAGE, &how));
	check_assert(!tarry_gather_end(&g));
}

/* What stands there now must be the last word about it. */
static void other(void)
{
	struct tarry_how how = {0}; /* the general way */

	tarry_unmap(bed.space, 0, BED_PAGE, &how);
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

CHECK_SCENARIO(
	rule_not_alone_flush_all,
	.about = "two unmaps of one page, one of them late to invalidate",
	.rule = "not-alone-flush-all", .shared = BED_SHARED, .setup = setup,
	.threads = {{"gather", gather}, {"other", other}, {"cpu", cpu}},
	.finish = bed_close)
