/* SPDX-License-Identifier: MIT */
/*
 * Running one execution: who may go on, the switch, the end.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "perform.h"

#define STACK_BYTES   (256u << 10)
#define DEFAULT_STEPS 20000

struct machine machine;

void machine_create(void)
{
	memory_create();
	guard_start();
	machine.events =
		mmap(NULL, MACHINE_EVENTS * sizeof(struct event),
		     PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine.events == MAP_FAILED) {
		perror("tarry-check: no memory");
		exit(2);
	}
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		coroutine_create(&machine.threads[i].co, STACK_BYTES);
	/* The main coroutine has the process's stack. */
	machine.main.sp = NULL;
}

/* ---- ends ---- */

void machine_leave(enum outcome how)
{
	struct thread *t = machine.now;

	machine.outcome = how;
	machine.now = NULL;
	coroutine_switch(&t->co, &machine.main);
	abort(); /* a thread that left is never resumed */
}

/* ---- scheduling ---- */

static void pick_and_switch(struct thread *from)
{
	enum outcome how = OUTCOME_COMPLETE;
	int next;

	machine.steps++;
	if (machine.n_events >= machine.max_events) {
		machine.now = from;
		machine_violate(CHECK_ENDLESS, from->op ? from->op->site : NULL,
				from->op ? from->op->pc : NULL, 0, -1, 0,
				"the execution does not end: %u events",
				machine.n_events);
	}
	next = machine.strategy->pick(&how);
	if (next < 0) {
		machine.now = from;
		machine_leave(how);
	}
	if (&machine.threads[next] == from)
		return;
	machine.now = &machine.threads[next];
	machine.switches++;
	coroutine_switch(&from->co, &machine.now->co);
}

static void thread_main(void)
{
	struct thread *t = machine.now;

	perform(t, &t->start);
	if (t->run)
		t->run();
	else
		t->fn(t->arg);
	perform_end(t);
	t->state = THREAD_DONE;
	t->op = NULL;
	pick_and_switch(t);
	abort(); /* a thread that ended is never picked */
}

/* Who calls on another stack cannot be scheduled. */
static __attribute__((noinline, noreturn)) void stranger(const struct op *op)
{
	fprintf(stderr,
		"tarry-check: %s: \"%s\" at %s:%d is called on no stack of the "
		"thread that runs: by a thread that the scenario does not "
		"have, or after a jump\n",
		machine.scenario ? machine.scenario->name : "?", op->site->what,
		op->site->file ? op->site->file : "?", op->site->line);
	_Exit(2);
}

uint64_t machine_do(struct op *op)
{
	const struct thread *t = machine.now;

	if (__builtin_expect(!t || (uintptr_t)op - (uintptr_t)t->co.stack >=
					     t->co.len,
			     0))
		stranger(op);
	if (machine.raw) {
		perform_raw(op);
		return op->result;
	}
	if (machine.strategy->before)
		machine.strategy->before(machine.now, op);
	return machine_step(op);
}

static bool waits(const struct op *op)
{
	switch (op->kind) {
	case OP_AWAIT:
	case OP_RELAX:
	case OP_LOCK:
	case OP_WAIT_BEGIN:
	case OP_WAIT_END:
	case OP_BARRIER_BEGIN:
		return true;
	default:
		return false;
	}
}

uint64_t machine_step(struct op *op)
{
	struct thread *t = machine.now;

	if (__builtin_expect(op->addr & (op->size - 1ul), 0) && op->size)
		machine_violate(CHECK_WILD, op->site, op->pc, op->addr, -1, 0,
				"%s: %p is not aligned to %u bytes",
				op->site->what, (void *)op->addr, op->size);
	if (t->wait_free && waits(op))
		machine_violate(CHECK_MISUSE, op->site, op->pc, op->addr, -1, 0,
				"%s: a reader waits", op->site->what);
	t->op = op;
	t->last_site = op->site;
	t->last_pc = op->pc;
	perform_announce(t, op);
	pick_and_switch(t);
	perform(t, op);
	return op->result;
}

void machine_give_up(void)
{
	struct thread *t = machine.now;

	if (machine.raw)
		machine_violate(CHECK_MISUSE, NULL, __builtin_return_address(0),
				0, -1, 0,
				"gives up, where there is nothing to choose");
	t->state = THREAD_GAVE_UP;
	pick_and_switch(t);
	abort();
}

/* ---- set-up and the whole ---- */

static void thread_reset(unsigned int i, const char *name, void (*run)(void))
{
	struct thread *t = &machine.threads[i];
	struct coroutine co = t->co;

	memset(t, 0, offsetof(struct thread, tickets));
	t->n_tickets = 0;
	t->n_spawned = 0;
	t->joining = 0;
	t->n_watched = 0;
	t->woken = false;
	t->wait_free = false;
	t->last_site = NULL;
	t->last_pc = NULL;
	t->n_calls = 0;
	t->co = co;
	t->name = name;
	t->run = run;
	t->state = THREAD_PENDING;
	t->may_fail = machine.scenario->faults;
	t->start = (struct op){.kind = OP_START, .n = ~0u};
	t->op = &t->start;
	coroutine_reset(&t->co, thread_main);
	t->hb = machine.setup_hb;
	t->walk_base = machine.setup_hb;
	t->hb[i] = 1;
}

