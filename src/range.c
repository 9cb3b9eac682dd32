/* SPDX-License-Identifier: MIT */
/*
 * Locking a range of a tree.
 *
 * A writer walks down without locks, inside a read section, to the lowest
 * table that covers its range; it locks that table, looks whether it is still
 * the one it meant, and then locks every table below that the range touches,
 * parents before children, siblings in rising va.
 *
 * A. All writers lock in one order (of the first address under a table, higher
 *    levels first), so they cannot wait for each other in a circle.
 * B. Two writers whose ranges meet both need the lock of some table that holds
 *    an entry of both, or of the tables in between: they exclude each other
 *    there, and each change is atomic towards other writers.
 * C. Nothing is changed before all locks are held and all memory is at hand; an
 *    error up to there leaves nothing changed.
 * D. A table found detached, or standing for another va by now, sends the
 *    writer back to the root.  A table on the move sends it out of its read
 *    section too: the move waits for readers before it lets writers in.
 *
 * What was tried: locks piece by piece, each table for itself.  It needs fewer
 * held locks, but "an error means nothing changed" then needs a way back, and
 * other writers see half of an operation.
 */
#include "range.h"

void tarry_need_nothing(struct tarry_op *op)
{
	for (unsigned int i = 0; i < TARRY_MAX_LEVELS; i++) {
		op->need[i] = 0;
		op->placed[i] = 0;
	}
}

void tarry_op_begin(struct tarry_op *op, struct tarry_space *s, tarry_va va,
		    uint64_t len, const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);

	op->b = b;
	op->f = b->format;
	op->pool = b->pool;
	op->c.f = b->format;
	op->c.first = va_bits_of(facts(b->format), va);
	op->c.last = va_bits_of(facts(b->format), va + (len - 1));
	op->stock = how ? how->stock : NULL;
	op->local = (struct tarry_stock){.pool = b->pool};
	gather_init(&op->own, b);
	op->g = how && how->gather ? how->gather : &op->own;
	op->chain = op->g->detached.last;
	op->visit = NULL;
	op->outside = NULL;
	op->nested = false;
	op->what = NULL;
	tarry_need_nothing(op);
}

void tarry_op_end(struct tarry_op *op)
{
	tarry_unreserve(&op->local);
}

uint32_t tarry_op_table(struct tarry_op *op, unsigned int level)
{
	uint32_t id = 0;

	if (op->stock)
		id = tarry_stock_take(op->stock, op->pool, level);
	if (!id)
		id = tarry_stock_take(&op->local, op->pool, level);
	tarry_assert(id);
	return id;
}

/* A move waits for readers with its tables unlocked; writers wait for it
 * outside of any section. */
void tarry_await_moves(struct tarry_body *b)
{
	/* Odd while a move is under way; pairs with the end of tarry_move(). */
	uint32_t seen = tarry_load(&b->moves, TARRY_ACQUIRE);

	lock_none_held();
	if (!(seen & 1))
		return;
	while (tarry_load(&b->moves, TARRY_ACQUIRE) == seen)
		tarry_port_relax();
}

/* Does the range lie in one slot of @level, and should the walk go on into the
 * table there? */
static bool cover_goes_on(const struct tarry_op *op, unsigned int level,
			  unsigned int stop, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	const struct cursor *c = &op->c;

	if (!level || (c->first ^ c->last) >> f->span_lg2[level])
		return false;
	if ((stop >> level & 1) && c->last - c->first == span_of(f, level) - 1)
		return false;
	return entry_kind(f, &e, level) == TARRY_TABLE;
}

bool tarry_range_cover(struct tarry_op *op, unsigned int stop)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;

	if (!op->nested)
		lock_none_held();
	for (;;) {
		struct tarry_table *t;
		unsigned int level;
		uint64_t *slots, e;
		bool moving;
		tarry_oa oa;
		uint32_t id;

		tarry_port_read_begin();
		slots = body_root(op->b, &level);
		oa = tarry_space_root(&op->b->face);
		level--;
		e = entry_load(f, &slots[slot_of(f, c->first, level)]);
		while (cover_goes_on(op, level, stop, e)) {
			oa = f->table_oa(
				f->present(e, level) ? e : f->thaw(e, level));
			slots = slots_at(op->b->face.window, oa);
			level--;
			e = entry_load(f, &slots[slot_of(f, c->first, level)]);
		}
		id = id_of_oa(op->pool, oa);
		t = table_of_id(op->pool, id);
		table_lock(t);
		/* rule: decide-under-lock, detached-is-final.  A table may have
		 * come into the slot since: it is the lowest one, then. */
		e = entry_load_locked(f, &slots[slot_of(f, c->first, level)]);
		if (tarry_likely(tarry_port_recheck(
			    table_is(t, f, c->first, level))) &&
		    (!tarry_port_keeps(decide_under_lock) ||
		     tarry_likely(!cover_goes_on(op, level, stop, e)))) {
			op->chain = op->g->detached.last;
			cursor_start(c, level, slots, t, id, c->first);
			return true;
		}
		moving = t->state == TARRY_STATE_MOVING;
		table_unlock(t);
		tarry_port_read_end();
		if (moving && op->nested)
			return false;
		if (moving)
			tarry_await_moves(op->b);
	}
}

