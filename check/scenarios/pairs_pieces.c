/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: pieces.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	pieces(0);
}

static void reads_takes(void)
{
	pieces(TAKES);
}

static void reads_copies(void)
{
	pieces(COPIES);
}

static void reads_replaces(void)
{
	pieces(REPLACES);
}

static void reads_keeps(void)
{
	pieces(KEEPS);
}

CHECK_SCENARIO(pair_map__pieces, .about = "map against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"pieces", reads}})

CHECK_SCENARIO(pair_unmap__pieces, .about = "unmap against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__pieces, .about = "unmap_all against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_protect__pieces, .about = "protect against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"pieces", reads}})

CHECK_SCENARIO(pair_mark__pieces, .about = "mark against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"pieces", reads}})

CHECK_SCENARIO(pair_move__pieces, .about = "move against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_clone__pieces, .about = "clone against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"pieces", reads}})

CHECK_SCENARIO(pair_harvest__pieces, .about = "harvest against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"pieces", reads}})

CHECK_SCENARIO(pair_reclaim__pieces, .about = "reclaim against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"pieces", reads}})

CHECK_SCENARIO(pair_collapse__pieces, .about = "collapse against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"pieces", reads}})

CHECK_SCENARIO(pair_collapse_copy__pieces,
	       .about = "collapse_copy against pieces", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"pieces", reads_copies}})

CHECK_SCENARIO(pair_retract__pieces, .about = "retract against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_split__pieces, .about = "split against pieces",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"pieces", reads}})

CHECK_SCENARIO(pair_gather__pieces, .about = "gather against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_replace__pieces, .about = "replace against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"pieces", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__pieces,
	       .about = "replace_huge against pieces", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"pieces", reads_replaces}})

CHECK_SCENARIO(pair_idle__pieces, .about = "idle against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"pieces", reads_takes}})

CHECK_SCENARIO(pair_reserve__pieces, .about = "reserve against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"pieces", reads}})

CHECK_SCENARIO(pair_settle__pieces, .about = "settle against pieces",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"pieces", reads_keeps}})

CHECK_SCENARIO(pair_exchange__pieces, .about = "exchange against pieces",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"pieces", reads}})

CHECK_SCENARIO(pair_gather_protect__pieces,
	       .about = "gather_protect against pieces", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"pieces", reads}})

CHECK_SCENARIO(pair_gather_reclaim__pieces,
	       .about = "gather_reclaim against pieces", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"pieces", reads}})

CHECK_SCENARIO(pair_space__pieces, .about = "space against pieces",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"pieces", reads}})

CHECK_SCENARIO(pair_add__pieces, .about = "add against pieces",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"pieces", reads}})

CHECK_SCENARIO(pair_drain__pieces, .about = "drain against pieces",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"pieces", reads}})

CHECK_SCENARIO(pair_trim__pieces, .about = "trim against pieces",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"pieces", reads}})
