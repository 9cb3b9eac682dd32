/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: what tables cost when most of what they mapped has gone, with it,
 * without, in the background, and by the kernel that this runs on.
 *
 * The four published experiments are those of the mails that brought reclaim
 * into Linux: touch and zap over 50 GB (table memory), faults with and without
 * (their rate), and a process of 55 TB of which 590 GB are in use.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "churn.h"
#include "kernel.h"
#include "world.h"

#define KB 1024.0

static double table_kb(struct world *w)
{
	struct tarry_pool_stats stats;

	tarry_pool_stats(w->pool, &stats);
	return (double)stats.table_bytes / KB;
}

static void kb_row(struct bench *b, double value, double limit,
		   const char *beside, const char *title, uint64_t n)
{
	struct bench_side ours = bench_number("tarry", value);
	struct bench_row row = {.unit = "KB",
				.ours = &ours,
				.value_max = limit,
				.beside = beside};

	bench_row(b, &row, title, (unsigned long long)n);
}

/* ---- the published reclaim experiment ---- */

struct zaps {
	struct bench *b;
	struct world w;
	uint64_t n;
	unsigned int flags; /* of the space */
	double zap_ns, touch_ns, left_kb, peak_kb, per_table;
};

/* "Touch" maps the 512 pages of 2M, one after another as faults would. */
static struct bench_time touch_and_zap(void *ctx, uint64_t seed)
{
	struct zaps *z = ctx;
	uint64_t waiting = 0;
	double touch = 0, zap = 0, main_cpu, all_cpu, a, m;
	struct tarry_pool_stats stats;

	(void)seed;
	world_create(z->b, &z->w, z->flags, false);
	all_cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	main_cpu = bench_cpu();
	for (uint64_t i = 0; i < z->n; i++) {
		tarry_va va = WORLD_BASE + i * WORLD_TABLE;

		a = bench_wall();
		for (uint64_t p = 0; p < 512; p++)
			world_map(z->b, &z->w, va + p * WORLD_PAGE,
				  WORLD_OA + p * WORLD_PAGE, WORLD_PAGE);
		m = bench_wall();
		world_unmap(z->b, &z->w, va, WORLD_TABLE);
		zap += bench_wall() - m;
		touch += m - a;
		if (!(i & 1023)) {
			tarry_pool_stats(z->w.pool, &stats);
			if (stats.waiting_bytes > waiting)
				waiting = stats.waiting_bytes;
		}
	}
	main_cpu = bench_cpu() - main_cpu;
	world_settle(&z->w);
	/* The thread that frees is part of the price, and so is the end. */
	all_cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - all_cpu;
	if (all_cpu > main_cpu)
		zap += all_cpu - main_cpu;
	tarry_pool_stats(z->w.pool, &stats);
	z->left_kb = (double)stats.table_bytes / KB;
	z->peak_kb = (double)waiting / KB;
	z->zap_ns = zap / (double)z->n;
	z->touch_ns = touch / (double)z->n / 512;
	z->per_table = (double)stats.retired / (double)z->n;
	world_destroy(z->b, &z->w);
	return (struct bench_time){
		zap / (double)(stats.retired ? stats.retired : 1), 0};
}

static void reclaim(struct bench *b)
{
	struct zaps z = {.b = b, .n = b->sanity ? 50 : 25600};
	struct bench_side sides[] = {{.name = "tarry", .run = touch_and_zap}};
	char beside[200];
	struct bench_row row = {.unit = "ns",
				.ours = &sides[0],
				.value_max = 120,
				.beside = beside};
	struct zaps kept = z;

	kept.flags = TARRY_SPACE_KEEP_TABLES;
	touch_and_zap(&kept, 0);
	kb_row(b, kept.left_kb, 0,
	       "Linux without reclaim, published: 102640 KB",
	       "%llu x touch 2M, zap 2M, tables kept: left", z.n);
	bench_interleave(b, sides, 1, &z);
	kb_row(b, z.left_kb, 24,
	       "Linux, published: 240 KB by scan, 248 KB by a count in each "
	       "table, 96 KB by a percpu_ref",
	       "%llu x touch 2M, zap 2M: tables left", z.n);
	snprintf(beside, sizeof(beside),
		 "%.2f tables emptied a zap, freeing included; a zap %.0f ns; "
		 "touching %.1f ns a page; most that waited %.0f KB",
		 z.per_table, z.zap_ns, z.touch_ns, z.peak_kb);
	bench_row(b, &row, "  for each emptied table");
	kernel_zaps(b, z.n);
}

