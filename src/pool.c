/* SPDX-License-Identifier: MIT */
/*
 * Pools: regions, creation, destruction, statistics.
 *
 * A region begins with what the pool needs for itself: in the first one the
 * pool, in each the chunks and, unless the kernel has them (embed.h), the page
 * descriptors; tables come after.  So nothing is allocated from anybody, and a
 * descriptor is found by arithmetic.
 */
#include "block.h"
#include "entry.h"
#include "fragment.h"
#include "lock.h"
#include "retire.h"

#define DEFAULT_RESERVE	 (64ull << 30)
#define SMALLEST_RESERVE (4ull << 20)
#define DEFAULT_WAITING	 (256ull << 20)
/* Tables may hold this part of what may wait. */
#define TABLES_SHARE 32

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) & ~(to - 1);
}

static uint8_t chunk_lg2(bool reserved)
{
	return reserved ? TARRY_CHUNK_LG2 : TARRY_SMALL_CHUNK_LG2;
}

/* Where the parts of a region lie, as offsets from its start. */
struct layout {
	uint64_t chunks, pages, tables;
	uint32_t n_chunks, n_pages;
};

/* @described: the descriptors are elsewhere already. */
static bool layout_region(struct layout *at, uint64_t len, uint64_t head,
			  unsigned int page_lg2, bool reserved, bool described)
{
	uint64_t page = 1ull << page_lg2;
	uint64_t per_chunk = 1ull << (chunk_lg2(reserved) - page_lg2);
	/* Of the descriptors and of the tables. */
	uint64_t start = reserved ? 1ull << TARRY_SYSTEM_PAGE_LG2 : page;
	uint64_t align = reserved ? 1ull << TARRY_CHUNK_LG2 : page;
	/* An upper bound first: descriptors for all that there is. */
	uint64_t n = len >> page_lg2;

	at->n_chunks = (uint32_t)((n + per_chunk - 1) / per_chunk);
	at->chunks = round_up(head, 64);
	at->pages = round_up(
		at->chunks + at->n_chunks * sizeof(struct tarry_chunk), start);
	at->tables = round_up(
		at->pages + (described ? 0 : n * TARRY_PAGE_STRIDE), align);
	if (at->tables + 4 * page > len)
		return false;
	n = (len - at->tables) >> page_lg2;
	at->n_pages = (uint32_t)n;
	at->n_chunks = (uint32_t)((n + per_chunk - 1) / per_chunk);
	return true;
}

static void region_init(struct tarry_pool *pool, struct tarry_region *r,
			char *base, tarry_oa oa, char *descriptors,
			const struct layout *at, uint32_t first,
			uint32_t first_chunk)
{
	r->oa = oa + at->tables;
	r->len = (uint64_t)at->n_pages << pool->page_lg2;
	r->first = first;
	r->n_pages = at->n_pages;
	/* The kernel's begin with the region, ours with its tables. */
	r->pages = descriptors ? descriptors + (at->tables >> pool->page_lg2) *
						       TARRY_PAGE_STRIDE
			       : base + at->pages;
	r->first_chunk = first_chunk;
	r->n_chunks = at->n_chunks;
	r->chunks = (struct tarry_chunk *)(base + at->chunks);
	/* Reserved memory reads as zero, and should not be touched before it
	 * is needed. */
	if (!pool->reserved)
		__builtin_memset(r->chunks, 0,
				 at->n_chunks * sizeof(*r->chunks));
}

/* lg2 of the tables that the smallest ones share a page with. */
static uint8_t most_fragments_lg2(const struct tarry_pool *pool)
{
	unsigned int smallest = pool->page_lg2;

	for (unsigned int i = 0; i < facts(pool->format)->levels; i++) {
		unsigned int lg2 = room_lg2(pool, i);

		if (lg2 < smallest && tarry_fragment_wanted(pool, lg2))
			smallest = lg2;
	}
	return (uint8_t)(pool->page_lg2 - smallest);
}

static void shards_init(struct tarry_pool *pool)
{
	for (unsigned int i = 0; i < TARRY_PORT_SHARDS; i++) {
		struct tarry_shard *shard = &pool->shards[i];

		shard->pool = pool;
		shard->open = &shard->batches[0];
	}
}

/* Only what was compiled to look into a kernel's array can be given one. */
static bool described_ok(const void *descriptors)
{
#ifdef TARRY_EMBED_SIZE
	return !((uintptr_t)descriptors % TARRY_EMBEDDED_ALIGN);
#else
	return !descriptors;
#endif
}

