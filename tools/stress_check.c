/* SPDX-License-Identifier: MIT */
/*
 * The verifier of answers.
 */
#include <inttypes.h>

#include "stress_check.h"

#define RIGHTS_ONLY(r) ((r) & ~(TARRY_ACCESSED | TARRY_DIRTY))

static bool remembers(enum lookup lookup)
{
	return lookup == LOOKUP_SOFT_TLB || lookup == LOOKUP_CACHE;
}

static void complain(struct stress_thread *t, enum violation_kind kind,
		     const struct question *q, const char *expected,
		     const char *found, uint64_t value)
{
	/* Whatever only those get wrong, they remembered. */
	if (remembers(q->lookup) &&
	    (kind == VIOLATION_USE_AFTER_RELEASE ||
	     kind == VIOLATION_WRONG_PAGE || kind == VIOLATION_WRONG_ANSWER))
		kind = VIOLATION_STALE_TLB;
	violation(&t->run->log, kind,
		  WHO_FORMAT ": %s of va 0x%" PRIx64
			     ": expected %s, found %s 0x%" PRIx64
			     " (record 0x%" PRIx64 ", version %" PRIu64 ")",
		  WHO_ARGS(t), lookup_name(q->lookup), q->va, expected, found,
		  value, q->record, q->version);
}

/* ---- sections ---- */

void section_begin(struct section *held)
{
	held->n = 0;
	tarry_read_begin();
}

void section_end(struct stress_thread *t, struct section *held)
{
	for (unsigned int i = 0; i < held->n; i++) {
		uint64_t now =
			arena_stamp_of(&t->run->arena, held->held[i].page);

		if (now == held->held[i].stamp)
			continue;
		violation(&t->run->log,
			  remembers(held->held[i].lookup)
				  ? VIOLATION_STALE_TLB
				  : VIOLATION_USE_AFTER_RELEASE,
			  WHO_FORMAT ": %s of va 0x%" PRIx64
				     ": expected page %u to stay until the "
				     "section ends, found it released inside "
				     "(stamp 0x%" PRIx64 ", then 0x%" PRIx64
				     ")",
			  WHO_ARGS(t), lookup_name(held->held[i].lookup),
			  held->held[i].va, held->held[i].page,
			  held->held[i].stamp, now);
	}
	tarry_read_end();
}

bool check_page(struct stress_thread *t, enum lookup lookup, uint32_t id,
		tarry_va va, tarry_oa oa, struct section *held)
{
	struct stress *run = t->run;
	struct question q = {.id = id, .va = va, .lookup = lookup};
	uint64_t mask = (1ull << run->plan.page_lg2) - 1;
	uint32_t page = arena_page(&run->arena, oa);
	uint64_t stamp;

	q.record = plan_recorded(&run->plan, id);
	if (page == ARENA_NONE) {
		complain(t, VIOLATION_OUTSIDE, &q, "a page of the arena",
			 "output address", oa);
		return false;
	}
	if ((oa & mask) != (va & mask)) {
		complain(t, VIOLATION_WRONG_PAGE, &q, "the offset of the page",
			 "output address", oa);
		return false;
	}
	stamp = arena_stamp_of(&run->arena, page);
	if (!(stamp & STAMP_LIVES)) {
		complain(t, VIOLATION_USE_AFTER_RELEASE, &q,
			 "a page that lives", "poison in its stamp", stamp);
		return false;
	}
	if ((uint32_t)stamp != id) {
		complain(t, VIOLATION_WRONG_PAGE, &q, "this page's stamp",
			 "that of va",
			 plan_va(&run->plan, (uint32_t)stamp, false));
		return false;
	}
	if (held && held->n < SECTION_HOLDS) {
		held->held[held->n].stamp = stamp;
		held->held[held->n].page = page;
		held->held[held->n].va = va;
		held->held[held->n].lookup = lookup;
		held->n++;
	}
	return true;
}

/* ---- one page ---- */

void question_note(struct stress_thread *t, struct question *q, uint32_t id,
		   bool away, uint64_t offset)
{
	const struct plan *plan = &t->run->plan;

	q->id = id;
	q->away = away;
	q->va = plan_va(plan, id, away) + offset;
	q->lookup = LOOKUP_TRANSLATE;
	q->version = block_version(t->run, id);
	q->record = plan_recorded(plan, id);
	q->target =
		atomic_load_explicit(&plan->blocks[id / plan->per_block].target,
				     memory_order_relaxed);
}

