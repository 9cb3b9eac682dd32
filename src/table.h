/* SPDX-License-Identifier: MIT */
/*
 * One table: its names, its allocation, its spares.
 *
 * A table is named by an id, 32 bits that say its page and its fragment; from
 * there to its descriptor, its output address and its slots is arithmetic.
 */
#ifndef TARRY_TABLE_H
#define TARRY_TABLE_H

#include "block.h"
#include "entry.h"
#include "lock.h"
#include "state.h"
#include "tarry/change.h"

tarry_inline uint64_t *slots_at(uintptr_t window, tarry_oa oa)
{
	return (uint64_t *)(window + oa);
}

tarry_inline struct tarry_table *table_of_id(struct tarry_pool *pool,
					     uint32_t id)
{
	struct tarry_page *page = page_at(pool, id >> pool->fragment_shift);

	if (tarry_likely(!page->fragment_lg2))
		return &page->table;
	return &page->cut.fragments[id & ((1u << pool->fragment_shift) - 1)];
}

tarry_inline tarry_oa oa_of_id(struct tarry_pool *pool, uint32_t id)
{
	uint32_t index = id >> pool->fragment_shift;
	uint64_t fragment = id & ((1u << pool->fragment_shift) - 1);

	return page_oa(pool, index) +
	       (fragment << page_at(pool, index)->fragment_lg2);
}

/* The owner's word beside a slot of level 0: all words of a table stand right
 * behind it, so that they are found from it and come, go and wait with it. */
tarry_inline uint64_t *companion_of(const struct tarry_format *f,
				    uint64_t *slot)
{
	return slot + ((1ull << f->table_lg2[0]) / sizeof(*slot));
}

uint32_t tarry_table_id_elsewhere(struct tarry_pool *pool, tarry_oa oa);

tarry_inline uint32_t id_of_oa(struct tarry_pool *pool, tarry_oa oa)
{
	struct tarry_region *r = &pool->regions[0];
	uint64_t at = (oa - r->oa) >> pool->page_lg2;

	if (tarry_unlikely(at >= r->n_pages || pool->fragment_shift))
		return tarry_table_id_elsewhere(pool, oa);
	return r->first + (uint32_t)at;
}

tarry_inline struct tarry_table *table_of_oa(struct tarry_pool *pool,
					     tarry_oa oa)
{
	struct tarry_region *r = &pool->regions[0];
	uint64_t at = (oa - r->oa) >> pool->page_lg2;

	if (tarry_likely(at < r->n_pages && !pool->fragment_shift))
		return &page_in(r, at)->table;
	return table_of_id(pool, id_of_oa(pool, oa));
}

/* What a table of @level keeps from being used for anything else. */
tarry_inline uint64_t table_holds(const struct tarry_pool *pool,
				  unsigned int level)
{
	uint64_t page = 1ull << pool->page_lg2, bytes;

	if (level == TARRY_LEVEL_BODY)
		return page;
	bytes = 1ull << room_lg2(pool, level);
	return pool->policy == TARRY_WHOLE && bytes < page ? page : bytes;
}

/* All of @from, empty then, goes to the end of @to. */
tarry_inline void chain_join(struct tarry_pool *pool, struct tarry_chain *to,
			     struct tarry_chain *from)
{
	if (!from->first)
		return;
	if (to->last)
		table_of_id(pool, to->last)->link = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->n += from->n;
	to->bytes += from->bytes;
	*from = (struct tarry_chain){0};
}

/* 0: no memory.  No lock held but tables'. */
uint32_t tarry_table_alloc(struct tarry_pool *pool,
			   const struct tarry_format *f, unsigned int level);
/* Makes a PRIVATE table's slots all empty, or leaves them to the caller. */
void tarry_table_blank(struct tarry_pool *pool, const struct tarry_format *f,
		       uint32_t id);
/* A chain of tables nobody can reach, linked by their links. */
void tarry_table_free_chain(struct tarry_pool *pool, uint32_t first);

/* Stocks: chains by level. */
uint32_t tarry_stock_take(struct tarry_stock *stock, struct tarry_pool *pool,
			  unsigned int level);
void tarry_stock_put(struct tarry_stock *stock, struct tarry_pool *pool,
		     uint32_t id);
/* Tops up to @need tables at each level; false with nothing changed. */
bool tarry_stock_fill(struct tarry_stock *stock, struct tarry_pool *pool,
		      const struct tarry_format *f,
		      const uint64_t need[TARRY_MAX_LEVELS]);

/* Spares of an attached table, under its lock (rule: spares-follow). */
void tarry_spare_push(struct tarry_pool *pool, struct tarry_table *t,
		      uint32_t id);
uint32_t tarry_spare_pop(struct tarry_pool *pool, struct tarry_table *t);

tarry_inline void table_lock(struct tarry_table *t)
{
	lock_take(&t->lock, TARRY_RANK_TABLE);
}

tarry_inline void table_unlock(struct tarry_table *t)
{
	lock_drop(&t->lock, TARRY_RANK_TABLE);
}

/*
 * Under its lock: is this still the table that the walk meant to lock?  It may
 * have been detached meanwhile, or moved to stand for another va.
 * rule: decide-under-lock, detached-is-final
 */
tarry_inline bool table_is(const struct tarry_table *t,
			   const struct tarry_format *f, uint64_t bits,
			   unsigned int level)
{
	return (t->state == TARRY_STATE_ATTACHED ||
		!tarry_port_keeps(detached_is_final)) &&
	       t->level == level && t->index == index_of(f, bits, level);
}

#endif
