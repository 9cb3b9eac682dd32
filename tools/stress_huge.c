/* SPDX-License-Identifier: MIT */
/*
 * Changes of size: collapse in place and by copy, split, deposit, retract.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "stress_change.h"

/* What the records say of one block at one place. */
struct block_state {
	uint32_t leaves, marks;
	bool large;	/* it is one leaf */
	bool one_piece; /* its leaves could be one */
	tarry_rights bits;
};

static struct block_state block_state(struct writer *w,
				      const struct change_range *r)
{
	const struct plan *plan = &w->run->plan;
	struct block_state s = {.one_piece = true};
	uint64_t first = plan_recorded(plan, r->first);

	if (record_page(first) % plan->per_block)
		s.one_piece = false;
	for (uint32_t i = 0; i < r->n; i++) {
		uint64_t record = plan_recorded(plan, r->first + i);

		if (!record_at(record, r->away)) {
			s.one_piece = false;
			continue;
		}
		s.leaves += record_what(record) == RECORD_LEAF;
		s.marks += record_what(record) == RECORD_MARK;
		s.large |= (record & RECORD_LARGE) != 0;
		s.bits |= record_bits(record);
		if (record_page(record) != record_page(first) + i ||
		    record_rights(record) != record_rights(first))
			s.one_piece = false;
	}
	s.one_piece &= s.leaves == r->n && !s.large;
	return s;
}

static void set_large(struct writer *w, const struct change_range *r,
		      uint32_t page, unsigned int rights, tarry_rights bits,
		      bool spare)
{
	const struct plan *plan = &w->run->plan;

	for (uint32_t i = 0; i < r->n; i++)
		plan_write(plan, r->first + i,
			   record_make(plan_recorded(plan, r->first + i),
				       RECORD_LEAF, page + i, rights, bits,
				       r->away) |
				   RECORD_LARGE);
	plan->blocks[r->first / plan->per_block].spare = spare;
}

/* ---- in place ---- */

static bool collapse_in_place(struct writer *w, enum change c,
			      const struct change_range *r, unsigned int flags)
{
	struct tarry_how how = {.flags = flags};
	uint64_t first = plan_recorded(&w->run->plan, r->first);
	struct block_state s;
	unsigned int legal = MAY_RACES & ~MAY(TARRY_EEXIST);
	int err;

	if (r->owned) {
		s = block_state(w, r);
		legal = s.large	      ? MAY(TARRY_ELEAF)
			: s.one_piece ? MAY_OK
			: s.leaves + s.marks
				? MAY(TARRY_EHOLES) | MAY(TARRY_EMIXED)
				: MAY(TARRY_ENOENT) | MAY(TARRY_EHOLES);
		if (s.marks == r->n)
			legal |= MAY(TARRY_ELEAF);
	}
	err = CHANGE_TIMED(
		w, c, tarry_collapse(w->run->space, r->va, 1, 0, NULL, &how));
	if (!change_done(w, c, r, err, legal))
		return false;
	if (r->owned)
		set_large(w, r, record_page(first), record_rights(first),
			  s.bits, (flags & TARRY_DEPOSIT) != 0);
	return true;
}

/* Makes it likely that the block can be collapsed. */
static void prepare_collapse(struct writer *w, const struct change_range *r,
			     unsigned int rights)
{
	struct block_state s;

	if (!r->owned || random_once_in(&w->t->random, 4))
		return;
	s = block_state(w, r);
	if (s.large)
		change_split(w, CHANGE_SPLIT, r, NULL);
	else if (!s.one_piece && !r->stripe->steady && change_make_room(w, r))
		change_map_run(w, CHANGE_MAP, r, rights, 1, NULL);
}

