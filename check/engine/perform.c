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

static uint64_t rmw_value(const struct op *op, uint64_t old)
{
	switch (op->how) {
	case CHECK_ADD:
		return old + op->value;
	case CHECK_OR:
		return old | op->value;
	case CHECK_AND:
		return old & op->value;
	default:
		return op->value;
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

static bool ticket_over(const struct ticket *k)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].ended[k->class] < k->begun[i])
			return false;
	return true;
}

bool machine_can(const struct thread *t)
{
	const struct op *op = t->op;
	struct cell *c;

	switch (op->kind) {
	case OP_START:
		return op->n == ~0u ||
		       ticket_over(&machine.threads[op->n / MACHINE_TICKETS]
					    .tickets[op->n % MACHINE_TICKETS]);
	case OP_WAIT_END:
		return ticket_over(&t->tickets[op->n]);
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

static void watch(struct thread *t, struct cell *c)
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

static void wake(const struct cell *c)
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

/* ---- sections and waits ---- */

static void section_end(struct thread *t, unsigned int tid, const struct op *op)
{
	unsigned int class = op->how;

	if (!t->depth[class])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"a section ends that was never begun");
	if (--t->depth[class])
		return;
	machine.ended_hb[class][tid][t->ended[class]] = t->hb;
	machine.ended_dep[class][tid][t->ended[class]] = t->dep;
	t->ended[class]++;
}

static void section_begin(struct thread *t, const struct op *op)
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
}

static unsigned int ticket_take(struct thread *t, const struct op *op)
{
	struct ticket *k = &t->tickets[t->n_tickets];

	if (t->n_tickets + 1 >= MACHINE_TICKETS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1, 0,
				"more than %u waits of one thread",
				MACHINE_TICKETS - 1);
	k->class = op->how;
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		k->begun[i] =
			i < machine.n_threads && machine.threads[i].state !=
							 THREAD_UNUSED
				? machine.threads[i].begun[k->class]
				: 0;
	clock_join(&machine.waits_begun[k->class], &t->hb);
	return t->n_tickets++;
}

static void ticket_join(struct thread *t, const struct ticket *k)
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
static void wait_allowed(const struct thread *t, const struct op *op)
{
	if (t->depth[op->how])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"%s inside a section that it waits for",
				op->site->what);
	if (op->how == CHECK_RCU && t->depth[CHECK_IRQ])
		machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1, 0,
				"%s with interrupts off", op->site->what);
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
		wake(c);
	}
	machine_write(op->addr, op->size, v);
}

static void lock(struct thread *t, unsigned int tid, struct op *op,
		 struct cell *c)
{
	machine_judge(c, op->addr, false, 0, op->site, op->pc);
	if (!c)
		return;
	c->owner = (int8_t)(tid + 1);
	clock_join(&t->hb, &c->sync);
	if (t->n_locks < MACHINE_LOCKS)
		t->locks[t->n_locks++] = op->addr;
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
	for (unsigned int i = 0; i < t->n_locks; i++)
		if (t->locks[i] == op->addr) {
			memmove(&t->locks[i], &t->locks[i + 1],
				(t->n_locks - i - 1) * sizeof(t->locks[0]));
			t->n_locks--;
			break;
		}
	machine_write(op->addr, 4, 0);
}

static void barrier_begin(struct thread *t, unsigned int tid)
{
	t->joining = 0;
	for (unsigned int i = CHECK_THREADS; i < machine.n_threads; i++)
		if (machine.threads[i].state != THREAD_UNUSED && i != tid)
			t->joining |= 1u << i;
	for (unsigned int i = 0; i < CHECK_THREADS; i++)
		if (i < machine.n_threads &&
		    machine.threads[i].state != THREAD_UNUSED &&
		    !machine.threads[i].run && i != tid)
			t->joining |= 1u << i;
}

static void barrier_end(struct thread *t)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (t->joining >> i & 1) {
			clock_join(&t->hb, &machine.threads[i].hb);
			clock_join(&t->dep, &machine.threads[i].dep);
		}
}

/* A thread that waits for locks must have interrupts that it can take, or the
 * holder must not wait for a kick: that shows as a deadlock by itself. */
static void self_deadlock(const struct thread *t, const struct op *op)
{
	for (unsigned int i = 0; i < t->n_locks; i++)
		if (t->locks[i] == op->addr)
			machine_violate(CHECK_DEADLOCK, op->site, op->pc,
					op->addr, -1, 0,
					"takes a lock that it holds already");
}

