/* SPDX-License-Identifier: MIT */
/*
 * One exploration by many processes, and in many sittings.
 *
 * Graphs that are still to be explored share nothing, so that their counts add
 * up whoever explores them.  A parent keeps them all; a worker gets one,
 * explores for a while, and gives back what is left together with what it
 * counted: one message, so that at any instant every graph is either with the
 * parent or will be explored again from the copy that it kept.  That is also
 * what a checkpoint is.
 *
 * The counterexample is the least one of all - fewest events, then by its
 * written schedule - so that it does not depend on who found what first.
 */
#ifndef CHECK_SCALE_H
#define CHECK_SCALE_H

#include "graph.h"

struct scale {
	unsigned int jobs;
	bool ranks;		/* by the ranks of an MPI job; see ranks.h */
	const char *checkpoint; /* file to write, now and then and at the end */
	const char *resume;	/* file to begin with */
	bool progress;		/* a line a second on stderr */
};

/* The state of a search between two messages. */
struct scale_state {
	struct work *works;
	unsigned int n_works, room;
	struct tally tally;
	struct schedule *least; /* of a violation; n 0: none yet */
	enum check_kind kind;
	char text[512];
};

/* False: it was told to end, or could not begin; what is left is in the
 * checkpoint, if there is one. */
bool scale_run(const struct search *s, const struct scale *how, struct tally *t,
	       struct schedule *found);

void scale_put(struct scale_state *s, const struct work *w);
bool scale_take(struct scale_state *s, struct work *w);
void scale_add(struct tally *to, const struct tally *t);
/* Is @a to be reported rather than @b? */
bool scale_less(const struct schedule *a, const struct schedule *b);

/* ---- jobs.c ---- */

void jobs_run(const struct search *s, const struct scale *how,
	      struct scale_state *state, bool *good);

/* ---- checkpoint.c ---- */

/* What must be alike for one program to go on with another's graphs. */
void checkpoint_fingerprint(uint64_t print[3]);

/* False, and a message: it could not be written. */
bool checkpoint_write(const char *path, const struct search *s,
		      const struct scale_state *state);
/* False, and a message that names the damage. */
bool checkpoint_read(const char *path, const struct search *s,
		     struct scale_state *state);
/* Addresses must be the same the next time: run this program again without
 * address space randomization, if need be. */
void checkpoint_fix_addresses(char **argv);

#endif
