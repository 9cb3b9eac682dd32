/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: pin.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	pin(0);
}

static void reads_takes(void)
{
	pin(TAKES);
}

static void reads_copies(void)
{
	pin(COPIES);
}

static void reads_replaces(void)
{
	pin(REPLACES);
}

static void reads_keeps(void)
{
	pin(KEEPS);
}

CHECK_SCENARIO(pair_map__pin, .about = "map against pin", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"pin", reads}})

CHECK_SCENARIO(pair_unmap__pin, .about = "unmap against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__pin, .about = "unmap_all against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_protect__pin, .about = "protect against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"pin", reads}})

CHECK_SCENARIO(pair_mark__pin, .about = "mark against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"pin", reads}})

CHECK_SCENARIO(pair_move__pin, .about = "move against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_clone__pin, .about = "clone against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"pin", reads}})

CHECK_SCENARIO(pair_harvest__pin, .about = "harvest against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"pin", reads}})

CHECK_SCENARIO(pair_reclaim__pin, .about = "reclaim against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"pin", reads}})

CHECK_SCENARIO(pair_collapse__pin, .about = "collapse against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"pin", reads}})

CHECK_SCENARIO(pair_collapse_copy__pin, .about = "collapse_copy against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"pin", reads_copies}})

CHECK_SCENARIO(pair_retract__pin, .about = "retract against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_split__pin, .about = "split against pin",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"pin", reads}})

CHECK_SCENARIO(pair_gather__pin, .about = "gather against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_replace__pin, .about = "replace against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"pin", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__pin, .about = "replace_huge against pin",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"pin", reads_replaces}})

CHECK_SCENARIO(pair_idle__pin, .about = "idle against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"pin", reads_takes}})

CHECK_SCENARIO(pair_reserve__pin, .about = "reserve against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"pin", reads}})

CHECK_SCENARIO(pair_settle__pin, .about = "settle against pin",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"pin", reads_keeps}})

CHECK_SCENARIO(pair_exchange__pin, .about = "exchange against pin",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"pin", reads}})

CHECK_SCENARIO(pair_gather_protect__pin, .about = "gather_protect against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect}, {"pin", reads}})

CHECK_SCENARIO(pair_gather_reclaim__pin, .about = "gather_reclaim against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim}, {"pin", reads}})

CHECK_SCENARIO(pair_space__pin, .about = "space against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"pin", reads}})

CHECK_SCENARIO(pair_add__pin, .about = "add against pin", .shared = BED_SHARED,
	       .setup = setup_small_more, .finish = bed_close,
	       .threads = {{"add", add}, {"pin", reads}})

CHECK_SCENARIO(pair_drain__pin, .about = "drain against pin",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"pin", reads}})

CHECK_SCENARIO(pair_trim__pin, .about = "trim against pin",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close, .threads = {{"trim", trim}, {"pin", reads}})
