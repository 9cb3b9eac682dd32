/* SPDX-License-Identifier: MIT */
/*
 * Move: what was mapped here is mapped there.
 *
 * Both ranges are locked.  Each entry is first written at its new place,
 * frozen: software sees it there, hardware does not.  Then it is taken from its
 * old place by an exchange, whose value is final.  When all are there the old
 * range is invalidated, and the new entries are thawed.  So no cache ever holds
 * both places, software never finds neither, and no dirty bit is lost.
 *
 * A whole table moves by its parent's entries alone.  A reader that came to it
 * by its old address may still be inside, and must not find there what others
 * map at the new one: until a grace period is over the table is MOVING, and
 * writers wait.  It is given a second life, so it waits as if it were freed
 * (rule: reuse-is-free).  One move of whole tables at a time per space.
 */
#include "place.h"
#include "regroup.h"
#include "tarry/reclaim.h"

struct move {
	uint64_t from, from_last; /* va bits, inclusive */
	uint64_t to, to_last;
	uint64_t delta;
};

static bool meets(uint64_t a, uint64_t a_last, uint64_t b, uint64_t b_last)
{
	return a <= b_last && b <= a_last;
}

static bool move_outside(const struct cursor *c, const void *what)
{
	const struct move *m = what;
	uint64_t from = cursor_from(c), to = cursor_to(c);

	return !meets(from, to, m->from, m->from_last) &&
	       !meets(from, to, m->to, m->to_last);
}

/* Is the slot of @level at @bits one that moves as a whole? */
static bool moves_whole(const struct tarry_format *f, const struct move *m,
			uint64_t bits, unsigned int level)
{
	uint64_t span = span_of(f, level);

	return level > 0 && !(m->delta & (span - 1)) && bits >= m->from &&
	       bits + (span - 1) <= m->from_last;
}

/* Is it inside a larger slot that does? */
static bool moves_within(const struct tarry_format *f, const struct move *m,
			 uint64_t bits, unsigned int level)
{
	for (unsigned int l = level + 1; l < f->levels; l++)
		if (moves_whole(f, m, bits & ~(span_of(f, l) - 1), l))
			return true;
	return false;
}

/* Calls for each aligned piece of [from, to] at the new place. */
static void count_pieces(struct tarry_op *op, const struct move *m,
			 unsigned int level, uint64_t from, uint64_t to)
{
	/* The last byte may be the last there is: no address comes after. */
	for (;;) {
		unsigned int l = tarry_place_level(facts(op->f), level, from,
						   m->delta, to - from + 1);

		tarry_place_count(op, from + m->delta, l);
		if (to - from < span_of(facts(op->f), l))
			return;
		from += span_of(facts(op->f), l);
	}
}

static int move_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const struct move *m = op->what;
	const struct tarry_format *f = facts(op->f);
	unsigned int level = op->c.level;
	uint64_t base = cursor_bits(&op->c);
	uint64_t from = cursor_from(&op->c), to = cursor_to(&op->c);

	(void)e;
	if (kind == TARRY_EMPTY)
		return VISIT_ON;
	if (kind == TARRY_TABLE) {
		if (moves_whole(f, m, base, level) &&
		    !moves_within(f, m, base, level))
			tarry_place_count(op, base + m->delta, level);
		return moves_whole(f, m, base, level) ? VISIT_SKIP : VISIT_ON;
	}
	if (meets(from, to, m->to, m->to_last))
		return TARRY_EEXIST;
	if (moves_within(f, m, base, level))
		return VISIT_ON;
	from = from > m->from ? from : m->from;
	to = to < m->from_last ? to : m->from_last;
	if (to - from != span_of(f, level) - 1)
		tarry_range_need(op, level, from, to, level - 1);
	count_pieces(op, m, level, from, to);
	return VISIT_ON;
}

/* The owner's word goes with its leaf: it is at the new place before the leaf
 * is, and what came in meanwhile follows. */
