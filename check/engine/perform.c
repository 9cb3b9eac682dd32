/* SPDX-License-Identifier: MIT */
/*
 * What each event does: to memory, to the clocks, to the world.
 *
 * Happens-before is C11's even where the schedule is sequentially consistent: a
 * relaxed store publishes nothing, so that whoever relies on it is found by the
 * race or the late access that follows, in any schedule.  A release sequence
 * goes on through read-modify-writes only (C11 as amended by C++20), which
 * finds more.
 */
#include "perform.h"

#include <stdlib.h>
#include <string.h>

/* ---- the world's words ---- */

uintptr_t world_section(enum check_class class, unsigned int tid)
{
	return (uintptr_t)&memory_world[class * CLOCK_THREADS + tid];
}

uintptr_t world_queue(unsigned int tid)
{
	return (uintptr_t)&memory_world[CHECK_CLASSES * CLOCK_THREADS + tid];
}

uintptr_t world_heap(void)
{
	return (uintptr_t)&memory_world[(CHECK_CLASSES + 1) * CLOCK_THREADS];
}

/* ---- values ---- */

uint64_t machine_read(uintptr_t addr, unsigned int size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)addr;
	case 2:
		return *(const uint16_t *)addr;
	case 4:
		return *(const uint32_t *)addr;
	default:
		return *(const uint64_t *)addr;
	}
}

void machine_write(uintptr_t addr, unsigned int size, uint64_t v)
{
	memory_dirty(addr, size);
	switch (size) {
	case 1:
		*(uint8_t *)addr = (uint8_t)v;
		return;
	case 2:
		*(uint16_t *)addr = (uint16_t)v;
		return;
	case 4:
		*(uint32_t *)addr = (uint32_t)v;
		return;
	default:
		*(uint64_t *)addr = v;
	}
}

uint64_t machine_rmw(unsigned int how, uint64_t operand, uint64_t old)
{
	switch (how) {
	case CHECK_ADD:
		return old + operand;
	case CHECK_OR:
		return old | operand;
	case CHECK_AND:
		return old & operand;
	default:
		return operand;
	}
}

bool machine_await_holds(const struct op *op, uint64_t value)
{
	switch (op->how) {
	case CHECK_EQ:
		return value == op->value;
	case CHECK_NE:
		return value != op->value;
	case CHECK_GE:
		return value >= op->value;
	default:
		return value <= op->value;
	}
}

