/* SPDX-License-Identifier: MIT */
/*
 * Doing an event whose answer a graph knows: what it does to memory, to the
 * world, to who is judged by its clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

static void memory_effect(const struct node *n, const struct op *op,
			  uintptr_t word)
{
	struct cell *c = memory_cell(word);

	word_initial(word, op->size ? op->size : 8);
	/* Plain reads find the newest of what was done. */
	if (node_writes(n) && n->rank > c->last_write) {
		c->last_write = n->rank;
		machine_write(word, op->size ? op->size : 8, n->written);
	}
}

/* Wait for the sections that enact_before() found to be open. */
static unsigned int wait_found(struct thread *t, const struct op *op)
{
	unsigned int ticket = section_ticket(t, op);
	struct ticket *k = &t->tickets[ticket];

	memcpy(k->begun, t->found, sizeof(k->begun));
	return ticket;
}

static void world_effect(struct thread *t, unsigned int tid, struct op *op,
			 const struct node *n)
{
	switch (op->kind) {
	case OP_SECTION_BEGIN:
		if (tid >= grow.n_waited)
			machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1,
					0,
					"a deferred call begins a section, "
					"where no wait looks for it: the "
					"scenario must say .calls_read");
		if (!t->depth[op->how]++)
			t->begun[op->how]++;
		break;
	case OP_SECTION_END:
		if (!section_leave(t, op))
			break;
		grow.ended[op->how][tid][t->ended[op->how]] = n->po;
		t->ended[op->how]++;
		break;
	case OP_WAIT_BEGIN:
		section_wait_allowed(t, op);
		op->result = wait_found(t, op);
		break;
	case OP_SPAWN: {
		uint32_t ticket = ~0u;

		if (op->how != CHECK_CLASSES)
			ticket = tid * MACHINE_TICKETS + wait_found(t, op);
		perform_spawn(op, tid);
		machine.threads[op->n].start.n = ticket;
		machine.threads[op->n].start_after = (uint16_t)(n->po + 1);
		break;
	}
	case OP_WAIT_END:
		section_wait_allowed(t, op);
		break;
	case OP_BARRIER_BEGIN:
		section_barrier_allowed(t, op);
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
	if (op->kind == OP_LOCK || (op->kind == OP_TRYLOCK && op->result))
		perform_locked(t, op);
	else if (op->kind == OP_UNLOCK)
		perform_unlocked(t, op);
}

/* What orders the access; and what a page that hardware is led to needs. */
static void enact_clocks(struct thread *t, const struct derived *d,
			 const struct node *n)
{
	t->hb = d->hb;
	if (n->walk) {
		t->hb = d->walk;
		t->hb[n->tid] = d->hb[n->tid];
	}
	if (!t->depth[CHECK_HW])
		return;
	t->walk_base = d->walk_base;
	t->walk = d->walk;
	t->acquired = d->acquired;
}

static void do_node(struct thread *t, struct op *op, unsigned int i)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	struct node *n = &grow.g.nodes[i];
	uintptr_t word = node_word(t, op);
	uint64_t old = 0;

	enact_clocks(t, &grow.d[i], n);
	op->result = node_reads(n) ? n->read : n->choice;
	grow.order[grow.n_done] = i;
	grow.done[tid]++;
	grow.n_done++;
	if (op->addr && op->kind != OP_SPAWN)
		machine_judge(memory_cell(op->addr), op->addr,
			      node_writes(n) && op->kind != OP_LOCK &&
				      op->kind != OP_UNLOCK,
			      0, op->site, op->pc);
	t->hb = grow.d[i].hb;
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

void enact(struct thread *t, struct op *op)
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
		perform_lock_allowed(t, op);
	if (grow.done[tid] < grow.g.n_of[tid]) {
		i = (unsigned int)grow.g.at[tid][grow.done[tid]];
		if (grow.g.nodes[i].kind != op->kind ||
		    grow.g.nodes[i].site != op->site)
			machine_violate(
				CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"does not repeat itself: after the same events "
				"it did something else before");
	} else if (grow.replay) {
		unsigned int choice =
			grow.n_done < grow.schedule->n
				? grow.schedule->choice[grow.n_done]
				: 0;

		if (!grow_as(t, op, choice)) {
			grow.misfit = true;
			machine_leave(OUTCOME_CUT);
		}
		i = grow.g.n - 1;
	} else {
		if (!grow_by(t, op))
			machine_leave(OUTCOME_CUT); /* only revisits go on */
		i = grow.g.n - 1;
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
void enact_before(struct thread *t, struct op *op)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	bool barrier = op->kind == OP_BARRIER_BEGIN;

	if (op->kind != OP_WAIT_BEGIN && !barrier &&
	    !(op->kind == OP_SPAWN && op->how != CHECK_CLASSES))
		return;
	memset(t->found, 0, sizeof(t->found));
	if (barrier)
		for (unsigned int u = 0; u < grow.n_threads; u++)
			find_deferred(t, u);
	else
		for (unsigned int u = 0; u < grow.n_waited; u++)
			if (u != tid)
				t->found[u] = find(world_section(op->how, u));
}
