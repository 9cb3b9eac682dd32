/* SPDX-License-Identifier: MIT */
/*
 * Reading a recorded execution, row by row: see trace.h.
 */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trace trace;

/* ---- one row ---- */

bool row_is_plain(const struct row *r)
{
	return r->op.kind == OP_PLAIN_READ || r->op.kind == OP_PLAIN_WRITE;
}

bool row_is_atomic(const struct row *r)
{
	return r->op.kind == OP_LOAD || r->op.kind == OP_STORE ||
	       r->op.kind == OP_RMW || r->op.kind == OP_CAS ||
	       r->op.kind == OP_AWAIT;
}

bool row_reads(const struct row *r)
{
	return (row_is_atomic(r) && r->op.kind != OP_STORE) ||
	       r->op.kind == OP_PLAIN_READ;
}

bool row_writes(const struct row *r)
{
	return r->op.kind == OP_STORE || r->op.kind == OP_RMW ||
	       r->op.kind == OP_PLAIN_WRITE ||
	       (r->op.kind == OP_CAS && r->op.result == r->op.expected);
}

bool row_takes_lock(const struct row *r)
{
	return r->op.kind == OP_LOCK ||
	       (r->op.kind == OP_TRYLOCK && r->op.result);
}

bool row_in_mmu(const struct row *r)
{
	return r->op.site && r->op.site->file &&
	       strstr(r->op.site->file, "engine/mmu.c");
}

static size_t length(const struct row *r)
{
	if (r->op.kind == OP_BORN || r->op.kind == OP_DEAD)
		return r->op.value;
	/* A byte does not hold it: a range of 256 or more. */
	return r->op.size ? r->op.size : row_is_plain(r) ? 256 : 4;
}

bool row_covers(const struct row *r, uintptr_t addr)
{
	addr &= ~(uintptr_t)3;
	return r->op.addr && r->op.addr < addr + 4 &&
	       addr < r->op.addr + length(r);
}

/* ---- locks, sections, waits ---- */

unsigned int trace_held(unsigned int i, struct held held[MACHINE_LOCKS])
{
	unsigned int tid = trace.rows[i]->tid, n = 0;

	for (unsigned int j = 0; j <= i && j < trace.n_done; j++) {
		const struct row *r = trace.rows[j];

		if (r->tid != tid)
			continue;
		if (row_takes_lock(r) && n < MACHINE_LOCKS) {
			held[n++] = (struct held){r->op.addr, j};
		} else if (r->op.kind == OP_UNLOCK) {
			for (unsigned int k = 0; k < n; k++)
				if (held[k].lock == r->op.addr)
					held[k--] = held[--n];
		}
	}
	return n;
}

static bool is_section(const struct row *r, unsigned int tid,
		       enum check_class class, enum op_kind kind)
{
	return r->tid == tid && r->op.kind == kind && r->op.how == class;
}

unsigned int trace_section(unsigned int i, enum check_class class)
{
	unsigned int tid = trace.rows[i]->tid, depth = 0, begin = NO_ROW;

	for (unsigned int j = 0; j <= i && j < trace.n_done; j++) {
		if (is_section(trace.rows[j], tid, class, OP_SECTION_BEGIN) &&
		    !depth++)
			begin = j;
		if (is_section(trace.rows[j], tid, class, OP_SECTION_END) &&
		    depth && !--depth)
			begin = NO_ROW;
	}
	return begin;
}

unsigned int trace_section_end(unsigned int begin)
{
	const struct row *r = trace.rows[begin];
	unsigned int depth = 0;

	for (unsigned int j = begin; j < trace.n_done; j++) {
		if (is_section(trace.rows[j], r->tid, r->op.how,
			       OP_SECTION_BEGIN))
			depth++;
		if (is_section(trace.rows[j], r->tid, r->op.how,
			       OP_SECTION_END) &&
		    !--depth)
			return j;
	}
	return NO_ROW;
}

static unsigned int start_of(unsigned int tid)
{
	for (unsigned int j = 0; j < trace.n_done; j++)
		if (trace.rows[j]->tid == tid)
			return j;
	return NO_ROW;
}

bool trace_wait(unsigned int i, struct wait *w)
{
	const struct row *r = trace.rows[i];

	*w = (struct wait){
		.class = r->op.how, .tid = r->tid, .begin = i, .end = NO_ROW};
	if (r->op.kind == OP_SPAWN && r->op.how < CHECK_CLASSES) {
		w->tid = r->op.n;
		w->end = start_of(r->op.n);
		return true;
	}
	if (r->op.kind != OP_WAIT_BEGIN)
		return false;
	for (unsigned int j = i + 1; j < trace.n_done; j++)
		if (trace.rows[j]->tid == r->tid &&
		    trace.rows[j]->op.kind == OP_WAIT_END &&
		    trace.rows[j]->op.n == r->op.result) {
			w->end = j;
			break;
		}
	return true;
}

unsigned int trace_spawn(unsigned int tid)
{
	for (unsigned int j = 0; j < trace.n_done; j++)
		if (trace.rows[j]->op.kind == OP_SPAWN &&
		    trace.rows[j]->op.n == tid)
			return j;
	return NO_ROW;
}

unsigned int trace_last_of(unsigned int tid)
{
	for (unsigned int j = trace.n_done; j-- > 0;)
		if (trace.rows[j]->tid == tid)
			return j;
	return NO_ROW;
}

/* ---- values ---- */

/* Plain accesses are recorded before they are done, and without what they
 * write: a later one shows it. */
static bool tells_before(const struct row *r, uintptr_t addr)
{
	if (r->op.addr != addr)
		return false;
	if (row_is_plain(r))
		return r->before != 0 || r->op.how;
	/* What a load returns under a weak model may be old. */
	return row_is_atomic(r) &&
	       (row_writes(r) || machine.strategy->perform == NULL);
}

