/* SPDX-License-Identifier: MIT */
/*
 * Writers.  All of these run concurrently with each other and with readers;
 * two that meet in a range exclude each other there, and each is atomic
 * towards other writers.  To a reader, every single translation is.
 */
#ifndef TARRY_CHANGE_H
#define TARRY_CHANGE_H

#include "tarry/gather.h"
#include "tarry/space.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tables taken from a pool beforehand.  An operation that is given a stock
 * that tarry_reserve() filled for its range cannot fail for memory.
 */
struct tarry_stock {
	struct tarry_pool *pool;
	uint32_t first[TARRY_MAX_LEVELS];
	uint64_t count[TARRY_MAX_LEVELS];
};

enum tarry_how_flags {
	/* map may put a leaf where a mark stands. */
	TARRY_OVER_MARK = 1 << 0,
	/* clone leaves the source as it is: both sides keep their rights. */
	TARRY_KEEP_WRITE = 1 << 1,
	/* collapse takes a spare along, so that the split cannot fail. */
	TARRY_DEPOSIT = 1 << 2,
	/* split takes its tables from the spare or the stock only. */
	TARRY_NO_ALLOC = 1 << 3,
	/* unmap leaves tables that it empties attached, or lets them wait to be
	 * freed, whatever the space does by TARRY_SPACE_KEEP_TABLES. */
	TARRY_KEEP_TABLES = 1 << 4,
	TARRY_RETIRE_TABLES = 1 << 5,
};

/* How an operation is done; NULL stands for all zero. */
struct tarry_how {
	/* Largest leaf level + 1 that map may use; 0: any the format has. */
	unsigned int levels;
	unsigned int flags;
	/* Tables come from here first. */
	struct tarry_stock *stock;
	/* Invalidation and retiring are left to the end of this gather (unmap,
	 * protect, mark and reclaim; the others do not accept one). */
	struct tarry_gather *gather;
	/*
	 * unmap asks it for each leaf and mark, or for the part in the range of
	 * one that sticks out: true, and it stays as it is, and its table too.
	 * A whole leaf that goes is what was asked about: where hardware sets
	 * accessed or dirty meanwhile, it is asked again.  Table locks are
	 * held: must not sleep, nor call operations.
	 */
	bool (*keep)(void *ctx, const struct tarry_piece *piece);
	void *keep_ctx;
};

/**
 * tarry_map() - [va, va + len) translates to [oa, oa + len)
 * @s:      space
 * @va:     bytes, multiple of the format's page
 * @oa:     bytes, same multiple
 * @len:    bytes, not 0, same multiple
 * @rights: TARRY_R and more, attributes; TARRY_ACCESSED, TARRY_DIRTY preset
 * @how:    levels, stock, TARRY_OVER_MARK; or NULL
 *
 * Uses the largest leaves that fit, and runs of them (TARRY_SPACE_RUNS).
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   publish-after-fill, no-live-overwrite, lock-top-down,
 *          decide-under-lock, loser-redoes, detached-is-final.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_EOUTPUT, TARRY_ERIGHTS (the format cannot say
 *          it), TARRY_EEXIST, TARRY_ENOMEM, TARRY_EINVAL (a gather),
 *          TARRY_ELISTENER (a cache may still know what stood there).  Where
 *          empty tables made room, TARRY_ELISTENER: done, but they are kept.
 */
static inline int tarry_map(struct tarry_space *s, tarry_va va, tarry_oa oa,
			    uint64_t len, tarry_rights rights,
			    const struct tarry_how *how)
{
	return s->calls->map(s, va, oa, len, rights, how);
}

/**
 * tarry_unmap() - nothing in [va, va + len) translates, for anyone
 * @s:   space
 * @va:  bytes, multiple of the format's page
 * @len: bytes, not 0, same multiple; holes are allowed, marks go too
 * @how: stock, gather, keep, TARRY_KEEP_TABLES or TARRY_RETIRE_TABLES; or NULL
 *
 * A large leaf that sticks out is split; tables that are emptied wait to be
 * freed, unless they are kept: by the flags, and if there is none by the
 * space's.  What how->keep() keeps still translates.  With TARRY_SPACE_RELEASE,
 * pages that are scattered over a table go in turns of at least 16 runs, each
 * turn atomic by itself.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   unlink-invalidate-wait-free, exchange-where-hardware-writes,
 *          harvest-after-invalidate, whole-span, empty-in-one-hold,
 *          lock-top-down, retire-needs-no-memory, freeze-then-change.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_ENOMEM (for the split), TARRY_EINVAL (both
 *          flags).  TARRY_ELISTENER: done, but what was taken away is kept
 *          until tarry_settle(); or, with TARRY_SPACE_RELEASE, done as far as
 *          there was room to keep it: the rest stays mapped.
 */
static inline int tarry_unmap(struct tarry_space *s, tarry_va va, uint64_t len,
			      const struct tarry_how *how)
{
	return s->calls->unmap(s, va, len, how);
}

/**
 * tarry_protect() - the leaves of [va, va + len) have these rights
 * @s:      space
 * @va:     bytes, multiple of the format's page
 * @len:    bytes, not 0, same multiple; holes and marks stay as they are
 * @rights: as in tarry_map(); accessed and dirty are kept as hardware set them
 * @how:    stock, gather; or NULL
 *
 * In place, also for large leaves; one that sticks out is split.  Leaves that
 * are or become a run are frozen for an instant.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   never-through-empty, exchange-where-hardware-writes,
 *          freeze-then-change, lock-top-down.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_ERIGHTS, TARRY_ENOMEM (for the split).
 *          TARRY_ELISTENER: done, but some cache may still say the old rights.
 */