/* Unlock in post-order, up to where @stop stands; NULL: all. */
static void unlock_until(struct tarry_op *op, const struct cursor *stop)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor c = op->c;

	cursor_start(&c, op->c.top, op->c.at[op->c.top].slots,
		     op->c.at[op->c.top].table, op->c.at[op->c.top].id,
		     op->c.first);
	for (;;) {
		uint64_t e;

		if (stop && c.level == stop->level &&
		    c.at[c.level].slots == stop->at[c.level].slots &&
		    (!c.level ||
		     c.at[c.level].slot == stop->at[c.level].slot)) {
			for (unsigned int l = c.level; l <= c.top; l++)
				table_unlock(c.at[l].table);
			return;
		}
		if (cursor_past(&c) || !c.level) {
			table_unlock(c.at[c.level].table);
			if (!cursor_up(&c))
				return;
			continue;
		}
		if (op->outside && op->outside(&c, op->what)) {
			cursor_next(&c);
			continue;
		}
		/* Stable: the locks of this table and of the child are ours. */
		e = entry_load_locked(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) == TARRY_TABLE) {
			range_into(op, &c, e);
		} else {
			cursor_next(&c);
		}
	}
}

void tarry_range_unlock(struct tarry_op *op)
{
	uint32_t id = op->chain ? table_of_id(op->pool, op->chain)->link
				: op->g->detached.first;

	gather_clean(op->g);
	/* What this operation detached hangs in the gather, locked. */
	for (; id; id = table_of_id(op->pool, id)->link)
		table_unlock(table_of_id(op->pool, id));
	unlock_until(op, NULL);
	tarry_port_read_end();
}

/* The first pass ends where it stands, with nothing held. */
static int lock_give_up(struct tarry_op *op, int why)
{
	struct cursor stop = op->c;

	unlock_until(op, &stop);
	tarry_port_read_end();
	return why;
}

int tarry_range_lock(struct tarry_op *op)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;

	for (;;) {
		int got = VISIT_ON;
		struct tarry_table *t;
		enum tarry_kind kind;
		uint64_t e;
		tarry_oa oa;
		uint32_t id;

		if (cursor_past(c) || (!c->level && !op->visit)) {
			if (!cursor_up(c))
				break;
			continue;
		}
		if (op->outside && op->outside(c, op->what)) {
			cursor_next(c);
			continue;
		}
		e = entry_load_locked(f, cursor_slot(c));
		kind = entry_kind(f, &e, c->level);
		if (op->visit && (kind != TARRY_TABLE || cursor_whole(c)))
			got = op->visit(op, kind, e);
		if (got < 0)
			return lock_give_up(op, got);
		if (kind != TARRY_TABLE) {
			cursor_next(c);
			continue;
		}
		oa = f->table_oa(e);
		id = id_of_oa(op->pool, oa);
		t = table_of_id(op->pool, id);
		table_lock(t);
		tarry_assert(t->state == TARRY_STATE_ATTACHED ||
			     t->state == TARRY_STATE_MOVING);
		if (!tarry_port_recheck(t->state != TARRY_STATE_MOVING)) {
			table_unlock(t);
			return lock_give_up(op, TARRY_LOCK_AGAIN);
		}
		cursor_down(c, slots_at(op->b->face.window, oa), t, id);
		if (got == VISIT_SKIP && !c->level)
			c->at[0].slot = c->at[0].last + 1;
	}
	/* Back to the start, for whoever acts. */
	cursor_start(c, c->top, c->at[c->top].slots, c->at[c->top].table,
		     c->at[c->top].id, c->first);
	return 0;
}

bool tarry_stocks_suffice(const struct tarry_op *op)
{
	for (unsigned int i = 0; i < facts(op->f)->levels; i++)
		if (op->local.count[i] + (op->stock ? op->stock->count[i] : 0) <
		    op->need[i])
			return false;
	return true;
}

bool tarry_stocks_fetch(struct tarry_op *op)
{
	for (unsigned int i = 0; i < facts(op->f)->levels; i++) {
		uint64_t has = op->stock ? op->stock->count[i] : 0;

		op->need[i] = has < op->need[i] ? op->need[i] - has : 0;
	}
	return tarry_stock_fill(&op->local, op->pool, facts(op->f), op->need);
}

int tarry_range_take(struct tarry_op *op, unsigned int stop)
{
	for (;;) {
		int got;

		tarry_need_nothing(op);
		tarry_range_cover(op, stop);
		got = tarry_range_lock(op);
		if (got < 0)
			return got;
		if (got == TARRY_LOCK_AGAIN) {
			tarry_await_moves(op->b);
			continue;
		}
		if (tarry_stocks_suffice(op))
			return 0;
		/* Nothing has changed yet: let go, fetch memory, look again.
		 * rule: loser-redoes: whoever installed a table meanwhile has
		 * won; this one is seen then, and ours stays in the stock. */
		tarry_range_unlock(op);
		if (!tarry_stocks_fetch(op))
			return TARRY_ENOMEM;
		if (!tarry_port_keeps(loser_redoes))
			op->visit = NULL;
	}
}

