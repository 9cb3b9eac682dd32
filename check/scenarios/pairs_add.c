/* SPDX-License-Identifier: MIT */
/*
 * Operations against add.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__add, .about = "map against add", .shared = BED_SHARED,
	       .setup = setup_small_more, .finish = bed_close,
	       .threads = {{"map", map}, {"add", add}})

CHECK_SCENARIO(pair_unmap__add, .about = "unmap against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"unmap", unmap}, {"add", add}})

CHECK_SCENARIO(pair_unmap_all__add, .about = "unmap_all against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"add", add}})

CHECK_SCENARIO(pair_protect__add, .about = "protect against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"add", add}})

CHECK_SCENARIO(pair_mark__add, .about = "mark against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"mark", mark}, {"add", add}})

CHECK_SCENARIO(pair_move__add, .about = "move against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"move", move}, {"add", add}})

CHECK_SCENARIO(pair_clone__add, .about = "clone against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"clone", clone}, {"add", add}})

CHECK_SCENARIO(pair_harvest__add, .about = "harvest against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"add", add}})

CHECK_SCENARIO(pair_reclaim__add, .about = "reclaim against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"add", add}})

CHECK_SCENARIO(pair_collapse__add, .about = "collapse against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"add", add}})

CHECK_SCENARIO(pair_collapse_copy__add, .about = "collapse_copy against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"add", add}})

CHECK_SCENARIO(pair_retract__add, .about = "retract against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"add", add}})

CHECK_SCENARIO(pair_split__add, .about = "split against add",
	       .shared = BED_SHARED, .setup = setup_huge_more,
	       .finish = bed_close, .threads = {{"split", split}, {"add", add}})

CHECK_SCENARIO(pair_gather__add, .about = "gather against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"add", add}})

CHECK_SCENARIO(pair_replace__add, .about = "replace against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"add", add}})

CHECK_SCENARIO(pair_replace_huge__add, .about = "replace_huge against add",
	       .shared = BED_SHARED, .setup = setup_huge_more,
	       .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"add", add}})

CHECK_SCENARIO(pair_idle__add, .about = "idle against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"idle", idle}, {"add", add}})

CHECK_SCENARIO(pair_reserve__add, .about = "reserve against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"add", add}})

CHECK_SCENARIO(pair_settle__add, .about = "settle against add",
	       .shared = BED_SHARED, .setup = setup_small_kept_more,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"add", add}})

CHECK_SCENARIO(pair_exchange__add, .about = "exchange against add",
	       .shared = BED_SHARED, .setup = setup_small_words_more,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"add", add}})

CHECK_SCENARIO(pair_gather_protect__add, .about = "gather_protect against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect}, {"add", add}})

CHECK_SCENARIO(pair_gather_reclaim__add, .about = "gather_reclaim against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim}, {"add", add}})

CHECK_SCENARIO(pair_space__add, .about = "space against add",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"space", space}, {"add", add}})

CHECK_SCENARIO(pair_add__add, .about = "add against add", .shared = BED_SHARED,
	       .setup = setup_small_more, .finish = bed_close,
	       .threads = {{"add", add}, {"add", add}})
