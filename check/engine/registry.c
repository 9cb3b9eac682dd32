/* SPDX-License-Identifier: MIT */
/*
 * The scenarios that were compiled in, or loaded, by name.
 */
#include <string.h>

#include "registry.h"

const struct check_scenario *registry_first;

void check_register(struct check_scenario *s)
{
	const struct check_scenario **at = &registry_first;

	/* Sorted: the order of linking should not matter. */
	while (*at && strcmp((*at)->name, s->name) < 0)
		at = (const struct check_scenario **)(uintptr_t) & (*at)->next;
	s->next = *at;
	*at = s;
}

const struct check_scenario *registry_double(void)
{
	for (const struct check_scenario *s = registry_first; s; s = s->next)
		if (s->next && !strcmp(s->name, s->next->name))
			return s;
	return NULL;
}

unsigned int registry_count(void)
{
	unsigned int n = 0;

	for (const struct check_scenario *s = registry_first; s; s = s->next)
		n++;
	return n;
}
