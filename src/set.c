/* SPDX-License-Identifier: MIT */
/*
 * Writing one thing over a range.
 *
 * A first pass locks the range and looks at every entry in it: is the change
 * allowed, and how many tables will it take?  A second pass makes it, and
 * cannot fail.  Then caches are invalidated, then the locks are let go.
 *
 * A. A table that does not exist yet is built privately, with plain stores, and
 *    published by one release store when it is full: the second pass walks down
 *    into it as if it were there, and publishes on its way up.
 *    (rule: publish-after-fill)
 * B. A leaf that sticks out of the range is frozen, invalidated, and replaced
 *    by a table that says the same, but for the part that changes.  Software
 *    reads through the frozen entry; hardware faults and comes back.
 *    (rules: freeze-then-change, never-through-empty)
 * C. A table that lies wholly in the range and is not needed any more goes by
 *    one exchange of its parent's entry, whatever is below it.  Its own entries
 *    are not touched: late readers still find what was true.
 *    (rule: unlink-invalidate-wait-free)
 */
#include "keep.h"
#include "regroup.h"
#include "set.h"
#include "tarry/read.h"

unsigned int tarry_largest_leaf(const struct tarry_format *f,
				uint64_t alignment, unsigned int levels)
{
	unsigned int best = 0;

	for (unsigned int l = 1; l < f->levels; l++) {
		if (levels && l >= levels)
			break;
		if (!(f->leaf_levels >> l & 1) ||
		    (alignment & (span_of(f, l) - 1)))
			break;
		best = l;
	}
	return best;
}

uint64_t tarry_leaf_with_rights(const struct tarry_format *f, uint64_t e,
				unsigned int level, uint64_t bits,
				tarry_rights rights)
{
	tarry_oa oa = leaf_oa_at(f, e, level, bits);
	tarry_rights hardware =
		f->leaf_rights(e, level) & (TARRY_ACCESSED | TARRY_DIRTY);
	uint64_t v;

	rights &= ~(TARRY_ACCESSED | TARRY_DIRTY);
	v = f->make_leaf(oa, level, rights | hardware);
	if (leaf_in_run(f, e, level))
		v = f->set_run(v, level, oa, true);
	return f->has_spare(e) ? f->set_spare(v, true) : v;
}

void tarry_fill_split(struct tarry_body *b, uint64_t *slots, unsigned int level,
		      uint64_t e, enum tarry_kind kind)
{
	const struct tarry_format *f = facts(b->format);
	tarry_rights rights;
	tarry_oa oa;

	if (kind == TARRY_MARK) {
		e = f->make_mark(f->payload(e, level + 1), level);
		for (unsigned int i = 0; i < slots_of(f, level); i++)
			entry_fill(f, &slots[i], e);
		return;
	}
	/* Accessed and dirty are inherited by every part. */
	rights = f->leaf_rights(e, level + 1);
	tarry_assert(!leaf_in_run(f, e, level + 1));
	oa = f->leaf_oa(e, level + 1);
	fill_leaves(b, slots, slots_of(f, level), oa, level, rights);
}

void tarry_publish_table(struct tarry_op *op, uint64_t *slot, uint32_t id,
			 uint64_t bits, bool parent_made)
{
	const struct tarry_format *f = facts(op->f);
	struct tarry_table *t = table_of_id(op->pool, id);
	uint64_t e = f->make_table(oa_of_id(op->pool, id), t->level + 1u);

	/* Nobody can want this lock yet; held until the range is let go. */
	table_lock(t);
	t->index = index_of(f, bits, t->level);
	t->link = 0;
	table_becomes(t, TARRY_STATE_ATTACHED);
	if (t->live)
		tarry_run_fill(
			op->b,
			slots_at(op->b->face.window, oa_of_id(op->pool, id)),
			t->level);
	/* rule: visible-before-invalidate: in memory before what leads there */
	gather_clean_table(op->b, id);
	/* rule: publish-after-fill */
	if (parent_made) {
		entry_fill(f, slot, e);
		return;
	}
	entry_publish(f, slot, e);
	gather_wrote(op->b, op->g, slot);
}

/* ---- first pass ---- */

static bool set_fits(const struct tarry_op *op, const struct tarry_set *set,
		     enum tarry_kind kind)
{
	/* Tables that are kept, or what is in them, go slot by slot. */
	if (set->kind == SET_EMPTY && kind == TARRY_TABLE)
		return !set->keep_tables && !set->keep;
	return set->kind == SET_EMPTY ||
	       (op->c.level <= set->max && set->kind != SET_RIGHTS);
}

