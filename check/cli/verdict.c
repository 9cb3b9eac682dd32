/* SPDX-License-Identifier: MIT */
/*
 * Exploring one scenario, and whether that is what should come out.
 */
#include <fnmatch.h>
#include <string.h>

#include "cli.h"
#include "graph.h"

const char *const kind_names[CHECK_KINDS] = {
	[CHECK_CLEAN] = "no violation",
	[CHECK_ASSERT] = "assertion failed",
	[CHECK_USE_AFTER_FREE] = "use after free",
	[CHECK_USE_AFTER_REUSE] = "use after reuse",
	[CHECK_DOUBLE_FREE] = "double free",
	[CHECK_WILD] = "wild access",
	[CHECK_LEAK] = "something is left",
	[CHECK_RACE] = "data race",
	[CHECK_DEADLOCK] = "deadlock",
	[CHECK_ENDLESS] = "no end",
	[CHECK_MISUSE] = "misuse of a primitive",
	[CHECK_STALE] = "stale translation",
	[CHECK_LOST] = "lost update"};

const char *model_name(enum check_model m)
{
	return m == CHECK_TSO ? "tso" : m == CHECK_RC11 ? "rc11" : "sc";
}

bool scenario_violated(const struct check_scenario *s, enum check_model m)
{
	return s->expect != CHECK_CLEAN && (!s->models || (s->models & m));
}

bool scenario_wanted(const struct check_scenario *s, const struct options *o)
{
	/* Names choose, of what is built in and what was loaded. */
	for (int i = 0; i < o->n_names; i++)
		if (!fnmatch(o->names[i], s->name, 0))
			return true;
	for (unsigned int i = 0; i < o->n_files && !o->n_names; i++)
		if (s->file && !strcmp(o->files[i], s->file))
			return true;
	return !o->n_names && !o->n_files;
}

static void judge(struct verdict *v, const struct check_scenario *s,
		  enum check_model model)
{
	if (v->found)
		v->violation = machine.violation;
	v->good = v->found ? !v->setup_failed && scenario_violated(s, model) &&
				     violation_expected(s, &v->violation)
			   : !scenario_violated(s, model) &&
				     !verdict_of_nothing(v);
}

bool verdict_of_nothing(const struct verdict *v)
{
	return !v->found && v->tally.whole && !v->tally.classes;
}

void verdict_reach(struct verdict *v, const struct check_scenario *s,
		   enum check_model model, const struct search *search)
{
	struct search now = *search;

	memset(&v->tally, 0, sizeof(v->tally));
	v->scenario = s;
	v->model = model;
	now.model = model;
	if (now.preemptions < 0 && s->bound && now.kind == SEARCH_DPOR &&
	    model == CHECK_SC && !now.graph)
		now.preemptions = (int)s->bound;
	v->setup_failed = !machine_scenario(s);
	if (v->setup_failed) {
		v->found = true;
		v->schedule.n = 0;
	} else {
		search_run(&now, &v->tally, &v->schedule);
		v->found = v->tally.violations > 0;
	}
	judge(v, s, model);
}

bool verdict_scale(struct verdict *v, const struct check_scenario *s,
		   enum check_model model, const struct options *o)
{
	struct search now = o->search;
	bool good = true;

	memset(&v->tally, 0, sizeof(v->tally));
	v->scenario = s;
	v->model = model;
	now.model = model;
	now.graph = true;
	v->setup_failed = !machine_scenario(s);
	v->found = v->setup_failed;
	if (!v->setup_failed) {
		good = scale_run(&now, &o->scale, &v->tally, &v->schedule);
		v->found = v->schedule.n > 0;
	}
	judge(v, s, model);
	return good;
}
