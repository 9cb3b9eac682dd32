/* SPDX-License-Identifier: MIT */
/*
 * The life of the memory that a violation is about: allocated, published,
 * detached, waited for, freed, used again.
 */
#include "build.h"

static const struct thing *subject(const struct report *r)
{
	return r->thing < 0 ? NULL : &things[r->thing];
}

static bool points(const struct row *row, uint64_t value, const struct thing *t,
		   unsigned int i)
{
	const struct thing *in = thing_at(row->op.addr, i);

	return in && in->at != t->at && thing_leads(in, value, t, i);
}

static bool changes_word(const struct row *row)
{
	return row_is_atomic(row) && row_writes(row);
}

static bool published(unsigned int i, const struct thing *t)
{
	const struct row *row = trace.rows[i];

	return changes_word(row) && points(row, row->after, t, i) &&
	       !points(row, row->before, t, i);
}

static bool detached(unsigned int i, const struct thing *t)
{
	const struct row *row = trace.rows[i];

	return changes_word(row) && points(row, row->before, t, i) &&
	       !points(row, row->after, t, i);
}

static struct phrase moment(struct report *r, unsigned int row,
			    const char *what)
{
	struct report_moment *m = &r->life[r->n_life];

	if (r->n_life == REPORT_LIFE)
		return (struct phrase){.to = m[-1].text, .room = 0};
	r->n_life++;
	m->row = row;
	snprintf(m->what, sizeof(m->what), "%s", what);
	return PHRASE(m->text);
}

static void say_by(struct phrase *p, unsigned int i)
{
	phrase(p, "by ");
	say_thread(p, trace.rows[i]->tid);
	phrase(p, ", ");
	say_reference(p, i);
}

/* The first word that is seen to lead there: it did from the start. */
static void from_setup(struct report *r, const struct thing *t)
{
	struct phrase p;

	if (t->born != SETUP_ROW)
		return;
	p = moment(r, NO_ROW, "allocated");
	phrase(&p, "in set-up");
	for (unsigned int i = 0; i < trace.n_done; i++) {
		const struct row *row = trace.rows[i];

		if (published(i, t) || row->op.kind == OP_DEAD)
			return;
		if (!row_is_atomic(row) || !points(row, row->before, t, i))
			continue;
		p = moment(r, NO_ROW, "published");
		phrase(&p, "in set-up, at ");
		say_place(&p, i);
		return;
	}
}

static void take_wait(struct report *r, unsigned int i)
{
	struct phrase p;
	struct wait w;

	if (!trace_wait(i, &w) || !life_detached(r, i + 1) ||
	    life_detached(r, i + 1) == NO_ROW)
		return;
	p = moment(r, i, "waited for");
	phrase(&p, "%ss, ", class_name(w.class));
	say_by(&p, i);
	if (w.end == NO_ROW)
		phrase(&p, ", not over");
	else
		phrase(&p, ", to row %u", w.end);
}

static void take_moment(struct report *r, const struct thing *t, unsigned int i)
{
	const struct row *row = trace.rows[i];
	struct phrase p;

	if (row->op.kind == OP_BORN && row_covers(row, t->at)) {
		if (r->n_life && r->life[r->n_life - 1].row == i - 1 && i)
			return;
		p = moment(r, i, r->n_life ? "reused" : "allocated");
		say_by(&p, i);
	} else if (row->op.kind == OP_DEAD && row_covers(row, t->at)) {
		p = moment(r, i, "freed");
		say_by(&p, i);
	} else if (published(i, t) || detached(i, t)) {
		bool now = published(i, t);

		p = moment(r, i, now ? "published" : "detached");
		phrase(&p, now ? "at " : "from ");
		say_place(&p, i);
		phrase(&p, " ");
		say_by(&p, i);
	} else {
		take_wait(r, i);
	}
}

void life_take(struct report *r)
{
	const struct violation *v = r->violation;
	const struct thing *t = NULL;

	r->thing = -1;
	if (v->addr)
		t = thing_at(v->addr, trace.accuser);
	if (!t || t->sort == THING_SHARED || t->sort == THING_DESCRIPTOR)
		return;
	r->thing = (int)(t - things);
	from_setup(r, t);
	for (unsigned int i = 0; i < trace.n_done; i++)
		take_moment(r, t, i);
	for (unsigned int i = 0; i < r->n_life; i++)
		if (r->life[i].row != NO_ROW)
			report_weigh(r, r->life[i].row, WEIGHT_NEEDED);
}

static int is(const struct report_moment *m, const char *what)
{
	const char *a = m->what;

	while (*a && *a == *what)
		a++, what++;
	return *a == *what;
}

enum report_life life_in(const struct report *r, unsigned int i)
{
	enum report_life now = LIFE_NONE;
	int words = 0;

	if (!subject(r))
		return LIFE_NONE;
	for (unsigned int k = 0; k < r->n_life; k++) {
		const struct report_moment *m = &r->life[k];

		if (m->row != NO_ROW && m->row > i)
			break;
		if (is(m, "allocated"))
			now = LIFE_PRIVATE;
		else if (is(m, "published") && now != LIFE_FREED)
			now = words++ ? now : LIFE_PUBLISHED;
		else if (is(m, "detached") && --words <= 0)
			now = LIFE_DETACHED;
		else if (is(m, "freed"))
			now = LIFE_FREED;
		else if (is(m, "reused"))
			now = LIFE_AGAIN;
	}
	return now;
}

unsigned int life_detached(const struct report *r, unsigned int before)
{
	unsigned int found = NO_ROW;

	for (unsigned int k = 0; k < r->n_life; k++) {
		const struct report_moment *m = &r->life[k];

		if (m->row == NO_ROW || m->row >= before)
			continue;
		if (is(m, "detached"))
			found = m->row;
		if (is(m, "published"))
			found = NO_ROW;
	}
	return found;
}
