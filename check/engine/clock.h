/* SPDX-License-Identifier: MIT */
/*
 * Vector clocks: for each thread, how many of its events came before.
 */
#ifndef CHECK_CLOCK_H
#define CHECK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Threads of one execution, callbacks included. */
#define CLOCK_THREADS 16

typedef uint16_t vclock __attribute__((vector_size(2 * CLOCK_THREADS)));

static inline void clock_join(vclock *a, const vclock *b)
{
	vclock more = (vclock)(*a > *b);

	*a = (*a & more) | (*b & ~more);
}

/* Every component of @a at most that of @b? */
static inline bool clock_within(const vclock *a, const vclock *b)
{
	union {
		vclock v;
		uint64_t w[CLOCK_THREADS / 4];
	} over = {.v = (vclock)(*a > *b)};
	uint64_t any = 0;

	for (unsigned int i = 0; i < CLOCK_THREADS / 4; i++)
		any |= over.w[i];
	return !any;
}

#endif