/* lg2 of the pages that tables are cut from; 0: no such pages. */
static unsigned int config_page_lg2(const struct tarry_pool_config *c)
{
	if (!c->backing_lg2)
		return c->format->backing_lg2;
	return c->backing_lg2 < 12 || c->backing_lg2 > TARRY_SYSTEM_PAGE_LG2
		       ? 0
		       : c->backing_lg2;
}

static bool config_fits(const struct tarry_pool_config *c)
{
	const struct tarry_format *f = c->format;
	uint64_t page = 1ull << config_page_lg2(c);
	uint64_t top = f->oa_bits < 64 ? 1ull << f->oa_bits : ~0ull;

	if (!c->base)
		return !c->descriptors;
	return !((uintptr_t)c->base % page) && !(c->oa % page) &&
	       !(c->len % page) && c->len && c->oa + c->len > c->oa &&
	       c->oa + c->len <= top && described_ok(c->descriptors);
}

/* Address space for a pool that grows: as much as asked, or what there is. */
static char *reserve(const struct tarry_pool_config *config, uint64_t *len)
{
	uint64_t want = round_up(config->len ? config->len : DEFAULT_RESERVE,
				 1ull << TARRY_CHUNK_LG2);
	char *base;

	for (;;) {
		base = tarry_port_reserve(want, (size_t)1 << TARRY_CHUNK_LG2);
		if (base || config->len || want <= SMALLEST_RESERVE)
			break;
		want /= 2;
	}
	*len = want;
	return base;
}

int tarry_pool_create(const struct tarry_pool_config *config,
		      struct tarry_pool **out)
{
	const struct tarry_format *f = config->format;
	uint64_t len = config->len, waiting;
	char *base = (char *)config->base;
	tarry_oa oa = config->oa;
	unsigned int page_lg2;
	struct tarry_pool *pool;
	struct layout at;

	lock_none_held();
	if (!f || !tarry_policy_name(config->policy))
		return TARRY_EINVAL;
	page_lg2 = config_page_lg2(config);
	if (!page_lg2)
		return TARRY_EINVAL;
	if (!config_fits(config))
		return TARRY_EREGION;
	if (!base) {
		base = reserve(config, &len);
		if (!base)
			return TARRY_ENOMEM;
		oa = (uintptr_t)base;
	}
	if (!layout_region(&at, len, sizeof(*pool), page_lg2, !config->base,
			   config->descriptors) ||
	    !oa_range_ok(f, oa, len)) {
		if (!config->base)
			tarry_port_unreserve(base, len);
		return TARRY_EREGION;
	}
	if (!config->base && !tarry_port_commit(base, at.pages, false)) {
		tarry_port_unreserve(base, len);
		return TARRY_ENOMEM;
	}
	pool = (struct tarry_pool *)base;
	__builtin_memset(pool, 0, sizeof(*pool));
	pool->window = (uintptr_t)base - oa;
	pool->format = f;
	pool->owner = config->owner;
	pool->limit = config->limit ? config->limit : ~0ull;
	waiting =
		config->waiting_limit ? config->waiting_limit : DEFAULT_WAITING;
	pool->data_waiting_limit = waiting / TARRY_PORT_SHARDS;
	pool->table_waiting_limit = waiting / TARRY_PORT_SHARDS / TABLES_SHARE;
	pool->keep = config->keep;
	pool->reserved = !config->base;
	pool->policy = config->policy;
	pool->companions = config->companions;
	pool->page_lg2 = (uint8_t)page_lg2;
	pool->chunk_lg2 = chunk_lg2(pool->reserved);
	pool->own_len = len;
	pool->fragment_shift = most_fragments_lg2(pool);
	shards_init(pool);
	/* Page 0 is no page: id 0 ends chains. */
	region_init(pool, &pool->regions[0], base, oa, config->descriptors, &at,
		    1, 0);
	tarry_store(&pool->n_regions, 1, TARRY_RELEASE);
	*out = pool;
	return 0;
}

int tarry_pool_add(struct tarry_pool *pool, void *base, tarry_oa oa,
		   uint64_t len)
{
	return tarry_pool_add_described(pool, base, oa, len, NULL);
}

