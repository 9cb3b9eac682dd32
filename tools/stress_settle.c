/* SPDX-License-Identifier: MIT */
/*
 * A change that a cache does not answer; and, now or some changes later, the
 * question that it does answer (tarry_settle()).
 *
 * What a change has done that says TARRY_ELISTENER is documented, but for how
 * far an unmap came: so all pages of the block are looked at, and each must be
 * as before or as it was to become.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "stress_change.h"
#include "stress_cache.h"

/* Of one change, and of all that wait to be settled: a space keeps 64 runs,
 * and a change of anybody's wants room for the 16 of one gather. */
#define KEPT_RUNS_OF_ONE 16
#define KEPT_RUNS_MOST	 (64 - 16)

enum unanswered {
	UNANSWERED_UNMAP,
	UNANSWERED_MARK,
	UNANSWERED_PROTECT,
	UNANSWERED_SPLIT,
	UNANSWERED_COLLAPSE,
	UNANSWERED_RECLAIM,
	UNANSWERED_KINDS
};

struct attempt {
	struct writer *w;
	enum unanswered what;
	struct change_range range, block;
	uint64_t *before; /* records of the block */
	unsigned int rights;
	uint32_t payload;
	tarry_rights bits; /* of all leaves of the block */
};

/* ---- what may be found afterwards ---- */

static bool record_says(struct writer *w, uint64_t record, bool away, int err,
			const struct tarry_hit *hit)
{
	struct stress *run = w->run;

	if (!record_at(record, away))
		return err == TARRY_ENOENT;
	if (record_what(record) == RECORD_MARK)
		return err == TARRY_EMARK && hit->oa == record_page(record);
	return !err &&
	       arena_page(&run->arena, hit->oa) == record_page(record) &&
	       hit->level == !!(record & RECORD_LARGE) &&
	       rights_agree(run, tarry_hit_rights(run->space, hit),
			    stress_rights(run, record) | record_bits(record));
}

/* What page @i of the block was to become. */
static uint64_t record_after(const struct attempt *a, uint32_t i)
{
	uint64_t old = a->before[i];
	uint32_t id = a->block.first + i;
	bool inside = id - a->range.first < a->range.n;
	bool here = record_at(old, a->range.away);

	/* It is at the other place, or nowhere. */
	if (!here && (a->what != UNANSWERED_MARK || !inside))
		return old;
	if (a->what == UNANSWERED_COLLAPSE)
		return record_make(old, RECORD_LEAF, record_page(old),
				   record_rights(old), a->bits, a->range.away) |
		       RECORD_LARGE;
	if (a->what == UNANSWERED_RECLAIM)
		return old;
	/* A large leaf of which a part is meant is split. */
	if (a->what == UNANSWERED_SPLIT || a->range.n < a->block.n)
		old &= ~RECORD_LARGE;
	if (!inside)
		return old;
	if (a->what == UNANSWERED_MARK)
		return record_make(old & ~RECORD_LARGE, RECORD_MARK, a->payload,
				   0, 0, a->range.away);
	if (a->what == UNANSWERED_UNMAP)
		return old & RECORD_HOME;
	if (a->what == UNANSWERED_PROTECT && record_what(old) == RECORD_LEAF)
		return (old & ~(7ull << RECORD_RIGHTS_SHIFT)) |
		       (uint64_t)a->rights << RECORD_RIGHTS_SHIFT;
	return old;
}

/* Was it done, or is it as before?  Bits of both. */
static unsigned int legal_states(const struct attempt *a, int err)
{
	enum { BEFORE = 1, AFTER = 2 };

	if (!err)
		return AFTER;
	if (err != TARRY_ELISTENER)
		return BEFORE;
	switch (a->what) {
	case UNANSWERED_SPLIT:
	case UNANSWERED_COLLAPSE:
		return BEFORE;
	case UNANSWERED_PROTECT:
		return AFTER;
	default:
		return BEFORE | AFTER;
	}
}

static void record_found(const struct attempt *a, int result)
{
	struct writer *w = a->w;
	const struct plan *plan = &w->run->plan;
	unsigned int legal = legal_states(a, result);
	bool away = a->range.away;

	tarry_read_begin();
	for (uint32_t i = 0; i < a->block.n; i++) {
		uint32_t id = a->block.first + i;
		uint64_t states[2] = {a->before[i], record_after(a, i)};
		tarry_va va = plan_va(plan, id, away);
		struct tarry_hit hit;
		int err = tarry_translate(w->run->space, va, &hit);
		unsigned int state = 0;

		while (state < 2 &&
		       (!(legal >> state & 1) ||
			!record_says(w, states[state], away, err, &hit)))
			state++;
		if (state < 2)
			plan_write(plan, id, states[state]);
		else
			violation(&w->run->log, VIOLATION_WRONG_ANSWER,
				  WHO_FORMAT
				  ": va 0x%" PRIx64
				  " after %s of change %d: expected record "
				  "0x%" PRIx64 " or 0x%" PRIx64
				  " (of both 0x%x), found %s 0x%" PRIx64,
				  WHO_ARGS(w->t), va, tarry_error_name(result),
				  (int)a->what, states[0], states[1], legal,
				  tarry_error_name(err), err ? 0 : hit.oa);
	}
	tarry_read_end();
	if (!(plan_recorded(plan, a->block.first) & RECORD_LARGE))
		plan->blocks[a->block.first / plan->per_block].spare = false;
}

