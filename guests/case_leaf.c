/* SPDX-License-Identifier: MIT */
/*
 * One CPU: leaves of each size, by what the hardware does with them.
 */
#include "guest.h"

/* The one leaf of @level that holds frame @n, mapped at the arena: where that
 * frame is then. */
static uint64_t leaf_map(unsigned int level, unsigned int n,
			 tarry_rights rights)
{
	uint64_t span = 1ull << world.format->span_lg2[level];
	uint64_t base = frame(n) & ~(span - 1);
	struct tarry_how how = {.levels = level + 1};

	expect(!tarry_map(world.space, world.arena, base, span, rights, &how));
	return world.arena + (frame(n) - base);
}

static void leaf_unmap(unsigned int level)
{
	expect(!tarry_unmap(world.space, world.arena,
			    1ull << world.format->span_lg2[level], NULL));
}

static bool leaf_level(unsigned int level)
{
	return level <= world.large && (world.format->leaf_levels >> level & 1);
}

/* Where hardware tells why, it tells the right thing. */
static void expect_fault(struct machine_fault f, uint64_t va, bool absent)
{
	if (!f.faulted) {
		fail("no fault at %lx", va);
		return;
	}
	if (f.va >> 12 != va >> 12)
		fail("a fault at %lx is told as of %lx", va, f.va);
	if (f.absent || f.forbidden)
		expect(f.absent == absent && f.forbidden == !absent);
}

static void leaves_are_read_and_written(void)
{
	for (unsigned int l = 0; l < world.format->levels; l++) {
		uint64_t va, value = 0;

		if (!leaf_level(l))
			continue;
		va = leaf_map(l, 1, RW | AD);
		expect(hw_read(va, &value));
		expect(value == frame(1));
		value = 0xfeed0000 + l;
		expect(!machine_access(MACHINE_WRITE, va + 8, &value).faulted);
		expect(((uint64_t *)(uintptr_t)frame(1))[1] == value);
		leaf_unmap(l);
		expect_fault(machine_access(MACHINE_READ, va, &value), va,
			     true);
		note("level %u", l);
	}
	frame_reset(1);
}

static void leaves_are_refused_by_their_rights(void)
{
	for (unsigned int l = 0; l < world.format->levels; l++) {
		uint64_t va, value = 1;

		if (!leaf_level(l))
			continue;
		va = leaf_map(l, 1, TARRY_R | AD);
		expect(hw_read(va, &value));
		expect_fault(machine_access(MACHINE_WRITE, va + 8, &value),
			     va + 8, false);
		expect(((uint64_t *)(uintptr_t)frame(1))[1] == 0);
		/* In place, without a new mapping. */
		expect(!tarry_protect(world.space, world.arena,
				      1ull << world.format->span_lg2[l], RW,
				      NULL));
		expect(!machine_access(MACHINE_WRITE, va + 8, &value).faulted);
		expect(!tarry_protect(world.space, world.arena,
				      1ull << world.format->span_lg2[l],
				      TARRY_R, NULL));
		expect_fault(machine_access(MACHINE_WRITE, va + 8, &value),
			     va + 8, false);
		leaf_unmap(l);
		frame_reset(1);
	}
}

static void leaves_are_executed_if_they_may(void)
{
	uint64_t value = 0;
	size_t len;
	const char *code = machine_return(&len);
	char *to = (char *)(uintptr_t)(frame(1) + 64);

	for (size_t i = 0; i < len; i++)
		to[i] = code[i];
	machine_code_ready(frame(1) + 64, len);
	for (unsigned int l = 0; l < world.format->levels; l++) {
		uint64_t va;

		if (!leaf_level(l))
			continue;
		va = leaf_map(l, 1, TARRY_R | TARRY_X | AD) + 64;
		expect(!machine_access(MACHINE_EXECUTE, va, &value).faulted);
		leaf_unmap(l);
		va = leaf_map(l, 1, RW | AD) + 64;
		expect_fault(machine_access(MACHINE_EXECUTE, va, &value), va,
			     false);
		leaf_unmap(l);
	}
}

