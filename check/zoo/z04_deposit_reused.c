/* SPDX-License-Identifier: MIT */
/*
 * Z04.  A table that a collapse replaced is deposited, and withdrawn for the
 * split of another huge entry while a reader is still in it (objection of
 * 2023).
 *
 *	R : in a read section, slot X -> table T
 *	C0: collapses X, deposits T
 *	C1: splits Y: withdraws T, fills it for Y, publishes
 *	R : reads an entry of Y, taken for X
 *
 * Mended: between the deposit and the second life lies a grace period.
 */
#include "zoo.h"

static struct {
	uint64_t *x, *y;
	uint64_t *deposit;
	uint64_t *t;
} s;

static void setup(void)
{
	s.t = check_alloc(16, "table");
	s.t[0] = 10;
	s.t[1] = 11;
	s.x = s.t;
}

static void reader(void)
{
	uint64_t *t;

	tarry_port_read_begin();
	t = tarry_load(&s.x, ACQ);
	if (t && tarry_load(&t[1], ACQ) != 11)
		check_violation(CHECK_STALE,
				"an entry of Y is taken for one of X");
	tarry_port_read_end();
}

static void collapse(void)
{
	uint64_t *t = tarry_exchange(&s.x, NULL, SEQ);

	tarry_store(&s.deposit, t, REL);
}

static void collapse_mended(void)
{
	uint64_t *t = tarry_exchange(&s.x, NULL, SEQ);

	tarry_port_synchronize();
	tarry_store(&s.deposit, t, REL);
}

static void split_y(void)
{
	uint64_t *t = tarry_exchange(&s.deposit, NULL, SEQ);

	if (!t)
		return;
	tarry_store(&t[0], 20, RLX);
	tarry_store(&t[1], 21, RLX);
	tarry_store(&s.y, t, REL);
}

ZOO(04, broken, .about = "a withdrawn table has readers of its first life",
    .rule = "reuse-is-free", .ids = "objection of 2023", FINDS(STALE),
    .setup = setup, .threads = {CPU(reader), CPU(collapse), CPU(split_y)})
ZOO(04, mended, .about = "a grace period before the second life", CLEAN,
    .rule = "reuse-is-free", .setup = setup,
    .threads = {CPU(reader), CPU(collapse_mended), CPU(split_y)})
