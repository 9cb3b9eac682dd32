/* SPDX-License-Identifier: MIT */
/*
 * Z10.  Both halves of a page may wait, with one head: the callback queues it
 * again if a half came meanwhile.  The test forgets that the bits are in the
 * top byte (s390, a posting of 2023).
 *
 *	C0: defers the lower half: its bit, queued
 *	C1: defers the upper half: its bit; somebody is queued already
 *	C0: callback: clears its own bit, tests (word & 0x0c) without the shift:
 *	    nothing, does not queue again
 *
 * The upper half waits for ever.  Mended: the shift; and at the end of a run no
 * page may wait with nothing queued.
 */
#include "zoo.h"

#define LOWER (0x04ull << 24)
#define UPPER (0x08ull << 24)

static struct {
	uint64_t word;
	bool mended;
} s;

static void callback(void *mended)
{
	/* The half that was waiting when this was queued. */
	uint64_t word = tarry_load(&s.word, ACQ);
	uint64_t mine = word & LOWER ? LOWER : UPPER;

	word = tarry_fetch_and(&s.word, ~mine, SEQ) & ~mine;
	if ((mended ? word >> 24 : word) & 0x0c)
		check_defer(callback, mended);
}

static void defer_half(uint64_t half, void *mended)
{
	if (!(tarry_fetch_or(&s.word, half, SEQ) & (LOWER | UPPER)))
		check_defer(callback, mended);
}

static void lower(void)
{
	defer_half(LOWER, NULL);
}

static void upper(void)
{
	defer_half(UPPER, NULL);
}

static void lower_mended(void)
{
	defer_half(LOWER, &s);
}

static void upper_mended(void)
{
	defer_half(UPPER, &s);
}

static void nothing_waits(void)
{
	if (s.word)
		check_violation(CHECK_LEAK,
				"a half waits and nothing is queued");
}

ZOO(10, broken, .about = "a half waits for ever", .rule = "nothing-left",
    .ids = "s390, posting of 2023", FINDS(LEAK), .finish = nothing_waits,
    .threads = {CPU(lower), CPU(upper)})
ZOO(10, mended, .about = "the callback queues itself again", CLEAN,
    .rule = "nothing-left", .finish = nothing_waits,
    .threads = {CPU(lower_mended), CPU(upper_mended)})
