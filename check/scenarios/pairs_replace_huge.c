/* SPDX-License-Identifier: MIT */
/*
 * Operations against replace_huge.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__replace_huge, .about = "map against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"map", map}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_unmap__replace_huge, .about = "unmap against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_unmap_all__replace_huge,
	       .about = "unmap_all against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_protect__replace_huge,
	       .about = "protect against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"protect", protect},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_mark__replace_huge, .about = "mark against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"mark", mark}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_move__replace_huge, .about = "move against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"move", move}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_clone__replace_huge, .about = "clone against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"clone", clone}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_harvest__replace_huge,
	       .about = "harvest against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"harvest", harvest},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_reclaim__replace_huge,
	       .about = "reclaim against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"reclaim", reclaim},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_collapse__replace_huge,
	       .about = "collapse against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"collapse", collapse},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_collapse_copy__replace_huge,
	       .about = "collapse_copy against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_retract__replace_huge,
	       .about = "retract against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"retract", retract},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_split__replace_huge, .about = "split against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_gather__replace_huge,
	       .about = "gather against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"gather", gather}, {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_replace__replace_huge,
	       .about = "replace against replace_huge", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace", replace},
			   {"replace_huge", replace_huge}})

CHECK_SCENARIO(pair_replace_huge__replace_huge,
	       .about = "replace_huge against replace_huge",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"replace_huge", replace_huge}})
