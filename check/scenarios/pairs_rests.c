/* SPDX-License-Identifier: MIT */
/*
 * Operations against a reader: rests.  Written by scripts/pairs.
 */
#include "pairs.h"

static void open_small(void)
{
	setup_small();
	cache_listen();
}

static void open_huge(void)
{
	setup_huge();
	cache_listen();
}

static void open_small_kept(void)
{
	setup_small_kept();
	cache_listen();
}

static void open_small_words(void)
{
	setup_small_words();
	cache_listen();
}

static void close(void)
{
	cache_unlisten();
	bed_close();
}

static void reads_map(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_map__rests, .about = "map against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"map", map}, {"rests", reads_map}})

static void reads_unmap(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_unmap__rests, .about = "unmap against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap", unmap}, {"rests", reads_unmap}})

static void reads_unmap_all(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_unmap_all__rests, .about = "unmap_all against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"unmap_all", unmap_all},
			   {"rests", reads_unmap_all}})

static void reads_protect(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_protect__rests, .about = "protect against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"protect", protect}, {"rests", reads_protect}})

static void reads_mark(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_mark__rests, .about = "mark against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"mark", mark}, {"rests", reads_mark}})

static void reads_move(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_move__rests, .about = "move against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"move", move}, {"rests", reads_move}})

static void reads_clone(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_clone__rests, .about = "clone against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"clone", clone}, {"rests", reads_clone}})

static void reads_harvest(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_harvest__rests, .about = "harvest against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"harvest", harvest}, {"rests", reads_harvest}})

static void reads_reclaim(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_reclaim__rests, .about = "reclaim against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reclaim", reclaim}, {"rests", reads_reclaim}})

static void reads_collapse(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_collapse__rests, .about = "collapse against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"collapse", collapse}, {"rests", reads_collapse}})

static void reads_collapse_copy(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), COPIES);
}

CHECK_SCENARIO(pair_collapse_copy__rests,
	       .about = "collapse_copy against rests", .shared = BED_SHARED,
	       .setup = open_small, .finish = close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"rests", reads_collapse_copy}})

static void reads_retract(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_retract__rests, .about = "retract against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"retract", retract}, {"rests", reads_retract}})

static void reads_split(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_split__rests, .about = "split against rests",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"split", split}, {"rests", reads_split}})

static void reads_gather(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_gather__rests, .about = "gather against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"gather", gather}, {"rests", reads_gather}})

static void reads_replace(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), REPLACES);
}

CHECK_SCENARIO(pair_replace__rests, .about = "replace against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"replace", replace}, {"rests", reads_replace}})

static void reads_replace_huge(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), REPLACES);
}

CHECK_SCENARIO(pair_replace_huge__rests, .about = "replace_huge against rests",
	       .shared = BED_SHARED, .setup = open_huge, .finish = close,
	       .threads = {{"replace_huge", replace_huge},
			   {"rests", reads_replace_huge}})

static void reads_idle(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), TAKES);
}

CHECK_SCENARIO(pair_idle__rests, .about = "idle against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"idle", idle}, {"rests", reads_idle}})

static void reads_reserve(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_reserve__rests, .about = "reserve against rests",
	       .shared = BED_SHARED, .setup = open_small, .finish = close,
	       .threads = {{"reserve", reserve}, {"rests", reads_reserve}})

static void reads_settle(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_settle__rests, .about = "settle against rests",
	       .shared = BED_SHARED, .setup = open_small_kept, .finish = close,
	       .threads = {{"settle", settle}, {"rests", reads_settle}})

static void reads_exchange(void)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !cache_use(10))
		found(bed_read(0), 0);
}

CHECK_SCENARIO(pair_exchange__rests, .about = "exchange against rests",
	       .shared = BED_SHARED, .setup = open_small_words, .finish = close,
	       .threads = {{"exchange", exchange}, {"rests", reads_exchange}})
