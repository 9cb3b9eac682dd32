/* SPDX-License-Identifier: MIT */
/*
 * tarry-check mutants: every memory order of the library weakened one step,
 * every check of a rule, every wait, fence and invalidation left out, one at a
 * time.  Each mutant is killed by a scenario, or stands in the reviewed list
 * with the reason why nobody can tell the difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "registry.h"

extern struct check_site __start_check_sites[], __stop_check_sites[];

#define MAX_MUTANTS   1024
#define MAX_SCENARIOS 1024
/* Of CPU time, for one mutant; a survivor of all takes about fifteen. */
#define MUTANT_SECONDS 60
/* By the wall clock, for one scenario of it, where --time does not say: a
 * machine that is busy must not decide. */
#define SEARCH_SECONDS 20

struct mutant {
	const struct check_site *site; /* one of those at the line */
	uint8_t weaker;		       /* order + 1; 0: left out */
	uint8_t state;		       /* enum fate */
	const char *killer;	       /* or the first scenario that was cut */
	enum check_model model;
};

/* Undecided: searches were cut, and what was explored of them finds nothing. */
enum fate { UNREACHED, SURVIVES, UNDECIDED, KILLED, REVIEWED, FATES };

static struct mutant mutants[MAX_MUTANTS];
static unsigned int n_mutants;

static const char *order_name(unsigned int order)
{
	static const char *const names[] = {"relaxed", "consume", "acquire",
					    "release", "acq_rel", "seq_cst"};

	return order < 6 ? names[order] : "?";
}

static bool same_line(const struct check_site *a, const struct check_site *b)
{
	return a->line == b->line && !strcmp(a->file, b->file) &&
	       !strcmp(a->what, b->what);
}

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* The library's, not a scenario's. */
static bool of_library(const struct check_site *s)
{
	return strstr(s->file, "src/") && !strstr(s->file, "check/");
}

static bool known(const struct check_site *s, uint8_t weaker)
{
	for (unsigned int i = 0; i < n_mutants; i++)
		if (mutants[i].weaker == weaker &&
		    same_line(mutants[i].site, s))
			return true;
	return false;
}

static void mutant_add(const struct check_site *s, int weaker)
{
	uint8_t to = (uint8_t)(weaker + 1);

	if (n_mutants == MAX_MUTANTS || known(s, to))
		return;
	mutants[n_mutants].site = s;
	mutants[n_mutants++].weaker = to;
}

static void mutants_of(const struct check_site *s)
{
	static const char *const left_out[] = {
		"rule ",   "re-check ", "synchronize", "kick",
		"barrier", "defer",	"fence",       "invalidate",
		"wait ",   "await",	"clean"};

	for (unsigned int i = 0; i < sizeof(left_out) / sizeof(left_out[0]);
	     i++)
		if (starts(s->what, left_out[i]))
			mutant_add(s, -1);
	switch (s->order) {
	case __ATOMIC_SEQ_CST:
		if (starts(s->what, "load"))
			mutant_add(s, __ATOMIC_ACQUIRE);
		else if (starts(s->what, "store"))
			mutant_add(s, __ATOMIC_RELEASE);
		else
			mutant_add(s, __ATOMIC_ACQ_REL);
		break;
	case __ATOMIC_ACQ_REL:
		mutant_add(s, __ATOMIC_ACQUIRE);
		mutant_add(s, __ATOMIC_RELEASE);
		break;
	case __ATOMIC_ACQUIRE:
	case __ATOMIC_RELEASE:
		mutant_add(s, __ATOMIC_RELAXED);
		break;
	default:
		break;
	}
}

static void apply(const struct mutant *m)
{
	for (struct check_site *s = __start_check_sites; s < __stop_check_sites;
	     s++)
		if (same_line(s, m->site)) {
			s->skipped = m->weaker == 0;
			s->weaker = m->weaker;
		}
}

/* ---- who reaches what ---- */