static int set_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const struct tarry_set *set = op->what;
	unsigned int level = op->c.level;
	bool whole = cursor_whole(&op->c);
	uint64_t from = cursor_from(&op->c), to = cursor_to(&op->c);

	if (kind == TARRY_TABLE)
		return set->kind == SET_LEAF ? VISIT_ON : VISIT_SKIP;
	if (set->kind == SET_LEAF &&
	    (kind == TARRY_LEAF || (kind == TARRY_MARK && !set->over_mark)))
		return TARRY_EEXIST;
	if (set->kind == SET_EMPTY || set->kind == SET_RIGHTS) {
		/* Only what sticks out needs tables. */
		bool split = kind == TARRY_LEAF ||
			     (kind == TARRY_MARK && set->kind == SET_EMPTY);

		if (split && !whole) {
			tarry_range_need(op, level, from, to, level - 1);
			/* rule: spares-follow: the first one is there */
			if (kind == TARRY_LEAF && facts(op->f)->has_spare(e))
				op->need[level - 1]--;
		}
		return VISIT_ON;
	}
	if (!whole || level > set->max)
		tarry_range_need(op, level, from, to, set->max);
	return VISIT_ON;
}

/* ---- second pass ---- */

/* Will the leaf at hand be one of a run that this operation sets?  Its first
 * leaf decides: where tables stand in between it is none. */
static bool set_in_run(const struct tarry_op *op, const struct tarry_set *set)
{
	const struct tarry_format *f = facts(op->f);
	const struct cursor *c = &op->c;
	const struct cursor_level *at = &c->at[c->level];
	unsigned int lg2 = runs_of(f, op->b, c->level);
	unsigned int first = run_first(f, c->level, at->slot);
	uint64_t start, end, e;

	if (!lg2 || at->made || set->kind != SET_LEAF)
		return false;
	start = at->base + ((uint64_t)first << f->span_lg2[c->level]);
	end = start + (run_span(f, c->level) - 1);
	if (start < c->first || end > c->last ||
	    (set->offset & (run_span(f, c->level) - 1)))
		return false;
	e = entry_load_locked(f, &at->slots[first]);
	if (at->slot > first)
		return entry_kind(f, &e, c->level) == TARRY_LEAF &&
		       f->in_run(e, c->level);
	for (unsigned int i = first; i < first + (1u << lg2); i++) {
		e = entry_load_locked(f, &at->slots[i]);
		if (entry_kind(f, &e, c->level) == TARRY_TABLE)
			return false;
	}
	return true;
}

static uint64_t set_value(const struct tarry_op *op,
			  const struct tarry_set *set)
{
	const struct tarry_format *f = facts(op->f);

	if (set->kind == SET_LEAF) {
		tarry_oa oa = cursor_bits(&op->c) + set->offset;
		uint64_t v = f->make_leaf(oa, op->c.level, set->rights);

		return set_in_run(op, set)
			       ? f->set_run(v, op->c.level, oa, true)
			       : v;
	}
	return set->kind == SET_MARK ? f->make_mark(set->payload, op->c.level)
				     : f->empty[op->c.level];
}

/* A whole slot of a table that nobody else can see yet. */
static void set_made_slot(struct tarry_op *op, const struct tarry_set *set)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct cursor_level *at = &c->at[c->level];
	uint64_t old = entry_peek(f, cursor_slot(c));
	uint64_t e = old;
	enum tarry_kind kind =
		at->blank ? TARRY_EMPTY : entry_kind(f, &e, c->level);

	switch (set->kind) {
	case SET_RIGHTS:
		if (kind == TARRY_LEAF)
			entry_fill(f, cursor_slot(c),
				   tarry_leaf_with_rights(f, e, c->level,
							  cursor_bits(c),
							  set->rights));
		return;
	case SET_LEAF:
		if (at->blank) {
			/* As many as fit whole, at once. */
			unsigned int n = at->last - at->slot + 1;
			uint64_t end = c->last - cursor_bits(c);

			if (end >> f->span_lg2[c->level] < n - 1 ||
			    ((end + 1) & (span_of(f, c->level) - 1) &&
			     end >> f->span_lg2[c->level] == n - 1))
				n--;
			fill_leaves(op->b, cursor_slot(c), n,
				    cursor_bits(c) + set->offset, c->level,
				    set->rights);
			at->table->live += n;
			at->slot += n - 1;
			return;
		}
		break;
	default:
		break;
	}
	if (kind == TARRY_LEAF)
		op_release(op, e);
	entry_fill(f, cursor_slot(c), set_value(op, set));
	if (kind == TARRY_EMPTY && set->kind != SET_EMPTY)
		at->table->live++;
	if (kind != TARRY_EMPTY && set->kind == SET_EMPTY)
		at->table->live--;
}

