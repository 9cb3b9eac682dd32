/* SPDX-License-Identifier: MIT */
/*
 * Z34.  A table that two processes share is unshared, and becomes the ordinary
 * table of the other while a walk of the first is inside (CVE-2025-38085,
 * 1013af4f585f).
 *
 *	P1/C0 (irqs off): slot -> T
 *	P1/C1: unshares: clears its slot, count 2 -> 1
 *	P2: T is its alone: maps something else through it
 *	P1/C0: goes on in T: pins P2's page
 *
 * Mended: the wait that a free would need, before the count goes down.
 */
#include "zoo.h"

static struct {
	uint64_t *p1, *p2;
	uint64_t shares;
} s;

static void setup(void)
{
	s.p1 = check_alloc(16, "shared table");
	s.p1[0] = 10;
	s.p2 = s.p1;
	s.shares = 2;
}

static void gup_fast(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t *t = tarry_load(&s.p1, ACQ);

	if (t && tarry_load(&t[0], ACQ) == 20)
		check_violation(CHECK_STALE,
				"a page of another process is pinned");
	tarry_port_irq_restore(was);
}

static void unshare(void)
{
	tarry_exchange(&s.p1, NULL, SEQ);
	tarry_fetch_add(&s.shares, -1ull, SEQ);
}

static void unshare_mended(void)
{
	tarry_exchange(&s.p1, NULL, SEQ);
	tarry_port_kick();
	tarry_fetch_add(&s.shares, -1ull, SEQ);
}

static void other_process(void)
{
	if (tarry_load(&s.shares, SEQ) == 1)
		tarry_exchange(&s.p2[0], 20, SEQ);
}

ZOO(34, broken, .about = "a table gets a second life under a walker",
    .rule = "reuse-is-free", .ids = "CVE-2025-38085, 1013af4f585f",
    FINDS(STALE), .setup = setup,
    .threads = {CPU(gup_fast), CPU(unshare), CPU(other_process)})
ZOO(34, mended, .about = "waited for before the count goes down", CLEAN,
    .rule = "reuse-is-free", .setup = setup,
    .threads = {CPU(gup_fast), CPU(unshare_mended), CPU(other_process)})
