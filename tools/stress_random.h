/* SPDX-License-Identifier: MIT */
/*
 * Random numbers of one thread, fixed by the seed that the report prints.
 */
#ifndef STRESS_RANDOM_H
#define STRESS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct stress_random {
	uint64_t state;
};

/* splitmix64: any seed is a good seed. */
static inline uint64_t random_next(struct stress_random *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* 0 to n - 1; n is far below 2^32, so the bias does not show. */
static inline uint32_t random_below(struct stress_random *r, uint32_t n)
{
	return (uint32_t)((random_next(r) >> 32) * n >> 32);
}

static inline bool random_once_in(struct stress_random *r, uint32_t n)
{
	return random_below(r, n) == 0;
}

#endif
