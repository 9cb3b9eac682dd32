/* SPDX-License-Identifier: MIT */
/*
 * The retire queue.
 *
 * What waits here was unlinked and invalidated by whoever brings it; it waits
 * for every class of software walker, and is freed (rule:
 * unlink-invalidate-wait-free).  There is one path: no other for single
 * tables, for lack of memory, or for a space that is going away.
 *
 * A. Nothing is allocated.  Detached tables are chained by the link in their
 *    descriptors, four bytes each; runs of data pages lie in an array of the
 *    batch.  (rule: retire-needs-no-memory)
 * B. Nothing of a space is touched afterwards: a batch knows tables and pages,
 *    the shard knows the pool.  (rule: retire-needs-no-owner)
 * C. A shard has three batches.  One is open; at most one is with the port's
 *    deferred call, for one grace period; at most one is with a writer that
 *    helps.  So at most one grace period of each kind is in flight per shard,
 *    and the batch waits as a whole.
 * D. It is bounded: a writer that finds too much waiting takes the open batch
 *    and waits for a grace period itself.  It holds no lock and is in no read
 *    section when it does.
 *
 * One callback head per shard, queued only while `sent` is false, is why it
 * cannot be queued twice; that a batch changes hands only under the shard's
 * lock is why it cannot be lost.
 */
#include "entry.h"
#include "leaf_run.h"
#include "lock.h"
#include "retire.h"
#include "run.h"
#include "table.h"

static void shard_lock(struct tarry_shard *shard)
{
	lock_take(&shard->lock, TARRY_RANK_SHARD);
}

static void shard_unlock(struct tarry_shard *shard)
{
	lock_drop(&shard->lock, TARRY_RANK_SHARD);
}

static bool batch_empty(const struct tarry_batch *b)
{
	return !b->detached.first && !b->n_runs;
}

/* The leaves of a doomed table, some runs at a time. */
static uint64_t release_leaves(struct tarry_pool *pool, uint32_t id)
{
	const struct tarry_format *f = facts(pool->format);
	unsigned int level = table_of_id(pool, id)->level;
	uint64_t *slots = slots_at(pool->window, oa_of_id(pool, id));
	struct tarry_run run = {0};
	uint64_t released = 0;

	for (unsigned int i = 0; i < slots_of(f, level); i++) {
		uint64_t e = entry_peek(f, &slots[i]);
		struct tarry_run next;
		uint32_t n = run.len ? 1 : 0;

		if (entry_kind(f, &e, level) != TARRY_LEAF)
			continue;
		/* rule: harvest-after-invalidate: nobody writes it now. */
		next.oa = leaf_oa_at(f, e, level,
				     (uint64_t)i << f->span_lg2[level]);
		next.len = span_of(f, level);
		next.rights = leaf_rights_in(f, slots, i, e, level) &
			      (TARRY_ACCESSED | TARRY_DIRTY);
		if (!run_add(&run, &n, 1, &next)) {
			pool->owner.release(pool->owner.ctx, run.oa, run.len,
					    run.rights);
			run = next;
		}
		released += next.len;
	}
	if (run.len)
		pool->owner.release(pool->owner.ctx, run.oa, run.len,
				    run.rights);
	return released;
}

/* After the grace period; the batch is the caller's alone. */
static uint64_t batch_finish(struct tarry_pool *pool, struct tarry_batch *b)
{
	uint64_t released = 0;

	/* rule: every-walker-class */
	if (!TARRY_PORT_GRACE_COVERS_IRQ_OFF &&
	    tarry_port_keeps(every_walker_class))
		tarry_port_kick();
	if (pool->owner.release) {
		for (uint32_t i = 0; i < b->n_runs; i++) {
			pool->owner.release(pool->owner.ctx, b->runs[i].oa,
					    b->runs[i].len, b->runs[i].rights);
			released += b->runs[i].len;
		}
		for (uint32_t id = b->detached.first; id;
		     id = table_of_id(pool, id)->link)
			if (table_of_id(pool, id)->state == TARRY_STATE_DOOMED)
				released += release_leaves(pool, id);
	}
	if (b->detached.first)
		tarry_table_free_chain(pool, b->detached.first);
	return released;
}

/* What waited is retired, at one moment for whoever asks.  Shard locked; the
 * batch was finished. */
static void batch_count(struct tarry_shard *shard, struct tarry_batch *b,
			uint64_t released)
{
	shard->retired += b->detached.n;
	shard->released += released;
	shard->grace_periods++;
	b->detached = (struct tarry_chain){0};
	b->n_runs = 0;
	b->data_bytes = 0;
}

static void shard_ready(struct tarry_port_defer *defer);

static struct tarry_batch *batch_idle(struct tarry_shard *shard)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct tarry_batch *b = &shard->batches[i];

		if (b != shard->open && b != shard->with_defer &&
		    b != shard->with_helper)
			return b;
	}
	tarry_port_panic("a shard has no idle batch", __FILE__, __LINE__);
}

