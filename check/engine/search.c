/* SPDX-License-Identifier: MIT */
/*
 * Running executions until all are done, or somebody says so; random orders.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "graph.h"

/* Between two looks at the clock: executions may be of thousands of events. */
#define LOOK_EVENTS 8192

static double began;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

double search_seconds(void)
{
	return now() - began;
}

/* ---- random orders ---- */

static struct {
	uint64_t state;
	unsigned int priority[CLOCK_THREADS];
	unsigned int change[8], n_changes;
	unsigned int longest;
	bool pct;
	unsigned int depth;
} r;

/* splitmix64 */
static uint64_t draw(void)
{
	uint64_t z = r.state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static int ended(enum outcome *how)
{
	*how = OUTCOME_COMPLETE;
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING ||
		    machine.threads[i].state == THREAD_GAVE_UP)
			*how = OUTCOME_BLOCKED;
	return -1;
}

static int random_pick(enum outcome *how)
{
	uint32_t can = 0;
	unsigned int n;

	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING &&
		    machine_can(&machine.threads[i]))
			can |= 1u << i;
	if (!can)
		return ended(how);
	n = (unsigned int)__builtin_popcount(can);
	if (n > 1) {
		n = (unsigned int)(((draw() & 0xffffffff) * n) >> 32);
		while (n--)
			can &= can - 1;
	}
	return __builtin_ctz(can);
}

/*
 * Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler with
 * probabilistic guarantees of finding bugs", ASPLOS 2010.  Priorities at
 * random; at depth - 1 random steps the runner falls behind everybody.
 */
static int pct_pick(enum outcome *how)
{
	int best = -1;

	for (unsigned int i = 0; i < machine.n_threads; i++) {
		if (machine.threads[i].state != THREAD_PENDING ||
		    !machine_can(&machine.threads[i]))
			continue;
		if (best < 0 || r.priority[i] > r.priority[best])
			best = (int)i;
	}
	if (best < 0)
		return ended(how);
	for (unsigned int i = 0; i < r.n_changes; i++)
		if (r.change[i] == machine.n_events)
			r.priority[best] = i + 1;
	return best;
}

static void pct_begin(void)
{
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		r.priority[i] = 100 + (unsigned int)(draw() % 10000);
	r.n_changes = r.depth ? r.depth - 1 : 0;
	for (unsigned int i = 0; i < r.n_changes; i++)
		r.change[i] = (unsigned int)(draw() % (r.longest + 1));
}

static uint32_t random_choose(struct thread *t, const struct op *op)
{
	(void)t;
	return (uint32_t)(draw() % op->n);
}

static void random_done(struct thread *t, const struct op *op,
			const struct touch *touches, unsigned int n,
			const vclock *before)
{
	(void)touches;
	(void)n;
	(void)before;
	machine.events[machine.n_events].tid = (uint8_t)(t - machine.threads);
	machine.events[machine.n_events].choice = (uint16_t)op->result;
	machine.events[machine.n_events].n_choices =
		op->kind == OP_CHOOSE ? (uint16_t)op->n : 1;
}

static const struct strategy random_strategy = {
	.pick = random_pick, .choose = random_choose, .done = random_done};
static const struct strategy pct_strategy = {
	.pick = pct_pick, .choose = random_choose, .done = random_done};

/* ---- classes, counted one by one (for tests of the reduction) ---- */

static struct {
	uint64_t *set;
	uint64_t size, n;
} seen;

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	return x ^ x >> 32;
}

/* Equivalent executions have the same events with the same clocks. */
static uint64_t class_of_execution(void)
{
	uint64_t sum = 1;

	for (unsigned int i = 0; i < machine.n_events; i++) {
		const struct event *e = &machine.events[i];
		uint64_t h = mix(((uint64_t)e->tid << 32) + e->own + 1);

		for (unsigned int j = 0; j < CLOCK_THREADS; j++)
			h = mix(h + e->clock[j] + 0x9e37);
		h = mix(h + e->choice);
		sum += h;
	}
	return sum ? sum : 1;
}

static bool seen_add(uint64_t h)
{
	uint64_t i;

	if (seen.n * 2 >= seen.size) {
		uint64_t old_size = seen.size, *old = seen.set;

		seen.size = old_size ? old_size * 2 : 1 << 16;
		seen.set = calloc(seen.size, sizeof(*seen.set));
		if (!seen.set)
			abort();
		for (i = 0; i < old_size; i++) {
			uint64_t j;

			if (!old[i])
				continue;
			for (j = old[i] & (seen.size - 1); seen.set[j];)
				j = (j + 1) & (seen.size - 1);
			seen.set[j] = old[i];
		}
		free(old);
	}
	for (i = h & (seen.size - 1); seen.set[i];
	     i = (i + 1) & (seen.size - 1))
		if (seen.set[i] == h)
			return false;
	seen.set[i] = h;
	seen.n++;
	return true;
}

