/* SPDX-License-Identifier: MIT */
/*
 * Breaking what is kept, at the line where it is kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

extern struct check_site __start_check_sites[], __stop_check_sites[];

/* "rule one_load" keeps "one-load". */
static bool keeps(const struct check_site *s, const char *rule)
{
	const char *a = s->what;

	if (strncmp(a, "rule ", 5) != 0)
		return false;
	for (a += 5; *a && *rule; a++, rule++)
		if (*a != *rule && !(*a == '_' && *rule == '-'))
			return false;
	return *a == *rule;
}

/* Rules that are kept by an order of memory accesses. */
static const struct {
	const char *rule, *file, *what;
	uint8_t order;
} orders[] = {
	{"publish-after-fill", "src/entry.h", "store slot", __ATOMIC_RELAXED},
	{"one-load", "tarry/inline.h", "load ", __ATOMIC_RELAXED},
};

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && !strcmp(s + n - m, with);
}

static unsigned int weaken_orders(const char *rule)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		for (struct check_site *s = __start_check_sites;
		     s < __stop_check_sites; s++)
			if (!strcmp(orders[i].rule, rule) &&
			    ends(s->file, orders[i].file) &&
			    !strncmp(s->what, orders[i].what,
				     strlen(orders[i].what))) {
				s->weaker = orders[i].order + 1;
				n++;
			}
	return n;
}

unsigned int weaken_rule(const char *rule)
{
	unsigned int n = weaken_orders(rule);

	for (struct check_site *s = __start_check_sites; s < __stop_check_sites;
	     s++)
		if (keeps(s, rule)) {
			s->skipped = 1;
			n++;
		}
	return n;
}

bool weaken(const char *what)
{
	const char *colon = strrchr(what, ':');
	unsigned int n = weaken_rule(what);

	for (struct check_site *s = __start_check_sites;
	     !n && colon && s < __stop_check_sites; s++) {
		size_t len = (size_t)(colon - what), have = strlen(s->file);

		if (s->line == atoi(colon + 1) && have >= len &&
		    !strncmp(s->file + have - len, what, len)) {
			s->skipped = 1;
			n++;
		}
	}
	if (!n)
		fprintf(stderr,
			"tarry-check: no line keeps \"%s\" (a rule by its "
			"name, or FILE:LINE of a wait, fence or check)\n",
			what);
	return n;
}

void strengthen_all(void)
{
	for (struct check_site *s = __start_check_sites; s < __stop_check_sites;
	     s++) {
		s->skipped = 0;
		s->weaker = 0;
	}
}
