/* SPDX-License-Identifier: MIT */
/*
 * Exploration of execution graphs, in the style of TruSt (see revisit.c): every
 * consistent graph once, with no state but the graphs still to be explored.
 *
 * The threads are run for real.  A graph to go on from is first run again:
 * what each read returns is in it, and any order that keeps program order,
 * reads-from and the waits will do, so that plain accesses, which must be
 * ordered by happens-before, find memory as they should.  Then events are
 * added, always of the first thread that can go on.  A read has a branch for
 * each write that it may read, a write one for each place in coherence and one
 * for each read that it may revisit.
 *
 * Locks are taken when they are free.  To take one earlier than somebody who
 * has it already in this graph is a revisit that takes him out, to wait until
 * he can; so N contenders have N! graphs, and none is blocked.
 */
#include "graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PENDING_MAX (1u << 20)

static struct {
	enum check_model model;
	struct graph g;
	struct derived d[GRAPH_EVENTS];
	uint16_t done[CLOCK_THREADS]; /* events run in this execution */
	unsigned int n_done;
	/* Work: compact copies of graphs. */
	struct graph **pending; /* a stack from its bottom on */
	unsigned int n_pending, bottom;
	unsigned int pushed; /* by the execution at hand */
	bool at_hand;
	struct graph scratch, other;
	struct derived d_scratch[GRAPH_EVENTS];
	/* Where sections ended: place in their thread. */
	uint16_t ended[CHECK_CLASSES][CLOCK_THREADS][MACHINE_SECTIONS];
	unsigned int n_threads; /* of the scenario */
	bool replay;		/* of a schedule: no branches */
	uint64_t order[GRAPH_EVENTS];
	const struct schedule *schedule;
	bool misfit;
	bool moved; /* the last node changed what is derived of others */
} x;

/* ---- work ---- */

static size_t graph_bytes(const struct graph *g)
{
	return offsetof(struct graph, nodes) + g->n * sizeof(struct node);
}

static void work_push(const struct graph *g)
{
	struct graph *copy;

	if (x.replay)
		return;
	if (x.n_pending == PENDING_MAX && x.bottom) {
		memmove(x.pending, x.pending + x.bottom,
			(x.n_pending - x.bottom) * sizeof(*x.pending));
		x.n_pending -= x.bottom;
		x.bottom = 0;
	}
	copy = malloc(graph_bytes(g));
	if (!copy || x.n_pending == PENDING_MAX) {
		fprintf(stderr, "tarry-check: too many graphs wait\n");
		exit(2);
	}
	memcpy(copy, g, graph_bytes(g));
	memcpy(copy->spawn_ids, machine.spawn_ids, sizeof(copy->spawn_ids));
	copy->next_id = machine.next_id;
	x.pending[x.n_pending++] = copy;
	x.pushed++;
}

static bool work_pop(void)
{
	struct graph *g;

	if (x.n_pending == x.bottom)
		return false;
	g = x.pending[--x.n_pending];
	memcpy(&x.g, g, graph_bytes(g));
	free(g);
	return true;
}

bool graph_give(struct work *w)
{
	if (x.n_pending == x.bottom)
		return false;
	w->graph = x.pending[x.bottom++];
	w->len = graph_bytes(w->graph);
	return true;
}

unsigned int graph_pending(void)
{
	return x.n_pending - x.bottom;
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
	if (!copy || x.n_pending == PENDING_MAX) {
		*why = "there is no room for it";
		free(copy);
		return false;
	}
	memcpy(copy, w->graph, w->len);
	x.pending[x.n_pending++] = copy;
	return true;
}

static void graph_copy(struct graph *to, const struct graph *from)
{
	memcpy(to, from, graph_bytes(from));
}

/* ---- nodes ---- */

static void node_append(struct graph *g, const struct node *n)
{
	if (g->n + 1 >= GRAPH_EVENTS || g->n_of[n->tid] + 1 >= GRAPH_EVENTS / 2)
		machine_violate(CHECK_ENDLESS, n->site, NULL, 0, -1, 0,
				"the execution does not end: %u events", g->n);
	g->nodes[g->n] = *n;
	g->nodes[g->n].po = g->n_of[n->tid];
	g->nodes[g->n].time = ++g->time;
	g->nodes[g->n].write_time = ++g->time;
	g->at[n->tid][g->n_of[n->tid]++] = (int16_t)g->n;
	g->n++;
}

static void node_remove_last(struct graph *g)
{
	struct node *n = &g->nodes[--g->n];

	g->n_of[n->tid]--;
	for (unsigned int i = 0; node_writes(n) && i < g->n; i++)
		if (g->nodes[i].key == n->key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank > n->rank)
			g->nodes[i].rank--;
	if (x.moved)
		model_derive(g, x.d);
	x.moved = false;
}

