/* SPDX-License-Identifier: MIT */
/*
 * Collapse and retract: a table goes, a leaf or nothing comes.
 *
 * The slot is frozen first.  Hardware that wants in faults and comes back;
 * software reads through the frozen entry into the old table; whoever pins
 * looks at the slot again after taking its reference, and gives it back.  Then
 * the whole span is forgotten by every cache, so accessed and dirty are final
 * and nobody writes the small pages any more: this is the moment to copy and
 * to compare reference counts.  Then the leaf is published, and the old table
 * waits.  (rules: freeze-then-change, harvest-after-invalidate)
 *
 * Nothing is deposited that a reader may still be in: a spare is a fresh table,
 * fetched before the locks were taken.  The old table could serve only after a
 * grace period, and the split that wants it cannot wait for one; who deposits
 * it at once gives it a second life under its readers (Z04).  It comes back by
 * the pool instead, so that a deposit costs one table for one grace period.
 * (rule: reuse-is-free)
 */
#include "regroup.h"
#include "set.h"
#include "tarry/huge.h"

#define COPY_PIECES 16

struct collapse {
	unsigned int level;
	const struct tarry_collapse_copy *copy;
	tarry_rights rights; /* of the first leaf, or the caller's */
	tarry_oa oa;	     /* of the first leaf, or the caller's */
	bool deposit;
};

/* In place: does this leaf continue the first? */
static int collapse_same(struct tarry_op *op, struct collapse *col, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	unsigned int level = op->c.level;
	unsigned int slot = op->c.at[level].slot;
	tarry_rights rights =
		f->leaf_rights(e, level) & ~(TARRY_ACCESSED | TARRY_DIRTY);
	tarry_oa oa = leaf_oa_at(f, e, level, cursor_bits(&op->c));

	if (!slot) {
		col->oa = oa;
		col->rights = rights;
		return oa & (span_of(f, col->level) - 1) ? TARRY_EMIXED
							 : VISIT_ON;
	}
	return oa == col->oa + ((uint64_t)slot << f->span_lg2[level]) &&
			       rights == col->rights
		       ? VISIT_ON
		       : TARRY_EMIXED;
}

static int collapse_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	struct collapse *col = (struct collapse *)op->what;

	if (op->c.level >= col->level) {
		if (kind == TARRY_TABLE && col->deposit)
			op->need[col->level - 1]++;
		return kind == TARRY_TABLE   ? VISIT_ON
		       : kind == TARRY_EMPTY ? TARRY_ENOENT
					     : TARRY_ELEAF;
	}
	if (kind == TARRY_TABLE)
		return TARRY_ELEAF;
	if (col->copy)
		return kind == TARRY_MARK ? TARRY_EMIXED : VISIT_ON;
	return kind == TARRY_LEAF ? collapse_same(op, col, e) : TARRY_EHOLES;
}

/* The owner copies; the small leaves are final. */
static int collapse_copy(struct tarry_op *op, const struct collapse *col,
			 const uint64_t *slots, uint64_t base)
{
	const struct tarry_format *f = facts(op->f);
	unsigned int level = col->level - 1, n = 0;
	struct tarry_piece pieces[COPY_PIECES];
	int err = 0;

	for (unsigned int i = 0; i < slots_of(f, level) && !err; i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);
		struct tarry_piece *p = &pieces[n++];

		p->va = va_of_bits(f,
				   base + ((uint64_t)i << f->span_lg2[level]));
		p->len = span_of(f, level);
		p->kind = entry_kind(f, &e, level);
		p->oa = 0;
		p->rights = 0;
		if (p->kind == TARRY_LEAF) {
			p->oa = leaf_oa_at(f, e, level, va_bits_of(f, p->va));
			p->rights = leaf_rights_in(f, slots, i, e, level);
		}
		if (n < COPY_PIECES && i + 1 < slots_of(f, level))
			continue;
		err = col->copy->copy(col->copy->ctx, pieces, n);
		n = 0;
	}
	return err ? TARRY_EBUSY : 0;
}

/* rule: harvest-after-invalidate */
static tarry_rights collapse_harvest(struct tarry_op *op, const uint64_t *slots,
				     unsigned int level)
{
	const struct tarry_format *f = facts(op->f);
	tarry_rights found = 0;

	for (unsigned int i = 0; i < slots_of(f, level); i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);

		if (entry_kind(f, &e, level) == TARRY_LEAF)
			found |= f->leaf_rights(e, level);
	}
	return found & (TARRY_ACCESSED | TARRY_DIRTY);
}

/* A leaf has no room for the owner's words: is there anything in them? */
static bool collapse_words(const struct tarry_op *op, uint64_t *slots,
			   unsigned int level)
{
	const struct tarry_format *f = facts(op->f);
	uint64_t all = 0;

	if (!op->pool->companions || level)
		return false;
	for (unsigned int i = 0; i < slots_of(f, 0); i++)
		all |= tarry_load(companion_of(f, &slots[i]), TARRY_RELAXED);
	return all;
}

