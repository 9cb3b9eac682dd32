/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: irqs_off.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	irqs_off(0);
}

static void reads_takes(void)
{
	irqs_off(TAKES);
}

static void reads_copies(void)
{
	irqs_off(COPIES);
}

static void reads_replaces(void)
{
	irqs_off(REPLACES);
}

static void reads_keeps(void)
{
	irqs_off(KEEPS);
}

CHECK_SCENARIO(pair_map__irqs_off, .about = "map against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_unmap__irqs_off, .about = "unmap against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__irqs_off, .about = "unmap_all against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_protect__irqs_off, .about = "protect against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_mark__irqs_off, .about = "mark against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_move__irqs_off, .about = "move against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_clone__irqs_off, .about = "clone against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_harvest__irqs_off, .about = "harvest against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_reclaim__irqs_off, .about = "reclaim against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_collapse__irqs_off, .about = "collapse against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_collapse_copy__irqs_off,
	       .about = "collapse_copy against irqs_off", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"irqs_off", reads_copies}})

CHECK_SCENARIO(pair_retract__irqs_off, .about = "retract against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_split__irqs_off, .about = "split against irqs_off",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_gather__irqs_off, .about = "gather against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_replace__irqs_off, .about = "replace against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"irqs_off", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__irqs_off,
	       .about = "replace_huge against irqs_off", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"irqs_off", reads_replaces}})

CHECK_SCENARIO(pair_idle__irqs_off, .about = "idle against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"irqs_off", reads_takes}})

CHECK_SCENARIO(pair_reserve__irqs_off, .about = "reserve against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_settle__irqs_off, .about = "settle against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"irqs_off", reads_keeps}})

CHECK_SCENARIO(pair_exchange__irqs_off, .about = "exchange against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_gather_protect__irqs_off,
	       .about = "gather_protect against irqs_off", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"irqs_off", reads}})

CHECK_SCENARIO(pair_gather_reclaim__irqs_off,
	       .about = "gather_reclaim against irqs_off", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"irqs_off", reads}})

CHECK_SCENARIO(pair_space__irqs_off, .about = "space against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_add__irqs_off, .about = "add against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_drain__irqs_off, .about = "drain against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"irqs_off", reads}})

CHECK_SCENARIO(pair_trim__irqs_off, .about = "trim against irqs_off",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"irqs_off", reads}})
