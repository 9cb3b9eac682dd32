/* SPDX-License-Identifier: MIT */
/*
 * A reader: asks in every way there is, verifies every answer, and holds what
 * it found until its section ends.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "stress_cache.h"

#define BATCH	   32
#define RANGE_MOST 96 /* pages */
#define PIECES	   24
#define HOT	   64
/* Every change tells all caches: more of them show no more. */
#define CACHE_READERS 4

struct reader {
	struct stress_thread *t;
	struct section held;
	struct tarry_soft_tlb *tlb; /* NULL: this reader has none */
	struct cache *caches;	    /* NULL: none */
	uint32_t hot[HOT];	    /* pages that those can remember */
	unsigned int turns;
};

/* Half of the questions are asked of few blocks, as programs do. */
static uint32_t choose_page(struct stress_thread *t)
{
	const struct plan *plan = &t->run->plan;
	struct stress_random *r = &t->random;
	uint32_t block = random_below(r, plan->n_blocks);

	if (random_once_in(r, 2)) {
		/* log-uniform ranks: the k-th block 1/k as often */
		unsigned int lg2 =
			31 - (unsigned int)__builtin_clz(plan->n_blocks | 1);
		unsigned int k = random_below(r, lg2 + 1);
		uint64_t rank = (1u << k) - 1 + random_below(r, 1u << k);

		block = (uint32_t)((rank * 2654435761u +
				    t->run->options->seed) %
				   plan->n_blocks);
	}
	return block * plan->per_block + random_below(r, plan->per_block);
}

static bool choose_place(struct stress_thread *t, uint32_t id)
{
	const struct plan *plan = &t->run->plan;

	if (!plan_stripe_of(plan, id)->twin)
		return false;
	/* Mostly where it is, sometimes where it is not. */
	return ((plan_recorded(plan, id) & RECORD_AWAY) != 0) !=
	       random_once_in(&t->random, 8);
}

static uint64_t choose_offset(struct stress_thread *t)
{
	return random_next(&t->random) & ((1ull << t->run->plan.page_lg2) - 1);
}

/*
 * A steady page that moves is at every instant at one of its places or at
 * both.  The record was read before the first walk: if it is not there any
 * more it has gone to the other place, and cannot have come back while the
 * version is the same.
 */
static bool steady_but_missed(struct stress_thread *t, const struct question *q,
			      int err)
{
	const struct plan_stripe *s = plan_stripe_of(&t->run->plan, q->id);

	return err == TARRY_ENOENT && s->steady && s->owner != PLAN_SHARED &&
	       record_what(q->record) == RECORD_LEAF &&
	       ((q->record & RECORD_AWAY) != 0) == q->away;
}

static void look_at_other_place(struct reader *r, struct question *q)
{
	struct stress_thread *t = r->t;
	const struct plan *plan = &t->run->plan;
	struct tarry_hit hit;
	tarry_va va;
	int err;

	va = plan_stripe_of(plan, q->id)->twin ? plan_va(plan, q->id, !q->away)
					       : q->va;
	err = tarry_translate(t->run->space, va, &hit);
	if (!err) {
		check_page(t, q->lookup, q->id, va, hit.oa, &r->held);
		return;
	}
	atomic_thread_fence(memory_order_acquire);
	if (block_version(t->run, q->id) == q->version)
		violation(&t->run->log, VIOLATION_LOST_MAPPING,
			  WHO_FORMAT ": va 0x%" PRIx64
				     ": expected a steady page, found neither "
				     "it nor, at the place that pages move to, "
				     "va 0x%" PRIx64 " (record 0x%" PRIx64
				     ", version %" PRIu64 ")",
			  WHO_ARGS(t), q->va, va, q->record, q->version);
}

static void translate_one(struct reader *r)
{
	struct stress_thread *t = r->t;
	uint32_t id = choose_page(t);
	struct tarry_hit hit;
	struct question q;
	int err;

	question_note(t, &q, id, choose_place(t, id), choose_offset(t));
	if (r->turns++ % STRESS_SAMPLE == 0) {
		uint64_t begin = clock_ticks();

		err = tarry_translate(t->run->space, q.va, &hit);
		histogram_add(&t->lookup_time, clock_ticks() - begin);
	} else {
		err = tarry_translate(t->run->space, q.va, &hit);
	}
	question_verify(t, &q, err, hit.oa, &hit, &r->held);
	if (steady_but_missed(t, &q, err))
		look_at_other_place(r, &q);
	count(&t->counters.lookups[LOOKUP_TRANSLATE], 1);
}