/* Does the owner keep what stands in the slot, as far as it is in the range? */
static bool set_keeps(const struct tarry_op *op, const struct tarry_set *set,
		      enum tarry_kind kind, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	const struct cursor *c = &op->c;
	uint64_t from = cursor_from(c);
	struct tarry_piece piece = {.va = va_of_bits(f, from),
				    .len = cursor_to(c) - from + 1,
				    .kind = kind};

	if (!set->keep || (kind != TARRY_LEAF && kind != TARRY_MARK))
		return false;
	if (kind == TARRY_LEAF) {
		piece.oa = leaf_oa_at(f, e, c->level, from);
		piece.rights = f->leaf_rights(e, c->level);
	} else {
		piece.oa = f->payload(e, c->level);
	}
	return set->keep(set->keep_ctx, &piece);
}

/* A whole slot of an attached table, no table in it.  False: hardware wrote it
 * since it was loaded, and the owner has to be asked again. */
static bool set_live_slot(struct tarry_op *op, const struct tarry_set *set,
			  enum tarry_kind kind, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct tarry_table *t = c->at[c->level].table;
	uint64_t *slot = cursor_slot(c);
	uint64_t v;

	if (set->kind == SET_RIGHTS) {
		if (kind != TARRY_LEAF)
			return true;
		/* In place, never through empty; what hardware sets meanwhile
		 * is taken along.
		 * rule: never-through-empty, exchange-where-hardware-writes */
		do
			v = tarry_leaf_with_rights(f, e, c->level,
						   cursor_bits(c), set->rights);
		while (v != e && !entry_cas(f, slot, &e, v));
		if (v == e)
			return true;
		gather_wrote(op->b, op->g, slot);
		gather_span(op->b, op->g, cursor_bits(c), c->level, false);
		return true;
	}
	if (kind == TARRY_EMPTY && set->kind == SET_EMPTY)
		return true;
	v = set_value(op, set);
	if (kind == TARRY_LEAF) {
		if (!set->keep)
			e = live_exchange(op->b, f, slot, e, v);
		else if (!entry_cas(f, slot, &e, v))
			return false;
		if (f->has_spare(e))
			tarry_stock_put(&op->local, op->pool,
					tarry_spare_pop(op->pool, t));
		gather_span(op->b, op->g, cursor_bits(c), c->level, false);
		op_release(op, e);
	} else {
		entry_publish(f, slot, v);
	}
	gather_wrote(op->b, op->g, slot);
	t->live += kind == TARRY_EMPTY;
	t->live -= set->kind == SET_EMPTY;
	return true;
}

/*
 * The leaf at hand, in a live table, may be one of a run, or become one: what
 * becomes of its leaves?  *@ready: the slots of the table in which all runs
 * have been seen to.  False: a cache did not answer.
 */
static bool set_regroup(struct tarry_op *op, const struct tarry_set *set,
			const uint64_t **ready)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct slots s = tarry_cursor_slots(c);
	uint64_t e = entry_load_locked(f, cursor_slot(c));
	uint64_t start = cursor_bits(c) & ~(run_span(f, c->level) - 1);
	unsigned int end = run_first(f, c->level, s.first) +
			   (1u << f->run_lg2[c->level]) - 1;
	/* Of a run that is asked for leaf by leaf some may stay. */
	bool all = set->keep || (op_releases(op) && set->kind != SET_RIGHTS);

	if (set->kind == SET_RIGHTS && cursor_whole(c)) {
		if (*ready == s.slots)
			return true;
		*ready = s.slots;
		return tarry_run_rights(
			op->b, op->g, &s, ~0u,
			set->rights & ~(TARRY_ACCESSED | TARRY_DIRTY));
	}
	if (!f->in_run(e, c->level))
		return true;
	/* A run that goes as a whole needs no break, unless somebody is told
	 * of its pages which are dirty: all, if any is. */
	if (!all && cursor_whole(c) && set_fits(op, set, TARRY_LEAF) &&
	    start >= c->first && start + (run_span(f, c->level) - 1) <= c->last)
		return true;
	if (!all && s.last > end)
		s.last = end;
	return tarry_run_part(op->b, op->g, &s);
}

