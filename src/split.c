/* SPDX-License-Identifier: MIT */
/*
 * Split: a large leaf becomes a table that says the same.
 */
#include "regroup.h"
#include "set.h"
#include "tarry/huge.h"

/* Where a table for the split may come from; 0: nowhere, without waiting. */
static uint32_t split_table(struct tarry_op *op, struct tarry_table *t,
			    uint64_t e, unsigned int level)
{
	uint32_t id = 0;

	/* rule: spares-follow: it is for just this */
	if (facts(op->f)->has_spare(e))
		id = tarry_spare_pop(op->pool, t);
	if (!id && op->stock)
		id = tarry_stock_take(op->stock, op->pool, level);
	if (!id)
		id = tarry_stock_take(&op->local, op->pool, level);
	return id;
}

bool tarry_split_slot(struct tarry_op *op, uint64_t *slot, uint64_t e,
		      enum tarry_kind kind, unsigned int level, uint64_t bits,
		      uint32_t id)
{
	const struct tarry_format *f = facts(op->f);
	struct tarry_table *t = table_of_id(op->pool, id);
	uint64_t *slots = slots_at(op->b->face.window, oa_of_id(op->pool, id));

	if (kind == TARRY_LEAF) {
		if (leaf_in_run(f, e, level)) {
			unsigned int i = slot_of(f, bits, level);
			struct slots s = {slot - i, table_base(f, bits, level),
					  level, i, i};

			if (!tarry_run_part(op->b, op->g, &s))
				return false;
			e = entry_load_locked(f, slot);
		}
		/* rule: freeze-then-change, never-through-empty */
		e = live_exchange(op->b, f, slot, e, f->freeze(e, level));
		gather_wrote(op->b, op->g, slot);
		gather_span(op->b, op->g, bits, level, false);
		if (!tarry_gather_invalidate(op->g)) {
			entry_publish(f, slot, e);
			gather_wrote(op->b, op->g, slot);
			return false;
		}
		/* The parts own none; a mark has no such bit. */
		e = f->set_spare(e, false);
	}
	/* rule: harvest-after-invalidate: e is final */
	tarry_fill_split(op->b, slots, level - 1, e, kind);
	t->live = slots_of(f, level - 1);
	tarry_publish_table(op, slot, id, bits, false);
	return true;
}

int tarry_split(struct tarry_space *s, tarry_va va, unsigned int level,
		const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	uint64_t base, need[TARRY_MAX_LEVELS] = {0};
	struct tarry_op op;
	int err = 0;

	if (va & ((1ull << f->page_lg2) - 1))
		return TARRY_EALIGN;
	if (!tarry_format_va_ok(f, va, 1))
		return TARRY_ERANGE;
	if (!level || level >= f->levels || !(f->leaf_levels >> level & 1))
		return TARRY_ELEVEL;
	if (how && how->gather)
		return TARRY_EINVAL;
	base = va_bits_of(f, va) & ~(span_of(f, level) - 1);
	tarry_op_begin(&op, s, va_of_bits(f, base), span_of(f, level), how);
	for (;;) {
		struct tarry_table *t;
		enum tarry_kind kind;
		bool answered = true;
		uint64_t *slot, e;
		uint32_t id = 0;

		tarry_range_cover(&op, 1u << level);
		t = op.c.at[op.c.level].table;
		slot = cursor_slot(&op.c);
		e = entry_load_locked(f, slot);
		kind = entry_kind(f, &e, op.c.level);
		if (op.c.level < level || kind == TARRY_TABLE)
			err = 0; /* smaller leaves already */
		else if (op.c.level > level || kind != TARRY_LEAF)
			err = TARRY_ENOENT;
		else
			id = split_table(&op, t, e, level - 1);
		if (id) {
			answered = tarry_split_slot(&op, slot, e, kind, level,
						    base, id);
			gather_clean(op.g);
			if (answered)
				table_unlock(table_of_id(op.pool, id));
			else if (f->has_spare(e))
				tarry_spare_push(op.pool, t, id);
			else
				tarry_stock_put(&op.local, op.pool, id);
		}
		table_unlock(t);
		tarry_port_read_end();
		if (!answered) {
			tarry_gather_put_back(op.g);
			err = TARRY_ELISTENER;
		}
		if (id || err || kind != TARRY_LEAF || op.c.level != level)
			break;
		/* No table at hand: fetch one without locks, look again. */
		need[level - 1] = 1;
		err = TARRY_ENOMEM;
		if ((how && (how->flags & TARRY_NO_ALLOC)) ||
		    !tarry_stock_fill(&op.local, op.pool, f, need))
			break;
		err = 0;
	}
	tarry_op_end(&op);
	return err;
}
