/* SPDX-License-Identifier: MIT */
/*
 * tarry-check: explores every schedule of small scenarios over the source that
 * ships.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "ranks.h"

static const char help[] =
	"usage: tarry-check [COMMAND] [OPTION]... [SCENARIO|FILE.c]...\n"
	"\n"
	"  run        explore scenarios, by name or pattern (the default)\n"
	"  list       name them\n"
	"  zoo        the historical races, broken and mended\n"
	"  sabotage   break each rule on purpose: its scenarios must fail\n"
	"  mutants    weaken every order, drop every check and wait, one by "
	"one\n"
	"  bench      how many executions a second\n"
	"\n"
	"  --model sc|tso|rc11|all  memory model (default: the scenario's, and "
	"sc)\n"
	"  --graphs          sc by execution graphs too, not by schedules\n"
	"  --random N        N executions at random     --seed S\n"
	"  --pct N           the same by random priorities   --depth D\n"
	"  --bound P         at most P preemptions\n"
	"  --naive           every schedule: to check the reduction itself\n"
	"  --limit N, --time S   stop after N executions, S seconds\n"
	"  --weaken RULE|FILE:LINE   break it; may be given again\n"
	"  --show            print counterexamples that were expected, too\n"
	"  --json FILE, --html FILE  write the counterexample (- is stdout)\n"
	"  --replay TOKEN    run one schedule again\n"
	"  --jobs N          by N processes, by graphs; all is explored, the "
	"least\n"
	"                    counterexample is shown\n"
	"  --checkpoint FILE, --resume FILE  of one scenario under one model\n"
	"  --reviewed FILE   mutants that were found equivalent\n"
	"\n"
	"Exit status: 0 as it should be, 1 a violation, 2 misuse.\n";

static void die(const char *what, const char *which)
{
	fprintf(stderr, "tarry-check: %s \"%s\" (--help says what there is)\n",
		what, which);
	exit(2);
}

static uint64_t number(const char *text, const char *option, uint64_t max)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || v > max) {
		fprintf(stderr,
			"tarry-check: %s wants a number up to %llu, "
			"not \"%s\"\n",
			option, (unsigned long long)max, text);
		exit(2);
	}
	return v;
}

static unsigned int models(const char *text)
{
	if (!strcmp(text, "all"))
		return CHECK_ALL;
	if (!strcmp(text, "sc"))
		return CHECK_SC;
	if (!strcmp(text, "tso"))
		return CHECK_TSO;
	if (strcmp(text, "rc11") != 0)
		die("there is no model", text);
	return CHECK_RC11;
}

enum {
	MODEL = 256,
	GRAPHS,
	RANDOM,
	SEED,
	PCT,
	DEPTH,
	BOUND,
	NAIVE,
	LIMIT,
	TIME,
	WEAKEN,
	SHOW,
	JSON,
	HTML,
	REPLAY,
	REVIEWED,
	JOBS,
	CHECKPOINT,
	RESUME,
	HELP
};

static const struct option long_options[] = {
	{"model", required_argument, NULL, MODEL},
	{"graphs", no_argument, NULL, GRAPHS},
	{"random", required_argument, NULL, RANDOM},
	{"seed", required_argument, NULL, SEED},
	{"pct", required_argument, NULL, PCT},
	{"depth", required_argument, NULL, DEPTH},
	{"bound", required_argument, NULL, BOUND},
	{"naive", no_argument, NULL, NAIVE},
	{"limit", required_argument, NULL, LIMIT},
	{"time", required_argument, NULL, TIME},
	{"weaken", required_argument, NULL, WEAKEN},
	{"show", no_argument, NULL, SHOW},
	{"json", required_argument, NULL, JSON},
	{"html", required_argument, NULL, HTML},
	{"replay", required_argument, NULL, REPLAY},
	{"reviewed", required_argument, NULL, REVIEWED},
	{"jobs", required_argument, NULL, JOBS},
	{"checkpoint", required_argument, NULL, CHECKPOINT},
	{"resume", required_argument, NULL, RESUME},
	{"help", no_argument, NULL, HELP},
	{NULL, 0, NULL, 0}};

/* What must stand on the command line of a replay. */
static void say_again(struct options *o, const char *option, const char *value)
{
	size_t n = strlen(o->again);

	if (n + strlen(option) + strlen(value) + 2 > sizeof(o->again))
		die("too much before", value);
	snprintf(o->again + n, sizeof(o->again) - n, "%s%s%s", n ? " " : "",
		 option, value);
}

