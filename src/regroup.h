/* SPDX-License-Identifier: MIT */
/*
 * Runs, changed: set, taken apart, joined.
 *
 * All of these work on one table of @level, by its slots [first, last], and on
 * every run that those touch, also where it sticks out; @base is the va bits of
 * slot 0.  The table is locked, the caller is in a read section.  Where the
 * space sets no runs they do nothing.
 */
#ifndef TARRY_REGROUP_H
#define TARRY_REGROUP_H

#include "body.h"
#include "cursor.h"
#include "leaf_run.h"

/* Slots of one table. */
struct slots {
	uint64_t *slots;
	uint64_t base; /* va bits of slot 0 */
	unsigned int level;
	unsigned int first, last; /* inclusive */
};

/* The slots from the one at hand to the last that lies wholly in the range. */
struct slots tarry_cursor_slots(const struct cursor *c);

/* Leaves of these slots are in no run.  Accessed and dirty of a run are those
 * of each of its leaves then.  False: a cache did not answer; done all the
 * same, as no address leads elsewhere by it. */
bool tarry_run_part(struct tarry_body *b, struct tarry_gather *g,
		    const struct slots *s);

/* Leaves of these slots that have become fit to be a run are one.  Where a
 * cache does not answer they stay alone. */
void tarry_run_join(struct tarry_body *b, const struct slots *s);
/* The same for the leaf at @bits, below the top of @c, with all tables on the
 * way locked. */
void tarry_run_join_at(struct tarry_body *b, const struct cursor *c,
		       uint64_t bits);

/*
 * Leaves of @n slots from that of @bits on go, and are told of in @g: the runs
 * that stick out of them are parted.  Or, where @g is NULL, they have come:
 * such runs may be joined by them.  False: a cache did not answer.
 */
bool tarry_run_ends(struct tarry_body *b, struct tarry_gather *g,
		    uint64_t *slots, uint64_t bits, unsigned int level,
		    unsigned int n);

/*
 * Leaves of these slots that are in a run lose the rights @clear and have those
 * of @set; so do those that are fit to be one then.  Others stay as they are.
 * False: a cache did not answer; done all the same.
 */
bool tarry_run_rights(struct tarry_body *b, struct tarry_gather *g,
		      const struct slots *s, tarry_rights clear,
		      tarry_rights set);

/* Sets all runs in a table that nobody else can reach. */
void tarry_run_fill(struct tarry_body *b, uint64_t *slots, unsigned int level);

/* rule: whole-span: any leaf of the run at @bits may be cached as all of it. */
tarry_inline void gather_run(struct tarry_body *b, struct tarry_gather *g,
			     uint64_t bits, unsigned int level)
{
	gather_bytes(b, g, bits, run_span(facts(b->format), level), level,
		     false);
}

/* Are @n slots from @slot on, to be filled from @bits to @oa, all of its run?
 * Then the leaf for @slot can say so. */
tarry_inline bool run_fits(const struct tarry_format *f, unsigned int level,
			   unsigned int slot, unsigned int first,
			   unsigned int n, uint64_t bits, tarry_oa oa)
{
	unsigned int start = run_first(f, level, slot);

	return start >= first &&
	       start + (1u << f->run_lg2[level]) <= first + n &&
	       !((bits ^ oa) & (run_span(f, level) - 1));
}

#endif
