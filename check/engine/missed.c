/* SPDX-License-Identifier: MIT */
/*
 * Waits that can be missed.
 *
 * A wait reads a value that ends it, and has no branch in which it reads none.
 * But who waits looks only now and then: where a later write takes that value
 * away, he may never see it.  So of each graph that is done, and each wait in
 * it, what is left without the wait is looked at: if the newest value there is
 * not what is waited for, and stays so to the end, that is a deadlock.
 */
#include "grow.h"

static uint64_t newest_value(const struct graph *g, uint64_t key)
{
	int w = graph_write_at(g, key, graph_top_rank(g, key));

	return w < 0 ? word_initial((uintptr_t)(key >> KEY_ADDR_SHIFT), 8)
		     : g->nodes[w].written;
}

bool missed_can(const struct thread *t)
{
	return machine_await_holds(
		t->op, newest_value(&grow.g, node_key(t->op->addr)));
}

void missed_push(void)
{
	if (grow.replay || grow.g.stuck)
		return;
	for (unsigned int a = 0; a < grow.g.n; a++) {
		const struct node *n = &grow.g.nodes[a];
		struct op op = {.how = n->how, .value = n->operand};

		if (!(n->flags & NODE_AWAIT))
			continue;
		graph_without(&grow.g, grow.d, a, &grow.scratch);
		if (machine_await_holds(&op,
					newest_value(&grow.scratch, n->key)))
			continue;
		grow.scratch.stuck = 1u << n->tid;
		pending_push(&grow.scratch);
	}
}

enum outcome missed_ended(enum outcome how)
{
	if (how != OUTCOME_BLOCKED)
		return how == OUTCOME_VIOLATION ? how : OUTCOME_CUT;
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		const struct thread *t = &machine.threads[i];

		if (t->state == THREAD_GAVE_UP)
			return OUTCOME_CUT;
		if ((grow.g.stuck >> i & 1) &&
		    (t->state != THREAD_PENDING || t->op->kind != OP_AWAIT ||
		     missed_can(t)))
			return OUTCOME_CUT;
	}
	machine_report_deadlock();
	return OUTCOME_VIOLATION;
}
