/* SPDX-License-Identifier: MIT */
/*
 * Memory models, as predicates on execution graphs.
 *
 *   SC    acyclic(po, rf, co, fr)
 *   TSO   coherence per word; acyclic(ppo, rfe, co, fr), where ppo drops what a
 *         store buffer drops: a store before a later load (Alglave, Maranget,
 *         Tautschnig: "Herding cats", TOPLAS 2014; x86: fences, locked
 *         instructions and sequentially consistent stores keep it)
 *   RC11  Lahav, Vafeiadis, Kang, Hur, Dreyer: "Repairing sequential
 *         consistency in C/C++11", PLDI 2017: coherence with happens-before,
 *         acyclic(psc), acyclic(po, rf); release sequences as C++20 has them
 *
 * In all of them a wait for sections (a grace period, a round of kicks) adds
 * the two edges that it promises: the end of a section that it found open
 * before the wait's own end, and its begin before the begin of every section
 * that it did not find.
 */
#include <string.h>

#include "model.h"

bool node_writes(const struct node *n)
{
	return n->type == NODE_WRITE || n->type == NODE_RMW;
}

bool node_reads(const struct node *n)
{
	return n->type == NODE_READ || n->type == NODE_RMW;
}

static bool acquires(unsigned int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST || order == __ATOMIC_CONSUME;
}

static bool releases(unsigned int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST;
}

/* A wait reads one word for each thread, and is one event all the same: its
 * promise holds from the last of them on. */
static unsigned int wait_event(const struct graph *g, unsigned int i)
{
	const struct node *n = &g->nodes[i];
	unsigned int po = n->po;

	while (po + 1u < g->n_of[n->tid] &&
	       (g->nodes[g->at[n->tid][po]].flags & NODE_WAIT))
		po++;
	return (unsigned int)g->at[n->tid][po];
}

/* A section begins after what the wait @hb ends with. */
static void derive_begin(struct derived *to, const struct node *n,
			 const vclock *hb)
{
	clock_join(&to->hb, hb);
	if (n->how == CHECK_HW)
		clock_join(&to->walk_base, hb);
}

/* All that must come first is derived. */
static void derive(const struct graph *g, struct derived *d, unsigned int i)
{
	const struct node *n = &g->nodes[i];
	struct derived *to = &d[i];

	if (n->po) {
		const struct derived *before = &d[g->at[n->tid][n->po - 1]];

		*to = *before;
	} else {
		memset(to, 0, sizeof(*to));
	}
	to->sync = (vclock){0};
	for (unsigned int u = 0; u < CLOCK_THREADS; u++) {
		const struct derived *from;

		if (!n->joined[u])
			continue;
		from = &d[g->at[u][n->joined[u] - 1]];
		clock_join(&to->hb, &from->hb);
		clock_join(&to->porf, &from->porf);
	}
	if (n->flags & NODE_SECTION)
		for (unsigned int j = 0; j < g->n; j++)
			if (wait_before(g, &g->nodes[j], n))
				derive_begin(to, n, &d[wait_event(g, j)].hb);
	if (n->walk && n->walk != CHECK_WALK_NEXT)
		to->walk = to->walk_base;
	if (n->walk == CHECK_WALK_KEPT)
		clock_join(&to->walk, &to->acquired);
	to->hb[n->tid] = (uint16_t)(n->po + 1);
	to->porf[n->tid] = (uint16_t)(n->po + 1);
	if (node_reads(n) && n->rf >= 0) {
		const struct derived *w = &d[n->rf];

		clock_join(&to->porf, &w->porf);
		if (acquires(n->order))
			clock_join(&to->hb, &w->sync);
		else
			clock_join(&to->acquired, &w->sync);
		if (n->walk)
			clock_join(&to->walk, &w->sync);
	}
	if (is_fence(n) && acquires(n->order))
		clock_join(&to->hb, &to->acquired);
	if (is_fence(n) && releases(n->order))
		to->released = to->hb;
	if (node_writes(n)) {
		to->sync = releases(n->order) ? to->hb : to->released;
		if (n->type == NODE_RMW && n->rf >= 0)
			clock_join(&to->sync, &d[n->rf].sync);
	}
}

/* Coherence: nothing that happened before is newer than what is read, or than
 * the place of what is written. */
static bool coherent(const struct graph *g, const struct derived *d,
		     unsigned int i)
{
	const struct node *n = &g->nodes[i];
	/* Hardware sees what leads to where it is, and its own CPU's accesses
	 * to this very word. */
	const vclock *hb = n->walk ? &d[i].walk : &d[i].hb;

	if (!node_reads(n) && !node_writes(n))
		return true;
	for (unsigned int j = 0; j < g->n; j++) {
		const struct node *e = &g->nodes[j];
		int rank;

		if (e->key != n->key || j == i ||
		    !(node_within(e, hb) ||
		      (n->walk && e->tid == n->tid && e->po < n->po)))
			continue;
		rank = node_writes(e) ? e->rank : rank_of_rf(g, e);
		if (node_reads(n) && rank > rank_of_rf(g, n))
			return false;
		if (node_writes(n) && rank >= n->rank)
			return false;
	}
	return true;
}

