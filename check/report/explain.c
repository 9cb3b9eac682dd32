/* SPDX-License-Identifier: MIT */
/*
 * What happened in one sentence, and which edge would have forbidden it.
 */
#include <string.h>

#include "build.h"

static bool ends_life(const struct row *r)
{
	return r->op.kind == OP_DEAD || r->op.kind == OP_BORN ||
	       (r->op.kind == OP_PAGE && r->op.how < 2);
}

/* "r's acquire load of T[0] at sc.c:5 (reader)" */
static void say_whose(struct phrase *p, unsigned int i)
{
	say_thread(p, trace.rows[i]->tid);
	phrase(p, "'s ");
	say_access(p, i);
	phrase(p, " at ");
	say_where(p, i);
}

static void say_end(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];

	say_thread(p, r->tid);
	phrase(p, r->op.kind == OP_BORN ? " gives a new life to " : " frees ");
	say_place(p, i);
	phrase(p, " at ");
	say_where(p, i);
}

static void say_missing(struct report *r, unsigned int from, unsigned int to)
{
	struct phrase p = PHRASE(r->missing);

	phrase(&p, "no happens-before leads from ");
	say_thread(&p, trace.rows[from]->tid);
	phrase(&p, "'s ");
	say_access(&p, from);
	phrase(&p, ", ");
	say_reference(&p, from);
	phrase(&p, ", to ");
	say_thread(&p, trace.rows[to]->tid);
	phrase(&p, "'s ");
	say_access(&p, to);
	phrase(&p, ", ");
	say_reference(&p, to);
}

/* ---- kinds with two accesses ---- */

static unsigned int last_death(uintptr_t addr, unsigned int before)
{
	for (unsigned int i = before; i-- > 0;)
		if (trace.rows[i]->op.kind == OP_DEAD &&
		    row_covers(trace.rows[i], addr))
			return i;
	return NO_ROW;
}

static void explain_free(struct report *r, unsigned int a, unsigned int b)
{
	struct phrase p = PHRASE(r->sentence);

	if (ends_life(trace.rows[b])) {
		say_end(&p, b);
		phrase(&p, " (B), and ");
		say_whose(&p, a);
		phrase(&p, " (A) is not ordered before that: in another "
			   "schedule it comes after.");
		say_missing(r, a, b);
		protect_explain(r, a, b);
		return;
	}
	say_whose(&p, b);
	phrase(&p, " (B) comes after ");
	say_thread(&p, trace.rows[a]->tid);
	phrase(&p, " freed it at ");
	say_where(&p, a);
	phrase(&p, " (A).");
	say_missing(r, b, a);
	protect_explain(r, b, a);
}

static void explain_reuse(struct report *r, unsigned int a, unsigned int b)
{
	struct phrase p = PHRASE(r->sentence);
	unsigned int death = last_death(r->violation->addr, a);

	say_whose(&p, b);
	phrase(&p, " (B) is not ordered after ");
	say_thread(&p, trace.rows[a]->tid);
	phrase(&p, " allocated it at ");
	say_where(&p, a);
	phrase(&p, " (A): it may find what was there before.");
	say_missing(r, a, b);
	if (!order_explain(r, a, b) && death != NO_ROW)
		protect_explain(r, b, death);
}

static void explain_double(struct report *r, unsigned int a, unsigned int b)
{
	struct phrase p = PHRASE(r->sentence);

	say_end(&p, b);
	phrase(&p, " (B), and ");
	say_end(&p, a);
	phrase(&p, " (A).");
	if (trace.rows[a]->tid == trace.rows[b]->tid)
		return;
	say_missing(r, a, b);
	order_explain(r, a, b);
}

static void say_held(struct phrase *p, unsigned int i)
{
	struct held held[MACHINE_LOCKS];
	unsigned int n = trace_held(i, held);

	say_thread(p, trace.rows[i]->tid);
	phrase(p, n ? " holds " : " holds no lock");
	for (unsigned int k = 0; k < n; k++) {
		phrase(p, k ? ", " : "");
		say_lock(p, held[k].lock, i);
	}
}

static void explain_race(struct report *r, unsigned int a, unsigned int b)
{
	struct phrase p = PHRASE(r->sentence);

	say_whose(&p, a);
	phrase(&p, " (A) and ");
	say_whose(&p, b);
	phrase(&p, " (B) are not ordered: which comes first is chance.");
	say_missing(r, a, b);
	if (order_explain(r, a, b))
		return;
	p = report_why(r);
	phrase(&p, "no lock orders them: ");
	say_held(&p, a);
	phrase(&p, " at row %u, ", a);
	say_held(&p, b);
	phrase(&p, " at row %u", b);
}

/* ---- reads of older values ---- */

