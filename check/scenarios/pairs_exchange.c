/* SPDX-License-Identifier: MIT */
/*
 * Operations against exchange.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__exchange, .about = "map against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"map", map}, {"exchange", exchange}})

CHECK_SCENARIO(pair_unmap__exchange, .about = "unmap against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"exchange", exchange}})

CHECK_SCENARIO(pair_unmap_all__exchange, .about = "unmap_all against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"exchange", exchange}})

CHECK_SCENARIO(pair_protect__exchange, .about = "protect against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"protect", protect}, {"exchange", exchange}})

CHECK_SCENARIO(pair_mark__exchange, .about = "mark against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"mark", mark}, {"exchange", exchange}})

CHECK_SCENARIO(pair_move__exchange, .about = "move against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"move", move}, {"exchange", exchange}})

CHECK_SCENARIO(pair_clone__exchange, .about = "clone against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"clone", clone}, {"exchange", exchange}})

CHECK_SCENARIO(pair_harvest__exchange, .about = "harvest against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"exchange", exchange}})

CHECK_SCENARIO(pair_reclaim__exchange, .about = "reclaim against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"exchange", exchange}})

CHECK_SCENARIO(pair_collapse__exchange, .about = "collapse against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"exchange", exchange}})

CHECK_SCENARIO(pair_collapse_copy__exchange,
	       .about = "collapse_copy against exchange", .shared = BED_SHARED,
	       .setup = setup_small_words, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"exchange", exchange}})

CHECK_SCENARIO(pair_retract__exchange, .about = "retract against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"retract", retract}, {"exchange", exchange}})

CHECK_SCENARIO(pair_split__exchange, .about = "split against exchange",
	       .shared = BED_SHARED, .setup = setup_huge_words,
	       .finish = bed_close,
	       .threads = {{"split", split}, {"exchange", exchange}})

CHECK_SCENARIO(pair_gather__exchange, .about = "gather against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"gather", gather}, {"exchange", exchange}})

CHECK_SCENARIO(pair_replace__exchange, .about = "replace against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"replace", replace}, {"exchange", exchange}})

CHECK_SCENARIO(pair_replace_huge__exchange,
	       .about = "replace_huge against exchange", .shared = BED_SHARED,
	       .setup = setup_huge_words, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"exchange", exchange}})

CHECK_SCENARIO(pair_idle__exchange, .about = "idle against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"idle", idle}, {"exchange", exchange}})

CHECK_SCENARIO(pair_reserve__exchange, .about = "reserve against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"exchange", exchange}})

CHECK_SCENARIO(pair_settle__exchange, .about = "settle against exchange",
	       .shared = BED_SHARED, .setup = setup_small_kept_words,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"exchange", exchange}})

CHECK_SCENARIO(pair_exchange__exchange, .about = "exchange against exchange",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"exchange", exchange}})
