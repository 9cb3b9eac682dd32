/* SPDX-License-Identifier: MIT */
/*
 * Replace: one leaf for another of the same size.
 *
 * Copy-on-write, migration, a page of zeroes that becomes a real one: the size
 * stays, the table stays, nobody has to wait for a walker.  What must not be is
 * that two pages are in use for one address:
 *
 *	A: writes through the new leaf		B: its cache has the old one
 *	A: tells B that it is done		B: reads: as it was before
 *
 * So the old page is frozen and forgotten by every cache before the new one
 * shows, in every format, also where hardware would take a direct change; and
 * where hardware must not see one (direct_change is false) it sees none.
 * Software reads the old page through the frozen entry, and never nothing.
 * Only where the page stays is the entry changed in place.
 * (rules: freeze-then-change, never-through-empty)
 */
#include "keep.h"
#include "regroup.h"
#include "set.h"
#include "tarry/huge.h"

#define HARDWARES (TARRY_ACCESSED | TARRY_DIRTY)

struct replace {
	unsigned int level;
	const struct tarry_replacement *with;
};

/* What hardware said of the old page is true of the new one's content. */
static uint64_t replace_value(const struct tarry_format *f,
			      const struct replace *r, uint64_t e)
{
	tarry_rights found = f->leaf_rights(e, r->level) & HARDWARES;
	uint64_t v =
		f->make_leaf(r->with->oa, r->level, r->with->rights | found);

	return f->has_spare(e) ? f->set_spare(v, true) : v;
}

/* rule: decide-under-lock: is it still the leaf that the caller saw? */
static bool replace_expected(const struct tarry_format *f,
			     const struct replace *r, uint64_t bits, uint64_t e)
{
	const struct tarry_hit *hit = r->with->expected;
	tarry_rights differ;

	if (!hit)
		return true;
	if (hit->level != r->level || (hit->oa & ~(span_of(f, r->level) - 1)) !=
					      leaf_oa_at(f, e, r->level, bits))
		return false;
	differ = f->leaf_rights(hit->entry, r->level) ^
		 f->leaf_rights(e, r->level);
	return !(differ & ~HARDWARES);
}

/* The page stays; what hardware sets meanwhile is taken along.
 * rule: exchange-where-hardware-writes */
static void replace_rights(struct tarry_op *op, const struct replace *r,
			   uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	uint64_t v;

	do
		v = replace_value(f, r, e);
	while (v != e && !entry_cas(f, cursor_slot(&op->c), &e, v));
	if (v == e)
		return;
	gather_wrote(op->b, op->g, cursor_slot(&op->c));
	gather_span(op->b, op->g, cursor_bits(&op->c), r->level, false);
}

static int replace_copy(struct tarry_op *op, const struct replace *r,
			uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	struct tarry_piece old = {
		.va = va_of_bits(f, cursor_bits(&op->c)),
		.len = span_of(f, r->level),
		.oa = f->leaf_oa(e, r->level),
		.rights = f->leaf_rights(e, r->level),
		.kind = TARRY_LEAF,
	};

	/* The owner compares references now.  Who took one either sees the
	 * frozen slot or is seen here; pairs with the fence in tarry_pin(). */
	tarry_fence(TARRY_SEQ_CST);
	return r->with->copy(r->with->ctx, &old) ? TARRY_EBUSY : 0;
}

