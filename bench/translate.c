/* SPDX-License-Identifier: MIT */
/*
 * Translating: at random, one address after another, in batches, in ranges.
 * Every loop is one template with the lookup inlined, so that the sides differ
 * in nothing else.
 */
#include <stdlib.h>

#include "floor.h"
#include "tarry/format/x86_64.h"
#include "tarry/inline.h"
#include "world.h"

typedef uint64_t lookup_fn(const struct world *w, uint64_t page);

/* A wrong answer that the sums of answers will show. */
#define NO_ANSWER 0xdead000000000001ull

/* As programs do that know their format: compiled in. */
BENCH_INLINE uint64_t by_tarry(const struct world *w, uint64_t page)
{
	struct tarry_hit hit;

	if (__builtin_expect(tarry_translate_as(&tarry_format_x86_64_4,
						w->space, world_va(page), &hit),
			     0))
		return NO_ANSWER;
	return hit.oa;
}

/* As all others do: a call into the library. */
BENCH_INLINE uint64_t by_call(const struct world *w, uint64_t page)
{
	struct tarry_hit hit;

	if (__builtin_expect(tarry_translate(w->space, world_va(page), &hit),
			     0))
		return NO_ANSWER;
	return hit.oa;
}

BENCH_INLINE uint64_t by_tarry_section(const struct world *w, uint64_t page)
{
	uint64_t oa;

	tarry_read_begin();
	oa = by_tarry(w, page);
	tarry_read_end();
	return oa;
}

BENCH_INLINE uint64_t by_walk(const struct world *w, uint64_t page)
{
	return floor_translate(w->root, world_va(page));
}

BENCH_INLINE uint64_t by_walk_section(const struct world *w, uint64_t page)
{
	uint64_t oa;

	floor_read_lock();
	oa = by_walk(w, page);
	floor_read_unlock();
	return oa;
}

BENCH_INLINE uint64_t by_array(const struct world *w, uint64_t page)
{
	return floor_load(&w->array[page]) & FLOOR_ADDRESS;
}

/* What the loop costs without a lookup in it. */
BENCH_INLINE uint64_t by_nothing(const struct world *w, uint64_t page)
{
	(void)w;
	return page;
}

BENCH_INLINE struct bench_time uniform(const struct world *w, uint64_t x,
				       lookup_fn *lookup)
{
	uint64_t sum = 0;
	double start = bench_cpu();

	for (uint64_t i = w->ops; i; i--) {
		x = bench_next(x);
		sum += bench_hide(lookup(w, x & w->mask));
	}
	return (struct bench_time){(bench_cpu() - start) / (double)w->ops, sum};
}

/* The answer before says where to look next. */
BENCH_INLINE struct bench_time dependent(const struct world *w, uint64_t x,
					 lookup_fn *lookup)
{
	uint64_t sum = 0, ops = w->ops / 8 + 1;
	double start = bench_cpu();

	for (uint64_t i = ops; i; i--) {
		uint64_t oa = bench_hide(lookup(w, x & w->mask));

		x = bench_next(x ^ oa);
		sum += oa;
	}
	return (struct bench_time){(bench_cpu() - start) / (double)ops, sum};
}

BENCH_INLINE struct bench_time sequential(const struct world *w,
					  lookup_fn *lookup)
{
	uint64_t sum = 0;
	double start = bench_cpu();

	for (uint64_t page = 0; page < w->pages; page++)
		sum += bench_hide(lookup(w, bench_hide(page)));
	return (struct bench_time){(bench_cpu() - start) / (double)w->pages,
				   sum};
}

/* One section around the whole loop; the sections of a section's own nest. */
#define LOOP(name, loop, lookup)                                   \
	static struct bench_time name(void *ctx, uint64_t seed)    \
	{                                                          \
		struct bench_time t;                               \
                                                                   \
		tarry_read_begin();                                \
		t = loop((const struct world *)ctx, seed, lookup); \
		tarry_read_end();                                  \
		return t;                                          \
	}
#define LOOP_OUTSIDE(name, loop, lookup)                              \
	static struct bench_time name(void *ctx, uint64_t seed)       \
	{                                                             \
		return loop((const struct world *)ctx, seed, lookup); \
	}

LOOP_OUTSIDE(uniform_nothing, uniform, by_nothing)
LOOP(uniform_tarry, uniform, by_tarry)
LOOP(uniform_call, uniform, by_call)
LOOP(uniform_walk, uniform, by_walk)
LOOP_OUTSIDE(uniform_tarry_section, uniform, by_tarry_section)
LOOP_OUTSIDE(uniform_walk_section, uniform, by_walk_section)
LOOP_OUTSIDE(dependent_nothing, dependent, by_nothing)
LOOP(dependent_tarry, dependent, by_tarry)
LOOP_OUTSIDE(dependent_array, dependent, by_array)

