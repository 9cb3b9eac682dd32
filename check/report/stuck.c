/* SPDX-License-Identifier: MIT */
/*
 * Who waits for what, and who has it.
 */
#include "build.h"

/* The thread that keeps @i from going on; -1: nobody by name. */
static int keeper(unsigned int i, unsigned int *since)
{
	const struct row *r = trace.rows[i];
	const struct cell *c = r->op.addr ? memory_cell(r->op.addr) : NULL;

	*since = NO_ROW;
	if (r->op.kind == OP_LOCK && c && c->owner) {
		struct held held[MACHINE_LOCKS];
		unsigned int tid = (unsigned int)c->owner - 1, n;

		if (trace_last_of(tid) == NO_ROW)
			return (int)tid;
		n = trace_held(trace_last_of(tid), held);
		for (unsigned int k = 0; k < n; k++)
			if (held[k].lock == r->op.addr)
				*since = held[k].row;
		return (int)tid;
	}
	if (r->op.kind != OP_WAIT_END)
		return -1;
	for (unsigned int t = 0; t < machine.n_threads; t++) {
		unsigned int last = trace_last_of(t);

		if (t == r->tid || last == NO_ROW)
			continue;
		*since = trace_section(last, r->op.how);
		if (*since != NO_ROW)
			return (int)t;
	}
	return -1;
}

static void say_stuck(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];
	unsigned int since;
	int who = keeper(i, &since);

	say_thread(p, r->tid);
	phrase(p, " waits ");
	if (r->op.kind == OP_LOCK) {
		phrase(p, "for ");
		say_lock(p, r->op.addr, i);
	} else if (r->op.kind == OP_WAIT_END) {
		phrase(p, "for %ss", class_name(r->op.how));
	} else {
		phrase(p, "in \"");
		say_row(p, i);
		phrase(p, "\"");
	}
	phrase(p, " at ");
	say_where(p, i);
	if (who < 0)
		return;
	phrase(p, r->op.kind == OP_LOCK ? ", held by " : ", open in ");
	say_thread(p, (unsigned int)who);
	if (since != NO_ROW) {
		phrase(p, " since ");
		say_reference(p, since);
	}
}

/* What it would need: the value that is awaited, and what is there. */
static void say_value_there(struct report *r, unsigned int i)
{
	const struct row *row = trace.rows[i];
	unsigned int writer = trace_writer(row->op.addr, trace.n_done);
	struct phrase p;

	if (row->op.kind != OP_AWAIT)
		return;
	p = report_why(r);
	say_place(&p, i);
	phrase(&p, " is ");
	say_value(&p, row->op.addr, machine_read(row->op.addr, row->op.size),
		  i);
	if (writer == NO_ROW) {
		phrase(&p, ", and nobody writes it");
		return;
	}
	phrase(&p, " since ");
	say_reference(&p, writer);
	report_weigh(r, writer, WEIGHT_NEEDED);
}

void stuck_explain(struct report *r)
{
	struct phrase p = PHRASE(r->sentence);
	unsigned int n = trace.n - trace.n_done;

	phrase(&p, n > 1 ? "Nobody can go on: " : "It cannot go on: ");
	for (unsigned int i = trace.n_done; i < trace.n; i++) {
		unsigned int since;

		phrase(&p, i > trace.n_done ? "; " : "");
		say_stuck(&p, i);
		report_weigh(r, i, WEIGHT_ACCUSED);
		if (keeper(i, &since) >= 0 && since != NO_ROW)
			report_weigh(r, since, WEIGHT_NEEDED);
		say_value_there(r, i);
	}
	phrase(&p, ".");
	p = PHRASE(r->missing);
	for (unsigned int i = trace.n_done; i < trace.n; i++) {
		unsigned int since;
		int who = keeper(i, &since);

		if (who < 0)
			continue;
		phrase(&p, "%s", p.n ? ", " : "");
		say_thread(&p, trace.rows[i]->tid);
		phrase(&p, " waits for ");
		say_thread(&p, (unsigned int)who);
	}
}
