/* SPDX-License-Identifier: MIT */
/*
 * How the sides of a workload take turns.  The machine is shared and its
 * caches are too, so a side is never compared with one that was measured at
 * another minute: every round runs all sides once, in order.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tarry/tarry.h"
#include "bench.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return n & 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void bench_spread(struct bench_side *side)
{
	double sorted[BENCH_REPS];

	for (unsigned int i = 0; i < side->n; i++)
		sorted[i] = side->ns[i];
	side->median = bench_median(sorted, side->n);
	side->min = sorted[0];
	side->max = sorted[side->n - 1];
}

struct bench_side bench_number(const char *name, double value)
{
	struct bench_side side = {.name = name, .n = 1, .ns = {value}};

	bench_spread(&side);
	return side;
}

void bench_fail(const struct bench *b, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "tarry-bench: %s: ", b->workload ? b->workload : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

typedef struct bench_time (*bench_turn)(struct bench_side *side, void *ctx,
					uint64_t seed);

static void take_turns(struct bench *b, struct bench_side *sides, size_t n,
		       void *ctx, bench_turn turn)
{
	for (size_t i = 0; i < n; i++)
		sides[i].n = 0;
	for (unsigned int round = 0; round <= b->reps; round++) {
		uint64_t seed = 0x9e3779b97f4a7c15ull * (2 * round + 1);
		const struct bench_side *first = NULL;
		uint64_t answers = 0;

		for (size_t i = 0; i < n; i++) {
			struct bench_time t = turn(&sides[i], ctx, seed);

			tarry_thread_quiesce();
			if (sides[i].answers && !first) {
				first = &sides[i];
				answers = t.answers;
			} else if (sides[i].answers && answers != t.answers) {
				bench_fail(b, "'%s' and '%s' do not agree",
					   first->name, sides[i].name);
			}
			if (round)
				sides[i].ns[sides[i].n++] = t.ns;
		}
	}
	for (size_t i = 0; i < n; i++)
		bench_spread(&sides[i]);
}

static struct bench_time turn_alone(struct bench_side *side, void *ctx,
				    uint64_t seed)
{
	return side->run(ctx, seed);
}

void bench_interleave(struct bench *b, struct bench_side *sides, size_t n,
		      void *ctx)
{
	take_turns(b, sides, n, ctx, turn_alone);
}

struct reader {
	pthread_t thread;
	pthread_barrier_t *start;
	struct bench_side *side;
	void *ctx;
	uint64_t seed;
	struct bench_time time;
};

static void *reader_run(void *p)
{
	struct reader *r = p;

	tarry_thread_begin();
	pthread_barrier_wait(r->start);
	r->time = r->side->run(r->ctx, r->seed);
	tarry_thread_end();
	return NULL;
}

static struct bench_time turn_two(struct bench_side *side, void *ctx,
				  uint64_t seed)
{
	struct reader readers[2];
	pthread_barrier_t start;
	struct bench_time sum = {0, 0};

	pthread_barrier_init(&start, NULL, 2);
	/* The waiting thread must not hold up a grace period. */
	tarry_thread_offline();
	for (int i = 0; i < 2; i++) {
		readers[i] = (struct reader){.start = &start,
					     .side = side,
					     .ctx = ctx,
					     .seed = seed + 2 * (uint64_t)i};
		if (pthread_create(&readers[i].thread, NULL, reader_run,
				   &readers[i]))
			abort();
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(readers[i].thread, NULL);
		sum.ns += readers[i].time.ns / 2;
		sum.answers += readers[i].time.answers;
	}
	tarry_thread_online();
	pthread_barrier_destroy(&start);
	return sum;
}

void bench_interleave_two(struct bench *b, struct bench_side *sides, size_t n,
			  void *ctx)
{
	take_turns(b, sides, n, ctx, turn_two);
}
