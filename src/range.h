/* SPDX-License-Identifier: MIT */
/*
 * Locking a range of a tree, and what every operation that does so needs.
 */
#ifndef TARRY_RANGE_H
#define TARRY_RANGE_H

#include "body.h"
#include "cursor.h"
#include "leaf_run.h"

struct tarry_op {
	struct tarry_body *b;
	const struct tarry_format *f;
	struct tarry_pool *pool;
	struct cursor c;
	struct tarry_gather *g; /* the caller's, or own */
	struct tarry_gather own;
	uint32_t chain;		   /* the last detached when locks were taken */
	struct tarry_stock *stock; /* the caller's, or NULL */
	struct tarry_stock local;  /* leftovers are freed at the end */
	uint64_t need[TARRY_MAX_LEVELS];
	uint64_t placed[TARRY_MAX_LEVELS]; /* see place.c */
	int (*visit)(struct tarry_op *op, enum tarry_kind kind, uint64_t e);
	/* Slots of the hull of two ranges that are in neither; or NULL. */
	bool (*outside)(const struct cursor *c, const void *what);
	const void *what; /* for both */
	/* Locks of another space are held: nothing may be waited for. */
	bool nested;
};

void tarry_op_begin(struct tarry_op *op, struct tarry_space *s, tarry_va va,
		    uint64_t len, const struct tarry_how *how);
/* What is left of the operation's own stock goes back. */
void tarry_op_end(struct tarry_op *op);

/*
 * Opens a read section and locks the lowest table that covers the range; of
 * levels in @stop also where the range is just one slot of it.  False, and
 * nothing held, only if op->nested: a table is on the move.
 */
bool tarry_range_cover(struct tarry_op *op, unsigned int stop);

/*
 * Locks all tables below it that the range touches, top down, rising va.
 * op->visit(), if there is one, is called for every entry of the range that is
 * no table, and for tables with the slot wholly in the range.  It returns
 * VISIT_* or an error.
 */
enum {
	VISIT_ON = 0,	/* go on */
	VISIT_SKIP = 1, /* do not look at the slots of this table */
};
int tarry_range_lock(struct tarry_op *op);

/* What tarry_range_lock() returns, nothing held, if a table is on the move. */
#define TARRY_LOCK_AGAIN 1

/* Waits, outside of all sections and locks, for a move of @b to end. */
void tarry_await_moves(struct tarry_body *b);

/* Lets go of all locks of the range and of what it detached; ends the
 * section. */
void tarry_range_unlock(struct tarry_op *op);

/* Before a first pass: nothing counted yet. */
void tarry_need_nothing(struct tarry_op *op);
/* Do the stocks hold op->need? */
bool tarry_stocks_suffice(const struct tarry_op *op);
/* Fetches what they do not hold; nothing held.  False: no memory. */
bool tarry_stocks_fetch(struct tarry_op *op);

/* Cover and lock, again and again until no table of the range is on the move
 * and the stocks hold what visit() added up in op->need. */
int tarry_range_take(struct tarry_op *op, unsigned int stop);

/* Adds to op->need the tables under one slot of @level that reach [from, to]
 * with leaves of at most @max. */
void tarry_range_need(struct tarry_op *op, unsigned int level, uint64_t from,
		      uint64_t to, unsigned int max);

/* A PRIVATE table from the stocks; never fails after tarry_range_take(). */
uint32_t tarry_op_table(struct tarry_op *op, unsigned int level);

/* Marks all tables of a subtree detached and gathers them; each is locked
 * already (@held) or is locked for it.  @oa: of its root, at @level. */
void tarry_detach_subtree(struct tarry_op *op, tarry_oa oa, unsigned int level,
			  enum tarry_state state, bool held);

/* The table of @level at @bits was seen empty: it goes, and what gets empty by
 * that above it.  Outside all locks; counts them in *@freed, unless NULL. */
int tarry_reclaim_up(struct tarry_body *b, uint64_t bits, unsigned int level,
		     struct tarry_gather *g, uint64_t *freed);

/* The cursor goes into the table that @e points to. */
tarry_inline void range_into(const struct tarry_op *op, struct cursor *c,
			     uint64_t e)
{
	tarry_oa oa = facts(op->f)->table_oa(e);
	uint32_t id = id_of_oa(op->pool, oa);

	cursor_down(c, slots_at(op->b->face.window, oa),
		    table_of_id(op->pool, id), id);
}

/* The state of a table that is detached with leaves of no further use. */
tarry_inline enum tarry_state detached_state(const struct tarry_body *b)
{
	return (b->flags & TARRY_SPACE_RELEASE) ? TARRY_STATE_DOOMED
						: TARRY_STATE_DETACHED;
}

/* Is the owner told of leaves that go? */
tarry_inline bool op_releases(const struct tarry_op *op)
{
	return (op->b->flags & TARRY_SPACE_RELEASE) && op->pool->owner.release;
}

/* The leaf @e of the slot at hand went; accessed and dirty are final. */
tarry_inline void op_release(struct tarry_op *op, uint64_t e)
{
	const struct tarry_format *f = facts(op->f);
	unsigned int level = op->c.level;

	if (op_releases(op))
		tarry_gather_add_run(
			op->g, leaf_oa_at(f, e, level, cursor_bits(&op->c)),
			span_of(f, level),
			f->leaf_rights(e, level) &
				(TARRY_ACCESSED | TARRY_DIRTY));
}

/*
 * Another page stands where an entry was frozen, and hardware was told before
 * it came.  Software read through the frozen entry until now, and may have
 * cached what it found after it was told; where nobody but hardware caches,
 * nobody did.  False: some cache did not answer.
 * rule: listeners-always
 */
tarry_inline bool range_tell_again(struct tarry_op *op, uint64_t bits,
				   unsigned int level)
{
	if (!tarry_load(&op->b->listeners, TARRY_ACQUIRE))
		return true;
	gather_span(op->b, op->g, bits, level, false);
	return tarry_gather_invalidate(op->g);
}

#endif