void tarry_range_need(struct tarry_op *op, unsigned int level, uint64_t from,
		      uint64_t to, unsigned int max)
{
	const struct tarry_format *f = facts(op->f);

	for (unsigned int l = level; l-- > 0;) {
		/* One table for each slot of the level above that is neither
		 * outside nor a leaf. */
		unsigned int lg2 = f->span_lg2[l + 1];
		uint64_t mask = (1ull << lg2) - 1;
		uint64_t slots = (to >> lg2) - (from >> lg2) + 1;
		uint64_t n;

		if (l + 1 == level || l + 1 > max)
			n = slots;
		else if (slots == 1)
			n = (from & mask) != 0 || (to & mask) != mask;
		else
			n = ((from & mask) != 0) + ((to & mask) != mask);
		if (!n)
			return;
		op->need[l] += n;
	}
}

static void detach_one(struct tarry_op *op, struct tarry_table *t, uint32_t id,
		       enum tarry_state state, bool held)
{
	uint32_t spare;

	if (!held)
		table_lock(t);
	/* rule: spares-follow; a spare was never published, so it is free at
	 * once.  The link is the gather's from here on. */
	while (tarry_port_keeps(one_link_one_state) &&
	       (spare = tarry_spare_pop(op->pool, t)))
		tarry_stock_put(&op->local, op->pool, spare);
	/* rule: detached-is-final, one-link-one-state */
	table_becomes(t, state);
	gather_table(op->pool, op->g, t, id);
	if (!held)
		table_unlock(t);
}

void tarry_detach_subtree(struct tarry_op *op, tarry_oa oa, unsigned int level,
			  enum tarry_state state, bool held)
{
	const struct tarry_format *f = facts(op->f);
	uint32_t id = id_of_oa(op->pool, oa);
	struct cursor c = {.f = f, .first = 0, .last = ~0ull};

	detach_one(op, table_of_id(op->pool, id), id, state, held);
	if (!level)
		return;
	cursor_start(&c, level, slots_at(op->b->face.window, oa), NULL, id, 0);
	for (;;) {
		uint64_t e;

		if (cursor_past(&c)) {
			if (!cursor_up(&c))
				return;
			continue;
		}
		e = entry_load_locked(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) != TARRY_TABLE) {
			cursor_next(&c);
			continue;
		}
		oa = f->table_oa(e);
		id = id_of_oa(op->pool, oa);
		detach_one(op, table_of_id(op->pool, id), id, state, held);
		if (c.level == 1)
			cursor_next(&c);
		else
			cursor_down(&c, slots_at(op->b->face.window, oa), NULL,
				    id);
	}
}

int tarry_reclaim_up(struct tarry_body *b, uint64_t bits, unsigned int level,
		     struct tarry_gather *g, uint64_t *freed)
{
	const struct tarry_format *f = facts(b->format);
	struct tarry_gather own;
	/* One gather for all levels: they wait together. */
	struct tarry_how how = {.gather = g ? g : &own};
	bool all_answered = true;

	gather_init(&own, b);
	while (level + 1 < f->levels && all_answered) {
		unsigned int up = level + 1;
		bool answered = true, emptied = false;
		uint64_t base = bits >> f->span_lg2[up] << f->span_lg2[up];
		struct tarry_op op;
		uint64_t *slot, e;

		/* One whole slot of the table above. */
		tarry_op_begin(&op, &b->face, va_of_bits(f, base),
			       span_of(f, up), &how);
		tarry_range_cover(&op, 1u << up);
		slot = cursor_slot(&op.c);
		e = entry_load_locked(f, slot);
		if (op.c.level == up && entry_kind(f, &e, up) == TARRY_TABLE) {
			tarry_oa oa = f->table_oa(e);
			uint32_t id = id_of_oa(op.pool, oa);
			struct tarry_table *t = table_of_id(op.pool, id);

			table_lock(t);
			if (!tarry_port_keeps(lock_top_down)) {
				table_unlock(op.c.at[up].table);
				table_lock(op.c.at[up].table);
			}
			/* rule: empty-in-one-hold: the count is of this hold */
			if (tarry_port_recheck(t->state ==
					       TARRY_STATE_ATTACHED) &&
			    (!t->live ||
			     !tarry_port_keeps(empty_in_one_hold))) {
				entry_exchange(f, slot, f->empty[up]);
				gather_wrote(b, op.g, slot);
				op.c.at[up].table->live--;
				gather_span(b, op.g, base, up, true);
				detach_one(&op, t, id, TARRY_STATE_DETACHED,
					   true);
				emptied = !op.c.at[up].table->live;
				if (freed)
					++*freed;
				if (!g)
					answered =
						tarry_gather_invalidate(op.g);
			}
			gather_clean(op.g);
			table_unlock(t);
		}
		table_unlock(op.c.at[op.c.level].table);
		tarry_port_read_end();
		all_answered &= answered;
		tarry_op_end(&op);
		if (!emptied)
			break;
		level = up;
	}
	return g ? 0 : tarry_gather_finish(&own, all_answered);
}