/* ---- the search ---- */

void machine_report_deadlock(void)
{
	struct violation *v = &machine.violation;
	char name[64], what[96];
	size_t n = 0;

	*v = (struct violation){.kind = CHECK_DEADLOCK, .other_tid = -1};
	n += (size_t)snprintf(v->text, sizeof(v->text), "nobody can go on: ");
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		const struct thread *t = &machine.threads[i];
		const struct cell *c;

		if (t->state != THREAD_PENDING || n >= sizeof(v->text))
			continue;
		if (!v->site) {
			v->site = t->op->site;
			v->pc = t->op->pc;
			v->tid = i;
			v->addr = t->op->addr;
		}
		n += (size_t)snprintf(
			v->text + n, sizeof(v->text) - n, "%s waits at \"%s\"",
			machine_thread_name(i, name, sizeof(name)),
			t->op->site ? t->op->site->what : "its start");
		c = t->op->addr ? memory_cell(t->op->addr) : NULL;
		if (t->op->kind == OP_LOCK && c && c->owner &&
		    n < sizeof(v->text))
			n += (size_t)snprintf(
				v->text + n, sizeof(v->text) - n,
				" (held by %s)",
				machine_thread_name((unsigned int)c->owner - 1,
						    what, sizeof(what)));
		if (n < sizeof(v->text))
			n += (size_t)snprintf(v->text + n, sizeof(v->text) - n,
					      "; ");
	}
	if (n >= 2 && n < sizeof(v->text))
		v->text[n - 2] = 0;
}

static bool somebody_gave_up(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_GAVE_UP)
			return true;
	return false;
}

static enum outcome one(const struct search *s, struct tally *t)
{
	enum outcome how = machine_run();

	t->executions++;
	t->events += machine.n_events;
	if (machine.n_events > t->longest)
		t->longest = machine.n_events;
	if (how == OUTCOME_BLOCKED && s->kind != SEARCH_RANDOM &&
	    s->kind != SEARCH_PCT && dpor_was_redundant()) {
		t->redundant++;
		return how;
	}
	if (how == OUTCOME_BLOCKED) {
		if (machine.explores)
			dpor_blocked();
		if (somebody_gave_up()) {
			t->blocked++;
			return how;
		}
		machine_report_deadlock();
		return OUTCOME_VIOLATION;
	}
	if (how == OUTCOME_COMPLETE) {
		if ((s->kind == SEARCH_NAIVE || s->preemptions >= 0) &&
		    machine.explores)
			t->classes += seen_add(class_of_execution());
		else
			t->classes++;
	}
	return how;
}

static void search_begin(const struct search *s)
{
	machine.recording = false;
	machine.explores = s->kind == SEARCH_DPOR || s->kind == SEARCH_NAIVE;
	if (machine.explores) {
		machine.strategy = &dpor_strategy;
		dpor_start(s);
	} else {
		machine.strategy = s->kind == SEARCH_PCT ? &pct_strategy
							 : &random_strategy;
		r.state = s->seed;
		r.depth = s->depth;
		r.longest = 64;
	}
	seen.n = 0;
	if (seen.set)
		memset(seen.set, 0, seen.size * sizeof(*seen.set));
}

void search_run(const struct search *s, struct tally *t, struct schedule *found)
{
	double start = now(), told = start;
	uint64_t switches = machine.switches, look_at = LOOK_EVENTS;
	bool more = true;

	began = start;
	machine.model = s->model;
	memset(t, 0, sizeof(*t));
	if (s->model != CHECK_SC || s->graph) {
		graph_run(s, t, found);
		t->seconds = now() - start;
		return;
	}
	search_begin(s);
	while (more) {
		enum outcome how;

		if (s->kind == SEARCH_PCT)
			pct_begin();
		how = one(s, t);
		if (t->longest > r.longest)
			r.longest = t->longest;
		if (how == OUTCOME_VIOLATION && !t->violations++)
			schedule_take(found);
		if (how == OUTCOME_VIOLATION && !s->keep_going)
			break;
		if (s->limit && t->executions >= s->limit)
			break;
		if (t->events + t->executions >= look_at) {
			double at = now();

			look_at = t->events + t->executions + LOOK_EVENTS;
			if (s->stop && *s->stop)
				break;
			if (s->seconds && at - start > s->seconds)
				break;
			if (s->progress && at - told > 1) {
				told = at;
				s->progress(s, t->executions,
					    machine.explores ? dpor_part() : 0);
			}
		}
		more = machine.explores ? dpor_next() : true;
	}
	t->whole = machine.explores && !more && !dpor_was_cut();
	t->cut = machine.explores && dpor_was_cut();
	t->switches = machine.switches - switches;
	t->seconds = now() - start;
}

bool violation_expected(const struct check_scenario *s,
			const struct violation *v)
{
	return v->kind == s->expect || (s->also >> v->kind & 1);
}
