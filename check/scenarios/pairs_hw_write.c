/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: hw_write.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	hw_write(0);
}

static void reads_takes(void)
{
	hw_write(TAKES);
}

static void reads_copies(void)
{
	hw_write(COPIES);
}

static void reads_replaces(void)
{
	hw_write(REPLACES);
}

static void reads_keeps(void)
{
	hw_write(KEEPS);
}

CHECK_SCENARIO(pair_map__hw_write, .about = "map against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"map", map}, {"hw_write", reads}})

CHECK_SCENARIO(pair_unmap__hw_write, .about = "unmap against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__hw_write, .about = "unmap_all against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_protect__hw_write, .about = "protect against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"hw_write", reads}})

CHECK_SCENARIO(pair_mark__hw_write, .about = "mark against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"mark", mark}, {"hw_write", reads}})

CHECK_SCENARIO(pair_move__hw_write, .about = "move against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"move", move}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_clone__hw_write, .about = "clone against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"hw_write", reads}})

CHECK_SCENARIO(pair_harvest__hw_write, .about = "harvest against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"hw_write", reads}})

CHECK_SCENARIO(pair_reclaim__hw_write, .about = "reclaim against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"hw_write", reads}})

CHECK_SCENARIO(pair_collapse__hw_write, .about = "collapse against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"hw_write", reads}})

CHECK_SCENARIO(pair_collapse_copy__hw_write,
	       .about = "collapse_copy against hw_write", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"hw_write", reads_copies}})

CHECK_SCENARIO(pair_retract__hw_write, .about = "retract against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_split__hw_write, .about = "split against hw_write",
	       .shared = BED_SHARED, .setup = setup_huge_hw,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"hw_write", reads}})

CHECK_SCENARIO(pair_gather__hw_write, .about = "gather against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_replace__hw_write, .about = "replace against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"hw_write", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__hw_write,
	       .about = "replace_huge against hw_write", .shared = BED_SHARED,
	       .setup = setup_huge_hw, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"hw_write", reads_replaces}})

CHECK_SCENARIO(pair_idle__hw_write, .about = "idle against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"idle", idle}, {"hw_write", reads_takes}})

CHECK_SCENARIO(pair_reserve__hw_write, .about = "reserve against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"hw_write", reads}})

CHECK_SCENARIO(pair_settle__hw_write, .about = "settle against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"hw_write", reads_keeps}})

CHECK_SCENARIO(pair_exchange__hw_write, .about = "exchange against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"hw_write", reads}})

CHECK_SCENARIO(pair_gather_protect__hw_write,
	       .about = "gather_protect against hw_write", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"hw_write", reads}})

CHECK_SCENARIO(pair_gather_reclaim__hw_write,
	       .about = "gather_reclaim against hw_write", .shared = BED_SHARED,
	       .setup = setup_small_hw, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"hw_write", reads}})

CHECK_SCENARIO(pair_space__hw_write, .about = "space against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw,
	       .finish = bed_close,
	       .threads = {{"space", space}, {"hw_write", reads}})

CHECK_SCENARIO(pair_add__hw_write, .about = "add against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"hw_write", reads}})

CHECK_SCENARIO(pair_drain__hw_write, .about = "drain against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"hw_write", reads}})

CHECK_SCENARIO(pair_trim__hw_write, .about = "trim against hw_write",
	       .shared = BED_SHARED, .setup = setup_small_hw_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"hw_write", reads}})
