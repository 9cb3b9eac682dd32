/* SPDX-License-Identifier: MIT */
/*
 * Caches of translations, as the processors and devices of a machine have
 * them, one of each kind for a reader:
 *
 *   rests       lazy: told of leaves only while it is awake
 *   broadcasts  forgets at once, and nobody waits for who looked before
 *   fails       condemns what it is told of, and goes on using it until it
 *               answers; to the changes of kind "settle" it does not
 *
 * Whatever a cache still leads to must live, however long it does not answer.
 */
#ifndef STRESS_CACHE_H
#define STRESS_CACHE_H

#include <pthread.h>

#include "stress_check.h"

#define CACHE_ENTRIES 64

enum cache_kind { CACHE_RESTS, CACHE_BROADCASTS, CACHE_FAILS, CACHE_KINDS };

struct cache_entry {
	tarry_va va;
	tarry_oa oa; /* 0: nothing is cached here */
	uint64_t stamp;
	bool condemned;
};

struct cache {
	struct tarry_listener listener;
	struct stress *run;
	enum cache_kind kind;
	bool rests;
	/* A walk and what is cached of it are one to whoever tells. */
	pthread_mutex_t lock;
	struct cache_entry entries[CACHE_ENTRIES];
};

/* They listen from now on, for one reader. */
void caches_begin(struct cache *caches, struct stress *run);
void caches_end(struct cache *caches);

/* One lookup of page @id at a cache of @caches, in an open section. */
void cache_ask(struct stress_thread *t, struct cache *caches, uint32_t id,
	       bool away, uint64_t offset, struct section *held);
/* Outside of sections: goes to rest, or wakes up. */
void cache_turn(struct cache *caches);

/* What the calling thread sends from now on is (not) answered by "fails". */
void caches_answer(bool answer);

#endif
