/* SPDX-License-Identifier: MIT */
/*
 * Set-up and finish: one thread, whose events are done at once and are nobody's
 * choice.
 */
#include "perform.h"

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
