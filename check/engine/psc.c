/* SPDX-License-Identifier: MIT */
/*
 * RC11's order of sequentially consistent events.
 */
#include <string.h>

#include "model.h"

/*
 *   scb  = sb, sb to another word; hb; sb from another word, hb on one word,
 *          mo, rb
 *   psc  = ([sc] or [sc fence]; hb?); scb; ([sc] or hb?; [sc fence]),
 *          and between fences: hb, hb; eco; hb
 *
 * Between fences, or from or to one, all but mo, rb and eco comes down to hb;
 * those three compare places in one word's order, so that for each word the
 * lowest place on the left and the highest on the right decide.
 */
#define SC_EVENTS 64

static bool is_sc(const struct node *n)
{
	return n->order == __ATOMIC_SEQ_CST &&
	       (is_fence(n) || node_reads(n) || node_writes(n));
}

bool model_psc_takes_all(const struct graph *g)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < g->n; i++)
		n += is_sc(&g->nodes[i]);
	return n <= SC_EVENTS;
}

static bool hb(const struct graph *g, const struct derived *d, unsigned int a,
	       unsigned int b)
{
	return a != b && node_within(&g->nodes[a],
				     g->nodes[b].walk ? &d[b].walk : &d[b].hb);
}

static bool access(const struct node *n)
{
	return node_reads(n) || node_writes(n);
}

static bool other_word(const struct node *a, const struct node *b)
{
	return !access(a) || !access(b) || a->key != b->key;
}

/* sb to another word, hb, sb from another word: the first such event after
 * @a and the last before @b are as good as any. */
static bool sb_hb_sb(const struct graph *g, const struct derived *d,
		     unsigned int a, unsigned int b)
{
	const struct node *x = &g->nodes[a], *y = &g->nodes[b];
	unsigned int p = x->po + 1u, q = y->po;

	while (p < g->n_of[x->tid] &&
	       !other_word(x, &g->nodes[g->at[x->tid][p]]))
		p++;
	while (q-- > 0)
		if (other_word(y, &g->nodes[g->at[y->tid][q]]))
			break;
	return p < g->n_of[x->tid] && q < y->po &&
	       hb(g, d, (unsigned int)g->at[x->tid][p],
		  (unsigned int)g->at[y->tid][q]);
}

/* Between two accesses, neither of them a fence. */
static bool scb(const struct graph *g, const struct derived *d, unsigned int a,
		unsigned int b)
{
	const struct node *x = &g->nodes[a], *y = &g->nodes[b];

	if (x->tid == y->tid && x->po < y->po)
		return true;
	if (x->key != y->key)
		return sb_hb_sb(g, d, a, b);
	if (hb(g, d, a, b))
		return true;
	return node_writes(y) &&
	       (node_writes(x) ? x->rank : rank_of_rf(g, x)) < y->rank;
}

/* Does something that @a, a fence, comes before precede in its word's order
 * something that comes before @b?  @to_reads: reads count on the right. */
static bool word_order(const struct graph *g, const struct derived *d,
		       unsigned int a, unsigned int b, bool to_reads,
		       unsigned int n)
{
	bool fa = is_fence(&g->nodes[a]), fb = is_fence(&g->nodes[b]);

	for (unsigned int i = fa ? 0 : a; i < (fa ? n : a + 1); i++) {
		const struct node *x = &g->nodes[i];
		int from;

		if (!access(x) || !(i == a || (fa && hb(g, d, a, i))))
			continue;
		from = node_writes(x) ? x->rank : rank_of_rf(g, x);
		for (unsigned int j = fb ? 0 : b; j < (fb ? n : b + 1); j++) {
			const struct node *y = &g->nodes[j];

			if (y->key != x->key || !access(y) || j == i ||
			    !(j == b || (fb && hb(g, d, j, b))))
				continue;
			if (node_writes(y) && from < y->rank)
				return true;
			if (to_reads && node_reads(y) &&
			    from + !node_writes(x) <= rank_of_rf(g, y))
				return true;
		}
	}
	return false;
}

