/* SPDX-License-Identifier: MIT */
/*
 * The next event of the graph at hand, in all ways that are consistent.
 *
 * A read has a branch for each write that it may read, a write one for each
 * place in coherence and one for each read that it may revisit.  One branch is
 * gone on with, the others wait.
 *
 * Locks are taken when they are free.  To take one earlier than somebody who
 * has it already in this graph is a revisit that takes him out, to wait until
 * he can; so N contenders have N! graphs, and none is blocked.
 */
#include "grow.h"

bool grow_last(void)
{
	grow.moved |= model_last_moves(&grow.g);
	return model_consistent_last(&grow.g, grow.d, grow.model);
}

/* The write at the end of grow.g revisits reads that were there before. */
static void push_revisits(bool lock_is_write)
{
	unsigned int a = grow.g.n - 1;
	const struct node *w = &grow.g.nodes[a];

	for (unsigned int r = 0; r < a; r++) {
		const struct node *n = &grow.g.nodes[r];
		struct op op = {.how = n->how, .value = n->operand};
		unsigned int at = 0;
		int top, least;

		if (n->key != w->key || !node_reads(n) ||
		    node_within(n, &grow.d[a].porf))
			continue;
		/* Who waits for a lock is not in the graph: an unlock needs
		 * no revisit; an earlier lock takes the later one out. */
		if ((n->flags & NODE_LOCK) && !lock_is_write)
			continue;
		if ((n->flags & NODE_AWAIT) &&
		    !machine_await_holds(&op, w->written))
			continue;
		if (!graph_revisit(&grow.g, grow.d, r, &grow.scratch))
			continue;
		if (!(n->flags & NODE_LOCK))
			at = (unsigned int)grow.scratch.at[n->tid][n->po];
		if (n->flags & NODE_LOCK) {
			if (model_consistent(&grow.scratch, grow.d_scratch,
					     grow.model))
				pending_push(&grow.scratch);
			continue;
		}
		top = grow.scratch.nodes[grow.scratch.n - 1].rank;
		least = w->type == NODE_WRITE && !(w->flags & NODE_UNLOCK)
				? 1
				: top;
		for (int rank = top; rank >= least; rank--) {
			struct node *last;

			graph_copy(&grow.other, &grow.scratch);
			last = &grow.other.nodes[grow.other.n - 1];
			if (rank != top) {
				last->rank = 0;
				graph_make_room(&grow.other, w->key, rank);
				last->rank = (int16_t)rank;
			}
			grow.other.nodes[at].rf = (int16_t)(grow.other.n - 1);
			graph_reread(&grow.other, at, 0);
			if (model_consistent(&grow.other, grow.d_scratch,
					     grow.model))
				pending_push(&grow.other);
		}
	}
}

/* Another RMW has what this one reads? */
static bool taken(int rf, uint64_t key)
{
	for (unsigned int i = 0; i + 1 < grow.g.n; i++)
		if (grow.g.nodes[i].type == NODE_RMW &&
		    grow.g.nodes[i].key == key && grow.g.nodes[i].rf == rf)
			return true;
	return false;
}

/* The best of the branches is left in grow.g; false: there was none. */
static bool add_read(const struct node *proto, const struct op *op)
{
	struct node n = *proto;
	int top = graph_top_rank(&grow.g, n.key);
	bool have = false;
	struct node best = n;

	for (int rank = top; rank >= 0; rank--) {
		n.rf = (int16_t)(rank ? graph_write_at(&grow.g, n.key, rank)
				      : -1);
		n.read = word_value(&grow.g, op, n.rf);
		if ((n.flags & NODE_AWAIT) && !machine_await_holds(op, n.read))
			continue;
		node_append(&grow.g, &n);
		if (grow_last()) {
			if (!have)
				best = n;
			else
				pending_push(&grow.g);
			have = true;
		}
		node_remove_last(&grow.g);
	}
	if (!have)
		return false;
	node_append(&grow.g, &best);
	return grow_last();
}

static bool add_write(const struct node *proto)
{
	struct node n = *proto;
	int top = graph_top_rank(&grow.g, n.key), first = -1;
	int least = 1;

	n.written = n.operand;
	if (n.flags & NODE_UNLOCK)
		least = top + 1;
	for (int rank = top + 1; rank >= least; rank--) {
		int after =
			rank <= top ? graph_write_at(&grow.g, n.key, rank) : -1;

		/* Not between an RMW and what it reads. */
		if (after >= 0 && grow.g.nodes[after].type == NODE_RMW)
			continue;
		graph_make_room(&grow.g, n.key, rank);
		n.rank = (int16_t)rank;
		node_append(&grow.g, &n);
		if (grow_last()) {
			if (first < 0)
				first = rank;
			else
				pending_push(&grow.g);
		}
		node_remove_last(&grow.g);
	}
	/* Newest, whether that is consistent or not: revisits need but what
	 * comes before it. */
	n.rank = (int16_t)(top + 1);
	node_append(&grow.g, &n);
	grow_last();
	push_revisits(false);
	node_remove_last(&grow.g);
	if (first < 0)
		return false;
	graph_make_room(&grow.g, n.key, first);
	n.rank = (int16_t)first;
	node_append(&grow.g, &n);
	return grow_last();
}

