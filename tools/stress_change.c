/* SPDX-License-Identifier: MIT */
/*
 * Changes of what is mapped: faults, map, unmap, mark.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "stress_change.h"

tarry_rights writer_bits(struct writer *w)
{
	return random_below(&w->t->random, 4) * TARRY_ACCESSED;
}

static unsigned int any_rights(struct writer *w)
{
	return random_below(&w->t->random, PLAN_RIGHTS);
}

/* ---- unmap ---- */

/* The fault of --sabotage no-grace: pages are free when unmap returns. */
static void release_at_once(struct writer *w, const struct change_range *r)
{
	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(&w->run->plan, id);

		if (record_at(record, r->away) &&
		    record_what(record) == RECORD_LEAF)
			arena_put(&w->run->arena, record_page(record), 1);
	}
}

bool change_unmap(struct writer *w, enum change c, const struct change_range *r,
		  struct tarry_gather *gather, struct tarry_stock *stock)
{
	static const unsigned int tables[] = {0, 0, TARRY_KEEP_TABLES,
					      TARRY_RETIRE_TABLES};
	struct tarry_how how = {
		.flags = tables[random_below(&w->t->random, 4)],
		.gather = gather,
		.stock = stock,
	};
	int err = CHANGE_TIMED(w, c,
			       tarry_unmap(w->run->space, r->va, r->len, &how));

	if (!change_done(w, c, r, err, MAY_OK))
		return false;
	if (w->run->options->sabotage == SABOTAGE_NO_GRACE)
		release_at_once(w, r);
	records_clear(w, r);
	return true;
}

bool change_make_room(struct writer *w, const struct change_range *r)
{
	struct change_range other = *r;

	if (records_any_at(w, r, r->away) &&
	    !change_unmap(w, CHANGE_UNMAP, r, NULL, NULL))
		return false;
	if (!r->stripe->twin)
		return true;
	other.away = !r->away;
	other = range_part(w, &other, r->first, r->n);
	return !records_any_at(w, &other, other.away) ||
	       change_unmap(w, CHANGE_UNMAP, &other, NULL, NULL);
}

static void unmap_any(struct writer *w, enum change c, enum extent extent)
{
	struct change_range r;

	if (!range_choose(w, &r, extent, TAKES_AWAY))
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	change_unmap(w, c, &r, NULL, NULL);
	range_end(w, &r);
}

void change_unmap_pages(struct writer *w)
{
	unmap_any(w, CHANGE_UNMAP, EXTENT_PAGES);
}

void change_unmap_large(struct writer *w)
{
	unmap_any(w, CHANGE_UNMAP_LARGE, EXTENT_BLOCK);
}

void change_unmap_region(struct writer *w)
{
	unmap_any(w, CHANGE_UNMAP_REGION, EXTENT_REGION);
}

/* ---- faults ---- */

/* What a handler finds before and after it mapped a page. */
static void expect_fault(struct writer *w, const struct change_range *page,
			 tarry_rights access, int expected)
{
	int err = tarry_fault(w->run->space, page->va, access);

	if (page->owned && err != expected)
		violation(&w->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT ": fault at va 0x%" PRIx64
				     " of a page of its own: expected %s, "
				     "found %s",
			  WHO_ARGS(w->t), page->va, tarry_error_name(expected),
			  tarry_error_name(err));
}

/* False: no page is free. */
static bool fault_page(struct writer *w, const struct change_range *page,
		       unsigned int rights)
{
	struct stress *run = w->run;
	const struct plan *plan = &run->plan;
	uint64_t record = plan_recorded(plan, page->first);
	bool mark = page->owned && record_what(record) == RECORD_MARK;
	tarry_rights bits = writer_bits(w);
	bool over = mark || (!page->owned && random_once_in(&w->t->random, 2));
	struct tarry_how how = {.flags = over ? TARRY_OVER_MARK : 0};
	uint32_t p = arena_take(&run->arena, w->t->number), mapped = p;
	int err;

	if (p == ARENA_NONE) {
		count(&w->t->counters.skipped, 1);
		return false;
	}
	arena_stamp(&run->arena, p, page->first);
	if (run->options->sabotage == SABOTAGE_WRONG_OA && page->owned &&
	    random_once_in(&w->t->random, 64)) {
		mapped = arena_take(&run->arena, w->t->number);
		if (mapped == ARENA_NONE)
			mapped = p;
		else
			arena_stamp(&run->arena, mapped, page->first);
	}
	expect_fault(w, page, TARRY_R, mark ? TARRY_EMARK : TARRY_ENOENT);
	err = CHANGE_TIMED(w, CHANGE_FAULT,
			   tarry_map(run->space, page->va,
				     arena_oa(&run->arena, mapped), page->len,
				     plan->rights[rights] | bits, &how));
	if (!change_done(w, CHANGE_FAULT, page, err,
			 page->owned ? MAY_OK : MAY_OK | MAY(TARRY_EEXIST))) {
		arena_put(&run->arena, p, 1);
		return true;
	}
	if (!page->owned)
		return true;
	plan_write(
		plan, page->first,
		record_make(record, RECORD_LEAF, p, rights, bits, page->away));
	expect_fault(w, page, TARRY_R, 0);
	expect_fault(w, page, TARRY_W, rights & 1 ? 0 : TARRY_EACCES);
	return true;
}

