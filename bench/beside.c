/* SPDX-License-Identifier: MIT */
/*
 * A reader with a writer beside it.  Two places for the writer's ranges: next
 * to the reader's, so that only upper tables are shared; and between them, so
 * that both use the same lines of the same tables of level 1.
 */
#include "floor.h"
#include "churn.h"
#include "world.h"

struct pair {
	struct bench *b;
	struct world w;
	bool between;	 /* else: next to */
	uint64_t ranges; /* of 2M, the reader's */
	struct churn churn;
};

/* The place of the reader's i-th range, and of the writer's. */
BENCH_INLINE uint64_t reader_range(const struct pair *p, uint64_t i)
{
	return p->between ? 2 * i : i;
}

static uint64_t writer_range(const struct pair *p, uint64_t i)
{
	i = i * 167 & (p->ranges - 1) & 255;
	return p->between ? 2 * i + 1 : p->ranges + i;
}

static void writer_step(void *ctx, uint64_t i)
{
	struct pair *p = ctx;
	tarry_va va = WORLD_BASE + writer_range(p, i) * WORLD_TABLE;

	world_map(p->b, &p->w, va, WORLD_OA, WORLD_TABLE);
	world_unmap(p->b, &p->w, va, WORLD_TABLE);
	tarry_thread_quiesce();
}

/* In sections of 64 lookups: a grace period must be able to end. */
BENCH_INLINE uint64_t read_random(const struct pair *p, uint64_t x, bool walk)
{
	const struct world *w = &p->w;
	uint64_t sum = 0;

	for (uint64_t left = w->ops / 64; left; left--) {
		tarry_read_begin();
		for (int i = 0; i < 64; i++) {
			tarry_va va;
			struct tarry_hit hit = {0};

			x = bench_next(x);
			va = WORLD_BASE +
			     reader_range(p, x >> 9 & (p->ranges - 1)) *
				     WORLD_TABLE +
			     (x & 511) * WORLD_PAGE;
			if (walk)
				hit.oa = floor_translate(w->root, va);
			else
				tarry_translate(w->space, va, &hit);
			sum += bench_hide(hit.oa);
		}
		tarry_read_end();
		tarry_thread_quiesce();
	}
	return sum;
}

static struct bench_time alone(void *ctx, uint64_t seed)
{
	struct pair *p = ctx;
	double start = bench_cpu();
	uint64_t sum = read_random(p, seed, false);

	return (struct bench_time){(bench_cpu() - start) / (double)p->w.ops,
				   sum};
}

static struct bench_time accompanied(void *ctx, uint64_t seed)
{
	struct pair *p = ctx;
	struct bench_time t;

	churn_start(&p->churn);
	t = alone(ctx, seed);
	churn_stop(&p->churn);
	return t;
}

static struct bench_time walk_alone(void *ctx, uint64_t seed)
{
	struct pair *p = ctx;
	double start = bench_cpu();
	uint64_t sum = read_random(p, seed, true);

	return (struct bench_time){(bench_cpu() - start) / (double)p->w.ops,
				   sum};
}

static void writer_beside(struct bench *b)
{
	for (int between = 0; between < 2; between++) {
		struct pair p = {.b = b, .between = between};
		struct bench_side sides[] = {
			{.name = "tarry, writer beside",
			 .run = accompanied,
			 .answers = true},
			{.name = "the same reader alone",
			 .run = alone,
			 .answers = true},
			{.name = "walk by hand",
			 .run = walk_alone,
			 .answers = true},
		};
		struct bench_row row = {.unit = "ns",
					.ours = &sides[0],
					.floor = &sides[1],
					.ratio_max = 1.15};
		struct bench_side writer;

		world_create(b, &p.w, 0, false);
		p.ranges = b->sanity ? 8 : 2048;
		p.w.ops = b->sanity ? 6400 : b->quick ? 1 << 21 : 1 << 23;
		for (uint64_t i = 0; i < p.ranges; i++)
			world_map(b, &p.w,
				  WORLD_BASE +
					  reader_range(&p, i) * WORLD_TABLE,
				  WORLD_OA + i * WORLD_TABLE, WORLD_TABLE);
		p.churn = (struct churn){.step = writer_step, .ctx = &p};
		bench_interleave(b, sides, 3, &p);
		bench_row(b, &row, "translate, writer %s, 1048576 pages",
			  between ? "between the reader's ranges"
				  : "next to the reader's ranges");
		writer = bench_number("tarry",
				      p.churn.cpu_ns / (double)p.churn.steps);
		row = (struct bench_row){.unit = "ns", .ours = &writer};
		bench_row(b, &row,
			  "  that writer: map and unmap of 2M in 4K "
			  "leaves");
		world_settle(&p.w);
		world_destroy(b, &p.w);
	}
}

const struct bench_workload bench_beside[] = {
	{"writer", "translate while a writer maps and unmaps 2M ranges", false,
	 writer_beside},
	{0},
};
