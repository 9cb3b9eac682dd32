/* SPDX-License-Identifier: MIT */
/*
 * Blocks of whole pages, cut from chunks.
 *
 * A chunk is what the system gives and takes at once.  All blocks of a chunk
 * have one size.  A free block is hot (was used, holds old content), cold (was
 * used, its memory went back to the system and reads as zero), or fresh (was
 * never handed out).  Hot ones go first: they are in some cache.
 *
 * Everything here runs with the pool's lock held.
 */
#include "block.h"
#include "state.h"

struct tarry_region *tarry_region_of(struct tarry_pool *pool, uint32_t index)
{
	uint32_t n = tarry_load(&pool->n_regions, TARRY_ACQUIRE);

	for (uint32_t i = 0; i < n; i++)
		if (index - pool->regions[i].first < pool->regions[i].n_pages)
			return &pool->regions[i];
	tarry_port_panic("a page index outside all regions", __FILE__,
			 __LINE__);
}

static struct tarry_chunk *chunk_at(struct tarry_pool *pool, uint32_t number)
{
	uint32_t n = tarry_load(&pool->n_regions, TARRY_ACQUIRE);

	for (uint32_t i = 0; i < n; i++) {
		struct tarry_region *r = &pool->regions[i];

		if (number - r->first_chunk < r->n_chunks)
			return &r->chunks[number - r->first_chunk];
	}
	return NULL;
}

static uint32_t chunk_number(struct tarry_pool *pool, uint32_t index)
{
	struct tarry_region *r = region_of(pool, index);

	return r->first_chunk +
	       ((index - r->first) >> (pool->chunk_lg2 - pool->page_lg2));
}

static void chunk_list(struct tarry_pool *pool, uint32_t number)
{
	struct tarry_chunk *c = chunk_at(pool, number);
	uint32_t *head = &pool->chunks_head[c->order];

	c->listed = true;
	c->prev = 0;
	c->next = *head;
	if (*head)
		chunk_at(pool, *head - 1)->prev = number + 1;
	*head = number + 1;
}

static void chunk_unlist(struct tarry_pool *pool, struct tarry_chunk *c)
{
	c->listed = false;
	if (c->next)
		chunk_at(pool, c->next - 1)->prev = c->prev;
	if (c->prev)
		chunk_at(pool, c->prev - 1)->next = c->next;
	else
		pool->chunks_head[c->order] = c->next;
}

/* The next fresh block of the chunk, aligned to its own size; 0: none. */
static uint32_t chunk_fresh(struct tarry_pool *pool, struct tarry_chunk *c)
{
	uint32_t pages = 1u << c->order;
	uint32_t index = c->fresh;

	while (index + pages <= c->end) {
		if (!(page_oa(pool, index) >> pool->page_lg2 & (pages - 1)))
			return index;
		index++;
	}
	return 0;
}

static bool chunk_has_block(struct tarry_pool *pool, struct tarry_chunk *c)
{
	return c->hot || c->cold || chunk_fresh(pool, c);
}

static void *region_address(struct tarry_pool *pool, uint32_t index)
{
	return (void *)(pool->window + page_oa(pool, index));
}

/* Which pages a chunk has follows from its number. */
static void chunk_bounds(struct tarry_pool *pool, uint32_t number,
			 struct tarry_chunk *c)
{
	uint32_t n = tarry_load(&pool->n_regions, TARRY_ACQUIRE);
	uint32_t per_chunk = 1u << (pool->chunk_lg2 - pool->page_lg2);

	for (uint32_t i = 0; i < n; i++) {
		struct tarry_region *r = &pool->regions[i];
		uint32_t end = r->first + r->n_pages;

		if (number - r->first_chunk >= r->n_chunks)
			continue;
		c->first = r->first + (number - r->first_chunk) * per_chunk;
		c->end =
			end - c->first < per_chunk ? end : c->first + per_chunk;
	}
}

/* The descriptors of a chunk need not fill pages of the system: what the chunks
 * before it had no use for in their last one is there already. */
static bool commit_descriptors(struct tarry_pool *pool,
			       const struct tarry_chunk *c)
{
	const uint64_t step = 1ull << TARRY_SYSTEM_PAGE_LG2;
	struct tarry_region *r = region_of(pool, c->first);
	uint64_t from = (c->first - r->first) * TARRY_PAGE_STRIDE;
	uint64_t to = (c->end - r->first) * TARRY_PAGE_STRIDE;

	from = (from + step - 1) & ~(step - 1);
	to = (to + step - 1) & ~(step - 1);
	return from == to ||
	       tarry_port_commit((char *)r->pages + from, to - from, false);
}

