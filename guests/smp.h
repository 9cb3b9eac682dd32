/* SPDX-License-Identifier: MIT */
/*
 * What the cases with two CPUs share: CPU 0 changes, CPU 1 walks.  case_smp.c
 */
#ifndef GUESTS_SMP_H
#define GUESTS_SMP_H

#include "guest.h"

/* A case ends after that long, if the CPUs have overlapped by then: on a loaded
 * host they share a core, and take turns of many milliseconds. */
#define MOST_SECONDS 10
#define MOST_WAIT    100 /* until they have */

struct smp {
	uint32_t stop;
	uint32_t turns; /* of CPU 1 */
	uint32_t epoch; /* odd: the page is unmapped */
	uint32_t go, begun, gone;
	uint32_t stale, faults, wrong, lost;
	uint64_t wrong_va, wrong_value;
	uint64_t seed;
	uint64_t delay;
	uint32_t overlap;
	unsigned int first; /* frame of the region's first page */
	uint64_t len;
	uint64_t low;	/* pages of it that smp_page() leaves out, from below */
	uint32_t state; /* of a run: case_run.c */
	uint32_t steady;
} __attribute__((aligned(256)));
extern struct smp smp;

void smp_begin(void);
/* CPU 1 is through; says how much they overlapped.  Fails where they did not,
 * or something was wrong. */
void smp_end(void);
/* Is it time to end?  @met: how often the two have overlapped. */
bool smp_late(uint32_t met);
/* In each step of CPU 0. */
void smp_step(void);

/* Of CPU 1: after each turn; is it to stop; an answer that is wrong. */
void smp_turn(void);
bool smp_stopped(void);
void smp_wrong(uint64_t va, uint64_t value);
void smp_lost(uint64_t va); /* mapped, and not found */

/* The region: @len bytes, its memory aligned to @span.  False: there is not so
 * much. */
bool smp_region(uint64_t span, uint64_t len);
/* The number of a page of it. */
uint64_t smp_page(void);

/* Of the region, change() while CPU 1 writes a page, then back().  The write is
 * to fall into the change: half of them before its end, by a delay that is
 * longer after each that did, and shorter after each that did not. */
void smp_dirty_survives(void (*change)(void), void (*back)(void),
			unsigned int most_rounds);
/* Why there are no dirty bits to be seen; NULL: there are. */
const char *smp_no_bits(void);

#endif