static uint64_t key_of(uintptr_t addr)
{
	const struct cell *c = memory_cell(addr);

	return (uint64_t)addr << 12 | ((c ? c->version : 0) & 4095);
}

static int write_at(const struct graph *g, uint64_t key, int rank)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (g->nodes[i].key == key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank == rank)
			return (int)i;
	return -1;
}

/* The value that a word had before any write of this graph. */
static uint64_t initial_value(uintptr_t addr, unsigned int size)
{
	struct cell *c = memory_cell(addr);

	if (!c)
		return 0;
	if (!c->atomics) {
		c->atomics = true;
		c->before = machine_read(addr, size);
		c->last_write = -1;
	}
	return c->before;
}

static uint64_t value_at(const struct graph *g, const struct op *op, int w)
{
	return w < 0 ? initial_value(op->addr, op->size) : g->nodes[w].written;
}

static void node_of_wait(struct node *n, const struct thread *t,
			 const struct ticket *k)
{
	(void)t;
	for (unsigned int u = 0; u < x.n_threads; u++)
		if (k->begun[u])
			n->joined[u] = (uint16_t)(x.ended[k->class][u]
							 [k->begun[u] - 1] +
						  1);
}

static void node_of(struct node *to, const struct thread *t,
		    const struct op *op)
{
	struct node n = {.tid = (uint8_t)(t - machine.threads),
			 .type = NODE_LOCAL,
			 .order = op->order,
			 .kind = op->kind,
			 .how = op->how,
			 .rf = -1,
			 .n_choices = 1,
			 .operand = op->value,
			 .expected = op->expected,
			 .site = op->site};

	switch (op->kind) {
	case OP_LOAD:
		n.type = NODE_READ;
		n.flags = op->n == ~0u ? NODE_WAIT : 0;
		break;
	case OP_AWAIT:
		n.type = NODE_READ;
		n.flags = NODE_AWAIT;
		break;
	case OP_STORE:
		n.type = NODE_WRITE;
		break;
	case OP_HEAP:
		n.how = CHECK_ADD;
		n.order = __ATOMIC_SEQ_CST;
		n.type = NODE_RMW;
		break;
	case OP_RMW:
	case OP_CAS:
		n.type = NODE_RMW;
		break;
	case OP_LOCK:
	case OP_TRYLOCK:
		n.type = NODE_RMW;
		n.how = CHECK_EXCHANGE;
		n.operand = n.tid + 1u;
		n.order = __ATOMIC_ACQUIRE;
		n.flags = op->kind == OP_LOCK ? NODE_LOCK : 0;
		break;
	case OP_UNLOCK:
		n.type = NODE_WRITE;
		n.order = __ATOMIC_RELEASE;
		n.flags = NODE_UNLOCK;
		n.operand = 0;
		break;
	case OP_FENCE:
		n.type = NODE_FENCE;
		break;
	case OP_SECTION_BEGIN:
		if (t->depth[op->how])
			break;
		n.type = NODE_WRITE;
		n.flags = NODE_SECTION;
		n.order = __ATOMIC_RELAXED;
		n.operand = t->begun[op->how] + 1u;
		break;
	case OP_SPAWN:
		n.type = NODE_WRITE;
		n.order = __ATOMIC_RELAXED;
		n.operand = t->n_spawned + 1u;
		break;
	case OP_WAIT_END:
		n.type = NODE_JOIN;
		n.order = __ATOMIC_SEQ_CST;
		node_of_wait(&n, t, &t->tickets[op->n]);
		break;
	case OP_START:
		n.type = NODE_JOIN;
		if (!t->run)
			n.joined[t->parent] = t->start_after;
		if (op->n != ~0u)
			node_of_wait(
				&n, t,
				&machine.threads[op->n / MACHINE_TICKETS]
					 .tickets[op->n % MACHINE_TICKETS]);
		/* The spawning event comes before in any case. */
		if (!t->run && n.joined[t->parent] < t->start_after)
			n.joined[t->parent] = t->start_after;
		break;
	case OP_BARRIER_END:
		n.type = NODE_JOIN;
		for (unsigned int u = 0; u < machine.n_threads; u++)
			if (t->joining >> u & 1)
				n.joined[u] = x.g.n_of[u];
		break;
	case OP_CHOOSE:
		n.type = NODE_CHOICE;
		n.n_choices = (uint16_t)op->n;
		break;
	default:
		break;
	}
	*to = n;
}

/* The word that an event is about; not always of memory. */
static uintptr_t word_of(const struct thread *t, const struct op *op)
{
	unsigned int tid = (unsigned int)(t - machine.threads);

	switch (op->kind) {
	case OP_SECTION_BEGIN:
		return world_section(op->how, tid);
	case OP_SPAWN:
		return world_queue(tid);
	case OP_HEAP:
		return world_heap();
	default:
		return op->addr;
	}
}

