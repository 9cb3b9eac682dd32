/* SPDX-License-Identifier: MIT */
/*
 * Fragments: what pages cost that tables share, under each policy, and what a
 * table costs that comes and goes.
 *
 * Bytes are those of pages in which at least one table stands (the pool counts
 * them), less those of an empty space, for each live leaf table.  Live is what
 * the workload has mapped: a table that waits for its readers is not, and its
 * place counts against the policy.  Between samples grace periods pass as they
 * do; a sample is taken when nothing waits.  Steps are timed by the clock of
 * the process: who frees is another thread.
 *
 * With --plots FILE all samples are written there, for scripts/plot-fragments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tarry/tarry.h"
#include "bench.h"

#define MOST_SAMPLES 256
#define POLICIES     3
#define CHILDREN     8
#define STOCKS	     16

/* So many tables of level 0 to a page. */
static const struct size {
	unsigned int per_page;
	const char *format;
	unsigned int backing_lg2;
} sizes[] = {
	{1, "x86_64-4", 12},  {2, "s390x-3", 12},	  {4, "x86_64-4", 14},
	{16, "x86_64-4", 16}, {256, "powerpc64-64k", 16},
};

#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

enum mix { RANDOM, PHASED, FORKS, MIXES };

static const char *const mix_name[MIXES] = {"random", "phased", "fork-like"};

struct sample {
	uint64_t steps, live, bytes;
};

struct run {
	struct bench *b;
	const struct size *size;
	const struct tarry_format *f;
	struct tarry_pool *pool;
	struct tarry_space *space;
	uint64_t n, live, x, steps, empty;
	uint64_t page, span; /* bytes: a page, under a table of level 0 */
	uint8_t *there;	     /* by table, of the space */
	struct tarry_stock stocks[STOCKS];
	struct sample samples[MOST_SAMPLES];
	unsigned int n_samples;
	double ns;	  /* of all steps, sampling aside */
	double last;	  /* when the clock went on */
	double mean, max; /* bytes of pages for each live table */
};

static uint64_t any(struct run *r, uint64_t n)
{
	return (r->x = bench_next(r->x)) % n;
}

static void must(const struct run *r, const char *what, int err)
{
	if (err)
		bench_fail(r->b, "%s: %s", what, tarry_error_sentence(err));
}

static void put(struct run *r, struct tarry_space *s, uint64_t i)
{
	must(r, "map",
	     tarry_map(s, i * r->span, 0, r->page, TARRY_R | TARRY_W, NULL));
	r->live++;
}

static void take(struct run *r, struct tarry_space *s, uint64_t i)
{
	must(r, "unmap", tarry_unmap(s, i * r->span, r->page, NULL));
	r->live--;
}

/* Puts or takes the i-th table of the space. */
static void flip(struct run *r, uint64_t i)
{
	if (r->there[i])
		take(r, r->space, i);
	else
		put(r, r->space, i);
	r->there[i] ^= 1;
	r->steps++;
}

static uint64_t backing(struct run *r)
{
	struct tarry_pool_stats stats;

	tarry_pool_stats(r->pool, &stats);
	return stats.backing_bytes;
}

