/* SPDX-License-Identifier: MIT */
/*
 * Every path that takes a translation away tells every listener: here a soft TLB
 * (Z19).
 */
#include "bed.h"

static struct tarry_soft_tlb *tlb(void)
{
	return bed.tlb;
}

static void setup(void)
{
	tarry_oa oa;

	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	check_assert(!tarry_soft_tlb_init(tlb(), bed.space));
	check_assert(!tarry_soft_tlb_fill(tlb(), 0, &oa));
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void read(void)
{
	tarry_oa oa;

	tarry_port_read_begin();
	if (!tarry_soft_tlb_translate(tlb(), 0, &oa))
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

static void finish(void)
{
	tarry_soft_tlb_fini(tlb());
	bed_close();
}

CHECK_SCENARIO(rule_listeners_always, .about = "a soft TLB against an unmap",
	       .rule = "listeners-always", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"unmap", unmap}, {"read", read}}, .finish = finish)