void change_collapse(struct writer *w)
{
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	struct change_range r;

	if (!range_choose(w, &r, EXTENT_BLOCK, KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, rights);
	prepare_collapse(w, &r, rights);
	collapse_in_place(w, CHANGE_COLLAPSE, &r, 0);
	range_end(w, &r);
}

/* ---- by copy ---- */

struct copy {
	struct writer *w;
	const struct change_range *r;
	uint32_t chunk, stamped;
	bool refuse, refused;
};

static void check_copied(struct copy *copy, const struct tarry_piece *piece,
			 uint32_t id)
{
	struct writer *w = copy->w;
	uint64_t record = plan_recorded(&w->run->plan, id);
	bool leaf = record_at(record, copy->r->away);
	bool same = leaf ? piece->kind == TARRY_LEAF &&
				    arena_page(&w->run->arena, piece->oa) ==
					    record_page(record) &&
				    rights_agree(w->run, piece->rights,
						 stress_rights(w->run, record) |
							 record_bits(record))
			 : piece->kind == TARRY_EMPTY;

	if (copy->r->owned && !same)
		violation(&w->run->log, VIOLATION_WRONG_ANSWER,
			  WHO_FORMAT ": collapse copies va 0x%" PRIx64
				     ": expected record 0x%" PRIx64
				     ", found a piece of kind %d, output "
				     "address 0x%" PRIx64 ", rights 0x%x",
			  WHO_ARGS(w->t), piece->va, record, (int)piece->kind,
			  piece->oa, piece->rights);
}

/* The stamp is the content: the new page is for the same page of the plan.
 * Whoever holds a reference besides the mapping's goes on using the old one,
 * so the copy is refused. */
static int copy_pages(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	struct copy *copy = ctx;
	struct stress *run = copy->w->run;
	unsigned int lg2 = run->plan.page_lg2;

	for (size_t i = 0; i < n; i++) {
		const struct tarry_piece *piece = &pieces[i];
		uint32_t into = (uint32_t)((piece->va - copy->r->va) >> lg2);
		uint32_t end = into + (uint32_t)(piece->len >> lg2);
		uint32_t old = piece->kind == TARRY_LEAF
				       ? arena_page(&run->arena, piece->oa)
				       : ARENA_NONE;

		if (into != copy->stamped || end > copy->r->n) {
			violation(&run->log, VIOLATION_WRONG_ANSWER,
				  WHO_FORMAT ": collapse copies va 0x%" PRIx64
					     ": expected each small page once "
					     "in rising order",
				  WHO_ARGS(copy->w->t), piece->va);
			copy->refused = true;
			return 1;
		}
		if (copy->refuse ||
		    (old != ARENA_NONE && arena_refs(&run->arena, old) > 1)) {
			copy->refused = true;
			return 1;
		}
		check_copied(copy, piece, copy->r->first + into);
		for (; into < end; into++)
			arena_stamp(&run->arena, copy->chunk + into,
				    copy->r->first + into);
		copy->stamped = end;
	}
	return 0;
}

static void release_copied(struct writer *w, const struct change_range *r)
{
	for (uint32_t id = r->first; r->owned && id < r->first + r->n; id++) {
		uint64_t record = plan_recorded(&w->run->plan, id);

		if (record_at(record, r->away))
			arena_put(&w->run->arena, record_page(record), 1);
	}
}

static bool collapse_by_copy(struct writer *w, enum change c,
			     const struct change_range *r, unsigned int rights,
			     unsigned int flags)
{
	struct stress *run = w->run;
	struct copy copy = {.w = w, .r = r};
	struct tarry_how how = {.flags = flags};
	struct tarry_collapse_copy by = {.copy = copy_pages, .ctx = &copy};
	unsigned int legal = MAY_RACES & ~MAY(TARRY_EEXIST);
	struct block_state s = {0};
	int err;

	if (!records_all_here(w, r))
		return false;
	if (r->owned)
		s = block_state(w, r);
	/* A few pages are not worth a large one, as a rule. */
	if (r->owned && s.leaves < r->n / 8 &&
	    !random_once_in(&w->t->random, 32))
		return false;
	copy.chunk = arena_take_chunk(&run->arena, w->t->number);
	if (copy.chunk == ARENA_NONE) {
		count(&w->t->counters.skipped, 1);
		return false;
	}
	copy.refuse = random_once_in(&w->t->random, 16);
	by.oa = arena_oa(&run->arena, copy.chunk);
	err = CHANGE_TIMED(w, c,
			   tarry_collapse(run->space, r->va, 1,
					  run->plan.rights[rights], &by, &how));
	if (r->owned) {
		legal = copy.refused	  ? MAY(TARRY_EBUSY)
			: s.large	  ? MAY(TARRY_ELEAF)
			: s.marks == r->n ? MAY(TARRY_ELEAF) | MAY(TARRY_EMIXED)
			: s.marks	  ? MAY(TARRY_EMIXED)
			: s.leaves	  ? MAY_OK
					  : MAY_OK | MAY(TARRY_ENOENT);
	}
	if (!change_done(w, c, r, err, legal)) {
		arena_put(&run->arena, copy.chunk, copy.stamped);
		arena_give_back(&run->arena, copy.chunk + copy.stamped,
				r->n - copy.stamped);
		return false;
	}
	if (copy.stamped != r->n)
		violation(&run->log, VIOLATION_WRONG_ANSWER,
			  WHO_FORMAT ": collapse of va 0x%" PRIx64
				     ": expected %u pages to be copied, "
				     "found %u",
			  WHO_ARGS(w->t), r->va, r->n, copy.stamped);
	if (run->options->sabotage == SABOTAGE_NO_GRACE)
		release_copied(w, r);
	if (r->owned)
		set_large(w, r, copy.chunk, rights, s.bits,
			  (flags & TARRY_DEPOSIT) != 0);
	return true;
}

void change_collapse_copy(struct writer *w)
{
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	struct change_range r;

	if (!range_choose(w, &r, EXTENT_BLOCK, KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, rights);
	if (r.owned && records_any_large(w, &r))
		change_split(w, CHANGE_SPLIT, &r, NULL);
	collapse_by_copy(w, CHANGE_COLLAPSE_COPY, &r, rights, 0);
	range_end(w, &r);
}

/* ---- split ---- */

bool change_split(struct writer *w, enum change c, const struct change_range *r,
		  struct tarry_stock *stock)
{
	const struct plan *plan = &w->run->plan;
	const struct plan_block *block =
		&plan->blocks[r->first / plan->per_block];
	struct change_range page = range_part(w, r, r->first, 1);
	uint64_t record = plan_recorded(plan, r->first);
	bool leaf = record_at(record, r->away) &&
		    record_what(record) == RECORD_LEAF;
	bool spare =
		r->owned && block->spare && (record & RECORD_LARGE) && leaf;
	struct tarry_how how = {.stock = stock,
				.flags = spare ? TARRY_NO_ALLOC : 0};
	int err;

	/* The spare that was deposited is there, whatever memory is left. */
	if (spare)
		writer_hog(w);
	err = CHANGE_TIMED(w, c, tarry_split(w->run->space, page.va, 1, &how));
	if (spare)
		writer_unhog(w);
	if (spare && err == TARRY_ENOMEM)
		violation(&w->run->log, VIOLATION_WRONG_CODE,
			  WHO_FORMAT ": split of va 0x%" PRIx64
				     ": expected its spare table to be there, "
				     "found TARRY_ENOMEM",
			  WHO_ARGS(w->t), page.va);
	if (!change_done(w, c, &page, err,
			 r->owned && leaf ? MAY_OK
					  : MAY_OK | MAY(TARRY_ENOENT)))
		return false;
	records_cut(w, &page);
	return true;
}

void change_split_any(struct writer *w)
{
	struct change_range r;

	if (!range_choose(w, &r, EXTENT_BLOCK, KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	r = range_part(w, &r, r.first + random_below(&w->t->random, r.n), 1);
	change_split(w, CHANGE_SPLIT, &r, NULL);
	range_end(w, &r);
}

/* ---- a collapse that takes a spare along ---- */

void change_deposit(struct writer *w)
{
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	struct change_range r;
	bool done;

	if (!range_choose(w, &r, EXTENT_BLOCK, KEEPS_MAPPINGS))
		return;
	range_begin(w, &r, rights);
	if (random_once_in(&w->t->random, 2)) {
		prepare_collapse(w, &r, rights);
		done = collapse_in_place(w, CHANGE_DEPOSIT, &r, TARRY_DEPOSIT);
	} else {
		if (r.owned && records_any_large(w, &r))
			change_split(w, CHANGE_SPLIT, &r, NULL);
		done = collapse_by_copy(w, CHANGE_DEPOSIT, &r, rights,
					TARRY_DEPOSIT);
	}
	/* At once, or whenever this block is split later. */
	if (done && r.owned && random_once_in(&w->t->random, 2))
		change_split(w, CHANGE_SPLIT, &r, NULL);
	range_end(w, &r);
}

/* ---- retract ---- */

/* The library does not release what stood in the table; its owner waits for
 * the readers that may have found it. */
void change_retract(struct writer *w)
{
	const struct plan *plan = &w->run->plan;
	uint32_t *pages, n = 0;
	struct change_range r;
	struct block_state s;
	unsigned int legal;
	int err;

	if (!range_choose(w, &r, EXTENT_BLOCK, TAKES_AWAY) || !r.owned)
		return;
	pages = calloc(r.n, sizeof(*pages));
	if (!pages)
		return;
	range_begin(w, &r, PLAN_NO_TARGET);
	s = block_state(w, &r);
	legal = s.large		     ? MAY(TARRY_ELEAF)
		: s.marks == r.n     ? MAY(TARRY_ELEAF) | MAY_OK
		: s.leaves + s.marks ? MAY_OK
				     : MAY(TARRY_ENOENT) | MAY_OK;
	err = CHANGE_TIMED(w, CHANGE_RETRACT,
			   tarry_retract(w->run->space, r.va, 1, NULL));
	if (change_done(w, CHANGE_RETRACT, &r, err, legal)) {
		for (uint32_t id = r.first; id < r.first + r.n; id++) {
			uint64_t record = plan_recorded(plan, id);

			if (record_at(record, r.away) &&
			    record_what(record) == RECORD_LEAF)
				pages[n++] = record_page(record);
		}
		records_clear(w, &r);
	}
	range_end(w, &r);
	if (n)
		tarry_pool_drain(w->run->pool);
	while (n > 0)
		arena_put(&w->run->arena, pages[--n], 1);
	free(pages);
}
