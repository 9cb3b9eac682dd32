/* SPDX-License-Identifier: MIT */
/*
 * tarry-check run, list, zoo: explore scenarios, say what came out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "pool.h"
#include "registry.h"
#include "report.h"

static const enum check_model all_models[] = {CHECK_SC, CHECK_TSO, CHECK_RC11};

/* What was covered, and what was not: never "ok" for a search that was cut. */
static const char *coverage(const struct verdict *v, const struct search *s)
{
	if (v->found)
		return "";
	if (s->kind == SEARCH_RANDOM || s->kind == SEARCH_PCT)
		return ", at random: nothing is proved";
	if (verdict_of_nothing(v))
		return ", NOTHING WAS SHOWN: all of them gave up";
	if (v->tally.whole)
		return "";
	if (v->tally.cut)
		return ", within the bound only";
	return ", CUT SHORT: not all was explored";
}

/* What is wrong, and where, without the rows. */
static void print_text(const struct verdict *v)
{
	char place[192];

	report_place(&v->violation, place, sizeof(place));
	printf("%s%s%s\n", v->violation.text, place[0] ? ", at " : "", place);
}

static void print_verdict(const struct verdict *v, const struct search *s)
{
	const struct tally *t = &v->tally;

	printf("%s %s [%s]: ", v->good ? "ok  " : "FAIL", v->scenario->name,
	       model_name(v->model));
	if (v->setup_failed) {
		printf("the set-up: ");
		print_text(v);
		return;
	}
	if (v->found)
		printf("%s after %llu executions",
		       kind_names[v->violation.kind],
		       (unsigned long long)t->executions);
	else if (s->kind == SEARCH_RANDOM || s->kind == SEARCH_PCT)
		printf("no violation in %llu executions (seed %llu)",
		       (unsigned long long)t->executions,
		       (unsigned long long)s->seed);
	else
		printf("no violation in all %llu classes",
		       (unsigned long long)t->classes);
	printf(" (%llu run, %llu blocked, %llu redundant, %.2f s)%s%s\n",
	       (unsigned long long)t->executions,
	       (unsigned long long)t->blocked, (unsigned long long)t->redundant,
	       t->seconds, coverage(v, s),
	       !t->unordered ? ""
	       : v->found    ? "; more than 64 sequentially consistent events: "
			       "RC11 may forbid this one"
			     : "; more than 64 sequentially consistent events: "
			       "also what RC11 forbids was explored");
}

