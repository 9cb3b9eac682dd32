/* SPDX-License-Identifier: MIT */
/*
 * Changes that leave pages where they are, and ways to do a change: protect,
 * harvest, reclaim, gathers, stocks, companions.
 */
#include <inttypes.h>
#include <string.h>

#include "stress_change.h"

#define HARVEST_PAGES 2048

bool change_protect(struct writer *w, enum change c,
		    const struct change_range *r, unsigned int rights,
		    struct tarry_gather *gather, struct tarry_stock *stock)
{
	const struct plan *plan = &w->run->plan;
	struct tarry_how how = {.gather = gather, .stock = stock};
	unsigned int given = rights;
	int err;

	if (w->run->options->sabotage == SABOTAGE_WRONG_RIGHTS &&
	    random_once_in(&w->t->random, 16))
		given ^= 1;
	err = CHANGE_TIMED(w, c,
			   tarry_protect(w->run->space, r->va, r->len,
					 plan->rights[given], &how));
	if (!change_done(w, c, r, err, MAY_OK))
		return false;
	records_cut(w, r);
	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(plan, id);

		if (!record_at(record, r->away) ||
		    record_what(record) != RECORD_LEAF)
			continue;
		record &= ~(7ull << RECORD_RIGHTS_SHIFT);
		plan_write(plan, id,
			   record | (uint64_t)rights << RECORD_RIGHTS_SHIFT);
	}
	return true;
}