int tarry_pool_add_described(struct tarry_pool *pool, void *base, tarry_oa oa,
			     uint64_t len, void *descriptors)
{
	struct tarry_pool_config as = {.format = pool->format,
				       .backing_lg2 = pool->page_lg2,
				       .base = base,
				       .oa = oa,
				       .len = len,
				       .descriptors = descriptors};
	struct tarry_region *last, *r;
	struct layout at;
	int err = TARRY_EREGION;
	uint32_t n;

	if (!base || !config_fits(&as) || pool->reserved ||
	    (uintptr_t)base - oa != pool->window ||
	    !layout_region(&at, len, 0, pool->page_lg2, false, descriptors))
		return TARRY_EREGION;
	lock_take(&pool->lock, TARRY_RANK_POOL);
	n = tarry_load(&pool->n_regions, TARRY_RELAXED);
	for (uint32_t i = 0; i < n; i++) {
		/* A region begins with its descriptors, before r->oa. */
		tarry_oa start =
			i ? (uintptr_t)pool->regions[i].chunks - pool->window
			  : (uintptr_t)pool - pool->window;
		tarry_oa end = pool->regions[i].oa + pool->regions[i].len;

		if (oa < end && start < oa + len)
			goto out;
	}
	if (n == TARRY_REGIONS)
		goto out;
	last = &pool->regions[n - 1];
	r = &pool->regions[n];
	if ((((uint64_t)last->first + last->n_pages + at.n_pages)
	     << pool->fragment_shift) >>
	    32)
		goto out;
	region_init(pool, r, (char *)base, oa, descriptors, &at,
		    last->first + last->n_pages,
		    last->first_chunk + last->n_chunks);
	/* Pairs with the acquire loads in block.c and table.c. */
	tarry_store(&pool->n_regions, n + 1, TARRY_RELEASE);
	err = 0;
out:
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	return err;
}

int tarry_pool_destroy(struct tarry_pool *pool)
{
	bool busy;

	tarry_pool_drain(pool);
	/* rule: nothing-left: every table is accounted for, to the last one */
	lock_take(&pool->lock, TARRY_RANK_POOL);
	busy = pool->spaces || pool->table_bytes;
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	if (busy)
		return TARRY_EBUSY;
	/* The deferred call may still be on its way out of the pool. */
	tarry_port_barrier();
	if (pool->reserved)
		tarry_port_unreserve(pool, pool->own_len);
	return 0;
}

uint64_t tarry_pool_trim(struct tarry_pool *pool)
{
	uint64_t returned;

	lock_take(&pool->lock, TARRY_RANK_POOL);
	returned = tarry_block_trim(pool);
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	return returned;
}

void tarry_pool_stats(struct tarry_pool *pool, struct tarry_pool_stats *stats)
{
	*stats = (struct tarry_pool_stats){0};
	for (unsigned int i = 0; i < TARRY_PORT_SHARDS; i++) {
		struct tarry_shard *shard = &pool->shards[i];
		struct tarry_batch *parts[3];

		lock_take(&shard->lock, TARRY_RANK_SHARD);
		parts[0] = shard->open;
		parts[1] = shard->with_defer;
		parts[2] = shard->with_helper;
		for (unsigned int j = 0; j < 3; j++) {
			/* The counts of a batch in flight stand still until its
			 * owner, with this lock, counts it as retired. */
			if (!parts[j])
				continue;
			stats->waiting += parts[j]->detached.n;
			stats->waiting_pages += parts[j]->n_runs;
			stats->waiting_bytes +=
				parts[j]->detached.bytes + parts[j]->data_bytes;
		}
		stats->retired += shard->retired;
		stats->released += shard->released;
		stats->grace_periods += shard->grace_periods;
		stats->helped += shard->helped;
		lock_drop(&shard->lock, TARRY_RANK_SHARD);
	}
	lock_take(&pool->lock, TARRY_RANK_POOL);
	for (unsigned int i = 0; i < TARRY_MAX_LEVELS; i++)
		stats->tables[i] = pool->tables[i];
	stats->table_bytes = pool->table_bytes;
	stats->descriptor_bytes = pool->descriptor_committed;
	stats->committed_bytes = pool->committed;
	if (pool->companions)
		stats->companion_bytes = pool->tables[0]
					 << facts(pool->format)->table_lg2[0];
	stats->backing_bytes = pool->table_pages << pool->page_lg2;
	stats->free_bytes = pool->hot_pages << pool->page_lg2;
	stats->returned_bytes = pool->returned;
	stats->failed = pool->failed;
	stats->kept = pool->kept;
	stats->kept_bytes = pool->kept_bytes;
	stats->lost_bytes = pool->lost_bytes;
	lock_drop(&pool->lock, TARRY_RANK_POOL);
}
