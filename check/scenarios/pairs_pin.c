/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: pin.  Written by scripts/pairs.
 */
#include "pairs.h"

static void reads_map(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_map__pin, .about = "map against pin", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"pin", reads_map}})

static void reads_unmap(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_unmap__pin, .about = "unmap against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"pin", reads_unmap}})

static void reads_unmap_all(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_unmap_all__pin, .about = "unmap_all against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"pin", reads_unmap_all}})

static void reads_protect(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_protect__pin, .about = "protect against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"pin", reads_protect}})

static void reads_mark(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_mark__pin, .about = "mark against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"pin", reads_mark}})

static void reads_move(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_move__pin, .about = "move against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"pin", reads_move}})

static void reads_clone(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_clone__pin, .about = "clone against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"pin", reads_clone}})

static void reads_harvest(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_harvest__pin, .about = "harvest against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"pin", reads_harvest}})

static void reads_reclaim(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_reclaim__pin, .about = "reclaim against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"pin", reads_reclaim}})

static void reads_collapse(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_collapse__pin, .about = "collapse against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"pin", reads_collapse}})

static void reads_collapse_copy(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), COPIES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_collapse_copy__pin, .about = "collapse_copy against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"pin", reads_collapse_copy}})

static void reads_retract(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_retract__pin, .about = "retract against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"pin", reads_retract}})

static void reads_split(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_split__pin, .about = "split against pin",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"pin", reads_split}})

static void reads_gather(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_gather__pin, .about = "gather against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"pin", reads_gather}})

static void reads_replace(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), REPLACES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_replace__pin, .about = "replace against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"replace", replace}, {"pin", reads_replace}})

static void reads_replace_huge(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), REPLACES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_replace_huge__pin, .about = "replace_huge against pin",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"replace_huge", replace_huge},
			   {"pin", reads_replace_huge}})

static void reads_idle(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), TAKES);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_idle__pin, .about = "idle against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"idle", idle}, {"pin", reads_idle}})

static void reads_reserve(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_reserve__pin, .about = "reserve against pin",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reserve", reserve}, {"pin", reads_reserve}})

static void reads_settle(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_settle__pin, .about = "settle against pin",
	       .shared = BED_SHARED, .setup = setup_small_kept,
	       .finish = bed_close,
	       .threads = {{"settle", settle}, {"pin", reads_settle}})

static void reads_exchange(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), 0);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

CHECK_SCENARIO(pair_exchange__pin, .about = "exchange against pin",
	       .shared = BED_SHARED, .setup = setup_small_words,
	       .finish = bed_close,
	       .threads = {{"exchange", exchange}, {"pin", reads_exchange}})