void change_protect_any(struct writer *w)
{
	static const enum extent extents[] = {EXTENT_PAGES, EXTENT_PAGES,
					      EXTENT_BLOCK, EXTENT_REGION};
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	struct change_range r;

	if (!range_choose(w, &r, extents[random_below(&w->t->random, 4)],
			  KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, rights);
	change_protect(w, CHANGE_PROTECT, &r, rights, NULL, NULL);
	range_end(w, &r);
}

/* ---- harvest ---- */

static void check_harvest(struct writer *w, const struct change_range *r,
			  const uint64_t *accessed, const uint64_t *dirty,
			  tarry_rights clear)
{
	const struct plan *plan = &w->run->plan;

	for (uint32_t i = 0; i < r->n; i++) {
		uint64_t record = plan_recorded(plan, r->first + i);
		bool leaf = record_at(record, r->away) &&
			    record_what(record) == RECORD_LEAF;
		tarry_rights expected = leaf ? record_bits(record) : 0;
		tarry_rights found =
			((accessed[i / 64] >> i % 64 & 1) ? TARRY_ACCESSED
							  : 0) |
			((dirty[i / 64] >> i % 64 & 1) ? TARRY_DIRTY : 0);

		if (!rights_agree(w->run, found, expected))
			violation(&w->run->log, VIOLATION_WRONG_HARVEST,
				  WHO_FORMAT
				  ": va 0x%" PRIx64
				  ": expected accessed and dirty 0x%x as they "
				  "were set, found 0x%x",
				  WHO_ARGS(w->t),
				  plan_va(plan, r->first + i, r->away),
				  expected, found);
		if (leaf && (clear & TARRY_ACCESSED))
			record &= ~RECORD_ACCESSED;
		if (leaf && (clear & TARRY_DIRTY))
			record &= ~RECORD_DIRTY;
		plan_write(plan, r->first + i, record);
	}
}

void change_harvest(struct writer *w)
{
	uint64_t accessed[HARVEST_PAGES / 64] = {0};
	uint64_t dirty[HARVEST_PAGES / 64] = {0};
	tarry_rights clear = random_below(&w->t->random, 4) * TARRY_ACCESSED;
	struct change_range r;
	int err;

	if (!range_choose(w, &r,
			  random_once_in(&w->t->random, 2) ? EXTENT_PAGES
							   : EXTENT_REGION,
			  KEEPS_MAPPINGS))
		return;
	if (r.n > HARVEST_PAGES)
		r = range_part(w, &r, r.first, HARVEST_PAGES);
	/* A large leaf has one pair of bits for all its pages. */
	r = range_around_large(w, &r);
	if (r.n > HARVEST_PAGES)
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	err = CHANGE_TIMED(w, CHANGE_HARVEST,
			   tarry_harvest(w->run->space, r.va, r.len, clear,
					 accessed, dirty));
	if (change_done(w, CHANGE_HARVEST, &r, err, MAY_OK) && r.owned)
		check_harvest(w, &r, accessed, dirty, clear);
	range_end(w, &r);
}

/* ---- reclaim ---- */

void change_reclaim(struct writer *w)
{
	struct change_range r;
	int64_t n;

	if (!range_choose(w, &r, EXTENT_REGION, KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	n = CHANGE_TIMED(w, CHANGE_RECLAIM,
			 tarry_reclaim(w->run->space, r.va, r.len, NULL));
	change_done(w, CHANGE_RECLAIM, &r, n < 0 ? (int)n : 0, MAY_OK);
	range_end(w, &r);
}

/* What is clean is worth nothing, and so are marks. */
static bool clean_or_mark(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->kind == TARRY_MARK || !(piece->rights & TARRY_DIRTY);
}

/* Does the whole table of small pages go, by the records? */
static bool records_of_no_value(struct writer *w, const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;

	if (r->n != plan->per_block || records_any_large(w, r))
		return false;
	for (uint32_t id = r->first; id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(plan, id);

		if (record_at(record, r->away) &&
		    record_what(record) == RECORD_LEAF &&
		    (record_bits(record) & TARRY_DIRTY))
			return false;
	}
	return true;
}

/* A mark may stand for a whole block: it has no table to go with. */
static bool one_entry(struct writer *w, const struct change_range *r)
{
	struct tarry_hit hit;

	tarry_read_begin();
	(void)tarry_translate(w->run->space, r->va, &hit);
	tarry_read_end();
	return hit.level > 0;
}

void change_idle(struct writer *w)
{
	struct tarry_idle walk = {.of_no_value = clean_or_mark};
	struct change_range r;
	bool goes;
	int err = 0;

	if (!range_choose(w, &r, EXTENT_BLOCK, TAKES_AWAY))
		return;
	goes = r.owned && records_of_no_value(w, &r) && !one_entry(w, &r);
	walk.va = r.va;
	walk.len = r.len;
	walk.budget = random_below(&w->t->random, 2 * w->run->plan.per_block);
	range_begin(w, &r, PLAN_NO_TARGET);
	while (!err && walk.done < walk.len)
		err = CHANGE_TIMED(w, CHANGE_IDLE,
				   tarry_reclaim_idle(w->run->space, &walk));
	/* A page may be dirty for another that was in its run. */
	goes &= walk.tables || !has_runs(w->run);
	if (change_done(w, CHANGE_IDLE, &r, err, MAY_OK) && goes)
		records_clear(w, &r);
	range_end(w, &r);
}

/* ---- a gather over several changes ---- */

void change_gather(struct writer *w)
{
	unsigned int turns = 1 + random_below(&w->t->random, 8);
	struct tarry_gather gather;
	struct change_range r;
	bool takes = !random_once_in(&w->t->random, 3);
	uint64_t begin;
	int err;

	if (!range_choose(w, &r, EXTENT_REGION,
			  takes ? TAKES_AWAY : KEEPS_MAPPINGS))
		return;
	/* Until the gather ends soft TLBs may remember what was taken away. */
	range_begin(w, &r, TARGET_ANY);
	tarry_gather_begin(&gather, w->run->space);
	while (turns-- > 0) {
		uint32_t n = 1 + random_below(&w->t->random, r.n);
		uint32_t first =
			r.first + random_below(&w->t->random, r.n - n + 1);
		struct change_range part = range_part(w, &r, first, n);

		if (takes && random_once_in(&w->t->random, 2))
			change_unmap(w, CHANGE_UNMAP, &part, &gather, NULL);
		else
			change_protect(w, CHANGE_PROTECT, &part,
				       random_below(&w->t->random, PLAN_RIGHTS),
				       &gather, NULL);
	}
	begin = clock_ticks();
	err = tarry_gather_end(&gather);
	histogram_add(&w->t->change_time[CHANGE_GATHER], clock_ticks() - begin);
	change_done(w, CHANGE_GATHER, &r, err, MAY_OK);
	range_end(w, &r);
}

/* ---- stocks ---- */

/* Takes what memory is left, in ever smaller bites. */
void writer_hog(struct writer *w)
{
	const struct plan *plan = &w->run->plan;
	uint64_t blocks = 1;

	if (w->hogging || !w->run->options->fail_alloc)
		return;
	w->hogging = true;
	for (uint64_t bite = 1ull << 17; bite; bite /= 2)
		while (!tarry_reserve(w->run->space, 0,
				      (blocks + bite) << plan->block_lg2, NULL,
				      &w->hog))
			blocks += bite;
}

void writer_unhog(struct writer *w)
{
	if (w->hogging)
		tarry_unreserve(&w->hog);
	w->hogging = false;
}

/*
 * With a stock for its range an operation cannot fail for memory; here it is
 * done while there is none, if --fail-alloc is given.
 */
void change_stock(struct writer *w)
{
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	unsigned int kind = random_below(&w->t->random, 4);
	struct tarry_stock stock;
	struct change_range r;
	uint32_t per = w->run->plan.per_block, left;
	int err;

	if (!range_choose(w, &r,
			  random_once_in(&w->t->random, 2) ? EXTENT_PAGES
							   : EXTENT_BLOCK,
			  kind < 2 ? TAKES_AWAY : KEEPS_MAPPINGS))
		return;
	left = per - r.first % per;
	r = range_part(w, &r, r.first, r.n < left ? r.n : left);
	memset(&stock, 0, sizeof(stock));
	range_begin(w, &r, rights);
	if (kind == 0 && r.owned && !change_make_room(w, &r)) {
		range_end(w, &r);
		return;
	}
	err = tarry_reserve(w->run->space, r.va, r.len, NULL, &stock);
	if (err) {
		if (!w->run->limited || err != TARRY_ENOMEM)
			change_done(w, CHANGE_STOCK, &r, err, MAY_OK);
	} else {
		writer_hog(w);
		if (kind == 0)
			change_map_run(w, CHANGE_STOCK, &r, rights,
				       1 + random_below(&w->t->random, 2),
				       &stock);
		else if (kind == 1)
			change_unmap(w, CHANGE_STOCK, &r, NULL, &stock);
		else if (kind == 2)
			change_protect(w, CHANGE_STOCK, &r, rights, NULL,
				       &stock);
		else
			change_split(w, CHANGE_STOCK, &r, &stock);
		writer_unhog(w);
		tarry_unreserve(&stock);
	}
	range_end(w, &r);
}

/* ---- companions ---- */

static int exchange(struct writer *w, tarry_va va, uint64_t *old,
		    uint64_t value)
{
	return CHANGE_TIMED(
		w, CHANGE_COMPANION,
		tarry_companion_exchange(w->run->space, va, old, value));
}

/* In stripes of the writer's own all words are 0 but while it is at one: each
 * that is not was another table's, or was lost. */
void change_companion(struct writer *w)
{
	uint64_t word = 1 + random_below(&w->t->random, 1u << 30), old = 0;
	struct change_range r;
	int err;

	if (!w->run->options->companions ||
	    !range_choose(w, &r, EXTENT_PAGES, KEEPS_MAPPINGS) || !r.owned)
		return;
	r = range_part(w, &r, r.first, 1);
	range_begin(w, &r, PLAN_NO_TARGET);
	err = exchange(w, r.va, &old, word);
	if (change_done(w, CHANGE_COMPANION, &r, err,
			MAY_OK | MAY(TARRY_ENOENT))) {
		old = word;
		err = exchange(w, r.va, &old, 0);
		change_done(w, CHANGE_COMPANION, &r, err, MAY_OK);
	}
	range_end(w, &r);
}
