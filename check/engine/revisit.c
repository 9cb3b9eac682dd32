/* SPDX-License-Identifier: MIT */
/*
 * Backward revisits: Kokologiannakis, Marmanis, Gladstein, Vafeiadis, "Truly
 * stateless, optimal dynamic partial order reduction", POPL 2022.
 *
 * A write that is added late may be what an earlier read should have read.  The
 * graph is then cut back to what was there before the read, and to what the
 * write needs; the rest is explored again.  So that no graph is reached twice,
 * this is done only from the graph in which all that is cut away was added in
 * the one canonical way: reads read the newest write, writes came last.
 */
#include <string.h>

#include "graph.h"

int graph_top_rank(const struct graph *g, uint64_t key)
{
	int top = 0;

	for (unsigned int i = 0; i < g->n; i++)
		if (g->nodes[i].key == key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank > top)
			top = g->nodes[i].rank;
	return top;
}

void graph_make_room(struct graph *g, uint64_t key, int rank)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (g->nodes[i].key == key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank >= rank)
			g->nodes[i].rank++;
}

void graph_reread(struct graph *g, unsigned int i, uint64_t initial)
{
	struct node *n = &g->nodes[i];
	bool writes = false;

	n->read = n->rf < 0 ? initial : g->nodes[n->rf].written;
	switch (n->kind) {
	case OP_CAS:
		writes = n->read == n->expected;
		n->how = CHECK_EXCHANGE;
		break;
	case OP_TRYLOCK:
		writes = !n->read;
		break;
	case OP_RMW:
	case OP_LOCK:
	case OP_HEAP:
		writes = true;
		break;
	default:
		break;
	}
	n->type = NODE_READ;
	n->flags =
		(uint8_t)((n->flags & ~NODE_HALF) | (writes ? NODE_HALF : 0));
}

void graph_write_half(struct graph *g)
{
	struct node *n = &g->nodes[g->n - 1];
	int rank = n->rf < 0 ? 0 : g->nodes[n->rf].rank;

	graph_make_room(g, n->key, rank + 1);
	n->type = NODE_RMW;
	n->flags &= (uint8_t)~NODE_HALF;
	n->written = machine_rmw(n->how, n->operand, n->read);
	n->rank = (int16_t)(rank + 1);
	n->write_time = ++g->time;
}

/* Was the write added in the canonical way: the newest, and read by nobody who
 * was there before? */
static bool canonical_write(const struct graph *g, const vclock *prefix,
			    unsigned int e)
{
	const struct node *n = &g->nodes[e];

	if (n->flags & NODE_FIRST)
		return false;
	for (unsigned int i = 0; i + 1 < g->n; i++) {
		const struct node *o = &g->nodes[i];
		bool needed = node_within(o, prefix);

		if (o->key != n->key || i == e)
			continue;
		if (node_reads(o) && o->rf == (int)e &&
		    (needed || o->time <= n->write_time))
			return false;
		if (node_writes(o) && o->rank > n->rank &&
		    (needed || o->write_time <= n->write_time))
			return false;
	}
	return true;
}

/* And a read: of the newest; a wait, of the newest that ends it. */
static bool canonical_read(const struct graph *g, const vclock *prefix,
			   unsigned int e)
{
	const struct node *n = &g->nodes[e];
	struct op op = {.how = n->how, .value = n->operand};
	int rank = n->rf < 0 ? 0 : g->nodes[n->rf].rank;

	for (unsigned int i = 0; i + 1 < g->n; i++) {
		const struct node *o = &g->nodes[i];

		if (o->key != n->key || i == e || !node_writes(o) ||
		    o->rank <= rank ||
		    !(node_within(o, prefix) || o->write_time <= n->time))
			continue;
		if (!(n->flags & NODE_AWAIT) ||
		    machine_await_holds(&op, o->written))
			return false;
	}
	return true;
}

static bool canonical(const struct graph *g, const vclock *prefix,
		      unsigned int e)
{
	const struct node *n = &g->nodes[e];

	if (n->type == NODE_CHOICE)
		return n->choice == 0;
	return (!node_reads(n) || canonical_read(g, prefix, e)) &&
	       (!node_writes(n) || canonical_write(g, prefix, e));
}

