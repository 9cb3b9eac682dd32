/* SPDX-License-Identifier: MIT */
/*
 * What should have kept an access and the end of the memory's life apart: the
 * section that the access was in against the waits before the end; or a lock.
 */
#include "build.h"

struct phrase report_why(struct report *r)
{
	if (r->n_why == REPORT_WHY)
		return (struct phrase){.to = r->why[0], .room = 0};
	return PHRASE(r->why[r->n_why++]);
}

static void need(struct report *r, unsigned int row)
{
	if (row < trace.n)
		report_weigh(r, row, WEIGHT_NEEDED);
}

/* The load by which its thread learnt where the memory is. */
static unsigned int learnt_at(const struct report *r, unsigned int access)
{
	const struct thing *t = r->thing < 0 ? NULL : &things[r->thing];
	unsigned int entry = NO_ROW;

	for (unsigned int i = access; t && i-- > 0;) {
		const struct row *row = trace.rows[i];
		const struct thing *in = thing_at(row->op.addr, i);

		if (row->tid != trace.rows[access]->tid || !row_reads(row) ||
		    !row_is_atomic(row) || !in || in->at == t->at)
			continue;
		if (thing_leads(in, row->before, t, i))
			return i;
		/* Entries of formats that only the scenario knows. */
		if (t->sort == THING_PAGE && row->before > 255 &&
		    entry == NO_ROW)
			entry = i;
	}
	return entry;
}

/* ---- the waits before the end ---- */

struct waits {
	struct wait good; /* of the class, begun after the detach */
	struct wait early;
	struct wait other[4]; /* of other classes */
	unsigned int n_other;
	bool any_good, any_early;
};

static void find_waits(enum check_class class, unsigned int detached,
		       unsigned int end, struct waits *to)
{
	*to = (struct waits){0};
	for (unsigned int i = 0; i < end && i < trace.n_done; i++) {
		struct wait w;

		if (!trace_wait(i, &w) || w.end == NO_ROW || w.end > end)
			continue;
		if (w.class == class && (detached == NO_ROW || i > detached)) {
			to->good = w;
			to->any_good = true;
		} else if (w.class == class && w.end > detached) {
			to->early = w;
			to->any_early = true;
		} else if (w.class != class &&
			   (detached == NO_ROW || i > detached)) {
			to->other[to->n_other++ & 3] = w;
		}
	}
}

static void say_wait(struct phrase *p, const struct wait *w)
{
	say_thread(p, w->tid);
	phrase(p, "'s wait for %ss (rows %u-%u)", class_name(w->class),
	       w->begin, w->end);
}

static void say_early(struct report *r, const struct waits *w,
		      unsigned int detached)
{
	struct phrase p = report_why(r);

	say_wait(&p, &w->early);
	phrase(&p,
	       " begins before the detach (row %u): who begins in between "
	       "still finds it, and is not waited for",
	       detached);
	need(r, w->early.begin);
	need(r, w->early.end);
}

static void say_no_wait(struct report *r, enum check_class class,
			unsigned int detached, unsigned int end,
			const struct waits *w)
{
	struct phrase p = report_why(r);

	if (detached != NO_ROW)
		phrase(&p,
		       "nobody waits for %ss between the detach (row %u) "
		       "and row %u",
		       class_name(class), detached, end);
	else
		phrase(&p, "nobody waits for %ss before row %u",
		       class_name(class), end);
	for (unsigned int i = 0; i < w->n_other && i < 1; i++) {
		const struct wait *o = &w->other[(w->n_other - 1 - i) & 3];

		phrase(&p, "; ");
		say_wait(&p, o);
		phrase(&p, " does not cover %ss", class_name(class));
		need(r, o->begin);
		need(r, o->end);
	}
}

static void say_good(struct report *r, unsigned int access, unsigned int begin,
		     unsigned int end, const struct waits *w)
{
	unsigned int learnt = learnt_at(r, access);
	struct phrase p = report_why(r);

	say_wait(&p, &w->good);
	need(r, w->good.begin);
	need(r, w->good.end);
	if (begin < w->good.begin) {
		unsigned int spawn = trace_spawn(trace.rows[end]->tid);

		phrase(&p, " covers that section, but ");
		say_thread(&p, trace.rows[end]->tid);
		phrase(&p, " does not come after it");
		if (spawn < w->good.begin) {
			phrase(&p, ": it was queued before, in ");
			say_reference(&p, spawn);
			need(r, spawn);
		}
		return;
	}
	phrase(&p, " begins before that section (row %u) does", begin);
	if (learnt != NO_ROW) {
		phrase(&p, ", which then still finds it at ");
		say_place(&p, learnt);
		phrase(&p, " (row %u)", learnt);
		need(r, learnt);
	}
}

/* ---- one class ---- */

static void explain_section(struct report *r, unsigned int access,
			    unsigned int end, enum check_class class)
{
	unsigned int begin = trace_section(access, class);
	unsigned int close = trace_section_end(begin);
	unsigned int detached = life_detached(r, end);
	struct phrase p = report_why(r);
	struct waits w;

	need(r, begin);
	need(r, close);
	say_thread(&p, trace.rows[access]->tid);
	phrase(&p, "'s access is inside its %s ", class_name(class));
	if (close == NO_ROW)
		phrase(&p, "that is open since row %u", begin);
	else
		phrase(&p, "of rows %u-%u", begin, close);
	find_waits(class, detached, end, &w);
	if (w.any_good)
		say_good(r, access, begin, end, &w);
	else if (w.any_early && detached != NO_ROW)
		say_early(r, &w, detached);
	else
		say_no_wait(r, class, detached, end, &w);
}

/* ---- nothing at all ---- */

static void say_locks(struct phrase *p, unsigned int i)
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

static void explain_no_section(struct report *r, unsigned int access,
			       unsigned int end)
{
	struct phrase p = report_why(r);
	unsigned int learnt = learnt_at(r, access);

	say_thread(&p, trace.rows[access]->tid);
	phrase(&p, "'s access is in no section, so that no wait covers it; "
		   "there ");
	say_locks(&p, access);
	phrase(&p, ", at row %u ", end);
	say_locks(&p, end);
	if (learnt == NO_ROW)
		return;
	need(r, learnt);
	p = report_why(r);
	say_thread(&p, trace.rows[access]->tid);
	phrase(&p, " found it at ");
	say_place(&p, learnt);
	phrase(&p, " in ");
	say_reference(&p, learnt);
}

void protect_explain(struct report *r, unsigned int access, unsigned int end)
{
	bool any = false;

	if (access >= trace.n || end >= trace.n)
		return;
	need(r, learnt_at(r, access));
	for (unsigned int c = 0; c < CHECK_CLASSES; c++)
		if (trace_section(access, c) != NO_ROW) {
			explain_section(r, access, end, c);
			any = true;
		}
	if (!any)
		explain_no_section(r, access, end);
	if (life_detached(r, end) == NO_ROW && r->thing >= 0 &&
	    things[r->thing].sort != THING_PAGE) {
		struct phrase p = report_why(r);

		phrase(&p, "before row %u nothing is seen that detaches it",
		       end);
	}
}
