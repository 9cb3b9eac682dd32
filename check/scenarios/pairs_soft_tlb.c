/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: soft_tlb.  Written by scripts/pairs.
 */
#include "pairs.h"

static void open_small(void)
{
	setup_small();
	bed_tlb_open();
}

static void open_huge(void)
{
	setup_huge();
	bed_tlb_open();
}

static void open_small_kept(void)
{
	setup_small_kept();
	bed_tlb_open();
}

static void open_small_words(void)
{
	setup_small_words();
	bed_tlb_open();
}

static void open_small_more(void)
{
	setup_small_more();
	bed_tlb_open();
}

static void open_small_reserved(void)
{
	setup_small_reserved();
	bed_tlb_open();
}

static void close(void)
{
	soft_tlb_close();
	bed_close();
}

static void reads(void)
{
	soft_tlb(0);
}

static void reads_takes(void)
{
	soft_tlb(TAKES);
}

static void reads_copies(void)
{
	soft_tlb(COPIES);
}

static void reads_replaces(void)
{
	soft_tlb(REPLACES);
}

static void reads_keeps(void)
{
	soft_tlb(KEEPS);
}

CHECK_SCENARIO(pair_map__soft_tlb, .about = "map against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"map", map}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_unmap__soft_tlb, .about = "unmap against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap", unmap}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_unmap_all__soft_tlb, .about = "unmap_all against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap_all", unmap_all}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_protect__soft_tlb, .about = "protect against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"protect", protect}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_mark__soft_tlb, .about = "mark against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"mark", mark}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_move__soft_tlb, .about = "move against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"move", move}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_clone__soft_tlb, .about = "clone against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"clone", clone}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_harvest__soft_tlb, .about = "harvest against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"harvest", harvest}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_reclaim__soft_tlb, .about = "reclaim against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reclaim", reclaim}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_collapse__soft_tlb, .about = "collapse against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"collapse", collapse}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_collapse_copy__soft_tlb,
	       .about = "collapse_copy against soft_tlb", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"soft_tlb", reads_copies}})

CHECK_SCENARIO(pair_retract__soft_tlb, .about = "retract against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"retract", retract}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_split__soft_tlb, .about = "split against soft_tlb",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"split", split}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_gather__soft_tlb, .about = "gather against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"gather", gather}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_replace__soft_tlb, .about = "replace against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"replace", replace}, {"soft_tlb", reads_replaces}})

CHECK_SCENARIO(pair_replace_huge__soft_tlb,
	       .about = "replace_huge against soft_tlb", .shared = BED_SHARED,
	       .setup = open_huge, .finish = close,
	       .threads = {{"replace_huge", replace_huge},
			   {"soft_tlb", reads_replaces}})

CHECK_SCENARIO(pair_idle__soft_tlb, .about = "idle against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"idle", idle}, {"soft_tlb", reads_takes}})

CHECK_SCENARIO(pair_reserve__soft_tlb, .about = "reserve against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reserve", reserve}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_settle__soft_tlb, .about = "settle against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_kept, .finish = close,
	       .threads = {{"settle", settle}, {"soft_tlb", reads_keeps}})

CHECK_SCENARIO(pair_exchange__soft_tlb, .about = "exchange against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_words, .finish = close,
	       .threads = {{"exchange", exchange}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_gather_protect__soft_tlb,
	       .about = "gather_protect against soft_tlb", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"gather_protect", gather_protect},
			   {"soft_tlb", reads}})

CHECK_SCENARIO(pair_gather_reclaim__soft_tlb,
	       .about = "gather_reclaim against soft_tlb", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"gather_reclaim", gather_reclaim},
			   {"soft_tlb", reads}})

CHECK_SCENARIO(pair_space__soft_tlb, .about = "space against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"space", space}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_add__soft_tlb, .about = "add against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_more, .finish = close,
	       .threads = {{"add", add}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_drain__soft_tlb, .about = "drain against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_reserved,
	       .finish = close,
	       .threads = {{"drain", drain}, {"soft_tlb", reads}})

CHECK_SCENARIO(pair_trim__soft_tlb, .about = "trim against soft_tlb",
	       .shared = BED_SHARED, .setup = open_small_reserved,
	       .finish = close,
	       .threads = {{"trim", trim}, {"soft_tlb", reads}})
