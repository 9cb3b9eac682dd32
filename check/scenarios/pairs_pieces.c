/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: pieces.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads_map(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_map__pieces, .about = "map against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"pieces", reads_map}})

static void reads_unmap(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap__pieces, .about = "unmap against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"pieces", reads_unmap}})

static void reads_unmap_all(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_unmap_all__pieces, .about = "unmap_all against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"pieces", reads_unmap_all}})

static void reads_protect(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_protect__pieces, .about = "protect against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"pieces", reads_protect}})

static void reads_mark(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_mark__pieces, .about = "mark against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"pieces", reads_mark}})

static void reads_move(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_move__pieces, .about = "move against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"pieces", reads_move}})

static void reads_clone(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_clone__pieces, .about = "clone against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"pieces", reads_clone}})

static void reads_harvest(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_harvest__pieces, .about = "harvest against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"pieces", reads_harvest}})

static void reads_reclaim(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reclaim__pieces, .about = "reclaim against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"pieces", reads_reclaim}})

static void reads_collapse(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse__pieces, .about = "collapse against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"pieces", reads_collapse}})

static void reads_collapse_copy(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, COPIES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_collapse_copy__pieces,
	       .about = "collapse_copy against pieces", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"pieces", reads_collapse_copy}})

static void reads_retract(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_retract__pieces, .about = "retract against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"pieces", reads_retract}})

static void reads_split(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_split__pieces, .about = "split against pieces",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"pieces", reads_split}})

static void reads_gather(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_gather__pieces, .about = "gather against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"pieces", reads_gather}})

static void reads_replace(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1,
	      REPLACES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace__pieces, .about = "replace against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"pieces", reads_replace}})

static void reads_replace_huge(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1,
	      REPLACES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_replace_huge__pieces,
	       .about = "replace_huge against pieces", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"pieces", reads_replace_huge}})

static void reads_idle(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, TAKES);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_idle__pieces, .about = "idle against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"pieces", reads_idle}})

static void reads_reserve(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_reserve__pieces, .about = "reserve against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"pieces", reads_reserve}})

static void reads_settle(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_settle__pieces, .about = "settle against pieces",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"pieces", reads_settle}})

static void reads_exchange(void)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, 0);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

CHECK_SCENARIO(pair_exchange__pieces, .about = "exchange against pieces",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"pieces", reads_exchange}})
