/* SPDX-License-Identifier: MIT */
/*
 * What freeing a table costs: tarry's one path beside those that kernels had
 * (docs/table-freeing.md), and what collapses and unshares cost others.
 *
 * The historical forms free plain pages, without a tree around them; the
 * interrupt to every CPU is membarrier(), grace periods and deferred calls are
 * those of the same liburcu that tarry's port uses.
 */
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "churn.h"
#include "world.h"

/* ---- readers beside ---- */

struct readers {
	struct churn beside[2];
	unsigned int n;
};

static void read_step(void *ctx, uint64_t i)
{
	struct world *w = ctx;
	struct tarry_hit hit;

	(void)i;
	tarry_read_begin();
	for (unsigned int p = 0; p < 64; p++)
		(void)tarry_translate(w->space, world_va(p), &hit);
	tarry_read_end();
	tarry_thread_quiesce();
}

static void readers_start(struct readers *r, struct world *w, unsigned int n)
{
	r->n = n;
	for (unsigned int i = 0; i < n; i++) {
		r->beside[i] = (struct churn){.step = read_step, .ctx = w};
		churn_start(&r->beside[i]);
	}
}

static void readers_stop(struct readers *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		churn_stop(&r->beside[i]);
}

/* ---- the forms ---- */

#define TABLE 4096
#define BATCH 509 /* pointers in a page, beside its head and its count */

struct batch {
	struct tarry_port_defer defer;
	unsigned int n;
	void *tables[BATCH];
};

/* A page that is its own deferred call, as ptdesc's pt_rcu_head allows. */
struct deferred {
	struct tarry_port_defer defer;
};

struct freeing {
	struct bench *b;
	struct world *w;
	unsigned int tables;
	void **pages;
	struct batch *batch;
	uint64_t interrupts;
	uint64_t waiting, peak; /* bytes: now, and at most */
};

static struct freeing *now; /* for deferred calls */

static bool interrupt_all(struct freeing *f)
{
	f->interrupts++;
	return !syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
}

static void waits(struct freeing *f, uint64_t bytes)
{
	uint64_t waiting =
		__atomic_add_fetch(&f->waiting, bytes, __ATOMIC_RELAXED);

	if (waiting > f->peak)
		f->peak = waiting;
}

static void freed(void *table)
{
	free(table);
	__atomic_sub_fetch(&now->waiting, TABLE, __ATOMIC_RELAXED);
}

static void deferred_free(struct tarry_port_defer *d)
{
	freed(d);
}

static void batch_free(struct tarry_port_defer *d)
{
	struct batch *b = (struct batch *)d;

	for (unsigned int i = 0; i < b->n; i++)
		freed(b->tables[i]);
	free(b);
}

static void by_interrupt(struct freeing *f, void *table)
{
	waits(f, TABLE);
	interrupt_all(f);
	freed(table);
}

static void by_rcu(struct freeing *f, void *table)
{
	waits(f, TABLE);
	tarry_port_defer(&((struct deferred *)table)->defer, deferred_free);
}

static void by_interrupt_and_rcu(struct freeing *f, void *table)
{
	interrupt_all(f);
	by_rcu(f, table);
}

static void by_wait(struct freeing *f, void *table)
{
	waits(f, TABLE);
	tarry_port_synchronize();
	freed(table);
}

static void batch_send(struct freeing *f)
{
	if (f->batch)
		tarry_port_defer(&f->batch->defer, batch_free);
	f->batch = NULL;
}

static void by_batch(struct freeing *f, void *table)
{
	waits(f, TABLE);
	if (!f->batch) {
		f->batch = malloc(sizeof(*f->batch));
		f->batch->n = 0;
	}
	f->batch->tables[f->batch->n++] = table;
	if (f->batch->n == BATCH)
		batch_send(f);
}

struct form {
	const char *name;
	void (*free_one)(struct freeing *f, void *table);
	bool few; /* slow: fewer of them */
};

