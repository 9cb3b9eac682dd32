/* SPDX-License-Identifier: MIT */
/*
 * Source-DPOR with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: "Optimal
 * dynamic partial order reduction", POPL 2014, algorithm 1).
 *
 * The search is depth first over schedules, by running them again.  Two events
 * race if they concern one cell, are of two threads, nothing orders them but
 * each other, and the later could have come first.  For each race some thread
 * that can start the other order is put into the backtrack set of the state
 * before the first (a source set); what was explored sleeps until something
 * that depends on it happens.
 *
 * Waiting is first class.  A thread that waits for a lock, a value, a grace
 * period cannot be picked, so spinning has no executions of its own; two locks
 * race with each other and not with the unlock between them, so that N
 * contenders have N! classes.
 */
#include <string.h>

#include "explore.h"

struct state {
	uint32_t enabled, sleep, backtrack, done;
	uint8_t tid;
	uint16_t choice, n_choices;
	int16_t preemptions; /* so far */
	/* The event that came next. */
	const struct check_site *site;
};

static struct {
	struct state *states; /* states[i] is before event i */
	unsigned int n;	      /* states that the next run repeats */
	unsigned int reached;
	int bound;
	bool redundant, cut;
	bool naive; /* every order, not one of each class */
	struct state room[MACHINE_EVENTS];
} d;

void dpor_start(const struct search *s)
{
	d.states = d.room;
	d.n = 0;
	d.reached = 0;
	d.bound = s->preemptions;
	/* A bound does not go with a reduction: the one representative of a
	 * class may be beyond it while another is not. */
	d.naive = s->kind == SEARCH_NAIVE || d.bound >= 0;
	d.cut = false;
}

bool dpor_was_redundant(void)
{
	return d.redundant;
}

bool dpor_was_cut(void)
{
	return d.cut;
}

/* How much of the tree is behind us, if all branches were equal. */
double dpor_part(void)
{
	double part = 0, weight = 1;

	for (unsigned int i = 0; i < d.n && weight > 1e-12; i++) {
		const struct state *s = &d.states[i];
		unsigned int all = (unsigned int)__builtin_popcount(
			(s->backtrack | s->done) & ~s->sleep);
		unsigned int done = (unsigned int)__builtin_popcount(s->done);

		if (all > 1) {
			part += weight * done / all;
			weight /= all;
		}
		if (s->n_choices > 1) {
			part += weight * s->choice / s->n_choices;
			weight /= s->n_choices;
		}
	}
	return part;
}

static bool conflict(enum touch_mode a, enum touch_mode b)
{
	if (a == TOUCH_READ)
		return b == TOUCH_WRITE || b == TOUCH_LOCK || b == TOUCH_UNLOCK;
	if (a == TOUCH_LOCK)
		return b != TOUCH_UNLOCK && b != TOUCH_ORDER;
	if (a == TOUCH_UNLOCK)
		return b == TOUCH_READ || b == TOUCH_WRITE;
	return a == TOUCH_WRITE && b != TOUCH_ORDER;
}

/* Of the sleepers, those that this event does not wake. */
static uint32_t still_asleep(uint32_t sleep, const struct touch *touches,
			     unsigned int n)
{
	struct touch other[MACHINE_TOUCHES];
	uint32_t left = sleep;

	for (uint32_t rest = sleep; rest && n; rest &= rest - 1) {
		unsigned int q = (unsigned int)__builtin_ctz(rest);
		unsigned int m = machine_touches(&machine.threads[q], other);

		for (unsigned int i = 0; i < n; i++)
			for (unsigned int j = 0; j < m; j++)
				if (touches[i].cell == other[j].cell &&
				    conflict(touches[i].mode, other[j].mode))
					left &= ~(1u << q);
	}
	return left;
}

static uint32_t enabled_threads(void)
{
	uint32_t set = 0;

	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING &&
		    machine_can(&machine.threads[i]))
			set |= 1u << i;
	machine.enabled = set;
	return set;
}

static bool stuck(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING)
			return true;
	return false;
}

static uint32_t next_sleep; /* carried from the last event */

