/* SPDX-License-Identifier: MIT */
/*
 * Set-up and finish: one thread, whose events are done at once and are nobody's
 * choice.
 */
#include "perform.h"

#define RAW_CALLS  64
#define RAW_EVENTS (1u << 22)

static struct {
	void (*fn)(void *);
	void *arg;
} raw_calls[RAW_CALLS];
static unsigned int n_raw_calls;
static bool draining;
static unsigned int n_raw_events;

void perform_raw_begin(void)
{
	/* The last one may have ended in the middle. */
	n_raw_calls = 0;
	n_raw_events = 0;
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

static void raw_lock(struct op *op)
{
	struct thread *t = machine.now;

	if (machine_read(op->addr, 4))
		machine_violate(CHECK_DEADLOCK, op->site, op->pc, op->addr, -1,
				0, "takes a lock that nobody will release");
	machine_write(op->addr, 4, 1);
	perform_locked(t, op);
}

static void raw_spawn(const struct op *op)
{
	if (n_raw_calls == RAW_CALLS)
		perform_raw_drain();
	if (n_raw_calls == RAW_CALLS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1, 0,
				"deferred calls defer more than %u others",
				RAW_CALLS);
	raw_calls[n_raw_calls].fn = op->fn;
	raw_calls[n_raw_calls++].arg = op->arg;
}

void perform_raw(struct op *op)
{
	uint64_t old;

	machine.now->last_site = op->site;
	machine.now->last_pc = op->pc;
	if (++n_raw_events > RAW_EVENTS)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, op->addr, -1,
				0, "it does not end: %u events", RAW_EVENTS);

	if (op->addr && machine.finishing)
		machine_judge(memory_cell(op->addr), op->addr, false, 0,
			      op->site, op->pc);
	switch (op->kind) {
	case OP_AWAIT:
		op->result = machine_read(op->addr, op->size);
		if (!machine_await_holds(op, op->result))
			machine_violate(CHECK_DEADLOCK, op->site, op->pc,
					op->addr, -1, 0,
					"%s: nobody else is there to write it",
					op->site->what);
		break;
	case OP_LOAD:
		op->result = machine_read(op->addr, op->size);
		break;
	case OP_STORE:
		machine_write(op->addr, op->size, op->value);
		break;
	case OP_RMW:
		op->result = machine_read(op->addr, op->size);
		machine_write(op->addr, op->size,
			      machine_rmw(op->how, op->value, op->result));
		break;
	case OP_CAS:
		old = machine_read(op->addr, op->size);
		op->result = old;
		if (old == op->expected)
			machine_write(op->addr, op->size, op->value);
		break;
	case OP_LOCK:
		raw_lock(op);
		break;
	case OP_TRYLOCK:
		op->result = !machine_read(op->addr, 4);
		if (op->result)
			raw_lock(op);
		break;
	case OP_UNLOCK:
		perform_unlocked(machine.now, op);
		machine_write(op->addr, 4, 0);
		break;
	case OP_SECTION_BEGIN:
		machine.now->depth[op->how]++;
		break;
	case OP_SECTION_END:
		section_leave(machine.now, op);
		break;
	case OP_WAIT_BEGIN:
		section_wait_allowed(machine.now, op);
		op->result = 0;
		break;
	case OP_SPAWN:
		raw_spawn(op);
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
