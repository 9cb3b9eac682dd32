/* SPDX-License-Identifier: MIT */
/*
 * One exploration shared, from its first graph to its tally: see scale.h.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crew.h"
#include "ranks.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

bool scale_run(const struct search *s, const struct scale *how, struct tally *t,
	       struct schedule *found)
{
	struct scale_state state = {.least = found};
	double start = now();
	struct work first;
	bool good = true;

	found->n = 0;
	/* A rank that was told to end stays told. */
	if (!how->ranks)
		scale_told = 0;
	scale_catch_end();
	if (how->ranks && ranks_mine()) {
		ranks_work(s);
		memset(t, 0, sizeof(*t));
		return true;
	}
	if (how->resume) {
		if (!checkpoint_read(how->resume, s, &state)) {
			if (how->ranks)
				ranks_dismiss();
			return false;
		}
	} else {
		graph_first(s, &first);
		scale_put(&state, &first);
	}
	if (how->ranks)
		ranks_run(s, how, &state, &good);
	else
		jobs_run(s, how, &state, &good);
	*t = state.tally;
	t->whole = !state.n_works;
	t->seconds = now() - start;
	if (found->n) {
		machine.violation.kind = state.kind;
		memcpy(machine.violation.text, state.text,
		       sizeof(machine.violation.text));
	}
	while (state.n_works)
		free(state.works[--state.n_works].graph);
	free(state.works);
	return good;
}
