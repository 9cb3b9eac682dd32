/* SPDX-License-Identifier: MIT */
/*
 * What tables cost, and what is left of them when the mappings have gone.
 *
 * Bytes are the pool's own count of tables and descriptors, with the growth of
 * the process's resident memory beside them.
 */
#include <stdio.h>

#include "world.h"

#define KB 1024.0

static uint64_t table_bytes(struct world *w)
{
	struct tarry_pool_stats stats;

	tarry_pool_stats(w->pool, &stats);
	return stats.table_bytes;
}

/* Descriptors of live tables: an array of 64 bytes a backing page, of which
 * the pool commits a part. */
static uint64_t descriptor_bytes(struct world *w)
{
	struct tarry_pool_stats stats;

	tarry_pool_stats(w->pool, &stats);
	return stats.descriptor_bytes;
}

static uint64_t grown_since(uint64_t before)
{
	uint64_t now = bench_resident();

	return now > before ? now - before : 0;
}

static void bytes_row(struct bench *b, struct world *w, uint64_t pages,
		      uint64_t resident_before, double floor, double limit,
		      const char *title)
{
	uint64_t tables = table_bytes(w), descriptors = descriptor_bytes(w);
	struct bench_side ours = bench_number(
		"tarry", (double)(tables + descriptors) / (double)pages);
	struct bench_side least = bench_number("the format's entries", floor);
	char beside[128];
	struct bench_row row = {.unit = "bytes",
				.ours = &ours,
				.floor = &least,
				.value_max = limit,
				.beside = beside};

	snprintf(beside, sizeof(beside),
		 "tables %.3f, descriptors %.3f, resident memory grew by %.3f",
		 (double)tables / (double)pages,
		 (double)descriptors / (double)pages,
		 (double)grown_since(resident_before) / (double)pages);
	bench_row(b, &row, "%s, %llu pages, a page", title,
		  (unsigned long long)pages);
}

static void dense(struct bench *b)
{
	uint64_t before = bench_resident();
	uint64_t pages = b->sanity ? 4096 : 1 << 22;
	struct world w;

	world_create(b, &w, 0, false);
	world_fill(b, &w, pages, pages);
	bytes_row(b, &w, pages, before, 8, 8.3,
		  "tables and descriptors, dense");
	world_destroy(b, &w);
}

/* The i-th of 2^17 places of 1 GiB in the lower half, no two alike. */
static tarry_va scattered(uint64_t i)
{
	uint64_t place = i * 40503 & ((1 << 17) - 1);

	return (place << 30) + (i * 7919 & 4095) * 64 * WORLD_PAGE;
}

static void sparse(struct bench *b)
{
	uint64_t before = bench_resident();
	uint64_t runs = b->sanity ? 64 : 1 << 14;
	struct world w;

	world_create(b, &w, 0, false);
	for (uint64_t i = 0; i < runs; i++)
		world_map(b, &w, scattered(i), WORLD_OA + i * (1 << 19),
			  64 * WORLD_PAGE);
	bytes_row(b, &w, runs * 64, before, 128, 133,
		  "tables and descriptors, runs of 64 over 2^47");
	for (uint64_t i = 0; i < runs; i++)
		world_unmap(b, &w, scattered(i), 64 * WORLD_PAGE);
	world_settle(&w);
	world_destroy(b, &w);
}

/* Threads of the flavour, the program's own pages: not the second pool's. */
static void one_left_warm(struct bench *b)
{
	struct world w;

	world_create(b, &w, 0, false);
	world_fill(b, &w, 1 << 16, 1 << 16);
	world_unmap(b, &w, world_va(0), WORLD_PAGE << 16);
	world_settle(&w);
	world_destroy(b, &w);
	(void)bench_resident();
}

static void one_left(struct bench *b)
{
	one_left_warm(b);
	for (uint64_t pages = 1 << 20; pages <= 1 << 22; pages *= 4) {
		uint64_t n = b->sanity ? 4096 : pages;
		struct bench_side at_once, grown;
		struct bench_row row = {
			.unit = "KB", .ours = &at_once, .value_max = 300};
		uint64_t before = bench_resident(), full;
		struct tarry_pool_stats stats;
		struct tarry_hit hit;
		struct world w;
		char beside[128];

		world_create(b, &w, 0, false);
		world_fill(b, &w, n, n);
		full = grown_since(before);
		world_unmap(b, &w, world_va(0), (n / 2) * WORLD_PAGE);
		world_unmap(b, &w, world_va(n / 2 + 1),
			    (n / 2 - 1) * WORLD_PAGE);
		world_settle(&w);
		tarry_pool_stats(w.pool, &stats);
		at_once =
			bench_number("tarry", (double)(stats.table_bytes) / KB);
		snprintf(beside, sizeof(beside),
			 "resident memory: grew by %.0f KB full, %.0f KB of "
			 "that left; pool holds %.0f KB free",
			 (double)full / KB, (double)grown_since(before) / KB,
			 (double)stats.free_bytes / KB);
		row.beside = beside;
		bench_row(b, &row,
			  "tables after unmapping all but one of %llu pages",
			  (unsigned long long)n);
		grown = bench_number("tarry", (double)grown_since(before) / KB);
		row = (struct bench_row){
			.unit = "KB", .ours = &grown, .value_max = 300};
		bench_row(b, &row, "  resident memory left of it");
		tarry_read_begin();
		if (tarry_translate(w.space, world_va(n / 2), &hit) ||
		    hit.oa != WORLD_OA + n / 2 * WORLD_PAGE)
			bench_fail(b, "the page that stays is not there");
		if (tarry_translate(w.space, world_va(n / 2 - 1), &hit) !=
		    TARRY_ENOENT)
			bench_fail(b, "a page that went is still there");
		tarry_read_end();
		world_destroy(b, &w);
	}
}