/* An error: everything was put back.  *@answered: may the old table go? */
static int collapse_act(struct tarry_op *op, const struct collapse *col,
			bool *answered)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	struct tarry_table *parent = c->at[c->level].table;
	uint64_t *slot = cursor_slot(c), base = cursor_bits(c);
	uint64_t e = entry_load_locked(f, slot), leaf;
	tarry_oa table = f->table_oa(e);
	uint64_t *slots = slots_at(op->b->face.window, table);
	tarry_rights rights, early = 0;
	int err = 0;

	bool late = tarry_port_keeps(harvest_after_invalidate);

	if (!late)
		early = collapse_harvest(op, slots, col->level - 1);
	/* rule: freeze-then-change, never-through-empty */
	if (tarry_port_keeps(freeze_then_change))
		entry_exchange(f, slot,
			       tarry_port_keeps(never_through_empty)
				       ? f->freeze(e, col->level)
				       : f->empty[col->level]);
	gather_wrote(op->b, op->g, slot);
	/* rule: whole-span */
	gather_span(op->b, op->g, base, col->level, true);
	if (!tarry_gather_invalidate(op->g))
		err = TARRY_ELISTENER;
	else if (col->copy) {
		/* The owner compares references now.  Who took one either
		 * sees the frozen slot or is seen here; pairs with the fence
		 * in tarry_pin(), and an exchange alone does not. */
		tarry_fence(TARRY_SEQ_CST);
		err = collapse_copy(op, col, slots, base);
	}
	if (!err && collapse_words(op, slots, col->level - 1))
		err = TARRY_EBUSY;
	if (err) {
		entry_publish(f, slot, e);
		gather_wrote(op->b, op->g, slot);
		tarry_gather_put_back(op->g);
		return err;
	}
	rights = col->rights |
		 (late ? collapse_harvest(op, slots, col->level - 1) : early);
	leaf = f->make_leaf(col->oa, col->level, rights);
	if (col->deposit) {
		tarry_spare_push(op->pool, parent,
				 tarry_op_table(op, col->level - 1));
		leaf = f->set_spare(leaf, true);
	}
	entry_publish(f, slot, leaf);
	gather_wrote(op->b, op->g, slot);
	tarry_run_join_at(op->b, c, base);
	tarry_detach_subtree(
		op, table, col->level - 1,
		col->copy ? detached_state(op->b) : TARRY_STATE_DETACHED, true);
	if (col->copy)
		*answered = range_tell_again(op, base, col->level);
	return 0;
}

static int level_check(const struct tarry_format *f, tarry_va va,
		       unsigned int level)
{
	if (!level || level >= f->levels)
		return TARRY_ELEVEL;
	if (va & (span_of(f, level) - 1))
		return TARRY_EALIGN;
	return tarry_format_va_ok(f, va, span_of(f, level)) ? 0 : TARRY_ERANGE;
}

int tarry_collapse(struct tarry_space *s, tarry_va va, unsigned int level,
		   tarry_rights rights, const struct tarry_collapse_copy *copy,
		   const struct tarry_how *how)
{
	const struct tarry_format *f = facts(tarry_body(s)->format);
	struct collapse col = {
		.level = level,
		.copy = copy,
		.rights = rights & ~(TARRY_ACCESSED | TARRY_DIRTY),
		.oa = copy ? copy->oa : 0,
		.deposit = how && (how->flags & TARRY_DEPOSIT),
	};
	struct tarry_op op;
	int err = level_check(f, va, level);

	if (err)
		return err;
	if (!(f->leaf_levels >> level & 1))
		return TARRY_ELEVEL;
	if (copy) {
		if (copy->oa & (span_of(f, level) - 1))
			return TARRY_EALIGN;
		if (!oa_range_ok(f, copy->oa, span_of(f, level)))
			return TARRY_EOUTPUT;
		err = rights_check(f, rights);
		if (err)
			return err;
	}
	if (how && how->gather)
		return TARRY_EINVAL;
	tarry_op_begin(&op, s, va, span_of(f, level), how);
	op.visit = collapse_visit;
	op.what = &col;
	err = tarry_range_take(&op, 1u << level);
	if (!err) {
		bool answered = true;

		err = collapse_act(&op, &col, &answered);
		tarry_range_unlock(&op);
		if (!err)
			err = tarry_gather_finish(op.g, answered);
	}
	tarry_op_end(&op);
	return err;
}

static int retract_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const unsigned int *level = op->what;

	(void)e;
	if (op->c.level < *level)
		return VISIT_SKIP;
	return kind == TARRY_TABLE   ? VISIT_SKIP
	       : kind == TARRY_EMPTY ? TARRY_ENOENT
				     : TARRY_ELEAF;
}

int tarry_retract(struct tarry_space *s, tarry_va va, unsigned int level,
		  const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	struct cursor *c;
	struct tarry_op op;
	bool answered, emptied;
	uint64_t e;
	int err = level_check(f, va, level);

	if (err)
		return err;
	if (how && how->gather)
		return TARRY_EINVAL;
	tarry_op_begin(&op, s, va, span_of(f, level), how);
	op.visit = retract_visit;
	op.what = &level;
	err = tarry_range_take(&op, 1u << level);
	if (err) {
		tarry_op_end(&op);
		return err;
	}
	c = &op.c;
	e = entry_load_locked(f, cursor_slot(c));
	/* rule: unlink-invalidate-wait-free; Z20: decided under both locks */
	entry_exchange(f, cursor_slot(c), f->empty[level]);
	gather_wrote(b, op.g, cursor_slot(c));
	gather_span(b, op.g, cursor_bits(c), level, true);
	c->at[level].table->live--;
	tarry_detach_subtree(&op, f->table_oa(e), level - 1,
			     TARRY_STATE_DETACHED, true);
	answered = tarry_gather_invalidate(op.g);
	emptied = !c->at[level].table->live &&
		  !(b->flags & TARRY_SPACE_KEEP_TABLES);
	tarry_range_unlock(&op);
	err = tarry_gather_finish(op.g, answered);
	if (emptied && !err)
		err = tarry_reclaim_up(b, c->first, level, NULL, NULL);
	tarry_op_end(&op);
	return err;
}
