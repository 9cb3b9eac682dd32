/* SPDX-License-Identifier: MIT */
/*
 * A guest that stops: it maps a random lot, says what tarry translates of many
 * addresses, and waits for whoever asks QEMU's own walkers for the same
 * (guests/run.py --oracle).
 */
#include "guest.h"

#define RANGES	  200
#define ADDRESSES 3000

static uint64_t seed = 2026;

static uint64_t below(uint64_t n)
{
	return rnd(&seed) % n;
}

/* Offsets of all sizes: near each other, and in every corner of the arena. */
static uint64_t somewhere(void)
{
	unsigned int bits = world.format->va_bits - 3;
	uint64_t lg2 = world.format->page_lg2 + 1 +
		       below(bits - world.format->page_lg2 - 1);

	return below(1ull << lg2) & ~7ull;
}

void oracle_hold(void)
{
	static uint64_t at[RANGES];
	struct tarry_how how = {.levels = world.large + 1};

	for (unsigned int i = 0; i < RANGES; i++) {
		uint64_t len = (1 + below(64)) * world.page;

		at[i] = somewhere() & ~(world.page - 1);
		tarry_map(world.space, world.arena + at[i],
			  frame((unsigned int)below(world.n_frames - 64)), len,
			  below(2) ? RW | AD : TARRY_R | AD, &how);
	}
	/* Leaves of every size that there is memory behind. */
	for (unsigned int l = 1; l <= world.large; l++) {
		uint64_t span = 1ull << world.format->span_lg2[l];

		tarry_map(world.space,
			  world.arena + (somewhere() & ~(span - 1)),
			  frame(1) & ~(span - 1), span, RW | AD, &how);
	}
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		uint64_t va = world.arena, oa;

		va += below(2) ? at[below(RANGES)] + below(80 * world.page)
			       : somewhere();
		va &= ~7ull;
		if (sw_oa(va, &oa))
			say("? %lx %lx\n", va, oa);
		else
			say("? %lx -\n", va);
	}
	say("# hold\n");
	for (;;)
		machine_relax();
}
