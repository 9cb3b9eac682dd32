/* SPDX-License-Identifier: MIT */
/*
 * What was taken away, and some cache did not say that it forgot it.
 */
#ifndef TARRY_KEEP_H
#define TARRY_KEEP_H

#include "table.h"

/* Is there room for what one more gather may bring?  Where nothing is kept,
 * without looking at a line that is not at hand. */
tarry_inline bool keep_has_room(const struct tarry_body *b)
{
	return tarry_likely(!tarry_load(&b->open_gathers, TARRY_RELAXED)) ||
	       tarry_load(&b->kept.n_runs, TARRY_RELAXED) +
			       TARRY_GATHER_PAGES <=
		       TARRY_KEPT_RUNS;
}

/* All that the gather collected is kept; it is empty then, and what it counts
 * in open_gathers is the space's.  No lock held, no section. */
void tarry_keep(struct tarry_gather *g);

/* With the space's listener lock, after every cache answered: all that is kept
 * is *out, and counts no more. */
void tarry_keep_take(struct tarry_body *b, struct tarry_kept *out);

#endif
