/* SPDX-License-Identifier: MIT */
/*
 * What others would use for the job: a map from page number to output address
 * that is looked up while it changes.  Each rival is used as its own
 * documentation asks, with the read side that it needs, and its lookup loop is
 * compiled in its own file, so that nobody pays for an indirect call.
 */
#ifndef TARRY_BENCH_RIVAL_H
#define TARRY_BENCH_RIVAL_H

#include "../bench.h"

struct rival {
	const char *name;
	const char *absent; /* why it is not here; else NULL */
	/* Room for @pages; pages that come and go beside them included. */
	void *(*create)(struct bench *b, uint64_t pages);
	void (*destroy)(void *r);
	/* Each thread that uses it, the creating one included. */
	void (*thread_begin)(void *r);
	void (*thread_end)(void *r);
	/* @n pages from @page on, their output addresses following @oa. */
	void (*map)(void *r, uint64_t page, uint64_t n, uint64_t oa);
	void (*unmap)(void *r, uint64_t page, uint64_t n);
	/* @n lookups of random pages below @mask + 1; *x is the state of the
	 * keys.  The sum of the answers. */
	uint64_t (*lookups)(void *r, uint64_t *x, uint64_t mask, uint64_t n);
};

extern const struct rival rival_lfht, rival_judy, rival_gtree, rival_ck_ht,
	rival_rte_hash;

#endif
