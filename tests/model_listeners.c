/* SPDX-License-Identifier: MIT */
/*
 * The random model's caches, one of each kind: a lazy one that rests and wakes,
 * one that forgets at once and has no wait(), and one that does not answer
 * while the model is silent.  What one may still use is what the model says.
 */
#include "model.h"

#define ENTRIES 8

/* A change keeps 16 runs at most, and a space has room for 64: those of the
 * next gather are among them. */
#define UNSETTLED 3

struct cached {
	struct page *page; /* NULL: nothing is cached here */
	tarry_va va;
	uint64_t oa;
	tarry_rights rights;
	bool condemned;
};

static struct cache {
	struct tarry_listener listener;
	struct cached entries[ENTRIES];
} rests, casts, fails;

static struct cache *const caches[] = {&rests, &casts, &fails};

static bool resting, silent;
static unsigned int unsettled;

static void cache_send(struct tarry_listener *l, const struct tarry_span *spans,
		       unsigned int n)
{
	struct cache *c = (struct cache *)l;

	for (struct cached *e = c->entries; e < c->entries + ENTRIES; e++) {
		for (unsigned int i = 0; e->page && i < n; i++) {
			if (spans[i].len && e->va - spans[i].va >= spans[i].len)
				continue;
			e->condemned = true;
			if (c == &casts)
				e->page = NULL;
		}
	}
}

static bool cache_wait(struct tarry_listener *l)
{
	struct cache *c = (struct cache *)l;

	if (silent && c == &fails)
		return false;
	for (struct cached *e = c->entries; e < c->entries + ENTRIES; e++)
		if (e->condemned)
			e->page = NULL;
	return true;
}

void listeners_begin(void)
{
	silent = resting = false;
	unsettled = 0;
	for (int i = 0; m.listeners && i < 3; i++) {
		memset(caches[i], 0, sizeof(*caches[i]));
		caches[i]->listener.send = cache_send;
		caches[i]->listener.wait =
			caches[i] == &casts ? NULL : cache_wait;
		assert_int_equal(tarry_listen(m.space[0], &caches[i]->listener),
				 0);
	}
}

void listeners_end(void)
{
	if (!m.listeners)
		return;
	assert_int_equal(tarry_settle(m.space[0]), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			tarry_unlisten(m.space[0], &caches[i]->listener), 0);
}

void silence_maybe(struct aim *a)
{
	if (!m.listeners || a->space || unsettled == UNSETTLED || any(8))
		return;
	silent = true;
	unsettled++;
	/* No more pages than can be kept. */
	if (a->n > 16)
		a->n = 16;
	a->len = a->n * m.page;
}

void silence_ends(void)
{
	silent = false;
}

int done_if_silent(int err)
{
	m.unanswered += silent && err == TARRY_ELISTENER;
	return silent && err == TARRY_ELISTENER ? 0 : err;
}

bool put_back(int err)
{
	return err && !done_if_silent(err);
}

static bool sticks_out(const struct aim *a, uint64_t i, tarry_rights rights)
{
	tarry_va va = a->va + i * m.page;
	struct tarry_hit hit;
	uint64_t in;

	if (a->pages[i].what != LEAF || rights & ~a->pages[i].rights)
		return false;
	assert_int_equal(look(m.space[a->space], va, &hit), 0);
	in = va & ((1ull << m.f->span_lg2[hit.level]) - 1);
	return in > va - a->va ||
	       (1ull << m.f->span_lg2[hit.level]) - in > a->len - i * m.page;
}

struct part not_stuck(const struct aim *a, tarry_rights rights)
{
	struct part part = {0, a->n};

	if (!silent)
		return part;
	while (part.first < a->n && sticks_out(a, part.first, rights))
		part.first++;
	while (part.end > part.first && sticks_out(a, part.end - 1, rights))
		part.end--;
	return part;
}

int done_in_part(const struct aim *a, struct part part, int want, int err)
{
	if (want)
		return err;
	if (part.first || part.end < a->n) {
		if (err != TARRY_ELISTENER)
			wrong("a leaf was split that a cache still has", err);
		m.stuck++;
	}
	return done_if_silent(err);
}

/* What a cache has is there, but where it is condemned, or rests. */
static void check_cached(const struct cache *c)
{
	for (const struct cached *e = c->entries; e < c->entries + ENTRIES;
	     e++) {
		if (!e->page || e->condemned || (c == &rests && resting))
			continue;
		if (e->page->what != LEAF || e->page->oa != e->oa ||
		    e->page->rights != e->rights)
			wrong(c == &rests   ? "the one that rests is stale"
			      : c == &casts ? "the one that broadcasts is stale"
					    : "the one that fails is stale",
			      0);
	}
}

void check_caches(const struct aim *a)
{
	uint64_t i = any(m.n_pages);

	if (!m.listeners)
		return;
	for (int k = 0; k < 3; k++) {
		struct page *p = &m.pages[0][a->window][i];
		struct cached *e = &caches[k]->entries[any(ENTRIES)];

		check_cached(caches[k]);
		if (p->what == LEAF && !(caches[k] == &rests && resting))
			*e = (struct cached){.page = p,
					     .va = m.base[a->window] +
						   i * m.page,
					     .oa = p->oa,
					     .rights = p->rights};
	}
}

void do_rest(struct aim *a)
{
	if (!m.listeners)
		return;
	note(resting ? "wake" : "rest", a);
	if (!resting)
		tarry_listener_rest(m.space[0], &rests.listener);
	else if (tarry_listener_wake(m.space[0], &rests.listener))
		memset(rests.entries, 0, sizeof(rests.entries));
	resting = !resting;
}

void do_settle(struct aim *a)
{
	struct tarry_pool_stats stats;
	int err;

	if (!m.listeners)
		return;
	note("settle", a);
	tarry_pool_stats(m.pool, &stats);
	silent = !any(3);
	err = tarry_settle(m.space[0]);
	if (err && (!silent || err != TARRY_ELISTENER || !unsettled))
		wrong("settle", err);
	silent = false;
	if (err) {
		struct tarry_pool_stats still;

		tarry_pool_stats(m.pool, &still);
		if (still.kept != stats.kept ||
		    still.kept_bytes != stats.kept_bytes)
			wrong("what was kept is not any more", err);
		return;
	}
	unsettled = 0;
	tarry_pool_stats(m.pool, &stats);
	if (stats.kept || stats.kept_bytes || stats.lost_bytes)
		wrong("settled, and something is kept", 0);
}
