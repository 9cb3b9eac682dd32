/* SPDX-License-Identifier: MIT */
/*
 * One CPU: changes, and what the hardware makes of them.
 */
#include "guest.h"

static uint64_t span(unsigned int level)
{
	return 1ull << world.format->span_lg2[level];
}

/* [va, va + len) leads to frames from @n on, for hardware and software. */
static void expect_frames(uint64_t va, unsigned int n, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += world.page, n++) {
		uint64_t value = 0, oa = 0;

		if (!hw_read(va + at, &value) || value != frame(n)) {
			fail("hardware reads %lx at %lx, not %lx", value,
			     va + at, frame(n));
			return;
		}
		if (!sw_oa(va + at, &oa) || oa != frame(n)) {
			fail("software finds %lx at %lx, not %lx", oa, va + at,
			     frame(n));
			return;
		}
	}
}

static void expect_nothing(uint64_t va, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += world.page) {
		uint64_t value;

		if (hw_read(va + at, &value) || sw_oa(va + at, &value)) {
			fail("something is mapped at %lx", va + at);
			return;
		}
	}
}

/* How many pages a case maps: a table of level 0, or 16M of it. */
static uint64_t some(void)
{
	uint64_t len = span(1), most = 16ull << 20;

	return len < most ? len : most;
}

static void unmap_takes_and_map_brings(void)
{
	uint64_t len = 8 * world.page, va = world.arena;

	for (unsigned int turn = 0; turn < 4; turn++) {
		arena_map(va, 8 * turn, len, RW, 1);
		expect_frames(va, 8 * turn, len);
		expect(!tarry_unmap(world.space, va, len, NULL));
		expect_nothing(va, len);
	}
}

/* The control: hardware does remember, so that what the cases show of
 * invalidations is theirs.  It may also forget by itself: not every time. */
static void without_invalidation_stale(void)
{
	uint64_t va = world.arena, value = 0;
	unsigned int stale = 0;

	for (unsigned int turn = 0; turn < 20; turn++) {
		arena_map(va, 1, world.page, RW, 1);
		expect(hw_read(va, &value) && value == frame(1));
		port_mute = true;
		expect(!tarry_unmap(world.space, va, world.page, NULL));
		arena_map(va, 2, world.page, RW, 1);
		expect(hw_read(va, &value));
		stale += value == frame(1); /* as it was */
		port_mute = false;
		machine_forget(va, world.page);
		expect(hw_read(va, &value));
		expect(value == frame(2));
		expect(!tarry_unmap(world.space, va, world.page, NULL));
	}
	expect(stale > 0);
	note("%u of 20 reads were stale", stale);
}

static void marks_fault_and_keep(void)
{
	uint64_t va = world.arena, value;
	struct tarry_hit hit;

	expect(!tarry_mark(world.space, va, 4 * world.page, 0x1234, NULL));
	expect(!hw_read(va + world.page, &value));
	tarry_read_begin();
	expect(tarry_translate(world.space, va, &hit) == TARRY_EMARK);
	expect(hit.oa == 0x1234);
	tarry_read_end();
	expect(!tarry_unmap(world.space, va + world.page, world.page, NULL));
	arena_map(va + world.page, 3, world.page, RW, 1);
	expect_frames(va + world.page, 3, world.page);
	expect(!hw_read(va, &value));
	arena_clear();
}

static void collapse_and_split_keep(void)
{
	uint64_t len = span(1), va = world.arena;
	unsigned int n = (unsigned int)(-world.frames / world.page) &
			 (unsigned int)(len / world.page - 1);

	if (frame(n) + len > frame(0) + world.n_frames * world.page) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	arena_map(va, n, len, RW, 1);
	expect_frames(va, n, some());
	expect(!tarry_collapse(world.space, va, 1, 0, NULL, NULL));
	expect_frames(va, n, some());
	expect(!tarry_split(world.space, va, 1, NULL));
	expect_frames(va, n, some());
	/* Part of it goes: taken apart by itself. */
	expect(!tarry_collapse(world.space, va, 1, 0, NULL, NULL));
	expect(!tarry_unmap(world.space, va + world.page, world.page, NULL));
	expect_nothing(va + world.page, world.page);
	expect_frames(va + 2 * world.page, n + 2, some() - 2 * world.page);
	arena_clear();
}

static void move_takes_along(void)
{
	uint64_t va = world.arena, to = va + span(1), len = 16 * world.page;

	arena_map(va, 5, len, RW, 1);
	expect_frames(va, 5, len);
	expect(!tarry_move(world.space, va, to + world.page, len, NULL));
	expect_frames(to + world.page, 5, len);
	expect_nothing(va, len);
	/* A whole table, by its entry. */
	arena_clear();
	arena_map(va, 0, some() < span(1) ? some() : span(1), RW, 1);
	expect(!tarry_move(world.space, va, to, span(1), NULL));
	expect_frames(to, 0, some());
	arena_clear();
}

static void cpu_and_library_translate_alike(void)
{
	uint64_t seed = 7, va = world.arena, oa, mine;
	unsigned int found = 0;
	bool absent;

	for (unsigned int i = 0; i < 64; i++)
		arena_map(va + i * 3 * world.page, i, 2 * world.page, RW, 1);
	for (unsigned int i = 0; i < 4000; i++) {
		uint64_t at = va + rnd(&seed) % (192 * world.page);

		at &= ~7ull;
		if (!machine_translate(at, &oa, &absent)) {
			note("no such instruction");
			break;
		}
		if (sw_oa(at, &mine) == absent || (!absent && oa != mine)) {
			fail("%lx: the CPU says %lx, tarry %lx", at, oa, mine);
			break;
		}
		found += !absent;
	}
	if (found)
		note("%u of 4000 mapped", found);
	arena_clear();
}

void cases_change(void)
{
	run_case("unmap takes away, map brings", unmap_takes_and_map_brings,
		 NULL);
	run_case("without invalidation the CPU reads what was (control)",
		 without_invalidation_stale, NULL);
	run_case("marks fault, and keep their payload", marks_fault_and_keep,
		 NULL);
	run_case("collapse and split keep what is mapped",
		 collapse_and_split_keep,
		 world.large ? NULL : "no large leaves on this machine");
	run_case("move takes along, and leaves nothing", move_takes_along,
		 NULL);
	run_case("the CPU's own translation is tarry's",
		 cpu_and_library_translate_alike, NULL);
}
