/* SPDX-License-Identifier: MIT */
/*
 * tarry-check sabotage: each rule broken on purpose, at the lines that keep it.
 * Some scenario of that rule must fail then; one that does not is a test that
 * cannot fail.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "registry.h"

static bool named(const struct options *o, const char *rule)
{
	if (!o->n_names)
		return true;
	for (int i = 0; i < o->n_names; i++)
		if (!strcmp(o->names[i], rule))
			return true;
	return false;
}

/* Is @s the first of those that are about this rule? */
static bool first_of_rule(const struct check_scenario *s)
{
	for (const struct check_scenario *o = registry_first; o != s;
	     o = o->next)
		if (o->rule && !strcmp(o->rule, s->rule) && !o->zoo)
			return false;
	return true;
}

/* The scenarios of one rule until one fails; true if one did. */
static bool sabotage(const char *rule, const struct options *o,
		     struct verdict *v)
{
	static const enum check_model models[] = {CHECK_SC, CHECK_RC11};

	for (unsigned int m = 0; m < 2; m++)
		for (const struct check_scenario *s = registry_first; s;
		     s = s->next) {
			if (!s->rule || s->zoo || strcmp(s->rule, rule) != 0 ||
			    s->expect != CHECK_CLEAN)
				continue;
			verdict_reach(v, s, models[m], &o->search);
			if (v->found)
				return true;
		}
	return false;
}

int command_sabotage(struct options *o)
{
	static struct verdict v;
	unsigned int rules = 0, found = 0;

	for (const struct check_scenario *s = registry_first; s; s = s->next) {
		unsigned int lines;

		if (!s->rule || s->zoo || !first_of_rule(s) ||
		    !named(o, s->rule))
			continue;
		rules++;
		lines = weaken_rule(s->rule);
		if (!lines) {
			printf("FAIL %s: no line keeps it\n", s->rule);
			continue;
		}
		if (sabotage(s->rule, o, &v)) {
			found++;
			printf("ok   %s: %s [%s] finds: %s: %s (%llu "
			       "executions)\n",
			       s->rule, v.scenario->name, model_name(v.model),
			       kind_names[v.violation.kind], v.violation.text,
			       (unsigned long long)v.tally.executions);
		} else {
			printf("FAIL %s: broken at %u lines, and nobody "
			       "notices\n",
			       s->rule, lines);
		}
		fflush(stdout);
		strengthen_all();
	}
	printf("%u rules broken, %u noticed\n", rules, found);
	return !rules || found != rules;
}