/* ---- the change ---- */

static int attempt_call(const struct attempt *a)
{
	struct tarry_space *s = a->w->run->space;
	const struct change_range *r = &a->range;

	switch (a->what) {
	case UNANSWERED_UNMAP:
		return tarry_unmap(s, r->va, r->len, NULL);
	case UNANSWERED_MARK:
		return tarry_mark(s, r->va, r->len, a->payload, NULL);
	case UNANSWERED_PROTECT:
		return tarry_protect(s, r->va, r->len,
				     a->w->run->plan.rights[a->rights], NULL);
	case UNANSWERED_SPLIT:
		return tarry_split(s, r->va, 1, NULL);
	case UNANSWERED_COLLAPSE:
		return tarry_collapse(s, r->va, 1, 0, NULL, NULL);
	default:
		return (int)tarry_reclaim(s, r->va, r->len, NULL);
	}
}

/* Few pages, or a whole block where it is one leaf or nothing is kept. */
static bool attempt_choose(struct writer *w, struct attempt *a)
{
	const struct plan *plan = &w->run->plan;
	struct stress_random *random = &w->t->random;
	bool takes = a->what <= UNANSWERED_MARK, whole;
	uint32_t n;

	if (!range_choose(w, &a->block, EXTENT_BLOCK,
			  takes ? TAKES_AWAY : KEEPS_MAPPINGS))
		return false;
	a->range = a->block;
	whole = a->what > UNANSWERED_PROTECT ||
		(a->block.owned && records_any_large(w, &a->block) &&
		 random_once_in(random, 2));
	if (whole)
		return true;
	n = 1 + random_below(random, KEPT_RUNS_OF_ONE);
	a->range = range_part(
		w, &a->block,
		a->block.first + random_below(random, plan->per_block - n), n);
	return a->what != UNANSWERED_MARK || records_all_here(w, &a->range);
}

static void note_before(struct attempt *a)
{
	for (uint32_t i = 0; i < a->block.n; i++) {
		a->before[i] =
			plan_recorded(&a->w->run->plan, a->block.first + i);
		if (record_at(a->before[i], a->range.away))
			a->bits |= record_bits(a->before[i]);
	}
}

static void attempt(struct writer *w)
{
	struct attempt a = {
		.w = w,
		.what = random_below(&w->t->random, UNANSWERED_KINDS),
		.rights = random_below(&w->t->random, PLAN_RIGHTS),
		.payload = random_below(&w->t->random, 16),
	};
	unsigned int legal = MAY_OK | MAY(TARRY_ELISTENER);
	int err;

	if (!attempt_choose(w, &a))
		return;
	a.before = malloc(a.block.n * sizeof(*a.before));
	if (!a.before)
		return;
	range_begin(w, &a.block,
		    a.what == UNANSWERED_PROTECT ? a.rights : PLAN_NO_TARGET);
	note_before(&a);
	if (a.what == UNANSWERED_SPLIT || a.what == UNANSWERED_COLLAPSE)
		legal |= MAY_RACES;
	caches_answer(false);
	err = CHANGE_TIMED(w, CHANGE_SETTLE, attempt_call(&a));
	caches_answer(true);
	if (err > 0)
		err = 0;
	change_done(w, CHANGE_SETTLE, &a.range, err, legal);
	if (a.block.owned)
		record_found(&a, err);
	range_end(w, &a.block);
	free(a.before);
}

static bool may_keep(struct writer *w)
{
	if (atomic_fetch_add(&w->run->kept_runs, KEPT_RUNS_OF_ONE) +
		    KEPT_RUNS_OF_ONE >
	    KEPT_RUNS_MOST) {
		atomic_fetch_sub(&w->run->kept_runs, KEPT_RUNS_OF_ONE);
		return false;
	}
	w->kept_runs += KEPT_RUNS_OF_ONE;
	return true;
}

/* ---- asked again ---- */

static void settle(struct writer *w, bool answer)
{
	struct change_range r = {.owned = true};
	int err;

	caches_answer(answer);
	err = CHANGE_TIMED(w, CHANGE_SETTLE, tarry_settle(w->run->space));
	caches_answer(true);
	/* Nothing is kept, or nobody listens any more: 0 without an answer. */
	if (!change_done(w, CHANGE_SETTLE, &r, err,
			 answer ? MAY_OK : MAY_OK | MAY(TARRY_ELISTENER)))
		return;
	/* Whoever settled, all that was kept at the call is not any more. */
	atomic_fetch_sub(&w->run->kept_runs, w->kept_runs);
	w->kept_runs = 0;
}

void writer_settle(struct writer *w)
{
	if (w->kept_runs)
		settle(w, true);
}

void change_settle(struct writer *w)
{
	if (!w->run->options->listeners)
		return;
	if (may_keep(w))
		attempt(w);
	if (random_once_in(&w->t->random, 4))
		settle(w, false);
	if (random_once_in(&w->t->random, 2))
		writer_settle(w);
}
