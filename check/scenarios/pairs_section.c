/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: section.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	section(0);
}

static void reads_takes(void)
{
	section(TAKES);
}

static void reads_copies(void)
{
	section(COPIES);
}

static void reads_replaces(void)
{
	section(REPLACES);
}

static void reads_keeps(void)
{
	section(KEEPS);
}

CHECK_SCENARIO(pair_map__section, .about = "map against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"section", reads}})

CHECK_SCENARIO(pair_unmap__section, .about = "unmap against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"section", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__section, .about = "unmap_all against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"section", reads_takes}})

CHECK_SCENARIO(pair_protect__section, .about = "protect against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"section", reads}})

CHECK_SCENARIO(pair_mark__section, .about = "mark against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"section", reads}})

CHECK_SCENARIO(pair_move__section, .about = "move against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"section", reads_takes}})

CHECK_SCENARIO(pair_clone__section, .about = "clone against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"section", reads}})

CHECK_SCENARIO(pair_harvest__section, .about = "harvest against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"section", reads}})

CHECK_SCENARIO(pair_reclaim__section, .about = "reclaim against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"section", reads}})

CHECK_SCENARIO(pair_collapse__section, .about = "collapse against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"section", reads}})

CHECK_SCENARIO(pair_collapse_copy__section,
	       .about = "collapse_copy against section", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"section", reads_copies}})

CHECK_SCENARIO(pair_retract__section, .about = "retract against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"section", reads_takes}})

CHECK_SCENARIO(pair_split__section, .about = "split against section",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"section", reads}})

CHECK_SCENARIO(pair_gather__section, .about = "gather against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"section", reads_takes}})

CHECK_SCENARIO(pair_replace__section, .about = "replace against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"section", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__section,
	       .about = "replace_huge against section", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"section", reads_replaces}})

CHECK_SCENARIO(pair_idle__section, .about = "idle against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"section", reads_takes}})

CHECK_SCENARIO(pair_reserve__section, .about = "reserve against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"section", reads}})

CHECK_SCENARIO(pair_settle__section, .about = "settle against section",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"section", reads_keeps}})

CHECK_SCENARIO(pair_exchange__section, .about = "exchange against section",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"section", reads}})

CHECK_SCENARIO(pair_gather_protect__section,
	       .about = "gather_protect against section", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"section", reads}})

CHECK_SCENARIO(pair_gather_reclaim__section,
	       .about = "gather_reclaim against section", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"section", reads}})

CHECK_SCENARIO(pair_space__section, .about = "space against section",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"section", reads}})

CHECK_SCENARIO(pair_add__section, .about = "add against section",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close,
	       .threads = {{"add", add}, {"section", reads}})

CHECK_SCENARIO(pair_drain__section, .about = "drain against section",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"section", reads}})

CHECK_SCENARIO(pair_trim__section, .about = "trim against section",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"section", reads}})