uint64_t trace_value(uintptr_t addr, unsigned int size, unsigned int i)
{
	unsigned int first = i >= SETUP_ROW ? 0 : i + 1;

	for (unsigned int j = first; j < trace.n_done; j++) {
		if (tells_before(trace.rows[j], addr))
			return trace.rows[j]->before;
		if (trace.rows[j]->op.kind == OP_DEAD &&
		    row_covers(trace.rows[j], addr))
			break;
	}
	for (unsigned int j = first; j-- > 0;)
		if (j < trace.n_done && row_is_atomic(trace.rows[j]) &&
		    row_writes(trace.rows[j]) && trace.rows[j]->op.addr == addr)
			return trace.rows[j]->after;
	return machine_read(addr, size);
}

unsigned int trace_writer(uintptr_t addr, unsigned int i)
{
	for (unsigned int j = i < trace.n_done ? i : trace.n_done; j-- > 0;)
		if (row_writes(trace.rows[j]) &&
		    row_covers(trace.rows[j], addr))
			return j;
	return NO_ROW;
}

unsigned int trace_source(unsigned int i, unsigned int *newer)
{
	const struct row *r = trace.rows[i];
	unsigned int j = trace_writer(r->op.addr, i);

	*newer = NO_ROW;
	if (j == NO_ROW || row_is_plain(trace.rows[j]) ||
	    trace.rows[j]->after == r->before)
		return j;
	*newer = j;
	while (j != NO_ROW && (row_is_plain(trace.rows[j]) ||
			       trace.rows[j]->after != r->before))
		j = trace_writer(r->op.addr, j);
	return j;
}

/* ---- what was about to be done ---- */

static struct row *extra_row(unsigned int tid)
{
	const struct thread *t = &machine.threads[tid];
	struct row *r = &trace.extra[trace.n - trace.n_done];

	memset(r, 0, sizeof(*r));
	r->tid = (uint8_t)tid;
	r->epoch = t->hb[tid];
	r->event = machine.n_events;
	r->level_rcu = t->depth[CHECK_RCU];
	r->level_irq = t->depth[CHECK_IRQ];
	r->n_locks = (uint8_t)t->n_locks;
	r->n_calls = t->n_calls < MACHINE_CALLS ? t->n_calls : MACHINE_CALLS;
	memcpy(r->calls, t->calls, r->n_calls * sizeof(r->calls[0]));
	trace.rows[trace.n++] = r;
	return r;
}

/* Everybody who is stuck. */
static void take_waiters(void)
{
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].state == THREAD_PENDING)
			extra_row(i)->op = *machine.threads[i].op;
}

/* The access that was judged: the last row if it was recorded before that, or
 * what its thread was about to do, or a line of the scenario that says so. */
static void take_accuser(void)
{
	const struct violation *v = &machine.violation;
	const struct thread *t = &machine.threads[v->tid];
	const struct row *last = trace.n ? trace.rows[trace.n - 1] : NULL;
	struct row *r;

	trace.accuser = trace.n - 1;
	if (last && v->pc && last->tid == v->tid && last->op.pc == v->pc)
		return;
	trace.accuser = trace.n;
	r = extra_row(v->tid);
	if (v->pc && t->state == THREAD_PENDING && t->op &&
	    t->op->pc == v->pc) {
		r->op = *t->op;
		return;
	}
	r->op = (struct op){.kind = OP_NOTE, .site = v->site, .pc = v->pc};
	snprintf(r->note, sizeof(r->note), "%.95s", v->text);
}

/* ---- the other access ---- */

/* Of those that fit, the likeliest: a free for who comes too late; a write
 * rather than a read. */
static unsigned int likeness(const struct row *r, const struct row *accuser)
{
	bool life = r->op.kind == OP_DEAD || r->op.kind == OP_BORN;
	bool frees = accuser->op.kind == OP_DEAD || accuser->op.kind == OP_BORN;

	if (machine.violation.kind == CHECK_DOUBLE_FREE)
		return life ? 4 : 1;
	if (r->op.kind == OP_PAGE)
		return 3;
	if (life)
		return machine.violation.kind == CHECK_RACE || frees ? 0 : 4;
	if (row_writes(r))
		return 3;
	return row_reads(r) ? 2 : 1;
}

static void take_other(void)
{
	const struct violation *v = &machine.violation;
	unsigned int best = 0;

	trace.other = NO_ROW;
	if (v->other_tid < 0 || !v->addr)
		return;
	for (unsigned int i = 0; i < trace.n_done; i++) {
		const struct row *r = trace.rows[i];
		unsigned int like;

		if (i == trace.accuser || r->tid != v->other_tid ||
		    r->epoch != v->other_epoch || !row_covers(r, v->addr))
			continue;
		like = likeness(r, trace.rows[trace.accuser]);
		if (like && like >= best) {
			best = like;
			trace.other = i;
		}
	}
}

void trace_take(void)
{
	free(trace.rows);
	trace.rows =
		calloc(machine.n_rows + CLOCK_THREADS, sizeof(*trace.rows));
	if (!trace.rows)
		abort();
	trace.n_done = machine.n_rows;
	for (trace.n = 0; trace.n < trace.n_done; trace.n++)
		trace.rows[trace.n] = &machine.rows[trace.n];
	trace.other = NO_ROW;
	trace.accuser = NO_ROW;
	if (machine.violation.kind == CHECK_DEADLOCK &&
	    machine.outcome != OUTCOME_VIOLATION)
		take_waiters();
	else
		take_accuser();
	take_other();
}