/*
 * Descriptors of a chunk that was given back go too, once nothing is described
 * beside them.  Who walked to a table holds a read section until it has let the
 * table's lock go, and all of these tables waited for their readers, so nobody
 * is at a lock here; what reads as zero is a free table's, unlocked, of a page
 * that was never handed out.  rule: descriptor-outlives
 */
static void trim_descriptors(struct tarry_pool *pool, uint32_t number)
{
	struct tarry_region *r = region_of(pool, chunk_at(pool, number)->first);
	uint64_t one = (uint64_t)TARRY_PAGE_STRIDE
		       << (pool->chunk_lg2 - pool->page_lg2);
	/* Powers of two, so no chunk is in two of what the system can take. */
	uint64_t len = one >> TARRY_SYSTEM_PAGE_LG2
			       ? one
			       : 1ull << TARRY_SYSTEM_PAGE_LG2;
	uint64_t at = (number - r->first_chunk) * one & ~(len - 1);
	uint32_t first = r->first_chunk + (uint32_t)(at / one);
	uint32_t end = first + (uint32_t)(len / one);

	if (end > r->first_chunk + r->n_chunks)
		end = r->first_chunk + r->n_chunks;
	for (uint32_t i = first; i < end; i++)
		if (i < pool->chunks_free && !chunk_at(pool, i)->idle)
			return;
	if (!tarry_port_decommit((char *)r->pages + at, len))
		return;
	for (uint32_t i = first; i < end; i++) {
		struct tarry_chunk *c = chunk_at(pool, i);

		if (c->described)
			pool->descriptor_committed -=
				(uint64_t)(c->end - c->first) *
				TARRY_PAGE_STRIDE;
		c->described = false;
	}
}

static void chunk_described(struct tarry_pool *pool, struct tarry_chunk *c)
{
	if (!c->described)
		pool->descriptor_committed +=
			(uint64_t)(c->end - c->first) * TARRY_PAGE_STRIDE;
	c->described = true;
}

/* Descriptors are zero before a chunk's first use, and type-stable after: where
 * their memory went back they read as zero again. */
static bool chunk_commit(struct tarry_pool *pool, uint32_t number,
			 struct tarry_chunk *c)
{
	uint32_t n = c->end - c->first;
	size_t len = (size_t)n << pool->page_lg2;

	if (pool->reserved) {
		/* The first chunk of a pool stays with small pages: a small
		 * space should not cost a huge one. */
		if (!tarry_port_commit(region_address(pool, c->first), len,
				       number > 0) ||
		    !commit_descriptors(pool, c))
			return false;
	} else {
		/* What lies between is the kernel's (embed.h). */
		for (uint32_t i = c->first; i < c->end; i++)
			*page_at(pool, i) = (struct tarry_page){0};
	}
	c->committed = true;
	pool->committed += len;
	return true;
}

static uint32_t chunk_take(struct tarry_pool *pool, unsigned int order)
{
	uint32_t number = pool->chunks_empty;
	struct tarry_chunk *c;

	if (number) {
		number--;
		c = chunk_at(pool, number);
		pool->chunks_empty = c->next;
	} else {
		number = pool->chunks_free;
		c = chunk_at(pool, number);
		if (!c)
			return 0;
		chunk_bounds(pool, number, c);
		if (!chunk_commit(pool, number, c))
			return 0;
		pool->chunks_free++;
	}
	chunk_described(pool, c);
	c->idle = false;
	c->order = (uint8_t)order;
	c->fresh = c->first;
	c->hot = 0;
	c->cold = 0;
	chunk_list(pool, number);
	return number + 1;
}

uint32_t tarry_block_alloc(struct tarry_pool *pool, unsigned int order,
			   bool *zero)
{
	uint32_t number, index;
	struct tarry_chunk *c;
	struct tarry_page *page;

	tarry_assert(order < TARRY_ORDERS);
	for (;;) {
		number = pool->chunks_head[order];
		if (!number)
			number = chunk_take(pool, order);
		if (!number)
			return 0;
		c = chunk_at(pool, number - 1);
		if (chunk_has_block(pool, c))
			break;
		/* A chunk too small for one block of this size, the last of a
		 * region: it is for single pages. */
		chunk_unlist(pool, c);
		c->order = 0;
		chunk_list(pool, number - 1);
	}
	if (c->hot) {
		index = c->hot;
		page = page_at(pool, index);
		c->hot = page->table.link;
		c->n_hot--;
		pool->hot_pages -= 1u << order;
		*zero = false;
	} else if (c->cold) {
		index = c->cold;
		page = page_at(pool, index);
		c->cold = page->table.link;
		*zero = true;
	} else {
		index = chunk_fresh(pool, c);
		page = page_at(pool, index);
		c->fresh = index + (1u << order);
		*zero = pool->reserved;
	}
	c->used++;
	pool->table_pages += 1u << order;
	if (!chunk_has_block(pool, c))
		chunk_unlist(pool, c);
	tarry_port_born(&page->table.lock, sizeof(page->table.lock));
	page->order = (uint8_t)order;
	page_becomes(page, TARRY_USE_WHOLE);
	page->table.link = 0;
	table_becomes(&page->table, TARRY_STATE_PRIVATE);
	return index;
}