static struct {
	const struct check_scenario *scenario;
	uint8_t *reaches; /* by mutant */
	double seconds;
} scenarios[MAX_SCENARIOS];
static unsigned int n_scenarios;

static bool eligible(const struct check_scenario *s, const struct options *o)
{
	if (s->expect != CHECK_CLEAN || s->zoo || !scenario_wanted(s, o))
		return false;
	return starts(s->name, "rule_") || starts(s->name, "pair_");
}

static void survey(const struct options *o)
{
	static struct verdict v;

	for (const struct check_scenario *s = registry_first; s; s = s->next) {
		if (!eligible(s, o) || n_scenarios == MAX_SCENARIOS)
			continue;
		for (struct check_site *t = __start_check_sites;
		     t < __stop_check_sites; t++)
			t->seen = 0;
		verdict_reach(&v, s, CHECK_SC, &o->search);
		if (v.found) {
			fprintf(stderr,
				"tarry-check: %s fails without a mutant\n",
				s->name);
			exit(1);
		}
		scenarios[n_scenarios].scenario = s;
		scenarios[n_scenarios].seconds = v.tally.seconds;
		scenarios[n_scenarios].reaches = calloc(MAX_MUTANTS, 1);
		if (!scenarios[n_scenarios].reaches)
			abort();
		for (unsigned int i = 0; i < n_mutants; i++)
			for (struct check_site *t = __start_check_sites;
			     t < __stop_check_sites; t++)
				if (t->seen && same_line(t, mutants[i].site))
					scenarios[n_scenarios].reaches[i] = 1;
		n_scenarios++;
	}
}

/* ---- hunting one ---- */

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Scenario @j against the mutant, which has time @until then; false: no more
 * need to be asked. */
static bool hunt_by(struct mutant *m, unsigned int j, enum check_model model,
		    const struct search *search, double until)
{
	static struct verdict v;
	bool late;

	if (m->state == UNREACHED)
		m->state = SURVIVES;
	verdict_reach(&v, scenarios[j].scenario, model, search);
	late = cpu_seconds() >= until;
	if (v.found || (m->state == SURVIVES && (late || !v.tally.whole))) {
		m->state = v.found ? KILLED : UNDECIDED;
		m->killer = scenarios[j].scenario->name;
		m->model = model;
	}
	return !v.found && !late;
}

static void hunt(unsigned int i, const struct options *o)
{
	static const enum check_model models[] = {CHECK_SC, CHECK_RC11};
	struct mutant *m = &mutants[i];
	struct search search = o->search;
	double until = cpu_seconds() + MUTANT_SECONDS;
	bool more = true;

	if (search.seconds <= 0)
		search.seconds = SEARCH_SECONDS;
	m->state = UNREACHED;
	apply(m);
	for (unsigned int k = 0; k < 2 && more; k++)
		for (unsigned int j = 0; j < n_scenarios && more; j++)
			if (scenarios[j].reaches[i])
				more = hunt_by(m, j, models[k], &search, until);
	strengthen_all();
}

/* ---- the reviewed ones: "FILE | text | mutation | why", one a line ---- */

#define MAX_REVIEWS 256

static struct {
	char line[512];
	unsigned int of; /* mutants that nobody can tell */
} reviews[MAX_REVIEWS];
static unsigned int n_reviews;

static void reviews_read(const char *list)
{
	FILE *f = fopen(list, "r");
	char line[sizeof(reviews[0].line)];

	if (!f) {
		perror(list);
		exit(2);
	}
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (!strchr(line, '\n') || n_reviews == MAX_REVIEWS) {
			fprintf(stderr, "tarry-check: %s: %s at \"%.60s\"\n",
				list,
				n_reviews == MAX_REVIEWS ? "too many lines"
							 : "a line too long",
				line);
			exit(2);
		}
		strcpy(reviews[n_reviews++].line, line);
	}
	fclose(f);
}

