/* SPDX-License-Identifier: MIT */
/*
 * Reclaim in the background: tables that hold nothing of value.
 *
 * A walk without locks finds the next table; then that table and its parent are
 * locked, as any other range of one slot is, and the owner is asked about each
 * entry.  One that is of value ends it: nothing has changed.
 *
 * A. Where leaves are to go, the slot is frozen first and all caches forget the
 *    span: until then hardware may have been writing through a leaf that was
 *    clean when the owner looked, and may have written the page.  Then the
 *    owner is asked again, and the second answer decides: the slot becomes
 *    empty, or what it was.  (rules: freeze-then-change,
 *    harvest-after-invalidate)
 * B. Both locks are held from the first look to the last: nobody fills a slot
 *    that was found to be worth nothing.  (rule: empty-in-one-hold)
 * C. Between two tables nothing is held.  Where the walk stands is an address,
 *    from which it goes down again from the root: a table that was split off,
 *    moved or mapped before it meanwhile is not missed.  (rule:
 *    restart-revisits)
 *
 * A table of an upper level is looked at after all below it, in the same way,
 * so that one that has only marks or large leaves left goes as well.
 *
 * One table at a time: one invalidation for all under a parent would shut
 * hardware out of the whole parent's span while the owner is asked.
 */
#include "leaf_run.h"
#include "range.h"
#include "tarry/reclaim.h"

/* What a look at a table found that must stay; not an error of anybody's. */
#define IDLE_OF_USE TARRY_EBUSY

struct idle {
	struct tarry_idle *walk;
	unsigned int level; /* of the table that is looked at */
	bool leaves;	    /* some slot holds one */
	uint64_t looked;    /* slots */
};

/* @slot: of @slots, where @e stands */
static bool idle_worthless(const struct tarry_op *op, const struct idle *idle,
			   const uint64_t *slots, unsigned int slot,
			   uint64_t bits, enum tarry_kind kind, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	unsigned int level = idle->level;
	bool leaf = kind == TARRY_LEAF;
	struct tarry_piece piece = {
		.va = va_of_bits(f, bits),
		.len = span_of(f, level),
		.oa = leaf ? leaf_oa_at(f, e, level, bits)
			   : f->payload(e, level),
		/* Of a run every page may be the one that was written. */
		.rights = leaf ? leaf_rights_in(f, slots, slot, e, level) : 0,
		.kind = kind,
	};

	return idle->walk->of_no_value &&
	       idle->walk->of_no_value(idle->walk->ctx, &piece);
}

/* First the slot that leads to the table, then each of the table's. */
static int idle_visit(struct tarry_op *op, enum tarry_kind kind, uint64_t e)
{
	const struct cursor_level *at = &op->c.at[op->c.level];
	struct idle *idle = (struct idle *)op->what;

	if (op->c.level > idle->level) {
		idle->leaves = false;
		return kind == TARRY_TABLE ? VISIT_ON : IDLE_OF_USE;
	}
	idle->looked++;
	if (kind == TARRY_EMPTY)
		return VISIT_ON;
	if (kind == TARRY_TABLE ||
	    !idle_worthless(op, idle, at->slots, at->slot, cursor_bits(&op->c),
			    kind, e))
		return IDLE_OF_USE;
	idle->leaves |= kind == TARRY_LEAF;
	return VISIT_ON;
}

/* Asked again, with the slot frozen and all caches told. */
static bool idle_still(const struct tarry_op *op, struct idle *idle,
		       const uint64_t *slots, uint64_t base)
{
	const struct tarry_format *f = facts(op->f);

	for (unsigned int i = 0; i < slots_of(f, idle->level); i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);
		uint64_t bits =
			base + ((uint64_t)i << f->span_lg2[idle->level]);

		/* What is no leaf cannot have changed. */
		if (entry_kind(f, &e, idle->level) != TARRY_LEAF)
			continue;
		idle->looked++;
		if (!idle_worthless(op, idle, slots, i, bits, TARRY_LEAF, e))
			return false;
	}
	return true;
}

/* The table and its parent are locked, and nothing in it was of value.  False:
 * a cache did not answer. */
