/* SPDX-License-Identifier: MIT */
/*
 * Operations against reserve.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__reserve, .about = "map against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"reserve", reserve}})

CHECK_SCENARIO(pair_unmap__reserve, .about = "unmap against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"reserve", reserve}})

CHECK_SCENARIO(pair_unmap_all__reserve, .about = "unmap_all against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"reserve", reserve}})

CHECK_SCENARIO(pair_protect__reserve, .about = "protect against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"reserve", reserve}})

CHECK_SCENARIO(pair_mark__reserve, .about = "mark against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"reserve", reserve}})

CHECK_SCENARIO(pair_move__reserve, .about = "move against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"reserve", reserve}})

CHECK_SCENARIO(pair_clone__reserve, .about = "clone against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"reserve", reserve}})

CHECK_SCENARIO(pair_harvest__reserve, .about = "harvest against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"reserve", reserve}})

CHECK_SCENARIO(pair_reclaim__reserve, .about = "reclaim against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"reserve", reserve}})

CHECK_SCENARIO(pair_collapse__reserve, .about = "collapse against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"reserve", reserve}})

CHECK_SCENARIO(pair_collapse_copy__reserve,
	       .about = "collapse_copy against reserve", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"reserve", reserve}})

CHECK_SCENARIO(pair_retract__reserve, .about = "retract against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"reserve", reserve}})

CHECK_SCENARIO(pair_split__reserve, .about = "split against reserve",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"reserve", reserve}})

CHECK_SCENARIO(pair_gather__reserve, .about = "gather against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"reserve", reserve}})

CHECK_SCENARIO(pair_replace__reserve, .about = "replace against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"reserve", reserve}})

CHECK_SCENARIO(pair_replace_huge__reserve,
	       .about = "replace_huge against reserve", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"reserve", reserve}})

CHECK_SCENARIO(pair_idle__reserve, .about = "idle against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"reserve", reserve}})

CHECK_SCENARIO(pair_reserve__reserve, .about = "reserve against reserve",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"reserve", reserve}})
