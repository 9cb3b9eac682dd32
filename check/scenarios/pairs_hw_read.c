/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: hw_read.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	hw_read(0);
}

static void reads_takes(void)
{
	hw_read(TAKES);
}

static void reads_copies(void)
{
	hw_read(COPIES);
}

static void reads_replaces(void)
{
	hw_read(REPLACES);
}

static void reads_keeps(void)
{
	hw_read(KEEPS);
}

CHECK_SCENARIO(pair_map__hw_read, .about = "map against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"map", map}, {"hw_read", reads}})

CHECK_SCENARIO(pair_unmap__hw_read, .about = "unmap against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__hw_read, .about = "unmap_all against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_protect__hw_read, .about = "protect against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"hw_read", reads}})

CHECK_SCENARIO(pair_mark__hw_read, .about = "mark against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"mark", mark}, {"hw_read", reads}})

CHECK_SCENARIO(pair_move__hw_read, .about = "move against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"move", move}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_clone__hw_read, .about = "clone against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"hw_read", reads}})

CHECK_SCENARIO(pair_harvest__hw_read, .about = "harvest against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"hw_read", reads}})

CHECK_SCENARIO(pair_reclaim__hw_read, .about = "reclaim against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"hw_read", reads}})

CHECK_SCENARIO(pair_collapse__hw_read, .about = "collapse against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"hw_read", reads}})

CHECK_SCENARIO(pair_collapse_copy__hw_read,
	       .about = "collapse_copy against hw_read", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"hw_read", reads_copies}})

CHECK_SCENARIO(pair_retract__hw_read, .about = "retract against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_split__hw_read, .about = "split against hw_read",
	       .shared = BED_SHARED, .setup = setup_huge_hw,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"hw_read", reads}})

CHECK_SCENARIO(pair_gather__hw_read, .about = "gather against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_replace__hw_read, .about = "replace against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"hw_read", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__hw_read,
	       .about = "replace_huge against hw_read", .shared = BED_SHARED,
	       .setup = setup_huge_hw, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"hw_read", reads_replaces}})

CHECK_SCENARIO(pair_idle__hw_read, .about = "idle against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"idle", idle}, {"hw_read", reads_takes}})

CHECK_SCENARIO(pair_reserve__hw_read, .about = "reserve against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"hw_read", reads}})

CHECK_SCENARIO(pair_settle__hw_read, .about = "settle against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"hw_read", reads_keeps}})

CHECK_SCENARIO(pair_exchange__hw_read, .about = "exchange against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"hw_read", reads}})

CHECK_SCENARIO(pair_gather_protect__hw_read,
	       .about = "gather_protect against hw_read", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"hw_read", reads}})

CHECK_SCENARIO(pair_gather_reclaim__hw_read,
	       .about = "gather_reclaim against hw_read", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"hw_read", reads}})

CHECK_SCENARIO(pair_space__hw_read, .about = "space against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"space", space}, {"hw_read", reads}})

CHECK_SCENARIO(pair_add__hw_read, .about = "add against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"hw_read", reads}})

CHECK_SCENARIO(pair_drain__hw_read, .about = "drain against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"hw_read", reads}})

CHECK_SCENARIO(pair_trim__hw_read, .about = "trim against hw_read",
	       .shared = BED_SHARED, .setup = setup_small_hw_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"hw_read", reads}})
