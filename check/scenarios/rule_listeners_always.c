/* SPDX-License-Identifier: MIT */
/*
 * Every path that takes a translation away tells every listener: here a soft
 * TLB (Z19), which may come and go while others work.
 */
#include "bed.h"

static void open(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
}

static void setup(void)
{
	tarry_oa oa;

	open();
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	check_assert(!tarry_soft_tlb_fill(bed.tlb, 0, &oa));
}

static void setup_cold(void)
{
	open();
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void read(void)
{
	tarry_oa oa;

	tarry_port_read_begin();
	if (!tarry_soft_tlb_translate(bed.tlb, 0, &oa))
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

/* What the first keeps, the second must not use too long. */
static void read_twice(void)
{
	read();
	read();
}

static void come_and_read(void)
{
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	read_twice();
}

static void read_and_go(void)
{
	read();
	tarry_soft_tlb_fini(bed.tlb);
	check_free(bed.tlb);
}

static void finish(void)
{
	tarry_soft_tlb_fini(bed.tlb);
	bed_close();
}

CHECK_SCENARIO(rule_listeners_always, .rule = "listeners-always",
	       .about = "a soft TLB against an unmap", .shared = BED_SHARED,
	       .setup = setup, .finish = finish,
	       .threads = {{"unmap", unmap}, {"read", read}})
CHECK_SCENARIO(rule_listeners_always_fill, .rule = "listeners-always",
	       .about = "what is kept during an invalidation",
	       .shared = BED_SHARED, .setup = setup_cold, .finish = finish,
	       .threads = {{"unmap", unmap}, {"read", read_twice}})
CHECK_SCENARIO(rule_listeners_always_come, .rule = "listeners-always",
	       .about = "a listener that comes during an unmap",
	       .shared = BED_SHARED, .setup = open, .finish = finish,
	       .threads = {{"unmap", unmap}, {"read", come_and_read}})
CHECK_SCENARIO(rule_listeners_always_go, .rule = "listeners-always",
	       .about = "a listener that goes during an unmap",
	       .shared = BED_SHARED, .setup = setup, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"read", read_and_go}})

/* ---- what was read through a frozen slot is forgotten, too ---- */

static bool of_no_value(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	(void)piece;
	return true;
}

static void idle(void)
{
	struct tarry_idle walk = {.len = 2 * BED_PAGE,
				  .of_no_value = of_no_value};

	check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

CHECK_SCENARIO(rule_listeners_always_idle, .rule = "listeners-always",
	       .about = "a table goes while a soft TLB is filled from it",
	       .shared = BED_SHARED, .setup = setup_cold, .finish = finish,
	       .threads = {{"idle", idle}, {"read", read_twice}})
