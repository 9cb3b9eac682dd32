/* SPDX-License-Identifier: MIT */
/*
 * Z37.  "Shared" is judged by the page's reference count, which strangers raise
 * (CVE-2024-57883).
 *
 *	C1: a speculative reference: count 2
 *	C0: the last user: "shared": only drops its reference
 *
 * The table is never freed.  Mended: a count of shares.
 */
#include "zoo.h"

static struct {
	uint64_t references, shares;
	uint64_t torn_down;
} s;

static void setup(void)
{
	s.references = 1;
	s.shares = 1;
}

static void speculative(void)
{
	tarry_fetch_add(&s.references, 1, SEQ);
	tarry_fetch_add(&s.references, -1ull, SEQ);
}

static void last_user(void)
{
	if (tarry_load(&s.references, SEQ) > 1)
		return; /* somebody else's to tear down */
	tarry_store(&s.torn_down, 1, SEQ);
}

static void last_user_mended(void)
{
	if (tarry_load(&s.shares, SEQ) > 1)
		return;
	tarry_store(&s.torn_down, 1, SEQ);
}

static void torn_down(void)
{
	if (!s.torn_down)
		check_violation(CHECK_LEAK, "the table is never freed");
}

ZOO(37, broken, .about = "a stranger makes a table look shared",
    .rule = "own-counter", .ids = "CVE-2024-57883", FINDS(LEAK), .setup = setup,
    .finish = torn_down, .threads = {CPU(speculative), CPU(last_user)})
ZOO(37, mended, .about = "shares are counted by themselves", CLEAN,
    .rule = "own-counter", .setup = setup, .finish = torn_down,
    .threads = {CPU(speculative), CPU(last_user_mended)})