static bool idle_detach(struct tarry_op *op, struct idle *idle, bool *gone)
{
	const struct tarry_format *f = facts(op->f);
	struct cursor *c = &op->c;
	uint64_t *slot = cursor_slot(c), base = cursor_bits(c);
	uint64_t e = entry_load_locked(f, slot);
	tarry_oa table = f->table_oa(e);

	*gone = false;
	if (!tarry_port_keeps(empty_in_one_hold)) {
		table_unlock(table_of_oa(op->pool, table));
		table_lock(table_of_oa(op->pool, table));
	}
	if (idle->leaves) {
		bool answered;

		/* rule: freeze-then-change */
		e = entry_exchange(f, slot, f->freeze(e, c->level));
		gather_wrote(op->b, op->g, slot);
		/* rule: whole-span */
		gather_span(op->b, op->g, base, c->level, true);
		answered = tarry_gather_invalidate(op->g);
		/* The owner may compare references now.  Who took one either
		 * sees the frozen slot or is seen here; pairs with the fence in
		 * tarry_pin(). */
		tarry_fence(TARRY_SEQ_CST);
		/* rule: harvest-after-invalidate */
		if (!answered ||
		    (tarry_port_keeps(harvest_after_invalidate) &&
		     !idle_still(op, idle, slots_at(op->b->face.window, table),
				 base))) {
			entry_publish(f, slot, e);
			gather_wrote(op->b, op->g, slot);
			tarry_gather_put_back(op->g);
			idle->walk->put_back++;
			return answered;
		}
		entry_publish(f, slot, f->empty[c->level]);
	} else {
		/* rule: unlink-invalidate-wait-free, first step */
		entry_exchange(f, slot, f->empty[c->level]);
	}
	gather_wrote(op->b, op->g, slot);
	*gone = true;
	/* Software read through the frozen slot until now, and may have cached
	 * what it found after the first invalidation.
	 * rule: whole-span, listeners-always */
	gather_span(op->b, op->g, base, c->level, true);
	tarry_detach_subtree(op, table, idle->level, detached_state(op->b),
			     true);
	c->at[c->level].table->live--;
	idle->walk->tables++;
	/* rule: invalidate-before-unlock */
	return tarry_gather_invalidate(op->g);
}

/* Looks at the table of idle->level whose last address is @to. */
static int idle_look(struct tarry_space *s, struct idle *idle, uint64_t to)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	unsigned int up = idle->level + 1;
	uint64_t base = to - (span_of(f, up) - 1);
	bool answered, gone, emptied;
	struct tarry_op op;
	int err;

	tarry_op_begin(&op, s, va_of_bits(f, base), span_of(f, up), NULL);
	op.visit = idle_visit;
	op.what = idle;
	/* No memory is needed. */
	if (tarry_range_take(&op, 1u << up) < 0) {
		tarry_op_end(&op);
		return 0;
	}
	answered = idle_detach(&op, idle, &gone);
	emptied = gone && !op.c.at[up].table->live;
	tarry_range_unlock(&op);
	err = gone	 ? tarry_gather_finish(op.g, answered)
	      : answered ? 0
			 : TARRY_ELISTENER;
	tarry_op_end(&op);
	if (emptied && !err) {
		uint64_t freed = 0;

		err = tarry_reclaim_up(b, base, up, NULL, &freed);
		idle->walk->tables += freed;
	}
	return err;
}

/*
 * The next table to look at, from address @at on: its level, and its last
 * address, up to which there is nothing else.  If none ends before @last, an
 * address beyond that.
 */
static uint64_t idle_next(struct tarry_body *b, struct idle *idle, uint64_t at,
			  uint64_t last)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int level, slot;
	uint64_t *slots, to;

	tarry_port_read_begin();
	slots = body_root(b, &level);
	level--;
	slot = slot_of(f, at, level);
	for (;;) {
		uint64_t e = entry_load(f, &slots[slot]);

		to = at | (span_of(f, level) - 1);
		idle->looked++;
		if (entry_kind(f, &e, level) == TARRY_TABLE) {
			slots = slots_at(b->face.window, f->table_oa(e));
			level--;
			slot = slot_of(f, at, level);
			if (!level)
				break;
			continue;
		}
		if (to >= last || ++slot == slots_of(f, level))
			break;
		at = to + 1;
	}
	tarry_port_read_end();
	idle->level = level;
	return to;
}

/* Is it the last address of a table of @level? */
static bool idle_ends(const struct tarry_format *f, uint64_t bits,
		      unsigned int level)
{
	uint64_t mask = span_of(f, level + 1) - 1;

	return (bits & mask) == mask;
}

int tarry_reclaim_idle(struct tarry_space *s, struct tarry_idle *walk)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	struct idle idle = {.walk = walk};
	uint64_t first, last, at;
	int err = range_check(f, walk->va, walk->len);

	if (err)
		return err;
	if (walk->done > walk->len ||
	    (walk->done & ((1ull << f->page_lg2) - 1)))
		return TARRY_EINVAL;
	lock_none_held();
	first = va_bits_of(f, walk->va);
	last = first + (walk->len - 1);
	at = first + walk->done;
	if (walk->done && !tarry_port_keeps(restart_revisits))
		at += span_of(f, 1);
	while (walk->done < walk->len &&
	       (!walk->budget || idle.looked < walk->budget)) {
		uint64_t to = idle_next(b, &idle, at, last);

		/* Each table that ends here and lies in the range whole, from
		 * below. */
		for (; to <= last && idle.level + 1 < f->levels &&
		       idle_ends(f, to, idle.level) &&
		       to - first >= span_of(f, idle.level + 1) - 1;
		     idle.level++) {
			err = idle_look(s, &idle, to);
			if (err)
				return err;
		}
		if (to >= last) {
			walk->done = walk->len;
		} else {
			at = to + 1;
			walk->done = at - first;
		}
	}
	return 0;
}