static const struct form forms[] = {
	{"interrupt, then free", by_interrupt, false},
	{"interrupt and call_rcu", by_interrupt_and_rcu, false},
	{"call_rcu for each", by_rcu, false},
	{"a page of pointers, call_rcu", by_batch, false},
	{"synchronize_rcu for each", by_wait, true},
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

/* What one repetition says, of one table. */
struct cost {
	double cpu;	   /* of the caller, as other rows */
	double returned;   /* until the caller went on */
	double until_free; /* until the last table was free */
	double longest;	   /* call */
};

/* All but until_free; returns when it began. */
static double free_each(struct freeing *f,
			void (*free_one)(struct freeing *f, void *table),
			struct cost *cost)
{
	double start, before, after, cpu = bench_cpu();

	cost->longest = 0;
	start = before = bench_wall();
	for (unsigned int i = 0; i < f->tables; i++) {
		free_one(f, f->pages[i]);
		after = bench_wall();
		if (after - before > cost->longest)
			cost->longest = after - before;
		before = after;
	}
	batch_send(f);
	cost->cpu = (bench_cpu() - cpu) / f->tables;
	cost->returned = (bench_wall() - start) / f->tables;
	return start;
}

static void form_run(struct freeing *f, const struct form *form,
		     struct cost *cost)
{
	double start;

	f->interrupts = f->waiting = f->peak = 0;
	now = f;
	for (unsigned int i = 0; i < f->tables; i++) {
		f->pages[i] = aligned_alloc(TABLE, TABLE);
		*(uint64_t *)f->pages[i] = i;
	}
	start = free_each(f, form->free_one, cost);
	if (__atomic_load_n(&f->waiting, __ATOMIC_RELAXED))
		tarry_port_barrier();
	cost->until_free = (bench_wall() - start) / f->tables;
}

/* ---- tarry's ---- */

/* Of the i-th table that tables_make() has. */
static tarry_va table_va(unsigned int i)
{
	return (1ull << 40) + i * WORLD_TABLE;
}

static void tables_make(struct bench *b, struct world *w, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		world_map(b, w, table_va(i), WORLD_OA + i * WORLD_PAGE,
			  WORLD_PAGE);
}

/* Of a tree, a table is where its address is. */
static void by_retract(struct freeing *f, void *table)
{
	if (tarry_retract(f->w->space, (uintptr_t)table, 1, NULL))
		bench_fail(f->b, "retract");
}

/* The same once more, not timed, as asking takes the pool's locks. */
static void tarry_peak(struct freeing *f)
{
	struct tarry_pool_stats stats;

	tables_make(f->b, f->w, f->tables);
	tarry_pool_drain(f->w->pool);
	for (unsigned int i = 0; i < f->tables; i++) {
		by_retract(f, f->pages[i]);
		tarry_pool_stats(f->w->pool, &stats);
		if (stats.waiting_bytes > f->peak)
			f->peak = stats.waiting_bytes;
	}
	tarry_pool_drain(f->w->pool);
}

/* Each by itself: unlinked from a tree that readers walk, and retired. */
static void tarry_run(struct freeing *f, struct cost *cost)
{
	double start;

	tables_make(f->b, f->w, f->tables);
	for (unsigned int i = 0; i < f->tables; i++)
		f->pages[i] = (void *)(uintptr_t)table_va(i);
	tarry_pool_drain(f->w->pool);
	f->interrupts = f->peak = 0;
	start = free_each(f, by_retract, cost);
	tarry_pool_drain(f->w->pool);
	cost->until_free = (bench_wall() - start) / f->tables;
	tarry_peak(f);
}

static double cost_median(const struct cost *costs, unsigned int n,
			  size_t member)
{
	double values[BENCH_REPS];

	for (unsigned int i = 0; i < n; i++)
		values[i] = *(const double *)((const char *)&costs[i] + member);
	return bench_median(values, n);
}

#define COST(member) cost_median(costs, b->reps, offsetof(struct cost, member))

static void form_row(struct bench *b, struct freeing *f, const char *name,
		     unsigned int readers, const struct cost *costs,
		     const struct bench_side *ours)
{
	struct bench_side side = bench_number(name, COST(cpu));
	char beside[256];
	struct bench_row row = {.unit = "ns", .ours = &side, .beside = beside};

	if (ours) {
		row.ours = ours;
		row.floor = &side;
	}
	snprintf(beside, sizeof(beside),
		 "elapsed %.0f ns, until free %.0f; longest call %.1f us; "
		 "interrupts %.2f; at most %.0f KB wait",
		 COST(returned), COST(until_free), COST(longest) / 1000,
		 (double)f->interrupts / f->tables, (double)f->peak / 1024);
	bench_row(b, &row, "free a table, %u reader%s, %s", readers,
		  readers == 1 ? "" : "s", name);
}

static void freeing(struct bench *b)
{
	struct cost costs[BENCH_REPS];
	unsigned int many = b->sanity ? 8 : b->quick ? 512 : 2048;
	unsigned int few = b->sanity ? 2 : b->quick ? 8 : 32;
	struct bench_side ours;
	struct readers readers;
	struct world w;
	struct freeing f = {.b = b, .w = &w};

	syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
	f.pages = malloc(many * sizeof(*f.pages));
	for (unsigned int n = 1; n <= 2; n++) {
		world_create(b, &w, 0, true);
		world_fill(b, &w, 64, 64);
		readers_start(&readers, &w, n);
		f.tables = many;
		for (unsigned int i = 0; i < b->reps; i++)
			tarry_run(&f, &costs[i]);
		ours = bench_number("tarry", COST(cpu));
		form_row(b, &f, "tarry: walk, unlink, retire", n, costs, NULL);
		for (unsigned int j = 0; j < N_FORMS; j++) {
			f.tables = forms[j].few ? few : many;
			for (unsigned int i = 0; i < b->reps; i++) {
				form_run(&f, &forms[j], &costs[i]);
				if (f.waiting)
					bench_fail(b, "tables left");
			}
			form_row(b, &f, forms[j].name, n, costs, &ours);
		}
		readers_stop(&readers);
		world_destroy(b, &w);
	}
	free(f.pages);
}

/* ---- interrupts, counted ---- */

struct counter {
	struct tarry_listener listener;
	uint64_t sends;
	bool interrupt; /* each send is one to every CPU */
};

static void counter_send(struct tarry_listener *l,
			 const struct tarry_span *spans, unsigned int n)
{
	struct counter *c = (struct counter *)l;

	(void)spans, (void)n;
	c->sends++;
	if (c->interrupt)
		syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
}

static void counter_listen(struct bench *b, struct counter *c, struct world *w)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
	c->listener.send = counter_send;
	if (tarry_listen(w->space, &c->listener))
		bench_fail(b, "listen");
}