/* An RMW comes right after what it reads. */
static bool atomic(const struct graph *g, unsigned int i)
{
	const struct node *n = &g->nodes[i];

	if (n->type == NODE_RMW && n->rank != rank_of_rf(g, n) + 1)
		return false;
	return true;
}

/* TSO's coherence needs program order only. */
static bool coherent_po(const struct graph *g, unsigned int i)
{
	const struct node *n = &g->nodes[i];

	if (!node_reads(n) && !node_writes(n))
		return true;
	for (unsigned int po = 0; po < n->po; po++) {
		const struct node *e = &g->nodes[g->at[n->tid][po]];
		int rank;

		if (e->key != n->key || (!node_reads(e) && !node_writes(e)))
			continue;
		rank = node_writes(e) ? e->rank : rank_of_rf(g, e);
		if (node_reads(n) && rank > rank_of_rf(g, n))
			return false;
		if (node_writes(n) && rank >= n->rank)
			return false;
	}
	return true;
}

/* ---- the predicates ---- */

/* Are the nodes that @i needs derived already? */
static bool ready(const struct graph *g, const uint16_t *done, unsigned int i)
{
	const struct node *n = &g->nodes[i];

	if (n->rf >= 0 && node_reads(n)) {
		const struct node *w = &g->nodes[n->rf];

		if (done[w->tid] <= w->po)
			return false;
	}
	for (unsigned int u = 0; u < CLOCK_THREADS; u++)
		if (done[u] < n->joined[u])
			return false;
	if (n->flags & NODE_SECTION)
		for (unsigned int j = 0; j < g->n; j++)
			if (wait_before(g, &g->nodes[j], n) &&
			    done[g->nodes[j].tid] <=
				    g->nodes[wait_event(g, j)].po)
				return false;
	return true;
}

bool model_derive(struct graph *g, struct derived *d)
{
	uint16_t done[CLOCK_THREADS] = {0};
	unsigned int n = 0;

	for (bool more = true; more;) {
		more = false;
		for (unsigned int u = 0; u < CLOCK_THREADS; u++)
			while (done[u] < g->n_of[u]) {
				unsigned int i =
					(unsigned int)g->at[u][done[u]];

				if (!ready(g, done, i))
					break;
				derive(g, d, i);
				done[u]++;
				n++;
				more = true;
			}
	}
	/* Else po, rf and the waits' edges have a cycle. */
	return n == g->n;
}

bool model_consistent(struct graph *g, struct derived *d,
		      enum check_model model)
{
	if (!model_derive(g, d))
		return false;
	for (unsigned int i = 0; i < g->n; i++)
		if (!atomic(g, i) || !(model == CHECK_RC11 ? coherent(g, d, i)
							   : coherent_po(g, i)))
			return false;
	if (model == CHECK_RC11)
		return model_psc_acyclic(g, d);
	return model_acyclic(g, model);
}

/* Reads or is the newest of its word? */
static bool newest(const struct graph *g, const struct node *n)
{
	int rank = node_writes(n) ? n->rank : rank_of_rf(g, n);

	for (unsigned int i = 0; i < g->n; i++)
		if (g->nodes[i].key == n->key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank > rank)
			return false;
	return true;
}

/* Is this the end, so far, of a wait with sections after it? */
static bool wait_moves(const struct graph *g, const struct node *n)
{
	for (unsigned int po = n->po + 1u; po-- > 0;) {
		const struct node *w = &g->nodes[g->at[n->tid][po]];

		if (!(w->flags & NODE_WAIT)) {
			if (po == n->po)
				continue;
			return false;
		}
		for (unsigned int j = 0; j < g->n; j++)
			if (wait_before(g, w, &g->nodes[j]))
				return true;
	}
	return false;
}

bool model_last_moves(const struct graph *g)
{
	return wait_moves(g, &g->nodes[g->n - 1]);
}

bool model_consistent_last(struct graph *g, struct derived *d,
			   enum check_model model)
{
	unsigned int i = g->n - 1;
	const struct node *n = &g->nodes[i];

	/* The begin of a section that was added before may come after it. */
	if (wait_moves(g, n))
		return model_consistent(g, d, model);
	derive(g, d, i);
	if (!atomic(g, i))
		return false;
	if (model == CHECK_RC11)
		return coherent(g, d, i) && model_psc_acyclic_last(g, d);
	if (!coherent_po(g, i))
		return false;
	if (!node_reads(n) && !node_writes(n) && n->type != NODE_JOIN)
		return true;
	if (newest(g, n))
		return true; /* nothing comes after it: no cycle */
	return model_acyclic_last(g, model);
}
