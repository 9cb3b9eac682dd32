/* SPDX-License-Identifier: MIT */
/*
 * A gather of the caller has taken a page and not yet invalidated. Who unmaps
 * the same page finds nothing, and must invalidate all the same (Z27).
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
	check_assert(!bed_unmap_gathered(0, 1));
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

/* The same with a cache of software's: who is told that the page is gone, after
 * a gather ended, must not find it in its soft TLB. */
static void setup_soft(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_tlb_open();
}

static void soft(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	tarry_oa oa;

	tarry_port_read_begin();
	if (!tarry_soft_tlb_translate(bed.tlb, 0, &oa) && gone)
		check_violation(CHECK_STALE,
				"a soft TLB has what was taken away before");
	tarry_port_read_end();
}

static void close_soft(void)
{
	tarry_soft_tlb_fini(bed.tlb);
	bed_close();
}

CHECK_SCENARIO(rule_not_alone_flush_all_soft, .rule = "not-alone-flush-all",
	       .about = "two unmaps of one page and a soft TLB",
	       .shared = BED_SHARED, .setup = setup_soft, .finish = close_soft,
	       .threads = {
		       {"gather", gather}, {"other", other}, {"soft", soft}})

/* And who fills what it emptied. */
static void fill(void)
{
	if (!bed_map(0, 30, 1))
		tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void fill_two(void)
{
	/* Over two tables: the general way. */
	bed_unmap(1, 1);
	if (!tarry_map(bed.space, 0, 30 * BED_PAGE, 3 * BED_PAGE, BED_RW, NULL))
		tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void soft_new(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	tarry_oa oa;

	tarry_port_read_begin();
	if (!tarry_soft_tlb_translate(bed.tlb, 0, &oa) && gone &&
	    oa != 30 * BED_PAGE)
		check_violation(CHECK_STALE,
				"a soft TLB has what stood there before");
	tarry_port_read_end();
}

CHECK_SCENARIO(rule_not_alone_flush_all_map, .rule = "not-alone-flush-all",
	       .about = "a map of what a gather emptied, and a soft TLB",
	       .shared = BED_SHARED, .setup = setup_soft, .finish = close_soft,
	       .threads = {
		       {"gather", gather}, {"fill", fill}, {"soft", soft_new}})
CHECK_SCENARIO(rule_not_alone_flush_all_range, .rule = "not-alone-flush-all",
	       .about = "the same, of a range", .shared = BED_SHARED,
	       .setup = setup_soft, .finish = close_soft,
	       .threads = {{"gather", gather},
			   {"fill", fill_two},
			   {"soft", soft_new}})