bool question_is_exact(struct stress_thread *t, const struct question *q)
{
	if ((q->version & 1) ||
	    plan_stripe_of(&t->run->plan, q->id)->owner == PLAN_SHARED)
		return false;
	atomic_thread_fence(memory_order_acquire);
	return block_version(t->run, q->id) == q->version;
}

static void verify_rights(struct stress_thread *t, struct question *q,
			  const struct tarry_hit *hit, bool exact)
{
	const struct plan *plan = &t->run->plan;
	tarry_rights all = tarry_hit_rights(t->run->space, hit);
	tarry_rights rights = RIGHTS_ONLY(all);
	tarry_rights old = stress_rights(t->run, q->record);
	bool legal = false;

	if (exact) {
		if (!rights_agree(t->run, all, old | record_bits(q->record)))
			complain(t, VIOLATION_WRONG_RIGHTS, q,
				 "the rights of the record", "rights", all);
		return;
	}
	for (unsigned int i = 0; i < PLAN_RIGHTS; i++)
		legal |= rights == plan->rights[i];
	/* One change is under way, and it is still the same. */
	if (legal && (q->version & 1) && q->target != TARGET_ANY) {
		legal = q->target < PLAN_RIGHTS &&
			rights == plan->rights[q->target];
		legal |= record_what(q->record) == RECORD_LEAF &&
			 (rights == old || (q->target == TARGET_NO_WRITE &&
					    rights == (old & ~TARRY_W)));
		legal |= block_version(t->run, q->id) != q->version;
	}
	if (!legal)
		complain(t, VIOLATION_WRONG_RIGHTS, q,
			 "rights that some change gave", "rights", all);
}

static void verify_size(struct stress_thread *t, struct question *q,
			const struct tarry_hit *hit, bool exact)
{
	const struct plan *plan = &t->run->plan;
	unsigned int lg2 = hit->level ? plan->block_lg2 : plan->page_lg2;
	uint64_t span = 1ull << lg2, run;

	if (hit->level > 1) {
		complain(t, VIOLATION_WRONG_LEVEL, q, "level 0 or 1", "level",
			 hit->level);
		return;
	}
	run = span << t->run->format->run_lg2[hit->level];
	if (hit->len != span - (q->va & (span - 1)) &&
	    hit->len != run - (q->va & (run - 1)))
		complain(t, VIOLATION_WRONG_LENGTH, q,
			 "bytes to the end of the leaf or its run", "length",
			 hit->len);
	if (exact && hit->level != !!(q->record & RECORD_LARGE))
		complain(t, VIOLATION_WRONG_LEVEL, q, "the record's level",
			 "level", hit->level);
}

/* A hole must not say that it reaches over a page that is there. */
static void verify_hole(struct stress_thread *t, struct question *q,
			const struct tarry_hit *hit)
{
	const struct plan *plan = &t->run->plan;
	uint64_t page = 1ull << plan->page_lg2;
	uint64_t pages = hit->len >> plan->page_lg2;
	uint32_t left = plan->per_block - q->id % plan->per_block;
	uint32_t other;
	uint64_t record;

	if (hit->len + (q->va & (page - 1)) < page) {
		complain(t, VIOLATION_WRONG_LENGTH, q,
			 "a hole of at least this page", "length", hit->len);
		return;
	}
	if (pages > left)
		pages = left;
	other = q->id + random_below(&t->random, (uint32_t)pages + 1);
	if (other >= q->id + pages)
		return;
	record = plan_recorded(plan, other);
	if (record_at(record, q->away) && question_is_exact(t, q))
		complain(t, VIOLATION_WRONG_LENGTH, q,
			 "a hole that ends before the next page",
			 "one that reaches over va",
			 plan_va(plan, other, q->away));
}

static void verify_absent(struct stress_thread *t, struct question *q, int err,
			  const struct tarry_hit *hit, bool exact)
{
	const struct plan_stripe *s = plan_stripe_of(&t->run->plan, q->id);
	bool there = record_at(q->record, q->away);

	if (s->owner == PLAN_SHARED) {
		if (s->steady && !q->away &&
		    record_what(q->record) == RECORD_LEAF)
			complain(t, VIOLATION_LOST_MAPPING, q,
				 "a page that is never taken away", "error",
				 (uint64_t)-err);
		return;
	}
	if (!exact)
		return;
	if (there && record_what(q->record) == RECORD_LEAF)
		complain(t, VIOLATION_LOST_MAPPING, q, "the record's page",
			 "error", (uint64_t)-err);
	else if (there && err != TARRY_EMARK)
		complain(t, VIOLATION_WRONG_ANSWER, q, "a mark", "error",
			 (uint64_t)-err);
	else if (!there && err != TARRY_ENOENT)
		complain(t, VIOLATION_WRONG_ANSWER, q, "nothing", "error",
			 (uint64_t)-err);
	else if (there && hit && hit->oa != record_page(q->record))
		complain(t, VIOLATION_WRONG_ANSWER, q, "the mark's payload",
			 "payload", hit->oa);
	else if (!there && hit)
		verify_hole(t, q, hit);
}

