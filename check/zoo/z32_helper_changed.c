/* SPDX-License-Identifier: MIT */
/*
 * Z32.  A clean-up replaces the walker's raw test by a helper that others need
 * to say "present" of an entry being split (1b2443a547f9, mended by
 * 33258a1db165).
 *
 *	C0: split: takes PRESENT away, sets INVALID: walkers must keep out
 *	C1 (irqs off): helper: (!PRESENT && INVALID) is present: walks on
 *
 * Mended: the walker has a test of its own.
 */
#include "zoo.h"

#define PRESENT 1ull
#define INVALID 4ull

static struct {
	uint64_t slot;
	uint64_t splitting;
} s;

static void setup(void)
{
	s.slot = 0x1000 | PRESENT;
}

static bool present_helper(uint64_t e)
{
	return (e & PRESENT) || (!(e & PRESENT) && (e & INVALID));
}

static void split(void)
{
	tarry_exchange(&s.slot, 0x1000 | INVALID, SEQ);
	tarry_port_kick();
	/* Nobody walks here now, it counts on. */
	tarry_store(&s.splitting, 1, SEQ);
	tarry_store(&s.splitting, 0, SEQ);
	tarry_store(&s.slot, 0x2000 | PRESENT, REL);
}

static void walk(bool (*accepts)(uint64_t e))
{
	unsigned long was = tarry_port_irq_off();

	if (accepts(tarry_load(&s.slot, ACQ)) && tarry_load(&s.splitting, SEQ))
		check_violation(CHECK_STALE,
				"a walker is inside an entry being split");
	tarry_port_irq_restore(was);
}

static bool raw(uint64_t e)
{
	return e & PRESENT;
}

static void gup_fast(void)
{
	walk(present_helper);
}

static void gup_fast_mended(void)
{
	walk(raw);
}

ZOO(32, broken, .about = "the walker's test means something else by now",
    .rule = "freeze-then-change", .ids = "1b2443a547f9, 33258a1db165",
    FINDS(STALE), .setup = setup, .threads = {CPU(split), CPU(gup_fast)})
ZOO(32, mended, .about = "a test of the walker's own", CLEAN,
    .rule = "freeze-then-change", .setup = setup,
    .threads = {CPU(split), CPU(gup_fast_mended)})
