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

#include "graph.h"

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

static int rank_of_rf(const struct graph *g, const struct node *n)
{
	return n->rf < 0 ? 0 : g->nodes[n->rf].rank;
}

/* Is this read of a wait ordered before that begin of a section? */
static bool wait_before(const struct graph *g, const struct node *wait,
			const struct node *section)
{
	return (wait->flags & NODE_WAIT) && (section->flags & NODE_SECTION) &&
	       wait->key == section->key && rank_of_rf(g, wait) < section->rank;
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

/* Who has waited is past a full fence. */
static bool is_fence(const struct node *n)
{
	return n->type == NODE_FENCE || n->kind == OP_WAIT_END;
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
				clock_join(&to->hb, &d[wait_event(g, j)].hb);
	to->hb[n->tid] = (uint16_t)(n->po + 1);
	to->porf[n->tid] = (uint16_t)(n->po + 1);
	if (node_reads(n) && n->rf >= 0) {
		const struct derived *w = &d[n->rf];

		clock_join(&to->porf, &w->porf);
		if (acquires(n->order))
			clock_join(&to->hb, &w->sync);
		else
			clock_join(&to->acquired, &w->sync);
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
	const vclock *hb = &d[i].hb;

	if (!node_reads(n) && !node_writes(n))
		return true;
	for (unsigned int j = 0; j < g->n; j++) {
		const struct node *e = &g->nodes[j];
		int rank;

		if (e->key != n->key || j == i || !node_within(e, hb))
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

/* ---- acyclicity, for SC and TSO ---- */

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

static struct {
	const struct graph *g;
	enum check_model model;
	uint32_t mark[GRAPH_EVENTS], now;
	uint8_t state[GRAPH_EVENTS];
	uint16_t stack[GRAPH_EVENTS * 4];
	unsigned int top;
} walk;

static void push(unsigned int i)
{
	if (walk.mark[i] == walk.now)
		return;
	walk.mark[i] = walk.now;
	walk.stack[walk.top++] = (uint16_t)i;
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
	for (unsigned int j = 0; j < g->n; j++) {
		const struct node *e = &g->nodes[j];

		/* What is joined has reached memory. */
		if (e->joined[n->tid] > n->po)
			push(j);
		if (rank < 0 || e->key != n->key || j == i)
			continue;
		/* co and fr: to the next write */
		if (node_writes(e) && e->rank == rank + 1)
			push(j);
		/* rf; a thread sees its own store early */
		if (node_writes(n) && node_reads(e) && e->rf == (int)i &&
		    (walk.model == CHECK_SC || e->tid != n->tid))
			push(j);
	}
}

/* Does a path lead from @i back to it? */
static bool cycle_through(unsigned int i)
{
	walk.now++;
	walk.top = 0;
	push_successors(i);
	while (walk.top) {
		unsigned int j = walk.stack[--walk.top];

		if (j == i)
			return true;
		push_successors(j);
	}
	return false;
}

static bool cyclic(const struct graph *g)
{
	/* Every cycle goes through a write or read of something shared. */
	for (unsigned int i = 0; i < g->n; i++)
		if ((node_reads(&g->nodes[i]) || node_writes(&g->nodes[i])) &&
		    cycle_through(i))
			return true;
	return false;
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

/* ---- RC11's psc ---- */

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

static bool hb(const struct graph *g, const struct derived *d, unsigned int a,
	       unsigned int b)
{
	return a != b && node_within(&g->nodes[a], &d[b].hb);
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

static bool psc_acyclic(const struct graph *g, const struct derived *d)
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
static bool psc_acyclic_last(const struct graph *g, const struct derived *d)
{
	unsigned int last = g->n - 1;
	static struct psc with;

	if (psc_built.covers > last)
		return psc_acyclic(g, d);
	for (; psc_built.covers < last; psc_built.covers++)
		psc_take(&psc_built, g, d, psc_built.covers, last);
	with = psc_built;
	if (!psc_take(&with, g, d, last, g->n))
		return true;
	return psc_no_cycle(&with);
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
		return psc_acyclic(g, d);
	walk.g = g;
	walk.model = model;
	return !cyclic(g);
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
		return coherent(g, d, i) && psc_acyclic_last(g, d);
	if (!coherent_po(g, i))
		return false;
	if (!node_reads(n) && !node_writes(n) && n->type != NODE_JOIN)
		return true;
	if (newest(g, n))
		return true; /* nothing comes after it: no cycle */
	walk.g = g;
	walk.model = model;
	return !cycle_through(i);
}