/* The table in a whole slot makes room; false: a cache did not answer. */
static bool set_over_table(struct tarry_op *op, const struct tarry_set *set,
			   uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct tarry_table *t = c->at[c->level].table;
	bool answered = true;
	uint64_t v = set_value(op, set);

	/* rule: unlink-invalidate-wait-free, first step */
	entry_exchange(f, cursor_slot(c),
		       set->kind == SET_LEAF ? f->empty[c->level] : v);
	gather_wrote(op->b, op->g, cursor_slot(c));
	gather_span(op->b, op->g, cursor_bits(c), c->level, true);
	tarry_detach_subtree(op, f->table_oa(e), c->level - 1,
			     detached_state(op->b), true);
	if (set->kind == SET_EMPTY)
		t->live--;
	if (set->kind == SET_LEAF) {
		/* rule: freeze-then-change: another size comes here */
		answered = tarry_gather_invalidate(op->g);
		entry_publish(f, cursor_slot(c), v);
		gather_wrote(op->b, op->g, cursor_slot(c));
	}
	return answered;
}

/* A table that says what the slot says, not yet published; the cursor goes
 * into it. */
static bool set_descend_made(struct tarry_op *op, enum tarry_kind kind,
			     uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct cursor_level *at = &c->at[c->level];
	unsigned int level = c->level - 1;
	bool answered = true;
	bool whole = cursor_whole(c);
	uint32_t id = 0;
	struct tarry_table *t;
	uint64_t *slots;

	if (kind == TARRY_LEAF && !at->made) {
		/* rule: freeze-then-change, never-through-empty */
		e = live_exchange(op->b, f, cursor_slot(c), e,
				  f->freeze(e, c->level));
		gather_wrote(op->b, op->g, cursor_slot(c));
		gather_span(op->b, op->g, cursor_bits(c), c->level, false);
		answered = tarry_gather_invalidate(op->g);
	}
	if (kind == TARRY_LEAF && f->has_spare(e)) {
		/* Its spare is for just this. */
		id = tarry_spare_pop(op->pool, at->table);
		e = f->set_spare(e, false);
	}
	if (!id)
		id = tarry_op_table(op, level);
	t = table_of_id(op->pool, id);
	slots = slots_at(op->b->face.window, oa_of_id(op->pool, id));
	if (kind == TARRY_EMPTY) {
		/* Where all of it will be filled, blank would be waste. */
		if (!whole)
			tarry_table_blank(op->pool, f, id);
		t->live = 0;
	} else {
		tarry_fill_split(op->b, slots, level, e, kind);
		t->live = slots_of(f, level);
	}
	cursor_down(c, slots, t, id);
	c->at[level].made = true;
	c->at[level].blank = kind == TARRY_EMPTY;
	c->at[level].over_empty = kind == TARRY_EMPTY;
	return answered;
}

/* All slots of a table are done. */
static void set_leave(struct tarry_op *op, const struct tarry_set *set)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	unsigned int level = c->level;
	struct cursor_level at = c->at[level];
	struct cursor_level *up;
	uint64_t *slot;

	if (level == c->top)
		return;
	up = &c->at[level + 1];
	slot = &up->slots[up->slot];
	if (at.made) {
		tarry_publish_table(op, slot, at.id, at.base, up->made);
		up->table->live += at.over_empty;
		/* Software read through the frozen leaf until now, and may have
		 * cached what is changed below.  rule: listeners-always */
		if (!at.over_empty && !up->made)
			gather_span(op->b, op->g, at.base, level + 1, false);
		return;
	}
	/* rule: empty-in-one-hold: held since before the first slot went */
	if (set->kind != SET_EMPTY || at.table->live || set->keep_tables)
		return;
	entry_exchange(f, slot, f->empty[level + 1]);
	gather_wrote(op->b, op->g, slot);
	gather_span(op->b, op->g, at.base, level + 1, true);
	tarry_detach_subtree(op, oa_of_id(op->pool, at.id), level,
			     TARRY_STATE_DETACHED, true);
	up->table->live--;
}

/* Is there no room for what the next leaf releases? */
static bool set_must_pause(const struct tarry_op *op,
			   const struct tarry_set *set, enum tarry_kind kind)
{
	return kind == TARRY_LEAF && set->kind != SET_RIGHTS &&
	       (op->b->flags & TARRY_SPACE_RELEASE) && gather_full(op->g);
}

