/* SPDX-License-Identifier: MIT */
/*
 * Caches of translations that listen.
 */
#include <inttypes.h>
#include <string.h>

#include "stress_cache.h"

/* Who tells waits in the same call: so the changes of one thread fail, and all
 * others know what they must find. */
static _Thread_local bool silent;

void caches_answer(bool answer)
{
	silent = !answer;
}

/* ---- told ---- */

static bool entry_is_told(const struct cache_entry *e,
			  const struct tarry_span *spans, unsigned int n)
{
	for (unsigned int i = 0; e->oa && i < n; i++)
		if (!spans[i].len || e->va - spans[i].va < spans[i].len)
			return true;
	return false;
}

static void cache_send(struct tarry_listener *l, const struct tarry_span *spans,
		       unsigned int n)
{
	struct cache *c = (struct cache *)l;

	if (c->run->options->sabotage == SABOTAGE_STALE_CACHE)
		return;
	count_shared(&c->run->caches_told);
	pthread_mutex_lock(&c->lock);
	for (unsigned int i = 0; i < CACHE_ENTRIES; i++) {
		struct cache_entry *e = &c->entries[i];

		if (!entry_is_told(e, spans, n))
			continue;
		if (c->kind == CACHE_BROADCASTS)
			e->oa = 0;
		else
			e->condemned = true;
	}
	pthread_mutex_unlock(&c->lock);
}

static void forget(struct cache *c, bool all)
{
	pthread_mutex_lock(&c->lock);
	for (unsigned int i = 0; i < CACHE_ENTRIES; i++)
		if (all || c->entries[i].condemned)
			c->entries[i] = (struct cache_entry){0};
	pthread_mutex_unlock(&c->lock);
}

static bool cache_wait(struct tarry_listener *l)
{
	struct cache *c = (struct cache *)l;

	if (c->kind == CACHE_FAILS && silent) {
		count_shared(&c->run->caches_silent);
		return false;
	}
	forget(c, false);
	return true;
}

/* ---- asked ---- */

/* The entry for @va, filled by a walk if there is none. */
static int cache_find(struct cache *c, struct stress_thread *t,
		      const struct question *q, struct cache_entry *found)
{
	const struct stress *run = c->run;
	unsigned int lg2 = run->plan.page_lg2;
	tarry_va va = q->va >> lg2 << lg2;
	struct cache_entry *e = &c->entries[(va >> lg2) % CACHE_ENTRIES];
	struct tarry_hit hit;
	uint32_t page;
	int err = 0;

	pthread_mutex_lock(&c->lock);
	if (!e->oa || e->va != va) {
		err = tarry_translate(run->space, va, &hit);
		*e = (struct cache_entry){.va = va, .oa = err ? 0 : hit.oa};
		page = arena_page(&run->arena, e->oa);
		if (page != ARENA_NONE)
			e->stamp = arena_stamp_of(&run->arena, page);
	} else {
		page = arena_page(&run->arena, e->oa);
		if (page != ARENA_NONE &&
		    arena_stamp_of(&run->arena, page) != e->stamp)
			violation(&t->run->log, VIOLATION_STALE_TLB,
				  WHO_FORMAT ": cache at va 0x%" PRIx64
					     ": expected page %u to stay while "
					     "a cache leads to it, found it "
					     "released (stamp 0x%" PRIx64
					     ", then 0x%" PRIx64 ")",
				  WHO_ARGS(t), va, page, e->stamp,
				  arena_stamp_of(&run->arena, page));
		count(&t->counters.cached, 1);
	}
	*found = *e;
	pthread_mutex_unlock(&c->lock);
	return err;
}

void cache_ask(struct stress_thread *t, struct cache *caches, uint32_t id,
	       bool away, uint64_t offset, struct section *held)
{
	struct cache *c = &caches[random_below(&t->random, CACHE_KINDS)];
	struct cache_entry e;
	struct question q;
	int err;

	if (c->rests)
		return;
	question_note(t, &q, id, away, offset);
	q.lookup = LOOKUP_CACHE;
	err = cache_find(c, t, &q, &e);
	/* Until it answers it may say what was, of a page that lives. */
	if (e.condemned)
		check_page(t, LOOKUP_CACHE, id, q.va, e.oa + offset, held);
	else
		question_verify(t, &q, err, e.oa + offset, NULL, held);
	count(&t->counters.lookups[LOOKUP_CACHE], 1);
}

void cache_turn(struct cache *caches)
{
	struct cache *c = &caches[CACHE_RESTS];

	if (!c->rests)
		tarry_listener_rest(c->run->space, &c->listener);
	else if (tarry_listener_wake(c->run->space, &c->listener))
		forget(c, true);
	c->rests = !c->rests;
}

/* ---- the beginning and the end ---- */

void caches_begin(struct cache *caches, struct stress *run)
{
	for (enum cache_kind k = 0; k < CACHE_KINDS; k++) {
		struct cache *c = &caches[k];

		memset(c, 0, sizeof(*c));
		c->run = run;
		c->kind = k;
		c->listener.send = cache_send;
		c->listener.wait = k == CACHE_BROADCASTS ? NULL : cache_wait;
		pthread_mutex_init(&c->lock, NULL);
		tarry_listen(run->space, &c->listener);
	}
}

void caches_end(struct cache *caches)
{
	for (enum cache_kind k = 0; k < CACHE_KINDS; k++) {
		tarry_unlisten(caches[k].run->space, &caches[k].listener);
		pthread_mutex_destroy(&caches[k].lock);
	}
}