static int dpor_pick(enum outcome *how)
{
	unsigned int i = machine.n_events;
	struct state *s = &d.states[i];
	uint32_t can;
	int tid;

	d.reached = i;
	if (i < d.n)
		return s->tid;
	if (!i)
		next_sleep = 0;
	s->enabled = enabled_threads();
	s->sleep = d.naive ? 0 : next_sleep;
	s->done = 0;
	s->choice = 0;
	s->n_choices = 1;
	s->preemptions = i ? d.states[i - 1].preemptions : 0;
	can = s->enabled & ~s->sleep;
	if (!can) {
		d.redundant = s->enabled != 0;
		*how = s->enabled || stuck() ? OUTCOME_BLOCKED
					     : OUTCOME_COMPLETE;
		for (unsigned int t = 0; t < machine.n_threads; t++)
			if (machine.threads[t].state == THREAD_GAVE_UP)
				*how = OUTCOME_BLOCKED;
		return -1;
	}
	/* Go on with who runs: fewer switches, and easier to read. */
	tid = i ? d.states[i - 1].tid : 0;
	if (!(can >> tid & 1))
		tid = __builtin_ctz(can);
	s->tid = (uint8_t)tid;
	s->backtrack = d.naive ? s->enabled : 1u << tid;
	d.n = i + 1;
	return tid;
}

static uint32_t dpor_choose(struct thread *t, const struct op *op)
{
	struct state *s = &d.states[machine.n_events];

	(void)t;
	s->n_choices = (uint16_t)op->n;
	return s->choice;
}

/* ---- races ---- */

/*
 * The order "@e later" needs some thread to start from the state before @e:
 * what happened since without depending on @e, and then @tid.
 */
static void reverse(unsigned int e, unsigned int tid, const vclock *clock)
{
	const struct event *first = &machine.events[e];
	struct state *s = &d.states[e];
	uint16_t begun[CLOCK_THREADS];
	uint32_t seen = 0, initial = 0;

	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		begun[i] = 0xffff;
	for (unsigned int j = e + 1; j < machine.n_events; j++) {
		const struct event *v = &machine.events[j];
		bool starts = true;

		if (v->clock[first->tid] >= first->own || (seen >> v->tid & 1))
			continue;
		for (uint32_t rest = seen; rest; rest &= rest - 1) {
			unsigned int q = (unsigned int)__builtin_ctz(rest);

			if (v->clock[q] >= begun[q])
				starts = false;
		}
		seen |= 1u << v->tid;
		begun[v->tid] = v->own;
		if (starts)
			initial |= 1u << v->tid;
	}
	if (!(seen >> tid & 1)) {
		bool starts = true;

		for (uint32_t rest = seen; rest; rest &= rest - 1) {
			unsigned int q = (unsigned int)__builtin_ctz(rest);

			if ((*clock)[q] >= begun[q])
				starts = false;
		}
		if (starts)
			initial |= 1u << tid;
	}
	if (initial & s->backtrack)
		return;
	if (initial >> tid & 1)
		s->backtrack |= 1u << tid;
	else if (initial)
		s->backtrack |= initial & -initial;
}

struct rivals {
	unsigned int n;
	uint32_t event[MACHINE_TOUCHES + CLOCK_THREADS];
};

static void rival(struct rivals *r, int32_t event, unsigned int tid,
		  const vclock *before)
{
	const struct event *e;

	if (event < 0)
		return;
	e = &machine.events[event];
	if (e->tid == tid || (*before)[e->tid] >= e->own)
		return;
	if (r->n < sizeof(r->event) / sizeof(r->event[0]))
		r->event[r->n++] = (uint32_t)event;
}

/* A wait could have ended before the last write that it could go on without:
 * writes after that one ended the wait again, and do not compete. */
static void await_rival(struct rivals *r, const struct op *op,
			const struct cell *c, unsigned int tid,
			const vclock *before)
{
	for (int32_t i = c->last_write; i >= 0; i--)
		if (machine.events[i].wrote == c &&
		    machine_await_holds(op, machine.events[i].before)) {
			rival(r, i, tid, before);
			return;
		}
}

static void rivals_of(struct rivals *r, const struct op *op,
		      const struct touch *touch, unsigned int tid,
		      const vclock *before)
{
	const struct cell *c = touch->cell;

	switch (touch->mode) {
	case TOUCH_READ:
		if (op->kind == OP_AWAIT)
			await_rival(r, op, c, tid, before);
		else
			rival(r, c->last_write, tid, before);
		return;
	case TOUCH_LOCK:
		rival(r, c->last_lock, tid, before);
		break;
	case TOUCH_WRITE:
		rival(r, c->last_write, tid, before);
		break;
	default:
		break;
	}
	for (uint32_t rest = c->readers; rest; rest &= rest - 1)
		rival(r, c->last_read[__builtin_ctz(rest)], tid, before);
}

