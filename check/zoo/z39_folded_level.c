/* SPDX-License-Identifier: MIT */
/*
 * Z39.  A level that is folded away returns the pointer that it was given; the
 * walk passed a pointer to its copy of the entry, and then steps to the next
 * (s390, d3f7b1bb2040, 2020).  No race either: the walk reads its own stack.
 *
 * Mended: decide on the copy, step in the real table.
 */
#include "zoo.h"

static struct {
	uint64_t table[2];
	uint64_t sum;
} s;

static void setup(void)
{
	s.table[0] = 10;
	s.table[1] = 11;
}

/* The level does not exist: what was given is the table. */
static uint64_t *folded_offset(uint64_t *entry)
{
	return entry;
}

static void walk(void)
{
	/* The copy, and what happens to lie behind it. */
	uint64_t frame[2] = {tarry_load(&s.table[0], ACQ), 0xdead};
	uint64_t *p = folded_offset(&frame[0]);

	s.sum = p[0] + p[1];
}

static void walk_mended(void)
{
	uint64_t *p = folded_offset(&s.table[0]);

	s.sum = tarry_load(&p[0], ACQ) + tarry_load(&p[1], ACQ);
}

static void both_entries(void)
{
	if (s.sum != 21)
		check_violation(CHECK_WILD, "the walk read its own stack");
}

ZOO(39, broken, .about = "the neighbour of a copy", .rule = "one-load",
    .ids = "d3f7b1bb2040", FINDS(WILD), .setup = setup, .finish = both_entries,
    .threads = {CPU(walk)})
ZOO(39, mended, .about = "the neighbour in the table", CLEAN,
    .rule = "one-load", .setup = setup, .finish = both_entries,
    .threads = {CPU(walk_mended)})
