/* SPDX-License-Identifier: MIT */
/*
 * The benchmarks: which workloads, how often, in what form.
 *
 * One program per flavour of liburcu.  This one is of the library's own; the
 * rows of the qsbr flavour come from its sibling, started as a part.
 */
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "tarry/tarry.h"

static const struct bench_workload *const groups[] = {
	bench_translate, bench_beside,	bench_change, bench_clone,
	bench_memory,	 bench_reclaim, bench_lookup, bench_stalls,
	bench_fragments, bench_freeing,
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static const char usage[] =
	"usage: tarry-bench [--quick] [--only NAME] [--json] [--list]\n"
	"                   [--sanity] [--reps N] [--plots FILE]\n"
	"\n"
	"  --quick      fewer and smaller repetitions\n"
	"  --only NAME  one workload\n"
	"  --json       as JSON\n"
	"  --list       the workloads\n"
	"  --sanity     only the answers, on tiny sizes: no times\n"
	"  --reps N     repetitions, 1 to 31\n"
	"  --plots FILE the points of plots, as JSON (of: fragments)\n";

static void list(void)
{
	for (size_t i = 0; i < N_GROUPS; i++)
		for (const struct bench_workload *w = groups[i]; w->name; w++)
			printf("%-12s %s%s\n", w->name, w->what,
			       w->qsbr ? " (qsbr too)" : "");
}

static bool known(const char *name)
{
	for (size_t i = 0; i < N_GROUPS; i++)
		for (const struct bench_workload *w = groups[i]; w->name; w++)
			if (!strcmp(w->name, name))
				return true;
	return false;
}

static void run_all(struct bench *b)
{
	for (size_t i = 0; i < N_GROUPS; i++) {
		for (const struct bench_workload *w = groups[i]; w->name; w++) {
			if (b->only && strcmp(b->only, w->name))
				continue;
			if (b->part && !w->qsbr)
				continue;
			b->workload = w->name;
			w->run(b);
		}
	}
}

/* The same rows, from the program of the other flavour. */
static void run_part(const struct bench *b, const char *self)
{
	char dir[4096], path[4200], reps[16];
	const char *args[10];
	int n = 0, status;
	pid_t child;

	snprintf(dir, sizeof(dir), "%s", self);
	snprintf(path, sizeof(path), "%s/tarry-bench-qsbr", dirname(dir));
	if (access(path, X_OK))
		return;
	snprintf(reps, sizeof(reps), "%u", b->reps);
	args[n++] = path;
	args[n++] = "--part";
	args[n++] = "--reps";
	args[n++] = reps;
	if (b->quick)
		args[n++] = "--quick";
	if (b->json)
		args[n++] = "--json";
	if (b->only) {
		args[n++] = "--only";
		args[n++] = b->only;
	}
	args[n] = NULL;
	if (!b->json)
		puts("\nthe qsbr flavour, whose read sections cost nothing:");
	fflush(stdout);
	child = fork();
	if (child == 0) {
		execv(path, (char *const *)args);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, &status, 0);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"quick", no_argument, NULL, 'q'},
		{"only", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, 'j'},
		{"list", no_argument, NULL, 'l'},
		{"sanity", no_argument, NULL, 's'},
		{"reps", required_argument, NULL, 'r'},
		{"plots", required_argument, NULL, 'P'},
		{"part", no_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{0}};
	struct bench b = {0};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'q':
			b.quick = true;
			break;
		case 'o':
			b.only = optarg;
			break;
		case 'j':
			b.json = true;
			break;
		case 's':
			b.sanity = true;
			break;
		case 'p':
			b.part = true;
			break;
		case 'P':
			b.plots = optarg;
			break;
		case 'r':
			b.reps = (unsigned int)strtoul(optarg, &end, 10);
			if (*end || !b.reps || b.reps > BENCH_REPS) {
				fprintf(stderr,
					"tarry-bench: --reps: %s: not "
					"1 to 31\n",
					optarg);
				return 2;
			}
			break;
		case 'l':
			list();
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (optind < argc || (b.only && !known(b.only))) {
		fprintf(stderr,
			"tarry-bench: %s: no such workload; --list "
			"says which there are\n",
			optind < argc ? argv[optind] : b.only);
		return 2;
	}
	if (!b.reps)
		b.reps = b.sanity ? 1 : b.quick ? 3 : 7;
	tarry_thread_begin();
	bench_report_begin(&b);
	run_all(&b);
	if (!b.part && !b.sanity)
		run_part(&b, argv[0]);
	bench_report_end(&b);
	tarry_thread_end();
	if (b.sanity)
		printf("%u rows, all answers right\n", b.rows);
	return 0;
}
