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
#include "regroup.h"

struct harvest {
	tarry_rights clear;
	uint64_t *accessed, *dirty;
	bool *answered; /* goes false if a cache did not */
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

/* Clears what is asked in the leaf of @slot; what it said before. */
static tarry_rights harvest_clear(struct tarry_op *op, uint64_t *slot,
				  unsigned int level)
{
	const struct tarry_format *f = facts(op->f);
	const struct harvest *h = op->what;
	uint64_t v, e = entry_load_locked(f, slot);
	tarry_rights found;

	do {
		found = f->leaf_rights(e, level);
		v = f->set_accessed_dirty(e, level, found & ~h->clear);
		/* rule: exchange-where-hardware-writes */
	} while (!entry_cas(f, slot, &e, v));
	gather_wrote(op->b, op->g, slot);
	return found;
}

/* Tells of the @n bytes from @bits on. */
static void harvest_tell(const struct tarry_op *op, uint64_t bits, uint64_t n,
			 tarry_rights found)
{
	const struct harvest *h = op->what;
	unsigned int page_lg2 = facts(op->f)->page_lg2;
	uint64_t page = (bits - op->c.first) >> page_lg2;

	if (h->accessed && (found & TARRY_ACCESSED))
		set_bits(h->accessed, page, n >> page_lg2);
	if (h->dirty && (found & TARRY_DIRTY))
		set_bits(h->dirty, page, n >> page_lg2);
}

/*
 * A leaf of a run.  What any leaf of it says is true of all, so a run that lies
 * in the range is looked at, cleared and told of at once, with its first leaf.
 * One that sticks out goes apart before anything is cleared: false, and the
 * leaf is alone.
 */
static bool harvest_run(struct tarry_op *op, const struct harvest *h,
			uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct cursor_level *at = &c->at[c->level];
	unsigned int level = c->level, first = run_first(f, level, at->slot);
	uint64_t start = cursor_bits(c) & ~(run_span(f, level) - 1);
	uint64_t end = start + (run_span(f, level) - 1);
	bool inside = start >= c->first && end <= c->last;
	struct slots s = tarry_cursor_slots(c);
	tarry_rights found;

	if (inside && at->slot != first)
		return true;
	found = leaf_rights_in(f, at->slots, at->slot, e, level);
	if (!inside && (found & h->clear) && cursor_whole(c)) {
		s.last = s.first;
		*h->answered &= tarry_run_part(op->b, op->g, &s);
		return false;
	}
	if (inside && (found & h->clear)) {
		for (unsigned int i = 0; i < 1u << f->run_lg2[level]; i++)
			found |=
				harvest_clear(op, &at->slots[first + i], level);
		gather_run(op->b, op->g, start, level);
	}
	if (inside)
		harvest_tell(op, start, end - start + 1, found);
	else
		harvest_tell(op, cursor_from(c),
			     cursor_to(c) - cursor_from(c) + 1, found);
	return true;
}

static int harvest_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const struct harvest *h = op->what;
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	tarry_rights found;

	if (kind != TARRY_LEAF)
		return VISIT_ON;
	if (leaf_in_run(f, e, c->level) && harvest_run(op, h, e))
		return VISIT_ON;
	found = f->leaf_rights(entry_load_locked(f, cursor_slot(c)), c->level);
	/* A leaf that sticks out is told of, but not cleared: it may be the
	 * other part that was written. */
	if ((found & h->clear) && cursor_whole(c)) {
		found = harvest_clear(op, cursor_slot(c), c->level);
		gather_span(op->b, op->g, cursor_bits(c), c->level, false);
	}
	harvest_tell(op, cursor_from(c), cursor_to(c) - cursor_from(c) + 1,
		     found);
	return VISIT_ON;
}

int tarry_harvest(struct tarry_space *s, tarry_va va, uint64_t len,
		  tarry_rights clear, uint64_t *accessed, uint64_t *dirty)
{
	bool answered = true;
	struct harvest h = {clear, accessed, dirty, &answered};
	struct tarry_op op;
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
	answered &= tarry_gather_invalidate(op.g);
	tarry_range_unlock(&op);
	tarry_op_end(&op);
	(void)err; /* needs no memory, and refuses nothing */
	return tarry_gather_finish(op.g, answered);
}
