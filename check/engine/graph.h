/* SPDX-License-Identifier: MIT */
/*
 * Execution graphs: what happened, with no order but what the events say of
 * each other - program order, which write each read reads from, and the order
 * of the writes of each word (coherence).
 */
#ifndef CHECK_GRAPH_H
#define CHECK_GRAPH_H

#include "explore.h"
#include "perform.h"

#define GRAPH_EVENTS 768

enum node_type {
	NODE_READ,
	NODE_WRITE,
	NODE_RMW,
	NODE_FENCE,
	NODE_JOIN, /* waits for events of others; see joined */
	NODE_CHOICE,
	NODE_LOCAL,
};

enum node_flags {
	NODE_AWAIT = 1,	  /* reads what the wait is satisfied by, only */
	NODE_LOCK = 2,	  /* an RMW that reads "free" only */
	NODE_UNLOCK = 4,  /* right after its lock in coherence */
	NODE_SECTION = 8, /* a write that begins a read section */
	NODE_WAIT = 16,	  /* a read by which a wait finds open sections */
	NODE_FIRST = 32,  /* a lock that took a later one out */
	NODE_HALF = 64,	  /* an RMW whose write is not there yet */
};

/* One event. */
struct node {
	uint8_t tid, type, order, flags;
	uint8_t how;  /* of an RMW or a wait */
	uint8_t kind; /* enum op_kind */
	uint8_t walk; /* enum check_walk */
	uint16_t po;  /* place in its thread */
	int16_t rf;   /* index of the write it reads; -1: the initial value */
	int16_t rank; /* of a write in coherence, from 1 */
	uint16_t choice, n_choices;
	/* When it was added, which is no order of execution; the write of an
	 * RMW by itself, as it may be added again. */
	uint32_t time, write_time;
	uint64_t key; /* word and version */
	uint64_t read, written;
	uint64_t operand, expected; /* as in struct op */
	struct check_site *site;
	vclock joined; /* by thread: events that must come before */
};

/* What follows from the graph. */
struct derived {
	vclock hb;	 /* happens-before, itself included */
	vclock porf;	 /* program order and reads-from */
	vclock sync;	 /* what an acquire of this write brings */
	vclock acquired; /* of the thread, after it: loads without acquire */
	vclock released; /* the last release fence of the thread */
	/* Of hardware that walks for it; see struct thread. */
	vclock walk_base, walk;
};

struct graph {
	unsigned int n;
	/* The numbers of spawned threads, as in struct machine. */
	uint8_t spawn_ids[CLOCK_THREADS][16];
	unsigned int next_id;
	uint32_t stuck; /* threads whose wait was missed: see missed.c */
	uint32_t time;
	double share; /* of all there is to explore, if all branches were
		       * equal; they are not */
	uint16_t n_of[CLOCK_THREADS];
	int16_t at[CLOCK_THREADS][GRAPH_EVENTS / 2]; /* node by program order */
	struct node nodes[GRAPH_EVENTS];
};

/* As search_run(), under s->model. */
void graph_run(const struct search *s, struct tally *t, struct schedule *found);

/* Work that was not done yet: compact graphs, each of which can be explored by
 * anybody; nothing else is shared. */
struct work {
	size_t len;
	struct graph *graph; /* only @len bytes of it */
};
/* Start a search whose first graph is empty. */
void graph_begin(const struct search *s);
/* Explore the graph at hand and what follows from it first; false: all done. */
bool graph_step(const struct search *s, struct tally *t,
		struct schedule *found);
/* Take the oldest pending graph away from here (the largest part of the rest);
 * the caller frees it.  False: there is none. */
bool graph_give(struct work *w);
/* Put one there; it is copied.  False: damaged, and *why says how. */
bool graph_take(const struct work *w, const char **why);
/* What is wrong with it; NULL: nothing. */
const char *graph_damage(const struct graph *g, size_t len);
/* A search that has nothing yet; its first graph, on the heap. */
void graph_begin_empty(const struct search *s);
void graph_first(const struct search *s, struct work *w);
unsigned int graph_pending(void);

/* Run a schedule that was found under a weak model again; false: it does not
 * fit. */
bool graph_replay(const struct schedule *s, enum outcome *how);

/* ---- revisit.c ---- */

/* The graph that is left if the last node of @g, a write, had been there when
 * read @r was done; false: another graph leads there.  The write is last in
 * @to as well, and newest of its word if it was; @r reads what it read. */
bool graph_revisit(const struct graph *g, const struct derived *d,
		   unsigned int r, struct graph *to);
/* The graph that is left without node @a, and all that hangs on it. */
void graph_without(const struct graph *g, const struct derived *d,
		   unsigned int a, struct graph *to);
/* The rank of the newest write to @key; and room at @rank for one more. */
int graph_top_rank(const struct graph *g, uint64_t key);
void graph_make_room(struct graph *g, uint64_t key, int rank);
/* Read the value of node @n from its source, and see what that makes of it: an
 * RMW that is to write is left half done. */
void graph_reread(struct graph *g, unsigned int n, uint64_t initial);
/* The other half, of the last node. */
void graph_write_half(struct graph *g);

/* ---- model.c ---- */

/* Derive everything anew; false: not consistent under the model. */
bool model_consistent(struct graph *g, struct derived *d,
		      enum check_model model);
/* The first half of that; false: there is a cycle. */
bool model_derive(struct graph *g, struct derived *d);
/* Does what is derived of other nodes depend on the last one?  After it is
 * taken away again, all must be derived anew. */
bool model_last_moves(const struct graph *g);
/* The last node was added to a consistent graph: derive it, and check. */
bool model_consistent_last(struct graph *g, struct derived *d,
			   enum check_model model);
/* The array of the graph that is being built: for that, the model keeps what it
 * knows from one node to the next. */
extern const struct derived *model_built;
bool node_writes(const struct node *n);
bool node_reads(const struct node *n);
static inline bool node_within(const struct node *n, const vclock *clock)
{
	return (*clock)[n->tid] > n->po;
}

#endif