static FILE *open_or_die(const char *path)
{
	FILE *f = !strcmp(path, "-") ? stdout : fopen(path, "w");

	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

/* The counterexample, again and in full. */
static void tell(struct verdict *v, const struct options *o)
{
	struct report_facts facts = {.model = model_name(v->model),
				     .executions = v->tally.executions,
				     .options = o->again};
	struct report *r;
	FILE *f;

	if (v->setup_failed || !v->found)
		return;
	schedule_shorten(&v->schedule, v->violation.kind);
	r = report_build(v->scenario, &v->schedule, &facts);
	if (!r) {
		char name[64];

		/* It does not repeat itself. */
		printf("%s: ", machine_thread_name(v->violation.tid, name,
						   sizeof(name)));
		print_text(v);
		return;
	}
	if (!o->quiet)
		report_text(stdout, r);
	if (o->json) {
		f = open_or_die(o->json);
		report_json(f, r);
		if (f != stdout)
			fclose(f);
	}
	if (o->html) {
		f = open_or_die(o->html);
		report_html(f, r);
		if (f != stdout)
			fclose(f);
	}
	report_free(r);
}

static int replay(const struct check_scenario *s, struct options *o)
{
	static struct verdict v;
	enum outcome how;
	const char *why;

	if (!schedule_parse(o->replay, &v.schedule, &why)) {
		fprintf(stderr, "tarry-check: the schedule \"%s\": %s\n",
			o->replay, why);
		return 2;
	}
	if (!machine_scenario(s)) {
		fprintf(stderr, "tarry-check: the set-up of %s: %s\n", s->name,
			machine.violation.text);
		return 1;
	}
	if (!schedule_replay(&v.schedule, &how)) {
		fprintf(stderr,
			"tarry-check: the schedule does not fit %s: "
			"it was made by another scenario, or another "
			"version of it\n",
			s->name);
		return 2;
	}
	v.scenario = s;
	v.model = v.schedule.model;
	v.found = how == OUTCOME_VIOLATION;
	v.violation = machine.violation;
	v.tally.executions = 1;
	if (!v.found) {
		printf("%s: no violation in this execution\n", s->name);
		return 0;
	}
	tell(&v, o);
	return 1;
}

/* Searches by schedules know how much of the tree is behind them, if all its
 * branches were equal; they are not. */
static void progress(const struct search *s, uint64_t executions, double part)
{
	(void)s;
	fprintf(stderr, "\r%llu executions, perhaps %.1f%%  ",
		(unsigned long long)executions, 100 * part);
}

static int run_models(const struct check_scenario *s, struct options *o)
{
	static struct verdict v;
	unsigned int models = o->models;
	int bad = 0;

	/* Where a weaker model is what it is about, that one too. */
	if (!models)
		models = CHECK_SC | (s->models & CHECK_ALL);
	for (unsigned int i = 0; i < 3; i++) {
		if (!(models & all_models[i]))
			continue;
		if (!o->scale.jobs)
			verdict_reach(&v, s, all_models[i], &o->search);
		else if (!verdict_scale(&v, s, all_models[i], o))
			return 2;
		print_verdict(&v, &o->search);
		fflush(stdout);
		if (v.found && (!v.good || o->all || o->json || o->html))
			tell(&v, o);
		bad |= !v.good;
		if (!v.tally.whole && !v.found && !v.tally.cut &&
		    o->search.kind == SEARCH_DPOR)
			bad = 1;
	}
	return bad;
}

struct wanted {
	const struct check_scenario **scenarios;
	struct options *o;
};

static int run_unit(unsigned int i, void *ctx)
{
	const struct wanted *w = ctx;

	return run_models(w->scenarios[i], w->o);
}

/* All cores, unless one exploration is shared among them, or there is one place
 * for what is found. */
static unsigned int cores_for(const struct options *o)
{
	return o->scale.jobs || o->json || o->html ? 1 : pool_cores();
}

int command_run(struct options *o)
{
	struct wanted w = {.o = o};
	unsigned int n = 0, cores = cores_for(o);
	int bad = 0;

	if (isatty(2))
		o->search.progress = progress;
	for (const struct check_scenario *s = registry_first; s; s = s->next)
		n += scenario_wanted(s, o);
	if (!n) {
		fprintf(stderr, "tarry-check: no scenario has such a name "
				"(tarry-check list shows them)\n");
		return 2;
	}
	w.scenarios = calloc(n, sizeof(*w.scenarios));
	if (!w.scenarios)
		abort();
	n = 0;
	for (const struct check_scenario *s = registry_first; s; s = s->next)
		if (scenario_wanted(s, o))
			w.scenarios[n++] = s;
	if (o->replay)
		bad = replay(w.scenarios[0], o);
	else if (n > 1 && cores > 1)
		bad = pool_run(n, cores, run_unit, &w);
	else
		for (unsigned int i = 0; i < n; i++)
			bad |= run_unit(i, &w);
	free(w.scenarios);
	return bad;
}

int command_list(struct options *o)
{
	unsigned int n = 0;

	for (const struct check_scenario *s = registry_first; s; s = s->next) {
		if (!scenario_wanted(s, o))
			continue;
		printf("%-36s %-14s %s\n", s->name,
		       s->expect == CHECK_CLEAN ? "" : kind_names[s->expect],
		       s->about ? s->about : "");
		n++;
	}
	return n ? 0 : 2;
}

/* Every entry, its broken and its mended forms. */
int command_zoo(struct options *o)
{
	static struct verdict v;
	unsigned int forms = 0, numbers = 0;
	int bad = 0;

	for (unsigned int z = 1; z <= 99; z++) {
		bool any = false;

		for (const struct check_scenario *s = registry_first; s;
		     s = s->next) {
			if (s->zoo != z || !scenario_wanted(s, o))
				continue;
			any = true;
			for (unsigned int i = 0; i < 3; i++) {
				unsigned int m =
					s->models ? s->models : CHECK_SC;

				if (!(m & all_models[i]))
					continue;
				verdict_reach(&v, s, all_models[i], &o->search);
				print_verdict(&v, &o->search);
				if (v.found && (!v.good || o->all))
					tell(&v, o);
				bad |= !v.good;
				forms++;
			}
		}
		numbers += any;
	}
	if (!numbers) {
		fprintf(stderr, "tarry-check: no historical race has such a "
				"name\n");
		return 2;
	}
	printf("%u historical races, %u forms: %s\n", numbers, forms,
	       bad ? "NOT ALL AS DOCUMENTED" : "all as documented");
	return bad;
}
