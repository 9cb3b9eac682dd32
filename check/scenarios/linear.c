/* SPDX-License-Identifier: MIT */
/*
 * Translate is linearizable with every change: two readers or one that looks
 * twice, beside an operation or two, and at the end an order of all calls on a
 * page that explains what each answered.
 *
 * Pages 0 and 1 are mapped to 10 and 11; 2 and 3 are empty.
 */
#include "bed.h"
#include "history.h"

static struct {
	struct history h;
} s;

#define SHARED                              \
	{                                   \
		{&bed, sizeof(bed), "bed"}, \
		{                           \
			&s, sizeof(s), "s"  \
		}                           \
	}

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 2);
}

static void setup_small(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void finish(void)
{
	history_check(&s.h, 0, 10);
	history_check(&s.h, 1, 11);
	history_check(&s.h, 2, -1);
	history_check(&s.h, 3, -1);
	bed_close();
}

static int read_page(unsigned int v)
{
	struct history_call *c = history_begin(&s.h, HISTORY_READ, v, -1);

	c->page = (int16_t)bed_read(v);
	history_end(&s.h, c);
	return c->page;
}

/* ---- readers ---- */

static void reads_0(void)
{
	read_page(0);
}

static void reads_0_twice(void)
{
	read_page(0);
	read_page(0);
}

static void reads_3_then_0(void)
{
	read_page(3);
	read_page(0);
}

/* ---- changes ---- */

static void put(unsigned int v, unsigned int page)
{
	struct history_call *c = history_begin(&s.h, HISTORY_MAP, v, (int)page);

	c->failed = bed_map(v, page, 1) == TARRY_EEXIST;
	history_end(&s.h, c);
}

static void take(unsigned int v)
{
	struct history_call *c = history_begin(&s.h, HISTORY_UNMAP, v, -1);

	bed_unmap(v, 1);
	history_end(&s.h, c);
}

static void maps_0(void)
{
	put(0, 20);
}

static void unmaps_0(void)
{
	take(0);
}

static void replaces_0(void)
{
	take(0);
	put(0, 20);
}

static void moves_0_to_3(void)
{
	struct history_call *from = history_begin(&s.h, HISTORY_UNMAP, 0, -1);
	struct history_call *to = history_begin(&s.h, HISTORY_MAP, 3, 10);

	check_assert(!bed_move(0, 3, 1));
	history_end(&s.h, to);
	history_end(&s.h, from);
}

static int copy_pages(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)ctx, (void)pieces, (void)n;
	return 0;
}

/* What was there goes on elsewhere: pages 30 and 31. */
static void collapses_with_copy(void)
{
	struct tarry_collapse_copy copy = {.oa = 30 * BED_PAGE,
					   .copy = copy_pages};
	struct history_call *c = history_begin(&s.h, HISTORY_REPLACE, 0, 30);

	check_assert(!tarry_collapse(bed.space, 0, 1, BED_RW, &copy, NULL));
	history_end(&s.h, c);
}

static void replaces_leaf(void)
{
	struct tarry_replacement with = {.oa = 30 * BED_PAGE, .rights = BED_RW};
	struct history_call *c = history_begin(&s.h, HISTORY_REPLACE, 0, 30);

	check_assert(!tarry_replace(bed.space, 0, 1, &with, NULL));
	history_end(&s.h, c);
}

static void collapses_and_splits(void)
{
	bed_collapse(0, 1);
	bed_split(0, 1);
}

static void collapses(void)
{
	bed_collapse(0, 1);
}

static void splits_and_collapses(void)
{
	bed_split(0, 1);
	bed_collapse(0, 1);
}

#define LINEAR(id, what, begin, ...)                                       \
	CHECK_SCENARIO(linear_##id, .about = what, .rule = "one-load",     \
		       .shared = SHARED, .setup = begin, .finish = finish, \
		       .threads = {__VA_ARGS__})

LINEAR(unmap, "two looks beside an unmap", setup,
       {"reads twice", reads_0_twice}, {"unmaps", unmaps_0})

LINEAR(replace, "two looks beside an unmap and a map", setup,
       {"reads twice", reads_0_twice}, {"replaces", replaces_0})

LINEAR(replace_two_readers, "two readers beside an unmap and a map",
       setup_small, {"reads", reads_0}, {"reads too", reads_0},
       {"replaces", replaces_0})

LINEAR(two_writers, "a look beside an unmap and a map of two threads",
       setup_small, {"reads", reads_0}, {"unmaps", unmaps_0}, {"maps", maps_0})

LINEAR(move, "the new place, then the old one, beside a move", setup_small,
       {"reads both", reads_3_then_0}, {"moves", moves_0_to_3})

LINEAR(move_map, "a move beside a map of where it came from", setup_small,
       {"reads", reads_0}, {"moves", moves_0_to_3}, {"maps", maps_0})

LINEAR(collapse, "two looks through a collapse and a split", setup_small,
       {"reads twice", reads_0_twice}, {"reshapes", collapses_and_splits})

LINEAR(split, "two looks through a split and a collapse", setup,
       {"reads twice", reads_0_twice}, {"reshapes", splits_and_collapses})

LINEAR(copy, "two looks through a collapse that copies", setup_small,
       {"reads twice", reads_0_twice}, {"collapses", collapses_with_copy})

LINEAR(replace_leaf, "two looks through a leaf that is replaced", setup,
       {"reads twice", reads_0_twice}, {"replaces", replaces_leaf})

LINEAR(collapse_unmap, "a look beside a collapse and an unmap", setup_small,
       {"reads", reads_0}, {"collapses", collapses}, {"unmaps", unmaps_0})