int tarry_protect(struct tarry_space *s, tarry_va va, uint64_t len,
		  tarry_rights rights, const struct tarry_how *how);

/**
 * tarry_mark() - every page of [va, va + len) carries @payload
 * @s:       space
 * @va:      bytes, multiple of the format's page
 * @len:     bytes, not 0, same multiple
 * @payload: fits struct tarry_format's payload_bits
 * @how:     levels, stock, gather; or NULL
 *
 * Leaves that stood there are taken away as tarry_unmap() does, marks are
 * replaced.  A whole span of a large leaf is one mark.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   as tarry_unmap() and tarry_map().
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_EPAYLOAD, TARRY_ENOMEM.  TARRY_ELISTENER as
 *          tarry_unmap().
 */
int tarry_mark(struct tarry_space *s, tarry_va va, uint64_t len,
	       uint64_t payload, const struct tarry_how *how);

/**
 * tarry_move() - what was at [from, from + len) is at [to, to + len)
 * @s:    space
 * @from: bytes, multiple of the format's page
 * @to:   bytes, same multiple; nothing mapped or marked there
 * @len:  bytes, not 0, same multiple; the ranges do not overlap
 * @how:  stock; or NULL
 *
 * Leaves, marks and spares move; whole tables where both ends are aligned to
 * their span.  To software, a mapping is at every instant at one of the ends
 * or at both, never at none.
 *
 * Context: read section forbidden; sleeps for one grace period if whole tables
 *          moved.
 * Locks:   takes table locks of both ranges; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   invalidate-before-unlock, reuse-is-free, spares-follow,
 *          decide-under-lock, lock-top-down, harvest-after-invalidate.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_EOVERLAP, TARRY_EEXIST, TARRY_ENOMEM,
 *          TARRY_EINVAL (a gather).  TARRY_ELISTENER: done, but some cache may
 *          still know the old place; a large leaf that sticks out stays where
 *          its split was not answered.
 */
int tarry_move(struct tarry_space *s, tarry_va from, tarry_va to, uint64_t len,
	       const struct tarry_how *how);

/**
 * tarry_clone() - @to maps at [va, va + len) what @from maps there
 * @from: space
 * @to:   another space, of the same format; nothing mapped or marked there
 * @va:   bytes, multiple of the format's page
 * @len:  bytes, not 0, same multiple
 * @how:  stock of @to's pool, TARRY_KEEP_WRITE; or NULL
 *
 * Leaves of both sides lose TARRY_W (for copy-on-write) unless
 * TARRY_KEEP_WRITE.  The owner's get() is called for each leaf, as both spaces
 * will release it.  Marks are copied.
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes table locks of both ranges, in one order of spaces.
 * Ref:     caller has one on each space.
 * Rules:   publish-after-fill, exchange-where-hardware-writes,
 *          invalidate-before-unlock, lock-top-down.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_EFORMAT, TARRY_EEXIST, TARRY_ENOMEM,
 *          TARRY_EBUSY (get() refused a leaf), TARRY_EINVAL (same space, or a
 *          gather).  TARRY_ELISTENER: done, but some cache may still write; or
 *          done up to a large leaf that sticks out, if its split was not
 *          answered.
 */
int tarry_clone(struct tarry_space *from, struct tarry_space *to, tarry_va va,
		uint64_t len, const struct tarry_how *how);

/**
 * tarry_harvest() - which pages were accessed, which are dirty
 * @s:        space
 * @va:       bytes, multiple of the format's page
 * @len:      bytes, not 0, same multiple
 * @clear:    TARRY_ACCESSED, TARRY_DIRTY or both: cleared where found; or 0
 * @accessed: out, a bit for each page of the range is set where found; or NULL
 * @dirty:    out, the same; or NULL
 *
 * A large leaf, or a run, sets the bits of all its pages.  What was cleared is
 * invalidated before the call returns, so that no write is missed between two
 * harvests.
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes table locks of the range; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   exchange-where-hardware-writes, harvest-after-invalidate.
 * Return:  0, or with nothing changed: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_EINVAL (@clear).  TARRY_ELISTENER: done, but
 *          writes through some cache may go unseen.
 */
int tarry_harvest(struct tarry_space *s, tarry_va va, uint64_t len,
		  tarry_rights clear, uint64_t *accessed, uint64_t *dirty);

/**
 * tarry_reserve() - a stock for the worst that one operation can need
 * @s:     space
 * @va:    bytes, multiple of the format's page
 * @len:   bytes, not 0, same multiple
 * @how:   NULL, or all zero
 * @stock: in and out; all zero, or filled before: it is topped up
 *
 * Enough for a map, unmap, protect, mark, split or collapse of the range, for a
 * move to it, or for a clone of it into @s.  The worst case is that all of it
 * comes in smallest pages; for what only takes away or splits, a reserve for
 * one page is enough.
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes and drops a shard's and the pool's.
 * Ref:     the stock holds tables until they are used or tarry_unreserve().
 * Rules:   none.
 * Return:  0, or with the stock as it was: TARRY_EALIGN, TARRY_ELENGTH,
 *          TARRY_ERANGE, TARRY_ENOMEM, TARRY_EINVAL (a stock of another pool).
 */
int tarry_reserve(struct tarry_space *s, tarry_va va, uint64_t len,
		  const struct tarry_how *how, struct tarry_stock *stock);

/**
 * tarry_unreserve() - what is left of a stock goes back to its pool
 * @stock: stock; empty on return
 *
 * Context: any but an interrupts-off window; never sleeps.
 * Locks:   takes and drops a shard's and the pool's.
 * Ref:     ends those of the stock.
 * Rules:   nothing-left.
 * Return:  nothing.
 */
void tarry_unreserve(struct tarry_stock *stock);

#ifdef __cplusplus
}
#endif
#endif
