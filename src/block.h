/* SPDX-License-Identifier: MIT */
/*
 * Blocks: whole pages of a pool, one or a power of two of them.
 */
#ifndef TARRY_BLOCK_H
#define TARRY_BLOCK_H

#include "shared.h"

/* All with the pool's lock held, but the look-ups, which need none. */
uint32_t tarry_block_alloc(struct tarry_pool *pool, unsigned int order,
			   bool *zero);
void tarry_block_free(struct tarry_pool *pool, uint32_t index);
uint64_t tarry_block_trim(struct tarry_pool *pool);
struct tarry_region *tarry_region_of(struct tarry_pool *pool, uint32_t index);

/* lg2 of bytes of a table of @level with what stands beside it. */
tarry_inline unsigned int room_lg2(const struct tarry_pool *pool,
				   unsigned int level)
{
	return facts(pool->format)->table_lg2[level] +
	       (pool->companions && !level);
}

/* lg2 of the pages of the block that 1 << @lg2 bytes want. */
tarry_inline unsigned int block_order(const struct tarry_pool *pool,
				      unsigned int lg2)
{
	return lg2 > pool->page_lg2 ? lg2 - pool->page_lg2 : 0;
}

/* The region of a page index: one region is the rule. */
tarry_inline struct tarry_region *region_of(struct tarry_pool *pool,
					    uint32_t index)
{
	struct tarry_region *r = &pool->regions[0];

	if (tarry_likely(index - r->first < r->n_pages))
		return r;
	return tarry_region_of(pool, index);
}

tarry_inline struct tarry_page *page_at(struct tarry_pool *pool, uint32_t index)
{
	struct tarry_region *r = region_of(pool, index);

	return page_in(r, index - r->first);
}

tarry_inline tarry_oa page_oa(struct tarry_pool *pool, uint32_t index)
{
	struct tarry_region *r = region_of(pool, index);

	return r->oa + ((uint64_t)(index - r->first) << pool->page_lg2);
}

#endif
