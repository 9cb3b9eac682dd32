/* SPDX-License-Identifier: MIT */
/*
 * Those who explore for one who hands out, whatever is between them: sockets of
 * one machine, MPI between many.
 */
#ifndef CHECK_CREW_H
#define CHECK_CREW_H

#include <signal.h>

#include "message.h"

#define CREW_MAX    256
#define CREW_BUDGET 2000 /* executions between two messages */

struct crew {
	unsigned int n;
	/* Hand @order to member @i.  False: it is gone. */
	bool (*give)(struct crew *c, unsigned int i,
		     const struct message *order);
	/* Whose answer came within about half a second; -1: nobody's.  An
	 * answer of no bytes: it is gone. */
	int (*wait)(struct crew *c, struct message *answer);
	/* Copies of what they explore; graph NULL: idle. */
	struct work has[CREW_MAX];
	bool gone[CREW_MAX];
};

/* This process was told to end. */
extern volatile sig_atomic_t scale_told;
void scale_catch_end(void);

/* Explore what @order holds.  False: it is damaged, and has been said. */
bool worker_answer(const struct search *s, uint64_t budget,
		   struct message *order, struct message *answer);

/* Hand out until nothing is left, or everybody is gone, or it was told to end.
 */
void broker_run(struct crew *c, const struct search *s, const struct scale *how,
		struct scale_state *state);
bool broker_save(const struct crew *c, const struct search *s,
		 const struct scale *how, struct scale_state *state);

#endif
