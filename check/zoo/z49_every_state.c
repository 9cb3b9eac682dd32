/* SPDX-License-Identifier: MIT */
/*
 * Z49.  The mend of Z33 asserts that the huge entry is present; it may be a
 * migration entry (bbcbf045d6c7, 2026).
 *
 *	C0: move_pages: the huge entry becomes a migration entry
 *	C1: munmap: a look-up under the lock says "huge": clears it, asserting
 *	    that it is present
 *
 * Mended: each primitive says what it does for every state of an entry.
 */
#include "zoo.h"

#define PRESENT 1ull
#define HUGE	2ull

static struct {
	struct tarry_port_lock lock;
	uint64_t slot;
} s;

static void setup(void)
{
	s.slot = 0x1000 | PRESENT | HUGE;
}

static void move_pages(void)
{
	tarry_port_lock(&s.lock);
	if (tarry_load(&s.slot, RLX) & PRESENT)
		tarry_store(&s.slot, 0x7000 | HUGE, REL);
	tarry_port_unlock(&s.lock);
}

static void clear_full(bool any_state)
{
	uint64_t e;

	tarry_port_lock(&s.lock);
	e = tarry_exchange(&s.slot, 0, SEQ);
	if (e & HUGE) {
		if (!any_state)
			check_assert(e & PRESENT);
		/* present: flush; a migration entry: nothing is cached */
	}
	tarry_port_unlock(&s.lock);
}

static void munmap(void)
{
	clear_full(false);
}

static void munmap_mended(void)
{
	clear_full(true);
}

ZOO(49, broken, .about = "an assertion forgets a state",
    .rule = "decide-under-lock", .ids = "bbcbf045d6c7", FINDS(ASSERT),
    .setup = setup, .threads = {CPU(move_pages), CPU(munmap)})
ZOO(49, mended, .about = "every state has its line", CLEAN,
    .rule = "decide-under-lock", .setup = setup,
    .threads = {CPU(move_pages), CPU(munmap_mended)})
