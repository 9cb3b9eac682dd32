/* SPDX-License-Identifier: MIT */
/*
 * One who explores: gets a graph, and answers with all that came of it in one
 * message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"

static void explore(const struct search *s, uint64_t budget, struct result *r,
		    struct schedule *least)
{
	static struct schedule found;

	memset(r, 0, sizeof(*r));
	while (r->tally.executions < budget && !scale_told) {
		struct tally one = {0};

		if (!graph_step(s, &one, &found))
			return;
		scale_add(&r->tally, &one);
		if (!one.violations ||
		    (r->has_violation && !scale_less(&found, least)))
			continue;
		r->has_violation = 1;
		r->kind = machine.violation.kind;
		snprintf(r->text, sizeof(r->text), "%s",
			 machine.violation.text);
		*least = found;
	}
}

bool worker_answer(const struct search *s, uint64_t budget,
		   struct message *order, struct message *answer)
{
	static struct schedule least;
	const char *why = "the message is damaged";
	struct result r;
	struct work w;

	graph_begin_empty(s);
	if (!message_get_work(order, &w) || !graph_take(&w, &why)) {
		fprintf(stderr, "tarry-check: a graph: %s\n", why);
		return false;
	}
	free(w.graph);
	explore(s, budget, &r, &least);
	r.n_works = graph_pending();
	r.leaves = scale_told;
	message_clear(answer);
	message_put(answer, &r, sizeof(r));
	if (r.has_violation)
		message_put(answer, &least, sizeof(least));
	while (graph_give(&w)) {
		message_put_work(answer, &w);
		free(w.graph);
	}
	return true;
}