/* ---- who can go on ---- */

static bool check_last(void)
{
	x.moved |= model_last_moves(&x.g);
	return model_consistent_last(&x.g, x.d, x.model);
}

/* Is there a write that the wait may read, and that ends it? */
static bool await_can(const struct thread *t, const struct op *op)
{
	struct node n;
	bool can = false;
	int top;

	node_of(&n, t, op);
	n.key = key_of(op->addr);
	top = graph_top_rank(&x.g, n.key);
	for (int rank = top; rank >= 0 && !can; rank--) {
		n.rf = (int16_t)(rank ? write_at(&x.g, n.key, rank) : -1);
		if (!machine_await_holds(op, value_at(&x.g, op, n.rf)))
			continue;
		node_append(&x.g, &n);
		can = check_last();
		node_remove_last(&x.g);
	}
	return can;
}

static bool thread_can(const struct thread *t)
{
	const struct op *op = t->op;
	uint64_t key;

	switch (op->kind) {
	case OP_RELAX:
		return false; /* a revisit takes it out of its loop */
	case OP_AWAIT:
		return await_can(t, op);
	case OP_LOCK:
		key = key_of(op->addr);
		return !value_at(
			&x.g, op,
			write_at(&x.g, key, graph_top_rank(&x.g, key)));
	default:
		return machine_can(t);
	}
}

static bool node_ready(unsigned int i)
{
	const struct node *n = &x.g.nodes[i];

	if (machine.threads[n->tid].state != THREAD_PENDING ||
	    n->po != x.done[n->tid])
		return false;
	if (node_reads(n) && n->rf >= 0 &&
	    x.done[x.g.nodes[n->rf].tid] <= x.g.nodes[n->rf].po)
		return false;
	for (unsigned int u = 0; u < CLOCK_THREADS; u++)
		if (x.done[u] < n->joined[u])
			return false;
	/* Whatever happens before, so that its clock is what it was. */
	for (unsigned int u = 0; u < CLOCK_THREADS; u++)
		if (u != n->tid && x.done[u] < x.d[i].hb[u])
			return false;
	return true;
}

static int graph_pick(enum outcome *how)
{
	if (x.n_done < x.g.n) {
		for (unsigned int i = 0; i < x.g.n; i++)
			if (x.g.nodes[i].po >= x.done[x.g.nodes[i].tid] &&
			    node_ready(i))
				return x.g.nodes[i].tid;
		fprintf(stderr, "tarry-check: the scenario does not repeat "
				"itself\n");
		exit(2);
	}
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING &&
		    thread_can(&machine.threads[i]))
			return (int)i;
	*how = OUTCOME_COMPLETE;
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING ||
		    machine.threads[i].state == THREAD_GAVE_UP)
			*how = OUTCOME_BLOCKED;
	return -1;
}

/* ---- branches ---- */

/* The write at the end of x.g revisits reads that were there before. */
static void push_revisits(bool lock_is_write)
{
	unsigned int a = x.g.n - 1;
	const struct node *w = &x.g.nodes[a];

	for (unsigned int r = 0; r < a; r++) {
		const struct node *n = &x.g.nodes[r];
		struct op op = {.how = n->how, .value = n->operand};
		unsigned int at = 0;
		int top, least;

		if (n->key != w->key || !node_reads(n) ||
		    node_within(n, &x.d[a].porf))
			continue;
		/* Who waits for a lock is not in the graph: an unlock needs
		 * no revisit; an earlier lock takes the later one out. */
		if ((n->flags & NODE_LOCK) && !lock_is_write)
			continue;
		if ((n->flags & NODE_AWAIT) &&
		    !machine_await_holds(&op, w->written))
			continue;
		if (!graph_revisit(&x.g, x.d, r, &x.scratch))
			continue;
		if (!(n->flags & NODE_LOCK))
			at = (unsigned int)x.scratch.at[n->tid][n->po];
		if (n->flags & NODE_LOCK) {
			if (model_consistent(&x.scratch, x.d_scratch, x.model))
				work_push(&x.scratch);
			continue;
		}
		top = x.scratch.nodes[x.scratch.n - 1].rank;
		least = w->type == NODE_WRITE && !(w->flags & NODE_UNLOCK)
				? 1
				: top;
		for (int rank = top; rank >= least; rank--) {
			struct node *last;

			graph_copy(&x.other, &x.scratch);
			last = &x.other.nodes[x.other.n - 1];
			if (rank != top) {
				last->rank = 0;
				graph_make_room(&x.other, w->key, rank);
				last->rank = (int16_t)rank;
			}
			x.other.nodes[at].rf = (int16_t)(x.other.n - 1);
			graph_reread(&x.other, at, 0);
			if (model_consistent(&x.other, x.d_scratch, x.model))
				work_push(&x.other);
		}
	}
}

