/* SPDX-License-Identifier: MIT */
/*
 * Operations against drain.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__drain, .about = "map against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"map", map}, {"drain", drain}})

CHECK_SCENARIO(pair_unmap__drain, .about = "unmap against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"drain", drain}})

CHECK_SCENARIO(pair_unmap_all__drain, .about = "unmap_all against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"drain", drain}})

CHECK_SCENARIO(pair_protect__drain, .about = "protect against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"drain", drain}})

CHECK_SCENARIO(pair_mark__drain, .about = "mark against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"mark", mark}, {"drain", drain}})

CHECK_SCENARIO(pair_move__drain, .about = "move against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"move", move}, {"drain", drain}})

CHECK_SCENARIO(pair_clone__drain, .about = "clone against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"drain", drain}})

CHECK_SCENARIO(pair_harvest__drain, .about = "harvest against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"drain", drain}})

CHECK_SCENARIO(pair_reclaim__drain, .about = "reclaim against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"drain", drain}})

CHECK_SCENARIO(pair_collapse__drain, .about = "collapse against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"drain", drain}})

CHECK_SCENARIO(pair_collapse_copy__drain,
	       .about = "collapse_copy against drain", .shared = BED_SHARED,
	       .setup = setup_small_reserved, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"drain", drain}})

CHECK_SCENARIO(pair_retract__drain, .about = "retract against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"drain", drain}})

CHECK_SCENARIO(pair_split__drain, .about = "split against drain",
	       .shared = BED_SHARED, .setup = setup_huge_reserved,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"drain", drain}})

CHECK_SCENARIO(pair_gather__drain, .about = "gather against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"drain", drain}})

CHECK_SCENARIO(pair_replace__drain, .about = "replace against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"drain", drain}})

CHECK_SCENARIO(pair_replace_huge__drain, .about = "replace_huge against drain",
	       .shared = BED_SHARED, .setup = setup_huge_reserved,
	       .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge}, {"drain", drain}})

CHECK_SCENARIO(pair_idle__drain, .about = "idle against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"idle", idle}, {"drain", drain}})

CHECK_SCENARIO(pair_reserve__drain, .about = "reserve against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"drain", drain}})

CHECK_SCENARIO(pair_settle__drain, .about = "settle against drain",
	       .shared = BED_SHARED, .setup = setup_small_kept_reserved,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"drain", drain}})

CHECK_SCENARIO(pair_exchange__drain, .about = "exchange against drain",
	       .shared = BED_SHARED, .setup = setup_small_words_reserved,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"drain", drain}})

CHECK_SCENARIO(pair_gather_protect__drain,
	       .about = "gather_protect against drain", .shared = BED_SHARED,
	       .setup = setup_small_reserved, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"drain", drain}})

CHECK_SCENARIO(pair_gather_reclaim__drain,
	       .about = "gather_reclaim against drain", .shared = BED_SHARED,
	       .setup = setup_small_reserved, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"drain", drain}})

CHECK_SCENARIO(pair_space__drain, .about = "space against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"space", space}, {"drain", drain}})

CHECK_SCENARIO(pair_add__drain, .about = "add against drain",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"add", add}, {"drain", drain}})

CHECK_SCENARIO(pair_drain__drain, .about = "drain against drain",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"drain", drain}})
