/* SPDX-License-Identifier: MIT */
/*
 * The command line of tarry stress.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "stress_options.h"

#define PAGES_DEFAULT (4u << 20)
#define PAGES_MOST    (256u << 20)
#define SECONDS_MOST  (366.0 * 24 * 3600)

static const char usage[] =
	"usage: tarry stress [PID|SNAPSHOT|TRACE] [options]\n"
	"\n"
	"Builds the address space of a process, and runs walkers against "
	"churn\n"
	"on it; every answer is verified.  Without PID, SNAPSHOT (of tarry\n"
	"snapshot) or TRACE (of valgrind --tool=lackey --trace-mem=yes; - for\n"
	"standard input) it is the program's own.\n"
	"\n"
	"  --seconds N        how long; default 10\n"
	"  --readers N        threads that translate; default 2\n"
	"  --writers N        threads that change; default 2\n"
	"  --format NAME      of the page tables; default x86_64-4\n"
	"  --policy NAME      of tables that share pages: recycle, sticky or\n"
	"                     whole; default recycle\n"
	"  --pages N          most pages to build; default 4194304\n"
	"  --seed N           of all random choices; default random, printed\n"
	"  --mix NAME=N,...   weights of changes; see below\n"
	"  --companions       a word beside each slot of the leaf tables\n"
	"  --listeners        caches of translations listen, and one fails to "
	"answer\n"
	"                     now and then\n"
	"  --limit BYTES      of table memory; K, M, G are understood\n"
	"  --fail-alloc N     every N-th change finds no memory for tables\n"
	"  --no-reclaim       emptied tables stay until a reclaim\n"
	"  --json             the report as JSON\n"
	"  --html FILE        the report with plots, as one page\n"
	"  --progress         a line a second on standard error, also where "
	"that\n"
	"                     is no terminal\n"
	"  --sabotage KIND    do something wrong, to see it found; see below\n"
	"  -h, --help         this text\n"
	"\n"
	"Exit status: 0 no violation, 1 violations or a failed run, 2 bad\n"
	"arguments or input.\n";

enum option_code {
	OPTION_SECONDS = 256,
	OPTION_READERS,
	OPTION_WRITERS,
	OPTION_FORMAT,
	OPTION_POLICY,
	OPTION_PAGES,
	OPTION_SEED,
	OPTION_MIX,
	OPTION_COMPANIONS,
	OPTION_LISTENERS,
	OPTION_LIMIT,
	OPTION_FAIL_ALLOC,
	OPTION_NO_RECLAIM,
	OPTION_JSON,
	OPTION_HTML,
	OPTION_PROGRESS,
	OPTION_SABOTAGE,
	OPTION_HELP,
};

static const struct option options[] = {
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"readers", required_argument, NULL, OPTION_READERS},
	{"writers", required_argument, NULL, OPTION_WRITERS},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"policy", required_argument, NULL, OPTION_POLICY},
	{"pages", required_argument, NULL, OPTION_PAGES},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"mix", required_argument, NULL, OPTION_MIX},
	{"companions", no_argument, NULL, OPTION_COMPANIONS},
	{"listeners", no_argument, NULL, OPTION_LISTENERS},
	{"limit", required_argument, NULL, OPTION_LIMIT},
	{"fail-alloc", required_argument, NULL, OPTION_FAIL_ALLOC},
	{"no-reclaim", no_argument, NULL, OPTION_NO_RECLAIM},
	{"json", no_argument, NULL, OPTION_JSON},
	{"html", required_argument, NULL, OPTION_HTML},
	{"progress", no_argument, NULL, OPTION_PROGRESS},
	{"sabotage", required_argument, NULL, OPTION_SABOTAGE},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

/* ---- names ---- */

static const struct {
	const char *name;
	uint32_t weight;
} change_table[] = {
#define CHANGE_ROW(name, label, weight) {label, weight},
	CHANGES(CHANGE_ROW)
#undef CHANGE_ROW
};

static const struct {
	const char *name, *sentence;
} sabotage_table[] = {
#define SABOTAGE_ROW(name, label, sentence) {label, sentence},
	SABOTAGES(SABOTAGE_ROW)
#undef SABOTAGE_ROW
};

const char *change_name(enum change c)
{
	return change_table[c].name;
}

const char *lookup_name(enum lookup l)
{
	static const char *const names[] = {
#define LOOKUP_NAME(name, label) label,
		LOOKUPS(LOOKUP_NAME)
#undef LOOKUP_NAME
	};

	return names[l];
}

const char *sabotage_name(enum sabotage s)
{
	return sabotage_table[s].name;
}

