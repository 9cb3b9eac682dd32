/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: listens.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	listens(0);
}

static void reads_takes(void)
{
	listens(TAKES);
}

static void reads_copies(void)
{
	listens(COPIES);
}

static void reads_replaces(void)
{
	listens(REPLACES);
}

static void reads_keeps(void)
{
	listens(KEEPS);
}

CHECK_SCENARIO(pair_map__listens, .about = "map against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"listens", reads}})

CHECK_SCENARIO(pair_unmap__listens, .about = "unmap against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__listens, .about = "unmap_all against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_protect__listens, .about = "protect against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"listens", reads}})

CHECK_SCENARIO(pair_mark__listens, .about = "mark against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"listens", reads}})

CHECK_SCENARIO(pair_move__listens, .about = "move against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_clone__listens, .about = "clone against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"listens", reads}})

CHECK_SCENARIO(pair_harvest__listens, .about = "harvest against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"listens", reads}})

CHECK_SCENARIO(pair_reclaim__listens, .about = "reclaim against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"listens", reads}})

CHECK_SCENARIO(pair_collapse__listens, .about = "collapse against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"listens", reads}})

CHECK_SCENARIO(pair_collapse_copy__listens,
	       .about = "collapse_copy against listens", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"listens", reads_copies}})

CHECK_SCENARIO(pair_retract__listens, .about = "retract against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_split__listens, .about = "split against listens",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"listens", reads}})

CHECK_SCENARIO(pair_gather__listens, .about = "gather against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_replace__listens, .about = "replace against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"listens", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__listens,
	       .about = "replace_huge against listens", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"listens", reads_replaces}})

CHECK_SCENARIO(pair_idle__listens, .about = "idle against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"listens", reads_takes}})

CHECK_SCENARIO(pair_reserve__listens, .about = "reserve against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"listens", reads}})

CHECK_SCENARIO(pair_settle__listens, .about = "settle against listens",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"listens", reads_keeps}})

CHECK_SCENARIO(pair_exchange__listens, .about = "exchange against listens",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"listens", reads}})

CHECK_SCENARIO(pair_gather_protect__listens,
	       .about = "gather_protect against listens", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"listens", reads}})

CHECK_SCENARIO(pair_gather_reclaim__listens,
	       .about = "gather_reclaim against listens", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"listens", reads}})

CHECK_SCENARIO(pair_space__listens, .about = "space against listens",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"listens", reads}})

CHECK_SCENARIO(pair_add__listens, .about = "add against listens",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"listens", reads}})

CHECK_SCENARIO(pair_drain__listens, .about = "drain against listens",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"listens", reads}})

CHECK_SCENARIO(pair_trim__listens, .about = "trim against listens",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"listens", reads}})
