/* SPDX-License-Identifier: MIT */
/*
 * Operations against replace.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__replace, .about = "map against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"replace", replace}})

CHECK_SCENARIO(pair_unmap__replace, .about = "unmap against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"replace", replace}})

CHECK_SCENARIO(pair_unmap_all__replace, .about = "unmap_all against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"replace", replace}})

CHECK_SCENARIO(pair_protect__replace, .about = "protect against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"replace", replace}})

CHECK_SCENARIO(pair_mark__replace, .about = "mark against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"replace", replace}})

CHECK_SCENARIO(pair_move__replace, .about = "move against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"replace", replace}})

CHECK_SCENARIO(pair_clone__replace, .about = "clone against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"replace", replace}})

CHECK_SCENARIO(pair_harvest__replace, .about = "harvest against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"replace", replace}})

CHECK_SCENARIO(pair_reclaim__replace, .about = "reclaim against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"replace", replace}})

CHECK_SCENARIO(pair_collapse__replace, .about = "collapse against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"replace", replace}})

CHECK_SCENARIO(pair_collapse_copy__replace,
	       .about = "collapse_copy against replace", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"replace", replace}})

CHECK_SCENARIO(pair_retract__replace, .about = "retract against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"replace", replace}})

CHECK_SCENARIO(pair_split__replace, .about = "split against replace",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"replace", replace}})

CHECK_SCENARIO(pair_gather__replace, .about = "gather against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"replace", replace}})

CHECK_SCENARIO(pair_replace__replace, .about = "replace against replace",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"replace", replace}})
