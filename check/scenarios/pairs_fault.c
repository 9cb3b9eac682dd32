/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: fault.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads_map(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_map__fault, .about = "map against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"fault", reads_map}})

static void reads_unmap(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_unmap__fault, .about = "unmap against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"fault", reads_unmap}})

static void reads_unmap_all(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_unmap_all__fault, .about = "unmap_all against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"fault", reads_unmap_all}})

static void reads_protect(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_protect__fault, .about = "protect against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"fault", reads_protect}})

static void reads_mark(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_mark__fault, .about = "mark against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"fault", reads_mark}})

static void reads_move(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_move__fault, .about = "move against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"fault", reads_move}})

static void reads_clone(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_clone__fault, .about = "clone against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"fault", reads_clone}})

static void reads_harvest(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_harvest__fault, .about = "harvest against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"fault", reads_harvest}})

static void reads_reclaim(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_reclaim__fault, .about = "reclaim against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"fault", reads_reclaim}})

static void reads_collapse(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_collapse__fault, .about = "collapse against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"fault", reads_collapse}})

static void reads_collapse_copy(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, COPIES);
}

CHECK_SCENARIO(pair_collapse_copy__fault,
	       .about = "collapse_copy against fault", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"fault", reads_collapse_copy}})

static void reads_retract(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_retract__fault, .about = "retract against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"fault", reads_retract}})

static void reads_split(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_split__fault, .about = "split against fault",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"fault", reads_split}})

static void reads_gather(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_gather__fault, .about = "gather against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"fault", reads_gather}})

static void reads_replace(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, REPLACES);
}

CHECK_SCENARIO(pair_replace__fault, .about = "replace against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"fault", reads_replace}})

static void reads_replace_huge(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, REPLACES);
}

CHECK_SCENARIO(pair_replace_huge__fault, .about = "replace_huge against fault",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"fault", reads_replace_huge}})

static void reads_idle(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, TAKES);
}

CHECK_SCENARIO(pair_idle__fault, .about = "idle against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"fault", reads_idle}})

static void reads_reserve(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_reserve__fault, .about = "reserve against fault",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"fault", reads_reserve}})

static void reads_settle(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_settle__fault, .about = "settle against fault",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"fault", reads_settle}})

static void reads_exchange(void)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, 0);
}

CHECK_SCENARIO(pair_exchange__fault, .about = "exchange against fault",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"fault", reads_exchange}})