/* Another RMW has what this one reads? */
static bool taken(int rf, uint64_t key)
{
	for (unsigned int i = 0; i + 1 < x.g.n; i++)
		if (x.g.nodes[i].type == NODE_RMW && x.g.nodes[i].key == key &&
		    x.g.nodes[i].rf == rf)
			return true;
	return false;
}

/* The best of the branches is left in x.g; false: there was none. */
static bool add_read(const struct node *proto, const struct op *op)
{
	struct node n = *proto;
	int top = graph_top_rank(&x.g, n.key);
	bool have = false;
	struct node best = n;

	for (int rank = top; rank >= 0; rank--) {
		n.rf = (int16_t)(rank ? write_at(&x.g, n.key, rank) : -1);
		n.read = value_at(&x.g, op, n.rf);
		if ((n.flags & NODE_AWAIT) && !machine_await_holds(op, n.read))
			continue;
		node_append(&x.g, &n);
		if (check_last()) {
			if (!have)
				best = n;
			else
				work_push(&x.g);
			have = true;
		}
		node_remove_last(&x.g);
	}
	if (!have)
		return false;
	node_append(&x.g, &best);
	return check_last();
}

static bool add_write(const struct node *proto)
{
	struct node n = *proto;
	int top = graph_top_rank(&x.g, n.key), first = -1;
	int least = 1;

	n.written = n.operand;
	if (n.flags & NODE_UNLOCK)
		least = top + 1;
	for (int rank = top + 1; rank >= least; rank--) {
		int after = rank <= top ? write_at(&x.g, n.key, rank) : -1;

		/* Not between an RMW and what it reads. */
		if (after >= 0 && x.g.nodes[after].type == NODE_RMW)
			continue;
		graph_make_room(&x.g, n.key, rank);
		n.rank = (int16_t)rank;
		node_append(&x.g, &n);
		if (check_last()) {
			if (first < 0)
				first = rank;
			else
				work_push(&x.g);
		}
		node_remove_last(&x.g);
	}
	/* Newest, whether that is consistent or not: revisits need but what
	 * comes before it. */
	n.rank = (int16_t)(top + 1);
	node_append(&x.g, &n);
	check_last();
	push_revisits(false);
	node_remove_last(&x.g);
	if (first < 0)
		return false;
	graph_make_room(&x.g, n.key, first);
	n.rank = (int16_t)first;
	node_append(&x.g, &n);
	return check_last();
}

static void rmw_place(struct node *n, const struct op *op, int rank)
{
	n->rf = (int16_t)(rank ? write_at(&x.g, n->key, rank) : -1);
	n->type = NODE_READ;
	node_append(&x.g, n);
	graph_reread(&x.g, x.g.n - 1, initial_value(op->addr, op->size));
	if (x.g.nodes[x.g.n - 1].flags & NODE_HALF)
		graph_write_half(&x.g);
	*n = x.g.nodes[x.g.n - 1];
}

/* Locks are not read by waiting threads: only "free" is an answer. */
static bool rmw_may(const struct node *n, const struct op *op, int rank)
{
	int w = rank ? write_at(&x.g, n->key, rank) : -1;

	return !(n->flags & NODE_LOCK) || !value_at(&x.g, op, w);
}

static bool add_rmw(const struct node *proto, const struct op *op,
		    bool only_revisits)
{
	int top = graph_top_rank(&x.g, proto->key), first = -1;

	for (int rank = top; rank >= 0; rank--) {
		struct node n = *proto;
		bool consistent;

		if (!rmw_may(&n, op, rank))
			continue;
		rmw_place(&n, op, rank);
		consistent = check_last();
		if (n.type == NODE_RMW) {
			consistent = consistent && !taken(n.rf, n.key);
			push_revisits((n.flags & NODE_LOCK) ||
				      n.kind == OP_TRYLOCK);
		}
		if (consistent && !only_revisits) {
			if (first < 0)
				first = rank;
			else
				work_push(&x.g);
		}
		node_remove_last(&x.g);
	}
	if (first >= 0) {
		struct node n = *proto;

		rmw_place(&n, op, first);
		return check_last();
	}
	return false;
}

/*
 * The write of an RMW whose read was revisited comes anew: it may be what reads
 * before it should have read.  False: somebody else's RMW has its place.
 */
