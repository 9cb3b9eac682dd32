/* SPDX-License-Identifier: MIT */
/*
 * Clone: a copy of what a range maps, into another space.
 *
 * Both ranges are locked, first that of the space at the lower address, so
 * that two clones in opposite directions cannot wait for each other.  Leaves
 * lose the right to write in place, on both sides, before any lock is let go:
 * whoever writes next faults, and copies.
 */
#include "place.h"
#include "regroup.h"

struct clone {
	struct tarry_op *to;
	bool keep_write;
	bool *answered; /* goes false if a cache did not */
};

/* A leaf that will lose its right to write must not stick out. */
static bool clone_splits(struct tarry_op *op, const struct clone *cl,
			 enum tarry_kind kind, uint64_t e)
{
	return kind == TARRY_LEAF && !cl->keep_write && !cursor_whole(&op->c) &&
	       (facts(op->f)->leaf_rights(e, op->c.level) & TARRY_W);
}

static int clone_visit_from(struct tarry_op *op, enum tarry_kind kind,
			    uint64_t e)
{
	const struct clone *cl = op->what;
	const struct tarry_format *f = facts(op->f);
	uint64_t from = cursor_from(&op->c), to = cursor_to(&op->c);

	if (kind == TARRY_TABLE && op->c.level == 1) {
		/* One more at most, whatever is in it. */
		tarry_place_count(cl->to, from, 0);
		return VISIT_SKIP;
	}
	if (kind == TARRY_TABLE || kind == TARRY_EMPTY)
		return VISIT_ON;
	if (clone_splits(op, cl, kind, e))
		tarry_range_need(op, op->c.level, from, to, op->c.level - 1);
	/* The last byte may be the last there is: no address comes after. */
	for (;;) {
		unsigned int l = tarry_place_level(f, op->c.level, from, 0,
						   to - from + 1);

		tarry_place_count(cl->to, from, l);
		if (to - from < span_of(f, l))
			return VISIT_ON;
		from += span_of(f, l);
	}
}

static int clone_visit_to(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	(void)op, (void)e;
	return kind == TARRY_LEAF || kind == TARRY_MARK ? TARRY_EEXIST
							: VISIT_ON;
}

/* Locks both ranges, with all memory at hand. */
static int clone_take(struct tarry_op *from, struct tarry_op *to)
{
	bool from_first = (uintptr_t)from->b < (uintptr_t)to->b;
	struct tarry_op *first = from_first ? from : to;
	struct tarry_op *second = from_first ? to : from;

	second->nested = true;
	for (;;) {
		bool again = true;
		int got = 0;

		tarry_need_nothing(from);
		tarry_need_nothing(to);
		tarry_range_cover(first, ~0u);
		got = tarry_range_lock(first);
		if (got < 0)
			return got;
		if (got == TARRY_LOCK_AGAIN) {
			tarry_await_moves(first->b);
			continue;
		}
		if (tarry_range_cover(second, ~0u)) {
			got = tarry_range_lock(second);
			again = got == TARRY_LOCK_AGAIN;
		}
		if (!got && !again && tarry_stocks_suffice(from) &&
		    tarry_stocks_suffice(to))
			return 0;
		if (!got && !again)
			tarry_range_unlock(second);
		tarry_range_unlock(first);
		if (got < 0)
			return got;
		if (again)
			tarry_await_moves(second->b);
		else if (!tarry_stocks_fetch(from) || !tarry_stocks_fetch(to))
			return TARRY_ENOMEM;
	}
}

/* What clone_each() does with a leaf or mark, cut to the range. */
enum clone_step { CLONE_GET, CLONE_PUT, CLONE_COPY };

static int clone_get(struct tarry_op *op, uint64_t e, enum clone_step step)
{
	const struct tarry_owner *owner = &op->pool->owner;
	const struct cursor *c = &op->c;
	uint64_t from = cursor_from(c);
	tarry_oa oa = leaf_oa_at(facts(op->f), e, c->level, from);
	uint64_t len = cursor_to(c) - from + 1;

	if (step == CLONE_GET)
		return owner->get ? owner->get(owner->ctx, oa, len) : 0;
	if (owner->put)
		owner->put(owner->ctx, oa, len);
	return 0;
}

/* The leaf at the cursor loses the right to write here and now; what it is
 * afterwards. */
