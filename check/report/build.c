/* SPDX-License-Identifier: MIT */
/*
 * Building a report: run the schedule again, see what matters, put it in words.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "source.h"

static const char *const kinds[CHECK_KINDS] = {
	[CHECK_CLEAN] = "no violation",
	[CHECK_ASSERT] = "assertion failed",
	[CHECK_USE_AFTER_FREE] = "use after free",
	[CHECK_USE_AFTER_REUSE] = "use after reuse",
	[CHECK_DOUBLE_FREE] = "double free",
	[CHECK_WILD] = "wild access",
	[CHECK_LEAK] = "something is left",
	[CHECK_RACE] = "data race",
	[CHECK_DEADLOCK] = "deadlock",
	[CHECK_ENDLESS] = "no end",
	[CHECK_MISUSE] = "misuse of a primitive",
	[CHECK_STALE] = "stale translation",
	[CHECK_LOST] = "lost update"};

/* ---- lines of the source ---- */

static void look_up_all(void)
{
	const void *last = NULL;

	for (unsigned int i = 0; i < trace.n; i++) {
		if (trace.rows[i]->op.pc != last)
			source_collect(trace.rows[i]->op.pc);
		last = trace.rows[i]->op.pc;
	}
	source_resolve();
}

static void look_up_calls(const struct report *r)
{
	for (unsigned int i = 0; i < r->n_rows; i++)
		for (unsigned int k = 0; k < r->rows[i].row->n_calls; k++)
			source_collect(r->rows[i].row->calls[k]);
	source_resolve();
}

/* ---- columns ---- */

static void take_columns(struct report *r)
{
	for (unsigned int tid = 0; tid < CLOCK_THREADS; tid++) {
		struct phrase p = PHRASE(r->column[r->columns].name);
		bool any = false;

		for (unsigned int i = 0; i < trace.n && !any; i++)
			any = trace.rows[i]->tid == tid;
		if (!any)
			continue;
		r->column[r->columns++].tid = tid;
		say_thread(&p, tid);
	}
}

static unsigned int column_of(const struct report *r, unsigned int tid)
{
	for (unsigned int c = 0; c < r->columns; c++)
		if (r->column[c].tid == tid)
			return c;
	return 0;
}

static bool waiting(unsigned int tid, unsigned int i)
{
	for (unsigned int j = 0; j <= i && j < trace.n_done; j++) {
		struct wait w;

		if (trace.rows[j]->tid == tid && trace_wait(j, &w) &&
		    trace.rows[j]->op.kind == OP_WAIT_BEGIN && w.end > i)
			return true;
	}
	return false;
}

/* What thread @tid is at when row @i is done. */
static unsigned int lane(unsigned int tid, unsigned int i)
{
	static const uint8_t sections[] = {LANE_RCU, LANE_IRQ, LANE_HW};
	struct held held[MACHINE_LOCKS];
	unsigned int now = NO_ROW, lanes = 0;
	bool more = false;

	for (unsigned int j = 0; j < trace.n; j++) {
		if (trace.rows[j]->tid != tid)
			continue;
		if (j <= i && j < trace.n_done)
			now = j;
		else
			more = true;
	}
	if (now == NO_ROW)
		return i < trace.n && trace.rows[i]->tid == tid ? LANE_RUNS : 0;
	if (machine.threads[tid].state == THREAD_PENDING)
		more = true;
	if (more || now == i)
		lanes |= LANE_RUNS;
	for (unsigned int c = 0; c < CHECK_CLASSES; c++)
		if (trace_section(now, c) != NO_ROW)
			lanes |= sections[c];
	if (trace_held(now, held))
		lanes |= LANE_LOCKS;
	if (waiting(tid, i))
		lanes |= LANE_WAITS;
	return lanes;
}

/* ---- rows ---- */

static void note_old(struct phrase *p, unsigned int i)
{
	const struct row *row = trace.rows[i];
	unsigned int newer;

	if (i >= trace.n_done || !row_is_atomic(row) || !row_reads(row))
		return;
	trace_source(i, &newer);
	if (newer != NO_ROW && machine.strategy->perform)
		phrase(p, "an older value: row %u wrote another", newer);
}

