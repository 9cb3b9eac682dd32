/* SPDX-License-Identifier: MIT */
/*
 * One table: allocation, stocks and spares.
 */
#include "fragment.h"
#include "table.h"

uint32_t tarry_table_id_elsewhere(struct tarry_pool *pool, tarry_oa oa)
{
	uint32_t n = tarry_load(&pool->n_regions, TARRY_ACQUIRE);

	for (uint32_t i = 0; i < n; i++) {
		struct tarry_region *r = &pool->regions[i];
		uint64_t at = (oa - r->oa) >> pool->page_lg2;
		struct tarry_page *page;
		uint32_t id;

		if (oa < r->oa || at >= r->n_pages)
			continue;
		page = page_in(r, at);
		id = (r->first + (uint32_t)at) << pool->fragment_shift;
		if (page->fragment_lg2)
			id |= (uint32_t)((oa &
					  ((1ull << pool->page_lg2) - 1)) >>
					 page->fragment_lg2);
		return id;
	}
	tarry_port_panic("an entry points outside the pool", __FILE__,
			 __LINE__);
}

uint32_t tarry_table_alloc(struct tarry_pool *pool,
			   const struct tarry_format *f, unsigned int level)
{
	unsigned int lg2 = room_lg2(pool, level);
	uint64_t bytes = 1ull << lg2, *slots;
	struct tarry_table *t;
	bool zero = false;
	uint32_t id = 0;

	lock_take(&pool->lock, TARRY_RANK_POOL);
	if (tarry_port_admit(bytes) &&
	    pool->table_bytes + bytes <= pool->limit) {
		if (tarry_fragment_wanted(pool, lg2))
			id = tarry_fragment_alloc(pool, lg2);
		else
			id = tarry_block_alloc(pool, block_order(pool, lg2),
					       &zero)
			     << pool->fragment_shift;
	}
	if (id) {
		pool->table_bytes += bytes;
		pool->tables[level]++;
	} else {
		pool->failed++;
	}
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	if (!id)
		return 0;
	t = table_of_id(pool, id);
	slots = slots_at(pool->window, oa_of_id(pool, id));
	tarry_port_born(slots, bytes);
	/* Before the table is published, so whoever finds it finds them zero.
	 * rule: publish-after-fill */
	if (pool->companions && !level && !zero)
		__builtin_memset(companion_of(f, slots), 0, bytes / 2);
	t->level = level;
	t->live = 0;
	/* Zero memory need not be blanked where empty is zero; index says so
	 * until the table is published. */
	t->index = zero && f->empty[level] == 0;
	return id;
}

void tarry_table_blank(struct tarry_pool *pool, const struct tarry_format *f,
		       uint32_t id)
{
	struct tarry_table *t = table_of_id(pool, id);
	uint64_t *slots = slots_at(pool->window, oa_of_id(pool, id));

	tarry_assert(t->state == TARRY_STATE_PRIVATE);
	if (t->index)
		return;
	if (f->empty[t->level] == 0)
		__builtin_memset(slots, 0, (size_t)1 << f->table_lg2[t->level]);
	else
		for (unsigned int i = 0; i < slots_of(f, t->level); i++)
			entry_fill(f, &slots[i], f->empty[t->level]);
}

void tarry_table_free_chain(struct tarry_pool *pool, uint32_t first)
{
	lock_take(&pool->lock, TARRY_RANK_POOL);
	while (first) {
		uint32_t id = first;
		struct tarry_table *t = table_of_id(pool, id);
		unsigned int level = t->level, lg2;

		first = t->link;
		tarry_assert(t->state != TARRY_STATE_ATTACHED &&
			     t->state != TARRY_STATE_MOVING);
		/* Declared dead in tarry_gather_finish(). */
		if (!tarry_port_keeps(descriptor_outlives) &&
		    t->state >= TARRY_STATE_DETACHED)
			tarry_port_born(&t->lock, sizeof(t->lock));
		if (level == TARRY_LEVEL_BODY) {
			pool->table_bytes -= 1ull << pool->page_lg2;
			tarry_block_free(pool, id >> pool->fragment_shift);
			continue;
		}
		lg2 = room_lg2(pool, level);
		pool->table_bytes -= 1ull << lg2;
		pool->tables[level]--;
		tarry_port_dead(slots_at(pool->window, oa_of_id(pool, id)),
				1ull << lg2);
		if (tarry_fragment_wanted(pool, lg2))
			tarry_fragment_free(pool, id);
		else
			tarry_block_free(pool, id >> pool->fragment_shift);
	}
	lock_drop(&pool->lock, TARRY_RANK_POOL);
}

void tarry_stock_put(struct tarry_stock *stock, struct tarry_pool *pool,
		     uint32_t id)
{
	struct tarry_table *t = table_of_id(pool, id);

	table_becomes(t, TARRY_STATE_STOCKED);
	t->link = stock->first[t->level];
	stock->first[t->level] = id;
	stock->count[t->level]++;
	stock->pool = pool;
}

uint32_t tarry_stock_take(struct tarry_stock *stock, struct tarry_pool *pool,
			  unsigned int level)
{
	uint32_t id = stock->first[level];
	struct tarry_table *t;

	if (!id)
		return 0;
	t = table_of_id(pool, id);
	tarry_assert(t->state == TARRY_STATE_STOCKED);
	stock->first[level] = t->link;
	stock->count[level]--;
	t->link = 0;
	table_becomes(t, TARRY_STATE_PRIVATE);
	return id;
}

bool tarry_stock_fill(struct tarry_stock *stock, struct tarry_pool *pool,
		      const struct tarry_format *f,
		      const uint64_t need[TARRY_MAX_LEVELS])
{
	struct tarry_stock more = {.pool = pool};

	for (unsigned int level = 0; level < f->levels; level++) {
		while (stock->count[level] + more.count[level] < need[level]) {
			uint32_t id = tarry_table_alloc(pool, f, level);

			if (!id) {
				tarry_unreserve(&more);
				return false;
			}
			tarry_stock_put(&more, pool, id);
		}
	}
	for (unsigned int level = 0; level < f->levels; level++)
		for (uint32_t id; (id = tarry_stock_take(&more, pool, level));)
			tarry_stock_put(stock, pool, id);
	stock->pool = pool;
	return true;
}

void tarry_unreserve(struct tarry_stock *stock)
{
	/* Never published: nobody can be inside, no wait is owed. */
	for (unsigned int level = 0; level < TARRY_MAX_LEVELS; level++) {
		if (stock->first[level])
			tarry_table_free_chain(stock->pool,
					       stock->first[level]);
		stock->first[level] = 0;
		stock->count[level] = 0;
	}
}

void tarry_spare_push(struct tarry_pool *pool, struct tarry_table *t,
		      uint32_t id)
{
	struct tarry_table *spare = table_of_id(pool, id);

	tarry_assert(t->state == TARRY_STATE_ATTACHED ||
		     t->state == TARRY_STATE_MOVING);
	table_becomes(spare, TARRY_STATE_STOCKED);
	spare->link = t->link;
	t->link = id;
}

uint32_t tarry_spare_pop(struct tarry_pool *pool, struct tarry_table *t)
{
	uint32_t id = t->link;
	struct tarry_table *spare;

	if (!id)
		return 0;
	spare = table_of_id(pool, id);
	tarry_assert(spare->state == TARRY_STATE_STOCKED);
	t->link = spare->link;
	spare->link = 0;
	table_becomes(spare, TARRY_STATE_PRIVATE);
	return id;
}
