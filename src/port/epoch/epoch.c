/* SPDX-License-Identifier: MIT */
/*
 * Epoch readers: those who wait.  See epoch.h.
 */
#include "tarry/types.h"
#include "tarry/port.h"

#include "epoch.h"

/* ---- records ---- */

static struct tarry_epoch_record *next_of(const struct tarry_epoch *e,
					  struct tarry_epoch_record *r)
{
	uintptr_t at = (uintptr_t)r - (uintptr_t)e->fixed;

	if (!r && e->n_fixed)
		return e->fixed;
	if (!r || at == (e->n_fixed - 1) * sizeof(*r))
		/* rule: publish-after-fill; pairs with tarry_epoch_join() */
		return tarry_load(&e->joined, TARRY_ACQUIRE);
	return at < e->n_fixed * sizeof(*r) ? r + 1 : r->next;
}

void tarry_epoch_join(struct tarry_epoch *e, struct tarry_epoch_record *r)
{
	struct tarry_epoch_record *first =
		tarry_load(&e->joined, TARRY_RELAXED);

	/* rule: publish-after-fill; pairs with next_of().  A waiter that does
	 * not see the record yet is as one that saw it idle: the fence of the
	 * first section comes after. */
	do {
		r->next = first;
	} while (!tarry_cas(&e->joined, &first, r, TARRY_RELEASE));
}

struct tarry_epoch_record *tarry_epoch_lend(const struct tarry_epoch *e)
{
	struct tarry_epoch_record *r = NULL;

	while ((r = next_of(e, r))) {
		uint32_t lent = 0;

		/* rule: reuse-is-free; pairs with tarry_epoch_give_back() */
		if (!tarry_load(&r->lent, TARRY_RELAXED) &&
		    tarry_cas(&r->lent, &lent, 1, TARRY_ACQUIRE))
			return r;
	}
	return NULL;
}

void tarry_epoch_give_back(struct tarry_epoch_record *r)
{
	/* rule: reuse-is-free; pairs with tarry_epoch_lend(): the next owner
	 * goes on from the words that this one left. */
	tarry_store(&r->lent, 0, TARRY_RELEASE);
}

/* ---- quiescent states ---- */

void tarry_epoch_online(const struct tarry_epoch *e,
			struct tarry_epoch_record *r)
{
	uint64_t *word = &r->word[TARRY_EPOCH_SECTION];

	/* As a section that goes on; its count is for sections inside. */
	tarry_epoch_begin(e, r, TARRY_EPOCH_SECTION);
	tarry_store(word,
		    tarry_load(word, TARRY_RELAXED) - 1 + TARRY_EPOCH_ONLINE,
		    TARRY_RELAXED);
}

void tarry_epoch_offline(struct tarry_epoch_record *r)
{
	/* rule: unlink-invalidate-wait-free; as tarry_epoch_end() */
	tarry_store(&r->word[TARRY_EPOCH_SECTION], 0, TARRY_RELEASE);
}

void tarry_epoch_quiesce(const struct tarry_epoch *e,
			 struct tarry_epoch_record *r)
{
	uint64_t *word = &r->word[TARRY_EPOCH_SECTION];
	uint64_t now;

	if (tarry_load(word, TARRY_RELAXED) & TARRY_EPOCH_COUNT ||
	    !(tarry_load(word, TARRY_RELAXED) & TARRY_EPOCH_ONLINE))
		return;
	/* rule: every-walker-class; pairs with tarry_epoch_advance(): whoever
	 * is online in the new epoch sees what was done before it.  It was
	 * never seen idle, so there is no store to wait for. */
	now = tarry_load(&e->now, TARRY_ACQUIRE) << TARRY_EPOCH_LG2;
	/* rule: unlink-invalidate-wait-free; as tarry_epoch_end() */
	tarry_store(word, now | TARRY_EPOCH_ONLINE, TARRY_RELEASE);
}

/* ---- waiting ---- */

uint64_t tarry_epoch_advance(struct tarry_epoch *e)
{
	/* rule: unlink-invalidate-wait-free; pairs with the fence in
	 * tarry_epoch_begin(): what was unlinked before, the words after. */
	tarry_fence(TARRY_SEQ_CST);
	/* The fence makes this a release: pairs with tarry_epoch_quiesce(). */
	return tarry_fetch_add(&e->now, 1, TARRY_RELAXED) + 1;
}

static bool word_passed(const struct tarry_epoch_record *r,
			enum tarry_epoch_class c, uint64_t target)
{
	/* rule: unlink-invalidate-wait-free; pairs with tarry_epoch_end() */
	uint64_t word = tarry_load(&r->word[c], TARRY_ACQUIRE);

