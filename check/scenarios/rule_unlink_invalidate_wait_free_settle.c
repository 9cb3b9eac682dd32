/* SPDX-License-Identifier: MIT */
/*
 * A CPU does not answer an invalidation: what was taken away is kept until it
 * does, and others act until then as beside an open gather.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed_hw_read(0, 0);
	bed.deaf = 1;
}

static void unmap(void)
{
	check_assert(bed_unmap(0, 1) == TARRY_ELISTENER);
}

static void unmap_and_settle(void)
{
	unmap();
	check_assert(!tarry_settle(bed.space));
}

/* What a gather holds was told of by the call that nobody answered. */
static void gather_and_settle(void)
{
	check_assert(bed_unmap_gathered(0, 1) == TARRY_ELISTENER);
	check_assert(!tarry_settle(bed.space));
}

static void settle(void)
{
	check_assert(!tarry_settle(bed.space));
}

static void cpu(void)
{
	bed_hw_read(0, 0);
}

/* What was there is free when it is settled, and not before. */
static void finish(void)
{
	bed.deaf = 0;
	check_assert(!tarry_settle(bed.space));
	tarry_pool_drain(bed.pool);
	check_assert(bed.releases == 1);
	bed_close();
}

CHECK_SCENARIO(rule_unlink_invalidate_wait_free_settle,
	       .about = "an unmap that is not answered, and settled",
	       .rule = "unlink-invalidate-wait-free", .shared = BED_SHARED,
	       .setup = setup, .finish = finish,
	       .threads = {{"unmap", unmap_and_settle}, {"cpu", cpu}})
CHECK_SCENARIO(rule_unlink_invalidate_wait_free_settle_gather,
	       .about = "a gather whose end is not answered, and settled",
	       .rule = "unlink-invalidate-wait-free", .shared = BED_SHARED,
	       .setup = setup, .finish = finish,
	       .threads = {{"gather", gather_and_settle}, {"cpu", cpu}})

static void setup_two(void)
{
	setup();
	bed_map(2, 30, 1);
	/* The second one is not answered. */
	unmap();
	bed.deaf = 0;
}

static void unmap_more(void)
{
	int err = bed_unmap(2, 1);

	check_assert(!err || err == TARRY_ELISTENER);
}

static void finish_two(void)
{
	check_assert(!tarry_settle(bed.space));
	tarry_pool_drain(bed.pool);
	check_assert(bed.releases == 2);
	bed_close();
}

CHECK_SCENARIO(rule_unlink_invalidate_wait_free_settle_two,
	       .about = "one settles what was not answered, one unmaps more",
	       .rule = "unlink-invalidate-wait-free", .shared = BED_SHARED,
	       .models = CHECK_SC | CHECK_TSO, .setup = setup_two,
	       .finish = finish_two,
	       .threads = {{"settle", settle}, {"unmap", unmap_more}})

/* Who fills what was not forgotten. */
static void fill(void)
{
	if (!bed_map(0, 30, 1))
		tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void cpu_new(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	int page = bed_hw_read(0, 0);

	if (gone && page == 10)
		check_violation(CHECK_STALE,
				"a CPU uses what was taken away before");
}

CHECK_SCENARIO(rule_not_alone_flush_all_settle,
	       .about = "a map of what a CPU did not say it forgot",
	       .rule = "not-alone-flush-all", .shared = BED_SHARED,
	       .setup = setup, .finish = finish,
	       .threads = {{"unmap", unmap}, {"fill", fill}, {"cpu", cpu_new}})

/* The same with a cache of software's, told by a word: who fills the slot after
 * it was settled can say so, and the cache has forgotten. */
static void soft_send(struct tarry_listener *l, const struct tarry_span *spans,
		      unsigned int n)
{
	(void)l, (void)spans, (void)n;
	if (!bed.deaf)
		tarry_store(&bed.told, 1, TARRY_RELAXED);
}

static bool soft_wait(struct tarry_listener *l)
{
	(void)l;
	return !bed.deaf;
}

static void setup_soft(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	bed.cache.send = soft_send;
	bed.cache.wait = soft_wait;
	check_assert(!tarry_listen(bed.space, &bed.cache));
	bed.deaf = 1;
	unmap();
	bed.deaf = 0;
}

static void soft_user(void)
{
	if (tarry_load(&bed.gone, TARRY_ACQUIRE) &&
	    !tarry_load(&bed.told, TARRY_RELAXED))
		check_violation(CHECK_STALE, "a cache was not told yet");
}

static void finish_soft(void)
{
	bed_cache_unlisten();
	bed_close();
}

CHECK_SCENARIO(rule_not_alone_flush_all_settle_soft,
	       .about = "a map of what was settled, and a cache of software's",
	       .rule = "not-alone-flush-all", .shared = BED_SHARED,
	       .setup = setup_soft, .finish = finish_soft,
	       .threads = {
		       {"settle", settle}, {"fill", fill}, {"user", soft_user}})