static uint64_t clone_protect(struct tarry_op *op, const struct clone *cl,
			      uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	tarry_rights rights = f->leaf_rights(e, c->level);
	uint64_t v;

	if (cl->keep_write || !(rights & TARRY_W))
		return e;
	if (leaf_in_run(f, e, c->level)) {
		struct slots s = tarry_cursor_slots(c);

		*cl->answered &= tarry_run_rights(op->b, op->g, &s, TARRY_W, 0);
		return entry_load_locked(f, cursor_slot(c));
	}
	/* rule: exchange-where-hardware-writes */
	for (;;) {
		v = tarry_leaf_with_rights(f, e, c->level, cursor_bits(c),
					   rights & ~TARRY_W);
		if (entry_cas(f, cursor_slot(c), &e, v))
			break;
		rights = f->leaf_rights(e, c->level);
	}
	gather_wrote(op->b, op->g, cursor_slot(c));
	gather_span(op->b, op->g, cursor_bits(c), c->level, false);
	return v;
}

/* The copy of the leaf at hand, of the smallest size and one of a run: in a run
 * itself if that is copied as a whole.  Larger leaves may have tables in their
 * way: they are copied alone. */
static uint64_t clone_of_run(const struct tarry_op *op, const struct clone *cl,
			     uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	const struct cursor *c = &op->c;
	uint64_t start = cursor_bits(c) & ~(run_span(f, 0) - 1);
	tarry_oa oa = leaf_oa_at(f, e, 0, cursor_bits(c));
	uint64_t v = f->make_leaf(
		oa, 0, leaf_rights_in(f, c->at[0].slots, c->at[0].slot, e, 0));

	if (!runs_of(f, cl->to->b, 0) || start < c->first ||
	    start + (run_span(f, 0) - 1) > c->last)
		return v;
	return f->set_run(v, 0, oa, true);
}

/* What is left of a table of level 0: one walk in the other space for all. */
static void clone_slots(struct tarry_op *op, const struct clone *cl)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct tarry_table *t = NULL;
	uint64_t *slots = NULL;

	for (; !cursor_past(c); cursor_next(c)) {
		unsigned int i = c->at[0].slot;
		uint64_t e = entry_load_locked(f, cursor_slot(c)), v;
		enum tarry_kind kind = entry_kind(f, &e, 0);

		if (kind == TARRY_EMPTY)
			continue;
		if (!t)
			slots = tarry_place_slot(cl->to, cursor_bits(c), 0,
						 &t) -
				i;
		v = kind == TARRY_LEAF ? clone_protect(op, cl, e) : e;
		/* A leaf of a run is made anew: what it says may be its
		 * neighbours' too. */
		if (kind == TARRY_LEAF && leaf_in_run(f, v, 0))
			v = clone_of_run(op, cl, v);
		entry_publish(f, &slots[i], v);
		gather_wrote(cl->to->b, cl->to->g, &slots[i]);
		t->live++;
	}
}

static void clone_copy(struct tarry_op *op, const struct clone *cl,
		       enum tarry_kind kind, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	uint64_t from = cursor_from(c), to = cursor_to(c);
	tarry_rights rights = 0;

	if (kind == TARRY_LEAF) {
		e = clone_protect(op, cl, e);
		rights = leaf_rights_in(f, c->at[c->level].slots,
					c->at[c->level].slot, e, c->level);
	}
	for (;;) {
		unsigned int l =
			tarry_place_level(f, c->level, from, 0, to - from + 1);
		struct tarry_table *t;
		uint64_t *slot = tarry_place_slot(cl->to, from, l, &t);
		uint64_t v = e;

		if (kind == TARRY_LEAF) {
			tarry_oa oa = leaf_oa_at(f, e, c->level, from);

			v = f->make_leaf(oa, l, rights);
		} else if (l != c->level) {
			v = f->make_mark(f->payload(e, c->level), l);
		}
		tarry_place_entry(cl->to, slot, t, from, l, v);
		if (to - from < span_of(f, l))
			return;
		from += span_of(f, l);
	}
}

/* A leaf that sticks out becomes a table; false: a cache did not answer, and it
 * is what it was.  rule: spares-follow */