static uint64_t size(const struct bench *b, uint64_t pages)
{
	return b->sanity ? 4096 : pages;
}

static void ops(const struct bench *b, struct world *w, uint64_t n)
{
	w->ops = b->sanity ? 2000 : b->quick ? n / 2 : n;
}

#define MEGA (1ull << 20)

static struct bench_side uniform_sides[] = {
	{.name = "null", .run = uniform_nothing},
	{.name = "tarry", .run = uniform_tarry, .answers = true},
	{.name = "walk by hand, no RCU", .run = uniform_walk, .answers = true},
};

static struct bench_side call_sides[] = {
	{.name = "null", .run = uniform_nothing},
	{.name = "tarry", .run = uniform_call, .answers = true},
	{.name = "walk by hand, no RCU", .run = uniform_walk, .answers = true},
};

static struct bench_side section_sides[] = {
	{.name = "null", .run = uniform_nothing},
	{.name = "tarry", .run = uniform_tarry_section, .answers = true},
	{.name = "walk by hand in rcu_read_lock",
	 .run = uniform_walk_section,
	 .answers = true},
};

static struct bench_side dependent_sides[] = {
	{.name = "null", .run = dependent_nothing},
	{.name = "tarry", .run = dependent_tarry, .answers = true},
	{.name = "plain array", .run = dependent_array, .answers = true},
};

static void one_and_two(struct bench *b, struct world *w,
			struct bench_side *sides, double limit,
			const char *title)
{
	struct bench_row row = {.unit = "ns",
				.null = &sides[0],
				.ours = &sides[1],
				.floor = &sides[2],
				.ratio_max = limit};

	bench_interleave(b, sides, 3, w);
	bench_row(b, &row, "%s, %llu pages", title,
		  (unsigned long long)w->pages);
	bench_interleave_two(b, sides, 3, w);
	bench_row(b, &row, "%s, %llu pages, 2 readers", title,
		  (unsigned long long)w->pages);
}

static void random_open(struct bench *b)
{
	for (uint64_t pages = MEGA; pages <= 4 * MEGA; pages *= 4) {
		struct world w;

		world_create(b, &w, 0, false);
		world_fill(b, &w, size(b, pages), size(b, pages));
		world_array(b, &w);
		ops(b, &w, 2 * MEGA);
		one_and_two(b, &w, uniform_sides, 1.15,
			    "random translate, section open");
		one_and_two(b, &w, call_sides, 1.15,
			    "the same by a call into the library");
		world_destroy(b, &w);
	}
}

static void random_section(struct bench *b)
{
	for (uint64_t pages = MEGA; pages <= 4 * MEGA; pages *= 4) {
		struct world w;

		world_create(b, &w, 0, false);
		world_fill(b, &w, size(b, pages), size(b, pages));
		world_array(b, &w);
		ops(b, &w, 2 * MEGA);
		one_and_two(b, &w, section_sides, 1.1,
			    "random translate, a section each");
		world_destroy(b, &w);
	}
}

static void chain(struct bench *b)
{
	struct world w;

	world_create(b, &w, 0, false);
	world_fill(b, &w, size(b, 16 * MEGA), size(b, 16 * MEGA));
	world_array(b, &w);
	ops(b, &w, 2 * MEGA);
	one_and_two(b, &w, dependent_sides, 1.15, "dependent translate");
	world_destroy(b, &w);
}

/* ---- batches ---- */

BENCH_INLINE struct bench_time batches(const struct world *w, uint64_t x,
				       size_t n)
{
	tarry_va va[64];
	struct tarry_hit hits[64];
	int errs[64];
	uint64_t sum = 0, ops_done = w->ops / 64 * 64;
	double start;

	tarry_read_begin();
	start = bench_cpu();
	for (uint64_t left = ops_done / n; left; left--) {
		int bad = 0;

		for (size_t i = 0; i < n; i++) {
			x = bench_next(x);
			va[i] = world_va(x & w->mask);
		}
		tarry_translate_batch(w->space, va, hits, errs, n);
		for (size_t i = 0; i < n; i++) {
			bad |= errs[i];
			sum += hits[i].oa;
		}
		if (__builtin_expect(bad, 0))
			sum += NO_ANSWER;
	}
	start = bench_cpu() - start;
	tarry_read_end();
	return (struct bench_time){start / (double)ops_done, sum};
}

static struct bench_time batch_32(void *ctx, uint64_t seed)
{
	return batches(ctx, seed, 32);
}

static struct bench_time batch_64(void *ctx, uint64_t seed)
{
	return batches(ctx, seed, 64);
}

static struct bench_time array_ahead(void *ctx, uint64_t x)
{
	const struct world *w = ctx;
	uint64_t sum = 0, ops_done = w->ops / 64 * 64, ahead[32];
	double start = bench_cpu();