/* ---- faults, with reclaim and without ---- */

#define FAULT_TABLES 8

struct faults {
	struct bench *b;
	struct world on, off;
	unsigned int rounds;
};

static struct bench_time fault(struct faults *x, struct world *w, uint64_t seed)
{
	/* Of two threads that start together, each has a place of its own. */
	tarry_va base = WORLD_BASE + (seed >> 1 & 1) * (1ull << 30);
	uint64_t len = FAULT_TABLES * WORLD_TABLE, n = 0;
	double start = bench_cpu();

	for (unsigned int i = 0; i < x->rounds; i++) {
		for (uint64_t at = 0; at < len; at += WORLD_PAGE, n++)
			world_map(x->b, w, base + at, WORLD_OA + at,
				  WORLD_PAGE);
		for (uint64_t at = 0; at < len; at += WORLD_TABLE)
			world_unmap(x->b, w, base + at, WORLD_TABLE);
		tarry_thread_quiesce();
	}
	return (struct bench_time){(bench_cpu() - start) / (double)n, n};
}

static struct bench_time fault_on(void *ctx, uint64_t seed)
{
	struct faults *x = ctx;

	return fault(x, &x->on, seed);
}

static struct bench_time fault_off(void *ctx, uint64_t seed)
{
	struct faults *x = ctx;

	return fault(x, &x->off, seed);
}

static void fault_rate(struct bench *b)
{
	struct faults x = {.b = b,
			   .rounds = b->sanity	? 1
				     : b->quick ? 20
						: 100};
	struct bench_side sides[] = {
		{.name = "tarry, reclaim on", .run = fault_on, .answers = true},
		{.name = "the same with reclaim off",
		 .run = fault_off,
		 .answers = true},
	};
	struct bench_row row = {
		.unit = "ns",
		.ours = &sides[0],
		.floor = &sides[1],
		.ratio_max = 1.05,
		.beside = "published, with a count in each table: 0.64 % fewer "
			  "faults in 1 thread, 1.17 % in 8, 0.36 % in 16"};

	world_create(b, &x.on, 0, false);
	world_create(b, &x.off, TARRY_SPACE_KEEP_TABLES, false);
	bench_interleave(b, sides, 2, &x);
	bench_row(b, &row, "fault 2M in 4K, zap it: a fault, 1 thread");
	bench_interleave_two(b, sides, 2, &x);
	bench_row(b, &row, "fault 2M in 4K, zap it: a fault, 2 threads");
	world_settle(&x.on);
	world_destroy(b, &x.on);
	world_destroy(b, &x.off);
}

/* ---- an allocator in a large reservation ---- */

#define SAMPLES 160

struct extent {
	uint64_t page;
	unsigned int n;
};

/* Extents of 4K to 2M come at random places and go in the order they came, one
 * page in a hundred of the reservation is in use at a time. */
struct churning {
	struct bench *b;
	uint64_t pages, target, steps;
	uint8_t *used;
	struct extent *ring;
	uint64_t first, n_live, in_use;
	struct world w;
	char *reservation; /* of the kernel's, or NULL */
	double ns;
	double at[SAMPLES], kb[SAMPLES];
	struct churn background; /* a step is a pass */
};

static void extent_take(struct churning *c, struct extent e)
{
	tarry_va va = world_va(e.page);

	memset(&c->used[e.page], 1, e.n);
	c->ring[(c->first + c->n_live++) % c->target] = e;
	c->in_use += e.n;
	if (c->reservation)
		/* The first page and the last: tables are all that is asked. */
		kernel_touch(c->reservation + e.page * WORLD_PAGE,
			     e.n * WORLD_PAGE);
	else
		world_map(c->b, &c->w, va, WORLD_OA + e.page * WORLD_PAGE,
			  e.n * WORLD_PAGE);
}

static void extent_give(struct churning *c)
{
	struct extent e = c->ring[c->first++ % c->target];

	c->n_live--;
	c->in_use -= e.n;
	memset(&c->used[e.page], 0, e.n);
	if (c->reservation)
		kernel_zap(c->b, c->reservation + e.page * WORLD_PAGE,
			   e.n * WORLD_PAGE);
	else
		world_unmap(c->b, &c->w, world_va(e.page), e.n * WORLD_PAGE);
}