static void translate_batch(struct reader *r)
{
	struct stress_thread *t = r->t;
	struct tarry_hit hits[BATCH];
	struct question q[BATCH];
	tarry_va va[BATCH];
	int errs[BATCH];
	unsigned int n = 1 + random_below(&t->random, BATCH);

	for (unsigned int i = 0; i < n; i++) {
		uint32_t id = choose_page(t);

		question_note(t, &q[i], id, choose_place(t, id),
			      choose_offset(t));
		q[i].lookup = LOOKUP_BATCH;
		va[i] = q[i].va;
	}
	tarry_translate_batch(t->run->space, va, hits, errs, n);
	for (unsigned int i = 0; i < n; i++)
		question_verify(t, &q[i], errs[i], hits[i].oa, &hits[i],
				&r->held);
	count(&t->counters.lookups[LOOKUP_BATCH], n);
}

/* A range of one stripe, and the versions of its blocks. */
static uint32_t choose_range(struct stress_thread *t, uint32_t *first,
			     bool *away, uint64_t *before)
{
	const struct plan *plan = &t->run->plan;
	const struct plan_stripe *s;
	uint32_t n = 1 + random_below(&t->random, RANGE_MOST), end;

	*first = choose_page(t);
	*away = choose_place(t, *first);
	s = plan_stripe_of(plan, *first);
	end = (s->first + s->n) * plan->per_block;
	if (n > end - *first)
		n = end - *first;
	for (uint32_t b = *first / plan->per_block;
	     b <= (*first + n - 1) / plan->per_block; b++)
		*before++ = block_version(t->run, b * plan->per_block);
	return n;
}

static bool pieces_in_order(const struct tarry_piece *pieces, size_t n,
			    tarry_va va, uint64_t len, bool gaps)
{
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t from = pieces[i].va - va;

		if (!pieces[i].len || from < at || (!gaps && from != at) ||
		    from + pieces[i].len > len)
			return false;
		at = from + pieces[i].len;
	}
	return true;
}

static void complain_order(struct stress_thread *t, enum lookup lookup,
			   tarry_va va, uint64_t len)
{
	violation(&t->run->log, VIOLATION_WRONG_ANSWER,
		  WHO_FORMAT ": %s of va 0x%" PRIx64 ", length 0x%" PRIx64
			     ": expected pieces in rising order inside the "
			     "range, found others",
		  WHO_ARGS(t), lookup_name(lookup), va, len);
}

static void translate_range(struct reader *r)
{
	struct stress_thread *t = r->t;
	const struct plan *plan = &t->run->plan;
	struct tarry_piece pieces[PIECES];
	uint64_t before[RANGE_MOST + 2], len;
	uint32_t first, n, room = 1 + random_below(&t->random, PIECES);
	int64_t found;
	bool away;
	tarry_va va;

	n = choose_range(t, &first, &away, before);
	va = plan_va(plan, first, away);
	len = (uint64_t)n << plan->page_lg2;
	found = tarry_translate_range(t->run->space, va, len, pieces, room);
	if (found < 1 || found > room) {
		violation(&t->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT
			  ": range of va 0x%" PRIx64
			  ": expected 1 to %u pieces, found %" PRId64,
			  WHO_ARGS(t), va, room, found);
		return;
	}
	if (!pieces_in_order(pieces, (size_t)found, va, len, false) ||
	    (found < room &&
	     pieces[found - 1].va + pieces[found - 1].len != va + len))
		complain_order(t, LOOKUP_RANGE, va, len);
	else
		check_pieces(t, LOOKUP_RANGE, first, n, away, before, pieces,
			     (size_t)found, &r->held);
	count(&t->counters.lookups[LOOKUP_RANGE], n);
}

struct collected {
	struct tarry_piece pieces[RANGE_MOST * 2 + 1];
	size_t n;
	tarry_va at;
};

/* Holes are not told: they become pieces of their own. */
static int collect(void *ctx, const struct tarry_piece *piece)
{
	struct collected *c = ctx;

	if (c->n + 2 > RANGE_MOST * 2)
		return 1;
	if (piece->va != c->at)
		c->pieces[c->n++] = (struct tarry_piece){
			.va = c->at, .len = piece->va - c->at};
	c->pieces[c->n++] = *piece;
	c->at = piece->va + piece->len;
	return 0;
}