static bool reviewed(const struct mutant *m)
{
	char want[256];
	const char *file = strstr(m->site->file, "src/");
	bool found = false;

	snprintf(want, sizeof(want), "%s | %s | %s |",
		 file ? file : m->site->file, m->site->what,
		 m->weaker ? order_name(m->weaker - 1u) : "left out");
	for (unsigned int i = 0; i < n_reviews; i++)
		if (starts(reviews[i].line, want)) {
			reviews[i].of++;
			found = true;
		}
	return found;
}

/* Of no mutant, or of one that is killed: a reason that is none. */
static unsigned int reviews_stale(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < n_reviews; i++)
		if (!reviews[i].of) {
			n++;
			printf("STALE     review of no survivor: %s",
			       reviews[i].line);
		}
	return n;
}

static void print_mutant(const struct mutant *m)
{
	static const char *const states[] = {"UNREACHED", "SURVIVES",
					     "UNDECIDED", "killed", "reviewed"};
	const char *file = strstr(m->site->file, "src/");

	printf("%-9s %s:%d: %s: ", states[m->state],
	       file ? file : m->site->file, m->site->line, m->site->what);
	if (m->weaker)
		printf("%s instead of %s", order_name(m->weaker - 1u),
		       order_name(m->site->order));
	else
		printf("left out");
	if (m->state == KILLED)
		printf(" (%s, %s)", m->killer, model_name(m->model));
	if (m->state == UNDECIDED)
		printf(" (not within the time it has: %s, %s)", m->killer,
		       model_name(m->model));
	printf("\n");
}

/* Half of the mutants each, in a process each: they share nothing. */
static void hunt_all(const struct options *o)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int jobs = cpus > 1 ? (unsigned int)cpus : 1;

	for (unsigned int job = 0; job < jobs; job++) {
		int ends[2];

		if (pipe(ends))
			abort();
		fflush(stdout);
		if (!fork()) {
			guard_timers();
			for (unsigned int i = job; i < n_mutants; i += jobs) {
				struct mutant m;

				hunt(i, o);
				m = mutants[i];
				if (write(ends[1], &m, sizeof(m)) !=
				    (ssize_t)sizeof(m))
					_exit(1);
			}
			_exit(0);
		}
		close(ends[1]);
		mutants[job].model = (enum check_model)ends[0];
	}
	for (unsigned int job = 0, fd; job < jobs && job < n_mutants; job++) {
		fd = (unsigned int)mutants[job].model;
		for (unsigned int i = job; i < n_mutants; i += jobs)
			if (read((int)fd, &mutants[i], sizeof(mutants[i])) !=
			    (ssize_t)sizeof(mutants[i])) {
				fprintf(stderr, "tarry-check: a worker ended "
						"early\n");
				exit(2);
			}
		close((int)fd);
	}
	while (wait(NULL) > 0)
		;
}

int command_mutants(struct options *o)
{
	unsigned int count[FATES] = {0}, stale;

	for (struct check_site *s = __start_check_sites; s < __stop_check_sites;
	     s++)
		if (of_library(s))
			mutants_of(s);
	if (o->reviewed)
		reviews_read(o->reviewed);
	survey(o);
	hunt_all(o);
	for (unsigned int i = 0; i < n_mutants; i++) {
		if (mutants[i].state < KILLED && reviewed(&mutants[i]))
			mutants[i].state = REVIEWED;
		count[mutants[i].state]++;
		if (mutants[i].state != KILLED || o->all)
			print_mutant(&mutants[i]);
	}
	stale = reviews_stale();
	printf("%u mutants: %u killed, %u reviewed as equivalent, %u survive, "
	       "%u not decided, %u not reached; score %.1f%%\n",
	       n_mutants, count[KILLED], count[REVIEWED], count[SURVIVES],
	       count[UNDECIDED], count[UNREACHED],
	       n_mutants ? 100.0 * (count[KILLED] + count[REVIEWED]) / n_mutants
			 : 0.0);
	return count[KILLED] + count[REVIEWED] < n_mutants || stale ||
	       !n_mutants;
}