/* An error: the leaf was put back.  *@answered: may the old page go? */
static int replace_page(struct tarry_op *op, const struct replace *r,
			uint64_t e, bool *answered)
{
	const struct tarry_format *f = facts(op->f);
	struct tarry_body *b = op->b;
	uint64_t *slot = cursor_slot(&op->c), base = cursor_bits(&op->c);
	int err = 0;

	/* rule: freeze-then-change, never-through-empty */
	if (tarry_port_keeps(freeze_then_change))
		e = live_exchange(b, f, slot, e,
				  tarry_port_keeps(never_through_empty)
					  ? f->freeze(e, r->level)
					  : f->empty[r->level]);
	gather_wrote(b, op->g, slot);
	gather_span(b, op->g, base, r->level, false);
	/* rule: harvest-after-invalidate: e is final */
	if (!tarry_gather_invalidate(op->g))
		err = TARRY_ELISTENER;
	else if (r->with->copy)
		err = replace_copy(op, r, e);
	entry_publish(f, slot, err ? e : replace_value(f, r, e));
	gather_wrote(b, op->g, slot);
	if (err) {
		tarry_gather_put_back(op->g);
		return err;
	}
	/* rule: unlink-invalidate-wait-free */
	op_release(op, e);
	*answered = range_tell_again(op, base, r->level);
	return 0;
}

/* One of a run is taken out of it first; false: a cache did not answer, and
 * nothing is owed. */
static bool replace_alone(struct tarry_op *op, const struct replace *r,
			  uint64_t *e)
{
	struct slots s = tarry_cursor_slots(&op->c);

	if (!leaf_in_run(facts(op->f), *e, r->level))
		return true;
	if (!tarry_run_part(op->b, op->g, &s)) {
		tarry_gather_put_back(op->g);
		return false;
	}
	*e = entry_load_locked(facts(op->f), cursor_slot(&op->c));
	return true;
}

static int replace_check(const struct tarry_format *f, tarry_va va,
			 unsigned int level,
			 const struct tarry_replacement *with,
			 const struct tarry_how *how)
{
	uint64_t in;

	if (level >= f->levels || !(f->leaf_levels >> level & 1))
		return TARRY_ELEVEL;
	in = span_of(f, level) - 1;
	if ((va | with->oa) & in)
		return TARRY_EALIGN;
	if (!va_range_ok(f, va, in + 1))
		return TARRY_ERANGE;
	if (!oa_range_ok(f, with->oa, in + 1))
		return TARRY_EOUTPUT;
	if (how && how->gather)
		return TARRY_EINVAL;
	return rights_check(f, with->rights);
}

int tarry_replace(struct tarry_space *s, tarry_va va, unsigned int level,
		  const struct tarry_replacement *with,
		  const struct tarry_how *how)
{
	const struct tarry_format *f = facts(tarry_body(s)->format);
	struct replace r = {.level = level, .with = with};
	bool answered = true;
	struct tarry_op op;
	uint64_t e;
	int err = replace_check(f, va, level, with, how);

	if (err)
		return err;
	if ((tarry_body(s)->flags & TARRY_SPACE_RELEASE) &&
	    !keep_has_room(tarry_body(s)))
		return TARRY_ELISTENER;
	tarry_op_begin(&op, s, va, span_of(f, level), how);
	tarry_range_cover(&op, 1u << level);
	e = entry_load_locked(f, cursor_slot(&op.c));
	if (op.c.level != level ||
	    entry_kind(f, &e, op.c.level) != TARRY_LEAF) {
		err = TARRY_ENOENT;
	} else if (!tarry_port_recheck(
			   replace_expected(f, &r, op.c.first, e))) {
		err = TARRY_EAGAIN;
	} else if (!replace_alone(&op, &r, &e)) {
		err = TARRY_ELISTENER;
	} else if (f->leaf_oa(e, level) != with->oa) {
		err = replace_page(&op, &r, e, &answered);
	} else if (with->copy) {
		err = TARRY_EINVAL;
	} else {
		replace_rights(&op, &r, e);
		/* rule: invalidate-before-unlock */
		answered = tarry_gather_invalidate(op.g);
	}
	if (!err)
		tarry_run_join_at(op.b, &op.c, op.c.first);
	gather_clean(op.g);
	table_unlock(op.c.at[op.c.level].table);
	tarry_port_read_end();
	if (!err)
		err = tarry_gather_finish(op.g, answered);
	tarry_op_end(&op);
	return err;
}
