/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: fault.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	fault(0);
}

static void reads_takes(void)
{
	fault(TAKES);
}

static void reads_copies(void)
{
	fault(COPIES);
}

static void reads_replaces(void)
{
	fault(REPLACES);
}

static void reads_keeps(void)
{
	fault(KEEPS);
}

CHECK_SCENARIO(pair_map__fault, .about = "map against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"fault", reads}})

CHECK_SCENARIO(pair_unmap__fault, .about = "unmap against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__fault, .about = "unmap_all against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_protect__fault, .about = "protect against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"fault", reads}})

CHECK_SCENARIO(pair_mark__fault, .about = "mark against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"fault", reads}})

CHECK_SCENARIO(pair_move__fault, .about = "move against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_clone__fault, .about = "clone against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"fault", reads}})

CHECK_SCENARIO(pair_harvest__fault, .about = "harvest against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"fault", reads}})

CHECK_SCENARIO(pair_reclaim__fault, .about = "reclaim against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"fault", reads}})

CHECK_SCENARIO(pair_collapse__fault, .about = "collapse against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"fault", reads}})

CHECK_SCENARIO(pair_collapse_copy__fault,
	       .about = "collapse_copy against fault", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"fault", reads_copies}})

CHECK_SCENARIO(pair_retract__fault, .about = "retract against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_split__fault, .about = "split against fault",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"fault", reads}})

CHECK_SCENARIO(pair_gather__fault, .about = "gather against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_replace__fault, .about = "replace against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"fault", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__fault, .about = "replace_huge against fault",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"fault", reads_replaces}})

CHECK_SCENARIO(pair_idle__fault, .about = "idle against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"fault", reads_takes}})

CHECK_SCENARIO(pair_reserve__fault, .about = "reserve against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"fault", reads}})

CHECK_SCENARIO(pair_settle__fault, .about = "settle against fault",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"fault", reads_keeps}})

CHECK_SCENARIO(pair_exchange__fault, .about = "exchange against fault",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"fault", reads}})

CHECK_SCENARIO(pair_gather_protect__fault,
	       .about = "gather_protect against fault", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"fault", reads}})

CHECK_SCENARIO(pair_gather_reclaim__fault,
	       .about = "gather_reclaim against fault", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"fault", reads}})

CHECK_SCENARIO(pair_space__fault, .about = "space against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"fault", reads}})

CHECK_SCENARIO(pair_add__fault, .about = "add against fault",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"add", add}, {"fault", reads}})

CHECK_SCENARIO(pair_drain__fault, .about = "drain against fault",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"fault", reads}})

CHECK_SCENARIO(pair_trim__fault, .about = "trim against fault",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"fault", reads}})
