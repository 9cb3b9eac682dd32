/* SPDX-License-Identifier: MIT */
/*
 * Every operation of the library against every other, and against each class of
 * reader: the programs that pairs_*.c are made of.
 *
 * Pages 0 and 1 are mapped to data pages 10 and 11, small or as one leaf; page
 * 2 to 22; page 3 is empty.  What a reader may find follows from which
 * operations are at work; what must hold at the end is bed_close()'s.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include "bed.h"

#define PAGES(n) ((n)*BED_PAGE)

/* What the operations at work can do to page 0. */
enum { TAKES = 1, COPIES = 2, MARKS = 4, REPLACES = 8 };

static inline void pair_setup(unsigned int flags)
{
	bed_open_two(2, flags | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
	bed_map(2, 22, 1);
}

static inline void pair_setup_huge(unsigned int flags)
{
	bed_open_two(2, flags | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 2);
	bed_map(2, 22, 1);
}

static inline void setup_small(void)
{
	pair_setup(0);
}

static inline void setup_huge(void)
{
	pair_setup_huge(0);
}

static inline void setup_small_hw(void)
{
	pair_setup(TARRY_SPACE_HARDWARE);
}

static inline void setup_huge_hw(void)
{
	pair_setup_huge(TARRY_SPACE_HARDWARE);
}

/* An error that says "not as it stands now" is an answer like any other. */
static inline void answer(int err)
{
	switch (err) {
	case 0:
	case TARRY_EEXIST:
	case TARRY_ENOENT:
	case TARRY_ELEAF:
	case TARRY_EHOLES:
	case TARRY_EMIXED:
	case TARRY_EMARK:
	case TARRY_EAGAIN:
		return;
	default:
		check_violation(CHECK_ASSERT, "an operation says %d", err);
	}
}

/* ---- operations ---- */

static inline void map(void)
{
	answer(bed_map(3, 33, 1));
}

static inline void unmap(void)
{
	answer(bed_unmap(0, 1));
}

static inline void unmap_all(void)
{
	answer(bed_unmap(0, 4));
}

static inline void protect(void)
{
	answer(bed_protect(0, 2, TARRY_R));
}

static inline void mark(void)
{
	answer(tarry_mark(bed.space, PAGES(3), PAGES(1), 7, NULL));
}

static inline void move(void)
{
	answer(bed_move(0, 3, 1));
}

static inline void clone(void)
{
	answer(tarry_clone(bed.space, bed.other, 0, PAGES(2), NULL));
}

static inline void harvest(void)
{
	uint64_t accessed[1] = {0}, dirty[1] = {0};

	answer(tarry_harvest(bed.space, 0, PAGES(4),
			     TARRY_ACCESSED | TARRY_DIRTY, accessed, dirty));
}

static inline void reclaim(void)
{
	check_assert(tarry_reclaim(bed.space, 0, PAGES(4), NULL) >= 0);
}

/* Pages 0 and 1 are worth nothing, wherever they are mapped. */
static inline bool of_no_value(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->kind == TARRY_LEAF && piece->oa <= PAGES(11);
}

static inline void idle(void)
{
	struct tarry_idle walk = {
		.len = PAGES(4), .budget = 1, .of_no_value = of_no_value};

	while (walk.done < walk.len)
		check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

static inline void collapse(void)
{
	answer(bed_collapse(0, 1));
}

static int copy_pages(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (pieces[i].kind == TARRY_LEAF)
			check_page_touch(
				(unsigned int)(pieces[i].oa / BED_PAGE));
	return 0;
}

static inline void collapse_copy(void)
{
	struct tarry_collapse_copy copy = {.oa = PAGES(30), .copy = copy_pages};

	answer(tarry_collapse(bed.space, 0, 1, BED_RW, &copy, NULL));
}

static inline void retract(void)
{
	answer(tarry_retract(bed.space, 0, 1, NULL));
}

static inline void split(void)
{
	answer(bed_split(0, 1));
}

/* As the first write after a clone does it. */
static inline void replace(void)
{
	struct tarry_replacement with = {.oa = PAGES(28), .rights = BED_RW};

	answer(tarry_replace(bed.space, 0, 0, &with, NULL));
}

static int copy_leaf(void *ctx, const struct tarry_piece *old)
{
	return copy_pages(ctx, old, 1);
}

/* As a migration does it.  Who comes second finds the page there. */
static inline void replace_huge(void)
{
	struct tarry_replacement with = {
		.oa = PAGES(28), .rights = BED_RW, .copy = copy_leaf};
	int err = tarry_replace(bed.space, 0, 1, &with, NULL);

	if (err != TARRY_EINVAL)
		answer(err);
}

static inline void gather(void)
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	tarry_gather_begin(&g, bed.space);
	answer(tarry_unmap(bed.space, 0, PAGES(1), &how));
	answer(tarry_gather_end(&g));
}

/* ---- readers of page 0 ---- */

/* Found there while operations that do @what were at work? */
static inline void found(int page, unsigned int what)
{
	if (page == 10 || (page == 30 && (what & COPIES)) ||
	    (page == 28 && (what & REPLACES)) || (page == -1 && (what & TAKES)))
		return;
	if (page == -1)
		check_violation(CHECK_LOST, "a mapped page is not found");
	check_violation(CHECK_STALE, "page 0 is %d", page);
}

#endif
