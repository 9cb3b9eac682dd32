/* SPDX-License-Identifier: MIT */
/*
 * The arena: pages, stamps, references.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "stress_arena.h"

/* Untouched parts of a large array take no memory. */
static void *zeroes(uint64_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static uint32_t words_of(uint32_t chunk_pages)
{
	return (chunk_pages + 63) / 64;
}

static void list_add(struct arena *a, struct arena_bin *bin, unsigned int list,
		     uint32_t chunk)
{
	struct arena_chunk *c = &a->chunks[chunk];

	c->prev = 0;
	c->next = bin->lists[list];
	if (c->next)
		a->chunks[c->next - 1].prev = chunk + 1;
	bin->lists[list] = chunk + 1;
}

static void list_remove(struct arena *a, struct arena_bin *bin,
			unsigned int list, uint32_t chunk)
{
	struct arena_chunk *c = &a->chunks[chunk];

	if (c->prev)
		a->chunks[c->prev - 1].next = c->next;
	else
		bin->lists[list] = c->next;
	if (c->next)
		a->chunks[c->next - 1].prev = c->prev;
}

uint64_t arena_bytes(uint64_t singles, uint64_t chunks, uint32_t chunk_pages)
{
	return (singles + chunks * chunk_pages) *
	       (sizeof(uint64_t) + sizeof(uint32_t));
}

bool arena_create(struct arena *a, uint64_t singles, uint64_t chunks,
		  uint32_t bins, uint32_t chunk_pages, unsigned int page_lg2)
{
	uint64_t single_chunks = (singles + chunk_pages - 1) / chunk_pages;
	uint32_t words = words_of(chunk_pages);

	memset(a, 0, sizeof(*a));
	/* Every bin has its part of both kinds. */
	single_chunks = (single_chunks + bins - 1) / bins * bins;
	chunks = (chunks + bins - 1) / bins * bins;
	a->n_chunks = (uint32_t)(single_chunks + chunks);
	a->n_pages = a->n_chunks * chunk_pages;
	a->n_bins = bins;
	a->chunk_pages = chunk_pages;
	a->page_lg2 = page_lg2;
	a->stamps = zeroes((uint64_t)a->n_pages * sizeof(*a->stamps));
	a->refs = zeroes((uint64_t)a->n_pages * sizeof(*a->refs));
	a->chunks = calloc(a->n_chunks, sizeof(*a->chunks));
	a->free_words = calloc((size_t)a->n_chunks * words, sizeof(uint64_t));
	a->bins = aligned_alloc(64, bins * sizeof(*a->bins));
	if (!a->stamps || !a->refs || !a->chunks || !a->free_words ||
	    !a->bins) {
		arena_destroy(a);
		return false;
	}
	memset(a->bins, 0, bins * sizeof(*a->bins));
	for (uint32_t i = 0; i < bins; i++)
		pthread_mutex_init(&a->bins[i].lock, NULL);
	for (uint32_t i = a->n_chunks; i-- > 0;) {
		struct arena_chunk *c = &a->chunks[i];

		c->free = &a->free_words[(size_t)i * words];
		for (uint32_t p = 0; p < chunk_pages; p++)
			c->free[p / 64] |= 1ull << p % 64;
		c->n_free = chunk_pages;
		c->bin = i % bins;
		c->whole_only = i >= single_chunks;
		list_add(a, &a->bins[c->bin],
			 c->whole_only ? ARENA_BIG : ARENA_WHOLE, i);
	}
	return true;
}

void arena_destroy(struct arena *a)
{
	if (a->bins)
		for (uint32_t i = 0; i < a->n_bins; i++)
			pthread_mutex_destroy(&a->bins[i].lock);
	if (a->stamps)
		munmap(a->stamps, (uint64_t)a->n_pages * sizeof(*a->stamps));
	if (a->refs)
		munmap(a->refs, (uint64_t)a->n_pages * sizeof(*a->refs));
	free(a->chunks);
	free(a->free_words);
	free(a->bins);
	memset(a, 0, sizeof(*a));
}

static uint32_t take_one(struct arena *a, uint32_t bin)
{
	struct arena_bin *b = &a->bins[bin % a->n_bins];
	uint32_t chunk, page = 0;
	struct arena_chunk *c;

	pthread_mutex_lock(&b->lock);
	if (!b->lists[ARENA_PARTIAL] && b->lists[ARENA_WHOLE]) {
		chunk = b->lists[ARENA_WHOLE] - 1;
		list_remove(a, b, ARENA_WHOLE, chunk);
		list_add(a, b, ARENA_PARTIAL, chunk);
	}
	chunk = b->lists[ARENA_PARTIAL] - 1;
	if (chunk == ARENA_NONE) {
		pthread_mutex_unlock(&b->lock);
		return ARENA_NONE;
	}
	c = &a->chunks[chunk];
	while (!c->free[page])
		page++;
	page = page * 64 + (uint32_t)__builtin_ctzll(c->free[page]);
	c->free[page / 64] &= ~(1ull << page % 64);
	if (--c->n_free == 0)
		list_remove(a, b, ARENA_PARTIAL, chunk);
	pthread_mutex_unlock(&b->lock);
	return chunk * a->chunk_pages + page;
}

static uint32_t take_whole(struct arena *a, uint32_t bin)
{
	struct arena_bin *b = &a->bins[bin % a->n_bins];
	uint32_t chunk;

	pthread_mutex_lock(&b->lock);
	chunk = b->lists[ARENA_BIG] - 1;
	if (chunk != ARENA_NONE) {
		struct arena_chunk *c = &a->chunks[chunk];

		list_remove(a, b, ARENA_BIG, chunk);
		memset(c->free, 0,
		       words_of(a->chunk_pages) * sizeof(c->free[0]));
		c->n_free = 0;
	}
	pthread_mutex_unlock(&b->lock);
	return chunk == ARENA_NONE ? chunk : chunk * a->chunk_pages;
}

uint32_t arena_take(struct arena *a, uint32_t bin)
{
	uint32_t page = ARENA_NONE;

	for (uint32_t i = 0; i < a->n_bins && page == ARENA_NONE; i++)
		page = take_one(a, bin + i);
	return page;
}

uint32_t arena_take_chunk(struct arena *a, uint32_t bin)
{
	uint32_t page = ARENA_NONE;

	for (uint32_t i = 0; i < a->n_bins && page == ARENA_NONE; i++)
		page = take_whole(a, bin + i);
	return page;
}

static void give_back_locked(struct arena *a, struct arena_bin *b,
			     uint32_t page)
{
	uint32_t chunk = page / a->chunk_pages, bit = page % a->chunk_pages;
	struct arena_chunk *c = &a->chunks[chunk];

	c->free[bit / 64] |= 1ull << bit % 64;
	c->n_free++;
	if (c->whole_only) {
		if (c->n_free == a->chunk_pages)
			list_add(a, b, ARENA_BIG, chunk);
		return;
	}
	if (c->n_free == 1)
		list_add(a, b, ARENA_PARTIAL, chunk);
	if (c->n_free == a->chunk_pages) {
		list_remove(a, b, ARENA_PARTIAL, chunk);
		list_add(a, b, ARENA_WHOLE, chunk);
	}
}

void arena_give_back(struct arena *a, uint32_t page, uint32_t n)
{
	for (uint32_t end = page + n; page < end; page++) {
		struct arena_bin *b =
			&a->bins[a->chunks[page / a->chunk_pages].bin];

		pthread_mutex_lock(&b->lock);
		give_back_locked(a, b, page);
		pthread_mutex_unlock(&b->lock);
	}
}

void arena_stamp(struct arena *a, uint32_t page, uint32_t id)
{
	uint64_t was =
		atomic_load_explicit(&a->stamps[page], memory_order_relaxed);

	if (was & STAMP_LIVES)
		a->broken(a->ctx, page, "was handed out while it lived");
	atomic_fetch_add_explicit(&a->live, 1, memory_order_relaxed);
	atomic_store_explicit(&a->refs[page], 1, memory_order_relaxed);
	atomic_store_explicit(
		&a->stamps[page],
		STAMP_LIVES | (was & ~STAMP_LIVES & ~0xffffffffull) | id,
		memory_order_release);
}

bool arena_get(struct arena *a, uint32_t page, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		/* Fully ordered: tarry_pin() compares after it. */
		if (atomic_fetch_add(&a->refs[page + i], 1))
			continue;
		atomic_fetch_sub(&a->refs[page + i], 1);
		a->broken(a->ctx, page + i,
			  "was referenced after its last reference ended");
		while (i-- > 0)
			atomic_fetch_sub(&a->refs[page + i], 1);
		return false;
	}
	atomic_fetch_add_explicit(&a->taken, n, memory_order_relaxed);
	return true;
}

