/* SPDX-License-Identifier: MIT */
/*
 * A table on the move: writers that meet it wait until its readers have left,
 * and two moves take turns.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, 0);
	bed_map(0, 10, 1);
	bed_map(6, 16, 1);
}

static void move(void)
{
	check_assert(!bed_move(0, 2, 2));
}

static void map(void)
{
	int err = bed_map(3, 33, 1);

	check_assert(!err || err == TARRY_EEXIST);
	bed.results[0] = err;
}

static void read(void)
{
	int page = bed_read(1);

	if (page != -1)
		check_violation(CHECK_STALE, "page 1 is %d", page);
}

/* The move may find page 3 taken; then nothing moved. */
static void move_or_not(void)
{
	int err = bed_move(0, 2, 2);

	check_assert(!err || err == TARRY_EEXIST);
	bed.results[1] = err;
}

static void finish(void)
{
	check_assert(bed_page_at(bed.results[1] ? 0 : 2) == 10);
	check_assert(bed_page_at(3) == (bed.results[0] ? -1 : 33));
	bed_close();
}

static void move_back(void)
{
	int err = bed_move(2, 4, 2);

	check_assert(!err);
}

static void finish_moves(void)
{
	check_assert(bed_page_at(2) == 10 || bed_page_at(4) == 10);
	bed_close();
}

CHECK_SCENARIO(rule_reuse_is_free_writers, .rule = "reuse-is-free",
	       .about = "a map into a table that moves, and a reader",
	       .shared = BED_SHARED, .setup = setup, .finish = finish,
	       .threads = {{"move", move_or_not}, {"map", map}, {"read", read}})
CHECK_SCENARIO(rule_reuse_is_free_turns, .rule = "reuse-is-free",
	       .about = "two moves of one table", .shared = BED_SHARED,
	       .setup = setup, .finish = finish_moves,
	       .threads = {{"move", move}, {"move_back", move_back}})

/* From the root down, over two tables. */
static void map_across(void)
{
	int err = bed_map(3, 33, 2);

	check_assert(!err || err == TARRY_EEXIST);
	bed.results[0] = err;
}

static void setup_flat(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
}

static void unmap_whole(void)
{
	check_assert(!bed_unmap(2, 2));
}

static void read_or_not(void)
{
	int page = bed_read(0);

	if (page != -1 && page != 10)
		check_violation(CHECK_STALE, "page 0 is %d", page);
}

static void finish_unmap(void)
{
	check_assert(bed_page_at(3) == -1);
	check_assert(bed_page_at(0) == -1 || bed_page_at(2) == -1);
	bed_close();
}

CHECK_SCENARIO(
	rule_reuse_is_free_across, .rule = "reuse-is-free",
	.about = "a map over two tables of which one moves, and a reader",
	.shared = BED_SHARED, .setup = setup, .finish = finish,
	.threads = {{"move", move_or_not}, {"map", map_across}, {"read", read}})
CHECK_SCENARIO(rule_reuse_is_free_whole, .rule = "reuse-is-free",
	       .about = "an unmap of all of a table that moves, and a reader",
	       .shared = BED_SHARED, .setup = setup_flat,
	       .finish = finish_unmap,
	       .threads = {{"move", move},
			   {"unmap", unmap_whole},
			   {"read", read_or_not}})

/* Tables that are empty, and stay: one at page 0, one at page 2. */
static void setup_empty(void)
{
	bed_open(2, TARRY_SPACE_KEEP_TABLES);
	bed_map(0, 10, 1);
	bed_map(2, 12, 1);
	check_assert(!bed_unmap(0, 1) && !bed_unmap(2, 1));
}

/* The table is found empty in one hold, and goes in another. */
static void reclaim(void)
{
	check_assert(tarry_reclaim(bed.space, 2 * BED_PAGE, BED_PAGE, NULL) >=
		     0);
}

/* Where a table was found empty, another comes that is empty, too. */
static void reclaim_then_move(void)
{
	reclaim();
	check_assert(!bed_move(0, 2, 2));
}

static void finish_empty(void)
{
	check_assert(bed_page_at(0) == -1 && bed_page_at(2) == -1);
	bed_close();
}

CHECK_SCENARIO(rule_reuse_is_free_empty, .rule = "reuse-is-free",
	       .about = "a table that moves, empty, to where one is reclaimed",
	       .shared = BED_SHARED, .setup = setup_empty,
	       .finish = finish_empty,
	       .threads = {{"reclaim", reclaim},
			   {"move", reclaim_then_move},
			   {"read", read_or_not}})
