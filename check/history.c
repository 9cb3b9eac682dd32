/* SPDX-License-Identifier: MIT */
/*
 * What calls answered, and whether some order of them explains it: see
 * history.h.
 */
#include "history.h"

#define MOST (CHECK_THREADS * HISTORY_CALLS)

struct history_call *history_begin(struct history *h, enum history_kind kind,
				   unsigned int va, int page)
{
	unsigned int self = check_self();
	struct history_call *c;

	if (h->n[self] == HISTORY_CALLS)
		check_violation(CHECK_MISUSE, "a history has room for %u calls",
				HISTORY_CALLS);
	c = &h->calls[self][h->n[self]++];
	c->kind = (uint8_t)kind;
	c->va = (uint8_t)va;
	c->page = (int16_t)page;
	c->began = tarry_load(&h->clock, TARRY_RELAXED);
	return c;
}

void history_end(struct history *h, struct history_call *c)
{
	c->ended = tarry_fetch_add(&h->clock, 1, TARRY_RELAXED);
}

/* ---- the search ---- */

struct order {
	const struct history_call *calls[MOST];
	unsigned int thread[MOST];
	bool placed[MOST];
	unsigned int n;
	bool timed;
};

/* Must @a stand before @b? */
static bool before(const struct order *o, unsigned int a, unsigned int b)
{
	if (o->thread[a] == o->thread[b])
		return a < b;
	return o->timed && o->calls[a]->ended < o->calls[b]->began;
}

/* What @c makes of a page that is @at; false: it cannot have answered so. */
static bool apply(const struct history_call *c, int at, int *then)
{
	*then = at;
	switch ((enum history_kind)c->kind) {
	case HISTORY_READ:
		return c->page == at;
	case HISTORY_MAP:
		if (c->failed)
			return at != -1;
		*then = c->page;
		return at == -1;
	case HISTORY_UNMAP:
		*then = -1;
		return true;
	default:
		*then = at == -1 ? -1 : c->page;
		return true;
	}
}

static bool place(struct order *o, unsigned int done, int at)
{
	if (done == o->n)
		return true;
	for (unsigned int i = 0; i < o->n; i++) {
		bool first = !o->placed[i];
		int then;

		for (unsigned int j = 0; first && j < o->n; j++)
			first = o->placed[j] || j == i || !before(o, j, i);
		if (!first || !apply(o->calls[i], at, &then))
			continue;
		o->placed[i] = true;
		if (place(o, done + 1, then))
			return true;
		o->placed[i] = false;
	}
	return false;
}

void history_check(const struct history *h, unsigned int va, int first)
{
	struct order o = {.timed = check_model() == CHECK_SC};

	for (unsigned int t = 0; t < CHECK_THREADS; t++)
		for (unsigned int i = 0; i < h->n[t]; i++) {
			if (h->calls[t][i].va != va)
				continue;
			o.thread[o.n] = t;
			o.calls[o.n++] = &h->calls[t][i];
		}
	if (place(&o, 0, first))
		return;
	for (unsigned int i = 0; i < o.n; i++)
		check_note("thread %u: call %u of page %u, %d%s", o.thread[i],
			   o.calls[i]->kind, va, o.calls[i]->page,
			   o.calls[i]->failed ? ", refused" : "");
	check_violation(CHECK_STALE,
			"no order of the calls explains what they answered of "
			"page %u",
			va);
}