/* Ranks without gaps, in the order that they had. */
static void renumber(struct graph *g)
{
	int16_t old[GRAPH_EVENTS];

	for (unsigned int i = 0; i < g->n; i++)
		old[i] = g->nodes[i].rank;
	for (unsigned int i = 0; i < g->n; i++) {
		struct node *n = &g->nodes[i];

		if (!node_writes(n))
			continue;
		n->rank = 1;
		for (unsigned int j = 0; j < g->n; j++)
			if (g->nodes[j].key == n->key &&
			    node_writes(&g->nodes[j]) && old[j] < old[i])
				n->rank++;
	}
}

enum fate { KEEP, KEEP_READ, DROP };

/* What becomes of node @i when the last one revisits @r. */
static enum fate fate_of(const struct graph *g, const vclock *prefix,
			 unsigned int r, unsigned int i)
{
	const struct node *n = &g->nodes[i];
	uint32_t since = g->nodes[r].time;

	if (i == g->n - 1 || node_within(n, prefix))
		return KEEP;
	if (i == r)
		return n->flags & NODE_LOCK ? DROP : KEEP_READ;
	if (n->time > since)
		return DROP;
	return n->type == NODE_RMW && n->write_time > since ? KEEP_READ : KEEP;
}

/* The threads of @g, and no event. */
static void graph_empty(struct graph *to, const struct graph *g)
{
	to->n = 0;
	to->time = g->time;
	to->next_id = g->next_id;
	to->stuck = g->stuck;
	memcpy(to->spawn_ids, g->spawn_ids, sizeof(to->spawn_ids));
	memset(to->n_of, 0, sizeof(to->n_of));
}

static int16_t graph_keep(struct graph *to, const struct node *n)
{
	to->nodes[to->n] = *n;
	to->at[n->tid][to->n_of[n->tid]++] = (int16_t)to->n;
	return (int16_t)to->n++;
}

/* All that stay are there; @moved says where they were. */
static void graph_settle(struct graph *to, const int16_t *moved)
{
	for (unsigned int i = 0; i < to->n; i++)
		if (node_reads(&to->nodes[i]) && to->nodes[i].rf >= 0)
			to->nodes[i].rf = moved[to->nodes[i].rf];
	renumber(to);
}

void graph_without(const struct graph *g, const struct derived *d,
		   unsigned int a, struct graph *to)
{
	int16_t moved[GRAPH_EVENTS];

	graph_empty(to, g);
	for (unsigned int i = 0; i < g->n; i++)
		moved[i] = node_within(&g->nodes[a], &d[i].porf)
				   ? -1
				   : graph_keep(to, &g->nodes[i]);
	graph_settle(to, moved);
}

bool graph_revisit(const struct graph *g, const struct derived *d,
		   unsigned int r, struct graph *to)
{
	const vclock *prefix = &d[g->n - 1].porf;
	int16_t moved[GRAPH_EVENTS];

	for (unsigned int i = 0; i < g->n; i++) {
		enum fate fate = fate_of(g, prefix, r, i);

		if (i == r || fate == DROP) {
			if (!canonical(g, prefix, i))
				return false;
		} else if (fate == KEEP_READ &&
			   !canonical_write(g, prefix, i)) {
			return false;
		}
	}
	graph_empty(to, g);
	for (unsigned int i = 0; i < g->n; i++) {
		enum fate fate = fate_of(g, prefix, r, i);
		struct node *n = &to->nodes[to->n];

		moved[i] = -1;
		if (fate == DROP)
			continue;
		moved[i] = graph_keep(to, &g->nodes[i]);
		if (fate == KEEP_READ && n->type == NODE_RMW) {
			n->type = NODE_READ;
			n->flags |= NODE_HALF;
		}
	}
	graph_settle(to, moved);
	if (moved[r] < 0)
		to->nodes[to->n - 1].flags |= NODE_FIRST;
	return true;
}