/* Run a function of the scenario's outside of the exploration; violations in
 * it end up here as well. */
static void raw_main(void)
{
	struct thread *t = machine.now;

	t->run();
	/* What was deferred in set-up is due before the threads start. */
	perform_raw_drain();
	perform_end(t);
	machine_leave(OUTCOME_COMPLETE);
}

static enum outcome run_raw(void (*run)(void))
{
	struct thread *t = &machine.threads[CLOCK_THREADS - 1];
	struct coroutine co = t->co;

	memset(t, 0, sizeof(*t));
	t->co = co;
	t->run = run;
	t->name = machine.finishing ? "finish" : "setup";
	t->state = THREAD_PENDING;
	coroutine_reset(&t->co, raw_main);
	perform_raw_begin();
	machine.raw = true;
	machine.stamp++;
	machine.now = t;
	coroutine_switch(&machine.main, &t->co);
	machine.raw = false;
	t->state = THREAD_UNUSED;
	return machine.outcome;
}

bool machine_scenario(const struct check_scenario *s)
{
	machine.scenario = s;
	machine.max_events = s->steps ? s->steps : DEFAULT_STEPS;
	if (machine.max_events > MACHINE_EVENTS)
		machine.max_events = MACHINE_EVENTS;
	memory_scenario(s);
	memset(machine.spawn_ids, 0, sizeof(machine.spawn_ids));
	machine.next_id = 0;
	while (machine.next_id < CHECK_THREADS &&
	       s->threads[machine.next_id].run)
		machine.next_id++;
	machine.violation = (struct violation){.other_tid = -1};
	machine.finishing = false;
	if (!machine.next_id) {
		snprintf(machine.violation.text, sizeof(machine.violation.text),
			 "there are no threads");
		return false;
	}
	if (s->setup && run_raw(s->setup) == OUTCOME_VIOLATION)
		return false;
	memory_snapshot();
	return true;
}

enum outcome machine_run(void)
{
	const struct check_scenario *s = machine.scenario;
	enum outcome how = OUTCOME_COMPLETE;
	int first;

	memory_restore();
	machine.stamp++;
	machine.n_events = 0;
	machine.n_rows = 0;
	machine.violation = (struct violation){.other_tid = -1};
	memset(machine.waits_begun, 0, sizeof(machine.waits_begun));
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		machine.threads[i].state = THREAD_UNUSED;
	for (unsigned int i = 0; i < CHECK_THREADS && s->threads[i].run; i++)
		thread_reset(i, s->threads[i].name, s->threads[i].run);
	machine.n_threads = machine.next_id;
	machine.outcome = OUTCOME_COMPLETE;
	first = machine.strategy->pick(&how);
	if (first < 0)
		return how;
	machine.now = &machine.threads[first];
	coroutine_switch(&machine.main, &machine.now->co);
	how = machine.outcome;
	if (how != OUTCOME_COMPLETE || !s->finish)
		return how;
	machine.finishing = true;
	how = run_raw(s->finish);
	machine.finishing = false;
	return how;
}

void perform_spawn(struct op *op, unsigned int parent)
{
	struct thread *p = &machine.threads[parent];
	unsigned int n = p->n_spawned++, id;

	if (n >= 16)
		machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1, 0,
				"more than 16 deferred calls of one thread");
	id = machine.spawn_ids[parent][n];
	if (!id) {
		/* The last is kept for set-up and finish. */
		if (machine.next_id >= CLOCK_THREADS - 1)
			machine_violate(CHECK_ENDLESS, op->site, op->pc, 0, -1,
					0, "more than %u threads",
					CLOCK_THREADS - 1);
		id = machine.next_id++;
		machine.spawn_ids[parent][n] = (uint8_t)id;
	}
	thread_reset(id, NULL, NULL);
	machine.threads[id].fn = op->fn;
	machine.threads[id].arg = op->arg;
	machine.threads[id].parent = (uint8_t)parent;
	machine.threads[id].sequence = (uint8_t)n;
	machine.threads[id].start.site = op->site;
	if (id >= machine.n_threads)
		machine.n_threads = id + 1;
	op->n = id;
}

const char *machine_thread_name(unsigned int tid, char *to, size_t len)
{
	const struct thread *t = &machine.threads[tid];

	if (t->name)
		snprintf(to, len, "%s", t->name);
	else if (t->run)
		snprintf(to, len, "thread %u", tid);
	else
		snprintf(to, len, "callback %u of thread %u", t->sequence,
			 t->parent);
	return to;
}
