/* SPDX-License-Identifier: MIT */
/*
 * Operations against idle.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__idle, .about = "map against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"idle", idle}})

CHECK_SCENARIO(pair_unmap__idle, .about = "unmap against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"idle", idle}})

CHECK_SCENARIO(pair_unmap_all__idle, .about = "unmap_all against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"idle", idle}})

CHECK_SCENARIO(pair_protect__idle, .about = "protect against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"idle", idle}})

CHECK_SCENARIO(pair_mark__idle, .about = "mark against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"idle", idle}})

CHECK_SCENARIO(pair_move__idle, .about = "move against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"idle", idle}})

CHECK_SCENARIO(pair_clone__idle, .about = "clone against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"idle", idle}})

CHECK_SCENARIO(pair_harvest__idle, .about = "harvest against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"idle", idle}})

CHECK_SCENARIO(pair_reclaim__idle, .about = "reclaim against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"idle", idle}})

CHECK_SCENARIO(pair_collapse__idle, .about = "collapse against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"idle", idle}})

CHECK_SCENARIO(pair_collapse_copy__idle, .about = "collapse_copy against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"idle", idle}})

CHECK_SCENARIO(pair_retract__idle, .about = "retract against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"idle", idle}})

CHECK_SCENARIO(pair_split__idle, .about = "split against idle",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"idle", idle}})

CHECK_SCENARIO(pair_gather__idle, .about = "gather against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"idle", idle}})

CHECK_SCENARIO(pair_replace__idle, .about = "replace against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"idle", idle}})

CHECK_SCENARIO(pair_replace_huge__idle, .about = "replace_huge against idle",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"idle", idle}})

CHECK_SCENARIO(pair_idle__idle, .about = "idle against idle",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"idle", idle}})
