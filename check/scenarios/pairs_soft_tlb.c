/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: soft_tlb.  Written by scripts/pairs.
 */
#include "pairs.h"

static void open_small(void)
{
	setup_small();
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	check_assert(!tarry_soft_tlb_fill(bed.tlb, 0, &(tarry_oa){0}));
}

static void open_huge(void)
{
	setup_huge();
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	check_assert(!tarry_soft_tlb_fill(bed.tlb, 0, &(tarry_oa){0}));
}

static void open_small_kept(void)
{
	setup_small_kept();
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	check_assert(!tarry_soft_tlb_fill(bed.tlb, 0, &(tarry_oa){0}));
}

static void open_small_words(void)
{
	setup_small_words();
	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	check_assert(!tarry_soft_tlb_init(bed.tlb, bed.space));
	check_assert(!tarry_soft_tlb_fill(bed.tlb, 0, &(tarry_oa){0}));
}

static void close(void)
{
	tarry_soft_tlb_fini(bed.tlb);
	bed_close();
}

static void reads_map(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_map__soft_tlb, .about = "map against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"map", map}, {"soft_tlb", reads_map}})

static void reads_unmap(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap__soft_tlb, .about = "unmap against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap", unmap}, {"soft_tlb", reads_unmap}})

static void reads_unmap_all(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap_all__soft_tlb, .about = "unmap_all against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap_all", unmap_all},
			   {"soft_tlb", reads_unmap_all}})

static void reads_protect(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_protect__soft_tlb, .about = "protect against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"protect", protect}, {"soft_tlb", reads_protect}})

static void reads_mark(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_mark__soft_tlb, .about = "mark against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"mark", mark}, {"soft_tlb", reads_mark}})

static void reads_move(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_move__soft_tlb, .about = "move against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"move", move}, {"soft_tlb", reads_move}})

static void reads_clone(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_clone__soft_tlb, .about = "clone against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"clone", clone}, {"soft_tlb", reads_clone}})

static void reads_harvest(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_harvest__soft_tlb, .about = "harvest against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"harvest", harvest}, {"soft_tlb", reads_harvest}})

static void reads_reclaim(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reclaim__soft_tlb, .about = "reclaim against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reclaim", reclaim}, {"soft_tlb", reads_reclaim}})

static void reads_collapse(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse__soft_tlb, .about = "collapse against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"collapse", collapse},
			   {"soft_tlb", reads_collapse}})

static void reads_collapse_copy(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), COPIES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse_copy__soft_tlb,
	       .about = "collapse_copy against soft_tlb", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"soft_tlb", reads_collapse_copy}})

static void reads_retract(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_retract__soft_tlb, .about = "retract against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"retract", retract}, {"soft_tlb", reads_retract}})

static void reads_split(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_split__soft_tlb, .about = "split against soft_tlb",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"split", split}, {"soft_tlb", reads_split}})

static void reads_gather(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_gather__soft_tlb, .about = "gather against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"gather", gather}, {"soft_tlb", reads_gather}})

static void reads_replace(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), REPLACES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace__soft_tlb, .about = "replace against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"replace", replace}, {"soft_tlb", reads_replace}})

static void reads_replace_huge(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), REPLACES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace_huge__soft_tlb,
	       .about = "replace_huge against soft_tlb", .shared = BED_SHARED,
	       .setup = open_huge, .finish = close,
	       .threads = {{"replace_huge", replace_huge},
			   {"soft_tlb", reads_replace_huge}})

static void reads_idle(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), TAKES);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_idle__soft_tlb, .about = "idle against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"idle", idle}, {"soft_tlb", reads_idle}})

static void reads_reserve(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reserve__soft_tlb, .about = "reserve against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reserve", reserve}, {"soft_tlb", reads_reserve}})

static void reads_settle(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_settle__soft_tlb, .about = "settle against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_kept, .finish = close,
	       .threads = {{"settle", settle}, {"soft_tlb", reads_settle}})

static void reads_exchange(void)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), 0);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_exchange__soft_tlb, .about = "exchange against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_words, .finish = close,
	       .threads = {{"exchange", exchange},
			   {"soft_tlb", reads_exchange}})
