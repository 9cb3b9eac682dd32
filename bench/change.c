/* SPDX-License-Identifier: MIT */
/*
 * Mapping and unmapping in tables that stay, and of ranges that bring and take
 * whole tables.
 *
 * The tables are of a space that hardware walks: live entries are exchanged.
 * In each table the even half stays mapped, so that no table comes or goes.  A
 * phase is too short for the clock of a thread, which is a system call, so it
 * is timed by the wall clock, whose own cost is measured and subtracted, and a
 * repetition is the median of many phases: an interrupted one does not count.
 */
#include <stdlib.h>

#include "floor.h"
#include "world.h"

#define PHASES	   801
#define MAX_TABLES 16

struct change {
	struct bench *b;
	struct world w;
	unsigned int level;    /* of the leaves */
	unsigned int n_tables; /* used in turn */
	unsigned int n_calls;  /* in each table */
	unsigned int n_leaves; /* of each call */
	unsigned int phases;
	bool software; /* a space that no hardware walks: no exchange */
	double clock;  /* its own cost */
	double unmap_ns, floor_unmap_ns; /* measured with map's */
};

BENCH_INLINE uint64_t leaf_bytes(const struct change *c)
{
	return WORLD_PAGE << 9 * c->level;
}

/* Where the i-th call into a table goes: single leaves to the odd slots, runs
 * to the upper half. */
BENCH_INLINE tarry_va place(const struct change *c, unsigned int table,
			    unsigned int i)
{
	unsigned int slot = c->n_leaves == 1 ? 2 * i + 1 : 256;

	return WORLD_BASE + (uint64_t)table * leaf_bytes(c) * 512 +
	       slot * leaf_bytes(c);
}

BENCH_INLINE uint64_t entry_of(const struct change *c, tarry_va va)
{
	return (WORLD_OA + (va - WORLD_BASE)) | FLOOR_PRESENT | 2 |
	       (c->level ? FLOOR_LARGE : 0) | 1ull << 63;
}

typedef void call_fn(struct change *c, tarry_va va);

BENCH_INLINE void map_tarry(struct change *c, tarry_va va)
{
	int err =
		tarry_map(c->w.space, va, WORLD_OA + (va - WORLD_BASE),
			  c->n_leaves * leaf_bytes(c), TARRY_R | TARRY_W, NULL);

	if (__builtin_expect(err, 0))
		bench_fail(c->b, "map: %s", tarry_error_sentence(err));
}

BENCH_INLINE void unmap_tarry(struct change *c, tarry_va va)
{
	int err =
		tarry_unmap(c->w.space, va, c->n_leaves * leaf_bytes(c), NULL);

	if (__builtin_expect(err, 0))
		bench_fail(c->b, "unmap: %s", tarry_error_sentence(err));
}

/* A single leaf is exchanged in; of a run, each empty slot takes a store. */
BENCH_INLINE void map_floor(struct change *c, tarry_va va)
{
	uint64_t *slot = floor_descend(c->w.root, va, c->level);
	uint64_t entry = entry_of(c, va);

	if (c->n_leaves == 1 && !c->software) {
		__atomic_exchange_n(slot, entry, __ATOMIC_ACQ_REL);
		return;
	}
	for (unsigned int i = 0; i < c->n_leaves; i++)
		__atomic_store_n(&slot[i], entry + i * leaf_bytes(c),
				 __ATOMIC_RELEASE);
}

BENCH_INLINE void unmap_floor(struct change *c, tarry_va va)
{
	uint64_t *slot = floor_descend(c->w.root, va, c->level);

	for (unsigned int i = 0; i < c->n_leaves; i++) {
		if (c->software)
			__atomic_store_n(&slot[i], 0, __ATOMIC_RELEASE);
		else
			__atomic_exchange_n(&slot[i], 0, __ATOMIC_ACQ_REL);
	}
}

BENCH_INLINE void phase(struct change *c, call_fn *call)
{
	for (unsigned int t = 0; t < c->n_tables; t++)
		for (unsigned int i = 0; i < c->n_calls; i++)
			call(c, place(c, t, i));
}

/* How many of the leaves that come and go are there. */
static uint64_t count_leaves(struct change *c)
{
	uint64_t found = 0;

	tarry_read_begin();
	for (unsigned int t = 0; t < c->n_tables; t++) {
		for (unsigned int i = 0; i < c->n_calls; i++) {
			for (unsigned int l = 0; l < c->n_leaves; l++) {
				tarry_va va =
					place(c, t, i) + l * leaf_bytes(c);
				struct tarry_hit hit;

				found += !tarry_translate(c->w.space, va,
							  &hit) &&
					 hit.oa == WORLD_OA + (va - WORLD_BASE);
			}
		}
	}
	tarry_read_end();
	return found;
}