static void act(struct thread *t, unsigned int tid, struct op *op)
{
	struct cell *c = op->addr ? memory_cell(op->addr) : NULL;

	if (op->addr && !c)
		machine_violate(CHECK_WILD, op->site, op->pc, op->addr, -1, 0,
				"%s: %p is no memory of this scenario",
				op->site->what, (void *)op->addr);
	switch (op->kind) {
	case OP_START:
		if (op->n != ~0u)
			ticket_join(t,
				    &machine.threads[op->n / MACHINE_TICKETS]
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
		store(t, op, c, rmw_value(op, op->result), true);
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
		wait_allowed(t, op);
		op->result = ticket_take(t, op);
		break;
	case OP_WAIT_END:
		wait_allowed(t, op);
		ticket_join(t, &t->tickets[op->n]);
		break;
	case OP_SPAWN: {
		uint32_t ticket = ~0u;

		if (op->how != CHECK_CLASSES)
			ticket = tid * MACHINE_TICKETS + ticket_take(t, op);
		perform_spawn(op, tid);
		machine.threads[op->n].start.n = ticket;
		clock_join(&machine.threads[op->n].hb, &t->hb);
		machine.threads[op->n].dep = t->dep;
		break;
	}
	case OP_BARRIER_BEGIN:
		if (t->depth[CHECK_RCU])
			machine_violate(CHECK_MISUSE, op->site, op->pc, 0, -1,
					0, "barrier inside a read section");
		barrier_begin(t, tid);
		break;
	case OP_BARRIER_END:
		barrier_end(t);
		break;
	case OP_CHOOSE:
		op->result = machine.strategy->choose(t, op);
		break;
	default:
		break;
	}
}

static void order(struct thread *t, unsigned int tid, const struct op *op,
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
static void leave_marks(struct thread *t, unsigned int tid,
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
		self_deadlock(t, op);
	if (machine.explores)
		order(t, tid, op, touches, n);
	if (op->kind == OP_RELAX)
		t->n_watched = 0;
	act(t, tid, op);
	if (op->kind == OP_LOAD)
		watch(t, n ? touches[0].cell : NULL);
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
		leave_marks(t, tid, touches, n);
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
	static struct check_site at = {.what = "the thread ends"};

	if (t->n_locks)
		machine_violate(CHECK_MISUSE, &at, NULL, t->locks[0], -1, 0,
				"ends while it holds a lock");
	for (unsigned int i = 0; i < CHECK_CLASSES; i++)
		if (t->depth[i])
			machine_violate(CHECK_MISUSE, &at, NULL, 0, -1, 0,
					"ends inside a section");
}

/* ---- outside the exploration ---- */

#define RAW_CALLS 64

static struct {
	void (*fn)(void *);
	void *arg;
} raw_calls[RAW_CALLS];
static unsigned int n_raw_calls;
static bool draining;

void perform_raw_begin(void)
{
	/* The last one may have ended in the middle. */
	n_raw_calls = 0;
	draining = false;
}

void perform_raw_drain(void)
{
	/* A deferred call may wait for kicks itself, or defer another. */
	if (draining)
		return;
	draining = true;
	for (unsigned int i = 0; i < n_raw_calls; i++)
		raw_calls[i].fn(raw_calls[i].arg);
	n_raw_calls = 0;
	draining = false;
}

void perform_raw(struct op *op)
{
	uint64_t old;

	if (op->addr && machine.finishing)
		machine_judge(memory_cell(op->addr), op->addr, false, 0,
			      op->site, op->pc);
	switch (op->kind) {
	case OP_LOAD:
	case OP_AWAIT:
		op->result = machine_read(op->addr, op->size);
		break;
	case OP_STORE:
		machine_write(op->addr, op->size, op->value);
		break;
	case OP_RMW:
		op->result = machine_read(op->addr, op->size);
		machine_write(op->addr, op->size, rmw_value(op, op->result));
		break;
	case OP_CAS:
		old = machine_read(op->addr, op->size);
		op->result = old;
		if (old == op->expected)
			machine_write(op->addr, op->size, op->value);
		break;
	case OP_LOCK:
	case OP_UNLOCK:
		machine_write(op->addr, 4, op->kind == OP_LOCK);
		break;
	case OP_TRYLOCK:
		op->result = 1;
		machine_write(op->addr, 4, 1);
		break;
	case OP_SPAWN:
		if (n_raw_calls == RAW_CALLS)
			perform_raw_drain();
		raw_calls[n_raw_calls].fn = op->fn;
		raw_calls[n_raw_calls++].arg = op->arg;
		break;
	case OP_BARRIER_END:
	case OP_WAIT_END:
		/* Nobody else is there: what was deferred is due. */
		perform_raw_drain();
		break;
	default:
		op->result = 0;
		break;
	}
}
