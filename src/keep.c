/* SPDX-License-Identifier: MIT */
/*
 * What is kept for want of an answer.
 *
 * A cache that did not answer may lead to what an operation took away, for as
 * long as it likes: none of it is freed (rule: unlink-invalidate-wait-free).
 * It is kept by the space, and tarry_settle() asks again.
 *
 * A. Nothing is allocated.  Tables are chained as in a gather; runs of data
 *    pages lie in an array of the space.  (rule: retire-needs-no-memory)
 * B. An operation that may take data pages away begins, or goes on, only while
 *    the array has room for what one gather holds.  Only where several writers
 *    find the last room at the same moment is there none for a run: it is
 *    counted as lost, and never freed.
 * C. Until it is settled, what is kept counts as an open gather: a slot may be
 *    empty and still be known to a cache.  (rule: not-alone-flush-all)
 */
#include "keep.h"
#include "run.h"

static void keep_runs(struct tarry_kept *kept, const struct tarry_gather *g,
		      uint64_t *bytes, uint64_t *lost)
{
	uint32_t n = kept->n_runs;

	for (unsigned int i = 0; i < g->n_runs; i++)
		*(run_add(kept->runs, &n, TARRY_KEPT_RUNS, &g->runs[i])
			  ? bytes
			  : lost) += g->runs[i].len;
	/* Pairs with keep_has_room(), a hint. */
	tarry_store(&kept->n_runs, n, TARRY_RELAXED);
}

void tarry_keep(struct tarry_gather *g)
{
	struct tarry_body *b = tarry_body(g->space);
	struct tarry_pool *pool = b->pool;
	struct tarry_kept *kept = &b->kept;
	uint64_t bytes = g->detached.bytes, lost = 0;
	uint32_t n = g->detached.n;

	tarry_assert(g->unanswered);
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	chain_join(pool, &kept->detached, &g->detached);
	keep_runs(kept, g, &bytes, &lost);
	kept->gathers++;
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	lock_take(&pool->lock, TARRY_RANK_POOL);
	pool->kept += n;
	pool->kept_bytes += bytes;
	pool->lost_bytes += lost;
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	g->n_runs = 0;
	g->unanswered = false;
}

void tarry_keep_take(struct tarry_body *b, struct tarry_kept *out)
{
	struct tarry_pool *pool = b->pool;
	struct tarry_kept *kept = &b->kept;
	uint64_t bytes = kept->detached.bytes;

	out->gathers = kept->gathers;
	out->detached = kept->detached;
	out->n_runs = kept->n_runs;
	for (uint32_t i = 0; i < kept->n_runs; i++) {
		out->runs[i] = kept->runs[i];
		bytes += kept->runs[i].len;
	}
	kept->gathers = 0;
	kept->detached = (struct tarry_chain){0};
	tarry_store(&kept->n_runs, 0, TARRY_RELAXED);
	/* Who sees that it is over sees that caches were told; pairs with
	 * tarry_gather_invalidate() and map. */
	tarry_fetch_add(&b->open_gathers, -out->gathers, TARRY_RELEASE);
	lock_take(&pool->lock, TARRY_RANK_POOL);
	pool->kept -= out->detached.n;
	pool->kept_bytes -= bytes;
	lock_drop(&pool->lock, TARRY_RANK_POOL);
}
