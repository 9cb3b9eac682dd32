/* SPDX-License-Identifier: MIT */
/*
 * Changes of place: move to the other place of a stripe, clone into another
 * space.
 */
#include <inttypes.h>
#include <string.h>

#include "stress_change.h"

/* ---- move ---- */

static void records_move(struct writer *w, const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;

	records_cut(w, r);
	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(plan, id);

		if (record_at(record, r->away))
			plan_write(plan, id, record ^ RECORD_AWAY);
	}
}

void change_move(struct writer *w)
{
	static const enum extent extents[] = {EXTENT_PAGES, EXTENT_BLOCK,
					      EXTENT_BLOCK, EXTENT_REGION};
	const struct plan *plan = &w->run->plan;
	struct change_range r, to;
	uint64_t len;
	bool there;
	int err;

	if (!range_choose(w, &r, extents[random_below(&w->t->random, 4)],
			  KEEPS_MAPPINGS) ||
	    !r.stripe->twin || (!r.owned && r.stripe->steady))
		return;
	len = r.len;
	if (r.stripe->alone && random_once_in(&w->t->random, 8)) {
		/* Its whole span of level 2: a table of tables moves. */
		r = range_part(w, &r, r.stripe->first * plan->per_block,
			       r.stripe->n * plan->per_block);
		len = 1ull << plan->format->span_lg2[2];
	}
	to = r;
	to.away = !r.away;
	to = range_part(w, &to, r.first, r.n);
	range_begin(w, &r, PLAN_NO_TARGET);
	there = r.owned && records_any_at(w, &to, to.away);
	err = CHANGE_TIMED(w, CHANGE_MOVE,
			   tarry_move(w->run->space, r.va, to.va, len, NULL));
	if (change_done(w, CHANGE_MOVE, &r, err,
			r.owned ? (there ? MAY(TARRY_EEXIST) : MAY_OK)
				: MAY_OK | MAY(TARRY_EEXIST)))
		records_move(w, &r);
	range_end(w, &r);
}

/* ---- clone ---- */

static void check_clone(struct writer *w, struct tarry_space *clone,
			const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;
	uint32_t step = 1 + r->n / 256;

	tarry_read_begin();
	for (uint32_t id = r->first; id < r->first + r->n; id += step) {
		uint64_t record = plan_recorded(plan, id);
		tarry_va va = plan_va(plan, id, r->away);
		struct tarry_hit hit;
		int err = tarry_translate(clone, va, &hit);
		bool there = record_at(record, r->away), same;

		if (!r->owned) {
			if (!err)
				check_page(w->t, LOOKUP_TRANSLATE, id, va,
					   hit.oa, NULL);
			continue;
		}
		if (there && record_what(record) == RECORD_LEAF)
			same = !err &&
			       arena_page(&w->run->arena, hit.oa) ==
				       record_page(record) &&
			       (tarry_hit_rights(clone, &hit) &
				~(TARRY_ACCESSED | TARRY_DIRTY)) ==
				       stress_rights(w->run, record);
		else if (there)
			same = err == TARRY_EMARK &&
			       hit.oa == record_page(record);
		else
			same = err == TARRY_ENOENT;
		if (!same)
			violation(&w->run->log, VIOLATION_WRONG_ANSWER,
				  WHO_FORMAT ": clone at va 0x%" PRIx64
					     ": expected what record 0x%" PRIx64
					     " says, found %s 0x%" PRIx64,
				  WHO_ARGS(w->t), va, record,
				  tarry_error_name(err), err ? 0 : hit.oa);
	}
	tarry_read_end();
}

static void records_write_protect(struct writer *w,
				  const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;

	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(plan, id);

		if (record_at(record, r->away) &&
		    record_what(record) == RECORD_LEAF)
			plan_write(plan, id,
				   record & ~(1ull << RECORD_RIGHTS_SHIFT));
	}
}

static void expect_done(struct writer *w, const char *what, int err)
{
	if (err)
		violation(&w->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT ": %s: expected 0, found %s",
			  WHO_ARGS(w->t), what, tarry_error_name(err));
}

void change_clone(struct writer *w)
{
	struct stress *run = w->run;
	bool keep = random_once_in(&w->t->random, 4);
	bool stocked = random_once_in(&w->t->random, 4);
	struct tarry_how how = {.flags = keep ? TARRY_KEEP_WRITE : 0};
	struct tarry_stock stock;
	struct tarry_space *clone;
	struct change_range r;
	int err;

	if (!range_choose(w, &r,
			  random_once_in(&w->t->random, 2) ? EXTENT_PAGES
							   : EXTENT_REGION,
			  KEEPS_MAPPINGS))
		return;
	r = range_around_large(w, &r);
	err = tarry_space_create(run->pool, run->format, TARRY_SPACE_RELEASE,
				 &clone);
	if (err) {
		if (err != TARRY_ENOMEM || !run->limited)
			expect_done(w, "create a space", err);
		return;
	}
	memset(&stock, 0, sizeof(stock));
	if (stocked && !tarry_reserve(clone, r.va, r.len,
				      &(struct tarry_how){.levels = 1}, &stock))
		how.stock = &stock;
	range_begin(w, &r, TARGET_NO_WRITE);
	err = CHANGE_TIMED(w, CHANGE_CLONE,
			   tarry_clone(run->space, clone, r.va, r.len, &how));
	if (change_done(w, CHANGE_CLONE, &r, err, MAY_OK)) {
		if (!keep)
			records_write_protect(w, &r);
		check_clone(w, clone, &r);
	}
	range_end(w, &r);
	tarry_unreserve(&stock);
	/* A part is unmapped, the rest goes with the space. */
	if (!err && random_once_in(&w->t->random, 2)) {
		uint32_t n = 1 + random_below(&w->t->random, r.n);
		struct change_range part = range_part(w, &r, r.first, n);

		err = tarry_unmap(clone, part.va, part.len, NULL);
		if (err != TARRY_ENOMEM || !run->limited)
			expect_done(w, "unmap a part of a clone", err);
	}
	expect_done(w, "destroy a clone", tarry_space_destroy(clone));
}