/* ---- an IOMMU's worst case ---- */

struct sweep {
	struct bench *b;
	uint64_t n; /* places, 2M apart */
	double kept_kb, left_kb, peak_kb;
};

static double sweep_run(struct sweep *s, unsigned int flags, double *left,
			double *peak)
{
	struct tarry_pool_stats stats;
	struct world w;
	double start, time;

	*peak = 0;
	world_create(s->b, &w, flags, false);
	start = bench_cpu();
	for (uint64_t i = 0; i < s->n; i++) {
		tarry_va va = (i + 1) * WORLD_TABLE;

		world_map(s->b, &w, va, WORLD_OA, WORLD_PAGE);
		world_unmap(s->b, &w, va, WORLD_PAGE);
	}
	time = (bench_cpu() - start) / (double)s->n;
	tarry_pool_stats(w.pool, &stats);
	*peak = (double)stats.committed_bytes / KB;
	world_settle(&w);
	*left = (double)table_bytes(&w) / KB;
	world_destroy(s->b, &w);
	return time;
}

static struct bench_time sweep_reclaim(void *ctx, uint64_t seed)
{
	struct sweep *s = ctx;

	(void)seed;
	return (struct bench_time){sweep_run(s, 0, &s->left_kb, &s->peak_kb),
				   0};
}

static struct bench_time sweep_keep(void *ctx, uint64_t seed)
{
	struct sweep *s = ctx;
	double peak;

	(void)seed;
	return (struct bench_time){
		sweep_run(s, TARRY_SPACE_KEEP_TABLES, &s->kept_kb, &peak), 0};
}

static void sweep(struct bench *b)
{
	/* Without reclaim a table stays at each place: 2T are 4 GB of tables.
	 * The whole 16T are walked with reclaim only. */
	uint64_t whole = 1 << 23, part = b->quick ? 1 << 17 : 1 << 20;
	struct sweep s = {.b = b, .n = b->sanity ? 100 : part};
	struct bench_side sides[] = {
		{.name = "tarry, reclaim on", .run = sweep_reclaim},
		{.name = "the same with reclaim off", .run = sweep_keep},
	};
	struct bench_side left;
	char beside[128];
	struct bench_row row = {.unit = "ns",
				.ours = &sides[0],
				.floor = &sides[1],
				.ratio_max = 1.05,
				.beside = beside};
	unsigned int reps = b->reps;
	double time;

	b->reps = reps > 3 ? 3 : reps;
	bench_interleave(b, sides, 2, &s);
	b->reps = reps;
	snprintf(
		beside, sizeof(beside),
		"tables left: %.0f KB without, %.0f KB with reclaim; published "
		"for an IOMMU: 4.9 %% more time",
		s.kept_kb, s.left_kb);
	bench_row(b, &row, "4K mapped and unmapped every 2M over %.4gT, a pair",
		  (double)s.n * 2 / (1 << 20));

	if (!b->sanity)
		s.n = whole;
	time = sweep_run(&s, 0, &s.left_kb, &s.peak_kb);
	left = bench_number("tarry", s.left_kb);
	snprintf(beside, sizeof(beside),
		 "published: 32783 MB without, 0 with reclaim; %.0f ns a pair; "
		 "%.0f KB committed at the end of the sweep",
		 time, s.peak_kb);
	/* The root is the one table that stays; the space has a page too. */
	row = (struct bench_row){
		.unit = "KB", .ours = &left, .value_max = 8, .beside = beside};
	bench_row(b, &row, "  left after 16T (the root, the space)");
}

const struct bench_workload bench_memory[] = {
	{"dense", "bytes of tables and descriptors, dense", false, dense},
	{"sparse", "bytes of tables and descriptors, scattered runs", false,
	 sparse},
	{"one-left", "memory after unmapping all but one page", false,
	 one_left},
	{"sweep", "4K mapped and unmapped every 2M over 16T", false, sweep},
	{0},
};