/* A write that takes from a waiting thread what it could have gone on with. */
static void disabled_by(const struct op *op, const struct touch *touch,
			struct state *s)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		const struct thread *q = &machine.threads[i];

		if (q->state != THREAD_PENDING || q->op == op ||
		    q->op->addr != op->addr)
			continue;
		if ((q->op->kind == OP_LOCK &&
		     (touch->mode == TOUCH_LOCK || op->kind == OP_TRYLOCK)) ||
		    (q->op->kind == OP_AWAIT && touch->mode == TOUCH_WRITE &&
		     machine_await_holds(q->op, touch->cell->before)))
			s->backtrack |= 1u << i;
	}
}

static void dpor_done(struct thread *t, const struct op *op,
		      const struct touch *touches, unsigned int n,
		      const vclock *before)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	unsigned int at = machine.n_events;
	struct state *s = &d.states[at];
	struct rivals r;

	if (at + 1 < d.n && s->site != op->site)
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"does not repeat itself: after the same events "
				"it did \"%s\" before, and \"%s\" now",
				s->site ? s->site->what : "its start",
				op->site ? op->site->what : "its start");
	s->site = op->site;
	/* Sleepers of the state after this event. */
	if (at + 1 >= d.n)
		next_sleep = still_asleep((s->sleep | s->done) & ~(1u << tid),
					  touches, n);
	if (at + 1 < d.n || d.naive)
		return; /* this was seen in an earlier run */
	r.n = 0;
	for (unsigned int i = 0; i < n; i++) {
		rivals_of(&r, op, &touches[i], tid, before);
		if (touches[i].mode == TOUCH_WRITE ||
		    touches[i].mode == TOUCH_LOCK)
			disabled_by(op, &touches[i], s);
	}
	for (unsigned int i = 0; i < r.n; i++) {
		const struct event *e = &machine.events[r.event[i]];
		bool immediate = true;

		for (unsigned int j = 0; j < r.n; j++)
			if (i != j && r.event[j] != r.event[i] &&
			    machine.events[r.event[j]].clock[e->tid] >= e->own)
				immediate = false;
		if (immediate)
			reverse(r.event[i], tid, &t->dep);
	}
}

/*
 * Threads that wait for ever: an event before may have taken their chance, and
 * they would have gone on had they come first.
 */
void dpor_blocked(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		struct thread *q = &machine.threads[i];
		struct cell *c;

		if (q->state != THREAD_PENDING || machine_can(q))
			continue;
		if (q->op->kind != OP_AWAIT && q->op->kind != OP_LOCK)
			continue;
		c = memory_cell(q->op->addr);
		for (unsigned int j = 0; c && j < machine.n_events; j++) {
			const struct event *e = &machine.events[j];

			if (e->tid == i || q->dep[e->tid] >= e->own)
				continue;
			if ((q->op->kind == OP_AWAIT && e->wrote == c &&
			     machine_await_holds(q->op, e->before)) ||
			    (q->op->kind == OP_LOCK && e->locked == c))
				reverse(j, i, &q->dep);
		}
	}
}

static bool within_bound(const struct state *s, unsigned int at, int tid)
{
	int last = at ? d.states[at - 1].tid : tid;

	if (d.bound < 0 || last == tid || !(s->enabled >> last & 1))
		return true;
	return (at ? d.states[at - 1].preemptions : 0) < d.bound;
}

bool dpor_next(void)
{
	d.redundant = false;
	while (d.n) {
		struct state *s = &d.states[d.n - 1];
		uint32_t left;

		if (s->choice + 1 < s->n_choices) {
			s->choice++;
			return true;
		}
		s->done |= 1u << s->tid;
		left = s->backtrack & ~s->done & ~s->sleep;
		while (left) {
			int tid = __builtin_ctz(left);
			int last = d.n > 1 ? d.states[d.n - 2].tid : tid;

			left &= left - 1;
			if (!within_bound(s, d.n - 1, tid)) {
				d.cut = true;
				continue;
			}
			s->tid = (uint8_t)tid;
			s->choice = 0;
			s->n_choices = 1;
			s->preemptions =
				(int16_t)((d.n > 1 ? d.states[d.n - 2]
							     .preemptions
						   : 0) +
					  (last != tid &&
					   (s->enabled >> last & 1)));
			return true;
		}
		d.n--;
	}
	return false;
}

const struct strategy dpor_strategy = {
	.pick = dpor_pick, .choose = dpor_choose, .done = dpor_done};
