/* SPDX-License-Identifier: MIT */
/*
 * Operations against settle.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__settle, .about = "map against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"map", map}, {"settle", settle}})

CHECK_SCENARIO(pair_unmap__settle, .about = "unmap against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"settle", settle}})

CHECK_SCENARIO(pair_unmap_all__settle, .about = "unmap_all against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"settle", settle}})

CHECK_SCENARIO(pair_protect__settle, .about = "protect against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"settle", settle}})

CHECK_SCENARIO(pair_mark__settle, .about = "mark against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"mark", mark}, {"settle", settle}})

CHECK_SCENARIO(pair_move__settle, .about = "move against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"move", move}, {"settle", settle}})

CHECK_SCENARIO(pair_clone__settle, .about = "clone against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"settle", settle}})

CHECK_SCENARIO(pair_harvest__settle, .about = "harvest against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"settle", settle}})

CHECK_SCENARIO(pair_reclaim__settle, .about = "reclaim against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"settle", settle}})

CHECK_SCENARIO(pair_collapse__settle, .about = "collapse against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"settle", settle}})

CHECK_SCENARIO(pair_collapse_copy__settle,
	       .about = "collapse_copy against settle", .shared = BED_SHARED,
	       .setup = setup_small_kept, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"settle", settle}})

CHECK_SCENARIO(pair_retract__settle, .about = "retract against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"settle", settle}})

CHECK_SCENARIO(pair_split__settle, .about = "split against settle",
	       .shared = BED_SHARED, .setup = setup_huge_kept,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"settle", settle}})

CHECK_SCENARIO(pair_gather__settle, .about = "gather against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"settle", settle}})

CHECK_SCENARIO(pair_replace__settle, .about = "replace against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"settle", settle}})

CHECK_SCENARIO(pair_replace_huge__settle,
	       .about = "replace_huge against settle", .shared = BED_SHARED,
	       .setup = setup_huge_kept, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"settle", settle}})

CHECK_SCENARIO(pair_idle__settle, .about = "idle against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"idle", idle}, {"settle", settle}})

CHECK_SCENARIO(pair_reserve__settle, .about = "reserve against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"settle", settle}})

CHECK_SCENARIO(pair_settle__settle, .about = "settle against settle",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"settle", settle}})
