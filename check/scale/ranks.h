/* SPDX-License-Identifier: MIT */
/*
 * One exploration by the ranks of an MPI job: `mpirun tarry-check ...`.
 *
 * MPI itself is in a module beside the program, loaded where a rank is asked
 * for: who has no MPI misses nothing.  All ranks walk through the same
 * scenarios in the same order; rank 0 hands out, explores too, and speaks.
 */
#ifndef CHECK_RANKS_H
#define CHECK_RANKS_H

#include "scale.h"

/* What the module exports, by the name "ranks_transport". */
struct ranks_transport {
	bool (*start)(int *rank, int *size);
	void (*send)(int to, const void *p, size_t n);
	/* From whom a message of @n bytes waits; -1: none does. */
	int (*probe)(size_t *n);
	void (*receive)(int from, void *p, size_t n);
	void (*finish)(void);
};

/* Did mpirun start this process? */
bool ranks_asked_for(void);
/* Join the others; false and a message: it cannot be. */
bool ranks_begin(void);
void ranks_end(void);
/* 0: hands out and speaks. */
int ranks_mine(void);

/* Rank 0: explore with all; the others: for it, until dismissed. */
void ranks_run(const struct search *s, const struct scale *how,
	       struct scale_state *state, bool *good);
void ranks_work(const struct search *s);
void ranks_dismiss(void);

#endif