static void move_word(const struct tarry_op *op, uint64_t *from, uint64_t *to,
		      bool last)
{
	uint64_t v;

	if (!op->pool->companions)
		return;
	from = companion_of(facts(op->f), from);
	to = companion_of(facts(op->f), to);
	v = last ? tarry_exchange(from, 0, TARRY_ACQUIRE)
		 : tarry_load(from, TARRY_ACQUIRE);
	tarry_store(to, v, TARRY_RELEASE);
}

/* One leaf or mark, the whole slot in the range, goes to its new place. */
static void move_entry(struct tarry_op *op, const struct move *m,
		       struct cursor *c, enum tarry_kind kind, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct tarry_table *source = c->at[c->level].table, *t;
	uint64_t base = cursor_bits(c), span = span_of(f, c->level);
	bool spare = kind == TARRY_LEAF && f->has_spare(e);
	unsigned int level = c->level;
	uint64_t old, *slot;

	/* In pieces, if the new place is not aligned as the old one was. */
	for (unsigned int turn = 0; turn < 2; turn++) {
		for (uint64_t at = 0; at < span; at += span_of(f, level)) {
			uint64_t v = e;

			level = tarry_place_level(f, c->level, base + at,
						  m->delta, span - at);
			if (kind == TARRY_LEAF && level != c->level)
				v = f->make_leaf(
					leaf_oa_at(f, e, c->level, 0) + at,
					level, f->leaf_rights(e, c->level));
			if (kind == TARRY_MARK && level != c->level)
				v = f->make_mark(f->payload(e, c->level),
						 level);
			slot = tarry_place_slot(op, base + at + m->delta, level,
						&t);
			if (kind == TARRY_LEAF)
				v = f->freeze(v, level);
			if (!turn && !c->level)
				move_word(op, cursor_slot(c), slot, false);
			if (turn) {
				entry_publish(f, slot, v);
				gather_wrote(op->b, op->g, slot);
			} else
				tarry_place_entry(op, slot, t,
						  base + at + m->delta, level,
						  v);
		}
		if (turn)
			break;
		/* rule: exchange-where-hardware-writes: the value is final */
		old = live_exchange(op->b, f, cursor_slot(c), e,
				    f->empty[c->level]);
		gather_wrote(op->b, op->g, cursor_slot(c));
		source->live--;
		if (!c->level)
			move_word(op, cursor_slot(c), slot, true);
		if (kind == TARRY_LEAF)
			gather_span(op->b, op->g, base, c->level, false);
		if (old == e)
			break;
		e = old;
	}
	/* rule: spares-follow */
	if (!spare || !tarry_port_keeps(spares_follow))
		return;
	if (level == c->level) {
		tarry_spare_push(op->pool, t,
				 tarry_spare_pop(op->pool, source));
	} else {
		tarry_stock_put(&op->local, op->pool,
				tarry_spare_pop(op->pool, source));
	}
}

/* Every table of a subtree stands for another va from now on, and is MOVING. */
static void move_mark(struct tarry_op *op, const struct move *m, uint32_t id,
		      unsigned int level, uint64_t bits)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor c = {.f = f, .first = 0, .last = ~0ull};
	struct tarry_table *t = table_of_id(op->pool, id);

	cursor_start(&c, level,
		     slots_at(op->b->face.window, oa_of_id(op->pool, id)), t,
		     id, bits);
	for (;;) {
		uint64_t e;

		if (cursor_past(&c) || !c.level) {
			t = c.at[c.level].table;
			table_becomes(t, TARRY_STATE_MOVING);
			t->index = index_of(f, c.at[c.level].base + m->delta,
					    c.level);
			if (!cursor_up(&c))
				return;
			continue;
		}
		e = entry_load_locked(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) != TARRY_TABLE) {
			cursor_next(&c);
			continue;
		}
		range_into(op, &c, e);
	}
}

