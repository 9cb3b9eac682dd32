/* SPDX-License-Identifier: MIT */
/*
 * Runs, taken apart and joined by one CPU while the other is at work in them.
 */
#include "smp.h"

/* A run of the smallest leaves. */
static bool region_of_run(void)
{
	uint64_t len = world.page << world.format->run_lg2[0];

	return smp_region(len, len);
}

static bool is_run(void)
{
	return sw_len(world.arena) == smp.len;
}

static void part_region(void)
{
	expect(!tarry_unmap(world.space, world.arena, world.page, NULL));
	expect(sw_len(world.arena + world.page) == world.page);
}

static void join_region(void)
{
	struct tarry_how how = {.levels = 1};

	/* Clean: what is dirty afterwards was written. */
	expect(!tarry_map(world.space, world.arena, frame(smp.first),
			  world.page, RW, &how));
	expect(is_run());
}

static void part_and_join_region(void)
{
	part_region();
	join_region();
}

static void nothing_back(void)
{
}

static void dirty_survives_a_run_taken_apart(void)
{
	smp_begin();
	if (!region_of_run()) {
		fail("not enough memory for a run");
		return;
	}
	smp.low = 1; /* that one goes and comes */
	smp_dirty_survives(part_and_join_region, nothing_back, 200);
}

/* The pages of odd numbers are taken away or protected, one at a time; the
 * others are there always.  smp.state has the number of the page that is not as
 * the others, or 0: a run. */
#define PAGE	 0xfffu
#define READABLE (1u << 30) /* but not to be written */
#define CHANGING (1u << 31)

/* Who finds the same state before an access and after it, knows what it must
 * have found. */
static void say_state(uint32_t state)
{
	static uint32_t round; /* in the midst: no state comes back soon */

	round = (round + 1) % (1u << 18);
	tarry_store(&smp.state, state | round << 12, TARRY_SEQ_CST);
}

static bool same_state(uint32_t before)
{
	tarry_fence(TARRY_SEQ_CST);
	return !(before & CHANGING) &&
	       tarry_load(&smp.state, TARRY_ACQUIRE) == before;
}

static void reads_writes_translates_a_run(void)
{
	uint64_t faults = 0;

	while (!smp_stopped()) {
		uint64_t p = smp_page(), va = world.arena + p * world.page;
		uint64_t to = frame(smp.first + (unsigned int)p);
		uint64_t value = 0, oa = 0, written = rnd(&smp.seed), len;
		uint32_t state = tarry_load(&smp.state, TARRY_ACQUIRE);
		bool out = (state & PAGE) == p && p, reads, writes, knows;
		bool absent = true;

		reads = hw_read_retry(va, &value, &faults);
		writes = hw_write_retry(va + 8, written, &faults);
		knows = sw_oa(va, &oa);
		len = sw_len(va);
		if (reads && value != to)
			smp_wrong(va, value);
		if (knows && oa != to)
			smp_wrong(va, oa);
		if (writes &&
		    ((volatile uint64_t *)(uintptr_t)to)[1] != written)
			smp_wrong(va + 8, written);
		if (machine_translate(va, &oa, &absent) && !absent && oa != to)
			smp_wrong(va, oa);
		if (!(p & 1) && (!reads || !writes || !knows))
			smp_lost(va);
		if (same_state(state)) {
			bool there = !out || state & READABLE;

			smp.steady++;
			smp.stale += out && (writes || (reads && !there));
			if ((there && !reads) || (!out && !writes) ||
			    knows != there)
				smp_lost(va);
			if (there &&
			    len != (state & PAGE ? world.page
						 : smp.len - p * world.page))
				smp_wrong(va, len);
		}
		smp_turn();
	}
	smp.faults = (uint32_t)faults;
}

static void runs_change_under_the_other(void)
{
	unsigned int rounds = 0;
	uint64_t seed = 3;

	smp_begin();
	if (!region_of_run()) {
		fail("not enough memory for a run");
		return;
	}
	arena_map(world.arena, smp.first, smp.len, RW, 1);
	expect(is_run());
	other_begin(reads_writes_translates_a_run);
	while ((rounds < 300 || smp.overlap < 50) && !smp_late(smp.overlap)) {
		unsigned int p = rnd(&seed) % (smp.len / world.page) | 1;
		uint64_t va = world.arena + p * world.page;
		bool protect = rnd(&seed) & 1;

		say_state(CHANGING);
		if (protect)
			expect(!tarry_protect(world.space, va, world.page,
					      TARRY_R, NULL));
		else
			expect(!tarry_unmap(world.space, va, world.page, NULL));
		say_state(p | (protect ? READABLE : 0));
		for (uint64_t i = rnd(&seed) % 64; i; i--)
			smp_step();
		say_state(CHANGING);
		if (protect)
			expect(!tarry_protect(world.space, va, world.page, RW,
					      NULL));
		else
			arena_map(va, smp.first + p, world.page, RW, 1);
		say_state(0);
		for (uint64_t i = rnd(&seed) % 64; i; i--)
			smp_step();
		tarry_bare_poll();
		rounds++;
	}
	expect(is_run());
	smp_end();
	if (smp.stale)
		fail("%u accesses through what was gone", smp.stale);
	expect(smp.steady > 0);
	arena_clear();
	note("%u times apart and joined, %u looks at what stood still, "
	     "%u faults handled",
	     rounds, smp.steady, smp.faults);
}

void cases_run(void)
{
	const char *no = !other_there() ? "the second CPU is missing"
			 : !world.format->run_lg2[0] ? "no runs in this format"
						     : NULL;

	run_case("a run is taken apart and joined under a CPU that uses it",
		 runs_change_under_the_other, no);
	run_case("no dirty bit is lost where a run is taken apart and joined",
		 dirty_survives_a_run_taken_apart, no ? no : smp_no_bits());
}
