/* SPDX-License-Identifier: MIT */
/*
 * tarry-check bench: how many executions a second, and what a switch costs; one
 * core, by its CPU time, so that who else is on it takes nothing away; the
 * median of repetitions that take turns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "registry.h"

#define TURNS 7

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, TURNS, sizeof(*v), ascending);
	return v[TURNS / 2];
}

/* ---- the switch ---- */

static struct coroutine here, there;

static void back(void)
{
	for (;;)
		coroutine_switch(&there, &here);
}

static double switch_ns(void)
{
	enum { TIMES = 1000000 };
	double start = now();

	for (unsigned int i = 0; i < TIMES; i++)
		coroutine_switch(&here, &there);
	return (now() - start) / (2.0 * TIMES) * 1e9;
}

/* ---- executions ---- */

static const struct bench {
	const char *what, *scenario;
	enum search_kind kind;
	enum check_model model;
	double target; /* executions a second; 0: none */
} benches[] = {
	{"random, 2 threads, two levels", "bench_two_levels_2", SEARCH_RANDOM,
	 CHECK_SC, 1e6},
	{"random, 4 threads, two levels", "bench_two_levels_4", SEARCH_RANDOM,
	 CHECK_SC, 3e5},
	{"schedules, 4 threads, two levels", "bench_two_levels_4", SEARCH_DPOR,
	 CHECK_SC, 1e5},
	{"graphs, rc11, 4 threads, two levels", "bench_two_levels_4",
	 SEARCH_DPOR, CHECK_RC11, 25e3},
	{"schedules, library, three levels", "bench_three_levels", SEARCH_DPOR,
	 CHECK_SC, 20e3},
	{"graphs, rc11, library, three levels", "bench_three_levels",
	 SEARCH_DPOR, CHECK_RC11, 0},
};
#define BENCHES (sizeof(benches) / sizeof(benches[0]))

/* The whole exploration, again and again for a while. */
static double rate(const struct bench *b)
{
	static struct schedule found;
	const struct check_scenario *s = registry_first;
	struct search search = {.kind = b->kind,
				.model = b->model,
				.preemptions = -1,
				.seed = 1,
				.limit = b->kind == SEARCH_RANDOM ? 50000 : 0};
	double start = now(), end;
	uint64_t n = 0;
	struct tally t;

	while (strcmp(s->name, b->scenario) != 0)
		s = s->next;
	if (!machine_scenario(s))
		abort();
	do {
		search_run(&search, &t, &found);
		if (t.violations)
			abort();
		n += t.executions;
		search.seed++;
		end = now();
	} while (end - start < 0.15);
	return (double)n / (end - start);
}

int command_bench(struct options *o)
{
	static double rates[BENCHES][TURNS], switches[TURNS];

	(void)o;
	coroutine_create(&there, 65536);
	coroutine_reset(&there, back);
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		switches[turn] = switch_ns();
		for (unsigned int i = 0; i < BENCHES; i++)
			rates[i][turn] = rate(&benches[i]);
	}
	printf("%-40s %12s %12s %7s\n", "", "measured", "target", "ratio");
	printf("%-40s %9.1f ns %9.1f ns %7.2f\n", "a switch of threads",
	       median(switches), 15.0, 15.0 / median(switches));
	for (unsigned int i = 0; i < BENCHES; i++) {
		double r = median(rates[i]);

		if (benches[i].target > 0)
			printf("%-40s %10.0f/s %10.0f/s %7.2f\n",
			       benches[i].what, r, benches[i].target,
			       r / benches[i].target);
		else
			printf("%-40s %10.0f/s\n", benches[i].what, r);
	}
	return 0;
}
