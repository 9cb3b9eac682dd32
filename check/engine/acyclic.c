/* SPDX-License-Identifier: MIT */
/*
 * Acyclicity of the orders that SC and TSO demand.
 */
#include <string.h>

#include "model.h"

static bool drains(const struct node *n)
{
	return n->type == NODE_RMW || n->type == NODE_JOIN ||
	       (n->type == NODE_FENCE && n->order == __ATOMIC_SEQ_CST) ||
	       (n->type == NODE_WRITE && n->order == __ATOMIC_SEQ_CST) ||
	       (n->flags & (NODE_SECTION | NODE_WAIT));
}

/* Sections begin and end without a fence: the waits pay for both. */
static bool transparent(const struct node *n)
{
	return (n->type == NODE_READ && !drains(n)) || n->type == NODE_LOCAL ||
	       n->type == NODE_CHOICE ||
	       (n->type == NODE_FENCE && !drains(n)) ||
	       (n->flags & NODE_SECTION);
}

static bool buffered(const struct node *n)
{
	return n->type == NODE_WRITE && !drains(n);
}

/* What push() does with the end of an edge. */
enum walk_mode {
	WALK_REACH,  /* goes there, once */
	WALK_COUNT,  /* counts the edges that lead there */
	WALK_REMOVE, /* takes one away; goes there if it was the last */
};

#define WALK_BUCKETS 256

static struct {
	const struct graph *g;
	enum check_model model;
	enum walk_mode mode;
	uint32_t mark[GRAPH_EVENTS], now;
	uint16_t in[GRAPH_EVENTS];
	uint16_t stack[GRAPH_EVENTS];
	unsigned int top;
	/* Events by word, and those that join others: few of all. */
	int16_t first[WALK_BUCKETS], next[GRAPH_EVENTS];
	uint16_t joins[GRAPH_EVENTS];
	unsigned int n_joins;
} walk;

static unsigned int bucket_of(uint64_t key)
{
	return (unsigned int)(key * 0x9e3779b97f4a7c15ull >> 56) % WALK_BUCKETS;
}

static void walk_begin(const struct graph *g, enum check_model model)
{
	static const vclock nobody;

	walk.g = g;
	walk.model = model;
	walk.n_joins = 0;
	memset(walk.first, 0xff, sizeof(walk.first));
	for (unsigned int i = g->n; i-- > 0;) {
		const struct node *n = &g->nodes[i];

		if (node_reads(n) || node_writes(n)) {
			unsigned int b = bucket_of(n->key);

			walk.next[i] = walk.first[b];
			walk.first[b] = (int16_t)i;
		}
		if (memcmp(&n->joined, &nobody, sizeof(nobody)))
			walk.joins[walk.n_joins++] = (uint16_t)i;
	}
}

static void push(unsigned int i)
{
	switch (walk.mode) {
	case WALK_COUNT:
		walk.in[i]++;
		return;
	case WALK_REMOVE:
		if (!--walk.in[i])
			walk.stack[walk.top++] = (uint16_t)i;
		return;
	default:
		if (walk.mark[i] == walk.now)
			return;
		walk.mark[i] = walk.now;
		walk.stack[walk.top++] = (uint16_t)i;
	}
}

static void push_program_order(const struct graph *g, const struct node *n)
{
	unsigned int po = n->po + 1;

	if (walk.model == CHECK_SC) {
		if (po < g->n_of[n->tid])
			push((unsigned int)g->at[n->tid][po]);
		return;
	}
	for (; po < g->n_of[n->tid]; po++) {
		unsigned int i = (unsigned int)g->at[n->tid][po];
		const struct node *e = &g->nodes[i];

		if (buffered(n)) {
			/* Later loads may overtake it, and nothing else. */
			if (transparent(e))
				continue;
			push(i);
			return;
		}
		push(i);
		if (!buffered(e))
			return;
	}
}

/* From a wait, to the sections that it did not find. */
static void push_wait(const struct graph *g, const struct node *n)
{
	for (unsigned int po = n->po; po-- > 0;) {
		const struct node *w = &g->nodes[g->at[n->tid][po]];

		if (!(w->flags & NODE_WAIT))
			return;
		for (unsigned int j = 0; j < g->n; j++)
			if (wait_before(g, w, &g->nodes[j]))
				push(j);
	}
}

static void push_successors(unsigned int i)
{
	const struct graph *g = walk.g;
	const struct node *n = &g->nodes[i];
	int rank = node_writes(n)  ? n->rank
		   : node_reads(n) ? rank_of_rf(g, n)
				   : -1;

	push_program_order(g, n);
	if (!(n->flags & NODE_WAIT))
		push_wait(g, n);
	/* What is joined has reached memory. */
	for (unsigned int k = 0; k < walk.n_joins; k++)
		if (g->nodes[walk.joins[k]].joined[n->tid] > n->po)
			push(walk.joins[k]);
	if (rank < 0)
		return;
	for (int j = walk.first[bucket_of(n->key)]; j >= 0; j = walk.next[j]) {
		const struct node *e = &g->nodes[j];

		if (e->key != n->key || j == (int)i)
			continue;
		/* co and fr: to the next write */
		if (node_writes(e) && e->rank == rank + 1)
			push((unsigned int)j);
		/* rf; a thread sees its own store early */
		if (node_writes(n) && node_reads(e) && e->rf == (int)i &&
		    (walk.model == CHECK_SC || e->tid != n->tid))
			push((unsigned int)j);
	}
}

/* Does a path lead from @i back to it? */
static bool cycle_through(unsigned int i)
{
	walk.now++;
	walk.top = 0;
	walk.mode = WALK_REACH;
	push_successors(i);
	while (walk.top) {
		unsigned int j = walk.stack[--walk.top];

		if (j == i)
			return true;
		push_successors(j);
	}
	return false;
}

/* Events that nothing leads to are taken away, with the edges that go out from
 * them, until none is left: or those of a cycle are. */
bool model_acyclic(const struct graph *g, enum check_model model)
{
	unsigned int gone = 0;

	walk_begin(g, model);
	memset(walk.in, 0, g->n * sizeof(walk.in[0]));
	walk.mode = WALK_COUNT;
	for (unsigned int i = 0; i < g->n; i++)
		push_successors(i);
	walk.mode = WALK_REMOVE;
	walk.top = 0;
	for (unsigned int i = 0; i < g->n; i++)
		if (!walk.in[i])
			walk.stack[walk.top++] = (uint16_t)i;
	while (walk.top) {
		gone++;
		push_successors(walk.stack[--walk.top]);
	}
	return gone == g->n;
}

bool model_acyclic_last(const struct graph *g, enum check_model model)
{
	walk_begin(g, model);
	return !cycle_through(g->n - 1);
}