static int print_help(void)
{
	fputs(usage, stdout);
	puts("\nChanges and their weights:");
	for (enum change c = 0; c < CHANGE_KINDS; c++)
		printf("  %-16s %3u\n", change_table[c].name,
		       change_table[c].weight);
	puts("\nKinds of sabotage:");
	for (enum sabotage s = SABOTAGE_NONE + 1; s < SABOTAGE_KINDS; s++)
		printf("  %-16s %s\n", sabotage_table[s].name,
		       sabotage_table[s].sentence);
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	fputs("tarry stress: standard output: cannot be written\n", stderr);
	return 1;
}

/* ---- values ---- */

static int bad(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "tarry stress: --%s %s: expected %s\n", option, value,
		wanted);
	return 2;
}

/* Digits only, with a suffix if @suffixes; false for anything else. */
static bool parse_number(const char *text, bool suffixes, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno)
		return false;
	if (suffixes && *end && !end[1]) {
		const char *units = "KMG", *unit = strchr(units, *end);
		unsigned int lg2 =
			unit ? 10 * (unsigned int)(unit - units + 1) : 0;

		if (!unit || *value >> (64 - lg2))
			return false;
		*value <<= lg2;
		end++;
	}
	return !*end;
}

static int parse_seconds(const char *text, struct stress_options *o)
{
	char *end;

	errno = 0;
	o->seconds = strtod(text, &end);
	if (end == text || *end || errno || !isfinite(o->seconds) ||
	    o->seconds <= 0 || o->seconds > SECONDS_MOST)
		return bad("seconds", text, "a number above 0, at most a year");
	return -1;
}

static int parse_format(const char *text, struct stress_options *o)
{
	o->format = tarry_format_by_name(text);
	if (o->format)
		return -1;
	fprintf(stderr, "tarry stress: --format %s: no such format; there are",
		text);
	for (unsigned int i = 0; tarry_format_at(i); i++)
		fprintf(stderr, "%s %s", i ? "," : "",
			tarry_format_at(i)->name);
	fputc('\n', stderr);
	return 2;
}

static int parse_policy(const char *text, struct stress_options *o)
{
	int policy = tarry_policy_by_name(text);

	if (policy >= 0) {
		o->policy = (enum tarry_policy)policy;
		return -1;
	}
	fprintf(stderr, "tarry stress: --policy %s: no such policy; there are",
		text);
	for (unsigned int i = 0; tarry_policy_name(i); i++)
		fprintf(stderr, "%s %s", i ? "," : "", tarry_policy_name(i));
	fputc('\n', stderr);
	return 2;
}

static int parse_mix(char *text, struct stress_options *o)
{
	uint64_t total = 0, weight;
	char *save = NULL, *part;

	for (part = strtok_r(text, ",", &save); part;
	     part = strtok_r(NULL, ",", &save)) {
		char *value = strchr(part, '=');
		enum change c = 0;

		if (value)
			*value++ = '\0';
		while (c < CHANGE_KINDS && strcmp(part, change_table[c].name))
			c++;
		if (c == CHANGE_KINDS)
			return bad("mix", part,
				   "the name of a change; see --help");
		if (!value || !parse_number(value, false, &weight) ||
		    weight > 1000000)
			return bad("mix", part,
				   "NAME=WEIGHT, a weight of 0 to 1000000");
		o->weights[c] = (uint32_t)weight;
	}
	for (enum change c = 0; c < CHANGE_KINDS; c++)
		total += o->weights[c];
	return total ? -1 : bad("mix", "", "some weight above 0");
}

static int parse_sabotage(const char *text, struct stress_options *o)
{
	for (enum sabotage s = 0; s < SABOTAGE_KINDS; s++) {
		if (!strcmp(text, sabotage_table[s].name)) {
			o->sabotage = s;
			return -1;
		}
	}
	return bad("sabotage", text, "one of the kinds that --help lists");
}