static void note_weak(struct phrase *p, const struct report *r, unsigned int i)
{
	for (unsigned int k = 0; k < r->n_weak; k++)
		if (r->weak[k].to == i)
			phrase(p, "%sreads row %u, orders nothing",
			       p->n ? "; " : "", r->weak[k].from);
}

static void touch(struct report_row *to)
{
	const struct thing *t = thing_at(to->row->op.addr, to->number);

	to->thing = -1;
	to->slot = -1;
	if (!t || !to->row->op.addr)
		return;
	to->thing = (int)(t - things);
	if (to->row->op.kind != OP_BORN && to->row->op.kind != OP_DEAD)
		to->slot = (int)((to->row->op.addr - t->at) / 8);
}

static void finish_row(const struct report *r, struct report_row *to)
{
	struct phrase p = PHRASE(to->what);
	unsigned int i = to->number;

	say_row(&p, i);
	p = PHRASE(to->where);
	say_path(&p, i, true);
	p = PHRASE(to->path);
	say_path(&p, i, false);
	p = PHRASE(to->state);
	say_state(&p, i);
	p = PHRASE(to->note);
	note_old(&p, i);
	note_weak(&p, r, i);
	to->mark = 0;
	if (i == trace.accuser)
		to->mark = trace.other == NO_ROW ? '!' : 'B';
	else if (i == trace.other)
		to->mark = 'A';
	to->pending = i >= trace.n_done;
	to->accused = to->mark || (to->pending && trace.accuser == NO_ROW);
	if (to->accused)
		say_line(i, to->source, sizeof(to->source));
	to->life = life_in(r, i);
	to->column = column_of(r, to->row->tid);
	for (unsigned int c = 0; c < r->columns; c++)
		to->lanes[c] = (uint8_t)lane(r->column[c].tid, i);
	if (to->pending && trace.accuser == NO_ROW)
		to->lanes[to->column] |= LANE_STUCK;
	touch(to);
}

/* ---- the schedule ---- */

/* A change away from a thread that is not over and waits for nothing. */
static bool preempts(const struct schedule *s, unsigned int i)
{
	bool more = false;

	for (unsigned int j = i + 1; j < s->n && !more; j++)
		more = s->tid[j] == s->tid[i - 1];
	for (unsigned int j = 0; more && j < trace.n_done; j++) {
		const struct row *row = trace.rows[j];

		/* What it does next could not have been done now. */
		if (row->event >= i && row->tid == s->tid[i - 1] &&
		    !row_is_plain(row))
			return row->op.kind != OP_LOCK &&
			       row->op.kind != OP_AWAIT &&
			       row->op.kind != OP_WAIT_END &&
			       row->op.kind != OP_BARRIER_END &&
			       row->op.kind != OP_RELAX;
	}
	return more;
}

static void take_schedule(struct report *r, const struct schedule *schedule)
{
	struct phrase p = PHRASE(r->command);

	for (unsigned int i = 1; i < schedule->n; i++)
		if (schedule->tid[i] != schedule->tid[i - 1]) {
			r->switches++;
			r->preemptions += preempts(schedule, i);
		}
	r->token = schedule_print(schedule);
	phrase(&p, "tarry-check ");
	if (r->facts.options && r->facts.options[0])
		phrase(&p, "%s ", r->facts.options);
	phrase(&p, "--replay '%s' %s", r->token, r->scenario->name);
}

struct report *report_build(const struct check_scenario *s,
			    const struct schedule *schedule,
			    const struct report_facts *facts)
{
	struct report *r = calloc(1, sizeof(*r));
	enum outcome how;

	if (!r)
		abort();
	if (!schedule_replay(schedule, &how) || how != OUTCOME_VIOLATION) {
		free(r);
		return NULL;
	}
	r->scenario = s;
	r->violation = &machine.violation;
	r->kind = kinds[machine.violation.kind];
	r->facts = *facts;
	trace_take();
	r->all_rows = trace.n_done;
	r->weight = calloc(trace.n + 1, 1);
	if (!r->weight)
		abort();
	things_take();
	look_up_all();
	take_columns(r);
	life_take(r);
	report_explain(r);
	report_choose(r);
	look_up_calls(r);
	for (unsigned int i = 0; i < r->n_rows; i++)
		finish_row(r, &r->rows[i]);
	take_schedule(r, schedule);
	return r;
}

void report_free(struct report *r)
{
	free(r->weight);
	free(r->rows);
	free(r->token);
	free(r);
}