void change_fault(struct writer *w)
{
	const struct plan *plan = &w->run->plan;
	unsigned int rights = any_rights(w);
	struct change_range r;

	if (!range_choose(w, &r, EXTENT_PAGES, TAKES_AWAY))
		return;
	range_begin(w, &r, rights);
	for (uint32_t id = r.first; id < r.first + r.n; id++) {
		struct change_range page = range_part(w, &r, id, 1);
		uint64_t record = plan_recorded(plan, id);

		/* What the process had comes back, little else comes new. */
		if (!(record & RECORD_HOME) &&
		    !random_once_in(&w->t->random, 16))
			continue;
		if (r.owned && (record_what(record) == RECORD_LEAF ||
				(record_what(record) == RECORD_MARK &&
				 !record_at(record, r.away))))
			continue;
		if (!fault_page(w, &page, rights))
			break;
	}
	range_end(w, &r);
}

/* ---- map ---- */

static void record_run(struct writer *w, const struct change_range *r,
		       uint32_t page, unsigned int rights, tarry_rights bits,
		       bool large)
{
	const struct plan *plan = &w->run->plan;

	for (uint32_t i = 0; i < r->n; i++)
		plan_write(plan, r->first + i,
			   record_make(plan_recorded(plan, r->first + i),
				       RECORD_LEAF, page + i, rights, bits,
				       r->away) |
				   (large ? RECORD_LARGE : 0));
}

bool change_map_run(struct writer *w, enum change c,
		    const struct change_range *r, unsigned int rights,
		    unsigned int levels, struct tarry_stock *stock)
{
	struct stress *run = w->run;
	uint32_t per = run->plan.per_block, into = r->first % per;
	struct tarry_how how = {.levels = levels, .stock = stock};
	tarry_rights bits = writer_bits(w);
	uint32_t chunk = arena_take_chunk(&run->arena, w->t->number);
	bool there;
	unsigned int legal;
	int err;

	if (chunk == ARENA_NONE) {
		count(&w->t->counters.skipped, 1);
		return false;
	}
	/* The n-th page of the block gets the n-th of the large page: they can
	 * become one leaf. */
	for (uint32_t i = 0; i < r->n; i++)
		arena_stamp(&run->arena, chunk + into + i, r->first + i);
	arena_give_back(&run->arena, chunk, into);
	arena_give_back(&run->arena, chunk + into + r->n, per - into - r->n);
	there = r->owned && records_any_at(w, r, r->away);
	err = CHANGE_TIMED(w, c,
			   tarry_map(run->space, r->va,
				     arena_oa(&run->arena, chunk + into),
				     r->len, run->plan.rights[rights] | bits,
				     &how));
	legal = r->owned ? (there ? MAY(TARRY_EEXIST) : MAY_OK)
			 : MAY_OK | MAY(TARRY_EEXIST);
	if (!change_done(w, c, r, err, legal)) {
		arena_put(&run->arena, chunk + into, r->n);
		return false;
	}
	if (r->owned)
		record_run(w, r, chunk + into, rights, bits,
			   levels != 1 && r->n == per);
	return true;
}

static void map_any(struct writer *w, enum change c, enum extent extent,
		    unsigned int levels)
{
	unsigned int rights = any_rights(w);
	uint32_t per = w->run->plan.per_block, left;
	struct change_range r;

	if (!range_choose(w, &r, extent, TAKES_AWAY))
		return;
	left = per - r.first % per;
	r = range_part(w, &r, r.first, r.n < left ? r.n : left);
	range_begin(w, &r, rights);
	/* no-live-overwrite is tried too, where something stands */
	if (!r.owned || random_once_in(&w->t->random, 8) ||
	    change_make_room(w, &r)) {
		if (records_all_here(w, &r))
			change_map_run(w, c, &r, rights, levels, NULL);
	}
	range_end(w, &r);
}

void change_map(struct writer *w)
{
	map_any(w, CHANGE_MAP,
		random_once_in(&w->t->random, 4) ? EXTENT_BLOCK : EXTENT_PAGES,
		1);
}

void change_map_large(struct writer *w)
{
	map_any(w, CHANGE_MAP_LARGE, EXTENT_BLOCK, 0);
}

/* ---- mark ---- */

void change_mark(struct writer *w)
{
	const struct plan *plan = &w->run->plan;
	enum extent extent =
		random_once_in(&w->t->random, 4) ? EXTENT_BLOCK : EXTENT_PAGES;
	struct tarry_how how = {.levels = random_below(&w->t->random, 3)};
	uint32_t payload = (uint32_t)random_next(&w->t->random);
	struct change_range r;
	int err;

	if (plan->format->payload_bits < 32)
		payload &= (1u << plan->format->payload_bits) - 1;
	if (!range_choose(w, &r, extent, TAKES_AWAY) ||
	    !records_all_here(w, &r))
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	err = CHANGE_TIMED(
		w, CHANGE_MARK,
		tarry_mark(w->run->space, r.va, r.len, payload, &how));
	if (change_done(w, CHANGE_MARK, &r, err, MAY_OK) && r.owned) {
		if (w->run->options->sabotage == SABOTAGE_NO_GRACE)
			release_at_once(w, &r);
		records_clear(w, &r);
		for (uint32_t id = r.first; id < r.first + r.n; id++)
			plan_write(plan, id,
				   record_make(plan_recorded(plan, id),
					       RECORD_MARK, payload, 0, 0,
					       r.away));
	}
	range_end(w, &r);
}
