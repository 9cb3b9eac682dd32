/* SPDX-License-Identifier: MIT */
/*
 * Operations against gather_reclaim.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__gather_reclaim, .about = "map against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_unmap__gather_reclaim,
	       .about = "unmap against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_unmap_all__gather_reclaim,
	       .about = "unmap_all against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_protect__gather_reclaim,
	       .about = "protect against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_mark__gather_reclaim,
	       .about = "mark against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_move__gather_reclaim,
	       .about = "move against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_clone__gather_reclaim,
	       .about = "clone against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_harvest__gather_reclaim,
	       .about = "harvest against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_reclaim__gather_reclaim,
	       .about = "reclaim against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_collapse__gather_reclaim,
	       .about = "collapse against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_collapse_copy__gather_reclaim,
	       .about = "collapse_copy against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_retract__gather_reclaim,
	       .about = "retract against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_split__gather_reclaim,
	       .about = "split against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_gather__gather_reclaim,
	       .about = "gather against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_replace__gather_reclaim,
	       .about = "replace against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_replace_huge__gather_reclaim,
	       .about = "replace_huge against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_idle__gather_reclaim,
	       .about = "idle against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_reserve__gather_reclaim,
	       .about = "reserve against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_settle__gather_reclaim,
	       .about = "settle against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small_kept, .finish = bed_close,
	       .threads = {{"settle", settle},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_exchange__gather_reclaim,
	       .about = "exchange against gather_reclaim", .shared = BED_SHARED,
	       .setup = setup_small_words, .finish = bed_close,
	       .threads = {{"exchange", exchange},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_gather_protect__gather_reclaim,
	       .about = "gather_protect against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"gather_reclaim", gather_reclaim}})

CHECK_SCENARIO(pair_gather_reclaim__gather_reclaim,
	       .about = "gather_reclaim against gather_reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"gather_reclaim", gather_reclaim}})
