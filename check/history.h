/* SPDX-License-Identifier: MIT */
/*
 * What the calls of a scenario were and what they answered, judged at the end:
 * is there an order of them, one after another, that gives these answers, keeps
 * each thread's own order, and lets no call come after one that began when it
 * had ended?
 *
 * (Herlihy and Wing, "Linearizability: a correctness condition for concurrent
 * objects", 1990.)  Each page is an object of its own: that is what translate
 * promises, and what makes the search small; a map of two pages is two calls at
 * once.
 *
 * When a call began and ended is told by a clock that threads read and push
 * with relaxed accesses: schedules that differ only in that are explored apart,
 * and no order is made that could hide a race.  Under weaker models than sc
 * time means nothing: only each thread's own order counts there.
 */
#ifndef CHECK_HISTORY_H
#define CHECK_HISTORY_H

#include "check.h"

enum history_kind {
	HISTORY_READ,	/* answers a page, or -1 */
	HISTORY_MAP,	/* to a page; fails where something is */
	HISTORY_UNMAP,	/* always works */
	HISTORY_REPLACE /* of what is there by a page, and of nothing by
			 * nothing */
};

#define HISTORY_CALLS 6 /* of one thread */

struct history_call {
	uint32_t began, ended;
	int16_t page; /* answered, or to be put there */
	uint8_t kind, va;
	bool failed; /* said that something else stands there */
};

/* One for a scenario, in an object that it shares; all zero at first. */
struct history {
	uint32_t clock;
	uint8_t n[CHECK_THREADS];
	struct history_call calls[CHECK_THREADS][HISTORY_CALLS];
};

/* Around a call of this thread; several may be open, for several pages. */
struct history_call *history_begin(struct history *h, enum history_kind kind,
				   unsigned int va, int page);
void history_end(struct history *h, struct history_call *c);

/* In finish: violates CHECK_STALE if there is no such order for the page @va,
 * which was @first before the threads began. */
void history_check(const struct history *h, unsigned int va, int first);

#endif