static bool complete_half(unsigned int i)
{
	struct node n = x.g.nodes[i];

	/* Nobody reads it, and it is the last of its thread. */
	for (unsigned int j = i; j + 1 < x.g.n; j++) {
		x.g.nodes[j] = x.g.nodes[j + 1];
		x.g.at[x.g.nodes[j].tid][x.g.nodes[j].po] = (int16_t)j;
	}
	x.g.nodes[x.g.n - 1] = n;
	x.g.at[n.tid][n.po] = (int16_t)(x.g.n - 1);
	for (unsigned int j = 0; j < x.g.n; j++)
		if (node_reads(&x.g.nodes[j]) && x.g.nodes[j].rf > (int)i)
			x.g.nodes[j].rf--;
	graph_write_half(&x.g);
	if (!model_consistent(&x.g, x.d, x.model)) {
		/* Not atomic, maybe; its prefix is well all the same. */
		push_revisits(n.kind == OP_TRYLOCK);
		return false;
	}
	push_revisits(n.kind == OP_TRYLOCK);
	return !taken(n.rf, n.key);
}

static bool complete_halves(void)
{
	for (unsigned int i = 0; i < x.g.n;) {
		if (!(x.g.nodes[i].flags & NODE_HALF)) {
			i++;
			continue;
		}
		if (!complete_half(i))
			return false;
		i = 0;
	}
	return true;
}

static void add_choice(const struct node *proto)
{
	struct node n = *proto;

	for (unsigned int i = n.n_choices; i-- > 0;) {
		n.choice = (uint16_t)i;
		node_append(&x.g, &n);
		check_last();
		if (i) {
			work_push(&x.g);
			node_remove_last(&x.g);
		}
	}
}

static bool node_add(struct thread *t, struct op *op)
{
	struct node n;
	uintptr_t word = word_of(t, op);
	struct op at = *op;

	node_of(&n, t, op);
	at.addr = word;
	if (word && n.type != NODE_LOCAL && n.type != NODE_FENCE &&
	    n.type != NODE_JOIN) {
		n.key = key_of(word);
		at.size = op->size ? op->size : 8;
		initial_value(word, at.size);
	}
	switch (n.type) {
	case NODE_READ:
		return add_read(&n, &at);
	case NODE_WRITE:
		return add_write(&n);
	case NODE_RMW:
		return add_rmw(&n, &at, false);
	case NODE_CHOICE:
		add_choice(&n);
		return true;
	default:
		node_append(&x.g, &n);
		return check_last();
	}
}

/* As a schedule says; see struct schedule. */
static bool node_add_as(struct thread *t, struct op *op, unsigned int choice)
{
	uintptr_t word = word_of(t, op);
	struct op at = *op;
	struct node n;
	int rank;

	node_of(&n, t, op);
	at.addr = word;
	at.size = op->size ? op->size : 8;
	if (n.type == NODE_CHOICE) {
		n.choice = (uint16_t)choice;
		x.misfit |= choice >= n.n_choices;
	}
	if (!node_reads(&n) && !node_writes(&n)) {
		node_append(&x.g, &n);
		return check_last();
	}
	n.key = key_of(word);
	initial_value(word, at.size);
	rank = graph_top_rank(&x.g, n.key) - (int)choice;
	if (rank < 0) {
		x.misfit = true;
		return false;
	}
	if (n.type == NODE_RMW) {
		rmw_place(&n, &at, rank);
		return check_last();
	}
	if (n.type == NODE_READ) {
		n.rf = (int16_t)(rank ? write_at(&x.g, n.key, rank) : -1);
		n.read = value_at(&x.g, &at, n.rf);
	} else {
		n.written = n.operand;
		graph_make_room(&x.g, n.key, rank + 1);
		n.rank = (int16_t)(rank + 1);
	}
	node_append(&x.g, &n);
	return check_last();
}

/* ---- doing an event ---- */

static void memory_effect(const struct node *n, const struct op *op,
			  uintptr_t word)
{
	struct cell *c = memory_cell(word);

	initial_value(word, op->size ? op->size : 8);
	/* Plain reads find the newest of what was done. */
	if (node_writes(n) && n->rank > c->last_write) {
		c->last_write = n->rank;
		machine_write(word, op->size ? op->size : 8, n->written);
	}
}

