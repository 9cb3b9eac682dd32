/* SPDX-License-Identifier: MIT */
/*
 * One leaf for another of its size: copy-on-write, as a fault does it that may
 * have lost a race; and migration, which copies while nobody writes and gives
 * way to whoever holds the page.
 */
#include <inttypes.h>

#include "stress_change.h"

struct coming {
	struct writer *w;
	const struct change_range *r;
	uint32_t page; /* of the arena; r->n of them */
	bool refuse, refused, stamped;
};

/* The stamp is the content: the new page is for the same page of the plan. */
static void stamp_all(struct coming *c)
{
	for (uint32_t i = 0; i < c->r->n; i++)
		arena_stamp(&c->w->run->arena, c->page + i, c->r->first + i);
	c->stamped = true;
}

static int copy_leaf(void *ctx, const struct tarry_piece *old)
{
	struct coming *c = ctx;
	struct stress *run = c->w->run;
	uint64_t record = plan_recorded(&run->plan, c->r->first);
	uint32_t page = arena_page(&run->arena, old->oa);

	if (c->r->owned &&
	    (page != record_page(record) || old->len != c->r->len ||
	     !rights_agree(run, old->rights,
			   stress_rights(run, record) | record_bits(record))))
		violation(&run->log, VIOLATION_WRONG_ANSWER,
			  WHO_FORMAT ": replace copies va 0x%" PRIx64
				     ": expected record 0x%" PRIx64
				     ", found output address 0x%" PRIx64
				     ", rights 0x%x",
			  WHO_ARGS(c->w->t), old->va, record, old->oa,
			  old->rights);
	c->refused = c->refuse;
	/* Whoever has a reference goes on using the old page. */
	for (uint32_t i = 0; i < c->r->n && page != ARENA_NONE; i++)
		c->refused |= arena_refs(&run->arena, page + i) > 1;
	if (!c->refused)
		stamp_all(c);
	return c->refused;
}

/* A whole large leaf, or one page. */
static struct change_range leaf_of(struct writer *w,
				   const struct change_range *block)
{
	uint64_t record = plan_recorded(&w->run->plan, block->first);
	bool large = block->owned ? record_at(record, block->away) &&
					    (record & RECORD_LARGE)
				  : random_once_in(&w->t->random, 2);

	if (large)
		return *block;
	return range_part(w, block,
			  block->first + random_below(&w->t->random, block->n),
			  1);
}

static void record_leaf(struct writer *w, const struct coming *c,
			unsigned int rights)
{
	const struct plan *plan = &w->run->plan;

	for (uint32_t i = 0; i < c->r->n; i++) {
		uint64_t record = plan_recorded(plan, c->r->first + i);

		plan_write(plan, c->r->first + i,
			   record_make(record, RECORD_LEAF, c->page + i, rights,
				       record_bits(record), c->r->away) |
				   (record & RECORD_LARGE));
	}
}

/* What a fault saw, perhaps long ago. */
static bool look_first(struct writer *w, const struct change_range *r,
		       struct tarry_hit *hit)
{
	bool found;

	tarry_read_begin();
	found = !tarry_translate(w->run->space, r->va, hit);
	tarry_read_end();
	return found;
}

static void replace_leaf(struct writer *w, enum change what, struct coming *c,
			 unsigned int rights, bool copy)
{
	struct stress *run = w->run;
	const struct change_range *r = c->r;
	uint64_t record = plan_recorded(&run->plan, r->first);
	bool leaf = record_at(record, r->away) &&
		    record_what(record) == RECORD_LEAF;
	struct tarry_hit hit;
	struct tarry_replacement with = {
		.oa = arena_oa(&run->arena, c->page),
		.rights = run->plan.rights[rights],
		.copy = copy ? copy_leaf : NULL,
		.ctx = c,
	};
	unsigned int legal = MAY_OK | MAY(TARRY_ENOENT) | MAY(TARRY_EAGAIN) |
			     MAY(TARRY_EBUSY);
	bool stale = false;
	int err;

	if (random_once_in(&w->t->random, 2) && look_first(w, r, &hit)) {
		with.expected = &hit;
		stale = random_once_in(&w->t->random, 8);
		/* Another page than the one that is there. */
		if (stale)
			hit.oa ^= r->len;
	}
	if (!copy)
		stamp_all(c);
	err = CHANGE_TIMED(
		w, what,
		tarry_replace(run->space, r->va, r->n > 1, &with, NULL));
	if (r->owned)
		legal = !leaf	     ? MAY(TARRY_ENOENT)
			: stale	     ? MAY(TARRY_EAGAIN)
			: c->refused ? MAY(TARRY_EBUSY)
				     : MAY_OK;
	if (change_done(w, what, r, err, legal)) {
		if (r->owned)
			record_leaf(w, c, rights);
	} else if (c->stamped) {
		arena_put(&run->arena, c->page, r->n);
	} else {
		arena_give_back(&run->arena, c->page, r->n);
	}
}

static void replace_any(struct writer *w, enum change what, bool copy)
{
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	struct coming c = {.w = w};
	struct change_range block, r;

	/* A page that a reader pins in a steady stripe stays, so only who looks
	 * at the references may come there. */
	if (!range_choose(w, &block, EXTENT_BLOCK,
			  copy ? KEEPS_MAPPINGS : TAKES_AWAY))
		return;
	r = leaf_of(w, &block);
	c.r = &r;
	c.page = r.n > 1 ? arena_take_chunk(&w->run->arena, w->t->number)
			 : arena_take(&w->run->arena, w->t->number);
	if (c.page == ARENA_NONE) {
		count(&w->t->counters.skipped, 1);
		return;
	}
	c.refuse = random_once_in(&w->t->random, 16);
	range_begin(w, &r, rights);
	replace_leaf(w, what, &c, rights, copy);
	range_end(w, &r);
}

void change_cow(struct writer *w)
{
	replace_any(w, CHANGE_COW, false);
}

void change_migrate(struct writer *w)
{
	replace_any(w, CHANGE_MIGRATE, true);
}