static void take_option(struct options *o, int c)
{
	switch (c) {
	case MODEL:
		o->models = models(optarg);
		break;
	case GRAPHS:
		o->search.graph = true;
		break;
	case RANDOM:
	case PCT:
		o->search.kind = c == RANDOM ? SEARCH_RANDOM : SEARCH_PCT;
		o->search.limit = number(optarg, "the count", ~0ull >> 1);
		if (!o->search.limit)
			die("nothing is shown by a count of", optarg);
		break;
	case SEED:
		o->search.seed = number(optarg, "--seed", ~0ull);
		break;
	case DEPTH:
		o->search.depth = (unsigned int)number(optarg, "--depth", 8);
		break;
	case BOUND:
		o->search.preemptions = (int)number(optarg, "--bound", 1000);
		break;
	case NAIVE:
		o->search.kind = SEARCH_NAIVE;
		break;
	case LIMIT:
		o->search.limit = number(optarg, "--limit", ~0ull);
		break;
	case TIME:
		o->search.seconds = (double)number(optarg, "--time", 1000000);
		break;
	case WEAKEN:
		if (!weaken(optarg))
			exit(2);
		say_again(o, "--weaken ", optarg);
		break;
	case SHOW:
		o->all = true;
		break;
	case JSON:
		o->json = optarg;
		break;
	case HTML:
		o->html = optarg;
		break;
	case REPLAY:
		o->replay = optarg;
		break;
	case REVIEWED:
		o->reviewed = optarg;
		break;
	case JOBS:
		o->scale.jobs = (unsigned int)number(optarg, "--jobs", 64);
		break;
	case CHECKPOINT:
		o->scale.checkpoint = optarg;
		break;
	case RESUME:
		o->scale.resume = optarg;
		break;
	case HELP:
		fputs(help, stdout);
		exit(0);
	default:
		exit(2);
	}
}

/* Files are loaded, and what they register is what is wanted. */
static void take_names(struct options *o, char **names, int n)
{
	o->names = names;
	o->n_names = 0;
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (len > 2 && !strcmp(names[i] + len - 2, ".c")) {
			if (!load_file(names[i]))
				exit(2);
			if (o->n_files == MAX_FILES)
				die("too many files before", names[i]);
			o->files[o->n_files++] = names[i];
			say_again(o, "", names[i]);
		} else {
			names[o->n_names++] = names[i];
		}
	}
}

/* Only an exploration is shared; all else is rank 0's. */
static int run_ranks(int (*run)(struct options *), struct options *o)
{
	int status = 0;

	if (!ranks_begin())
		return 2;
	if (!ranks_mine() || (run == command_run && !o->replay))
		status = run(o);
	ranks_end();
	return ranks_mine() ? 0 : status;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct options *o);
	} commands[] = {
		{"run", command_run},	      {"list", command_list},
		{"zoo", command_zoo},	      {"sabotage", command_sabotage},
		{"mutants", command_mutants}, {"bench", command_bench}};
	struct options o = {.search = {.kind = SEARCH_DPOR,
				       .model = CHECK_SC,
				       .preemptions = -1,
				       .seed = 1,
				       .depth = 3}};
	int (*run)(struct options *) = command_run;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(&o, c);
	if (optind < argc)
		for (unsigned int i = 0;
		     i < sizeof(commands) / sizeof(commands[0]); i++)
			if (!strcmp(argv[optind], commands[i].name)) {
				run = commands[i].run;
				optind++;
				break;
			}
	if (o.search.kind != SEARCH_DPOR &&
	    (o.search.graph || (o.models & ~(unsigned int)CHECK_SC)))
		die("schedules are chosen that way under sc only, not under",
		    o.search.graph ? "graphs" : "another model");
	o.scale.ranks = ranks_asked_for();
	if (o.scale.checkpoint || o.scale.resume || o.scale.ranks) {
		checkpoint_fix_addresses(argv);
		if (!o.scale.jobs)
			o.scale.jobs = 1;
	}
	if (o.scale.jobs && o.search.kind != SEARCH_DPOR)
		die("only a whole exploration is shared, not", "a random one");
	o.scale.progress = o.scale.jobs && isatty(2);
	machine_create();
	take_names(&o, argv + optind, argc - optind);
	if (!o.scale.ranks)
		return run(&o);
	return run_ranks(run, &o);
}
