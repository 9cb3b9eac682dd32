/* SPDX-License-Identifier: MIT */
/*
 * Operations against space.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__space, .about = "map against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"space", space}})

CHECK_SCENARIO(pair_unmap__space, .about = "unmap against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"space", space}})

CHECK_SCENARIO(pair_unmap_all__space, .about = "unmap_all against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"space", space}})

CHECK_SCENARIO(pair_protect__space, .about = "protect against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"space", space}})

CHECK_SCENARIO(pair_mark__space, .about = "mark against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"space", space}})

CHECK_SCENARIO(pair_move__space, .about = "move against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"space", space}})

CHECK_SCENARIO(pair_clone__space, .about = "clone against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"space", space}})

CHECK_SCENARIO(pair_harvest__space, .about = "harvest against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"space", space}})

CHECK_SCENARIO(pair_reclaim__space, .about = "reclaim against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"space", space}})

CHECK_SCENARIO(pair_collapse__space, .about = "collapse against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"space", space}})

CHECK_SCENARIO(pair_collapse_copy__space,
	       .about = "collapse_copy against space", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"space", space}})

CHECK_SCENARIO(pair_retract__space, .about = "retract against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"space", space}})

CHECK_SCENARIO(pair_split__space, .about = "split against space",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"space", space}})

CHECK_SCENARIO(pair_gather__space, .about = "gather against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"space", space}})

CHECK_SCENARIO(pair_replace__space, .about = "replace against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"space", space}})

CHECK_SCENARIO(pair_replace_huge__space, .about = "replace_huge against space",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"space", space}})

CHECK_SCENARIO(pair_idle__space, .about = "idle against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"space", space}})

CHECK_SCENARIO(pair_reserve__space, .about = "reserve against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"space", space}})

CHECK_SCENARIO(pair_settle__space, .about = "settle against space",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"space", space}})

CHECK_SCENARIO(pair_exchange__space, .about = "exchange against space",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"space", space}})

CHECK_SCENARIO(pair_gather_protect__space,
	       .about = "gather_protect against space", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"space", space}})

CHECK_SCENARIO(pair_gather_reclaim__space,
	       .about = "gather_reclaim against space", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"space", space}})

CHECK_SCENARIO(pair_space__space, .about = "space against space",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"space", space}})
