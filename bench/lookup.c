/* SPDX-License-Identifier: MIT */
/*
 * Random lookups against what others would use: alone, and with a writer that
 * maps and unmaps 2M ranges beside.
 */
#include <stdio.h>
#include <string.h>

#include "churn.h"
#include "rivals/rival.h"
#include "world.h"

/* Ranges that come and go, beyond the pages that are looked up. */
#define COMING 8

static const struct rival *const rivals[] = {
#ifdef BENCH_LFHT
	&rival_lfht,
#endif
#ifdef BENCH_JUDY
	&rival_judy,
#endif
#ifdef BENCH_GTREE
	&rival_gtree,
#endif
#ifdef BENCH_CK
	&rival_ck_ht,
#endif
#ifdef BENCH_RTE_HASH
	&rival_rte_hash,
#endif
	NULL,
};

struct contest {
	struct bench *b;
	struct world w;
	const struct rival *rival;
	void *r;
	double warm_ns, timed_ns;
	struct churn churn;
};

static uint64_t our_lookups(void *ctx, uint64_t *x, uint64_t mask, uint64_t n)
{
	struct tarry_space *s = ((struct contest *)ctx)->w.space;
	uint64_t sum = 0;

	for (; n; n--) {
		struct tarry_hit hit = {0};

		*x = bench_next(*x);
		tarry_read_begin();
		tarry_translate(s, world_va(*x & mask), &hit);
		tarry_read_end();
		sum += hit.oa;
	}
	return sum;
}

/*
 * By time, not by number: a lookup takes from nanoseconds to a hundred
 * microseconds.  The answers compared are those of the first few; then the
 * caches get used to this side; then it counts.  The wall clock, as a lookup
 * that waits for a lock does so asleep.
 */
#define COMPARED 1000
#define CHUNK	 64

static struct bench_time
by_time(const struct contest *c, uint64_t x,
	uint64_t (*lookups)(void *, uint64_t *, uint64_t, uint64_t), void *r)
{
	uint64_t answers = lookups(r, &x, c->w.mask, COMPARED), n = 0;
	double now = bench_wall(), end = now + c->warm_ns, start;

	while (bench_wall() < end)
		bench_hide(lookups(r, &x, c->w.mask, CHUNK));
	start = bench_wall();
	end = start + c->timed_ns;
	do {
		bench_hide(lookups(r, &x, c->w.mask, CHUNK));
		n += CHUNK;
		now = bench_wall();
	} while (now < end);
	return (struct bench_time){(now - start) / (double)n, answers};
}

static struct bench_time ours(void *ctx, uint64_t seed)
{
	struct contest *c = ctx;

	return by_time(c, seed, our_lookups, c);
}

static struct bench_time theirs(void *ctx, uint64_t seed)
{
	struct contest *c = ctx;

	return by_time(c, seed, c->rival->lookups, c->r);
}

static uint64_t coming_page(const struct contest *c, uint64_t i)
{
	return c->w.pages + i % COMING * 512;
}

static void our_step(void *ctx, uint64_t i)
{
	struct contest *c = ctx;
	tarry_va va = world_va(coming_page(c, i));

	world_map(c->b, &c->w, va, WORLD_OA, WORLD_TABLE);
	world_unmap(c->b, &c->w, va, WORLD_TABLE);
}

static void their_step(void *ctx, uint64_t i)
{
	struct contest *c = ctx;

	c->rival->map(c->r, coming_page(c, i), 512, WORLD_OA);
	c->rival->unmap(c->r, coming_page(c, i), 512);
}

static void their_begin(void *ctx)
{
	struct contest *c = ctx;

	c->rival->thread_begin(c->r);
}

static void their_end(void *ctx)
{
	struct contest *c = ctx;

	c->rival->thread_end(c->r);
}

static struct bench_time beside_writer(struct contest *c, bool our_turn,
				       uint64_t seed)
{
	struct bench_time t;

	c->churn = our_turn ? (struct churn){.step = our_step, .ctx = c}
			    : (struct churn){.step = their_step,
					     .thread_begin = their_begin,
					     .thread_end = their_end,
					     .ctx = c};
	churn_start(&c->churn);
	t = our_turn ? ours(c, seed) : theirs(c, seed);
	churn_stop(&c->churn);
	return t;
}

static struct bench_time ours_beside(void *ctx, uint64_t seed)
{
	return beside_writer(ctx, true, seed);
}

static struct bench_time theirs_beside(void *ctx, uint64_t seed)
{
	return beside_writer(ctx, false, seed);
}

static void against(struct bench *b, const struct rival *rival, uint64_t pages)
{
	struct contest c = {.b = b, .rival = rival};
	struct bench_side alone[] = {
		{.name = "tarry", .run = ours, .answers = true},
		{.name = rival->name, .run = theirs, .answers = true}};
	struct bench_side beside[] = {
		{.name = "tarry", .run = ours_beside, .answers = true},
		{.name = rival->name, .run = theirs_beside, .answers = true}};
	struct bench_row row = {.unit = "ns", .faster_min = 3};
	unsigned int reps = b->reps;

	world_create(b, &c.w, 0, false);
	/* Each page is a range of its own, or a tree of ranges holds one. */
	world_fill(b, &c.w, pages, 1);
	/* Hash tables want a power of two. */
	c.r = rival->create(b, 2 * pages);
	if (!c.r)
		bench_fail(b, "%s cannot be made", rival->name);
	rival->thread_begin(c.r);
	for (uint64_t i = 0; i < pages; i++)
		rival->map(c.r, i, 1, world_oa(i, 1));
	c.warm_ns = b->sanity ? 0 : b->quick ? 1e7 : 3e7;
	c.timed_ns = b->sanity ? 0 : b->quick ? 2e7 : 6e7;
	b->reps = reps > 5 ? 5 : reps;
	bench_interleave(b, alone, 2, &c);
	row.ours = &alone[0];
	row.floor = &alone[1];
	bench_row(b, &row, "lookups alone, %ju pages, against %s",
		  (uintmax_t)pages, rival->name);
	bench_interleave(b, beside, 2, &c);
	row.ours = &beside[0];
	row.floor = &beside[1];
	bench_row(b, &row, "lookups with a writer, %ju pages, against %s",
		  (uintmax_t)pages, rival->name);
	b->reps = reps;
	rival->thread_end(c.r);
	rival->destroy(c.r);
	world_settle(&c.w);
	world_destroy(b, &c.w);
}

static void lookup(struct bench *b)
{
	static const char *const names[] = {"cds_lfht", "Judy", "GTree",
					    "ck_ht", "rte_hash"};
	static const bool there[] = {
#ifdef BENCH_LFHT
		true,
#else
		false,
#endif
#ifdef BENCH_JUDY
		true,
#else
		false,
#endif
#ifdef BENCH_GTREE
		true,
#else
		false,
#endif
#ifdef BENCH_CK
		true,
#else
		false,
#endif
#ifdef BENCH_RTE_HASH
		true,
#else
		false,
#endif
	};

	for (int i = 0; i < 5; i++)
		if (!there[i])
			bench_absent(b, names[i],
				     "was not found when this was built");
	for (int i = 0; rivals[i]; i++) {
		if (rivals[i]->absent) {
			bench_absent(b, rivals[i]->name, rivals[i]->absent);
			continue;
		}
		against(b, rivals[i], b->sanity ? 4096 : 1 << 20);
		if (!b->sanity && !b->quick)
			against(b, rivals[i], 1 << 22);
	}
}

const struct bench_workload bench_lookup[] = {
	{"lookup", "random lookups against what others would use", false,
	 lookup},
	{0},
};
