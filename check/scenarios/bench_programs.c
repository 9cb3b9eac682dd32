/* SPDX-License-Identifier: MIT */
/*
 * The programs that "tarry-check bench" times: two levels written by hand, as
 * other checkers are measured with them, and the library at three levels.
 */
#include "bed.h"

static struct {
	uint64_t *root; /* two slots */
} s;

static void setup(void)
{
	s.root = check_alloc(16, "root");
	for (unsigned int i = 0; i < 2; i++)
		s.root[i] =
			(uint64_t)(uintptr_t)check_alloc(16, "leaf table %u");
}

static void walk(void)
{
	uint64_t *leaf;

	tarry_port_read_begin();
	leaf = (uint64_t *)(uintptr_t)tarry_load(&s.root[0], TARRY_ACQUIRE);
	if (leaf)
		(void)tarry_load(&leaf[0], TARRY_RELAXED);
	tarry_port_read_end();
}

static void remove_slot(unsigned int i)
{
	uint64_t old = tarry_exchange(&s.root[i], 0, TARRY_ACQ_REL);

	tarry_port_synchronize();
	check_free((void *)(uintptr_t)old);
}

static void remove_0(void)
{
	remove_slot(0);
}

static void remove_1(void)
{
	remove_slot(1);
}

static void setup_library(void)
{
	bed_open(3, 0);
	bed_map(0, 10, 1);
	bed_map(4, 14, 1);
}

static void map(void)
{
	check_assert(!bed_map(2, 12, 1));
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void read(void)
{
	int page = bed_read(0);

	check_assert(page == 10 || page == -1);
}

CHECK_SCENARIO(bench_two_levels_2, .about = "a walk, a removal",
	       .shared = CHECK_OBJECT(s), .setup = setup,
	       .threads = {{"walk", walk}, {"remove", remove_0}})
CHECK_SCENARIO(bench_two_levels_4, .about = "two walks, two removals",
	       .shared = CHECK_OBJECT(s), .setup = setup,
	       .threads = {{"walk", walk},
			   {"walk", walk},
			   {"remove", remove_0},
			   {"remove", remove_1}})
CHECK_SCENARIO(bench_three_levels, .about = "map, unmap, walk: the library",
	       .shared = BED_SHARED, .setup = setup_library,
	       .finish = bed_close,
	       .threads = {{"map", map}, {"unmap", unmap}, {"read", read}})
