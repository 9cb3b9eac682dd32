/* SPDX-License-Identifier: MIT */
/*
 * Sections of each class, and the waits for all that are open: what a grace
 * period, a round of kicks or a drain promises, and no more.
 */
#include "perform.h"

bool section_leave(struct thread *t, const struct op *op)
{
	if (!t->depth[op->how])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"a section ends that was never begun");
	return !--t->depth[op->how];
}

void section_end(struct thread *t, unsigned int tid, const struct op *op)
{
	unsigned int class = op->how;

	if (!section_leave(t, op))
		return;
	machine.ended_hb[class][tid][t->ended[class]] = t->hb;
	machine.ended_dep[class][tid][t->ended[class]] = t->dep;
	t->ended[class]++;
}

void section_begin(struct thread *t, const struct op *op)
{
	unsigned int class = op->how;

	if (t->depth[class]++)
		return;
	if (++t->begun[class] >= MACHINE_SECTIONS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1, 0,
				"more than %u sections of one thread",
				MACHINE_SECTIONS - 1);
	/* What was done before any wait that does not wait for us. */
	clock_join(&t->hb, &machine.waits_begun[class]);
	if (class == CHECK_HW)
		clock_join(&t->walk_base, &machine.waits_begun[class]);
}

unsigned int section_ticket(struct thread *t, const struct op *op)
{
	if (t->n_tickets + 1 >= MACHINE_TICKETS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1, 0,
				"more than %u waits of one thread",
				MACHINE_TICKETS - 1);
	t->tickets[t->n_tickets].class = op->how;
	return t->n_tickets++;
}

unsigned int section_wait(struct thread *t, const struct op *op)
{
	unsigned int ticket = section_ticket(t, op);
	struct ticket *k = &t->tickets[ticket];

	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		k->begun[i] =
			i < machine.n_threads && machine.threads[i].state !=
							 THREAD_UNUSED
				? machine.threads[i].begun[k->class]
				: 0;
	clock_join(&machine.waits_begun[k->class], &t->hb);
	return ticket;
}

void section_wait_join(struct thread *t, const struct ticket *k)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		if (!k->begun[i])
			continue;
		clock_join(&t->hb,
			   &machine.ended_hb[k->class][i][k->begun[i] - 1]);
		clock_join(&t->dep,
			   &machine.ended_dep[k->class][i][k->begun[i] - 1]);
	}
}

/* A wait inside a section that it waits for never ends. */
void section_wait_allowed(const struct thread *t, const struct op *op)
{
	if (t->depth[op->how])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"%s inside a section that it waits for",
				op->site->what);
	if (op->how == CHECK_RCU && t->depth[CHECK_IRQ])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"%s with interrupts off", op->site->what);
}

bool section_wait_over(const struct ticket *k)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].ended[k->class] < k->begun[i])
			return false;
	return true;
}

/* ---- waiting for deferred calls ---- */

void section_barrier_allowed(const struct thread *t, const struct op *op)
{
	if (t->depth[CHECK_RCU])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"barrier inside a read section");
}

void section_barrier_begin(struct thread *t, unsigned int tid)
{
	t->joining = 0;
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state != THREAD_UNUSED &&
		    !machine.threads[i].run && i != tid)
			t->joining |= 1u << i;
}

void section_barrier_end(struct thread *t)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (t->joining >> i & 1) {
			clock_join(&t->hb, &machine.threads[i].hb);
			clock_join(&t->dep, &machine.threads[i].dep);
		}
}