BENCH_INLINE struct bench_time phases(struct change *c, call_fn *map,
				      call_fn *unmap, double *unmap_ns)
{
	static double maps[PHASES], unmaps[PHASES];
	double calls = c->n_tables * c->n_calls;
	uint64_t answers;

	for (unsigned int i = 0; i < c->phases; i++) {
		double a = bench_wall(), m, u;

		phase(c, map);
		m = bench_wall();
		phase(c, unmap);
		u = bench_wall();
		maps[i] = m - a;
		unmaps[i] = u - m;
	}
	phase(c, map);
	answers = count_leaves(c);
	phase(c, unmap);
	answers = answers << 32 | count_leaves(c);
	*unmap_ns = (bench_median(unmaps, c->phases) - c->clock) / calls;
	return (struct bench_time){
		(bench_median(maps, c->phases) - c->clock) / calls, answers};
}

static struct bench_time tarry_maps(void *ctx, uint64_t seed)
{
	struct change *c = ctx;

	(void)seed;
	return phases(c, map_tarry, unmap_tarry, &c->unmap_ns);
}

static struct bench_time tarry_unmaps(void *ctx, uint64_t seed)
{
	(void)seed;
	return (struct bench_time){((struct change *)ctx)->unmap_ns, 0};
}

static struct bench_time floor_maps(void *ctx, uint64_t seed)
{
	struct change *c = ctx;

	(void)seed;
	return phases(c, map_floor, unmap_floor, &c->floor_unmap_ns);
}

static struct bench_time floor_unmaps(void *ctx, uint64_t seed)
{
	(void)seed;
	return (struct bench_time){((struct change *)ctx)->floor_unmap_ns, 0};
}

static double clock_cost(void)
{
	double costs[PHASES];

	for (unsigned int i = 0; i < PHASES; i++) {
		double a = bench_wall();

		costs[i] = bench_wall() - a;
	}
	return bench_median(costs, PHASES);
}

struct change_case {
	const char *title;
	unsigned int level, n_tables, n_calls, n_leaves;
	bool software;
	double ratio_max, map_max, unmap_max;
	const char *map_beside, *unmap_beside;
};

static void change_run(struct bench *b, const struct change_case *k)
{
	struct change c = {
		.b = b,
		.level = k->level,
		.n_tables = k->n_tables,
		.n_calls = k->n_calls,
		.n_leaves = k->n_leaves,
		.software = k->software,
		.phases = b->sanity  ? 3
			  : b->quick ? 201
				     : PHASES,
		.clock = clock_cost(),
	};
	bool one = k->n_leaves == 1;
	struct bench_side sides[] = {
		{.name = "tarry", .run = tarry_maps, .answers = true},
		{.name = "tarry", .run = tarry_unmaps},
		{.name = k->software ? "walk + one store each"
			 : one	     ? "walk + one exchange"
				     : "walk + one store each",
		 .run = floor_maps,
		 .answers = true},
		{.name = k->software ? "walk + one store each"
			 : one	     ? "walk + one exchange"
				     : "walk + one exchange each",
		 .run = floor_unmaps},
	};
	struct bench_row map = {.unit = "ns",
				.ours = &sides[0],
				.floor = &sides[2],
				.ratio_max = k->ratio_max,
				.value_max = k->map_max,
				.beside = k->map_beside};
	struct bench_row unmap = {.unit = "ns",
				  .ours = &sides[1],
				  .floor = &sides[3],
				  .ratio_max = k->ratio_max,
				  .value_max = k->unmap_max,
				  .beside = k->unmap_beside};

	world_create(b, &c.w, k->software ? 0 : TARRY_SPACE_HARDWARE, true);
	for (unsigned int t = 0; t < c.n_tables; t++) {
		for (unsigned int i = 0; i < 256; i++) {
			/* What stays: even slots, or the lower half. */
			unsigned int slot = one ? 2 * i : i;
			tarry_va va = WORLD_BASE +
				      (t * 512ull + slot) * leaf_bytes(&c);
			int err = tarry_map(
				c.w.space, va, WORLD_OA + (va - WORLD_BASE),
				leaf_bytes(&c), TARRY_R | TARRY_W, NULL);

			if (err)
				bench_fail(b, "map: %s",
					   tarry_error_sentence(err));
		}
	}
	bench_interleave(b, sides, 4, &c);
	bench_row(b, &map, "map %s", k->title);
	bench_row(b, &unmap, "unmap %s", k->title);
	world_settle(&c.w);
	world_destroy(b, &c.w);
}

#define ELSEWHERE "generic_pt, i7-12700, published: "

