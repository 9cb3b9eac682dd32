/* SPDX-License-Identifier: MIT */
/*
 * The graph at hand, as it is run again and grows: what the files of the graph
 * engine share among themselves.
 */
#ifndef CHECK_GROW_H
#define CHECK_GROW_H

#include <stddef.h>
#include <string.h>

#include "graph.h"

struct growth {
	enum check_model model;
	struct graph g;
	struct derived d[GRAPH_EVENTS];
	uint16_t done[CLOCK_THREADS]; /* events run in this execution */
	unsigned int n_done;
	unsigned int pushed; /* by the execution at hand */
	bool at_hand;
	struct graph scratch, other;
	struct derived d_scratch[GRAPH_EVENTS];
	/* Where sections ended: place in their thread. */
	uint16_t ended[CHECK_CLASSES][CLOCK_THREADS][MACHINE_SECTIONS];
	unsigned int n_threads; /* of the scenario */
	unsigned int n_waited;	/* those, and maybe deferred calls */
	bool replay;		/* of a schedule: no branches */
	uint64_t order[GRAPH_EVENTS];
	const struct schedule *schedule;
	bool misfit;
	bool moved; /* the last node changed what is derived of others */
};

extern struct growth grow;

static inline size_t graph_bytes(const struct graph *g)
{
	return offsetof(struct graph, nodes) + g->n * sizeof(struct node);
}

static inline void graph_copy(struct graph *to, const struct graph *from)
{
	memcpy(to, from, graph_bytes(from));
}

/* ---- pending.c ---- */

void pending_begin(void);
/* A copy of @g waits; nothing does while a schedule is replayed. */
void pending_push(const struct graph *g);
/* The newest becomes the graph at hand; false: none waits. */
bool pending_pop(void);
/* What each of those is that the execution at hand has pushed. */
void pending_share(double share);

/* ---- node.c ---- */

void node_append(struct graph *g, const struct node *n);
void node_remove_last(struct graph *g);
/* The node that the event of @t is, but for what it reads. */
void node_of(struct node *to, const struct thread *t, const struct op *op);
/* The word that an event is about; not always of memory.  0: none. */
uintptr_t node_word(const struct thread *t, const struct op *op);
/* A word, and which of its lives between plain writes. */
#define KEY_ADDR_SHIFT 12
uint64_t node_key(uintptr_t addr);
/* The write of that rank; -1: the initial value. */
int graph_write_at(const struct graph *g, uint64_t key, int rank);
/* The value that a word had before any write of this graph. */
uint64_t word_initial(uintptr_t addr, unsigned int size);
/* And after write @w of it. */
uint64_t word_value(const struct graph *g, const struct op *op, int w);

/* ---- branch.c ---- */

/* Is the graph at hand consistent with the node that was appended last? */
bool grow_last(void);
/* By the event of @t: one of the branches is in the graph then, the others
 * wait.  False: there was none, and only revisits go on. */
bool grow_by(struct thread *t, struct op *op);
/* As a schedule says; see struct schedule. */
bool grow_as(struct thread *t, struct op *op, unsigned int choice);
bool grow_rmw(const struct node *proto, const struct op *op,
	      bool only_revisits);
/* By the writes of all that a revisit left half done; false: one has no
 * place. */
bool grow_halves(void);

/* ---- missed.c ---- */

/* Does the newest value end the wait of @t? */
bool missed_can(const struct thread *t);
/* What is left of the graph, which is done, where a wait in it is missed. */
void missed_push(void);
/* Such a graph is done, too. */
enum outcome missed_ended(enum outcome how);

/* ---- enact.c: the strategy's, see machine.h ---- */

void enact(struct thread *t, struct op *op);
void enact_before(struct thread *t, struct op *op);

#endif