	for (unsigned int i = 0; i < 32; i++) {
		x = bench_next(x);
		ahead[i] = x & w->mask;
		__builtin_prefetch(&w->array[ahead[i]]);
	}
	for (uint64_t i = 0; i < ops_done; i++) {
		uint64_t page = ahead[i & 31];

		x = bench_next(x);
		ahead[i & 31] = x & w->mask;
		__builtin_prefetch(&w->array[x & w->mask]);
		sum += bench_hide(by_array(w, page));
	}
	return (struct bench_time){(bench_cpu() - start) / (double)ops_done,
				   sum};
}

static void batch(struct bench *b)
{
	struct world w;
	struct bench_side sides[] = {
		{.name = "null", .run = uniform_nothing},
		{.name = "tarry, 32", .run = batch_32, .answers = true},
		{.name = "tarry, 64", .run = batch_64, .answers = true},
		{.name = "array, prefetch 32 ahead",
		 .run = array_ahead,
		 .answers = true},
		{.name = "our single calls",
		 .run = uniform_tarry,
		 .answers = true},
	};

	world_create(b, &w, 0, false);
	world_fill(b, &w, size(b, 4 * MEGA), size(b, 4 * MEGA));
	world_array(b, &w);
	ops(b, &w, 2 * MEGA);
	w.ops = w.ops / 64 * 64;
	bench_interleave(b, sides, 5, &w);
	for (int i = 1; i <= 2; i++) {
		struct bench_row row = {.unit = "ns",
					.null = &sides[0],
					.ours = &sides[i],
					.floor = &sides[3],
					.ratio_max = 1.25};

		bench_row(b, &row, "batch of %d, %llu pages", 32 * i,
			  (unsigned long long)w.pages);
		row.floor = &sides[4];
		row.ratio_max = 0.5;
		bench_row(b, &row, "batch of %d, %llu pages", 32 * i,
			  (unsigned long long)w.pages);
	}
	world_destroy(b, &w);
}

/* ---- in order ---- */

static struct bench_time sequential_tarry(void *ctx, uint64_t seed)
{
	struct bench_time t;

	(void)seed;
	tarry_read_begin();
	t = sequential(ctx, by_tarry);
	tarry_read_end();
	return t;
}

static struct bench_time sequential_walk(void *ctx, uint64_t seed)
{
	(void)seed;
	return sequential(ctx, by_walk);
}

static struct bench_time sequential_array(void *ctx, uint64_t seed)
{
	(void)seed;
	return sequential(ctx, by_array);
}

static void in_order(struct bench *b)
{
	struct world w;
	struct bench_side sides[] = {
		{.name = "tarry", .run = sequential_tarry, .answers = true},
		{.name = "loop over an array",
		 .run = sequential_array,
		 .answers = true},
		{.name = "walk by hand, no RCU",
		 .run = sequential_walk,
		 .answers = true},
	};
	struct bench_row row = {.unit = "ns",
				.ours = &sides[0],
				.floor = &sides[1],
				.ratio_max = 2};

	world_create(b, &w, 0, false);
	world_fill(b, &w, size(b, 4 * MEGA), size(b, 4 * MEGA));
	world_array(b, &w);
	bench_interleave(b, sides, 3, &w);
	bench_row(b, &row, "sequential translate, %llu pages",
		  (unsigned long long)w.pages);
	/* What any walk of four levels would cost. */
	row.floor = &sides[2];
	row.ratio_max = 0;
	bench_row(b, &row, "  the same against a walk");
	world_destroy(b, &w);
}

#define PIECES 64

static uint64_t pieces_sum(const struct tarry_piece *p, int64_t n)
{
	uint64_t sum = 0;

	for (int64_t i = 0; i < n; i++)
		sum += p[i].va + 3 * p[i].oa + 5 * p[i].len;
	return bench_hide(sum);
}

static struct bench_time pieces_tarry(void *ctx, uint64_t seed)
{
	const struct world *w = ctx;
	struct tarry_piece pieces[PIECES];
	uint64_t sum = 0;
	double start;

	(void)seed;
	tarry_read_begin();
	start = bench_cpu();
	for (uint64_t page = 0; page < w->pages; page += 512) {
		int64_t n = tarry_translate_range(w->space, world_va(page),
						  WORLD_TABLE, pieces, PIECES);

		sum += n > 0 ? pieces_sum(pieces, n) : NO_ANSWER;
	}
	start = bench_cpu() - start;
	tarry_read_end();
	return (struct bench_time){start / (double)w->pages, sum};
}

/* The same pieces from the array, in the least code. */
static struct bench_time pieces_array(void *ctx, uint64_t seed)
{
	const struct world *w = ctx;
	struct tarry_piece pieces[PIECES];
	uint64_t sum = 0;
	double start = bench_cpu();

