/* SPDX-License-Identifier: MIT */
/*
 * A gather: what one operation, or several of one caller, must invalidate and
 * retire.  It lives on the stack and needs no memory.
 *
 * Without a gather of the caller's, an operation invalidates before it lets go
 * of its locks.  With one (struct tarry_how), unmap, protect and reclaim leave
 * the invalidation and the retiring to tarry_gather_end(): one shoot-down for
 * many operations.  In between, other operations of the space invalidate all
 * that either touched.
 */
#ifndef TARRY_GATHER_H
#define TARRY_GATHER_H

#include "tarry/error.h"
#include "tarry/listener.h"
#include "tarry/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TARRY_GATHER_SPANS 4
#ifndef TARRY_GATHER_PAGES
#define TARRY_GATHER_PAGES 16
#endif

/* A run of data pages on its way to release(). */
struct tarry_run {
	tarry_oa oa;
	uint64_t len;
	tarry_rights rights;
};

/* Lines of table memory that were written and not yet cleaned. */
#define TARRY_GATHER_WRITTEN 4
struct tarry_written {
	uintptr_t from, to;
};

/* Detached tables, chained by the link in their descriptors. */
struct tarry_chain {
	uint32_t first, last; /* table ids; 0: none */
	uint32_t n;
	uint64_t bytes;
};

struct tarry_gather {
	struct tarry_space *space;
	unsigned int n_spans;
	unsigned int n_runs;
	struct tarry_chain detached;
	bool open;	 /* begun by the caller, and counted by the space */
	bool tables;	 /* some span detached tables */
	bool unanswered; /* some cache did not answer; counted as well */
	uint8_t n_written;
	struct tarry_written written[TARRY_GATHER_WRITTEN];
	struct tarry_span spans[TARRY_GATHER_SPANS];
	struct tarry_run runs[TARRY_GATHER_PAGES];
};

/**
 * tarry_gather_begin() - an empty gather for operations on @s
 * @g: out; on the caller's stack
 * @s: space
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   none.
 * Ref:     @s must stay until tarry_gather_end().
 * Rules:   not-alone-flush-all.
 * Return:  nothing.
 */
void tarry_gather_begin(struct tarry_gather *g, struct tarry_space *s);

/**
 * tarry_gather_end() - no cache knows what was taken away; all of it waits
 * @g: gather
 *
 * Must be called once for each tarry_gather_begin(), also after errors.
 *
 * Context: read section forbidden; sleeps only where a listener does, or to
 *          help when too much waits.
 * Locks:   takes and drops a shard's.
 * Ref:     ends the use of the space.
 * Rules:   unlink-invalidate-wait-free, harvest-after-invalidate,
 *          not-alone-flush-all.
 * Return:  0; TARRY_ELISTENER (what was detached is kept until
 *          tarry_settle()).
 */
int tarry_gather_end(struct tarry_gather *g);

/**
 * tarry_settle() - asks again for what a cache did not answer
 * @s: space
 *
 * What was taken away while some cache did not answer is kept, and until then
 * every operation on the space invalidates all of it, as beside an open gather.
 * Here every cache is told to forget everything; if all answer, what was kept
 * at the call waits for its readers as if it had been taken away now.  A cache
 * that will never answer again is taken off by tarry_unlisten() first.
 *
 * Needs no memory.  Nothing is kept: does nothing, tells nobody.
 *
 * Context: read section forbidden; sleeps only where a listener does, or to
 *          help when too much waits.
 * Locks:   takes and drops the space's listener lock and a shard's.
 * Ref:     caller has one on @s.
 * Rules:   unlink-invalidate-wait-free, not-alone-flush-all,
 *          retire-needs-no-memory.
 * Return:  0; TARRY_ELISTENER (some cache still does not answer; all is kept).
 */
int tarry_settle(struct tarry_space *s);

#ifdef __cplusplus
}
#endif
#endif
