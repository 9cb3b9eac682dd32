/* SPDX-License-Identifier: MIT */
/*
 * A cursor: a position in a range of one tree, from a covering table down to
 * the table at hand.  Pre-order: a table before its entries; cursor_up() is
 * the moment after all of them.
 *
 *	cursor_start(&c, ...);
 *	for (;;) {
 *		if (cursor_past(&c)) {
 *			(leave the table c.at[c.level])
 *			if (!cursor_up(&c))
 *				break;
 *			continue;
 *		}
 *		(look at *cursor_slot(&c))
 *		cursor_down(&c, ...), or cursor_next(&c)
 *	}
 */
#ifndef TARRY_CURSOR_H
#define TARRY_CURSOR_H

#include "entry.h"

struct cursor_level {
	uint64_t *slots;
	struct tarry_table *table; /* NULL for readers */
	uint32_t id;		   /* of the table; 0 for readers */
	uint32_t slot, last;	   /* inside the range; last inclusive */
	uint64_t base;		   /* va bits of slot 0 */
	bool made;		   /* by this operation, not yet published */
	bool blank;		   /* made, and no slot filled yet by anybody */
	bool over_empty;	   /* made, and will stand in an empty slot */
};

struct cursor {
	const struct tarry_format *f;
	uint64_t first, last; /* va bits, inclusive */
	unsigned int top, level;
	struct cursor_level at[TARRY_MAX_LEVELS];
};

tarry_inline void cursor_enter(struct cursor *c, unsigned int level,
			       uint64_t *slots, struct tarry_table *table,
			       uint32_t id, uint64_t base)
{
	struct cursor_level *at = &c->at[level];
	unsigned int lg2 = table_span_lg2(facts(c->f), level);
	uint64_t end = lg2 >= 64 ? ~0ull : base + ((1ull << lg2) - 1);

	at->slots = slots;
	at->table = table;
	at->id = id;
	at->base = base;
	at->slot = c->first > base ? slot_of(facts(c->f), c->first, level) : 0;
	at->last = c->last < end ? slot_of(facts(c->f), c->last, level)
				 : slots_of(facts(c->f), level) - 1;
	at->made = false;
	at->blank = false;
	at->over_empty = false;
	c->level = level;
}

/* @bits: any address under the table */
tarry_inline void cursor_start(struct cursor *c, unsigned int level,
			       uint64_t *slots, struct tarry_table *table,
			       uint32_t id, uint64_t bits)
{
	c->top = level;
	cursor_enter(c, level, slots, table, id,
		     table_base(facts(c->f), bits, level));
}

tarry_inline bool cursor_past(const struct cursor *c)
{
	return c->at[c->level].slot > c->at[c->level].last;
}

tarry_inline uint64_t *cursor_slot(const struct cursor *c)
{
	return &c->at[c->level].slots[c->at[c->level].slot];
}

/* va bits of the slot at hand. */
tarry_inline uint64_t cursor_bits(const struct cursor *c)
{
	return c->at[c->level].base + ((uint64_t)c->at[c->level].slot
				       << facts(c->f)->span_lg2[c->level]);
}

/* The part of the slot at hand that lies in the range. */
tarry_inline uint64_t cursor_from(const struct cursor *c)
{
	uint64_t bits = cursor_bits(c);

	return bits > c->first ? bits : c->first;
}

tarry_inline uint64_t cursor_to(const struct cursor *c)
{
	uint64_t end = cursor_bits(c) + (span_of(facts(c->f), c->level) - 1);

	return end < c->last ? end : c->last;
}

/* Does the whole slot lie in the range? */
tarry_inline bool cursor_whole(const struct cursor *c)
{
	return cursor_to(c) - cursor_from(c) ==
	       span_of(facts(c->f), c->level) - 1;
}

tarry_inline void cursor_next(struct cursor *c)
{
	c->at[c->level].slot++;
}

tarry_inline void cursor_down(struct cursor *c, uint64_t *slots,
			      struct tarry_table *table, uint32_t id)
{
	cursor_enter(c, c->level - 1, slots, table, id, cursor_bits(c));
}

tarry_inline bool cursor_up(struct cursor *c)
{
	if (c->level == c->top)
		return false;
	c->level++;
	c->at[c->level].slot++;
	return true;
}

#endif