static void world_effect(struct thread *t, unsigned int tid, struct op *op,
			 const struct node *n)
{
	switch (op->kind) {
	case OP_SECTION_BEGIN:
		if (!t->depth[op->how]++)
			t->begun[op->how]++;
		break;
	case OP_SECTION_END:
		if (!t->depth[op->how])
			machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1,
					0,
					"a section ends that was never begun");
		if (--t->depth[op->how])
			break;
		x.ended[op->how][tid][t->ended[op->how]] = n->po;
		t->ended[op->how]++;
		break;
	case OP_WAIT_BEGIN: {
		struct ticket *k = &t->tickets[t->n_tickets];

		if (t->n_tickets + 1 >= MACHINE_TICKETS)
			machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1,
					0, "too many waits of one thread");
		if (t->depth[op->how])
			machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1,
					0,
					"%s inside a section that it waits for",
					op->site->what);
		k->class = op->how;
		memcpy(k->begun, t->found, sizeof(k->begun));
		op->result = t->n_tickets++;
		break;
	}
	case OP_SPAWN: {
		uint32_t ticket = ~0u;

		if (op->how != CHECK_CLASSES) {
			struct ticket *k = &t->tickets[t->n_tickets];

			if (t->n_tickets + 1 >= MACHINE_TICKETS)
				machine_violate(CHECK_ENDLESS, op->site, op->pc,
						0, -1, 0,
						"too many waits of one thread");
			k->class = op->how;
			memcpy(k->begun, t->found, sizeof(k->begun));
			ticket = tid * MACHINE_TICKETS + t->n_tickets++;
		}
		perform_spawn(op, tid);
		machine.threads[op->n].start.n = ticket;
		machine.threads[op->n].start_after = (uint16_t)(n->po + 1);
		break;
	}
	case OP_BARRIER_BEGIN:
		t->joining = 0;
		for (unsigned int u = 0; u < machine.n_threads; u++) {
			const struct thread *c = &machine.threads[u];

			if (!c->run && c->state != THREAD_UNUSED && u != tid &&
			    c->sequence < t->found[c->parent])
				t->joining |= 1u << u;
		}
		break;
	default:
		break;
	}
}

static void lock_effect(struct thread *t, struct op *op)
{
	if (op->kind == OP_TRYLOCK)
		op->result = !op->result;
	if (op->kind == OP_LOCK || (op->kind == OP_TRYLOCK && op->result)) {
		if (t->n_locks < MACHINE_LOCKS)
			t->locks[t->n_locks++] = op->addr;
		return;
	}
	if (op->kind != OP_UNLOCK)
		return;
	for (unsigned int i = 0; i < t->n_locks; i++)
		if (t->locks[i] == op->addr) {
			memmove(&t->locks[i], &t->locks[i + 1],
				(t->n_locks - i - 1) * sizeof(t->locks[0]));
			t->n_locks--;
			return;
		}
	machine_violate(CHECK_MISUSE, op->site, op->pc, op->addr, -1, 0,
			"unlocks a lock that it does not hold");
}

static void do_node(struct thread *t, struct op *op, unsigned int i)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	struct node *n = &x.g.nodes[i];
	uintptr_t word = word_of(t, op);
	uint64_t old = 0;

	t->hb = x.d[i].hb;
	op->result = node_reads(n) ? n->read : n->choice;
	x.order[x.n_done] = i;
	x.done[tid]++;
	x.n_done++;
	if (op->addr && op->kind != OP_SPAWN)
		machine_judge(memory_cell(op->addr), op->addr,
			      node_writes(n) && op->kind != OP_LOCK &&
				      op->kind != OP_UNLOCK,
			      0, op->site, op->pc);
	if (machine.recording && op->addr)
		old = machine_read(op->addr, op->size ? op->size : 4);
	if (word && (node_reads(n) || node_writes(n)))
		memory_effect(n, op, word);
	world_effect(t, tid, op, n);
	lock_effect(t, op);
	machine.events[machine.n_events].tid = (uint8_t)tid;
	machine.events[machine.n_events].choice = n->choice;
	machine.events[machine.n_events].n_choices = n->n_choices;
	if (machine.recording)
		machine_record(op, node_reads(n) ? n->read : old,
			       node_writes(n) ? n->written : op->result);
	t->hb[tid]++;
	t->n_events++;
	machine.n_events++;
}

static void graph_perform(struct thread *t, struct op *op)
{
	unsigned int tid = (unsigned int)(t - machine.threads), i;

	if (op->addr && !memory_ours(op->addr))
		machine_violate(CHECK_WILD, op->site, op->pc, op->addr, -1, 0,
				"%s: %p is no memory of this scenario",
				op->site->what, (void *)op->addr);
	if (op->addr && memory_cell(op->addr)->dead)
		machine_judge(memory_cell(op->addr), op->addr, false, 0,
			      op->site, op->pc);
	if (op->kind == OP_LOCK)
		for (unsigned int k = 0; k < t->n_locks; k++)
			if (t->locks[k] == op->addr)
				machine_violate(
					CHECK_DEADLOCK, op->site, op->pc,
					op->addr, -1, 0,
					"takes a lock that it holds already");
	if (x.done[tid] < x.g.n_of[tid]) {
		i = (unsigned int)x.g.at[tid][x.done[tid]];
		if (x.g.nodes[i].kind != op->kind) {
			fprintf(stderr, "tarry-check: the scenario does not "
					"repeat itself\n");
			exit(2);
		}
	} else if (x.replay) {
		unsigned int choice = x.n_done < x.schedule->n
					      ? x.schedule->choice[x.n_done]
					      : 0;

		if (!node_add_as(t, op, choice)) {
			x.misfit = true;
			machine_leave(OUTCOME_CUT);
		}
		i = x.g.n - 1;
	} else {
		if (!node_add(t, op))
			machine_leave(OUTCOME_CUT); /* only revisits go on */
		i = x.g.n - 1;
	}
	do_node(t, op, i);
}

