/* SPDX-License-Identifier: MIT */
/*
 * What the predicates of the models share.
 */
#ifndef CHECK_MODEL_H
#define CHECK_MODEL_H

#include "graph.h"

static inline int rank_of_rf(const struct graph *g, const struct node *n)
{
	return n->rf < 0 ? 0 : g->nodes[n->rf].rank;
}

/* Is this read of a wait ordered before that begin of a section? */
static inline bool wait_before(const struct graph *g, const struct node *wait,
			       const struct node *section)
{
	return (wait->flags & NODE_WAIT) && (section->flags & NODE_SECTION) &&
	       wait->key == section->key && rank_of_rf(g, wait) < section->rank;
}

static inline bool is_fence(const struct node *n)
{
	return n->type == NODE_FENCE || n->kind == OP_WAIT_END;
}

/* ---- acyclic.c: SC's and TSO's orders ---- */

bool model_acyclic(const struct graph *g, enum check_model model);
/* The same of a graph that was, but for its last node. */
bool model_acyclic_last(const struct graph *g, enum check_model model);

/* ---- psc.c: RC11's order of sequentially consistent events ---- */

bool model_psc_acyclic(const struct graph *g, const struct derived *d);
bool model_psc_acyclic_last(const struct graph *g, const struct derived *d);
/* Does that order hold all such events of the graph?  If not, some graphs are
 * explored that RC11 forbids. */
bool model_psc_takes_all(const struct graph *g);

#endif