static tarry_rights harvest(uint64_t len, tarry_rights clear)
{
	uint64_t accessed = 0, dirty = 0;
	tarry_rights found = 0;

	expect(!tarry_harvest(world.space, world.arena, len, clear, &accessed,
			      &dirty));
	found |= accessed & 1 ? TARRY_ACCESSED : 0;
	found |= dirty & 1 ? TARRY_DIRTY : 0;
	return found;
}

static void accessed_and_dirty_are_harvested(void)
{
	for (unsigned int l = 0; l < world.format->levels; l++) {
		uint64_t va, value = 0;

		if (!leaf_level(l))
			continue;
		va = leaf_map(l, 0, RW);
		/* The first page of the leaf, wherever the frame is in it. */
		expect(harvest(world.page, 0) == 0);
		expect(hw_read(va, &value));
		expect(harvest(world.page, 0) == TARRY_ACCESSED);
		value = 0;
		expect(!machine_access(MACHINE_WRITE, va + 8, &value).faulted);
		expect(harvest(world.page, 0) == AD);
		/* Cleared, and forgotten by the caches: set anew. */
		leaf_unmap(l);
		va = leaf_map(l, 0, RW | AD);
		expect(hw_read(va, &value));
		if (l == 0) {
			expect(harvest(world.page, AD) == AD);
			expect(harvest(world.page, 0) == 0);
			value = 0;
			machine_access(MACHINE_WRITE, va + 8, &value);
			expect(harvest(world.page, 0) == AD);
		}
		leaf_unmap(l);
	}
}

/* Leaves that say they are one: each leads where it should, what hardware notes
 * on any is known of all, and what remains of them is there alone. */
static void runs_come_apart_and_together(void)
{
	unsigned int n = 1u << world.format->run_lg2[0];
	uint64_t run = n * world.page, part = world.arena + world.page, value;
	unsigned int first = frame_aligned(0, run);
	struct tarry_how how = {.levels = 1};

	expect(!tarry_map(world.space, world.arena, frame(first), run, RW,
			  &how));
	for (unsigned int turn = 0; turn < 2; turn++) {
		expect(sw_len(world.arena) == run);
		for (unsigned int i = 0; i < n; i++)
			expect(hw_read(world.arena + i * world.page, &value) &&
			       value == frame(first + i));
		value = 7;
		expect(!machine_access(MACHINE_WRITE,
				       world.arena + run - world.page + 8,
				       &value)
				.faulted);
		expect(harvest(world.page, 0) == AD);
		expect(!tarry_unmap(world.space, part, world.page, NULL));
		expect_fault(machine_access(MACHINE_READ, part, &value), part,
			     true);
		expect(sw_len(world.arena) == world.page);
		expect(hw_read(world.arena, &value) && value == frame(first));
		expect(harvest(world.page, 0) == AD);
		/* The last one makes it a run again. */
		expect(!tarry_map(world.space, part, frame(first + 1),
				  world.page, RW, NULL));
	}
	expect(sw_len(world.arena) == run);
	expect(!tarry_unmap(world.space, world.arena, run, NULL));
	frame_reset(first + n - 1);
	note("%u pages", n);
}

void cases_leaf(void)
{
	run_case("leaves are read, written, and gone when unmapped",
		 leaves_are_read_and_written, NULL);
	run_case("leaves are refused by their rights",
		 leaves_are_refused_by_their_rights, NULL);
	run_case("leaves are executed if they may be",
		 leaves_are_executed_if_they_may, machine_no_execute());
	run_case("accessed and dirty, set by hardware, are harvested",
		 accessed_and_dirty_are_harvested,
		 world.format->sets_dirty ? NULL
					  : "no such bits in this format");
	run_case("leaves that are one come apart and together",
		 runs_come_apart_and_together,
		 world.format->run_lg2[0] ? NULL : "the format has no runs");
}
