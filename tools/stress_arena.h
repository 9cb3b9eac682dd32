/* SPDX-License-Identifier: MIT */
/*
 * The arena: data pages of the stress's own.
 *
 * There is no memory behind them, only a stamp for each: which page of the
 * space it was mapped for, how many lives it had, and whether it lives.  The
 * owner's references (mappings, pins) are counted beside it; when the library
 * has given the last one back the stamp is poisoned before the page can be
 * used again.  So a reader that finds poison, or a stamp that changes while
 * its section is open, has caught a page that was released too early.
 */
#ifndef STRESS_ARENA_H
#define STRESS_ARENA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define ARENA_NONE UINT32_MAX
/* Away from 0 and from the output addresses of tables. */
#define ARENA_OA (1ull << 40)

/* Leaves of level 2 have no place in the arena, and no stamps. */
#define GIANT_OA (1ull << 41)

/* Stamp: lives in bit 63, generation in 62:32, page of the plan in 31:0. */
#define STAMP_LIVES (1ull << 63)

struct arena_chunk {
	uint64_t *free; /* bit for each page */
	uint32_t n_free;
	uint32_t next, prev; /* chunks of the same list, index + 1 */
	uint32_t bin;
	bool whole_only; /* pages leave it only all together */
};

enum arena_list { ARENA_WHOLE, ARENA_PARTIAL, ARENA_BIG, ARENA_LISTS };

/* Each writer takes from a bin of its own while it lasts; whoever releases
 * gives back to the bin that a chunk is of. */
struct arena_bin {
	pthread_mutex_t lock;
	uint32_t lists[ARENA_LISTS]; /* first chunk, index + 1 */
} __attribute__((aligned(64)));

struct arena {
	uint32_t n_pages, n_chunks, n_bins;
	uint32_t chunk_pages; /* pages of a large leaf */
	unsigned int page_lg2;
	_Atomic uint64_t *stamps;
	_Atomic uint32_t *refs;
	struct arena_chunk *chunks;
	uint64_t *free_words;
	struct arena_bin *bins;
	_Atomic uint64_t live;	       /* pages with references */
	_Atomic uint64_t released;     /* pages that the library gave back */
	_Atomic uint64_t taken, given; /* references by get(), by put() */
	/* What the stress is told of references that cannot be. */
	void (*broken)(void *ctx, uint32_t page, const char *what);
	void *ctx;
};

/* @singles pages for small leaves, @chunks large pages, in @bins equal parts.
 * False: no memory. */
bool arena_create(struct arena *a, uint64_t singles, uint64_t chunks,
		  uint32_t bins, uint32_t chunk_pages, unsigned int page_lg2);
void arena_destroy(struct arena *a);
/* Bytes that an arena of this size takes. */
uint64_t arena_bytes(uint64_t singles, uint64_t chunks, uint32_t chunk_pages);

/* One page, or a whole large page: not stamped, no reference.  Of another bin
 * if @bin has none; ARENA_NONE if all have none. */
uint32_t arena_take(struct arena *a, uint32_t bin);
uint32_t arena_take_chunk(struct arena *a, uint32_t bin);
/* What was taken and never stamped goes back. */
void arena_give_back(struct arena *a, uint32_t page, uint32_t n);

/* The page lives, for page @id of the plan, with the mapping's reference. */
void arena_stamp(struct arena *a, uint32_t page, uint32_t id);
/* One reference more on each; false if some page has none. */
bool arena_get(struct arena *a, uint32_t page, uint32_t n);
/* One reference less on each; pages without any are poisoned and free. */
void arena_put(struct arena *a, uint32_t page, uint32_t n);

static inline uint64_t arena_oa(const struct arena *a, uint32_t page)
{
	return ARENA_OA + ((uint64_t)page << a->page_lg2);
}

/* The page at an output address; ARENA_NONE outside the arena. */
static inline uint32_t arena_page(const struct arena *a, uint64_t oa)
{
	uint64_t page = (oa - ARENA_OA) >> a->page_lg2;

	return oa >= ARENA_OA && page < a->n_pages ? (uint32_t)page
						   : ARENA_NONE;
}

/* Acquire: what was stamped before the mapping was published is seen. */
static inline uint64_t arena_stamp_of(const struct arena *a, uint32_t page)
{
	return atomic_load_explicit(&a->stamps[page], memory_order_acquire);
}

static inline uint32_t arena_refs(const struct arena *a, uint32_t page)
{
	return atomic_load_explicit(&a->refs[page], memory_order_acquire);
}

#endif