static void allocator_steps(struct churning *c)
{
	uint64_t x = 0x9e3779b97f4a7c15ull, sample = 0;
	double start = bench_cpu(), before = 0;

	if (c->reservation)
		before = kernel_table_kb();
	for (uint64_t i = 0; i < c->steps; i++) {
		struct extent e;

		do {
			x = bench_next(x);
			e.n = 1u << (x >> 60) % 10;
			e.page = (x >> 8) % (c->pages - e.n);
		} while (memchr(&c->used[e.page], 1, e.n));
		extent_take(c, e);
		while (c->in_use > c->target)
			extent_give(c);
		if (i < (sample + 1) * c->steps / SAMPLES - 1)
			continue;
		c->at[sample] = (double)(i + 1);
		c->kb[sample++] = c->reservation ? kernel_table_kb() - before
						 : table_kb(&c->w);
		tarry_thread_quiesce();
	}
	c->ns = (bench_cpu() - start) / (double)c->steps;
}

/* Nothing is of value but what is mapped: only empty tables go. */
static void in_background(void *ctx, uint64_t i)
{
	struct churning *c = ctx;
	struct tarry_idle walk = {.va = world_va(0),
				  .len = c->pages * WORLD_PAGE,
				  .budget = 4096};

	(void)i;
	while (walk.done < walk.len) {
		if (tarry_reclaim_idle(c->w.space, &walk))
			bench_fail(c->b, "reclaim in the background");
		tarry_thread_quiesce();
	}
	tarry_thread_offline();
	sched_yield();
	tarry_thread_online();
}

static void allocator_run(struct churning *c, unsigned int flags,
			  bool background, bool kernel)
{
	c->first = c->n_live = c->in_use = 0;
	memset(c->used, 0, c->pages);
	c->reservation =
		kernel ? kernel_reserve(c->b, c->pages * WORLD_PAGE) : NULL;
	if (!kernel)
		world_create(c->b, &c->w, flags, false);
	if (background) {
		c->background = (struct churn){.step = in_background, .ctx = c};
		churn_start(&c->background);
	}
	allocator_steps(c);
	if (background)
		churn_stop(&c->background);
	if (kernel) {
		kernel_unreserve(c->reservation, c->pages * WORLD_PAGE);
		return;
	}
	while (c->n_live)
		extent_give(c);
	(void)tarry_reclaim(c->w.space, world_va(0), c->pages * WORLD_PAGE,
			    NULL);
	world_settle(&c->w);
	if (table_kb(&c->w) > 8)
		bench_fail(c->b, "tables are left where nothing is mapped");
	world_destroy(c->b, &c->w);
}

static void allocator(struct bench *b)
{
	static const char *const names[] = {"tables kept", "in the background",
					    "as it goes", "this kernel"};
	struct churning c = {.b = b,
			     .pages = b->sanity	 ? 1 << 14
				      : b->quick ? 1 << 20
						 : 1 << 22,
			     .steps = b->sanity	 ? 400
				      : b->quick ? 20000
						 : 80000};
	double kb[4][SAMPLES], ns[4], needed;
	const double *lines[4];
	char beside[256];

	c.target = c.pages / 100;
	c.used = malloc(c.pages);
	c.ring = calloc(c.target, sizeof(*c.ring));
	if (!c.used || !c.ring)
		bench_fail(b, "no memory");
	for (unsigned int i = 0; i < 4; i++) {
		allocator_run(&c, i < 2 ? TARRY_SPACE_KEEP_TABLES : 0, i == 1,
			      i == 3);
		memcpy(kb[i], c.kb, sizeof(c.kb));
		ns[i] = c.ns;
		lines[i] = kb[i];
	}
	needed = (double)c.target * 8 / KB;
	snprintf(
		beside, sizeof(beside),
		"published: VIRT 55 TB, RES 590 GB, tables 110 GB where 1.2 GB "
		"would do; here VIRT %.4g GB, RES %.4g MB, %.0f KB would do; "
		"%.0f ns a step",
		(double)c.pages * WORLD_PAGE / (1 << 30),
		(double)c.target * WORLD_PAGE / (1 << 20), needed, ns[0]);
	kb_row(b, kb[0][SAMPLES - 1], 0, beside,
	       "allocator, %llu extents: tables, kept", c.steps);
	snprintf(beside, sizeof(beside),
		 "%.0f ns a step, and %llu passes of a thread of its own",
		 ns[1], (unsigned long long)c.background.steps);
	kb_row(b, kb[1][SAMPLES - 1], 0, beside,
	       "allocator, %llu extents: reclaimed in the background", c.steps);
	snprintf(beside, sizeof(beside), "%.0f ns a step", ns[2]);
	kb_row(b, kb[2][SAMPLES - 1], 0, beside,
	       "allocator, %llu extents: reclaimed as it goes", c.steps);
	snprintf(beside, sizeof(beside),
		 "MADV_DONTNEED by extents: one that does not cover a whole "
		 "table frees none; %.0f ns a step, two pages of each extent "
		 "touched",
		 ns[3]);
	kb_row(b, kb[3][SAMPLES - 1], 0, beside,
	       "allocator, %llu extents: this kernel's VmPTE", c.steps);
	bench_series(b, "allocator", "extents", "KB", c.at, names, lines, 4,
		     SAMPLES);
	free(c.used);
	free(c.ring);
}