static uint8_t find(uintptr_t word)
{
	static struct check_site site = {.what = "finds what is open"};
	struct op op = {.kind = OP_LOAD,
			.size = 8,
			.order = __ATOMIC_RELAXED,
			.site = &site,
			.n = ~0u,
			.addr = word};

	return (uint8_t)machine_step(&op);
}

/* The calls that @u deferred, and those that they deferred. */
static void find_deferred(struct thread *t, unsigned int u)
{
	t->found[u] = u == (unsigned int)(t - machine.threads)
			      ? (uint8_t)t->n_spawned
			      : find(world_queue(u));
	for (unsigned int i = 0; i < t->found[u]; i++)
		find_deferred(t, machine.spawn_ids[u][i]);
}

/* Waits look at the sections of every thread, one read each. */
static void graph_before(struct thread *t, struct op *op)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	bool barrier = op->kind == OP_BARRIER_BEGIN;

	if (op->kind != OP_WAIT_BEGIN && !barrier &&
	    !(op->kind == OP_SPAWN && op->how != CHECK_CLASSES))
		return;
	memset(t->found, 0, sizeof(t->found));
	for (unsigned int u = 0; u < x.n_threads; u++)
		if (barrier)
			find_deferred(t, u);
		else if (u != tid)
			t->found[u] = find(world_section(op->how, u));
}

static uint32_t graph_choose(struct thread *t, const struct op *op)
{
	(void)t;
	(void)op;
	return 0;
}

static void graph_done(struct thread *t, const struct op *op,
		       const struct touch *touches, unsigned int n,
		       const vclock *before)
{
	(void)t;
	(void)op;
	(void)touches;
	(void)n;
	(void)before;
}

static const struct strategy graph_strategy = {.pick = graph_pick,
					       .choose = graph_choose,
					       .done = graph_done,
					       .perform = graph_perform,
					       .before = graph_before};

/* ---- one schedule again ---- */

static int graph_replay_pick(enum outcome *how)
{
	unsigned int tid;

	if (x.n_done >= x.schedule->n)
		return graph_pick(how);
	tid = x.schedule->tid[x.n_done];
	if (tid >= machine.n_threads ||
	    machine.threads[tid].state != THREAD_PENDING) {
		x.misfit = true;
		*how = OUTCOME_CUT;
		return -1;
	}
	return (int)tid;
}

static const struct strategy graph_replay_strategy = {.pick = graph_replay_pick,
						      .choose = graph_choose,
						      .done = graph_done,
						      .perform = graph_perform,
						      .before = graph_before};

static void run_begin(void);

bool graph_replay(const struct schedule *s, enum outcome *how)
{
	machine.strategy = &graph_replay_strategy;
	machine.explores = false;
	model_built = x.d;
	x.model = machine.model = s->model;
	x.schedule = s;
	x.replay = true;
	x.misfit = false;
	x.g.n = 0;
	memset(x.g.n_of, 0, sizeof(x.g.n_of));
	run_begin();
	*how = machine_run();
	x.replay = false;
	return !x.misfit;
}

/* ---- the search ---- */

static void run_begin(void)
{
	memset(x.done, 0, sizeof(x.done));
	x.n_done = 0;
	x.n_threads = 0;
	while (x.n_threads < CHECK_THREADS &&
	       machine.scenario->threads[x.n_threads].run)
		x.n_threads++;
}

/* Does a loop read what is newest, so that nothing more can end it? */
static bool spins_for_ever(const struct thread *t)
{
	unsigned int tid = (unsigned int)(t - machine.threads);

	for (unsigned int po = x.g.n_of[tid]; po-- > 0;) {
		const struct node *n = &x.g.nodes[x.g.at[tid][po]];

		if (n->type != NODE_READ)
			return true;
		if ((n->rf < 0 ? 0 : x.g.nodes[n->rf].rank) !=
		    graph_top_rank(&x.g, n->key))
			return false;
	}
	return true;
}

/* Locks that were never to be had may have been taken first. */
static void blocked_locks(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		struct thread *t = &machine.threads[i];
		struct node n;

		if (t->state != THREAD_PENDING || t->op->kind != OP_LOCK)
			continue;
		node_of(&n, t, t->op);
		n.key = key_of(t->op->addr);
		add_rmw(&n, t->op, true);
	}
}

