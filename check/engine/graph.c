/* SPDX-License-Identifier: MIT */
/*
 * Exploration of execution graphs, in the style of TruSt (see revisit.c): every
 * consistent graph once, with no state but the graphs still to be explored.
 *
 * The threads are run for real.  A graph to go on from is first run again:
 * what each read returns is in it, and any order that keeps program order,
 * reads-from and the waits will do, so that plain accesses, which must be
 * ordered by happens-before, find memory as they should.  Then events are
 * added, always of the first thread that can go on (branch.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "model.h"

struct growth grow;

/* ---- who can go on ---- */

/* Is there a write that the wait may read, and that ends it? */
static bool await_can(const struct thread *t, const struct op *op)
{
	struct node n;
	bool can = false;
	int top;

	node_of(&n, t, op);
	n.key = node_key(op->addr);
	top = graph_top_rank(&grow.g, n.key);
	for (int rank = top; rank >= 0 && !can; rank--) {
		n.rf = (int16_t)(rank ? graph_write_at(&grow.g, n.key, rank)
				      : -1);
		if (!machine_await_holds(op, word_value(&grow.g, op, n.rf)))
			continue;
		node_append(&grow.g, &n);
		can = grow_last();
		node_remove_last(&grow.g);
	}
	return can;
}

static bool thread_can(const struct thread *t)
{
	const struct op *op = t->op;
	uint64_t key;

	switch (op->kind) {
	case OP_RELAX:
		return false; /* a revisit takes it out of its loop */
	case OP_AWAIT:
		/* A schedule that ends before says that it was missed. */
		if (grow.replay || (grow.g.stuck >> (t - machine.threads) & 1))
			return grow.replay && missed_can(t);
		return await_can(t, op);
	case OP_LOCK:
		key = node_key(op->addr);
		return !word_value(
			&grow.g, op,
			graph_write_at(&grow.g, key,
				       graph_top_rank(&grow.g, key)));
	default:
		return machine_can(t);
	}
}

static bool node_ready(unsigned int i)
{
	const struct node *n = &grow.g.nodes[i];

	if (machine.threads[n->tid].state != THREAD_PENDING ||
	    n->po != grow.done[n->tid])
		return false;
	if (node_reads(n) && n->rf >= 0 &&
	    grow.done[grow.g.nodes[n->rf].tid] <= grow.g.nodes[n->rf].po)
		return false;
	for (unsigned int u = 0; u < CLOCK_THREADS; u++)
		if (grow.done[u] < n->joined[u])
			return false;
	/* Whatever happens before, so that its clock is what it was. */
	for (unsigned int u = 0; u < CLOCK_THREADS; u++)
		if (u != n->tid && grow.done[u] < grow.d[i].hb[u])
			return false;
	return true;
}

static int graph_pick(enum outcome *how)
{
	if (grow.n_done < grow.g.n) {
		for (unsigned int i = 0; i < grow.g.n; i++)
			if (grow.g.nodes[i].po >=
				    grow.done[grow.g.nodes[i].tid] &&
			    node_ready(i))
				return grow.g.nodes[i].tid;
		fprintf(stderr,
			"tarry-check: %s does not repeat itself: after the "
			"same events there are fewer than before\n",
			machine.scenario->name);
		exit(2);
	}
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING &&
		    thread_can(&machine.threads[i]))
			return (int)i;
	*how = OUTCOME_COMPLETE;
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING ||
		    machine.threads[i].state == THREAD_GAVE_UP)
			*how = OUTCOME_BLOCKED;
	return -1;
}
static uint32_t graph_choose(struct thread *t, const struct op *op)
{
	(void)t;
	(void)op;
	return 0;
}

static void graph_done(struct thread *t, const struct op *op,
		       const struct touch *touches, unsigned int n,
		       const vclock *before)
{
	(void)t;
	(void)op;
	(void)touches;
	(void)n;
	(void)before;
}

static const struct strategy graph_strategy = {.pick = graph_pick,
					       .choose = graph_choose,
					       .done = graph_done,
					       .perform = enact,
					       .before = enact_before};

/* ---- one schedule again ---- */

static int graph_replay_pick(enum outcome *how)
{
	unsigned int tid;

	if (grow.n_done >= grow.schedule->n)
		return graph_pick(how);
	tid = grow.schedule->tid[grow.n_done];
	if (tid >= machine.n_threads ||
	    machine.threads[tid].state != THREAD_PENDING) {
		grow.misfit = true;
		*how = OUTCOME_CUT;
		return -1;
	}
	return (int)tid;
}

static const struct strategy graph_replay_strategy = {.pick = graph_replay_pick,
						      .choose = graph_choose,
						      .done = graph_done,
						      .perform = enact,
						      .before = enact_before};

static void run_begin(void);

bool graph_replay(const struct schedule *s, enum outcome *how)
{
	machine.strategy = &graph_replay_strategy;
	machine.explores = false;
	model_built = grow.d;
	grow.model = machine.model = s->model;
	grow.schedule = s;
	grow.replay = true;
	grow.misfit = false;
	grow.g.n = 0;
	grow.g.stuck = 0;
	memset(grow.g.n_of, 0, sizeof(grow.g.n_of));
	run_begin();
	*how = machine_run();
	grow.replay = false;
	return !grow.misfit;
}

/* ---- the search ---- */

static void run_begin(void)
{
	memset(grow.done, 0, sizeof(grow.done));
	grow.n_done = 0;
	grow.n_threads = 0;
	while (grow.n_threads < CHECK_THREADS &&
	       machine.scenario->threads[grow.n_threads].run)
		grow.n_threads++;
	grow.n_waited = machine.scenario->calls_read ? CLOCK_THREADS - 1
						     : grow.n_threads;
}