static void iterate(struct reader *r)
{
	struct stress_thread *t = r->t;
	const struct plan *plan = &t->run->plan;
	uint64_t before[RANGE_MOST + 2], len;
	struct collected c = {.n = 0};
	uint32_t first, n;
	bool away;
	tarry_va va;
	int err;

	n = choose_range(t, &first, &away, before);
	va = c.at = plan_va(plan, first, away);
	len = (uint64_t)n << plan->page_lg2;
	err = tarry_iterate(t->run->space, va, len, collect, &c);
	if (!err && c.at != va + len)
		c.pieces[c.n++] = (struct tarry_piece){.va = c.at,
						       .len = va + len - c.at};
	if (err < 0)
		violation(&t->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT ": iterate from va 0x%" PRIx64
				     ": expected 0, found %s",
			  WHO_ARGS(t), va, tarry_error_name(err));
	else if (!pieces_in_order(c.pieces, c.n, va, len, true))
		complain_order(t, LOOKUP_ITERATE, va, len);
	else
		check_pieces(t, LOOKUP_ITERATE, first, n, away, before,
			     c.pieces, c.n, &r->held);
	count(&t->counters.lookups[LOOKUP_ITERATE], n);
}

static uint32_t choose_hot(struct reader *r)
{
	uint32_t *hot = &r->hot[random_below(&r->t->random, HOT)];

	if (random_once_in(&r->t->random, 256))
		*hot = choose_page(r->t);
	return *hot;
}

static void soft_tlb(struct reader *r)
{
	struct stress_thread *t = r->t;
	uint32_t id = choose_hot(r);
	tarry_oa oa = 0;
	struct question q;
	int err;

	question_note(t, &q, id, choose_place(t, id), choose_offset(t));
	q.lookup = LOOKUP_SOFT_TLB;
	err = tarry_soft_tlb_translate(r->tlb, q.va, &oa);
	question_verify(t, &q, err, oa, NULL, &r->held);
	count(&t->counters.lookups[LOOKUP_SOFT_TLB], 1);
}

static void ask_cache(struct reader *r)
{
	uint32_t id = choose_hot(r);

	cache_ask(r->t, r->caches, id, choose_place(r->t, id),
		  choose_offset(r->t), &r->held);
}

/* Addresses where nothing is, and that are none. */
static void translate_nowhere(struct reader *r)
{
	struct stress_thread *t = r->t;
	struct stress *run = t->run;
	struct tarry_hit hit;
	int none = tarry_translate(run->space, run->plan.nowhere, &hit);
	int bad = run->plan.invalid
			  ? tarry_translate(run->space, run->plan.invalid, &hit)
			  : TARRY_ERANGE;

	if (none != TARRY_ENOENT || bad != TARRY_ERANGE)
		violation(&run->log, VIOLATION_WRONG_ANSWER,
			  WHO_FORMAT ": va 0x%" PRIx64 " and va 0x%" PRIx64
				     ": expected TARRY_ENOENT and "
				     "TARRY_ERANGE, found %s and %s",
			  WHO_ARGS(t), run->plan.nowhere, run->plan.invalid,
			  tarry_error_name(none), tarry_error_name(bad));
	count(&t->counters.lookups[LOOKUP_TRANSLATE], 2);
}

/* ---- outside of sections ---- */

static void complain_code(struct stress_thread *t, const struct question *q,
			  int err)
{
	violation(&t->run->log, VIOLATION_WRONG_CODE,
		  WHO_FORMAT ": %s of va 0x%" PRIx64
			     ": expected what record 0x%" PRIx64
			     " says, found %s",
		  WHO_ARGS(t), lookup_name(q->lookup), q->va, q->record,
		  tarry_error_name(err));
}

/* What an access must come to while nothing changes. */
static int expected_code(struct stress_thread *t, const struct question *q,
			 tarry_rights access)
{
	if (!record_at(q->record, q->away))
		return TARRY_ENOENT;
	if (record_what(q->record) == RECORD_MARK)
		return TARRY_EMARK;
	return access & ~stress_rights(t->run, q->record) ? TARRY_EACCES : 0;
}

/* A pinned page of a steady stripe is mapped until it is unpinned: whoever
 * would replace it sees the reference, and refuses. */
static void watch_pinned(struct reader *r, const struct question *q,
			 tarry_oa oa)
{
	struct stress_thread *t = r->t;
	const struct plan *plan = &t->run->plan;
	unsigned int turns = 1 + random_below(&t->random, 8);

	for (unsigned int i = 0; i < turns; i++) {
		bool away = i & 1 && plan_stripe_of(plan, q->id)->twin;
		struct tarry_hit hit;

		section_begin(&r->held);
		if (!tarry_translate(t->run->space, plan_va(plan, q->id, away),
				     &hit) &&
		    arena_page(&t->run->arena, hit.oa) !=
			    arena_page(&t->run->arena, oa))
			violation(&t->run->log, VIOLATION_PIN_REPLACED,
				  WHO_FORMAT ": va 0x%" PRIx64
					     ": expected the pinned page %u, "
					     "found page %u",
				  WHO_ARGS(t), q->va,
				  arena_page(&t->run->arena, oa),
				  arena_page(&t->run->arena, hit.oa));
		section_end(t, &r->held);
	}
}

