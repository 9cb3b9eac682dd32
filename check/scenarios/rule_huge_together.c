/* SPDX-License-Identifier: MIT */
/*
 * Changes of size in one table, three threads at a time: a collapse or retract,
 * a fault, and whoever zaps, moves or pins.
 *
 * Pages 0 and 1 are 10 and 11, small; 2 to 7 are empty.  Tables of level 0 span
 * two pages, those of level 1 four.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

/* Two levels: fewer schedules, and a whole table can still move. */
static void setup_flat(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void collapse(void)
{
	int err = bed_collapse(0, 1);

	check_assert(!err || err == TARRY_EHOLES || err == TARRY_ENOENT ||
		     err == TARRY_EMIXED);
	bed.results[0] = err;
}

/* References: who has one beside the mapping keeps its page. */
static int copy_unless_held(void *ctx, const struct tarry_piece *pieces,
			    size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		unsigned int page = (unsigned int)(pieces[i].oa / BED_PAGE);

		if (pieces[i].kind != TARRY_LEAF)
			continue;
		if (tarry_load(&bed.pins[page], TARRY_RELAXED))
			return 1;
		check_page_touch(page);
	}
	return 0;
}

static void collapse_copy(void)
{
	struct tarry_collapse_copy copy = {.oa = 30 * BED_PAGE,
					   .copy = copy_unless_held};
	int err = tarry_collapse(bed.space, 0, 1, BED_RW, &copy, NULL);

	check_assert(!err || err == TARRY_EBUSY || err == TARRY_ENOENT ||
		     err == TARRY_ELEAF);
	bed.results[0] = err;
}

static void retract(void)
{
	int err = tarry_retract(bed.space, 0, 1, NULL);

	check_assert(!err || err == TARRY_ENOENT);
	bed.results[0] = err;
}

static void zap(void)
{
	check_assert(!bed_unmap(1, 1));
}

/* As a handler does: only if nothing is there. */
static void fault(void)
{
	int err = tarry_fault(bed.space, BED_PAGE, TARRY_R);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err != TARRY_ENOENT)
		return;
	err = bed_map(1, 21, 1);
	check_assert(!err || err == TARRY_EEXIST);
	bed.results[1] = !err;
}

static void move(void)
{
	check_assert(!bed_move(0, 4, 2));
}

static void move_flat(void)
{
	check_assert(!bed_move(0, 2, 2));
}

static void pin(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	bed.results[2] = err ? -1 : (int)(hit.oa / BED_PAGE);
}

static void finish_fault(void)
{
	int page = bed_page_at(1);

	/* What was zapped and faulted in again is what the fault brought. */
	check_assert(page == -1 || page == 11 || page == 21);
	check_assert(page != 21 || bed.results[1]);
	check_assert(bed_page_at(0) == 10);
	bed_close();
}

static void finish_retract(void)
{
	int here = bed_page_at(0), there = bed_page_at(2);

	/* The table went one way.  Then the fault brought one page, and that
	 * may have gone the other. */
	check_assert(here == -1);
	check_assert(there == -1 || there == 10);
	check_assert(there == -1 || bed.results[0] || bed.results[1]);
	check_assert(bed_page_at(3) == -1 || bed_page_at(3) == 11 ||
		     bed_page_at(3) == 21);
	bed_close();
}

static void finish_pin(void)
{
	int page = bed_page_at(4);

	check_assert(bed_page_at(0) == -1);
	check_assert(page == (bed.results[0] ? 10 : 30));
	check_assert(bed_page_at(5) == page + 1);
	if (!bed.results[0] && bed.results[2] == 10)
		check_violation(CHECK_LOST,
				"a pinned page was replaced by a copy");
	bed_close();
}

CHECK_SCENARIO(rule_huge_collapse_fault_zap, .rule = "decide-under-lock",
	       .about = "a collapse, a zap of one of its pages, and a fault",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_fault,
	       .threads = {
		       {"collapse", collapse}, {"zap", zap}, {"fault", fault}})
CHECK_SCENARIO(rule_huge_collapse_move_pin, .rule = "decide-under-lock",
	       .about = "a collapse by copy, a move of its table, and a pin",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_pin,
	       .threads = {{"collapse", collapse_copy},
			   {"move", move},
			   {"pin", pin}})
CHECK_SCENARIO(rule_huge_retract_fault_move, .rule = "decide-under-lock",
	       .about = "a retract, a move of the same table, and a fault",
	       .shared = BED_SHARED, .setup = setup_flat,
	       .finish = finish_retract,
	       .threads = {{"retract", retract},
			   {"move", move_flat},
			   {"fault", fault}})
