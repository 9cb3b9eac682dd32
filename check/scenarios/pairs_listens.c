/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: listens.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads_map(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_map__listens, .about = "map against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"listens", reads_map}})

static void reads_unmap(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_unmap__listens, .about = "unmap against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"listens", reads_unmap}})

static void reads_unmap_all(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_unmap_all__listens, .about = "unmap_all against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"listens", reads_unmap_all}})

static void reads_protect(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_protect__listens, .about = "protect against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"listens", reads_protect}})

static void reads_mark(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_mark__listens, .about = "mark against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"listens", reads_mark}})

static void reads_move(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_move__listens, .about = "move against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"listens", reads_move}})

static void reads_clone(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_clone__listens, .about = "clone against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"listens", reads_clone}})

static void reads_harvest(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_harvest__listens, .about = "harvest against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"listens", reads_harvest}})

static void reads_reclaim(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_reclaim__listens, .about = "reclaim against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"listens", reads_reclaim}})

static void reads_collapse(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_collapse__listens, .about = "collapse against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"listens", reads_collapse}})

static void reads_collapse_copy(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, COPIES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_collapse_copy__listens,
	       .about = "collapse_copy against listens", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"listens", reads_collapse_copy}})

static void reads_retract(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_retract__listens, .about = "retract against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"listens", reads_retract}})

static void reads_split(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_split__listens, .about = "split against listens",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"listens", reads_split}})

static void reads_gather(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_gather__listens, .about = "gather against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"listens", reads_gather}})

static void reads_replace(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, REPLACES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_replace__listens, .about = "replace against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"listens", reads_replace}})

static void reads_replace_huge(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, REPLACES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_replace_huge__listens,
	       .about = "replace_huge against listens", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"listens", reads_replace_huge}})

static void reads_idle(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, TAKES);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_idle__listens, .about = "idle against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"listens", reads_idle}})

static void reads_reserve(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_reserve__listens, .about = "reserve against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"listens", reads_reserve}})

static void reads_settle(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_settle__listens, .about = "settle against listens",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"listens", reads_settle}})

static void reads_exchange(void)
{
	int page;

	cache_listen();
	page = bed_read(0);
	found(page, 0);
	cache_use(page);
	cache_unlisten();
}

CHECK_SCENARIO(pair_exchange__listens, .about = "exchange against listens",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"listens", reads_exchange}})
