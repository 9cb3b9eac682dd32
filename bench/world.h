/* SPDX-License-Identifier: MIT */
/*
 * A world: a space filled as a workload wants it, and the same entries as a
 * plain array.
 */
#ifndef TARRY_BENCH_WORLD_H
#define TARRY_BENCH_WORLD_H

#include "tarry/tarry.h"
#include "bench.h"

#define WORLD_BASE  (1ull << 44) /* va of page 0 */
#define WORLD_OA    (1ull << 40) /* of page 0 */
#define WORLD_PAGE  4096ull
#define WORLD_TABLE (1ull << 21) /* va under a table of level 0 */

struct world {
	struct tarry_pool *pool;
	struct tarry_space *space;
	uint64_t root;	 /* of the space: for floors */
	uint64_t pages;	 /* a power of two */
	uint64_t mask;	 /* pages - 1 */
	uint64_t *array; /* an entry for each page, or NULL */
	uint64_t ops;	 /* in one repetition */
};

BENCH_INLINE tarry_va world_va(uint64_t page)
{
	return WORLD_BASE + page * WORLD_PAGE;
}

/* Of a page, in runs of @run pages: a hole of one page between runs keeps
 * their output addresses apart. */
BENCH_INLINE tarry_oa world_oa(uint64_t page, uint64_t run)
{
	return WORLD_OA + (page + page / run) * WORLD_PAGE;
}

/* An empty space; @flags of tarry_space_create(). */
void world_create(struct bench *b, struct world *w, unsigned int flags,
		  bool keep);
/* Pages 0 to @pages - 1, as 4K leaves: in runs of @run pages whose output
 * addresses follow each other (@pages: all of them do). */
void world_fill(struct bench *b, struct world *w, uint64_t pages, uint64_t run);
/* The array of the entries; all three ways to ask must agree on samples. */
void world_array(struct bench *b, struct world *w);
void world_destroy(struct bench *b, struct world *w);
/* Waits until nothing waits in the pool. */
void world_settle(struct world *w);

/* A single page, or with leaves of 4K only; ends the program on errors. */
void world_map(struct bench *b, struct world *w, tarry_va va, tarry_oa oa,
	       uint64_t len);
void world_unmap(struct bench *b, struct world *w, tarry_va va, uint64_t len);

#endif