/* Hand the open batch to the port.  Shard locked, nothing sent. */
static void shard_send(struct tarry_shard *shard)
{
	tarry_assert(!shard->sent);
	shard->sent = true;
	shard->with_defer = shard->open;
	shard->open = batch_idle(shard);
	tarry_port_defer(&shard->defer, shard_ready);
}

/* Nothing waits here any more.  Shard locked. */
static bool shard_rests(struct tarry_shard *shard)
{
	return !shard->sent && batch_empty(shard->open) &&
	       !tarry_load(&shard->helping, TARRY_RELAXED);
}

/* Free pages of a pool that are worth keeping at hand. */
#ifndef TARRY_HOT_PAGES
#define TARRY_HOT_PAGES 32
#endif

/* Nothing came after: a good moment to give memory back in bulk.  No lock
 * held. */
static void give_back(struct tarry_pool *pool)
{
	if (pool->keep)
		return;
	lock_take(&pool->lock, TARRY_RANK_POOL);
	if (pool->hot_pages > TARRY_HOT_PAGES)
		tarry_block_trim(pool);
	lock_drop(&pool->lock, TARRY_RANK_POOL);
}

static void shard_ready(struct tarry_port_defer *defer)
{
	struct tarry_shard *shard =
		(struct tarry_shard *)((char *)defer -
				       offsetof(struct tarry_shard, defer));
	struct tarry_pool *pool = shard->pool;
	uint64_t released = batch_finish(pool, shard->with_defer);
	bool rests;

	shard_lock(shard);
	batch_count(shard, shard->with_defer, released);
	shard->with_defer = NULL;
	shard->sent = false;
	if (!batch_empty(shard->open) && tarry_port_keeps(nothing_left))
		shard_send(shard);
	rests = shard_rests(shard);
	shard_unlock(shard);
	if (rests)
		give_back(pool);
}

/*
 * Wait for a grace period on behalf of what is in the open batch.  Outside
 * read sections, no lock held.
 */
static void shard_help(struct tarry_shard *shard)
{
	struct tarry_pool *pool = shard->pool;
	struct tarry_batch *b;
	uint64_t released;
	bool rests;

	lock_none_held();
	for (;;) {
		shard_lock(shard);
		if (!shard->helping)
			break;
		shard_unlock(shard);
		/* Another writer helps already; its wait is ours. */
		while (tarry_load(&shard->helping, TARRY_ACQUIRE))
			tarry_port_relax();
	}
	b = shard->open;
	if (batch_empty(b)) {
		shard_unlock(shard);
		return;
	}
	tarry_store(&shard->helping, 1, TARRY_RELAXED);
	shard->with_helper = b;
	shard->open = batch_idle(shard);
	shard_unlock(shard);

	/* rule: unlink-invalidate-wait-free */
	tarry_port_synchronize();
	released = batch_finish(pool, b);

	shard_lock(shard);
	batch_count(shard, b, released);
	shard->helped++;
	shard->with_helper = NULL;
	tarry_store(&shard->helping, 0, TARRY_RELEASE);
	rests = shard_rests(shard);
	shard_unlock(shard);
	/* The deferred call left it to who came later. */
	if (rests)
		give_back(pool);
}

void tarry_retire(struct tarry_pool *pool, struct tarry_gather *g)
{
	struct tarry_shard *shard = &pool->shards[tarry_port_shard()];
	bool release = pool->owner.release != NULL;
	uint32_t done = 0;
	bool over;

	if (!g->detached.first && !g->n_runs)
		return;
	if (!tarry_port_keeps(retire_needs_no_memory) && g->detached.first &&
	    !tarry_port_admit(sizeof(struct tarry_batch))) {
		/* The shortcut of history: answer to an interrupt, and free. */
		tarry_port_kick();
		tarry_table_free_chain(pool, g->detached.first);
		g->detached = (struct tarry_chain){0};
		return;
	}
	shard_lock(shard);
	while (release && done < g->n_runs) {
		struct tarry_batch *b = shard->open;

		if (run_add(b->runs, &b->n_runs, TARRY_BATCH_RUNS,
			    &g->runs[done])) {
			b->data_bytes += g->runs[done].len;
			done++;
			continue;
		}
		shard_unlock(shard);
		shard_help(shard);
		shard_lock(shard);
	}
	chain_join(pool, &shard->open->detached, &g->detached);
	if (!shard->sent && !batch_empty(shard->open))
		shard_send(shard);
	over = shard->open->detached.bytes > pool->table_waiting_limit ||
	       shard->open->data_bytes > pool->data_waiting_limit;
	shard_unlock(shard);
	g->n_runs = 0;
	if (over)
		shard_help(shard);
}

void tarry_pool_drain(struct tarry_pool *pool)
{
	lock_none_held();
	for (;;) {
		bool busy = false;

		for (unsigned int i = 0; i < TARRY_PORT_SHARDS; i++) {
			struct tarry_shard *shard = &pool->shards[i];

			shard_help(shard);
			shard_lock(shard);
			busy |= shard->sent || shard->helping;
			shard_unlock(shard);
		}
		if (!busy)
			break;
		tarry_port_barrier();
	}
	/* Who came to the end last may only be about to. */
	give_back(pool);
}
