/* SPDX-License-Identifier: MIT */
/*
 * tarry stress: readers against writers on the address space of a process.
 *
 * From top to bottom: the command line, the layout, the space, threads that
 * run until the time is over or an interrupt comes, a look at everything, the
 * end of everything, the report.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stress.h"
#include "stress_build.h"
#include "stress_options.h"
#include "stress_report.h"
#include "stress_source.h"

volatile sig_atomic_t stress_interrupted;

static void interrupted(int signal)
{
	(void)signal;
	stress_interrupted = 1;
}

/* ---- threads ---- */

static bool start_threads(struct stress *run)
{
	const struct stress_options *o = run->options;
	uint32_t wanted = o->readers + o->writers;

	run->threads = aligned_alloc(64, wanted * sizeof(*run->threads));
	if (!run->threads)
		return false;
	memset(run->threads, 0, wanted * sizeof(*run->threads));
	for (uint32_t i = 0; i < wanted; i++) {
		struct stress_thread *t = &run->threads[i];

		t->run = run;
		t->index = i;
		t->writer = i >= o->readers;
		t->number = t->writer ? i - o->readers : i;
		t->random.state = o->seed * 1000003 + i;
		if (pthread_create(&t->id, NULL,
				   t->writer ? stress_writer : stress_reader,
				   t))
			return false;
		run->n_threads++;
	}
	return true;
}

static void stop_threads(struct stress *run)
{
	atomic_store(&run->stop, true);
	for (uint32_t i = 0; i < run->n_threads; i++)
		pthread_join(run->threads[i].id, NULL);
}

/* ---- what happens meanwhile ---- */

static void keep_peak(struct tarry_pool_stats *peak,
		      const struct tarry_pool_stats *now)
{
#define KEEP(field)                               \
	do {                                      \
		if (now->field > peak->field)     \
			peak->field = now->field; \
	} while (0)
	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		KEEP(tables[l]);
	KEEP(table_bytes);
	KEEP(waiting);
	KEEP(waiting_bytes);
	KEEP(waiting_pages);
	KEEP(retired);
	KEEP(released);
	KEEP(grace_periods);
	KEEP(helped);
	KEEP(descriptor_bytes);
	KEEP(committed_bytes);
	KEEP(free_bytes);
	KEEP(returned_bytes);
	KEEP(kept);
	KEEP(kept_bytes);
	KEEP(lost_bytes);
	KEEP(failed);
#undef KEEP
}

static struct stress_point point_now(struct stress *run, double seconds)
{
	struct stress_point p = {.seconds = seconds};
	struct tarry_pool_stats stats;
	struct stress_totals totals;

	stress_totals(run, &totals, false);
	tarry_pool_stats(run->pool, &stats);
	keep_peak(&run->peak, &stats);
	p.lookups = totals.all_lookups;
	p.changes = totals.all_changes;
	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		p.tables += stats.tables[l];
	p.waiting = stats.waiting;
	p.waiting_bytes = stats.waiting_bytes;
	p.retired = stats.retired;
	p.violations = totals.violations;
	return p;
}

/* A plot of more points than pixels shows no more. */
#define POINTS_MOST 600

static void watch(struct stress *run)
{
	double wanted = run->options->seconds, step = wanted / POINTS_MOST;
	struct stress_point last = {0}, now = {0};
	uint64_t begin = clock_ns();
	double next_line = 1;

	if (step < 0.1)
		step = 0.1;
	run->points_room = POINTS_MOST + 2;
	run->points = calloc(run->points_room, sizeof(*run->points));
	while (!stress_interrupted) {
		double left = wanted - (double)(clock_ns() - begin) / 1e9;
		double nap = left < step ? left : step;
		struct timespec t;

		if (left <= 0)
			break;
		t.tv_sec = (time_t)nap;
		t.tv_nsec = (long)((nap - (double)t.tv_sec) * 1e9);
		nanosleep(&t, NULL);
		now = point_now(run, (double)(clock_ns() - begin) / 1e9);
		if (run->points && run->n_points < run->points_room)
			run->points[run->n_points++] = now;
		if (run->options->progress && now.seconds >= next_line) {
			report_progress(run, now.seconds, &last, &now);
			last = now;
			next_line = now.seconds + 0.95;
		}
	}
	run->seconds = (double)(clock_ns() - begin) / 1e9;
}

/* ---- a run ---- */

static void announce(const struct stress *run)
{
	const struct plan_source *s = &run->plan.source;

	if (!run->options->progress)
		return;
	fprintf(stderr,
		"tarry stress: %" PRIu64 " of %" PRIu64
		" pages built in %.2f s, %u blocks, seed %" PRIu64 "\n",
		s->pages_built + s->marks_built, s->pages, run->build_seconds,
		run->plan.n_blocks, run->options->seed);
}

static void notice_cut(const struct stress *run)
{
	const struct plan_source *s = &run->plan.source;
	uint64_t built = s->pages_built + s->marks_built;

	if (built < s->pages)
		fprintf(stderr,
			"tarry stress: notice: %" PRIu64 " of %" PRIu64
			" pages are built, the lowest; see --pages\n",
			built, s->pages);
}

static int report(struct stress *run)
{
	static struct stress_totals totals;
	bool written;

	stress_totals(run, &totals, true);
	written = run->options->json ? report_json(run, &totals)
				     : report_text(run, &totals);
	if (!written)
		fprintf(stderr, "tarry stress: standard output: cannot be "
				"written\n");
	if (run->options->html &&
	    !report_html(run, &totals, run->options->html))
		written = false;
	return !written || totals.violations ? 1 : 0;
}

static int stress(const struct stress_options *o,
		  const struct plan_input *input)
{
	static struct stress run;
	int err;

	run.options = o;
	run.format = o->format;
	violation_log_init(&run.log);
	clock_calibrate();
	tarry_thread_begin();
	err = stress_build(&run, input);
	if (!err) {
		notice_cut(&run);
		announce(&run);
		tarry_pool_stats(run.pool, &run.built);
		keep_peak(&run.peak, &run.built);
		tarry_thread_offline();
		if (start_threads(&run)) {
			watch(&run);
		} else {
			fprintf(stderr,
				"tarry stress: cannot start thread %u\n",
				run.n_threads);
			err = 1;
		}
		stop_threads(&run);
		tarry_thread_online();
		stress_audit(&run);
		stress_empty(&run);
		if (report(&run))
			err = 1;
	}
	stress_free(&run);
	tarry_thread_end();
	free(run.threads);
	free(run.points);
	return err;
}

int stress_main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = interrupted};
	struct plan_input input = {0};
	struct stress_options o;
	int err = stress_options(argc, argv, &o);

	if (err >= 0)
		return err;
	err = stress_source(&o, &input);
	if (!err) {
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		err = stress(&o, &input);
	}
	free(input.runs);
	return err;
}