#define OTHERS 63 /* CPUs of the published machine, less the one at work */

/* 20 GiB collapsed (N5). */
static void collapses(struct bench *b)
{
	uint64_t n = b->sanity ? 4 : b->quick ? 1024 : 10240;
	struct counter c = {.sends = 0};
	struct tarry_pool_stats before, after;
	struct bench_side ours, published;
	struct bench_row row = {.unit = "times", .ours = &ours};
	char beside[200];
	struct world w;

	world_create(b, &w, 0, true);
	for (uint64_t i = 0; i < n; i++)
		world_map(b, &w, WORLD_BASE + i * WORLD_TABLE,
			  WORLD_OA + i * WORLD_TABLE, WORLD_TABLE);
	counter_listen(b, &c, &w);
	tarry_pool_drain(w.pool);
	tarry_pool_stats(w.pool, &before);
	for (uint64_t i = 0; i < n; i++)
		if (tarry_collapse(w.space, WORLD_BASE + i * WORLD_TABLE, 1, 0,
				   NULL, NULL))
			bench_fail(b, "collapse");
	tarry_pool_drain(w.pool);
	tarry_pool_stats(w.pool, &after);
	if (after.retired - before.retired != n)
		bench_fail(b, "tables that were not freed");
	/* A kick for each batch, where grace periods do not cover windows with
	 * interrupts off. */
	ours = bench_number(
		"tarry",
		(double)(after.grace_periods - before.grace_periods) * OTHERS);
	published = bench_number("one for each table", (double)n * OTHERS);
	row.floor = &published;
	snprintf(beside, sizeof(beside),
		 "%llu batches; flushes %.2f a collapse; published, for 10240: "
		 "646316, then 785",
		 (unsigned long long)(after.grace_periods -
				      before.grace_periods),
		 (double)c.sends / (double)n);
	row.beside = beside;
	bench_row(b, &row,
		  "interrupts for walkers' sake, %llu collapses, 64 CPUs",
		  (unsigned long long)n);
	tarry_unlisten(w.space, &c.listener);
	world_destroy(b, &w);
}

