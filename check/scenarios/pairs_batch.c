/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: batch.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads_map(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_map__batch, .about = "map against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"batch", reads_map}})

static void reads_unmap(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap__batch, .about = "unmap against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"batch", reads_unmap}})

static void reads_unmap_all(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap_all__batch, .about = "unmap_all against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"batch", reads_unmap_all}})

static void reads_protect(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_protect__batch, .about = "protect against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"batch", reads_protect}})

static void reads_mark(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_mark__batch, .about = "mark against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"batch", reads_mark}})

static void reads_move(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_move__batch, .about = "move against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"batch", reads_move}})

static void reads_clone(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_clone__batch, .about = "clone against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"batch", reads_clone}})

static void reads_harvest(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_harvest__batch, .about = "harvest against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"batch", reads_harvest}})

static void reads_reclaim(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reclaim__batch, .about = "reclaim against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"batch", reads_reclaim}})

static void reads_collapse(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse__batch, .about = "collapse against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"batch", reads_collapse}})

static void reads_collapse_copy(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), COPIES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse_copy__batch,
	       .about = "collapse_copy against batch", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"batch", reads_collapse_copy}})

static void reads_retract(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_retract__batch, .about = "retract against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"batch", reads_retract}})

static void reads_split(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_split__batch, .about = "split against batch",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"batch", reads_split}})

static void reads_gather(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_gather__batch, .about = "gather against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"batch", reads_gather}})

static void reads_replace(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), REPLACES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace__batch, .about = "replace against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"batch", reads_replace}})

static void reads_replace_huge(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), REPLACES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace_huge__batch, .about = "replace_huge against batch",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"batch", reads_replace_huge}})

static void reads_idle(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), TAKES);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_idle__batch, .about = "idle against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"batch", reads_idle}})

static void reads_reserve(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reserve__batch, .about = "reserve against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"batch", reads_reserve}})

static void reads_settle(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_settle__batch, .about = "settle against batch",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"batch", reads_settle}})

static void reads_exchange(void)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), 0);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_exchange__batch, .about = "exchange against batch",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"batch", reads_exchange}})