/* Does a loop read what is newest, so that nothing more can end it? */
static bool spins_for_ever(const struct thread *t)
{
	unsigned int tid = (unsigned int)(t - machine.threads);

	for (unsigned int po = grow.g.n_of[tid]; po-- > 0;) {
		const struct node *n = &grow.g.nodes[grow.g.at[tid][po]];

		if (n->type != NODE_READ)
			return true;
		if ((n->rf < 0 ? 0 : grow.g.nodes[n->rf].rank) !=
		    graph_top_rank(&grow.g, n->key))
			return false;
	}
	return true;
}

/* Locks that were never to be had may have been taken first. */
static void blocked_locks(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		struct thread *t = &machine.threads[i];
		struct node n;

		if (t->state != THREAD_PENDING || t->op->kind != OP_LOCK)
			continue;
		node_of(&n, t, t->op);
		n.key = node_key(t->op->addr);
		grow_rmw(&n, t->op, true);
	}
}

static enum outcome ended(enum outcome how, struct tally *t)
{
	bool gave_up = false, benign = false;

	if (grow.g.stuck)
		return missed_ended(how);
	if (how == OUTCOME_COMPLETE || how == OUTCOME_BLOCKED)
		missed_push();
	if (how == OUTCOME_CUT) {
		t->redundant++;
		return how;
	}
	if (how == OUTCOME_COMPLETE) {
		t->classes++;
		return how;
	}
	if (how != OUTCOME_BLOCKED)
		return how;
	blocked_locks();
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		const struct thread *w = &machine.threads[i];

		gave_up |= w->state == THREAD_GAVE_UP;
		if (w->state == THREAD_PENDING && w->op->kind == OP_RELAX &&
		    !spins_for_ever(w))
			benign = true;
	}
	if (gave_up || benign) {
		t->blocked++;
		return how;
	}
	machine_report_deadlock();
	return OUTCOME_VIOLATION;
}

static void take_schedule(struct schedule *to)
{
	schedule_take(to);
	to->model = grow.model;
	to->n = grow.n_done;
	for (unsigned int i = 0; i < grow.n_done; i++) {
		const struct node *n = &grow.g.nodes[grow.order[i]];
		int rank = node_writes(n) ? n->rank
			   : n->rf < 0	  ? 0
					  : grow.g.nodes[n->rf].rank;
		unsigned int newer = 0;

		to->tid[i] = n->tid;
		to->choice[i] = n->choice;
		if (!node_reads(n) && !node_writes(n))
			continue;
		if (n->type == NODE_RMW)
			rank = n->rf < 0 ? 0 : grow.g.nodes[n->rf].rank;
		for (unsigned int j = 0; j < i; j++) {
			const struct node *e = &grow.g.nodes[grow.order[j]];

			if (e->key == n->key && node_writes(e) &&
			    e->rank > rank)
				newer++;
		}
		to->choice[i] = (uint16_t)newer;
	}
}

void graph_begin(const struct search *s)
{
	machine.strategy = &graph_strategy;
	machine.explores = false;
	machine.recording = false;
	model_built = grow.d;
	grow.model = machine.model = s->model;
	grow.replay = false;
	pending_begin();
	grow.g.n = 0;
	grow.g.stuck = 0;
	grow.g.time = 0;
	grow.g.share = 1;
	memset(grow.g.n_of, 0, sizeof(grow.g.n_of));
	memcpy(grow.g.spawn_ids, machine.spawn_ids, sizeof(grow.g.spawn_ids));
	grow.g.next_id = machine.next_id;
	grow.at_hand = true;
}

void graph_begin_empty(const struct search *s)
{
	graph_begin(s);
	grow.at_hand = false;
}

void graph_first(const struct search *s, struct work *w)
{
	graph_begin(s);
	grow.at_hand = false;
	w->len = graph_bytes(&grow.g);
	w->graph = malloc(w->len);
	if (!w->graph)
		abort();
	memcpy(w->graph, &grow.g, w->len);
}

static void explore_one(const struct search *s, struct tally *t,
			struct schedule *found)
{
	enum outcome how;

	run_begin();
	memcpy(machine.spawn_ids, grow.g.spawn_ids, sizeof(machine.spawn_ids));
	machine.next_id = grow.g.next_id;
	if (!grow_halves())
		return;
	if (!model_consistent(&grow.g, grow.d, s->model))
		abort(); /* only consistent ones were pushed */
	how = ended(machine_run(), t);
	t->executions += !grow.g.stuck;
	t->unordered |= s->model == CHECK_RC11 && !model_psc_takes_all(&grow.g);
	t->events += machine.n_events;
	if (machine.n_events > t->longest)
		t->longest = machine.n_events;
	if (how == OUTCOME_VIOLATION && !t->violations++)
		take_schedule(found);
}

bool graph_step(const struct search *s, struct tally *t, struct schedule *found)
{
	double share;

	if (!grow.at_hand && !pending_pop())
		return false;
	grow.at_hand = false;
	grow.pushed = 0;
	share = grow.g.share;
	explore_one(s, t, found);
	share /= grow.pushed + 1;
	pending_share(share);
	t->part += share;
	return true;
}

void graph_run(const struct search *s, struct tally *t, struct schedule *found)
{
	graph_begin(s);
	while (graph_step(s, t, found)) {
		if (t->violations && !s->keep_going)
			return;
		if (s->limit && t->executions >= s->limit)
			return;
		if (s->stop && *s->stop)
			return;
		/* At each graph: those of a stuck wait are no executions, and
		 * one of thousands of events takes long. */
		if (s->seconds && search_seconds() > s->seconds)
			return;
	}
	t->whole = true;
}