/* Returns where it paused, or the end of the range + 1. */
static uint64_t set_act(struct tarry_op *op, const struct tarry_set *set,
			bool *answered)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	uint64_t paused = c->last + 1;
	const uint64_t *ready = NULL;
	bool pause = false;

	for (;;) {
		enum tarry_kind kind;
		uint64_t e;

		if (pause || cursor_past(c)) {
			set_leave(op, set);
			if (!cursor_up(c))
				return paused;
			continue;
		}
		if (c->at[c->level].made) {
			e = entry_peek(f, cursor_slot(c));
			kind = c->at[c->level].blank
				       ? TARRY_EMPTY
				       : entry_kind(f, &e, c->level);
		} else {
			e = entry_load_locked(f, cursor_slot(c));
			kind = entry_kind(f, &e, c->level);
			if (set_must_pause(op, set, kind)) {
				paused = cursor_from(c);
				pause = true;
				continue;
			}
			if (kind == TARRY_LEAF && runs_of(f, op->b, c->level)) {
				*answered &= set_regroup(op, set, &ready);
				e = entry_load_locked(f, cursor_slot(c));
			}
			if (set_keeps(op, set, kind, e)) {
				cursor_next(c);
				continue;
			}
		}
		if (kind == TARRY_TABLE &&
		    !(cursor_whole(c) && set_fits(op, set, kind))) {
			range_into(op, c, e);
			continue;
		}
		if (kind == TARRY_TABLE) {
			*answered &= set_over_table(op, set, e);
			cursor_next(c);
			continue;
		}
		if (cursor_whole(c) &&
		    (set_fits(op, set, kind) || set->kind == SET_RIGHTS)) {
			if (c->at[c->level].made)
				set_made_slot(op, set);
			else if (!set_live_slot(op, set, kind, e))
				continue;
			cursor_next(c);
			continue;
		}
		if ((kind == TARRY_EMPTY &&
		     (set->kind == SET_EMPTY || set->kind == SET_RIGHTS)) ||
		    (kind == TARRY_MARK && set->kind == SET_RIGHTS)) {
			cursor_next(c);
			continue;
		}
		*answered &= set_descend_made(op, kind, e);
	}
}

int tarry_set_range(struct tarry_space *s, tarry_va va, uint64_t len,
		    const struct tarry_set *set, const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	uint64_t done, end = va_bits_of(facts(b->format), va + (len - 1)) + 1;
	unsigned int stop = set->kind == SET_EMPTY    ? ~0u
			    : set->kind == SET_RIGHTS ? 0
						      : (2u << set->max) - 1;
	struct tarry_op op;
	int err, late = 0;

	tarry_op_begin(&op, s, va, len, how);
	op.visit = set_visit;
	op.what = set;
	do {
		bool answered = true, emptied;
		uint64_t first = op.c.first;
		unsigned int level;

		if ((b->flags & TARRY_SPACE_RELEASE) &&
		    set->kind != SET_RIGHTS && !keep_has_room(b)) {
			late = late ? late : TARRY_ELISTENER;
			break;
		}
		err = tarry_range_take(&op, stop);
		if (err)
			break;
		/* rule: not-alone-flush-all, freeze-then-change: what an open
		 * gather emptied is forgotten before it is filled again. */
		if (set->kind == SET_LEAF &&
		    !tarry_port_recheck(
			    !tarry_load(&b->open_gathers, TARRY_ACQUIRE)))
			answered = tarry_gather_invalidate(op.g);
		if (!answered) {
			/* Not forgotten: nothing may come here yet. */
			tarry_range_unlock(&op);
			tarry_gather_put_back(op.g);
			late = TARRY_ELISTENER;
			break;
		}
		done = set_act(&op, set, &answered);
		if (set->kind == SET_LEAF) {
			tarry_run_join_at(b, &op.c, op.c.first);
			tarry_run_join_at(b, &op.c, op.c.last);
		}
		/* rule: invalidate-before-unlock.  A map that took nothing
		 * away has nothing to say, whoever else is at work. */
		if (op.g == &op.own && (op.g->n_spans || set->kind != SET_LEAF))
			answered &= tarry_gather_invalidate(op.g);
		level = op.c.top;
		emptied = set->kind == SET_EMPTY &&
			  !op.c.at[level].table->live && !set->keep_tables;
		tarry_range_unlock(&op);
		if (op.g != &op.own && done != end) {
			/* The caller's gather is full of runs. */
			tarry_port_read_begin();
			answered &= tarry_gather_invalidate(op.g);
			tarry_port_read_end();
		}
		if (op.g == &op.own || done != end) {
			int this = tarry_gather_finish(op.g, answered);

			late = late ? late : this;
		} else if (!answered) {
			late = TARRY_ELISTENER;
		}
		if (emptied) {
			int this = tarry_reclaim_up(
				b, first, level, op.g == &op.own ? NULL : op.g,
				NULL);

			late = late ? late : this;
		}
		op.c.first = done;
		if (!tarry_port_keeps(restart_revisits) && done != end)
			op.c.first = done = done + span_of(facts(b->format), 0);
	} while (done != end);
	tarry_op_end(&op);
	return err ? err : late;
}