static void rmw_place(struct node *n, const struct op *op, int rank)
{
	n->rf = (int16_t)(rank ? graph_write_at(&grow.g, n->key, rank) : -1);
	n->type = NODE_READ;
	node_append(&grow.g, n);
	graph_reread(&grow.g, grow.g.n - 1, word_initial(op->addr, op->size));
	if (grow.g.nodes[grow.g.n - 1].flags & NODE_HALF)
		graph_write_half(&grow.g);
	*n = grow.g.nodes[grow.g.n - 1];
}

/* Locks are not read by waiting threads: only "free" is an answer. */
static bool rmw_may(const struct node *n, const struct op *op, int rank)
{
	int w = rank ? graph_write_at(&grow.g, n->key, rank) : -1;

	return !(n->flags & NODE_LOCK) || !word_value(&grow.g, op, w);
}

bool grow_rmw(const struct node *proto, const struct op *op, bool only_revisits)
{
	int top = graph_top_rank(&grow.g, proto->key), first = -1;

	for (int rank = top; rank >= 0; rank--) {
		struct node n = *proto;
		bool consistent;

		if (!rmw_may(&n, op, rank))
			continue;
		rmw_place(&n, op, rank);
		consistent = grow_last();
		if (n.type == NODE_RMW) {
			consistent = consistent && !taken(n.rf, n.key);
			push_revisits((n.flags & NODE_LOCK) ||
				      n.kind == OP_TRYLOCK);
		}
		if (consistent && !only_revisits) {
			if (first < 0)
				first = rank;
			else
				pending_push(&grow.g);
		}
		node_remove_last(&grow.g);
	}
	if (first >= 0) {
		struct node n = *proto;

		rmw_place(&n, op, first);
		return grow_last();
	}
	return false;
}

/*
 * The write of an RMW whose read was revisited comes anew: it may be what reads
 * before it should have read.  False: somebody else's RMW has its place.
 */
static bool complete_half(unsigned int i)
{
	struct node n = grow.g.nodes[i];

	/* Nobody reads it, and it is the last of its thread. */
	for (unsigned int j = i; j + 1 < grow.g.n; j++) {
		grow.g.nodes[j] = grow.g.nodes[j + 1];
		grow.g.at[grow.g.nodes[j].tid][grow.g.nodes[j].po] = (int16_t)j;
	}
	grow.g.nodes[grow.g.n - 1] = n;
	grow.g.at[n.tid][n.po] = (int16_t)(grow.g.n - 1);
	for (unsigned int j = 0; j < grow.g.n; j++)
		if (node_reads(&grow.g.nodes[j]) && grow.g.nodes[j].rf > (int)i)
			grow.g.nodes[j].rf--;
	graph_write_half(&grow.g);
	if (!model_consistent(&grow.g, grow.d, grow.model)) {
		/* Not atomic, maybe; its prefix is well all the same. */
		push_revisits(n.kind == OP_TRYLOCK);
		return false;
	}
	push_revisits(n.kind == OP_TRYLOCK);
	return !taken(n.rf, n.key);
}

bool grow_halves(void)
{
	for (unsigned int i = 0; i < grow.g.n;) {
		if (!(grow.g.nodes[i].flags & NODE_HALF)) {
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
		node_append(&grow.g, &n);
		grow_last();
		if (i) {
			pending_push(&grow.g);
			node_remove_last(&grow.g);
		}
	}
}

bool grow_by(struct thread *t, struct op *op)
{
	struct node n;
	uintptr_t word = node_word(t, op);
	struct op at = *op;

	node_of(&n, t, op);
	at.addr = word;
	if (word && n.type != NODE_LOCAL && n.type != NODE_FENCE &&
	    n.type != NODE_JOIN) {
		n.key = node_key(word);
		at.size = op->size ? op->size : 8;
		word_initial(word, at.size);
	}
	switch (n.type) {
	case NODE_READ:
		return add_read(&n, &at);
	case NODE_WRITE:
		return add_write(&n);
	case NODE_RMW:
		return grow_rmw(&n, &at, false);
	case NODE_CHOICE:
		add_choice(&n);
		return true;
	default:
		node_append(&grow.g, &n);
		return grow_last();
	}
}

/* As a schedule says; see struct schedule. */
bool grow_as(struct thread *t, struct op *op, unsigned int choice)
{
	uintptr_t word = node_word(t, op);
	struct op at = *op;
	struct node n;
	int rank;

	node_of(&n, t, op);
	at.addr = word;
	at.size = op->size ? op->size : 8;
	if (n.type == NODE_CHOICE) {
		n.choice = (uint16_t)choice;
		grow.misfit |= choice >= n.n_choices;
	}
	if (!node_reads(&n) && !node_writes(&n)) {
		node_append(&grow.g, &n);
		return grow_last();
	}
	n.key = node_key(word);
	word_initial(word, at.size);
	rank = graph_top_rank(&grow.g, n.key) - (int)choice;
	if (rank < 0) {
		grow.misfit = true;
		return false;
	}
	if (n.type == NODE_RMW) {
		rmw_place(&n, &at, rank);
		return grow_last();
	}
	if (n.type == NODE_READ) {
		n.rf = (int16_t)(rank ? graph_write_at(&grow.g, n.key, rank)
				      : -1);
		n.read = word_value(&grow.g, &at, n.rf);
	} else {
		n.written = n.operand;
		graph_make_room(&grow.g, n.key, rank + 1);
		n.rank = (int16_t)(rank + 1);
	}
	node_append(&grow.g, &n);
	return grow_last();
}