static int parse_one(int code, char *text, struct stress_options *o)
{
	uint64_t n = 0;
	bool number = text && parse_number(text, code == OPTION_LIMIT, &n);

	switch (code) {
	case OPTION_SECONDS:
		return parse_seconds(text, o);
	case OPTION_READERS:
		if (!number || n > STRESS_THREADS)
			return bad("readers", text, "0 to 256 threads");
		o->readers = (uint32_t)n;
		return -1;
	case OPTION_WRITERS:
		if (!number || n > STRESS_THREADS)
			return bad("writers", text, "0 to 256 threads");
		o->writers = (uint32_t)n;
		return -1;
	case OPTION_FORMAT:
		return parse_format(text, o);
	case OPTION_POLICY:
		return parse_policy(text, o);
	case OPTION_PAGES:
		if (!number || !n || n > PAGES_MOST)
			return bad("pages", text, "1 to 268435456 pages");
		o->pages = n;
		return -1;
	case OPTION_SEED:
		if (!number)
			return bad("seed", text, "a number of 64 bits");
		o->seed = n;
		return -1;
	case OPTION_MIX:
		return parse_mix(text, o);
	case OPTION_LIMIT:
		if (!number || !n)
			return bad("limit", text,
				   "bytes above 0, with K, M or G");
		o->limit = n;
		return -1;
	case OPTION_FAIL_ALLOC:
		if (!number || !n)
			return bad("fail-alloc", text, "a number above 0");
		o->fail_alloc = n;
		return -1;
	case OPTION_SABOTAGE:
		return parse_sabotage(text, o);
	case OPTION_COMPANIONS:
		o->companions = true;
		return -1;
	case OPTION_LISTENERS:
		o->listeners = true;
		return -1;
	case OPTION_NO_RECLAIM:
		o->no_reclaim = true;
		return -1;
	case OPTION_JSON:
		o->json = true;
		return -1;
	case OPTION_HTML:
		o->html = text;
		return -1;
	case OPTION_PROGRESS:
		o->progress = true;
		return -1;
	case 'h':
	case OPTION_HELP:
		return print_help();
	default:
		return 2;
	}
}

static uint64_t random_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(seed))
		seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	/* Short enough to be typed. */
	return seed % 1000000000u;
}

/* What a change is nothing without; NULL: it needs no option. */
static const char *change_needs(const struct stress_options *o, enum change c)
{
	if (c == CHANGE_SETTLE && !o->listeners)
		return "--listeners";
	if (c == CHANGE_COMPANION && !o->companions)
		return "--companions";
	return NULL;
}

/* -1, or a complaint: what goes only together. */
static int check_together(const struct stress_options *o)
{
	enum change idle = CHANGE_KINDS;
	bool any = false;

	for (enum change c = 0; c < CHANGE_KINDS; c++) {
		if (o->weights[c] && change_needs(o, c))
			idle = c;
		else
			any |= o->weights[c] > 0;
	}
	if (o->listeners && !o->readers) {
		fprintf(stderr, "tarry stress: --listeners --readers 0: the "
				"caches are those of readers\n");
		return 2;
	}
	if (!o->listeners && o->sabotage == SABOTAGE_STALE_CACHE) {
		fprintf(stderr,
			"tarry stress: --sabotage %s: there are no "
			"caches without --listeners\n",
			sabotage_name(o->sabotage));
		return 2;
	}
	if (!any) {
		fprintf(stderr,
			"tarry stress: --mix %s: does nothing without %s\n",
			change_name(idle), change_needs(o, idle));
		return 2;
	}
	return -1;
}

/* 0, or a complaint: one is enough. */
static int take_input(struct stress_options *o, const char *word)
{
	if (!o->input) {
		o->input = word;
		return 0;
	}
	fprintf(stderr, "tarry stress: %s: one input is enough\n", word);
	return 2;
}

int stress_options(int argc, char **argv, struct stress_options *o)
{
	memset(o, 0, sizeof(*o));
	o->seconds = 10;
	o->readers = o->writers = 2;
	o->format = tarry_format_at(0);
	o->pages = PAGES_DEFAULT;
	o->seed = random_seed();
	o->progress = isatty(STDERR_FILENO);
	for (enum change c = 0; c < CHANGE_KINDS; c++)
		o->weights[c] = change_table[c].weight;
	optind = 0;
	opterr = 0;
	for (;;) {
		int at = optind ? optind : 1;
		/* In the order in which they stand: a wrong word is named. */
		int code = getopt_long(argc, argv, "-:h", options, NULL);
		int result;

		if (code < 0)
			break;
		if (code == 1) {
			if (take_input(o, optarg))
				return 2;
			continue;
		}
		if (code == ':' || code == '?') {
			fprintf(stderr, "tarry stress: %s: %s\n", argv[at],
				code == ':' ? "needs a value"
					    : "unknown option");
			return 2;
		}
		result = parse_one(code, optarg, o);
		if (result >= 0)
			return result;
	}
	/* After "--". */
	while (optind < argc)
		if (take_input(o, argv[optind++]))
			return 2;
	if (o->readers + o->writers == 0 ||
	    o->readers + o->writers > STRESS_THREADS) {
		fprintf(stderr,
			"tarry stress: --readers %u --writers %u: expected 1 "
			"to "
			"%d threads together\n",
			o->readers, o->writers, STRESS_THREADS);
		return 2;
	}
	return check_together(o);
}