static const struct change_case change_cases[] = {
	{"1 x 4K, warm", 0, 4, 256, 1, false, 1.5, 40, 50, ELSEWHERE "56 ns",
	 ELSEWHERE "71 ns"},
	{"256 x 4K", 0, 16, 1, 256, false, 1.3, 0, 0, ELSEWHERE "405 ns",
	 ELSEWHERE "228 ns"},
	{"256 x 2M", 1, 16, 1, 256, false, 1.3, 0, 0, ELSEWHERE "393 ns",
	 ELSEWHERE "254 ns"},
	{"1 x 4K, warm, tables no hardware walks", 0, 4, 256, 1, true, 0, 0, 0,
	 NULL, NULL},
	{"256 x 4K, tables no hardware walks", 0, 16, 1, 256, true, 0, 0, 0,
	 NULL, NULL},
};

static void single(struct bench *b)
{
	change_run(b, &change_cases[0]);
	change_run(b, &change_cases[3]);
}

static void runs(struct bench *b)
{
	change_run(b, &change_cases[1]);
	change_run(b, &change_cases[2]);
	change_run(b, &change_cases[4]);
}

/* ---- whole tables ---- */

struct whole {
	struct bench *b;
	struct world w;
	uint64_t pages;
	uint64_t *fresh; /* the floor's table memory */
	double unmap_ns, drain_ns;
};

static struct bench_time whole_map(void *ctx, uint64_t seed)
{
	struct whole *c = ctx;
	uint64_t len = c->pages * WORLD_PAGE, answers = 0;
	double a, m, u, worker;

	(void)seed;
	a = bench_cpu();
	world_map(c->b, &c->w, WORLD_BASE, WORLD_OA, len);
	m = bench_cpu();
	tarry_read_begin();
	for (uint64_t i = 0; i < c->pages; i += 61) {
		struct tarry_hit hit;

		if (tarry_translate(c->w.space, world_va(i), &hit) ||
		    hit.oa != WORLD_OA + i * WORLD_PAGE || hit.level)
			answers++;
	}
	tarry_read_end();
	if (answers)
		bench_fail(c->b, "%llu pages are not mapped",
			   (unsigned long long)answers);
	u = bench_cpu();
	worker = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	world_unmap(c->b, &c->w, WORLD_BASE, len);
	c->unmap_ns = (bench_cpu() - u) / (double)c->pages;
	world_settle(&c->w);
	worker = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - worker;
	c->drain_ns = worker / (double)c->pages;
	return (struct bench_time){(m - a) / (double)c->pages, 0};
}

static struct bench_time whole_unmap(void *ctx, uint64_t seed)
{
	(void)seed;
	return (struct bench_time){((struct whole *)ctx)->unmap_ns, 0};
}

static struct bench_time whole_drain(void *ctx, uint64_t seed)
{
	(void)seed;
	return (struct bench_time){((struct whole *)ctx)->drain_ns, 0};
}

static struct bench_time whole_floor(void *ctx, uint64_t seed)
{
	struct whole *c = ctx;
	volatile uint64_t *slot = c->fresh;
	uint64_t entry = WORLD_OA | FLOOR_PRESENT | 2;
	double start = bench_cpu();

	(void)seed;
	for (uint64_t i = 0; i < c->pages; i++) {
		slot[i] = entry;
		entry += WORLD_PAGE;
	}
	return (struct bench_time){(bench_cpu() - start) / (double)c->pages, 0};
}

static void whole(struct bench *b)
{
	struct whole c = {.b = b, .pages = b->sanity ? 4096 : 1 << 18};
	struct bench_side sides[] = {
		{.name = "tarry", .run = whole_map},
		{.name = "tarry", .run = whole_unmap},
		{.name = "tarry", .run = whole_drain},
		{.name = "8 bytes a page stored", .run = whole_floor},
	};
	struct bench_row map = {.unit = "ns",
				.ours = &sides[0],
				.floor = &sides[3],
				.ratio_max = 1.5};
	struct bench_row unmap = {
		.unit = "ns", .ours = &sides[1], .value_max = 0.1};
	struct bench_row drain = {.unit = "ns", .ours = &sides[2]};

	c.fresh = bench_memory_get(c.pages * 8);
	world_create(b, &c.w, TARRY_SPACE_HARDWARE, true);
	bench_interleave(b, sides, 4, &c);
	bench_row(b, &map, "map %llu x 4K, a page",
		  (unsigned long long)c.pages);
	bench_row(b, &unmap, "unmap %llu x 4K, a page",
		  (unsigned long long)c.pages);
	bench_row(b, &drain, "  with the freeing afterwards, all threads");
	world_destroy(b, &c.w);
	bench_memory_put(c.fresh, c.pages * 8);
}

const struct bench_workload bench_change[] = {
	{"map-1", "map and unmap of one warm page", false, single},
	{"map-256", "map and unmap of 256 leaves", false, runs},
	{"map-2^18", "map and unmap of 2^18 contiguous pages", false, whole},
	{0},
};