void tarry_block_free(struct tarry_pool *pool, uint32_t index)
{
	uint32_t number = chunk_number(pool, index);
	struct tarry_chunk *c = chunk_at(pool, number);
	struct tarry_page *page = page_at(pool, index);

	page_becomes(page, TARRY_USE_HOT);
	/* rule: descriptor-outlives: nobody wants this lock any more. */
	tarry_port_dead(&page->table.lock, sizeof(page->table.lock));
	table_becomes(&page->table, TARRY_STATE_FREE);
	page->table.link = c->hot;
	c->hot = index;
	c->n_hot++;
	c->used--;
	pool->table_pages -= 1u << c->order;
	pool->hot_pages += 1u << c->order;
	if (!c->listed)
		chunk_list(pool, number);
}

/* Hot blocks of a chunk that is still in use, run by run. */
static uint64_t trim_used(struct tarry_pool *pool, struct tarry_chunk *c)
{
	uint32_t step = 1u << c->order;
	uint64_t returned = 0;

	for (uint32_t i = c->first; i < c->fresh;) {
		uint32_t run = i;

		if (page_oa(pool, i) >> pool->page_lg2 & (step - 1)) {
			i++;
			continue;
		}
		while (run < c->fresh &&
		       page_at(pool, run)->use == TARRY_USE_HOT)
			run += step;
		if (run > i &&
		    tarry_port_decommit(region_address(pool, i),
					(size_t)(run - i) << pool->page_lg2)) {
			for (uint32_t j = i; j < run; j += step)
				page_becomes(page_at(pool, j), TARRY_USE_COLD);
			returned += (uint64_t)(run - i) << pool->page_lg2;
		}
		i = run > i ? run : i + step;
	}
	if (!returned)
		return 0;
	/* The first touch of a huge page brought in what was never used too. */
	if (c->fresh < c->end)
		(void)tarry_port_decommit(region_address(pool, c->fresh),
					  (size_t)(c->end - c->fresh)
						  << pool->page_lg2);
	/* Both chains anew, lowest address first. */
	c->hot = 0;
	c->cold = 0;
	c->n_hot = 0;
	for (uint32_t i = c->fresh; i-- > c->first;) {
		struct tarry_page *page = page_at(pool, i);
		bool block = !(page_oa(pool, i) >> pool->page_lg2 & (step - 1));

		if (block && page->use == TARRY_USE_HOT) {
			page->table.link = c->hot;
			c->hot = i;
			c->n_hot++;
		} else if (block && page->use == TARRY_USE_COLD) {
			page->table.link = c->cold;
			c->cold = i;
		}
	}
	return returned;
}

uint64_t tarry_block_trim(struct tarry_pool *pool)
{
	uint64_t returned = 0;

	if (!pool->reserved)
		return 0; /* the memory is the caller's */
	for (uint32_t number = 0; number < pool->chunks_free; number++) {
		struct tarry_chunk *c = chunk_at(pool, number);
		uint64_t here = (uint64_t)c->n_hot << c->order;

		if (!here)
			continue;
		if (c->used) {
			uint64_t bytes = trim_used(pool, c);

			pool->hot_pages -= bytes >> pool->page_lg2;
			returned += bytes;
			continue;
		}
		if (!tarry_port_decommit(region_address(pool, c->first),
					 (size_t)(c->end - c->first)
						 << pool->page_lg2))
			continue;
		if (c->listed)
			chunk_unlist(pool, c);
		for (uint32_t i = c->first; i < c->fresh; i++)
			page_becomes(page_at(pool, i), TARRY_USE_COLD);
		c->hot = 0;
		c->cold = 0;
		c->n_hot = 0;
		c->fresh = c->first;
		c->next = pool->chunks_empty;
		pool->chunks_empty = number + 1;
		c->idle = true;
		trim_descriptors(pool, number);
		pool->hot_pages -= here;
		returned += here << pool->page_lg2;
	}
	pool->returned += returned;
	return returned;
}