static enum outcome ended(enum outcome how, struct tally *t)
{
	bool gave_up = false, benign = false;

	if (how == OUTCOME_CUT) {
		t->redundant++;
		return how;
	}
	if (how == OUTCOME_COMPLETE) {
		t->classes++;
		return how;
	}
	if (how != OUTCOME_BLOCKED)
		return how;
	blocked_locks();
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		const struct thread *w = &machine.threads[i];

		gave_up |= w->state == THREAD_GAVE_UP;
		if (w->state == THREAD_PENDING && w->op->kind == OP_RELAX &&
		    !spins_for_ever(w))
			benign = true;
	}
	if (gave_up || benign) {
		t->blocked++;
		return how;
	}
	machine_report_deadlock();
	return OUTCOME_VIOLATION;
}

static void take_schedule(struct schedule *to)
{
	schedule_take(to);
	to->model = x.model;
	to->n = x.n_done;
	for (unsigned int i = 0; i < x.n_done; i++) {
		const struct node *n = &x.g.nodes[x.order[i]];
		int rank = node_writes(n) ? n->rank
			   : n->rf < 0	  ? 0
					  : x.g.nodes[n->rf].rank;
		unsigned int newer = 0;

		to->tid[i] = n->tid;
		to->choice[i] = n->choice;
		if (!node_reads(n) && !node_writes(n))
			continue;
		if (n->type == NODE_RMW)
			rank = n->rf < 0 ? 0 : x.g.nodes[n->rf].rank;
		for (unsigned int j = 0; j < i; j++) {
			const struct node *e = &x.g.nodes[x.order[j]];

			if (e->key == n->key && node_writes(e) &&
			    e->rank > rank)
				newer++;
		}
		to->choice[i] = (uint16_t)newer;
	}
}

void graph_begin(const struct search *s)
{
	machine.strategy = &graph_strategy;
	machine.explores = false;
	machine.recording = false;
	model_built = x.d;
	x.model = machine.model = s->model;
	x.replay = false;
	if (!x.pending)
		x.pending = calloc(PENDING_MAX, sizeof(*x.pending));
	if (!x.pending)
		abort();
	while (x.n_pending > x.bottom)
		free(x.pending[--x.n_pending]);
	x.n_pending = 0;
	x.bottom = 0;
	x.g.n = 0;
	x.g.time = 0;
	x.g.share = 1;
	memset(x.g.n_of, 0, sizeof(x.g.n_of));
	memcpy(x.g.spawn_ids, machine.spawn_ids, sizeof(x.g.spawn_ids));
	x.g.next_id = machine.next_id;
	x.at_hand = true;
}

void graph_begin_empty(const struct search *s)
{
	graph_begin(s);
	x.at_hand = false;
}

void graph_first(const struct search *s, struct work *w)
{
	graph_begin(s);
	x.at_hand = false;
	w->len = graph_bytes(&x.g);
	w->graph = malloc(w->len);
	if (!w->graph)
		abort();
	memcpy(w->graph, &x.g, w->len);
}

static void explore_one(const struct search *s, struct tally *t,
			struct schedule *found)
{
	enum outcome how;

	run_begin();
	memcpy(machine.spawn_ids, x.g.spawn_ids, sizeof(machine.spawn_ids));
	machine.next_id = x.g.next_id;
	if (!complete_halves())
		return;
	if (!model_consistent(&x.g, x.d, s->model))
		abort(); /* only consistent ones were pushed */
	how = ended(machine_run(), t);
	t->executions++;
	t->events += machine.n_events;
	if (machine.n_events > t->longest)
		t->longest = machine.n_events;
	if (how == OUTCOME_VIOLATION && !t->violations++)
		take_schedule(found);
}

bool graph_step(const struct search *s, struct tally *t, struct schedule *found)
{
	double share;

	if (!x.at_hand && !work_pop())
		return false;
	x.at_hand = false;
	x.pushed = 0;
	share = x.g.share;
	explore_one(s, t, found);
	share /= x.pushed + 1;
	for (unsigned int i = 0; i < x.pushed; i++)
		x.pending[x.n_pending - 1 - i]->share = share;
	t->part += share;
	return true;
}

void graph_run(const struct search *s, struct tally *t, struct schedule *found)
{
	graph_begin(s);
	while (graph_step(s, t, found)) {
		if (t->violations && !s->keep_going)
			return;
		if (s->limit && t->executions >= s->limit)
			return;
		if (s->stop && *s->stop)
			return;
		if (s->seconds && !(t->executions & 63) &&
		    search_seconds() > s->seconds)
			return;
	}
	t->whole = true;
}
