/* SPDX-License-Identifier: MIT */
/*
 * Changes of one leaf: a table becomes a leaf, a leaf becomes a table, a leaf
 * becomes another of its size.  docs/huge.md goes through each, with who is
 * told and who is waited for.
 */
#ifndef TARRY_HUGE_H
#define TARRY_HUGE_H

#include "tarry/change.h"
#include "tarry/read.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the content of small pages comes together in one large page. */
struct tarry_collapse_copy {
	/* The large page, aligned to the leaf's size. */
	tarry_oa oa;
	/*
	 * Called with hardware shut out of the range and the small leaves in
	 * rising va, at most 16 pieces at a time (holes are TARRY_EMPTY
	 * pieces).  Copies; 0 goes on, any other value puts everything back.
	 * The place to compare reference counts: who pins from now on fails.
	 * Table locks are held: must not sleep, nor call back into operations.
	 */
	int (*copy)(void *ctx, const struct tarry_piece *pieces, size_t n);
	void *ctx;
};

/**
 * tarry_collapse() - one leaf of @level stands where a table stood
 * @s:      space
 * @va:     bytes, multiple of the leaf's size
 * @level:  1 or more, a leaf level of the format
 * @rights: rights of the new leaf if @copy is given; else ignored
 * @copy:   NULL: in place, the slots must be full, consecutive from an aligned
 *          address and of equal rights; else see struct tarry_collapse_copy,
 *          and only leaves and holes may stand there
 * @how:    stock, TARRY_DEPOSIT; or NULL
 *
 * The leaf is accessed or dirty if any of its parts was.  With @copy the small
 * pages go to the pool's release() (if TARRY_SPACE_RELEASE).
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes the locks of the table and its parent; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   freeze-then-change, never-through-empty, harvest-after-invalidate,
 *          unlink-invalidate-wait-free, reuse-is-free, lock-top-down.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ERANGE,
 *          TARRY_ELEVEL, TARRY_EOUTPUT, TARRY_ERIGHTS, TARRY_EHOLES,
 *          TARRY_EMIXED (not consecutive, not equal, or marks to copy),
 *          TARRY_ELEAF (no table stands there, or tables below it),
 *          TARRY_ENOENT (nothing stands there), TARRY_EBUSY (copy()
 *          refused, or a companion is not 0), TARRY_ENOMEM (for the spare),
 *          TARRY_EINVAL (a gather).  TARRY_ELISTENER: put back; or, with
 *          @copy, where a listener fell silent only after the leaf was there:
 *          done, and the old table is kept until tarry_settle().
 */
int tarry_collapse(struct tarry_space *s, tarry_va va, unsigned int level,
		   tarry_rights rights, const struct tarry_collapse_copy *copy,
		   const struct tarry_how *how);

/**
 * tarry_retract() - the table under a slot of @level goes, the slot is empty
 * @s:     space
 * @va:    bytes, multiple of the slot's span
 * @level: 1 or more; of the slot
 * @how:   NULL, or all zero
 *
 * For a file whose small pages became one large one: a later fault refills the
 * slot.  The data pages are not released.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes the locks of the subtree and its parent; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   unlink-invalidate-wait-free, decide-under-lock, whole-span.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ERANGE,
 *          TARRY_ELEVEL, TARRY_ENOENT (the slot is empty), TARRY_ELEAF (a leaf
 *          or mark stands there), TARRY_EINVAL (a gather).  TARRY_ELISTENER:
 *          done, but the tables are kept until tarry_settle().
 */
int tarry_retract(struct tarry_space *s, tarry_va va, unsigned int level,
		  const struct tarry_how *how);

/**
 * tarry_split() - a large leaf becomes a table of the next smaller leaves
 * @s:     space
 * @va:    bytes, multiple of the format's page, inside the leaf
 * @level: of the leaf to split, 1 or more
 * @how:   stock, TARRY_NO_ALLOC; or NULL
 *
 * The leaf's own spare is used first, then the stock, then the pool.
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes the lock of the table that holds the leaf.
 * Ref:     caller has one on @s.
 * Rules:   freeze-then-change, never-through-empty, publish-after-fill,
 *          harvest-after-invalidate, spares-follow.
 * Return:  0 (also if the address is mapped by smaller leaves already), or with
 *          nothing changed: TARRY_EALIGN, TARRY_ERANGE, TARRY_ELEVEL,
 *          TARRY_ENOENT (nothing, or only a mark, at @level there),
 *          TARRY_ENOMEM, TARRY_EINVAL (a gather).  TARRY_ELISTENER: put back.
 */
int tarry_split(struct tarry_space *s, tarry_va va, unsigned int level,
		const struct tarry_how *how);

/* What comes where a leaf stands. */
struct tarry_replacement {
	/* The page, aligned to the leaf's size. */
	tarry_oa oa;
	/* As in tarry_map(); TARRY_ACCESSED and TARRY_DIRTY preset. */
	tarry_rights rights;
	/* NULL: whatever leaf stands there.  Else it must still map what this
	 * answer of a translation said, with the same rights: so a fault that
	 * lost the race finds out.  Who has not pinned that page may take
	 * another life of it for the same. */
	const struct tarry_hit *expected;
	/*
	 * NULL: the page is ready.  Else called with hardware shut out of the
	 * leaf, which is final then.  Copies; 0 goes on, any other value puts
	 * everything back.  The place to compare reference counts: who pins
	 * from now on fails.  A table lock is held: must not sleep, nor call
	 * back into operations.
	 */
	int (*copy)(void *ctx, const struct tarry_piece *old);
	void *ctx;
};

/**
 * tarry_replace() - where a leaf of @level stood, another of its size stands
 * @s:     space
 * @va:    bytes, multiple of the leaf's size
 * @level: 0 or more, a leaf level of the format
 * @with:  page, rights, and how the page gets its content
 * @how:   NULL, or all zero
 *
 * Copy-on-write of a leaf, migration to another page, a real page for one of
 * zeroes, or, where the page stays, other rights if the leaf is still as
 * expected.  The new leaf is accessed or dirty if the old one was, and keeps
 * its spare.  The old page goes to the pool's release() (if
 * TARRY_SPACE_RELEASE).  No cache has both pages at any time: hardware meets
 * the break (tarry_fault() says TARRY_EAGAIN), software reads the old page
 * until the new one is there.  That is also why no gather may put the
 * invalidation off.  Needs no memory.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes the lock of the table that holds the leaf; none held on
 *          return.
 * Ref:     caller has one on @s.
 * Rules:   freeze-then-change, never-through-empty, harvest-after-invalidate,
 *          exchange-where-hardware-writes, decide-under-lock,
 *          unlink-invalidate-wait-free, listeners-always, spares-follow.
 * Return:  0, or with nothing changed: TARRY_ELEVEL, TARRY_EALIGN,
 *          TARRY_ERANGE, TARRY_EOUTPUT, TARRY_ERIGHTS, TARRY_ENOENT (no leaf
 *          of @level there), TARRY_EAGAIN (not as expected), TARRY_EBUSY
 *          (copy() refused), TARRY_EINVAL (a gather, or a page to be copied
 *          to itself).  TARRY_ELISTENER: put back; or, where a listener fell
 *          silent only after the new leaf was there, or the page stays: done,
 *          but some cache may still know the old leaf, whose page is kept
 *          until tarry_settle().
 */
int tarry_replace(struct tarry_space *s, tarry_va va, unsigned int level,
		  const struct tarry_replacement *with,
		  const struct tarry_how *how);

#ifdef __cplusplus
}
#endif
#endif
