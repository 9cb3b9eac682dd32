/* SPDX-License-Identifier: MIT */
/*
 * The plan: what the space holds, and what is known of it.
 *
 * The addresses are cut into blocks, each under one slot of level 1.  Blocks
 * that touch make a stripe.  A stripe is owned by one writer, which then knows
 * every page of it (a record each: the oracle), or shared by all, where only
 * what holds for any order of events can be checked.  In a steady stripe
 * nothing is ever taken away: its pages may change size, rights and place, but
 * a reader must find them at every instant.
 *
 * A stripe may have a second place, its twin, that pages move to and from; a
 * page is at one of both, and is the same page of the plan at either.
 */
#ifndef STRESS_PLAN_H
#define STRESS_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tarry/tarry.h"

#define PLAN_SHARED UINT32_MAX
/* Pairs: without and with TARRY_W, so that a clone takes one to the other. */
#define PLAN_RIGHTS    8
#define PLAN_NO_TARGET UINT32_MAX

/*
 * A record, one word so that readers copy it whole:
 *   31:0   page of the arena, or payload of the mark
 *   34:32  rights, index
 *   35 36  accessed, dirty
 *   38:37  what: empty, leaf, mark
 *   39     in a large leaf
 *   40     at the twin
 *   41     the process had a page here
 */
#define RECORD_RIGHTS_SHIFT 32
#define RECORD_ACCESSED	    (1ull << 35)
#define RECORD_DIRTY	    (1ull << 36)
#define RECORD_WHAT_SHIFT   37
#define RECORD_LARGE	    (1ull << 39)
#define RECORD_AWAY	    (1ull << 40)
#define RECORD_HOME	    (1ull << 41)

enum record_what { RECORD_EMPTY, RECORD_LEAF, RECORD_MARK };

static inline enum record_what record_what(uint64_t r)
{
	return (enum record_what)(r >> RECORD_WHAT_SHIFT & 3);
}

static inline uint32_t record_page(uint64_t r)
{
	return (uint32_t)r;
}

static inline unsigned int record_rights(uint64_t r)
{
	return r >> RECORD_RIGHTS_SHIFT & 7;
}

static inline bool record_at(uint64_t r, bool away)
{
	return record_what(r) != RECORD_EMPTY &&
	       ((r & RECORD_AWAY) != 0) == away;
}

struct plan_block {
	/* Odd while its owner changes it; readers that find the same even
	 * number before and after know exactly what they must have seen. */
	_Atomic uint64_t version;
	/* Index of the rights that a change under way gives, or
	 * PLAN_NO_TARGET. */
	_Atomic uint32_t target;
	uint32_t stripe;
	bool spare; /* owner's: its large leaf took a spare along */
};

struct plan_stripe {
	tarry_va va, twin; /* twin 0: none */
	uint32_t first, n; /* blocks */
	uint32_t owner;	   /* writer, or PLAN_SHARED */
	bool steady;
	/* Nothing else lives in its spans of level 2, at either place. */
	bool alone;
};

/* Where the plan came from, as counts. */
struct plan_source {
	uint64_t regions;
	uint64_t pages, pages_built; /* small pages */
	uint64_t large_built;	     /* blocks that are one leaf */
	uint64_t marks_built;
	uint64_t bench_blocks; /* added to what the process had */
};

struct plan {
	const struct tarry_format *format;
	unsigned int page_lg2, block_lg2;
	uint32_t per_block; /* pages */
	struct plan_block *blocks;
	_Atomic uint64_t *records; /* per_block for each block */
	struct plan_stripe *stripes;
	uint32_t n_blocks, n_stripes;
	tarry_rights rights[PLAN_RIGHTS];
	/* Addresses that the stress never maps, and that are no addresses: the
	 * first after the lowest; 0 where 64 bits are all addresses. */
	tarry_va nowhere, invalid;
	/* A span of level 2 for each writer, for leaves of that level; 0 where
	 * the format has none. */
	tarry_va giants;
	struct plan_source source;
};

/* Runs of what the process has, as the layout says it. */
struct plan_run {
	tarry_va va;
	uint64_t pages; /* of the format */
	unsigned int rights;
	bool large, mark;
};

struct plan_input {
	struct plan_run *runs; /* in rising va, without overlaps */
	size_t n, room;
	uint64_t regions, pages;
};

/* Stripes, owners and records for the runs, without any page yet; *sentence
 * says why not. */
bool plan_create(struct plan *plan, const struct tarry_format *format,
		 const struct plan_input *input, uint64_t max_pages,
		 uint32_t writers, uint64_t seed, const char **sentence);
void plan_destroy(struct plan *plan);
/* Pages, and large pages, that the arena needs for it. */
void plan_needs(const struct plan *plan, uint64_t *singles, uint64_t *chunks);

/* What a record says is to be built, before it is: see plan_create(). */
#define RECORD_BUILD_SINGLE (1ull << 42)
#define RECORD_BUILD_LARGE  (1ull << 43)
#define RECORD_BUILD_MARK   (1ull << 44)
#define RECORD_BUILD	    (7ull << 42)

static inline _Atomic uint64_t *plan_record(const struct plan *p, uint32_t id)
{
	return &p->records[id];
}

static inline uint64_t plan_recorded(const struct plan *p, uint32_t id)
{
	return atomic_load_explicit(&p->records[id], memory_order_relaxed);
}

static inline void plan_write(const struct plan *p, uint32_t id, uint64_t r)
{
	atomic_store_explicit(&p->records[id], r, memory_order_relaxed);
}

static inline struct plan_stripe *plan_stripe_of(const struct plan *p,
						 uint32_t id)
{
	return &p->stripes[p->blocks[id / p->per_block].stripe];
}

/* The address of a page of the plan, at home or at its twin. */
static inline tarry_va plan_va(const struct plan *p, uint32_t id, bool away)
{
	const struct plan_stripe *s = plan_stripe_of(p, id);
	uint64_t page = id - (uint64_t)s->first * p->per_block;

	return (away ? s->twin : s->va) + (page << p->page_lg2);
}

#endif
