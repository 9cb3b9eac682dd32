/* SPDX-License-Identifier: MIT */
/*
 * Harvest: accessed and dirty, as hardware left them.
 *
 * The bits are cleared by exchange and counted from the value that the exchange
 * returned; the caller sees them after the invalidation, so a write that a
 * cached translation let through before it is before the harvest, and one after
 * it sets the bit again.  rule: harvest-after-invalidate
 */
#include "range.h"

struct harvest {
	tarry_rights clear;
	uint64_t *accessed, *dirty;
};

static void set_bits(uint64_t *map, uint64_t first, uint64_t n)
{
	for (; n && (first & 63); first++, n--)
		map[first / 64] |= 1ull << (first % 64);
	for (; n >= 64; first += 64, n -= 64)
		map[first / 64] = ~0ull;
	for (; n; first++, n--)
		map[first / 64] |= 1ull << (first % 64);
}

static int harvest_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const struct harvest *h = op->what;
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	tarry_rights found;
	uint64_t page, n;

	if (kind != TARRY_LEAF)
		return VISIT_ON;
	found = f->leaf_rights(e, c->level);
	/* A leaf that sticks out is told of, but not cleared: it may be the
	 * other part that was written. */
	if ((found & h->clear) && cursor_whole(c)) {
		uint64_t v;

		do {
			found = f->leaf_rights(e, c->level);
			v = f->set_accessed_dirty(e, c->level,
						  found & ~h->clear);
			/* rule: exchange-where-hardware-writes */
		} while (!entry_cas(f, cursor_slot(c), &e, v));
		gather_wrote(op->b, op->g, cursor_slot(c));
		gather_span(op->b, op->g, cursor_bits(c), c->level, false);
	}
	page = (cursor_from(c) - c->first) >> f->page_lg2;
	n = (cursor_to(c) - cursor_from(c) + 1) >> f->page_lg2;
	if (h->accessed && (found & TARRY_ACCESSED))
		set_bits(h->accessed, page, n);
	if (h->dirty && (found & TARRY_DIRTY))
		set_bits(h->dirty, page, n);
	return VISIT_ON;
}

int tarry_harvest(struct tarry_space *s, tarry_va va, uint64_t len,
		  tarry_rights clear, uint64_t *accessed, uint64_t *dirty)
{
	struct harvest h = {clear, accessed, dirty};
	struct tarry_op op;
	bool answered;
	int err = range_check(facts(tarry_body(s)->format), va, len);

	if (err)
		return err;
	if (clear & ~(TARRY_ACCESSED | TARRY_DIRTY))
		return TARRY_EINVAL;
	tarry_op_begin(&op, s, va, len, NULL);
	op.visit = harvest_visit;
	op.what = &h;
	/* The locking pass itself harvests: it may begin again, but what it has
	 * reported stays reported, and what it has cleared is in the gather. */
	err = tarry_range_take(&op, 0);
	answered = tarry_gather_invalidate(op.g);
	tarry_range_unlock(&op);
	tarry_op_end(&op);
	(void)err; /* needs no memory, and refuses nothing */
	return tarry_gather_finish(op.g, answered);
}
