/* SPDX-License-Identifier: MIT */
/*
 * The one who hands out graphs and counts what comes back: see scale.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crew.h"

#define SECONDS 10 /* between two checkpoints */

volatile sig_atomic_t scale_told;

static void on_end(int signal)
{
	(void)signal;
	scale_told = 1;
}

void scale_catch_end(void)
{
	struct sigaction as = {.sa_handler = on_end};

	sigaction(SIGTERM, &as, NULL);
	sigaction(SIGINT, &as, NULL);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

void scale_put(struct scale_state *s, const struct work *w)
{
	if (s->n_works == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->works = realloc(s->works, s->room * sizeof(*s->works));
		if (!s->works)
			abort();
	}
	s->works[s->n_works++] = *w;
}

bool scale_take(struct scale_state *s, struct work *w)
{
	if (!s->n_works)
		return false;
	*w = s->works[--s->n_works];
	return true;
}

void scale_add(struct tally *to, const struct tally *t)
{
	to->executions += t->executions;
	to->classes += t->classes;
	to->blocked += t->blocked;
	to->redundant += t->redundant;
	to->events += t->events;
	to->violations += t->violations;
	to->part += t->part;
	to->unordered |= t->unordered;
	if (t->longest > to->longest)
		to->longest = t->longest;
}

bool scale_less(const struct schedule *a, const struct schedule *b)
{
	char *x, *y;
	bool less;

	if (a->n != b->n)
		return a->n < b->n;
	x = schedule_print(a);
	y = schedule_print(b);
	less = strcmp(x, y) < 0;
	free(x);
	free(y);
	return less;
}

/* What it had is explored again by somebody else. */
static void member_lost(struct crew *c, unsigned int i,
			struct scale_state *state)
{
	if (c->has[i].graph)
		scale_put(state, &c->has[i]);
	c->has[i].graph = NULL;
	c->gone[i] = true;
}

/* It is taken in as a whole, or not at all. */
static bool answer_taken(struct message *m, struct result *r,
			 struct scale_state *state)
{
	static struct schedule theirs;
	struct work *back = NULL;
	unsigned int n = 0;

	if (!message_get(m, r, sizeof(*r)) ||
	    (r->has_violation && !message_get(m, &theirs, sizeof(theirs))))
		return false;
	if (r->n_works) {
		back = calloc(r->n_works, sizeof(*back));
		if (!back)
			abort();
		while (n < r->n_works && message_get_work(m, &back[n]))
			n++;
	}
	if (n < r->n_works) {
		while (n)
			free(back[--n].graph);
		free(back);
		return false;
	}
	for (unsigned int i = 0; i < n; i++)
		scale_put(state, &back[i]);
	free(back);
	scale_add(&state->tally, &r->tally);
	if (r->has_violation &&
	    (!state->least->n || scale_less(&theirs, state->least))) {
		*state->least = theirs;
		state->kind = (enum check_kind)r->kind;
		memcpy(state->text, r->text, sizeof(state->text));
	}
	return true;
}

static void answered(struct crew *c, unsigned int i, struct message *m,
		     struct scale_state *state)
{
	struct result r;

	if (!answer_taken(m, &r, state)) {
		member_lost(c, i, state);
		return;
	}
	free(c->has[i].graph);
	c->has[i].graph = NULL;
	if (r.leaves)
		member_lost(c, i, state);
}

static void tell(const struct scale_state *state, unsigned int busy,
		 double start)
{
	double seconds = now() - start;

	fprintf(stderr,
		"\r%llu executions, %llu classes, %.0f/s, perhaps %.1f%%, %u "
		"graphs wait, %u workers  ",
		(unsigned long long)state->tally.executions,
		(unsigned long long)state->tally.classes,
		(double)state->tally.executions / (seconds > 0 ? seconds : 1),
		100 * state->tally.part, state->n_works, busy);
}

/* What waits, and what is being explored: all of it is still to be done. */
bool broker_save(const struct crew *c, const struct search *s,
		 const struct scale *how, struct scale_state *state)
{
	unsigned int n = state->n_works;
	bool good;

	for (unsigned int i = 0; i < c->n; i++)
		if (c->has[i].graph)
			scale_put(state, &c->has[i]);
	good = checkpoint_write(how->checkpoint, s, state);
	state->n_works = n;
	return good;
}

static unsigned int hand_out(struct crew *c, struct scale_state *state)
{
	static struct message order;
	unsigned int busy = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		if (c->gone[i])
			continue;
		if (!c->has[i].graph && !scale_told &&
		    scale_take(state, &c->has[i])) {
			message_clear(&order);
			message_put_work(&order, &c->has[i]);
			if (!c->give(c, i, &order))
				member_lost(c, i, state);
		}
		busy += !c->gone[i] && c->has[i].graph;
	}
	return busy;
}

void broker_run(struct crew *c, const struct search *s, const struct scale *how,
		struct scale_state *state)
{
	double start = now(), saved = start, told_at = start;
	static struct message answer;

	while (hand_out(c, state)) {
		int who;

		message_clear(&answer);
		who = c->wait(c, &answer);
		if (who >= 0)
			answered(c, (unsigned int)who, &answer, state);
		if (how->checkpoint && now() - saved > SECONDS) {
			broker_save(c, s, how, state);
			saved = now();
		}
		if (how->progress && now() - told_at > 1) {
			tell(state, c->n, start);
			told_at = now();
		}
		if (s->seconds > 0 && now() - start > s->seconds)
			scale_told = 1;
	}
	if (how->progress && told_at > start)
		fputs("\n", stderr);
}