	(void)seed;
	for (uint64_t page = 0; page < w->pages; page += 512) {
		const uint64_t *entry = &w->array[page];
		uint64_t first = 0;
		int64_t n = 0;

		for (uint64_t i = 1; i <= 512; i++) {
			if (i < 512 &&
			    floor_load(&entry[i]) ==
				    floor_load(&entry[i - 1]) + WORLD_PAGE)
				continue;
			pieces[n].va = world_va(page + first);
			pieces[n].len = (i - first) * WORLD_PAGE;
			pieces[n].oa = entry[first] & FLOOR_ADDRESS;
			pieces[n].rights = TARRY_R | TARRY_W;
			pieces[n].kind = TARRY_LEAF;
			n++;
			first = i;
		}
		sum += pieces_sum(pieces, n);
	}
	return (struct bench_time){(bench_cpu() - start) / (double)w->pages,
				   sum};
}

static void range(struct bench *b)
{
	static const uint64_t runs[] = {512, 16};

	for (unsigned int i = 0; i < 2; i++) {
		struct world w;
		struct bench_side sides[] = {
			{.name = "tarry", .run = pieces_tarry, .answers = true},
			{.name = "loop over an array",
			 .run = pieces_array,
			 .answers = true},
		};
		struct bench_row row = {.unit = "ns",
					.ours = &sides[0],
					.floor = &sides[1],
					.ratio_max = 1.5};

		world_create(b, &w, 0, false);
		world_fill(b, &w, size(b, MEGA), runs[i]);
		world_array(b, &w);
		bench_interleave(b, sides, 2, &w);
		bench_row(b, &row,
			  "range of 512 pages into pieces of %llu, a page",
			  (unsigned long long)runs[i]);
		world_destroy(b, &w);
	}
}

/* ---- soft TLB ---- */

#define SOFT_PAGES 64

struct soft {
	struct world *w;
	struct tarry_soft_tlb *tlb;
};

static struct bench_time soft_hit(void *ctx, uint64_t x)
{
	struct soft *s = ctx;
	uint64_t sum = 0, n = s->w->ops;
	double start;

	tarry_read_begin();
	start = bench_cpu();
	for (uint64_t i = n; i; i--) {
		tarry_oa oa = NO_ANSWER;

		x = bench_next(x);
		tarry_soft_tlb_translate(s->tlb, world_va(x & (SOFT_PAGES - 1)),
					 &oa);
		sum += bench_hide(oa);
	}
	start = bench_cpu() - start;
	tarry_read_end();
	return (struct bench_time){start / (double)n, sum};
}

static struct bench_time soft_none(void *ctx, uint64_t x)
{
	struct soft *s = ctx;
	struct world few = *s->w;

	few.mask = SOFT_PAGES - 1;
	return uniform_nothing(&few, x);
}

static struct bench_time soft_walk(void *ctx, uint64_t x)
{
	struct soft *s = ctx;
	struct world few = *s->w;

	few.mask = SOFT_PAGES - 1;
	return uniform_tarry(&few, x);
}

static void soft(struct bench *b)
{
	static struct tarry_soft_tlb tlb;
	struct world w;
	struct soft s = {&w, &tlb};
	struct bench_side sides[] = {
		{.name = "null", .run = soft_none},
		{.name = "soft TLB", .run = soft_hit, .answers = true},
		{.name = "tarry_translate()",
		 .run = soft_walk,
		 .answers = true},
	};
	struct bench_row row = {.unit = "ns",
				.null = &sides[0],
				.ours = &sides[1],
				.floor = &sides[2]};
	int err;

	world_create(b, &w, 0, false);
	world_fill(b, &w, size(b, MEGA), size(b, MEGA));
	world_array(b, &w);
	ops(b, &w, 4 * MEGA);
	err = tarry_soft_tlb_init(&tlb, w.space);
	if (err)
		bench_fail(b, "soft TLB: %s", tarry_error_sentence(err));
	bench_interleave(b, sides, 3, &s);
	bench_row(b, &row, "soft TLB hit, %d pages", SOFT_PAGES);
	tarry_soft_tlb_fini(&tlb);
	world_destroy(b, &w);
}

const struct bench_workload bench_translate[] = {
	{"random", "random translate, one call each, section open outside",
	 true, random_open},
	{"section", "random translate, a read section for each call", false,
	 random_section},
	{"dependent", "each address depends on the answer before", true, chain},
	{"batch", "random translate, 32 and 64 at a time", true, batch},
	{"sequential", "translate in rising order", true, in_order},
	{"pieces", "translate a range into pieces", true, range},
	{"soft-tlb", "hits in a soft TLB", true, soft},
	{0},
};