static void poison(struct arena *a, uint32_t page)
{
	uint64_t was =
		atomic_load_explicit(&a->stamps[page], memory_order_relaxed);

	atomic_store(&a->stamps[page],
		     ((((was & ~STAMP_LIVES) >> 32) + 1) << 32) & ~STAMP_LIVES);
}

void arena_put(struct arena *a, uint32_t page, uint32_t n)
{
	uint32_t end = page + n;

	while (page < end) {
		/* Pages of one chunk share a bin. */
		uint32_t chunk = page / a->chunk_pages;
		uint32_t stop = (chunk + 1) * a->chunk_pages;
		struct arena_bin *b = &a->bins[a->chunks[chunk].bin];
		uint32_t died = 0;

		if (stop > end)
			stop = end;
		pthread_mutex_lock(&b->lock);
		for (; page < stop; page++) {
			uint32_t refs = atomic_fetch_sub(&a->refs[page], 1);

			if (refs > 1)
				continue;
			if (refs == 0) {
				atomic_fetch_add(&a->refs[page], 1);
				a->broken(a->ctx, page, "was released twice");
				continue;
			}
			poison(a, page);
			give_back_locked(a, b, page);
			died++;
		}
		pthread_mutex_unlock(&b->lock);
		atomic_fetch_sub_explicit(&a->live, died, memory_order_relaxed);
	}
}
