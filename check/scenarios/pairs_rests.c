/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: rests.  Written by scripts/pairs.
 */
#include "pairs.h"

static void open_small(void)
{
	setup_small();
	bed_cache_listen();
}

static void open_huge(void)
{
	setup_huge();
	bed_cache_listen();
}

static void open_small_kept(void)
{
	setup_small_kept();
	bed_cache_listen();
}

static void open_small_words(void)
{
	setup_small_words();
	bed_cache_listen();
}

static void open_small_more(void)
{
	setup_small_more();
	bed_cache_listen();
}

static void open_small_reserved(void)
{
	setup_small_reserved();
	bed_cache_listen();
}

static void close(void)
{
	bed_cache_unlisten();
	bed_close();
}

static void reads(void)
{
	rests(0);
}

static void reads_takes(void)
{
	rests(TAKES);
}

static void reads_copies(void)
{
	rests(COPIES);
}

static void reads_replaces(void)
{
	rests(REPLACES);
}

static void reads_keeps(void)
{
	rests(KEEPS);
}

CHECK_SCENARIO(pair_map__rests, .about = "map against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"map", map}, {"rests", reads}})

CHECK_SCENARIO(pair_unmap__rests, .about = "unmap against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap", unmap}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__rests, .about = "unmap_all against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap_all", unmap_all}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_protect__rests, .about = "protect against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"protect", protect}, {"rests", reads}})

CHECK_SCENARIO(pair_mark__rests, .about = "mark against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"mark", mark}, {"rests", reads}})

CHECK_SCENARIO(pair_move__rests, .about = "move against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"move", move}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_clone__rests, .about = "clone against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"clone", clone}, {"rests", reads}})

CHECK_SCENARIO(pair_harvest__rests, .about = "harvest against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"harvest", harvest}, {"rests", reads}})

CHECK_SCENARIO(pair_reclaim__rests, .about = "reclaim against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reclaim", reclaim}, {"rests", reads}})

CHECK_SCENARIO(pair_collapse__rests, .about = "collapse against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"collapse", collapse}, {"rests", reads}})

CHECK_SCENARIO(pair_collapse_copy__rests,
	       .about = "collapse_copy against rests", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"rests", reads_copies}})

CHECK_SCENARIO(pair_retract__rests, .about = "retract against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"retract", retract}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_split__rests, .about = "split against rests",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"split", split}, {"rests", reads}})

CHECK_SCENARIO(pair_gather__rests, .about = "gather against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"gather", gather}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_replace__rests, .about = "replace against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"replace", replace}, {"rests", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__rests, .about = "replace_huge against rests",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"replace_huge", replace_huge},
			   {"rests", reads_replaces}})

CHECK_SCENARIO(pair_idle__rests, .about = "idle against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"idle", idle}, {"rests", reads_takes}})

CHECK_SCENARIO(pair_reserve__rests, .about = "reserve against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reserve", reserve}, {"rests", reads}})

CHECK_SCENARIO(pair_settle__rests, .about = "settle against rests",
	       .shared = BED_SHARED, .setup = open_small_kept, .finish = close,
	       .threads = {{"settle", settle}, {"rests", reads_keeps}})

CHECK_SCENARIO(pair_exchange__rests, .about = "exchange against rests",
	       .shared = BED_SHARED, .setup = open_small_words, .finish = close,
	       .threads = {{"exchange", exchange}, {"rests", reads}})

CHECK_SCENARIO(pair_gather_protect__rests,
	       .about = "gather_protect against rests", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"gather_protect", gather_protect},
			   {"rests", reads}})

CHECK_SCENARIO(pair_gather_reclaim__rests,
	       .about = "gather_reclaim against rests", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"rests", reads}})

CHECK_SCENARIO(pair_space__rests, .about = "space against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"space", space}, {"rests", reads}})

CHECK_SCENARIO(pair_add__rests, .about = "add against rests",
	       .shared = BED_SHARED, .setup = open_small_more, .finish = close,
	       .threads = {{"add", add}, {"rests", reads}})

CHECK_SCENARIO(pair_drain__rests, .about = "drain against rests",
	       .shared = BED_SHARED, .setup = open_small_reserved,
	       .finish = close, .threads = {{"drain", drain}, {"rests", reads}})

CHECK_SCENARIO(pair_trim__rests, .about = "trim against rests",
	       .shared = BED_SHARED, .setup = open_small_reserved,
	       .finish = close, .threads = {{"trim", trim}, {"rests", reads}})
