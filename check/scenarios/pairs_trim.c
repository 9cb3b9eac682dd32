/* SPDX-License-Identifier: MIT */
/*
 * Operations against trim.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__trim, .about = "map against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"map", map}, {"trim", trim}})

CHECK_SCENARIO(pair_unmap__trim, .about = "unmap against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"trim", trim}})

CHECK_SCENARIO(pair_unmap_all__trim, .about = "unmap_all against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"trim", trim}})

CHECK_SCENARIO(pair_protect__trim, .about = "protect against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"trim", trim}})

CHECK_SCENARIO(pair_mark__trim, .about = "mark against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"mark", mark}, {"trim", trim}})

CHECK_SCENARIO(pair_move__trim, .about = "move against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"move", move}, {"trim", trim}})

CHECK_SCENARIO(pair_clone__trim, .about = "clone against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"trim", trim}})

CHECK_SCENARIO(pair_harvest__trim, .about = "harvest against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"trim", trim}})

CHECK_SCENARIO(pair_reclaim__trim, .about = "reclaim against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"trim", trim}})

CHECK_SCENARIO(pair_collapse__trim, .about = "collapse against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"trim", trim}})

CHECK_SCENARIO(pair_collapse_copy__trim, .about = "collapse_copy against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"trim", trim}})

CHECK_SCENARIO(pair_retract__trim, .about = "retract against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"trim", trim}})

CHECK_SCENARIO(pair_split__trim, .about = "split against trim",
	       .shared = BED_SHARED, .setup = setup_huge_reserved,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"trim", trim}})

CHECK_SCENARIO(pair_gather__trim, .about = "gather against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"trim", trim}})

CHECK_SCENARIO(pair_replace__trim, .about = "replace against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"trim", trim}})

CHECK_SCENARIO(pair_replace_huge__trim, .about = "replace_huge against trim",
	       .shared = BED_SHARED, .setup = setup_huge_reserved,
	       .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"trim", trim}})

CHECK_SCENARIO(pair_idle__trim, .about = "idle against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"idle", idle}, {"trim", trim}})

CHECK_SCENARIO(pair_reserve__trim, .about = "reserve against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"trim", trim}})

CHECK_SCENARIO(pair_settle__trim, .about = "settle against trim",
	       .shared = BED_SHARED, .setup = setup_small_kept_reserved,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"trim", trim}})

CHECK_SCENARIO(pair_exchange__trim, .about = "exchange against trim",
	       .shared = BED_SHARED, .setup = setup_small_words_reserved,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"trim", trim}})

CHECK_SCENARIO(pair_gather_protect__trim,
	       .about = "gather_protect against trim", .shared = BED_SHARED,
	       .setup = setup_small_reserved, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect}, {"trim", trim}})

CHECK_SCENARIO(pair_gather_reclaim__trim,
	       .about = "gather_reclaim against trim", .shared = BED_SHARED,
	       .setup = setup_small_reserved, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim}, {"trim", trim}})

CHECK_SCENARIO(pair_space__trim, .about = "space against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"space", space}, {"trim", trim}})

CHECK_SCENARIO(pair_add__trim, .about = "add against trim",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"add", add}, {"trim", trim}})

CHECK_SCENARIO(pair_drain__trim, .about = "drain against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"trim", trim}})

CHECK_SCENARIO(pair_trim__trim, .about = "trim against trim",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"trim", trim}, {"trim", trim}})