void question_verify(struct stress_thread *t, struct question *q, int err,
		     tarry_oa oa, const struct tarry_hit *hit,
		     struct section *held)
{
	bool exact = question_is_exact(t, q);

	if (exact)
		count(&t->counters.exact, 1);
	if (err == TARRY_ENOENT || err == TARRY_EMARK) {
		verify_absent(t, q, err, hit, exact);
		return;
	}
	if (err) {
		complain(t, VIOLATION_WRONG_CODE, q,
			 "0, TARRY_ENOENT or TARRY_EMARK", "error",
			 (uint64_t)-err);
		return;
	}
	if (!check_page(t, q->lookup, q->id, q->va, oa, held))
		return;
	if (exact && (!record_at(q->record, q->away) ||
		      record_what(q->record) != RECORD_LEAF)) {
		complain(t, VIOLATION_WRONG_ANSWER, q, "no page here",
			 "output address", oa);
		return;
	}
	if (exact && arena_page(&t->run->arena, oa) != record_page(q->record)) {
		complain(t, VIOLATION_WRONG_PAGE, q, "the record's page",
			 "page", arena_page(&t->run->arena, oa));
		return;
	}
	if (hit) {
		verify_rights(t, q, hit, exact);
		verify_size(t, q, hit, exact);
	}
}

/* ---- ranges ---- */

static void check_leaf_piece(struct stress_thread *t, struct question *q,
			     const struct tarry_piece *piece, uint64_t into,
			     bool exact, struct section *held)
{
	tarry_oa oa = piece->oa + into;

	if (!check_page(t, q->lookup, q->id, q->va, oa, held) || !exact)
		return;
	if (!record_at(q->record, q->away) ||
	    record_what(q->record) != RECORD_LEAF)
		complain(t, VIOLATION_WRONG_ANSWER, q, "no page here",
			 "output address", oa);
	else if (arena_page(&t->run->arena, oa) != record_page(q->record))
		complain(t, VIOLATION_WRONG_PAGE, q, "the record's page",
			 "output address", oa);
	else if (RIGHTS_ONLY(piece->rights) != stress_rights(t->run, q->record))
		complain(t, VIOLATION_WRONG_RIGHTS, q,
			 "the rights of the record", "rights", piece->rights);
}

void check_pieces(struct stress_thread *t, enum lookup lookup, uint32_t first,
		  uint32_t n, bool away, const uint64_t *before,
		  const struct tarry_piece *pieces, size_t n_pieces,
		  struct section *held)
{
	const struct plan *plan = &t->run->plan;
	uint64_t page = 1ull << plan->page_lg2;
	size_t p = 0;

	for (uint32_t i = 0; i < n && p < n_pieces; i++) {
		struct question q;
		const struct tarry_piece *piece;
		bool exact;

		question_note(t, &q, first + i, away, 0);
		q.lookup = lookup;
		q.version = before[(first + i) / plan->per_block -
				   first / plan->per_block];
		while (p < n_pieces && q.va - pieces[p].va >= pieces[p].len)
			p++;
		if (p == n_pieces)
			return; /* the rest was not asked for */
		piece = &pieces[p];
		if (piece->len & (page - 1))
			complain(t, VIOLATION_WRONG_LENGTH, &q, "whole pages",
				 "a piece of length", piece->len);
		exact = question_is_exact(t, &q);
		if (exact)
			count(&t->counters.exact, 1);
		if (piece->kind == TARRY_LEAF) {
			check_leaf_piece(t, &q, piece, q.va - piece->va, exact,
					 held);
		} else {
			struct tarry_hit hit = {.oa = piece->oa, .len = page};

			verify_absent(t, &q,
				      piece->kind == TARRY_MARK ? TARRY_EMARK
								: TARRY_ENOENT,
				      &hit, exact);
		}
	}
}