/* A store of its own before the load, with no full fence in between. */
static void say_store_buffered(struct report *r, unsigned int load)
{
	unsigned int tid = trace.rows[load]->tid;

	for (unsigned int i = load; i-- > 0;) {
		const struct row *row = trace.rows[i];
		struct phrase p;

		if (row->tid != tid)
			continue;
		if (row->op.kind == OP_FENCE &&
		    row->op.order == __ATOMIC_SEQ_CST)
			return;
		if (!row_is_atomic(row) || !row_writes(row))
			continue;
		p = report_why(r);
		phrase(&p, "no full fence stands between ");
		say_thread(&p, tid);
		phrase(&p, "'s ");
		say_access(&p, i);
		phrase(&p,
		       " (row %u) and that load: the store may become "
		       "visible later",
		       i);
		report_weigh(r, i, WEIGHT_NEEDED);
		return;
	}
}

static void explain_old_read(struct report *r, unsigned int i)
{
	unsigned int newer, from = trace_source(i, &newer);
	struct phrase p;

	if (newer == NO_ROW || trace.rows[newer]->tid == trace.rows[i]->tid)
		return;
	p = report_why(r);
	say_whose(&p, i);
	phrase(&p, " (row %u) returns ", i);
	say_value(&p, trace.rows[i]->op.addr, trace.rows[i]->before, i);
	if (from == NO_ROW)
		phrase(&p, ", what was there at the start");
	else
		phrase(&p, " of row %u", from);
	phrase(&p, ", and not the newer value of ");
	say_thread(&p, trace.rows[newer]->tid);
	phrase(&p, "'s row %u", newer);
	report_weigh(r, i, WEIGHT_NEEDED);
	report_weigh(r, newer, WEIGHT_NEEDED);
	report_weigh(r, from, WEIGHT_NEEDED);
	if (!r->missing[0])
		say_missing(r, newer, i);
	if (!order_explain(r, newer, i))
		say_store_buffered(r, i);
}

static void explain_old_reads(struct report *r)
{
	unsigned int room = r->n_why + 3;

	/* The latest of them, as the verdict follows from those. */
	for (unsigned int i = trace.n_done; i-- > 0 && r->n_why < room;)
		if (row_is_atomic(trace.rows[i]) && row_reads(trace.rows[i]))
			explain_old_read(r, i);
}

/* ---- everything else ---- */

/* Hardware that uses what it kept: since when. */
static void explain_kept(struct report *r, unsigned int b)
{
	unsigned int newer, from;
	struct phrase p;

	for (unsigned int i = b < trace.n_done ? b : trace.n_done; i-- > 0;) {
		const struct row *row = trace.rows[i];

		if (row->tid != r->violation->tid || !row_in_mmu(row) ||
		    row->op.kind != OP_LOAD || row->before < 256)
			continue;
		p = report_why(r);
		say_thread(&p, row->tid);
		phrase(&p, " was led there by ");
		say_place(&p, i);
		phrase(&p, " = ");
		say_value(&p, row->op.addr, row->before, i);
		phrase(&p, ", row %u", i);
		report_weigh(r, i, WEIGHT_NEEDED);
		from = trace_source(i, &newer);
		phrase(&p, ", which stands there since ");
		if (from == NO_ROW) {
			phrase(&p, "set-up");
			return;
		}
		say_reference(&p, from);
		report_weigh(r, from, WEIGHT_NEEDED);
		return;
	}
}

static void explain_alone(struct report *r, unsigned int b)
{
	const struct violation *v = r->violation;
	struct phrase p = PHRASE(r->sentence);

	say_thread(&p, v->tid);
	phrase(&p, ": %s", v->text);
	if (v->pc || v->site) {
		phrase(&p, ", at ");
		say_where(&p, b);
	}
	phrase(&p, ".");
	explain_kept(r, b);
}

static void explain_two(struct report *r, unsigned int a, unsigned int b)
{
	switch (r->violation->kind) {
	case CHECK_USE_AFTER_FREE:
		explain_free(r, a, b);
		break;
	case CHECK_USE_AFTER_REUSE:
		explain_reuse(r, a, b);
		break;
	case CHECK_DOUBLE_FREE:
		explain_double(r, a, b);
		break;
	case CHECK_RACE:
		explain_race(r, a, b);
		break;
	default:
		explain_alone(r, b);
		break;
	}
}

void report_explain(struct report *r)
{
	unsigned int a = trace.other, b = trace.accuser;

	if (b == NO_ROW) {
		stuck_explain(r);
		return;
	}
	report_weigh(r, b, WEIGHT_ACCUSED);
	report_weigh(r, a, WEIGHT_ACCUSED);
	if (a == NO_ROW)
		explain_alone(r, b);
	else
		explain_two(r, a, b);
	if (strcmp(r->facts.model, "sc") != 0)
		explain_old_reads(r);
}
