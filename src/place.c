/* SPDX-License-Identifier: MIT */
/*
 * Putting single entries into a range that is locked and known to be free.
 */
#include "place.h"

void tarry_place_count(struct tarry_op *op, uint64_t bits, unsigned int level)
{
	const struct tarry_format *f = facts(op->f);

	/* A table of level l stands in one slot of level l + 1. */
	for (unsigned int l = level; l + 1 < f->levels; l++) {
		uint64_t number = (bits >> f->span_lg2[l + 1]) + 1;

		if (op->placed[l] == number)
			return;
		op->placed[l] = number;
		op->need[l]++;
	}
}

unsigned int tarry_place_level(const struct tarry_format *f, unsigned int level,
			       uint64_t bits, uint64_t delta, uint64_t len)
{
	while (level && (!(f->leaf_levels >> level & 1) ||
			 ((bits | delta) & (span_of(f, level) - 1)) ||
			 len < span_of(f, level)))
		level--;
	return level;
}

uint64_t *tarry_place_slot(struct tarry_op *op, uint64_t bits,
			   unsigned int level, struct tarry_table **table)
{
	const struct tarry_format *f = facts(op->f);
	const struct cursor_level *top = &op->c.at[op->c.top];
	struct tarry_table *t = top->table;
	uint64_t *slots = top->slots;

	for (unsigned int l = op->c.top; l > level; l--) {
		uint64_t *slot = &slots[slot_of(f, bits, l)];
		uint64_t e = entry_load_locked(f, slot);
		uint32_t id;

		if (entry_kind(f, &e, l) == TARRY_TABLE) {
			id = id_of_oa(op->pool, f->table_oa(e));
		} else {
			id = tarry_op_table(op, l - 1);
			tarry_table_blank(op->pool, f, id);
			tarry_publish_table(op, slot, id, bits, false);
			t->live++;
		}
		t = table_of_id(op->pool, id);
		slots = slots_at(op->b->face.window, oa_of_id(op->pool, id));
	}
	*table = t;
	return &slots[slot_of(f, bits, level)];
}

void tarry_place_entry(struct tarry_op *op, uint64_t *slot,
		       struct tarry_table *table, uint64_t bits,
		       unsigned int level, uint64_t v)
{
	const struct tarry_format *f = facts(op->f);
	uint64_t e = entry_load_locked(f, slot);

	if (entry_kind(f, &e, level) == TARRY_TABLE) {
		/* Tables without any leaf or mark in them make room. */
		entry_exchange(f, slot, f->empty[level]);
		gather_wrote(op->b, op->g, slot);
		gather_span(op->b, op->g, bits, level, true);
		tarry_detach_subtree(op, f->table_oa(e), level - 1,
				     TARRY_STATE_DETACHED, true);
		table->live--;
	}
	entry_publish(f, slot, v);
	gather_wrote(op->b, op->g, slot);
	table->live++;
}
