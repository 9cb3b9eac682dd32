/* SPDX-License-Identifier: MIT */
/*
 * Z24.  A huge entry moves to another upper table, its deposited table does not
 * (3592806cfa08 and powerpc's b3084f4db3ae, 2013).
 *
 *	C0: mremap: the huge entry from upper table A to B
 *	C1: splits it in B: withdraws from B's deposit, which is empty
 *
 * Mended: the spare moves with the entry, before it.
 */
#include "zoo.h"

#define HUGE 1ull

static struct {
	struct tarry_port_lock lock_a, lock_b;
	uint64_t a, b; /* entries */
	uint64_t *spare_a, *spare_b;
} s;

static void setup(void)
{
	s.a = HUGE;
	s.spare_a = check_alloc(16, "spare");
}

static void move(bool with_spare)
{
	tarry_port_lock(&s.lock_a);
	tarry_port_lock(&s.lock_b);
	if (with_spare) {
		s.spare_b = s.spare_a;
		s.spare_a = NULL;
	}
	tarry_store(&s.b, tarry_exchange(&s.a, 0, SEQ), REL);
	tarry_port_unlock(&s.lock_b);
	tarry_port_unlock(&s.lock_a);
}

static void mremap(void)
{
	move(false);
}

static void mremap_mended(void)
{
	move(true);
}

static void split(void)
{
	uint64_t *t;

	tarry_port_lock(&s.lock_b);
	if (s.b & HUGE) {
		t = s.spare_b;
		if (!t)
			check_violation(CHECK_LOST,
					"a huge entry has no spare table");
		s.spare_b = NULL;
		tarry_store(&s.b, (uint64_t)(uintptr_t)t, REL);
	}
	tarry_port_unlock(&s.lock_b);
}

static void balanced(void)
{
	if (!!s.spare_a != !!(s.a & HUGE) || !!s.spare_b != !!(s.b & HUGE))
		check_violation(CHECK_LEAK,
				"a table owns a spare and no huge entry");
}

ZOO(24, broken, .about = "a spare stays where its entry was",
    .rule = "spares-follow", .ids = "3592806cfa08, b3084f4db3ae", FINDS(LOST),
    .also = 1 << CHECK_LEAK, .setup = setup, .finish = balanced,
    .threads = {CPU(mremap), CPU(split)})
ZOO(24, mended, .about = "spares move with their entry", CLEAN,
    .rule = "spares-follow", .setup = setup, .finish = balanced,
    .threads = {CPU(mremap_mended), CPU(split)})
