/* SPDX-License-Identifier: MIT */
/*
 * Z03.  One callback head for a page that two fragments share (first postings
 * for powerpc and s390, 2023).
 *
 *	C0: defers A: queues the page's head, to free A
 *	C1: defers B before that callback ran: queues the same head, to free B
 *
 * The list of callbacks is broken, or one callback is lost.  Mended: a count of
 * fragments that wait, beside the head; only who takes it from nothing queues.
 */
#include "zoo.h"

static struct {
	uint64_t waiting; /* fragments */
	uint64_t freed;
	/* The head: who is to be freed by it, 0: not queued. */
	uint64_t head;
} s;

static void callback(void *arg)
{
	uint64_t fragment = tarry_exchange(&s.head, 0, SEQ);

	(void)arg;
	tarry_fetch_or(&s.freed, fragment, RLX);
}

static void defer_fragment(uint64_t fragment)
{
	if (tarry_exchange(&s.head, fragment, SEQ))
		check_violation(CHECK_MISUSE,
				"the callback head is queued already");
	check_defer(callback, NULL);
}

static void defer_a(void)
{
	defer_fragment(1);
}

static void defer_b(void)
{
	defer_fragment(2);
}

static void callback_mended(void *arg)
{
	uint64_t all = tarry_exchange(&s.waiting, 0, SEQ);

	(void)arg;
	tarry_fetch_or(&s.freed, all, RLX);
}

static void defer_mended(uint64_t fragment)
{
	if (!tarry_fetch_or(&s.waiting, fragment, SEQ))
		check_defer(callback_mended, NULL);
}

static void defer_a_mended(void)
{
	defer_mended(1);
}

static void defer_b_mended(void)
{
	defer_mended(2);
}

static void all_freed(void)
{
	if (s.freed != 3)
		check_violation(CHECK_LEAK, "a fragment is never freed");
}

ZOO(03, broken, .about = "two fragments queue one head",
    .rule = "one-link-one-state", .ids = "powerpc and s390, postings of 2023",
    FINDS(MISUSE), .also = 1 << CHECK_LEAK, .finish = all_freed,
    .threads = {CPU(defer_a), CPU(defer_b)})
/* The waiting bits of who comes later are taken along by a callback that was
 * queued before: too early for its readers.  Here the fragments are only
 * counted; see Z10 for one that queues again. */
ZOO(03, mended, .about = "the head is queued once, bits say for whom", CLEAN,
    .rule = "one-link-one-state", .finish = all_freed,
    .threads = {CPU(defer_a_mended), CPU(defer_b_mended)})