static void pin(struct reader *r)
{
	struct stress_thread *t = r->t;
	struct stress *run = t->run;
	uint32_t id = choose_page(t);
	tarry_rights access =
		random_once_in(&t->random, 4) ? TARRY_R | TARRY_W : TARRY_R;
	struct tarry_hit hit;
	struct question q;
	bool exact;
	int err;

	question_note(t, &q, id, choose_place(t, id), choose_offset(t));
	q.lookup = LOOKUP_PIN;
	err = tarry_pin(run->space, q.va, access, &hit);
	exact = question_is_exact(t, &q);
	count(&t->counters.lookups[LOOKUP_PIN], 1);
	if (exact ? err != expected_code(t, &q, access)
		  : err && err != TARRY_ENOENT && err != TARRY_EMARK &&
			    err != TARRY_EACCES && err != TARRY_EAGAIN)
		complain_code(t, &q, err);
	if (err)
		return;
	/* The reference keeps the page, no section is needed. */
	check_page(t, LOOKUP_PIN, id, q.va, hit.oa, NULL);
	if (plan_stripe_of(&run->plan, id)->steady)
		watch_pinned(r, &q, hit.oa);
	check_page(t, LOOKUP_PIN, id, q.va, hit.oa, NULL);
	tarry_unpin(run->space, &hit);
}

static void probe(struct reader *r)
{
	struct stress_thread *t = r->t;
	uint32_t id = choose_page(t);
	tarry_rights access = random_once_in(&t->random, 2) ? TARRY_R : TARRY_W;
	struct question q;
	bool exact;
	int err;

	question_note(t, &q, id, choose_place(t, id), choose_offset(t));
	q.lookup = LOOKUP_PROBE;
	err = tarry_fault(t->run->space, q.va, access);
	exact = question_is_exact(t, &q);
	count(&t->counters.lookups[LOOKUP_PROBE], 1);
	if (exact ? err != expected_code(t, &q, access)
		  : err && err != TARRY_ENOENT && err != TARRY_EMARK &&
			    err != TARRY_EACCES && err != TARRY_EAGAIN)
		complain_code(t, &q, err);
}

/* ---- the thread ---- */

/* One section: a few questions, then sometimes a rest before the end, so that
 * what was found has to wait for this reader. */
static void read_section(struct reader *r)
{
	struct stress_thread *t = r->t;
	unsigned int n = 1 + random_below(&t->random, 16);

	section_begin(&r->held);
	while (n-- > 0) {
		/* The last ones are for caches. */
		uint32_t dice = random_below(&t->random, r->caches ? 80 : 64);

		if (dice < 38)
			translate_one(r);
		else if (dice < 42)
			translate_batch(r);
		else if (dice < 45)
			translate_range(r);
		else if (dice < 47)
			iterate(r);
		else if (dice < 63 && r->tlb)
			soft_tlb(r);
		else if (dice >= 64)
			ask_cache(r);
		else if (random_once_in(&t->random, 64))
			translate_nowhere(r);
	}
	if (random_once_in(&t->random, 4096)) {
		struct timespec rest = {
			.tv_nsec = 1000 * (long)random_below(&t->random, 2000)};

		nanosleep(&rest, NULL);
	}
	section_end(t, &r->held);
}

void *stress_reader(void *thread)
{
	struct stress_thread *t = thread;
	struct reader r = {.t = t};

	tarry_thread_begin();
	for (unsigned int i = 0; i < HOT; i++)
		r.hot[i] = choose_page(t);
	if (t->number % 2 == 0 && t->number < 16)
		r.tlb = aligned_alloc(64, sizeof(*r.tlb));
	if (r.tlb) {
		tarry_soft_tlb_init(r.tlb, t->run->space);
		if (t->run->options->sabotage == SABOTAGE_STALE_TLB)
			tarry_unlisten(t->run->space, &r.tlb->listener);
	}
	if (t->run->options->listeners && t->number < CACHE_READERS)
		r.caches = malloc(CACHE_KINDS * sizeof(*r.caches));
	if (r.caches)
		caches_begin(r.caches, t->run);
	while (!stress_stopped(t->run)) {
		read_section(&r);
		if (r.caches && random_once_in(&t->random, 32))
			cache_turn(r.caches);
		if (random_once_in(&t->random, 8))
			pin(&r);
		if (random_once_in(&t->random, 16))
			probe(&r);
		tarry_thread_quiesce();
	}
	if (r.tlb && t->run->options->sabotage != SABOTAGE_STALE_TLB)
		tarry_soft_tlb_fini(r.tlb);
	if (r.caches)
		caches_end(r.caches);
	free(r.caches);
	free(r.tlb);
	tarry_thread_end();
	return NULL;
}
