/* SPDX-License-Identifier: MIT */
/*
 * What comes near to an order: two events that no happens-before connects may
 * be connected by a chain of events that would be one, had some access on it
 * been release or acquire.  Those are the lines to look at.
 */
#include <stdlib.h>

#include "build.h"

/* Rows at the end that are looked at. */
#define WINDOW 6000
#define FAR    255

static struct {
	uint8_t *far;	    /* accesses too weak on the best way there */
	unsigned int *from; /* the row before it on that way */
	bool *weak;	    /* is that step one of them? */
	unsigned int begin;
} way;

static bool acquires(const struct row *r)
{
	return r->op.order == __ATOMIC_ACQUIRE ||
	       r->op.order == __ATOMIC_ACQ_REL ||
	       r->op.order == __ATOMIC_SEQ_CST ||
	       r->op.order == __ATOMIC_CONSUME;
}

static bool releases(const struct row *r)
{
	return r->op.order == __ATOMIC_RELEASE ||
	       r->op.order == __ATOMIC_ACQ_REL ||
	       r->op.order == __ATOMIC_SEQ_CST;
}

static void step(unsigned int from, unsigned int to, unsigned int cost)
{
	unsigned int far = way.far[from - way.begin] + cost;

	if (to >= trace.n || to <= from || far >= way.far[to - way.begin])
		return;
	way.far[to - way.begin] = (uint8_t)far;
	way.from[to - way.begin] = from;
	way.weak[to - way.begin] = cost > 0;
}

static bool fence_between(unsigned int tid, unsigned int a, unsigned int b,
			  bool acquire)
{
	for (unsigned int i = a; i < b; i++) {
		const struct row *r = trace.rows[i];

		if (r->tid == tid && r->op.kind == OP_FENCE &&
		    (acquire ? acquires(r) : releases(r)))
			return true;
	}
	return false;
}

/* Everybody who reads what row @i wrote, through exchanges of others too. */
static void steps_to_readers(unsigned int i)
{
	const struct row *w = trace.rows[i];
	uint64_t value = w->after;
	bool strong = releases(w) || fence_between(w->tid, way.begin, i, false);

	for (unsigned int j = i + 1; j < trace.n_done; j++) {
		const struct row *r = trace.rows[j];

		if (r->op.addr != w->op.addr || !row_is_atomic(r))
			continue;
		if (row_reads(r) && r->before == value && r->tid != w->tid)
			step(i, j,
			     !strong + !(acquires(r) ||
					 fence_between(r->tid, j, trace.n_done,
						       true)));
		if (r->op.kind == OP_STORE)
			return;
		if (row_writes(r))
			value = r->after;
	}
}

static void step_to_next_lock(unsigned int i)
{
	for (unsigned int j = i + 1; j < trace.n_done; j++)
		if (trace.rows[j]->op.addr == trace.rows[i]->op.addr &&
		    row_takes_lock(trace.rows[j])) {
			step(i, j, 0);
			return;
		}
}

static unsigned int previous_of_thread(unsigned int i)
{
	for (unsigned int j = i; j-- > 0;)
		if (trace.rows[j]->tid == trace.rows[i]->tid)
			return j;
	return NO_ROW;
}

/* The end of a section comes before the end of waits that found it open. */
static void steps_to_waits(unsigned int i)
{
	enum check_class class = trace.rows[i]->op.how;
	unsigned int before = previous_of_thread(i), begin = NO_ROW;

	if (before != NO_ROW)
		begin = trace_section(before, class);
	for (unsigned int j = begin; j < trace.n_done; j++) {
		struct wait w;

		if (trace_wait(j, &w) && w.class == class && w.end != NO_ROW)
			step(i, w.end, 0);
	}
}

static void steps_to_sections(unsigned int i, enum check_class class)
{
	for (unsigned int j = i + 1; j < trace.n_done; j++)
		if (trace.rows[j]->op.kind == OP_SECTION_BEGIN &&
		    trace.rows[j]->op.how == class)
			step(i, j, 0);
}

static void steps_of(unsigned int i)
{
	const struct row *r = trace.rows[i];
	struct wait w;

	for (unsigned int j = i + 1; j < trace.n; j++)
		if (trace.rows[j]->tid == r->tid) {
			step(i, j, 0);
			break;
		}
	if (i >= trace.n_done)
		return;
	if (row_is_atomic(r) && row_writes(r))
		steps_to_readers(i);
	if (r->op.kind == OP_UNLOCK)
		step_to_next_lock(i);
	if (r->op.kind == OP_SECTION_END)
		steps_to_waits(i);
	if (trace_wait(i, &w))
		steps_to_sections(i, w.class);
	if (r->op.kind == OP_SPAWN)
		for (unsigned int j = i + 1; j < trace.n; j++)
			if (trace.rows[j]->tid == r->op.n) {
				step(i, j, 0);
				break;
			}
}

static void say_weak(struct report *r, unsigned int w, unsigned int read)
{
	struct phrase p = report_why(r);
	const struct row *a = trace.rows[w], *b = trace.rows[read];
	bool weak_write = !releases(a), weak_read = !acquires(b);

	say_thread(&p, b->tid);
	phrase(&p, "'s ");
	say_access(&p, read);
	phrase(&p, ", ");
	say_reference(&p, read);
	phrase(&p, ", reads what ");
	say_thread(&p, a->tid);
	phrase(&p, "'s ");
	say_access(&p, w);
	phrase(&p, ", ");
	say_reference(&p, w);
	phrase(&p, ", wrote, but %s: ",
	       weak_write && weak_read ? "both are too weak"
	       : weak_write	       ? "the write is no release"
				       : "the load is no acquire");
	phrase(&p, "%s%s%s would be the edge", weak_write ? "release" : "",
	       weak_write && weak_read ? " and " : "",
	       weak_read ? "acquire" : "");
	report_weigh(r, w, WEIGHT_NEEDED);
	report_weigh(r, read, WEIGHT_NEEDED);
	if (r->n_weak < 4) {
		r->weak[r->n_weak].from = w;
		r->weak[r->n_weak++].to = read;
	}
}

static void say_way(struct report *r, unsigned int from, unsigned int to)
{
	for (unsigned int j = to; j != from; j = way.from[j - way.begin])
		if (way.weak[j - way.begin] && r->n_weak < 2)
			say_weak(r, way.from[j - way.begin], j);
}

bool order_explain(struct report *r, unsigned int from, unsigned int to)
{
	unsigned int n, far;

	way.begin = trace.n > WINDOW ? trace.n - WINDOW : 0;
	if (from < way.begin || to <= from)
		return false;
	n = trace.n - way.begin;
	way.far = malloc(n);
	way.from = calloc(n, sizeof(*way.from));
	way.weak = calloc(n, sizeof(*way.weak));
	if (!way.far || !way.from || !way.weak)
		abort();
	for (unsigned int i = 0; i < n; i++)
		way.far[i] = FAR;
	way.far[from - way.begin] = 0;
	/* Every step goes forward. */
	for (unsigned int i = from; i < to; i++)
		if (way.far[i - way.begin] < 4)
			steps_of(i);
	far = way.far[to - way.begin];
	if (far && far < 4)
		say_way(r, from, to);
	free(way.far);
	free(way.from);
	free(way.weak);
	return far && far < 4;
}
