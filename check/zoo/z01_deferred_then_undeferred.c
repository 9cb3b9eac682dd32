/* SPDX-License-Identifier: MIT */
/*
 * Z01.  Tables that share a backing page, with a count of the fragments in use
 * (powerpc, a variant of pte_free_defer() rejected in review, 2023).
 *
 *	the page has fragments A and B, count 2; a reader is inside A
 *	C0: deferred free of A: 2 -> 1, not the last: nothing is queued
 *	C1: plain free of B: 1 -> 0, the last: the page is freed at once
 *	R : reads A
 *
 * Mended: that somebody asked for a deferral is noted in the page before the
 * count goes down, and whoever is last honours it.
 */
#include "zoo.h"

static struct {
	uint64_t *slot; /* where the walker finds A */
	uint64_t *page; /* A is [0, 1], B is [2, 3] */
	uint64_t count, deferred;
} s;

static void setup(void)
{
	s.page = check_alloc(32, "fragment page");
	s.slot = s.page;
	s.count = 2;
}

static void walker(void)
{
	uint64_t *a;

	tarry_port_read_begin();
	a = tarry_load(&s.slot, ACQ);
	if (a)
		visit(a);
	tarry_port_read_end();
}

static void free_page(void *page)
{
	check_free(page);
}

static void put_broken(bool defer)
{
	if (tarry_fetch_add(&s.count, -1ull, TARRY_ACQ_REL) != 1)
		return;
	if (defer)
		check_defer(free_page, s.page);
	else
		free_page(s.page);
}

static void put_mended(bool defer)
{
	if (defer)
		tarry_store(&s.deferred, 1, RLX);
	if (tarry_fetch_add(&s.count, -1ull, TARRY_ACQ_REL) != 1)
		return;
	if (tarry_load(&s.deferred, RLX))
		check_defer(free_page, s.page);
	else
		free_page(s.page);
}

static void defer_a(void)
{
	tarry_store(&s.slot, NULL, RLX);
	put_broken(true);
}

static void free_b(void)
{
	put_broken(false);
}

static void defer_a_mended(void)
{
	tarry_store(&s.slot, NULL, RLX);
	put_mended(true);
}

static void free_b_mended(void)
{
	put_mended(false);
}

ZOO(01, broken, .about = "the last, undeferred free forgets the deferral",
    .rule = "unlink-invalidate-wait-free", .ids = "powerpc, review of 2023",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(walker), CPU(defer_a), CPU(free_b)})
ZOO(01, mended, .about = "the deferral is noted in the page", CLEAN,
    .rule = "unlink-invalidate-wait-free", .setup = setup,
    .threads = {CPU(walker), CPU(defer_a_mended), CPU(free_b_mended)})
