/* SPDX-License-Identifier: MIT */
/*
 * A pool: the physical memory that tables live in, their descriptors, and the
 * queue in which detached tables and released data pages wait.
 *
 * Memory comes from regions that the caller gives (a kernel's RAM, a guest's
 * memory), or from one region that the port reserves and that grows on demand.
 * All regions of a pool are seen through one linear window: the address of a
 * table is its oa plus a constant.  What the pool needs for itself stands in
 * its first region; nothing else is allocated, ever.
 */
#ifndef TARRY_POOL_H
#define TARRY_POOL_H

#include "tarry/error.h"
#include "tarry/format.h"
#include "tarry/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tarry_pool;

/*
 * What the owner of the data pages wants to be told.  Any may be NULL.
 */
struct tarry_owner {
	/* Take one reference for a pin or a clone; negative: refused.  Must be
	 * a fully ordered atomic change (pin compares after it).  Called inside
	 * a read section, perhaps with table locks held. */
	int (*get)(void *ctx, tarry_oa oa, uint64_t len);
	/* Give back what get() took. */
	void (*put)(void *ctx, tarry_oa oa, uint64_t len);
	/* Nobody can be using [oa, oa + len) through the translation that was
	 * taken away.  @rights has TARRY_ACCESSED and TARRY_DIRTY as the
	 * hardware left them.  Called with no lock held, outside read sections,
	 * from whatever thread the port runs deferred calls on, or from a
	 * writer that helps. */
	void (*release)(void *ctx, tarry_oa oa, uint64_t len,
			tarry_rights rights);
	void *ctx;
};

/*
 * What becomes of a freed table that shares its backing page with others.  It
 * has waited its own grace period by then, whatever the policy.
 */
enum tarry_policy {
	TARRY_RECYCLE, /* a new table may have its place at once */
	TARRY_STICKY,  /* its place is never used again; the page is free when
			* its last table is */
	TARRY_WHOLE,   /* it shares with nobody: each table has a whole page */
};

struct tarry_pool_config {
	const struct tarry_format *format; /* sizes of tables and pages */
	struct tarry_owner owner;

	/* A region of the caller's: [oa, oa + len) is seen at base.  base NULL:
	 * the port reserves len bytes of address space (0: 64 GiB, or what can
	 * be had). */
	void *base;
	tarry_oa oa;
	uint64_t len;
	/* The kernel's descriptors of the region's pages, the first page's
	 * first, where tarry lives in those (embed.h); NULL: the pool keeps its
	 * own, in the region. */
	void *descriptors;

	enum tarry_policy policy; /* of tables smaller than their page */
	/* lg2 of bytes of the pages that tables are cut from, 12 to 16; 0: as
	 * the format says. */
	unsigned int backing_lg2;
	/* A word of the owner's beside each slot of level 0; companion.h. */
	bool companions;

	uint64_t limit;		/* bytes of tables; 0: none */
	uint64_t waiting_limit; /* bytes that may wait; 0: a default */
	bool keep;		/* do not give memory back by itself */
};

struct tarry_pool_stats {
	uint64_t tables[TARRY_MAX_LEVELS]; /* live, by level */
	uint64_t table_bytes; /* live tables, spares, stocks; a page a space */
	uint64_t waiting;     /* tables detached, not yet free */
	uint64_t waiting_bytes; /* of tables and data pages */
	uint64_t waiting_pages; /* data page runs not yet released */
	uint64_t retired;	/* tables, since the start */
	uint64_t released;	/* bytes of data pages, since the start */
	uint64_t kept;		/* tables that no cache's answer has freed */
	uint64_t kept_bytes;	/* of them and of data pages: tarry_settle() */
	uint64_t lost_bytes; /* of data pages: no room to keep, never freed */
	uint64_t grace_periods; /* waited for, since the start */
	uint64_t helped;	/* times that a writer waited for one itself */
	uint64_t companion_bytes;  /* of table_bytes: the owner's words */
	uint64_t descriptor_bytes; /* committed for descriptors */
	uint64_t committed_bytes;  /* committed for tables */
	uint64_t backing_bytes;	   /* of those, in pages that hold a table or a
				 * space */
	uint64_t free_bytes;	   /* committed and free */
	uint64_t returned_bytes; /* given back to the system, since the start */
	uint64_t failed;	 /* allocations refused, since the start */
};

