/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: tables that map nothing, or nothing of value, are freed.
 *
 * Unmap does it as it goes (TARRY_RETIRE_TABLES).  These are for what was left:
 * by spaces and calls that keep their tables, and by owners whose pages lose
 * their value without being unmapped.
 */
#ifndef TARRY_RECLAIM_H
#define TARRY_RECLAIM_H

#include "tarry/change.h"
#include "tarry/read.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * tarry_reclaim() - empty tables in [va, va + len) wait to be freed
 * @s:   space
 * @va:  bytes, multiple of the format's page
 * @len: bytes, not 0, same multiple
 * @how: gather; or NULL
 *
 * For spaces and calls that keep tables; others leave none to find.  All of
 * the range is locked at once: see tarry_reclaim_idle() for a long one.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   empty-in-one-hold, unlink-invalidate-wait-free, whole-span,
 *          lock-top-down.
 * Return:  number of tables detached; or TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE; TARRY_ELISTENER as tarry_unmap().
 */
int64_t tarry_reclaim(struct tarry_space *s, tarry_va va, uint64_t len,
		      const struct tarry_how *how);

/* A walk of tarry_reclaim_idle(): where it is, and what it was told. */
struct tarry_idle {
	/* In: the range. */
	tarry_va va;
	uint64_t len;
	/* In and out: bytes that are done; 0 to begin, len at the end. */
	uint64_t done;
	/* In: a call ends with the table in which it has looked at so many
	 * slots; 0: at the end of the range. */
	uint64_t budget;
	/*
	 * In: is this leaf or mark of no value?  NULL: none is.  Asked about
	 * each in turn until one is of value.  If none is, leaves are asked
	 * about once more when no cache knows them: accessed and dirty are
	 * final then, and who pins from now on fails; the second answer
	 * decides.  Table locks are held: must not sleep, nor call operations.
	 */
	bool (*of_no_value)(void *ctx, const struct tarry_piece *piece);
	void *ctx;
	/* Out, added to: tables that went; tables that were put back, since a
	 * second answer differed. */
	uint64_t tables, put_back;
};

/**
 * tarry_reclaim_idle() - tables that hold nothing of value wait to be freed
 * @s:    space
 * @walk: va, len, done, budget, of_no_value, ctx; done, tables and put_back are
 *        moved on
 *
 * Looks at the tables that lie wholly in the range, from below, one at a time,
 * with its lock and its parent's: for a thread in the background, in as many
 * calls as it likes.  A table goes if each of its slots is empty, or holds a
 * leaf or mark of no value; what is mapped by it is unmapped, as tarry_unmap()
 * does it, and the tables above it that are emptied by that go too.  Tables
 * that come into the part that is done are left to the next walk.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes the locks of a table and its parent; none held on return.
 * Ref:     caller has one on @s; @walk is the caller's alone.
 * Rules:   empty-in-one-hold, harvest-after-invalidate, freeze-then-change,
 *          restart-revisits, unlink-invalidate-wait-free, whole-span,
 *          lock-top-down, retire-needs-no-memory.
 * Return:  0; with nothing changed: TARRY_EALIGN, TARRY_ELENGTH, TARRY_ERANGE,
 *          TARRY_EINVAL (@walk->done).  TARRY_ELISTENER: a table was put back,
 *          or is kept until tarry_settle(); @walk->done says where it stopped.
 */
int tarry_reclaim_idle(struct tarry_space *s, struct tarry_idle *walk);

#ifdef __cplusplus
}
#endif
#endif
