/* SPDX-License-Identifier: MIT */
/*
 * A pin against a collapse that copies: the owner compares references when
 * hardware and new pins are shut out, and puts everything back if the page is
 * held (Z17).  Pin looks at the entries again behind a fence; the collapse
 * froze the slot by a sequentially consistent exchange before: one sees the
 * other.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static int copy(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (tarry_load(&bed.pins[pieces[i].oa / BED_PAGE % 64],
			       TARRY_RELAXED))
			return 1;
	return 0;
}

static void collapse(void)
{
	struct tarry_collapse_copy how = {.oa = 30 * BED_PAGE, .copy = copy};

	bed.results[0] = tarry_collapse(bed.space, 0, 1, BED_RW, &how, NULL);
	check_assert(!bed.results[0] || bed.results[0] == TARRY_EBUSY);
}

static void pin(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN);
	bed.results[1] = err ? -1 : (int)(hit.oa / BED_PAGE);
}

static void finish(void)
{
	if (!bed.results[0] && bed.results[1] == 10)
		check_violation(CHECK_LOST,
				"a pinned page was replaced by a copy");
	bed_close();
}

/* Copy-on-write: who takes the right to write away, and then finds no
 * reference, shares the page; a pin that is to be written through must not have
 * come between. */
static void share(void)
{
	check_assert(!bed_protect(0, 1, TARRY_R));
	tarry_fence(TARRY_SEQ_CST);
	bed.results[0] = (int)tarry_load(&bed.pins[10], TARRY_RELAXED);
}

static void pin_to_write(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R | TARRY_W, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_EACCES);
	bed.results[1] = err;
}

static void finish_share(void)
{
	if (!bed.results[1] && !bed.results[0])
		check_violation(CHECK_LOST,
				"a page is shared, and pinned to be written");
	bed_close();
}

/* Reclaim of what nobody holds. */
static bool not_held(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return !tarry_load(&bed.pins[piece->oa / BED_PAGE % 64], TARRY_RELAXED);
}

static void idle(void)
{
	struct tarry_idle walk = {.len = 2 * BED_PAGE, .of_no_value = not_held};

	check_assert(!tarry_reclaim_idle(bed.space, &walk));
	bed.results[0] = (int)walk.tables;
}

static void pin_or_miss(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	bed.results[1] = err;
}

static void finish_idle(void)
{
	if (bed.results[0] && !bed.results[1])
		check_violation(CHECK_LOST,
				"a pinned page went as one that nobody holds");
	bed_close();
}

CHECK_SCENARIO(rule_decide_under_lock_pin_idle, .rule = "decide-under-lock",
	       .about = "a page is pinned, or goes as one that nobody holds",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_idle,
	       .threads = {{"idle", idle}, {"pin", pin_or_miss}})

CHECK_SCENARIO(rule_decide_under_lock_share, .rule = "decide-under-lock",
	       .about = "a page that is shared is not pinned to be written",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_share,
	       .threads = {{"share", share}, {"pin", pin_to_write}})

CHECK_SCENARIO(rule_decide_under_lock_pin, .rule = "decide-under-lock",
	       .about = "a pin and a copy of one page never both succeed",
	       .shared = BED_SHARED, .setup = setup, .finish = finish,
	       .threads = {{"collapse", collapse}, {"pin", pin}})