/**
 * tarry_pool_create() - a pool with its first region
 * @config: see struct tarry_pool_config; copied
 * @pool:   out, untouched on error
 *
 * Context: read section forbidden; may sleep.
 * Locks:   none.
 * Ref:     the caller owns the pool.
 * Rules:   descriptor-outlives.
 * Return:  0; TARRY_EINVAL (no format, no such policy, backing pages of another
 *          size), TARRY_EREGION (misaligned, too small, beyond the format's
 *          output addresses; descriptors without a region, or where the build
 *          has no place in them), TARRY_ENOMEM.
 */
int tarry_pool_create(const struct tarry_pool_config *config,
		      struct tarry_pool **pool);

/**
 * tarry_pool_add() - one more region of the caller's
 * @pool: pool made with a region of the caller's
 * @base: address of the region
 * @oa:   its output address; @oa - @base as for the first region
 * @len:  bytes; both multiples of the pool's backing page
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes the pool's.
 * Ref:     the memory is the pool's until it is destroyed.
 * Rules:   descriptor-outlives.
 * Return:  0, or with nothing changed TARRY_EREGION (misaligned, overlaps,
 *          too small, another window, too many, beyond the format).
 */
int tarry_pool_add(struct tarry_pool *pool, void *base, tarry_oa oa,
		   uint64_t len);

/**
 * tarry_pool_add_described() - one more region, whose pages have descriptors
 * @pool:        pool made with a region of the caller's
 * @base:        address of the region
 * @oa:          its output address; @oa - @base as for the first region
 * @len:         bytes; both multiples of the format's backing page
 * @descriptors: the kernel's, of the region's pages, the first page's first;
 *               NULL: the pool keeps its own, in the region
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes the pool's.
 * Ref:     the memory, and tarry's part of the descriptors (embed.h), are the
 *          pool's until it is destroyed.
 * Rules:   descriptor-outlives.
 * Return:  0, or with nothing changed TARRY_EREGION (as tarry_pool_add(); or
 *          the descriptors are misaligned, or the build has no place in them).
 */
int tarry_pool_add_described(struct tarry_pool *pool, void *base, tarry_oa oa,
			     uint64_t len, void *descriptors);

/**
 * tarry_pool_destroy() - waits for all that waits, then gives all memory back
 * @pool: pool whose spaces have been destroyed and stocks emptied
 *
 * Context: read section forbidden, not from release(); sleeps.
 * Locks:   none.
 * Ref:     ends the caller's.
 * Rules:   nothing-left.
 * Return:  0, or TARRY_EBUSY with the pool still whole: a space or a stock
 *          still holds tables of it.
 */
int tarry_pool_destroy(struct tarry_pool *pool);

/**
 * tarry_pool_drain() - all that waited at the call is free and released
 * @pool: pool; unless it keeps its memory, what it has no use for has gone
 *        back to the system
 *
 * Context: read section forbidden, not from release(); sleeps for grace
 *          periods.
 * Locks:   takes and drops the shards' and the pool's.
 * Ref:     none.
 * Rules:   unlink-invalidate-wait-free.
 * Return:  nothing.
 */
void tarry_pool_drain(struct tarry_pool *pool);

/**
 * tarry_pool_trim() - free memory of the pool goes back to the system
 * @pool: pool
 *
 * Done by itself too, when the retire queue runs empty (unless config.keep).
 *
 * Context: read section forbidden; may sleep.
 * Locks:   takes the pool's.
 * Ref:     none.
 * Rules:   none.
 * Return:  bytes given back.
 */
uint64_t tarry_pool_trim(struct tarry_pool *pool);

/**
 * tarry_pool_stats() - the counters, exact when nothing runs
 * @pool:  pool
 * @stats: out
 *
 * Context: any but an interrupts-off window; never sleeps.
 * Locks:   takes and drops the shards' and the pool's.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_pool_stats(struct tarry_pool *pool, struct tarry_pool_stats *stats);

/**
 * tarry_policy_by_name() - the fragment policy of this name
 * @name: "recycle", "sticky" or "whole"
 *
 * Context: any; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   none.
 * Return:  an enum tarry_policy; TARRY_EINVAL where there is none of this name.
 */
int tarry_policy_by_name(const char *name);

/**
 * tarry_policy_name() - the name of a fragment policy
 * @policy: an enum tarry_policy; 0 and up, to list them
 *
 * Context: any; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none; names are constants.
 * Rules:   none.
 * Return:  the name, or NULL past the last one.
 */
const char *tarry_policy_name(unsigned int policy);

#ifdef __cplusplus
}
#endif
#endif