static bool clone_split(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	struct cursor *c = &op->c;
	struct tarry_table *t = c->at[c->level].table;
	bool spare = facts(op->f)->has_spare(e);
	uint32_t id = spare ? tarry_spare_pop(op->pool, t)
			    : tarry_op_table(op, c->level - 1);

	if (tarry_split_slot(op, cursor_slot(c), e, kind, c->level,
			     cursor_bits(c), id))
		return true;
	if (spare)
		tarry_spare_push(op->pool, t, id);
	else
		tarry_stock_put(&op->local, op->pool, id);
	return false;
}

/* A step for every leaf and mark of the range, from @begin on, to its end or to
 * *@end; stops where the owner refuses or a cache does not answer, and says
 * where. */
static int clone_each(struct tarry_op *op, enum clone_step step, uint64_t begin,
		      const uint64_t *end, uint64_t *stopped)
{
	const struct clone *cl = op->what;
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	const struct cursor_level top = c->at[c->top];

	cursor_start(c, c->top, top.slots, top.table, top.id, c->first);
	for (;;) {
		enum tarry_kind kind;
		uint64_t e;

		if (cursor_past(c)) {
			if (!cursor_up(c))
				return 0;
			continue;
		}
		if (end && cursor_from(c) >= *end)
			return 0;
		if (step == CLONE_COPY && !c->level) {
			clone_slots(op, cl);
			continue;
		}
		e = entry_load_locked(f, cursor_slot(c));
		kind = entry_kind(f, &e, c->level);
		if (step == CLONE_COPY && clone_splits(op, cl, kind, e)) {
			if (clone_split(op, kind, e))
				continue;
			*stopped = cursor_from(c);
			return TARRY_ELISTENER;
		}
		if (kind == TARRY_TABLE) {
			range_into(op, c, e);
			continue;
		}
		if (step == CLONE_COPY && kind != TARRY_EMPTY)
			clone_copy(op, cl, kind, e);
		else if (cursor_from(c) < begin)
			;
		else if (kind == TARRY_LEAF && clone_get(op, e, step) < 0) {
			*stopped = cursor_from(c);
			return TARRY_EBUSY;
		}
		cursor_next(c);
	}
}

int tarry_clone(struct tarry_space *from, struct tarry_space *to, tarry_va va,
		uint64_t len, const struct tarry_how *how)
{
	struct tarry_body *a = tarry_body(from), *b = tarry_body(to);
	const struct tarry_format *f = facts(a->format);
	struct tarry_op op_from, op_to;
	bool answered = true;
	struct clone cl = {.to = &op_to,
			   .keep_write = how && (how->flags & TARRY_KEEP_WRITE),
			   .answered = &answered};
	uint64_t first = va_bits_of(f, va), stopped = 0;
	int err = range_check(f, va, len);

	if (err)
		return err;
	if (a == b || (how && how->gather))
		return TARRY_EINVAL;
	if (f != b->format)
		return TARRY_EFORMAT;
	lock_none_held();
	tarry_op_begin(&op_from, from, va, len, NULL);
	tarry_op_begin(&op_to, to, va, len, how);
	op_from.visit = clone_visit_from;
	op_from.what = &cl;
	op_to.visit = clone_visit_to;
	err = clone_take(&op_from, &op_to);
	if (!err) {
		if (a->pool->owner.get)
			err = clone_each(&op_from, CLONE_GET, first, NULL,
					 &stopped);
		if (err)
			clone_each(&op_from, CLONE_PUT, first, &stopped,
				   &stopped);
		else
			err = clone_each(&op_from, CLONE_COPY, first, NULL,
					 &stopped);
		/* The other space does not map the rest, and will not give it
		 * back. */
		if (err == TARRY_ELISTENER && a->pool->owner.get)
			clone_each(&op_from, CLONE_PUT, stopped, NULL,
				   &stopped);
		/* rule: invalidate-before-unlock */
		answered &= tarry_gather_invalidate(op_from.g);
		answered &= tarry_gather_invalidate(op_to.g);
		tarry_range_unlock(&op_to);
		tarry_range_unlock(&op_from);
		if (!err)
			err = answered ? 0 : TARRY_ELISTENER;
		if (tarry_gather_finish(op_from.g, answered) && !err)
			err = TARRY_ELISTENER;
		if (tarry_gather_finish(op_to.g, answered) && !err)
			err = TARRY_ELISTENER;
	}
	tarry_op_end(&op_from);
	tarry_op_end(&op_to);
	return err;
}