bool machine_cas_would(const struct op *op)
{
	return machine_read(op->addr, op->size) == op->expected;
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

/* ---- who can go on ---- */

bool machine_can(const struct thread *t)
{
	const struct op *op = t->op;
	struct cell *c;

	switch (op->kind) {
	case OP_START:
		return op->n == ~0u ||
		       section_wait_over(
			       &machine.threads[op->n / MACHINE_TICKETS]
					.tickets[op->n % MACHINE_TICKETS]);
	case OP_WAIT_END:
		return section_wait_over(&t->tickets[op->n]);
	case OP_AWAIT:
		return machine_await_holds(op,
					   machine_read(op->addr, op->size));
	case OP_RELAX:
		return t->woken;
	case OP_LOCK:
		c = memory_cell(op->addr);
		return !c || !c->owner;
	case OP_BARRIER_END:
		for (unsigned int i = 0; i < machine.n_threads; i++)
			if ((t->joining >> i & 1) &&
			    machine.threads[i].state != THREAD_DONE)
				return false;
		return true;
	default:
		return true;
	}
}

/* ---- memory events ---- */

static void load(struct thread *t, struct op *op, struct cell *c)
{
	machine_judge(c, op->addr, false, 0, op->site, op->pc);
	op->result = machine_read(op->addr, op->size);
	if (!c)
		return;
	if (acquires(op->order))
		clock_join(&t->hb, &c->sync);
	else
		clock_join(&t->acquired, &c->sync);
}

static void store(struct thread *t, struct op *op, struct cell *c, uint64_t v,
		  bool rmw)
{
	vclock sync = releases(op->order) ? t->hb : t->released;

	machine_judge(c, op->addr, true, 0, op->site, op->pc);
	if (c) {
		c->before = machine_read(op->addr, op->size);
		if (rmw)
			clock_join(&c->sync, &sync);
		else
			c->sync = sync;
		depend_wake(c);
	}
	machine_write(op->addr, op->size, v);
}

void perform_locked(struct thread *t, const struct op *op)
{
	if (t->n_locks == MACHINE_LOCKS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, op->addr, -1,
				0, "holds more than %u locks", MACHINE_LOCKS);
	t->locks[t->n_locks++] = op->addr;
}

void perform_unlocked(struct thread *t, const struct op *op)
{
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

static void lock(struct thread *t, unsigned int tid, struct op *op,
		 struct cell *c)
{
	machine_judge(c, op->addr, false, 0, op->site, op->pc);
	if (!c)
		return;
	c->owner = (int8_t)(tid + 1);
	clock_join(&t->hb, &c->sync);
	perform_locked(t, op);
	machine_write(op->addr, 4, tid + 1);
}

static void unlock(struct thread *t, unsigned int tid, struct op *op,
		   struct cell *c)
{
	machine_judge(c, op->addr, false, 0, op->site, op->pc);
	if (!c)
		return;
	if (c->owner != (int8_t)(tid + 1))
		machine_violate(CHECK_MISUSE, op->site, op->pc, op->addr,
				c->owner - 1, 0,
				"unlocks a lock that it does not hold");
	c->owner = 0;
	c->sync = t->hb;
	perform_unlocked(t, op);
	machine_write(op->addr, 4, 0);
}

/* A thread that waits for locks must have interrupts that it can take, or the
 * holder must not wait for a kick: that shows as a deadlock by itself. */
void perform_lock_allowed(const struct thread *t, const struct op *op)
{
	for (unsigned int i = 0; i < t->n_locks; i++)
		if (t->locks[i] == op->addr)
			machine_violate(CHECK_DEADLOCK, op->site, op->pc,
					op->addr, -1, 0,
					"takes a lock that it holds already");
}

void walk_clock(struct thread *t, enum check_walk how)
{
	unsigned int tid = (unsigned int)(t - machine.threads);
	uint16_t own = t->hb[tid];

	if (how != CHECK_WALK_NEXT)
		t->walk = t->walk_base;
	if (how == CHECK_WALK_KEPT)
		clock_join(&t->walk, &t->acquired);
	t->hb = t->walk;
	t->hb[tid] = own;
}

static void act(struct thread *t, unsigned int tid, struct op *op);

/* What its CPU did before does not order it, nor it what its CPU does next. */
static void act_walk(struct thread *t, unsigned int tid, struct op *op)
{
	const struct cell *c = memory_cell(op->addr);
	vclock own = t->hb, sync = c ? c->sync : (vclock){0};
	unsigned int how = op->walk;

	walk_clock(t, how);
	op->walk = 0;
	act(t, tid, op);
	op->walk = (uint8_t)how;
	clock_join(&t->walk, &sync);
	t->hb = own;
}

static void act(struct thread *t, unsigned int tid, struct op *op)
{
	struct cell *c = op->addr ? memory_cell(op->addr) : NULL;

	if (op->addr && !c)
		machine_violate(CHECK_WILD, op->site, op->pc, op->addr, -1, 0,
				"%s: %p is no memory of this scenario",
				op->site->what, (void *)op->addr);
	if (op->walk) {
		act_walk(t, tid, op);
		return;
	}
	switch (op->kind) {
	case OP_START:
		if (op->n != ~0u)
			section_wait_join(
				t, &machine.threads[op->n / MACHINE_TICKETS]
					    .tickets[op->n % MACHINE_TICKETS]);
		break;
	case OP_AWAIT:
	case OP_LOAD:
		load(t, op, c);
		break;
	case OP_STORE:
		store(t, op, c, op->value, false);
		break;
	case OP_RMW:
		load(t, op, c);
		store(t, op, c, machine_rmw(op->how, op->value, op->result),
		      true);
		break;
	case OP_CAS:
		/* Fails relaxed. */
		if (!machine_cas_would(op)) {
			op->order = __ATOMIC_RELAXED;
			load(t, op, c);
			break;
		}
		load(t, op, c);
		store(t, op, c, op->value, true);
		break;
	case OP_FENCE:
		if (acquires(op->order))
			clock_join(&t->hb, &t->acquired);
		if (releases(op->order))
			t->released = t->hb;
		break;
	case OP_LOCK:
		lock(t, tid, op, c);
		break;
	case OP_TRYLOCK:
		op->result = c && !c->owner;
		if (op->result)
			lock(t, tid, op, c);
		break;
	case OP_UNLOCK:
		unlock(t, tid, op, c);
		break;
	case OP_SECTION_BEGIN:
		section_begin(t, op);
		break;
	case OP_SECTION_END:
		section_end(t, tid, op);
		break;
	case OP_WAIT_BEGIN:
		section_wait_allowed(t, op);
		op->result = section_wait(t, op);
		break;
	case OP_WAIT_END:
		section_wait_allowed(t, op);
		section_wait_join(t, &t->tickets[op->n]);
		break;
	case OP_SPAWN: {
		uint32_t ticket = ~0u;

		if (op->how != CHECK_CLASSES)
			ticket = tid * MACHINE_TICKETS + section_wait(t, op);
		perform_spawn(op, tid);
		machine.threads[op->n].start.n = ticket;
		clock_join(&machine.threads[op->n].hb, &t->hb);
		machine.threads[op->n].dep = t->dep;
		break;
	}
	case OP_BARRIER_BEGIN:
		section_barrier_allowed(t, op);
		section_barrier_begin(t, tid);
		break;
	case OP_BARRIER_END:
		section_barrier_end(t);
		break;
	case OP_CHOOSE:
		op->result = machine.strategy->choose(t, op);
		break;
	default:
		break;
	}
}

void perform(struct thread *t, struct op *op)
{
	unsigned int tid = (unsigned int)(t - machine.threads), n = 0;
	struct touch touches[MACHINE_TOUCHES];
	vclock before = t->dep;
	uint64_t old = 0;

	if (machine.strategy->perform) {
		machine.strategy->perform(t, op);
		return;
	}
	n = machine_touches(t, touches);
	if (machine.recording && op->addr && memory_ours(op->addr))
		old = machine_read(op->addr, op->size ? op->size : 4);
	if (op->kind == OP_LOCK)
		perform_lock_allowed(t, op);
	if (machine.explores)
		depend_order(t, tid, op, touches, n);
	if (op->kind == OP_RELAX)
		t->n_watched = 0;
	act(t, tid, op);
	if (op->kind == OP_LOAD)
		depend_watch(t, n ? touches[0].cell : NULL);
	else
		t->n_watched = 0;
	if (machine.recording)
		machine_record(op, old,
			       op->addr && memory_ours(op->addr)
				       ? machine_read(op->addr,
						      op->size ? op->size : 4)
				       : op->result);
	if (machine.explores) {
		machine.events[machine.n_events].clock = t->dep;
		machine.events[machine.n_events].choice = (uint16_t)op->result;
		machine.strategy->done(t, op, touches, n, &before);
		depend_mark(t, tid, touches, n);
	} else {
		/* Wakers need to know. */
		for (unsigned int i = 0; i < n; i++)
			if (touches[i].mode == TOUCH_WRITE)
				touches[i].cell->last_write =
					(int32_t)machine.n_events;
		machine.strategy->done(t, op, touches, n, &before);
	}
	t->hb[tid]++;
	t->n_events++;
	machine.n_events++;
}

void perform_end(struct thread *t)
{
	char name[96];

	if (t->n_locks)
		machine_violate(
			CHECK_MISUSE, t->last_site, t->last_pc, t->locks[0], -1,
			0, "ends while it holds %s",
			memory_describe(t->locks[0], name, sizeof(name)));
	for (unsigned int i = 0; i < CHECK_CLASSES; i++)
		if (t->depth[i])
			machine_violate(CHECK_MISUSE, t->last_site, t->last_pc,
					0, -1, 0, "ends inside a section");
}
