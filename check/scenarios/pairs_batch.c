/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: batch.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads(void)
{
	batch(0);
}

static void reads_takes(void)
{
	batch(TAKES);
}

static void reads_copies(void)
{
	batch(COPIES);
}

static void reads_replaces(void)
{
	batch(REPLACES);
}

static void reads_keeps(void)
{
	batch(KEEPS);
}

CHECK_SCENARIO(pair_map__batch, .about = "map against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"batch", reads}})

CHECK_SCENARIO(pair_unmap__batch, .about = "unmap against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__batch, .about = "unmap_all against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_protect__batch, .about = "protect against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"batch", reads}})

CHECK_SCENARIO(pair_mark__batch, .about = "mark against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"batch", reads}})

CHECK_SCENARIO(pair_move__batch, .about = "move against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_clone__batch, .about = "clone against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"batch", reads}})

CHECK_SCENARIO(pair_harvest__batch, .about = "harvest against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"batch", reads}})

CHECK_SCENARIO(pair_reclaim__batch, .about = "reclaim against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"batch", reads}})

CHECK_SCENARIO(pair_collapse__batch, .about = "collapse against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"batch", reads}})

CHECK_SCENARIO(pair_collapse_copy__batch,
	       .about = "collapse_copy against batch", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"batch", reads_copies}})

CHECK_SCENARIO(pair_retract__batch, .about = "retract against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_split__batch, .about = "split against batch",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"batch", reads}})

CHECK_SCENARIO(pair_gather__batch, .about = "gather against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_replace__batch, .about = "replace against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"batch", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__batch, .about = "replace_huge against batch",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"batch", reads_replaces}})

CHECK_SCENARIO(pair_idle__batch, .about = "idle against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"batch", reads_takes}})

CHECK_SCENARIO(pair_reserve__batch, .about = "reserve against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"batch", reads}})

CHECK_SCENARIO(pair_settle__batch, .about = "settle against batch",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"batch", reads_keeps}})

CHECK_SCENARIO(pair_exchange__batch, .about = "exchange against batch",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"batch", reads}})

CHECK_SCENARIO(pair_gather_protect__batch,
	       .about = "gather_protect against batch", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_protect", gather_protect},
			   {"batch", reads}})

CHECK_SCENARIO(pair_gather_reclaim__batch,
	       .about = "gather_reclaim against batch", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"batch", reads}})

CHECK_SCENARIO(pair_space__batch, .about = "space against batch",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"space", space}, {"batch", reads}})

CHECK_SCENARIO(pair_add__batch, .about = "add against batch",
	       .shared = BED_SHARED, .setup = setup_small_more,
	       .finish = bed_close, .threads = {{"add", add}, {"batch", reads}})

CHECK_SCENARIO(pair_drain__batch, .about = "drain against batch",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"drain", drain}, {"batch", reads}})

CHECK_SCENARIO(pair_trim__batch, .about = "trim against batch",
	       .shared = BED_SHARED, .setup = setup_small_reserved,
	       .finish = bed_close,
	       .threads = {{"trim", trim}, {"batch", reads}})