	return !word || word >> TARRY_EPOCH_LG2 >= target;
}

bool tarry_epoch_passed(const struct tarry_epoch *e, enum tarry_epoch_class c,
			uint64_t target)
{
	struct tarry_epoch_record *r = NULL;

	while ((r = next_of(e, r)))
		if (!word_passed(r, c, target))
			return false;
	return true;
}

void tarry_epoch_wait(struct tarry_epoch *e, struct tarry_epoch_record *me,
		      enum tarry_epoch_class c)
{
	bool online = me && c == TARRY_EPOCH_SECTION &&
		      tarry_load(&me->word[c], TARRY_RELAXED);
	struct tarry_epoch_record *r = NULL;
	uint64_t target;

	if (online)
		tarry_epoch_offline(me); /* or it would wait for itself */
	target = tarry_epoch_advance(e);
	while ((r = next_of(e, r)))
		while (!word_passed(r, c, target))
			tarry_port_relax();
	if (online)
		tarry_epoch_online(e, me);
}

/* ---- calls ---- */

void tarry_epoch_defer(struct tarry_epoch *e, struct tarry_epoch_call *call,
		       void (*fn)(struct tarry_epoch_call *))
{
	struct tarry_epoch_call *first = tarry_load(&e->open, TARRY_RELAXED);

	call->fn = fn;
	/* rule: unlink-invalidate-wait-free; pairs with calls_taken(): what the
	 * caller unlinked, before the fence of whoever sends the call. */
	do {
		call->next = first;
	} while (!tarry_cas(&e->open, &first, call, TARRY_RELEASE));
}

/* All that wait, the oldest first. */
static struct tarry_epoch_call *calls_taken(struct tarry_epoch *e)
{
	/* rule: one-link-one-state: one exchange ends their place in the open
	 * list; pairs with tarry_epoch_defer() */
	struct tarry_epoch_call *newest =
		tarry_load(&e->open, TARRY_RELAXED)
			? tarry_exchange(&e->open, NULL, TARRY_ACQUIRE)
			: NULL;
	struct tarry_epoch_call *oldest = NULL;

	while (newest) {
		struct tarry_epoch_call *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

bool tarry_epoch_poll(struct tarry_epoch *e, struct tarry_epoch_record *me)
{
	struct tarry_epoch_call *call;
	bool waits;

	if (me && tarry_epoch_inside(me, TARRY_EPOCH_SECTION))
		return true;
	/* rule: one-link-one-state: one polls at a time; pairs with the store
	 * below.  Also why a tick may come into the middle of this. */
	if (tarry_load(&e->polling, TARRY_RELAXED) ||
	    tarry_exchange(&e->polling, 1, TARRY_ACQUIRE))
		return true;
	if (!e->sent) {
		e->sent = calls_taken(e);
		if (e->sent)
			e->target = tarry_epoch_advance(e);
	}
	if (me)
		tarry_epoch_quiesce(e, me);
	if (e->sent && tarry_epoch_passed(e, TARRY_EPOCH_SECTION, e->target)) {
		call = e->sent;
		e->sent = NULL;
		while (call) {
			struct tarry_epoch_call *next = call->next;

			call->fn(call); /* its storage is its own again */
			call = next;
		}
	}
	waits = e->sent || tarry_load(&e->open, TARRY_RELAXED);
	/* rule: one-link-one-state; pairs with the exchange above */
	tarry_store(&e->polling, 0, TARRY_RELEASE);
	return waits;
}

static void barrier_reached(struct tarry_epoch_call *call)
{
	/* rule: nothing-left; pairs with tarry_epoch_barrier(): what the calls
	 * before it did is seen. */
	tarry_store(&((struct tarry_epoch_barrier *)call)->reached, 1,
		    TARRY_RELEASE);
}

void tarry_epoch_barrier(struct tarry_epoch *e, struct tarry_epoch_record *me,
			 struct tarry_epoch_barrier *b)
{
	b->reached = 0;
	/* Calls run in the order in which they were deferred. */
	tarry_epoch_defer(e, &b->call, barrier_reached);
	for (;;) {
		tarry_epoch_poll(e, me);
		/* rule: nothing-left; pairs with barrier_reached() */
		if (tarry_load(&b->reached, TARRY_ACQUIRE))
			return;
		/* What was sent before this began may run after it. */
		tarry_epoch_wait(e, me, TARRY_EPOCH_SECTION);
		/* Somebody else may be running it: only worth a look. */
		while (tarry_load(&e->polling, TARRY_RELAXED))
			tarry_port_relax();
	}
}