static void look(struct run *r)
{
	r->ns += bench_clock(CLOCK_PROCESS_CPUTIME_ID) - r->last;
	for (unsigned int i = 0; i < STOCKS; i++)
		tarry_unreserve(&r->stocks[i]);
	tarry_pool_drain(r->pool);
	if (r->n_samples < MOST_SAMPLES)
		r->samples[r->n_samples++] = (struct sample){
			r->steps, r->live, backing(r) - r->empty};
	r->last = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* Half of the places are taken; each step one comes or goes.  Beside them
 * stocks are filled and given back: tables that nobody was ever in. */
static void run_random(struct run *r)
{
	uint64_t steps = 32 * r->n;

	for (uint64_t i = 0; i < r->n; i++)
		if (any(r, 2))
			flip(r, i);
	look(r);
	for (uint64_t i = 1; i <= steps; i++) {
		flip(r, any(r, r->n));
		if (!any(r, 8)) {
			struct tarry_stock *s = &r->stocks[any(r, STOCKS)];

			tarry_unreserve(s);
			must(r, "reserve",
			     tarry_reserve(r->space, 0, r->page, NULL, s));
		}
		if (i % (steps / 64) == 0)
			look(r);
	}
}

/* All of it, then an eighth, again and again: peaks of use, and what is left
 * of them scattered over all pages. */
static void run_phased(struct run *r)
{
	for (unsigned int phase = 0; phase < 8; phase++) {
		bool grow = !(phase & 1);

		for (unsigned int part = 0; part < 8; part++) {
			uint64_t moves = r->n / 8;

			for (uint64_t i = 0; i < moves; i++) {
				uint64_t at = any(r, r->n);

				if (!r->there[at] == grow)
					flip(r, at);
			}
			look(r);
		}
		for (uint64_t i = 0; i < r->n; i++)
			if (!r->there[i] == grow && (grow || any(r, 8)))
				flip(r, i);
		look(r);
	}
}

/* A parent that changes a little, and children that come with a copy of its
 * tables, touch some of their own, and end one after another. */
static void run_forks(struct run *r)
{
	struct tarry_space *child[CHILDREN] = {NULL};
	uint64_t has[CHILDREN] = {0}, small = r->n / CHILDREN;
	struct tarry_how how = {.flags = TARRY_KEEP_WRITE};

	for (uint64_t i = 0; i < small; i++)
		flip(r, i);
	look(r);
	for (unsigned int turn = 0; turn < 128; turn++) {
		unsigned int c = (unsigned int)any(r, CHILDREN);

		if (child[c]) {
			must(r, "destroy", tarry_space_destroy(child[c]));
			r->live -= has[c];
			r->steps += has[c];
			child[c] = NULL;
		} else {
			uint64_t before = r->live, most = small / 8;

			must(r, "create",
			     tarry_space_create(r->pool, r->f, 0, &child[c]));
			must(r, "clone",
			     tarry_clone(r->space, child[c], 0, small * r->span,
					 &how));
			for (uint64_t i = 0; i < small; i++)
				r->live += r->there[i];
			for (uint64_t i = 0; i < most; i++)
				put(r, child[c], small + i);
			has[c] = r->live - before;
			r->steps += has[c];
		}
		for (uint64_t i = 0; i < small / 16; i++)
			flip(r, any(r, small));
		if (turn & 1)
			look(r);
	}
	for (unsigned int c = 0; c < CHILDREN; c++)
		if (child[c]) {
			must(r, "destroy", tarry_space_destroy(child[c]));
			r->live -= has[c];
		}
}

static void (*const mixes[MIXES])(struct run *) = {run_random, run_phased,
						   run_forks};

/* The mean over samples, the first ones aside, weighs each byte and table. */
static void sum_up(struct run *r)
{
	double bytes = 0, live = 0;

	for (unsigned int i = r->n_samples / 8; i < r->n_samples; i++) {
		const struct sample *s = &r->samples[i];
		double each;

		if (!s->live)
			continue;
		bytes += (double)s->bytes;
		live += (double)s->live;
		each = (double)s->bytes / (double)s->live;
		r->max = each > r->max ? each : r->max;
	}
	r->mean = live > 0 ? bytes / live : 0;
}

static void run(struct run *r, struct bench *b, const struct size *size,
		enum mix mix, enum tarry_policy policy)
{
	struct tarry_pool_config config = {.policy = policy,
					   .backing_lg2 = size->backing_lg2};

	memset(r, 0, sizeof(*r));
	r->b = b;
	r->size = size;
	r->x = 88172645463325252ull; /* the same choices for each policy */
	r->n = b->sanity ? 64 : b->quick ? 1024 : 4096;
	config.format = r->f = tarry_format_by_name(size->format);
	if (!r->f)
		bench_fail(b, "this build has no format %s", size->format);
	r->page = 1ull << r->f->page_lg2;
	r->span = r->page << r->f->index_lg2[0];
	r->there = calloc(r->n, 1);
	if (!r->there)
		bench_fail(b, "no memory");
	must(r, "pool", tarry_pool_create(&config, &r->pool));
	must(r, "space", tarry_space_create(r->pool, r->f, 0, &r->space));
	r->empty = backing(r);
	r->last = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	mixes[mix](r);
	r->ns += bench_clock(CLOCK_PROCESS_CPUTIME_ID) - r->last;
	sum_up(r);
	must(r, "destroy", tarry_space_destroy(r->space));
	must(r, "destroy", tarry_pool_destroy(r->pool));
	free(r->there);
}

/* ---- what a table costs that nobody was ever in ---- */

#define BATCH 64 /* tables of level 0 in a stock */

struct cost {
	struct run r;
	uint64_t turns;
};

static struct bench_time cost_of(struct cost *c, enum tarry_policy policy)
{
	struct tarry_pool_config config = {
		.format = c->r.f,
		.policy = policy,
		.backing_lg2 = c->r.size->backing_lg2,
		.keep = true,
	};
	struct tarry_stock stock = {0};
	uint64_t tables = 0;
	double start = 0;

	must(&c->r, "pool", tarry_pool_create(&config, &c->r.pool));
	must(&c->r, "space",
	     tarry_space_create(c->r.pool, c->r.f, 0, &c->r.space));
	for (uint64_t i = 0; i <= c->turns; i++) {
		must(&c->r, "reserve",
		     tarry_reserve(c->r.space, 0, BATCH * c->r.span, NULL,
				   &stock));
		for (unsigned int l = 0; l < c->r.f->levels; l++)
			tables += stock.count[l];
		tarry_unreserve(&stock);
		if (!i) { /* to warm up */
			start = bench_cpu();
			tables = 0;
		}
	}
	start = bench_cpu() - start;
	must(&c->r, "destroy", tarry_space_destroy(c->r.space));
	must(&c->r, "destroy", tarry_pool_destroy(c->r.pool));
	return (struct bench_time){tables ? start / (double)tables : 0, tables};
}

static struct bench_time cost_recycle(void *ctx, uint64_t seed)
{
	(void)seed;
	return cost_of(ctx, TARRY_RECYCLE);
}

static struct bench_time cost_sticky(void *ctx, uint64_t seed)
{
	(void)seed;
	return cost_of(ctx, TARRY_STICKY);
}

static struct bench_time cost_whole(void *ctx, uint64_t seed)
{
	(void)seed;
	return cost_of(ctx, TARRY_WHOLE);
}

static void cost(struct bench *b, FILE *plots, const struct size *size)
{
	struct bench_side sides[] = {
		{.name = "recycle", .run = cost_recycle, .answers = true},
		{.name = "sticky", .run = cost_sticky, .answers = true},
		{.name = "a page each", .run = cost_whole, .answers = true},
	};
	struct cost c = {.turns = b->sanity ? 2 : b->quick ? 100 : 1000};
	struct bench_row row = {
		.unit = "ns", .ours = &sides[0], .floor = &sides[2]};
	char beside[64];

	c.r.b = b;
	c.r.size = size;
	c.r.f = tarry_format_by_name(size->format);
	c.r.span = 1ull << (c.r.f->page_lg2 + c.r.f->index_lg2[0]);
	bench_interleave(b, sides, 3, &c);
	snprintf(beside, sizeof(beside), "sticky %.1f ns", sides[1].median);
	row.beside = beside;
	bench_row(b, &row, "a table had and given back, %u to a page",
		  size->per_page);
	for (unsigned int i = 0; plots && i < POLICIES; i++)
		fprintf(plots,
			",\n{\"cost\": \"%s\", \"per_page\": %u, \"ns\": %.4g}",
			tarry_policy_name(i), size->per_page, sides[i].median);
}

/* ---- rows and points ---- */

static void points(FILE *plots, const struct run *r, enum mix mix,
		   enum tarry_policy policy, bool first)
{
	fprintf(plots,
		"%s{\"mix\": \"%s\", \"policy\": \"%s\", \"per_page\": %u, "
		"\"format\": \"%s\", \"page\": %llu, \"table\": %llu, "
		"\"mean\": %.6g, \"max\": %.6g, \"ns\": %.4g, \"samples\": [",
		first ? "" : ",\n", mix_name[mix], tarry_policy_name(policy),
		r->size->per_page, r->size->format,
		1ull << r->size->backing_lg2, 1ull << r->f->table_lg2[0],
		r->mean, r->max, r->ns / (double)r->steps);
	for (unsigned int i = 0; i < r->n_samples; i++)
		fprintf(plots, "%s[%llu, %llu, %llu]", i ? ", " : "",
			(unsigned long long)r->samples[i].steps,
			(unsigned long long)r->samples[i].live,
			(unsigned long long)r->samples[i].bytes);
	fprintf(plots, "]}");
}

static void bytes(struct bench *b, FILE *plots, const struct size *size,
		  enum mix mix)
{
	static struct run r[POLICIES];
	struct bench_side ours, floor;
	struct bench_row row = {.unit = "B", .ours = &ours, .floor = &floor};
	char beside[192];

	for (unsigned int i = 0; i < POLICIES; i++) {
		run(&r[i], b, size, mix, (enum tarry_policy)i);
		if (plots)
			points(plots, &r[i], mix, (enum tarry_policy)i,
			       size == sizes && !mix && !i);
	}
	/* The same steps: what is live does not depend on the policy. */
	for (unsigned int i = 1; i < POLICIES; i++)
		if (r[i].live != r[0].live || r[i].steps != r[0].steps)
			bench_fail(b, "policies do not agree on what is live");
	ours = bench_number("recycle", r[TARRY_RECYCLE].mean);
	floor = bench_number("the table",
			     (double)(1ull << r[0].f->table_lg2[0]));
	snprintf(beside, sizeof(beside),
		 "sticky %.0f B, whole %.0f; at worst recycle %.0f, sticky "
		 "%.0f; a step %.0f, %.0f, %.0f ns%s",
		 r[1].mean, r[2].mean, r[0].max, r[1].max,
		 r[0].ns / (double)r[0].steps, r[1].ns / (double)r[1].steps,
		 r[2].ns / (double)r[2].steps,
		 size->per_page == 2
			 ? "; published: up to 2048 B for each deferred half"
		 : size->per_page == 16
			 ? "; published: 2048 B of 65536 in use without"
			 : "");
	row.beside = beside;
	bench_row(b, &row, "pages of a live table, %s, %u to a page",
		  mix_name[mix], size->per_page);
}

static void fragments(struct bench *b)
{
	FILE *plots = b->plots ? fopen(b->plots, "w") : NULL;

	if (b->plots && !plots)
		bench_fail(b, "%s: cannot be written", b->plots);
	if (plots)
		fprintf(plots, "[\n");
	for (size_t i = 0; i < N_SIZES; i++)
		for (enum mix mix = 0; mix < MIXES; mix++)
			bytes(b, plots, &sizes[i], mix);
	for (size_t i = 0; i < N_SIZES; i++)
		cost(b, plots, &sizes[i]);
	if (plots) {
		fprintf(plots, "\n]\n");
		if (fclose(plots))
			bench_fail(b, "%s: cannot be written", b->plots);
	}
}

const struct bench_workload bench_fragments[] = {
	{"fragments", "pages that tables share, by policy", false, fragments},
	{0},
};
