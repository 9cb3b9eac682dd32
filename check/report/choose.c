/* SPDX-License-Identifier: MIT */
/*
 * Which rows matter.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* Reads of the accused that are worth a look where nobody else is accused. */
#define LATE_READS 12

void report_weigh(struct report *r, unsigned int row, unsigned int weight)
{
	if (row < trace.n && r->weight[row] < weight)
		r->weight[row] = (uint8_t)weight;
}

/* Words by which a wait is modelled. */
static bool in_world(const struct row *row)
{
	return row->op.addr - (uintptr_t)memory_world < 128 * 8;
}

/* What is the same all of the time is no news. */
static bool is_written(uintptr_t addr)
{
	return trace_writer(addr, trace.n_done) != NO_ROW;
}

static unsigned int weight_of_lock(unsigned int i)
{
	const struct row *row = trace.rows[i];
	const struct thing *in = thing_at(row->op.addr, i);

	if (row_in_mmu(row))
		return WEIGHT_NONE;
	/* Of the library, locks of tables; not of its allocator. */
	return library_used() && !(in && in->sort == THING_DESCRIPTOR)
		       ? WEIGHT_LITTLE
		       : WEIGHT_SOME;
}

/* A writer's own sections are many, and no news. */
static unsigned int weight_of_section(unsigned int i)
{
	const struct row *row = trace.rows[i];
	unsigned int end =
		row->op.kind == OP_SECTION_BEGIN ? trace_section_end(i) : i;

	if (row->op.how == CHECK_HW)
		return WEIGHT_LITTLE;
	for (unsigned int j = 0; library_used() && j < end && j < trace.n_done;
	     j++)
		if (trace.rows[j]->tid == row->tid &&
		    row_takes_lock(trace.rows[j]))
			return WEIGHT_LITTLE;
	return WEIGHT_SOME;
}

static unsigned int weight_of_memory(unsigned int i)
{
	const struct row *row = trace.rows[i];
	const struct thing *in = thing_at(row->op.addr, i);
	bool leads = in && (in->sort == THING_TABLE ||
			    thing_pointed(in, row->before, i) ||
			    thing_pointed(in, row->after, i));

	if (in_world(row))
		return WEIGHT_NONE;
	/* What hardware keeps, and finds kept. */
	if (row_in_mmu(row) && !(in && in->sort == THING_TABLE))
		return row->after != row->before || row->before > 255
			       ? WEIGHT_SOME
			       : WEIGHT_NONE;
	if (row_writes(row))
		return leads ? WEIGHT_FRAME : WEIGHT_SOME;
	if (leads)
		return row->n_locks ? WEIGHT_LITTLE : WEIGHT_SOME;
	return is_written(row->op.addr) ? WEIGHT_LITTLE : WEIGHT_NONE;
}

static unsigned int weight_of(unsigned int i)
{
	const struct row *row = trace.rows[i];

	switch (row->op.kind) {
	case OP_NOTE:
		return WEIGHT_NEEDED;
	case OP_LOAD:
	case OP_STORE:
	case OP_RMW:
	case OP_CAS:
	case OP_AWAIT:
		return weight_of_memory(i);
	case OP_SECTION_BEGIN:
	case OP_SECTION_END:
		return weight_of_section(i);
	case OP_WAIT_BEGIN:
	case OP_WAIT_END:
		return row->op.how == CHECK_HW ? WEIGHT_SOME : WEIGHT_FRAME;
	case OP_PAGE:
		/* What follows says that its life ends or begins. */
		return row->op.how < 2 ? WEIGHT_NONE : WEIGHT_FRAME;
	case OP_BORN:
	case OP_DEAD:
	case OP_SPAWN:
	case OP_BARRIER_BEGIN:
	case OP_BARRIER_END:
		return WEIGHT_FRAME;
	case OP_LOCK:
	case OP_UNLOCK:
	case OP_TRYLOCK:
		return weight_of_lock(i);
	case OP_FENCE:
		return WEIGHT_SOME;
	case OP_CHOOSE:
		return WEIGHT_LITTLE;
	default:
		return WEIGHT_NONE;
	}
}

/* Locks that are held where it matters, from where they were taken. */
static void weigh_locks(struct report *r, unsigned int i)
{
	struct held held[MACHINE_LOCKS];
	unsigned int n;

	if (i >= trace.n)
		return;
	n = trace_held(i, held);
	for (unsigned int k = 0; k < n; k++)
		report_weigh(r, held[k].row, WEIGHT_CLOSE);
}

/* The last writes of what the accused read last. */
static void weigh_reads(struct report *r)
{
	const struct violation *v = r->violation;
	unsigned int left = LATE_READS;

	for (unsigned int i = trace.n_done; i-- > 0 && left;) {
		const struct row *row = trace.rows[i];
		unsigned int newer;

		if (row->tid != v->tid || !row_reads(row) ||
		    !row_is_atomic(row) || row_in_mmu(row))
			continue;
		report_weigh(r, i, WEIGHT_FRAME);
		report_weigh(r, trace_source(i, &newer), WEIGHT_FRAME);
		left--;
	}
}

static void weigh_word(struct report *r, uintptr_t addr)
{
	for (unsigned int i = 0; addr && i < trace.n_done; i++) {
		const struct row *row = trace.rows[i];

		if (!row_is_plain(row) && row->op.addr == (addr & ~3ull))
			report_weigh(r, i, WEIGHT_CLOSE);
	}
}

/* Nobody to collide with: more is needed around it. */
static bool alone(void)
{
	return trace.accuser != NO_ROW && trace.other == NO_ROW;
}

static unsigned int count(const struct report *r, unsigned int least)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < trace.n; i++)
		n += r->weight[i] >= least;
	return n;
}

/* As much as fits: whole weights, and the latest rows of the next. */
static void cut(struct report *r)
{
	/* Two that collide need less around them. */
	unsigned int most = alone() ? REPORT_ROWS : REPORT_ROWS_TWO;
	unsigned int least = WEIGHT_NEEDED, room;

	while (least > WEIGHT_LITTLE && count(r, least - 1) <= most)
		least--;
	room = count(r, least) < most ? most - count(r, least) : 0;
	for (unsigned int i = trace.n; i-- > 0;) {
		if (r->weight[i] >= least)
			continue;
		if (room && r->weight[i] && r->weight[i] == least - 1) {
			room--;
			continue;
		}
		r->weight[i] = WEIGHT_NONE;
	}
}

void report_choose(struct report *r)
{
	unsigned int folded = 0;

	for (unsigned int i = 0; i < trace.n; i++)
		report_weigh(r, i, weight_of(i));
	weigh_locks(r, trace.accuser);
	weigh_locks(r, trace.other);
	weigh_word(r, r->violation->addr);
	if (alone())
		weigh_reads(r);
	for (unsigned int i = trace.n_done; i < trace.n; i++)
		weigh_word(r, trace.rows[i]->op.addr);
	cut(r);
	r->rows = calloc(count(r, WEIGHT_LITTLE) + 1, sizeof(*r->rows));
	if (!r->rows)
		abort();
	for (unsigned int i = 0; i < trace.n; i++) {
		struct report_row *to = &r->rows[r->n_rows];

		if (!r->weight[i]) {
			folded++;
			continue;
		}
		r->n_rows++;
		to->row = trace.rows[i];
		to->number = i;
		to->folded = folded;
		folded = 0;
	}
}