static void move_table(struct tarry_op *op, const struct move *m,
		       struct cursor *c, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	uint64_t base = cursor_bits(c), *slot;
	uint32_t id = id_of_oa(op->pool, f->table_oa(e));
	struct tarry_table *t;

	slot = tarry_place_slot(op, base + m->delta, c->level, &t);
	tarry_place_entry(
		op, slot, t, base + m->delta, c->level,
		f->freeze(f->make_table(f->table_oa(e), c->level), c->level));
	move_mark(op, m, id, c->level - 1, base);
	entry_exchange(f, cursor_slot(c), f->empty[c->level]);
	gather_wrote(op->b, op->g, cursor_slot(c));
	c->at[c->level].table->live--;
	/* rule: whole-span */
	gather_span(op->b, op->g, base, c->level, true);
}

/* Takes everything out of the source.  True if whole tables moved; *answered
 * goes false if a cache did not answer. */
static bool move_act(struct tarry_op *op, struct move *m, bool *answered)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor c = {.f = f, .first = m->from, .last = m->from_last};
	const struct cursor_level *top = &op->c.at[op->c.top];
	bool tables = false;

	cursor_start(&c, op->c.top, top->slots, top->table, top->id, m->from);
	for (;;) {
		enum tarry_kind kind;
		uint64_t e;

		if (cursor_past(&c)) {
			if (!cursor_up(&c))
				return tables;
			continue;
		}
		e = entry_load_locked(f, cursor_slot(&c));
		kind = entry_kind(f, &e, c.level);
		if (kind == TARRY_LEAF && leaf_in_run(f, e, c.level)) {
			struct slots s = tarry_cursor_slots(&c);

			/* Leaves move one by one, and each with what hardware
			 * said of it at any other. */
			*answered &= tarry_run_part(op->b, op->g, &s);
			e = entry_load_locked(f, cursor_slot(&c));
		}
		if (kind == TARRY_TABLE &&
		    moves_whole(f, m, cursor_bits(&c), c.level)) {
			move_table(op, m, &c, e);
			tables = true;
		} else if (kind == TARRY_TABLE) {
			range_into(op, &c, e);
			continue;
		} else if (kind != TARRY_EMPTY && !cursor_whole(&c)) {
			uint32_t id = tarry_op_table(op, c.level - 1);

			/* It sticks out: take it apart, and look again. */
			if (!tarry_split_slot(op, cursor_slot(&c), e, kind,
					      c.level, cursor_bits(&c), id)) {
				tarry_stock_put(&op->local, op->pool, id);
				*answered = false;
				cursor_next(&c);
			} else if (kind == TARRY_LEAF && f->has_spare(e)) {
				tarry_stock_put(
					&op->local, op->pool,
					tarry_spare_pop(op->pool,
							c.at[c.level].table));
			}
			continue;
		} else if (kind != TARRY_EMPTY) {
			move_entry(op, m, &c, kind, e);
		}
		cursor_next(&c);
	}
}

/* The new place, once the old one is forgotten: hardware may see it. */
static void move_thaw(struct tarry_op *op, const struct move *m)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor c = {.f = f, .first = m->to, .last = m->to_last};
	const struct cursor_level *top = &op->c.at[op->c.top];

	cursor_start(&c, op->c.top, top->slots, top->table, top->id, m->to);
	for (;;) {
		uint64_t e, raw;

		if (cursor_past(&c)) {
			if (!cursor_up(&c))
				return;
			continue;
		}
		raw = e = entry_load_locked(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) == TARRY_TABLE &&
		    f->present(raw, c.level)) {
			range_into(op, &c, e);
			continue;
		}
		if (f->frozen(raw, c.level) && runs_of(f, op->b, c.level)) {
			struct slots s = tarry_cursor_slots(&c);

			/* Hardware has not seen them yet: no break. */
			s.last = s.first;
			tarry_run_join(op->b, &s);
			raw = entry_load_locked(f, cursor_slot(&c));
		}
		if (f->frozen(raw, c.level)) {
			entry_publish(f, cursor_slot(&c), e);
			gather_wrote(op->b, op->g, cursor_slot(&c));
		}
		cursor_next(&c);
	}
}

