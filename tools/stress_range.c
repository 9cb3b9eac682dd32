/* SPDX-License-Identifier: MIT */
/*
 * Ranges of a writer: which, when readers may see them change, and what their
 * records say.
 */
#include <inttypes.h>

#include "stress_change.h"

#define REGION_BLOCKS 16
/* Pages looked at after a change; of larger ranges a random part. */
#define LOOKED_AT 128

struct change_range range_part(const struct writer *w,
			       const struct change_range *r, uint32_t first,
			       uint32_t n)
{
	const struct plan *plan = &w->run->plan;
	struct change_range part = *r;

	part.first = first;
	part.n = n;
	part.va = plan_va(plan, first, r->away);
	part.len = (uint64_t)n << plan->page_lg2;
	return part;
}

static const struct plan_stripe *choose_stripe(struct writer *w,
					       enum what_may_go goes)
{
	const struct plan *plan = &w->run->plan;

	for (int attempt = 0; attempt < 16; attempt++) {
		bool shared = w->n_shared && random_once_in(&w->t->random, 4);
		uint32_t *list = shared ? w->shared : w->owned;
		uint32_t n = shared ? w->n_shared : w->n_owned;
		const struct plan_stripe *s;

		if (!n)
			continue;
		s = &plan->stripes[list[random_below(&w->t->random, n)]];
		if (goes == KEEPS_MAPPINGS || !s->steady)
			return s;
	}
	return NULL;
}

bool range_choose(struct writer *w, struct change_range *r, enum extent extent,
		  enum what_may_go goes)
{
	const struct plan *plan = &w->run->plan;
	const struct plan_stripe *s = choose_stripe(w, goes);
	struct stress_random *random = &w->t->random;
	uint32_t per = plan->per_block, from, n;

	if (!s)
		return false;
	from = s->first + random_below(random, s->n);
	if (extent == EXTENT_PAGES) {
		/* mostly a few pages, now and then a good part of a block */
		uint32_t most = 1u << random_below(random, 10);
		uint32_t at = random_below(random, per);

		n = 1 + random_below(random, most);
		from = from * per + at;
		if (n > (s->first + s->n) * per - from)
			n = (s->first + s->n) * per - from;
	} else {
		uint32_t most = s->first + s->n - from;

		n = extent == EXTENT_BLOCK
			    ? 1
			    : 1 + random_below(random, REGION_BLOCKS);
		n = (n < most ? n : most) * per;
		from *= per;
	}
	r->stripe = s;
	r->owned = s->owner != PLAN_SHARED;
	/* Shared steady pages never move, so that a reader can expect them. */
	r->away = s->twin && (r->owned || !s->steady) &&
		  random_once_in(random, 3);
	*r = range_part(w, r, from, n);
	return true;
}

/* ---- versions ---- */

void range_begin(struct writer *w, const struct change_range *r,
		 uint32_t target)
{
	const struct plan *plan = &w->run->plan;

	if (!r->owned)
		return;
	for (uint32_t b = r->first / plan->per_block;
	     b <= (r->first + r->n - 1) / plan->per_block; b++) {
		struct plan_block *block = &plan->blocks[b];

		/* The target first: who reads an odd version knows it. */
		atomic_store_explicit(&block->target, target,
				      memory_order_relaxed);
		atomic_fetch_add(&block->version, 1);
	}
	atomic_thread_fence(memory_order_seq_cst);
}

static void look_at(struct writer *w, uint32_t id, bool away)
{
	struct tarry_hit hit;
	struct question q;
	int err;

	question_note(w->t, &q, id, away, 0);
	err = tarry_translate(w->run->space, q.va, &hit);
	question_verify(w->t, &q, err, hit.oa, &hit, NULL);
}

