/* SPDX-License-Identifier: MIT */
/*
 * Events as nodes of a graph: what each kind reads, writes and waits for, the
 * word that it is about, and the values of that word.
 */
#include "grow.h"

void node_append(struct graph *g, const struct node *n)
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

void node_remove_last(struct graph *g)
{
	struct node *n = &g->nodes[--g->n];

	g->n_of[n->tid]--;
	for (unsigned int i = 0; node_writes(n) && i < g->n; i++)
		if (g->nodes[i].key == n->key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank > n->rank)
			g->nodes[i].rank--;
	if (grow.moved)
		model_derive(g, grow.d);
	grow.moved = false;
}

uint64_t node_key(uintptr_t addr)
{
	const struct cell *c = memory_cell(addr);

	return (uint64_t)addr << KEY_ADDR_SHIFT | ((c ? c->version : 0) & 4095);
}

int graph_write_at(const struct graph *g, uint64_t key, int rank)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (g->nodes[i].key == key && node_writes(&g->nodes[i]) &&
		    g->nodes[i].rank == rank)
			return (int)i;
	return -1;
}

/* The value that a word had before any write of this graph. */
uint64_t word_initial(uintptr_t addr, unsigned int size)
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

uint64_t word_value(const struct graph *g, const struct op *op, int w)
{
	return w < 0 ? word_initial(op->addr, op->size) : g->nodes[w].written;
}

static void node_of_wait(struct node *n, const struct ticket *k)
{
	for (unsigned int u = 0; u < grow.n_waited; u++)
		if (k->begun[u])
			n->joined[u] = (uint16_t)(grow.ended[k->class][u]
							    [k->begun[u] - 1] +
						  1);
}

void node_of(struct node *to, const struct thread *t, const struct op *op)
{
	struct node n = {.tid = (uint8_t)(t - machine.threads),
			 .type = NODE_LOCAL,
			 .order = op->order,
			 .kind = op->kind,
			 .walk = op->walk,
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
		node_of_wait(&n, &t->tickets[op->n]);
		break;
	case OP_START:
		n.type = NODE_JOIN;
		if (op->n != ~0u)
			node_of_wait(
				&n, &machine.threads[op->n / MACHINE_TICKETS]
					     .tickets[op->n % MACHINE_TICKETS]);
		/* The spawning event comes before in any case. */
		if (!t->run && n.joined[t->parent] < t->start_after)
			n.joined[t->parent] = t->start_after;
		break;
	case OP_BARRIER_END:
		n.type = NODE_JOIN;
		for (unsigned int u = 0; u < machine.n_threads; u++)
			if (t->joining >> u & 1)
				n.joined[u] = grow.g.n_of[u];
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
uintptr_t node_word(const struct thread *t, const struct op *op)
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