static bool psc_edge(const struct graph *g, const struct derived *d,
		     unsigned int a, unsigned int b, unsigned int n)
{
	bool fa = is_fence(&g->nodes[a]);
	bool fb = is_fence(&g->nodes[b]);

	if (!fa && !fb)
		return scb(g, d, a, b);
	return hb(g, d, a, b) || word_order(g, d, a, b, fa && fb, n);
}

struct psc {
	uint16_t node[SC_EVENTS];
	uint64_t next[SC_EVENTS]; /* edges, by number here */
	unsigned int n;
	unsigned int covers; /* nodes of the graph that were taken in */
};

/* Of the graph that is being built, without its last node; of any other. */
static struct psc psc_built, psc_scratch;
const struct derived *model_built;

/* Edges between fences that lead over this access. */
static bool psc_over(struct psc *p, const struct graph *g,
		     const struct derived *d, unsigned int e, unsigned int n)
{
	bool more = false;

	if (!access(&g->nodes[e]))
		return false;
	for (unsigned int i = 0; i < p->n; i++) {
		unsigned int a = p->node[i];

		if (!is_fence(&g->nodes[a]) || !hb(g, d, a, e))
			continue;
		for (unsigned int j = 0; j < p->n; j++) {
			if (i == j || (p->next[i] >> j & 1) ||
			    !word_order(g, d, e, p->node[j],
					is_fence(&g->nodes[p->node[j]]), n))
				continue;
			p->next[i] |= 1ull << j;
			more = true;
		}
	}
	return more;
}

/* Take node @e in; others at and above @n are not looked at.  True if there are
 * edges that were not there. */
static bool psc_take(struct psc *p, const struct graph *g,
		     const struct derived *d, unsigned int e, unsigned int n)
{
	bool more = psc_over(p, g, d, e, n);
	unsigned int last;

	if (!is_sc(&g->nodes[e]) || p->n == SC_EVENTS)
		return more;
	last = p->n++;
	p->node[last] = (uint16_t)e;
	p->next[last] = 0;
	for (unsigned int i = 0; i < last; i++) {
		p->next[i] &= ~(1ull << last);
		if (psc_edge(g, d, p->node[i], e, n))
			p->next[i] |= 1ull << last;
		if (psc_edge(g, d, e, p->node[i], n))
			p->next[last] |= 1ull << i;
	}
	return true;
}

static bool psc_no_cycle(const struct psc *p)
{
	uint64_t reach[SC_EVENTS];

	memcpy(reach, p->next, p->n * sizeof(reach[0]));
	for (unsigned int k = 0; k < p->n; k++)
		for (unsigned int i = 0; i < p->n; i++)
			if (reach[i] >> k & 1)
				reach[i] |= reach[k];
	for (unsigned int i = 0; i < p->n; i++)
		if (reach[i] >> i & 1)
			return false;
	return true;
}

bool model_psc_acyclic(const struct graph *g, const struct derived *d)
{
	struct psc *p = d == model_built ? &psc_built : &psc_scratch;

	p->n = 0;
	p->covers = 0;
	/* All at once: every node may lead over every other. */
	for (unsigned int i = 0; i < g->n; i++)
		if (is_sc(&g->nodes[i]) && p->n < SC_EVENTS)
			p->node[p->n++] = (uint16_t)i;
	for (unsigned int i = 0; i < p->n; i++) {
		p->next[i] = 0;
		for (unsigned int j = 0; j < p->n; j++)
			if (i != j &&
			    psc_edge(g, d, p->node[i], p->node[j], g->n))
				p->next[i] |= 1ull << j;
	}
	p->covers = g->n;
	return psc_no_cycle(p);
}

/*
 * Only the last node is new, or was exchanged for another.  Nothing comes after
 * it, so that edges are to and from it, or lead over it.
 */
bool model_psc_acyclic_last(const struct graph *g, const struct derived *d)
{
	unsigned int last = g->n - 1;
	static struct psc with;

	if (psc_built.covers > last)
		return model_psc_acyclic(g, d);
	for (; psc_built.covers < last; psc_built.covers++)
		psc_take(&psc_built, g, d, psc_built.covers, last);
	with = psc_built;
	if (!psc_take(&with, g, d, last, g->n))
		return true;
	return psc_no_cycle(&with);
}