/* k tables unshared: each told by itself, or all by one gather (N8). */
static void unshares(struct bench *b)
{
	enum { K = 256 };
	unsigned int k = b->sanity ? 4 : K;
	double each[BENCH_REPS], one[BENCH_REPS];
	struct counter c = {.interrupt = true};
	uint64_t sends_each = 0, sends_one = 0;
	struct bench_side ours, floor;
	struct bench_row row = {.unit = "ns", .ours = &ours, .floor = &floor};
	struct readers readers;
	char beside[200];
	struct world w;

	world_create(b, &w, 0, true);
	world_fill(b, &w, 64, 64);
	counter_listen(b, &c, &w);
	readers_start(&readers, &w, 1);
	for (unsigned int i = 0; i < b->reps; i++) {
		for (unsigned int together = 0; together < 2; together++) {
			struct tarry_gather g;
			struct tarry_how how = {.gather = &g};
			double start;

			tables_make(b, &w, k);
			c.sends = 0;
			start = bench_wall();
			if (together)
				tarry_gather_begin(&g, w.space);
			for (unsigned int j = 0; j < k; j++)
				if (tarry_unmap(w.space, table_va(j),
						WORLD_TABLE,
						together ? &how : NULL))
					bench_fail(b, "unmap");
			if (together && tarry_gather_end(&g))
				bench_fail(b, "gather");
			*(together ? &one[i] : &each[i]) =
				(bench_wall() - start) / k;
			*(together ? &sends_one : &sends_each) = c.sends;
		}
	}
	readers_stop(&readers);
	ours = bench_number("one gather", bench_median(one, b->reps));
	floor = bench_number("told of each", bench_median(each, b->reps));
	snprintf(beside, sizeof(beside),
		 "broadcasts %llu and %llu; published: 4x slower with one each",
		 (unsigned long long)sends_one, (unsigned long long)sends_each);
	row.beside = beside;
	bench_row(b, &row, "%u tables unshared, a table", k);
	tarry_unlisten(w.space, &c.listener);
	world_destroy(b, &w);
}

/* Map, touch, DONTNEED in a loop: the CPU that rests is not interrupted, and
 * what was not needed is not done (N7). */
static void loop(struct bench *b)
{
	unsigned int n = b->sanity ? 4 : b->quick ? 2000 : 20000;
	double awake[BENCH_REPS], rests[BENCH_REPS];
	struct counter c = {.interrupt = true};
	uint64_t sends[2] = {0, 0};
	struct bench_side ours, floor;
	struct bench_row row = {.unit = "ns", .ours = &ours, .floor = &floor};
	struct readers readers;
	char beside[200];
	struct world w;

	world_create(b, &w, TARRY_SPACE_KEEP_TABLES, true);
	world_fill(b, &w, 64, 64);
	counter_listen(b, &c, &w);
	readers_start(&readers, &w, 1);
	for (unsigned int i = 0; i < b->reps; i++) {
		for (unsigned int resting = 0; resting < 2; resting++) {
			double start;

			if (resting)
				tarry_listener_rest(w.space, &c.listener);
			c.sends = 0;
			start = bench_wall();
			for (unsigned int j = 0; j < n; j++) {
				tarry_va va =
					(1ull << 40) + (j & 511) * WORLD_PAGE;

				world_map(b, &w, va, WORLD_OA, WORLD_PAGE);
				world_unmap(b, &w, va, WORLD_PAGE);
			}
			*(resting ? &rests[i] : &awake[i]) =
				(bench_wall() - start) / n;
			sends[resting] = c.sends;
			if (resting &&
			    !tarry_listener_wake(w.space, &c.listener))
				bench_fail(b, "missed, and not told of it");
		}
	}
	readers_stop(&readers);
	ours = bench_number("a CPU that rests", bench_median(rests, b->reps));
	floor = bench_number("interrupted", bench_median(awake, b->reps));
	snprintf(beside, sizeof(beside),
		 "interrupts %.2f and %.2f a loop; published: 527k loops/s, "
		 "1157k without interrupts and needless work",
		 (double)sends[1] / n, (double)sends[0] / n);
	row.beside = beside;
	bench_row(b, &row, "map and unmap of a page, told to another CPU");
	tarry_unlisten(w.space, &c.listener);
	world_destroy(b, &w);
}

const struct bench_workload bench_freeing[] = {
	{"freeing", "a table freed, by tarry and as kernels did it", false,
	 freeing},
	{"collapses", "interrupts for 20 GiB of collapses", false, collapses},
	{"unshares", "many tables taken away, one invalidation", false,
	 unshares},
	{"resting", "map and unmap, beside a CPU that rests", false, loop},
	{0},
};