/* ---- tables of zero pages ---- */

struct zeroes {
	struct bench *b;
	struct world w;
	uint64_t tables;
	bool of_value;
};

static bool zero_page(void *ctx, const struct tarry_piece *piece)
{
	struct zeroes *z = ctx;

	return !z->of_value && piece->oa == WORLD_OA &&
	       !(piece->rights & TARRY_DIRTY);
}

static double zero_pass(struct zeroes *z, uint64_t *taken)
{
	struct tarry_idle walk = {.va = world_va(0),
				  .len = z->tables * WORLD_TABLE,
				  .budget = 4096,
				  .of_no_value = zero_page,
				  .ctx = z};
	double start = bench_cpu();

	while (walk.done < walk.len)
		if (tarry_reclaim_idle(z->w.space, &walk))
			bench_fail(z->b, "reclaim of zero pages");
	*taken = walk.tables;
	return (bench_cpu() - start) / (double)z->tables;
}

static struct bench_time zero_run(struct zeroes *z, bool of_value)
{
	uint64_t taken;
	double ns;

	world_create(z->b, &z->w, 0, false);
	for (uint64_t i = 0; i < z->tables * 512; i++)
		world_map(z->b, &z->w, world_va(i), WORLD_OA, WORLD_PAGE);
	z->of_value = of_value;
	ns = zero_pass(z, &taken);
	if (of_value ? taken : taken < z->tables)
		bench_fail(z->b, "%llu tables went", (unsigned long long)taken);
	world_settle(&z->w);
	world_destroy(z->b, &z->w);
	return (struct bench_time){ns, 0};
}

static struct bench_time zero_taken(void *ctx, uint64_t seed)
{
	(void)seed;
	return zero_run(ctx, false);
}

static struct bench_time zero_in_use(void *ctx, uint64_t seed)
{
	(void)seed;
	return zero_run(ctx, true);
}

static void zeroes(struct bench *b)
{
	struct zeroes z = {.b = b,
			   .tables = b->sanity	? 8
				     : b->quick ? 1024
						: 4096};
	struct bench_side sides[] = {
		{.name = "taken", .run = zero_taken},
		{.name = "in use", .run = zero_in_use},
	};
	struct bench_row row = {
		.unit = "ns",
		.ours = &sides[0],
		.beside = "each entry is asked about twice, with an "
			  "invalidation between; wished for, and not there: "
			  "reclaim of tables of zero pages, asynchronously"};

	bench_interleave(b, sides, 2, &z);
	bench_row(b, &row, "in the background: a table of 512 zero pages goes");
	row.ours = &sides[1];
	row.beside = NULL;
	bench_row(b, &row, "in the background: a table in use is passed over");
}

const struct bench_workload bench_reclaim[] = {
	{"reclaim", "25600 times touch 2M, zap 2M; this kernel too", false,
	 reclaim},
	{"fault-rate", "faults and zaps with reclaim on and off", false,
	 fault_rate},
	{"allocator", "an allocator's churn in a large reservation", false,
	 allocator},
	{"zeroes", "tables of zero pages, in the background", false, zeroes},
	{0},
};
