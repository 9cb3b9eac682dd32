/* SPDX-License-Identifier: MIT */
/*
 * Which events depend on each other: what each touches, and the clocks that
 * follow from it.  Two that do not may change places in a schedule, and it is
 * of the same class.
 */
#include "perform.h"

/* ---- what an event touches ---- */

static void touch(struct touch *to, unsigned int *n, uintptr_t addr,
		  enum touch_mode mode)
{
	struct cell *c = memory_cell(addr);

	if (c)
		to[(*n)++] = (struct touch){c, mode};
}

unsigned int machine_touches(const struct thread *t, struct touch *to)
{
	const struct op *op = t->op;
	unsigned int tid = (unsigned int)(t - machine.threads), n = 0;

	switch (op->kind) {
	case OP_LOAD:
	case OP_AWAIT:
		touch(to, &n, op->addr, TOUCH_READ);
		break;
	case OP_STORE:
	case OP_RMW:
		touch(to, &n, op->addr, TOUCH_WRITE);
		break;
	case OP_CAS:
		touch(to, &n, op->addr,
		      machine_cas_would(op) ? TOUCH_WRITE : TOUCH_READ);
		break;
	case OP_LOCK:
		touch(to, &n, op->addr, TOUCH_LOCK);
		break;
	case OP_TRYLOCK: {
		struct cell *c = memory_cell(op->addr);

		/* It competes with the unlock, too, as nothing waits. */
		touch(to, &n, op->addr,
		      c && c->owner ? TOUCH_READ : TOUCH_WRITE);
		break;
	}
	case OP_UNLOCK:
		touch(to, &n, op->addr, TOUCH_UNLOCK);
		break;
	case OP_SECTION_BEGIN:
		/* Only the outermost is seen by waits. */
		if (!t->depth[op->how])
			touch(to, &n, world_section(op->how, tid), TOUCH_WRITE);
		break;
	case OP_SPAWN:
		touch(to, &n, world_queue(tid), TOUCH_WRITE);
		if (op->how == CHECK_CLASSES)
			break;
		/* fall through */
	case OP_WAIT_BEGIN:
		for (unsigned int i = 0; i < machine.next_id; i++)
			if (i != tid)
				touch(to, &n, world_section(op->how, i),
				      TOUCH_READ);
		break;
	case OP_BARRIER_BEGIN:
		for (unsigned int i = 0; i < machine.next_id; i++)
			touch(to, &n, world_queue(i), TOUCH_READ);
		break;
	case OP_HEAP:
		touch(to, &n, world_heap(), TOUCH_WRITE);
		break;
	default:
		break;
	}
	return n;
}

/* ---- waiting in a loop that reads ---- */

void depend_watch(struct thread *t, struct cell *c)
{
	if (!c || t->n_watched >= MACHINE_WATCHED) {
		t->n_watched = MACHINE_WATCHED;
		return;
	}
	t->watched[t->n_watched].cell = c;
	t->watched[t->n_watched].since = machine.n_events;
	t->n_watched++;
}

void perform_announce(struct thread *t, struct op *op)
{
	if (op->kind != OP_RELAX || machine.strategy->perform)
		return;
	/* More words than we can watch: it may always try again. */
	t->woken = t->n_watched == MACHINE_WATCHED;
	for (unsigned int i = 0; i < t->n_watched; i++)
		if (t->watched[i].cell->last_write >=
		    (int32_t)t->watched[i].since)
			t->woken = true;
}

void depend_wake(const struct cell *c)
{
	for (unsigned int i = 0; i < machine.n_threads; i++) {
		struct thread *t = &machine.threads[i];

		if (t->state != THREAD_PENDING || t->op->kind != OP_RELAX ||
		    t->woken)
			continue;
		for (unsigned int j = 0; j < t->n_watched; j++)
			if (t->watched[j].cell == c)
				t->woken = true;
	}
}

/* What woke it: the first write to anything that it watches. */
static void relax_order(struct thread *t)
{
	for (unsigned int i = t->n_watched ? t->watched[0].since : ~0u;
	     i < machine.n_events; i++)
		for (unsigned int j = 0; j < t->n_watched; j++)
			if (machine.events[i].wrote == t->watched[j].cell &&
			    i >= t->watched[j].since) {
				clock_join(&t->dep, &machine.events[i].clock);
				return;
			}
}

/* ---- the order that follows ---- */

void depend_order(struct thread *t, unsigned int tid, const struct op *op,
		  const struct touch *touches, unsigned int n)
{
	struct event *e = &machine.events[machine.n_events];

	for (unsigned int i = 0; i < n; i++) {
		const struct cell *c = touches[i].cell;

		clock_join(&t->dep, &c->dep_write);
		if (touches[i].mode != TOUCH_READ)
			clock_join(&t->dep, &c->dep_read);
	}
	if (op->kind == OP_RELAX)
		relax_order(t);
	t->dep[tid]++;
	e->tid = (uint8_t)tid;
	e->kind = op->kind;
	e->own = t->dep[tid];
	e->n_choices = op->kind == OP_CHOOSE ? (uint16_t)op->n : 1;
	e->wrote = NULL;
	e->locked = NULL;
}

/* The cells remember the event. */
void depend_mark(struct thread *t, unsigned int tid,
		 const struct touch *touches, unsigned int n)
{
	struct event *e = &machine.events[machine.n_events];
	int32_t number = (int32_t)machine.n_events;

	for (unsigned int i = 0; i < n; i++) {
		struct cell *c = touches[i].cell;

		switch (touches[i].mode) {
		case TOUCH_READ:
			clock_join(&c->dep_read, &t->dep);
			c->last_read[tid] = number;
			c->readers |= 1u << tid;
			break;
		case TOUCH_LOCK:
			c->last_lock = number;
			e->locked = c;
			/* fall through */
		case TOUCH_WRITE:
		case TOUCH_UNLOCK:
			c->dep_write = t->dep;
			c->dep_read = (vclock){0};
			c->readers = 0;
			c->last_write = number;
			if (e->kind == OP_TRYLOCK) {
				c->last_lock = number;
				e->locked = c;
			} else if (touches[i].mode == TOUCH_WRITE) {
				e->wrote = c;
				e->before = c->before;
			}
			break;
		default:
			break;
		}
	}
}