/* A grace period later: writers may come in.  The tables cannot have gone
 * anywhere: whoever wanted to is waiting for us. */
static void move_settle(struct tarry_op *op, const struct move *m)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor c = {.f = f, .first = m->to, .last = m->to_last};
	unsigned int levels;
	uint64_t *slots;

	tarry_port_read_begin();
	slots = body_root(op->b, &levels);
	cursor_start(&c, levels - 1, slots, NULL, 0, m->to);
	for (;;) {
		uint64_t e;

		if (cursor_past(&c) || !c.level) {
			if (!cursor_up(&c))
				break;
			continue;
		}
		e = entry_load(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) == TARRY_TABLE) {
			struct tarry_table *t =
				table_of_oa(op->pool, f->table_oa(e));

			table_lock(t);
			if (t->state == TARRY_STATE_MOVING)
				table_becomes(t, TARRY_STATE_ATTACHED);
			table_unlock(t);
			cursor_down(
				&c,
				slots_at(op->b->face.window, f->table_oa(e)),
				NULL, 0);
			continue;
		}
		cursor_next(&c);
	}
	tarry_port_read_end();
}

/* Only one move of whole tables at a time: odd while it is under way. */
static void move_turn_take(struct tarry_body *b)
{
	for (;;) {
		uint32_t now = tarry_load(&b->moves, TARRY_RELAXED);

		if (!(now & 1) &&
		    tarry_cas(&b->moves, &now, now + 1, TARRY_ACQUIRE))
			return;
		tarry_await_moves(b);
	}
}

static int move_check(const struct tarry_format *f, tarry_va from, tarry_va to,
		      uint64_t len, const struct tarry_how *how)
{
	int err = range_check(f, from, len);

	if (!err)
		err = range_check(f, to, len);
	if (err)
		return err;
	if (meets(from, from + (len - 1), to, to + (len - 1)))
		return TARRY_EOVERLAP;
	return how && how->gather ? TARRY_EINVAL : 0;
}

int tarry_move(struct tarry_space *s, tarry_va from, tarry_va to, uint64_t len,
	       const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	struct move m = {.from = va_bits_of(f, from), .to = va_bits_of(f, to)};
	bool answered = true, turn, tables = false;
	struct tarry_op op;
	int err = move_check(f, from, to, len, how);

	if (err)
		return err;
	m.from_last = m.from + (len - 1);
	m.to_last = m.to + (len - 1);
	m.delta = m.to - m.from;
	tarry_op_begin(&op, s, from, len, how);
	/* The hull of both; what is in neither is passed over. */
	op.c.first = m.from < m.to ? m.from : m.to;
	op.c.last = m.from < m.to ? m.to_last : m.from_last;
	op.visit = move_visit;
	op.outside = move_outside;
	op.what = &m;
	lock_none_held();
	turn = f->levels > 1 && !(m.delta & (span_of(f, 1) - 1)) &&
	       len >= span_of(f, 1);
	if (turn)
		move_turn_take(b);
	err = tarry_range_take(&op, 0);
	if (!err) {
		tables = move_act(&op, &m, &answered);
		/* rule: invalidate-before-unlock, harvest-after-invalidate */
		answered &= tarry_gather_invalidate(op.g);
		move_thaw(&op, &m);
		tarry_range_unlock(&op);
		err = tarry_gather_finish(op.g, answered);
	}
	if (tables) {
		/* rule: reuse-is-free */
		if (tarry_port_keeps(reuse_is_free))
			tarry_port_synchronize();
		move_settle(&op, &m);
	}
	if (turn) /* pairs with tarry_await_moves() */
		tarry_fetch_add(&b->moves, 1, TARRY_RELEASE);
	tarry_op_end(&op);
	if ((!err || err == TARRY_ELISTENER) &&
	    !(b->flags & TARRY_SPACE_KEEP_TABLES)) {
		int64_t n = tarry_reclaim(s, from, len, NULL);

		err = !err && n < 0 ? (int)n : err;
	}
	return err;
}
