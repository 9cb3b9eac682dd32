/* SPDX-License-Identifier: MIT */
/*
 * Graphs that are still to be explored: a stack of compact copies.  The newest
 * is explored next, so that few wait; the oldest, from which most follows, is
 * given away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

#define PENDING_MAX (1u << 20)

static struct graph **pending; /* a stack from its bottom on */
static unsigned int n_pending, bottom;

void pending_push(const struct graph *g)
{
	struct graph *copy;

	if (grow.replay || grow.g.stuck)
		return;
	if (n_pending == PENDING_MAX && bottom) {
		memmove(pending, pending + bottom,
			(n_pending - bottom) * sizeof(*pending));
		n_pending -= bottom;
		bottom = 0;
	}
	copy = malloc(graph_bytes(g));
	if (!copy || n_pending == PENDING_MAX) {
		fprintf(stderr, "tarry-check: too many graphs wait\n");
		exit(2);
	}
	memcpy(copy, g, graph_bytes(g));
	memcpy(copy->spawn_ids, machine.spawn_ids, sizeof(copy->spawn_ids));
	copy->next_id = machine.next_id;
	pending[n_pending++] = copy;
	grow.pushed++;
}

bool pending_pop(void)
{
	struct graph *g;

	if (n_pending == bottom)
		return false;
	g = pending[--n_pending];
	memcpy(&grow.g, g, graph_bytes(g));
	free(g);
	return true;
}

bool graph_give(struct work *w)
{
	if (n_pending == bottom)
		return false;
	w->graph = pending[bottom++];
	w->len = graph_bytes(w->graph);
	return true;
}

unsigned int graph_pending(void)
{
	return n_pending - bottom;
}

/* Everything that an index is made of must lie inside. */
const char *graph_damage(const struct graph *g, size_t len)
{
	unsigned int n = 0;

	if (len < offsetof(struct graph, nodes) || g->n >= GRAPH_EVENTS ||
	    len != graph_bytes(g))
		return "its length is not that of a graph";
	if (g->next_id > CLOCK_THREADS)
		return "it has too many threads";
	if (!(g->share >= 0 && g->share <= 1))
		return "its share is none";
	for (unsigned int u = 0; u < CLOCK_THREADS; u++) {
		if (g->n_of[u] >= GRAPH_EVENTS / 2)
			return "a thread has too many events";
		for (unsigned int i = 0; i < 16; i++)
			if (g->spawn_ids[u][i] >= CLOCK_THREADS)
				return "a thread has no such number";
		for (unsigned int i = 0; i < g->n_of[u]; i++)
			if (g->at[u][i] < 0 || g->at[u][i] >= (int)g->n ||
			    g->nodes[g->at[u][i]].tid != u ||
			    g->nodes[g->at[u][i]].po != i)
				return "program order does not fit the events";
		n += g->n_of[u];
	}
	if (n != g->n)
		return "some events are in no thread";
	for (unsigned int i = 0; i < g->n; i++) {
		const struct node *e = &g->nodes[i];

		if (e->rf >= (int)g->n || e->rf < -1 ||
		    (e->rf >= 0 && !node_writes(&g->nodes[e->rf])))
			return "a read reads from no write";
		for (unsigned int u = 0; u < CLOCK_THREADS; u++)
			if (e->joined[u] > g->n_of[u])
				return "a wait waits for no event";
	}
	return NULL;
}

bool graph_take(const struct work *w, const char **why)
{
	struct graph *copy;

	*why = graph_damage(w->graph, w->len);
	if (*why)
		return false;
	copy = malloc(w->len);
	if (!copy || n_pending == PENDING_MAX) {
		*why = "there is no room for it";
		free(copy);
		return false;
	}
	memcpy(copy, w->graph, w->len);
	pending[n_pending++] = copy;
	return true;
}
void pending_begin(void)
{
	if (!pending)
		pending = calloc(PENDING_MAX, sizeof(*pending));
	if (!pending)
		abort();
	while (n_pending > bottom)
		free(pending[--n_pending]);
	n_pending = 0;
	bottom = 0;
}

void pending_share(double share)
{
	for (unsigned int i = 0; i < grow.pushed; i++)
		pending[n_pending - 1 - i]->share = share;
}
