/* SPDX-License-Identifier: MIT */
/*
 * Operations against gather_protect.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__gather_protect, .about = "map against gather_protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_unmap__gather_protect,
	       .about = "unmap against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_unmap_all__gather_protect,
	       .about = "unmap_all against gather_protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_protect__gather_protect,
	       .about = "protect against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_mark__gather_protect,
	       .about = "mark against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_move__gather_protect,
	       .about = "move against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_clone__gather_protect,
	       .about = "clone against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_harvest__gather_protect,
	       .about = "harvest against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_reclaim__gather_protect,
	       .about = "reclaim against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_collapse__gather_protect,
	       .about = "collapse against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_collapse_copy__gather_protect,
	       .about = "collapse_copy against gather_protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_retract__gather_protect,
	       .about = "retract against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_split__gather_protect,
	       .about = "split against gather_protect", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_gather__gather_protect,
	       .about = "gather against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_replace__gather_protect,
	       .about = "replace against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_replace_huge__gather_protect,
	       .about = "replace_huge against gather_protect",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_idle__gather_protect,
	       .about = "idle against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_reserve__gather_protect,
	       .about = "reserve against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_settle__gather_protect,
	       .about = "settle against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small_kept, .finish = bed_close,
	       .threads = {{"settle", settle},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_exchange__gather_protect,
	       .about = "exchange against gather_protect", .shared = BED_SHARED,
	       .setup = setup_small_words, .finish = bed_close,
	       .threads = {{"exchange", exchange},
			   {"gather_protect", gather_protect}})

CHECK_SCENARIO(pair_gather_protect__gather_protect,
	       .about = "gather_protect against gather_protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"gather_protect", gather_protect}})
