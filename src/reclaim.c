/* SPDX-License-Identifier: MIT */
/*
 * Reclaim, and stocks for a range.
 */
#include "set.h"
#include "tarry/reclaim.h"

/* Takes away the tables of the range that are empty, from below. */
static int64_t reclaim_act(struct tarry_op *op)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	int64_t n = 0;

	for (;;) {
		if (cursor_past(c) || !c->level) {
			struct cursor_level at = c->at[c->level];
			struct cursor_level *up = &c->at[c->level + 1];
			unsigned int level = c->level;

			/* rule: empty-in-one-hold */
			if (level != c->top && !at.table->live) {
				entry_exchange(f, &up->slots[up->slot],
					       f->empty[level + 1]);
				gather_wrote(op->b, op->g,
					     &up->slots[up->slot]);
				gather_span(op->b, op->g, at.base, level + 1,
					    true);
				tarry_detach_subtree(
					op, oa_of_id(op->pool, at.id), level,
					TARRY_STATE_DETACHED, true);
				up->table->live--;
				n++;
			}
			if (!cursor_up(c))
				return n;
			continue;
		}
		{
			uint64_t e = entry_load_locked(f, cursor_slot(c));

			if (entry_kind(f, &e, c->level) != TARRY_TABLE) {
				cursor_next(c);
				continue;
			}
			range_into(op, c, e);
		}
	}
}

int64_t tarry_reclaim(struct tarry_space *s, tarry_va va, uint64_t len,
		      const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	bool answered = true, emptied;
	unsigned int level;
	struct tarry_op op;
	int64_t n;
	int err = range_check(facts(b->format), va, len);

	if (err)
		return err;
	tarry_op_begin(&op, s, va, len, how);
	/* Cannot fail: it needs no memory and refuses nothing. */
	(void)tarry_range_take(&op, ~0u);
	n = reclaim_act(&op);
	/* rule: invalidate-before-unlock */
	if (op.g == &op.own)
		answered = tarry_gather_invalidate(op.g);
	level = op.c.top;
	emptied = !op.c.at[level].table->live;
	tarry_range_unlock(&op);
	if (op.g == &op.own)
		err = tarry_gather_finish(op.g, answered);
	tarry_op_end(&op);
	if (emptied && !err) {
		uint64_t freed = 0;

		err = tarry_reclaim_up(b, va_bits_of(facts(b->format), va),
				       level, op.g == &op.own ? NULL : op.g,
				       &freed);
		n += (int64_t)freed;
	}
	return err ? err : n;
}

int tarry_reserve(struct tarry_space *s, tarry_va va, uint64_t len,
		  const struct tarry_how *how, struct tarry_stock *stock)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	struct tarry_op op;
	int err = range_check(f, va, len);

	if (err)
		return err;
	(void)how;
	if (stock->pool && stock->pool != b->pool)
		return TARRY_EINVAL;
	tarry_op_begin(&op, s, va, len, NULL);
	/* The worst case: nothing is there yet, and the smallest leaves are
	 * needed; or leaves of the largest size stick out at both ends. */
	tarry_range_need(&op, f->levels - 1, op.c.first, op.c.last, 0);
	for (unsigned int l = 0; l + 1 < f->levels; l++)
		op.need[l] += 2;
	if (!tarry_stock_fill(stock, b->pool, f, op.need))
		return TARRY_ENOMEM;
	return 0;
}