void range_end(struct writer *w, const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;
	uint32_t step = 1, start = r->first;

	if (!r->owned)
		return;
	for (uint32_t b = r->first / plan->per_block;
	     b <= (r->first + r->n - 1) / plan->per_block; b++)
		atomic_fetch_add(&plan->blocks[b].version, 1);
	if (r->n > LOOKED_AT) {
		step = r->n / LOOKED_AT;
		start += random_below(&w->t->random, step);
	}
	tarry_read_begin();
	/* Both sides of both ends, where an off-by-one would show. */
	if (r->first > r->stripe->first * plan->per_block)
		look_at(w, r->first - 1, r->away);
	if (r->first + r->n <
	    (r->stripe->first + r->stripe->n) * plan->per_block)
		look_at(w, r->first + r->n, r->away);
	look_at(w, r->first + r->n - 1, r->away);
	for (uint32_t id = start; id < r->first + r->n; id += step) {
		look_at(w, id, false);
		if (r->stripe->twin)
			look_at(w, id, true);
	}
	tarry_read_end();
}

bool change_done(struct writer *w, enum change c, const struct change_range *r,
		 int err, unsigned int legal)
{
	struct stress_counters *n = &w->t->counters;

	if (w->run->limited && c != CHANGE_STOCK)
		legal |= MAY(TARRY_ENOMEM);
	if (err == TARRY_ENOMEM)
		count(&n->no_memory, 1);
	if (!err)
		count(&n->changes[c], 1);
	else
		count(&n->refused[c], 1);
	if (err > 0 || err < -31 || !(legal & MAY(err)))
		violation(&w->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT ": %s of [va 0x%" PRIx64 ", 0x%" PRIx64
				     ") of a stripe %s: found %s, expected the "
				     "set 0x%x of errors",
			  WHO_ARGS(w->t), change_name(c), r->va, r->va + r->len,
			  r->owned ? "of its own" : "that is shared",
			  tarry_error_name(err), legal);
	return !err;
}

/* ---- records ---- */

static void cut_block(struct writer *w, uint32_t block, bool away)
{
	const struct plan *plan = &w->run->plan;
	uint32_t first = block * plan->per_block;

	for (uint32_t i = 0; i < plan->per_block; i++) {
		uint64_t record = plan_recorded(plan, first + i);

		if ((record & RECORD_LARGE) && record_at(record, away)) {
			plan_write(plan, first + i, record & ~RECORD_LARGE);
			plan->blocks[block].spare = false;
		}
	}
}

void records_cut(struct writer *w, const struct change_range *r)
{
	uint32_t per = w->run->plan.per_block;
	uint32_t end = r->first + r->n;

	if (!r->owned)
		return;
	if (r->first % per || (end - r->first < per))
		cut_block(w, r->first / per, r->away);
	if (end % per)
		cut_block(w, end / per, r->away);
}

void records_clear(struct writer *w, const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;

	records_cut(w, r);
	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(plan, id);

		if (!record_at(record, r->away))
			continue;
		plan_write(plan, id, record & RECORD_HOME);
		plan->blocks[id / plan->per_block].spare = false;
	}
}

bool records_any_at(struct writer *w, const struct change_range *r, bool away)
{
	for (uint32_t id = r->first; id < r->first + r->n; id++)
		if (record_at(plan_recorded(&w->run->plan, id), away))
			return true;
	return false;
}

bool records_all_here(struct writer *w, const struct change_range *r)
{
	return !r->owned || !r->stripe->twin || !records_any_at(w, r, !r->away);
}

bool records_any_large(struct writer *w, const struct change_range *r)
{
	for (uint32_t id = r->first; id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(&w->run->plan, id);

		if (record_at(record, r->away) && (record & RECORD_LARGE))
			return true;
	}
	return false;
}

struct change_range range_around_large(struct writer *w,
				       const struct change_range *r)
{
	uint32_t per = w->run->plan.per_block;
	uint32_t first = r->first, end = r->first + r->n;
	struct change_range edge = range_part(w, r, first, 1);

	if (!r->owned)
		return *r;
	if (records_any_large(w, &edge))
		first -= first % per;
	edge = range_part(w, r, end - 1, 1);
	if (records_any_large(w, &edge))
		end = (end + per - 1) / per * per;
	return range_part(w, r, first, end - first);
}
