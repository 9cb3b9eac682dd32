/* SPDX-License-Identifier: MIT */
/*
 * What of an execution matters to its violation.
 */
#include "bed.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

static const char *order_of(unsigned int order)
{
	switch (order) {
	case __ATOMIC_RELAXED:
		return "relaxed";
	case __ATOMIC_CONSUME:
	case __ATOMIC_ACQUIRE:
		return "acquire";
	case __ATOMIC_RELEASE:
		return "release";
	case __ATOMIC_ACQ_REL:
		return "acq_rel";
	default:
		return "seq_cst";
	}
}

static void entry(uint64_t e, char *to, size_t len)
{
	const struct tarry_format *f = bed.format;
	const char *frozen = "";
	char name[36];

	if (!f->present(e, 1)) {
		if (!f->frozen(e, 1)) {
			snprintf(to, len, f->marked(e, 1) ? "mark" : "empty");
			return;
		}
		frozen = "frozen ";
		e = f->thaw(e, 1);
	}
	if (!f->leaf(e, 1)) {
		uintptr_t at = bed.space->window + f->table_oa(e);

		memory_describe(at, name, sizeof(name));
		name[strcspn(name, "[")] = 0;
		snprintf(to, len, "%s%s", frozen, name);
		return;
	}
	snprintf(to, len, "%spage %llu%s%s%s", frozen,
		 (unsigned long long)(f->leaf_oa(e, 0) / BED_PAGE),
		 f->leaf_rights(e, 0) & TARRY_W ? " W" : "",
		 f->leaf_rights(e, 0) & TARRY_ACCESSED ? " A" : "",
		 f->leaf_rights(e, 0) & TARRY_DIRTY ? " D" : "");
}

const char *report_value(uint64_t v, uintptr_t at, char *to, size_t len)
{
	struct block *b = memory_ours(at) ? memory_block_of(at) : NULL;
	char name[36];

	if (b && b->table_level && bed.format && bed.space)
		entry(v, to, len);
	else if (memory_ours((uintptr_t)v) && v > 4096)
		snprintf(to, len, "&%s",
			 memory_describe((uintptr_t)v, name, sizeof(name)));
	else
		snprintf(to, len, v < 10 ? "%llu" : "%#llx",
			 (unsigned long long)v);
	return to;
}

/* The access as the source has it; in a table, the slot that it is to. */
static void say_what(const struct row *r, char *to, size_t len)
{
	const char *what = r->op.site ? r->op.site->what : "starts";
	struct block *b = r->op.addr && memory_ours(r->op.addr)
				  ? memory_block_of(r->op.addr)
				  : NULL;
	char place[40];

	if (b && b->table_level)
		snprintf(to, len, "%.*s %s", (int)strcspn(what, " "), what,
			 memory_describe(r->op.addr, place, sizeof(place)));
	else
		snprintf(to, len, "%s", what);
}

static void say(const struct row *r, char *to, size_t len)
{
	char place[72], a[40], b[40], what[64];

	say_what(r, what, sizeof(what));

	if (r->op.addr)
		memory_describe(r->op.addr, place, sizeof(place));
	report_value(r->before, r->op.addr, a, sizeof(a));
	report_value(r->after, r->op.addr, b, sizeof(b));
	switch (r->op.kind) {
	case OP_LOAD:
	case OP_AWAIT:
		snprintf(to, len, "%s %s = %s", what, order_of(r->op.order), a);
		break;
	case OP_STORE:
		snprintf(to, len, "%s %s: %s -> %s", what,
			 order_of(r->op.order), a, b);
		break;
	case OP_RMW:
	case OP_CAS:
		snprintf(to, len, "%s %s: %s -> %s%s", what,
			 order_of(r->op.order), a, b,
			 r->op.kind == OP_CAS && r->op.result != r->op.expected
				 ? " (fails)"
				 : "");
		break;
	case OP_PLAIN_READ:
	case OP_PLAIN_WRITE:
		snprintf(to, len, "%s %s",
			 r->op.kind == OP_PLAIN_READ ? "reads" : "writes",
			 place);
		break;
	case OP_BORN:
	case OP_DEAD:
		snprintf(to, len, "%s %s",
			 r->op.kind == OP_BORN ? "allocates" : "FREES", place);
		break;
	case OP_PAGE:
		snprintf(to, len, "%s data page %u", (const char *)r->op.arg,
			 r->op.n);
		break;
	case OP_NOTE:
		snprintf(to, len, "%s", r->note);
		break;
	case OP_START:
		snprintf(to, len, r->op.site ? "begins (%s)" : "begins", what);
		break;
	default:
		snprintf(to, len, "%s", what);
		break;
	}
}

static void place(const struct row *r, char *to, size_t len)
{
	const char *source = source_of(r->op.pc);

	if (source)
		snprintf(to, len, "%s", source);
	else if (r->op.site && r->op.site->file)
		snprintf(to, len, "%s:%d", r->op.site->file, r->op.site->line);
	else
		to[0] = 0;
}

static void state(const struct row *r, char *to, size_t len)
{
	snprintf(to, len, "%s%s%s%.0d%s", r->level_rcu ? "in section " : "",
		 r->level_irq ? "irqs off " : "", r->n_locks ? "holds " : "",
		 r->n_locks, r->n_locks ? "" : "");
}

/* ---- which rows ---- */

static bool inside(const struct row *r, const struct block *b)
{
	return b && r->op.addr - b->at < b->len;
}

static bool frames(const struct row *r)
{
	switch (r->op.kind) {
	case OP_SECTION_BEGIN:
	case OP_SECTION_END:
	case OP_WAIT_BEGIN:
	case OP_WAIT_END:
	case OP_SPAWN:
	case OP_START:
	case OP_BORN:
	case OP_DEAD:
	case OP_NOTE:
	case OP_PAGE:
	case OP_BARRIER_BEGIN:
	case OP_BARRIER_END:
		return true;
	default:
		return false;
	}
}

static bool writes(const struct row *r)
{
	return r->op.kind == OP_STORE || r->op.kind == OP_RMW ||
	       (r->op.kind == OP_CAS && r->op.result == r->op.expected);
}

/* Somebody is told, or forgets, where the memory is. */
static bool points_into(const struct row *r, const struct block *b)
{
	return b && writes(r) &&
	       (r->before - b->at < b->len || r->after - b->at < b->len);
}

static bool locks(const struct row *r)
{
	return r->op.kind == OP_LOCK || r->op.kind == OP_UNLOCK ||
	       r->op.kind == OP_TRYLOCK;
}

static bool bounds(const struct row *r)
{
	return r->op.kind == OP_SECTION_BEGIN || r->op.kind == OP_SECTION_END;
}

/* A writer's sections are many, and no news. */
static bool takes_locks(unsigned int tid)
{
	for (unsigned int i = 0; i < machine.n_rows; i++)
		if (machine.rows[i].tid == tid && locks(&machine.rows[i]))
			return true;
	return false;
}

/* An entry of a table of the library. */
static bool in_table(const struct row *r)
{
	struct block *b =
		memory_ours(r->op.addr) ? memory_block_of(r->op.addr) : NULL;

	return b && b->table_level;
}

#define ROWS_ENOUGH 48

static unsigned int weight(const struct row *r, const struct report *rep,
			   const struct block *b)
{
	const struct violation *v = rep->violation;

	if (r->tid == v->other_tid && r->epoch == v->other_epoch &&
	    (!v->addr || (r->op.addr | 3) == (v->addr | 3) || inside(r, b)))
		return 5;
	if (inside(r, b) || points_into(r, b))
		return 4;
	if (r->op.kind == OP_PLAIN_READ || r->op.kind == OP_PLAIN_WRITE)
		return 0;
	if (locks(r))
		return rep->violation->kind == CHECK_DEADLOCK ? 4 : 2;
	/* Who holds the lock looks twice: what it writes says enough. */
	if (in_table(r))
		return writes(r) || !r->n_locks ? 4 : 2;
	if (bounds(r) && !takes_locks(r->tid))
		return 4;
	if (r->op.kind == OP_NOTE || r->op.kind == OP_PAGE)
		return 4;
	if (frames(r))
		return 3;
	if (writes(r))
		return 2;
	return 1;
}

static void choose_rows(struct report *rep, const struct block *b)
{
	unsigned int least = 1, n, folded = 0;

	for (;; least++) {
		n = 0;
		for (unsigned int i = 0; i < machine.n_rows; i++)
			n += weight(&machine.rows[i], rep, b) >= least ||
			     i + 1 == machine.n_rows;
		if (n <= ROWS_ENOUGH || least == 4)
			break;
	}
	rep->rows = calloc(n + 1, sizeof(*rep->rows));
	if (!rep->rows)
		abort();
	for (unsigned int i = 0; i < machine.n_rows; i++) {
		const struct row *r = &machine.rows[i];
		struct report_row *to;
		unsigned int w = weight(r, rep, b);

		if (w < least && i + 1 < machine.n_rows) {
			folded++;
			continue;
		}
		if (rep->n_rows == n)
			break;
		to = &rep->rows[rep->n_rows++];
		to->row = r;
		to->number = i;
		to->folded = folded;
		to->accused = w == 5 || i + 1 == machine.n_rows;
		folded = 0;
	}
}

/* ---- in words ---- */

static void life_line(struct report *rep, const struct block *b)
{
	char name[64];

	for (unsigned int i = 0; b && i < machine.n_rows && rep->n_life < 16;
	     i++) {
		const struct row *r = &machine.rows[i];
		const char *what = NULL;

		if (r->op.kind == OP_BORN && r->op.addr == b->at)
			what = "allocated";
		else if (r->op.kind == OP_DEAD && inside(r, b))
			what = "freed";
		else if (points_into(r, b))
			what = r->after - b->at < b->len ? "published"
							 : "detached";
		if (!what)
			continue;
		snprintf(rep->life[rep->n_life++], sizeof(rep->life[0]),
			 "%s by %s in row %u", what,
			 machine_thread_name(r->tid, name, sizeof(name)), i);
	}
}

static void sentence(struct report *rep)
{
	const struct violation *v = rep->violation;
	char who[64], other[64];
	const char *at = source_of(v->pc);

	machine_thread_name(v->tid, who, sizeof(who));
	snprintf(rep->sentence, sizeof(rep->sentence), "%s%s%s%s%s%s",
		 v->kind == CHECK_DEADLOCK && v->other_tid < 0 ? "" : who,
		 v->kind == CHECK_DEADLOCK && v->other_tid < 0 ? "" : ": ",
		 v->text, at ? " at " : "", at ? at : "", ".");
	if (v->other_tid < 0)
		return;
	machine_thread_name((unsigned int)v->other_tid, other, sizeof(other));
	for (unsigned int i = 0; i < rep->n_rows; i++) {
		const struct report_row *r = &rep->rows[i];

		if (!r->accused || r->row->tid != v->other_tid)
			continue;
		snprintf(rep->missing, sizeof(rep->missing),
			 "no happens-before leads from row %u (%s: %.80s) to "
			 "%s here",
			 r->number, other, r->what, who);
		return;
	}
	snprintf(rep->missing, sizeof(rep->missing),
		 "no happens-before leads from event %u of %s to %s here",
		 v->other_epoch, other, who);
}

static void finish_rows(struct report *rep)
{
	for (unsigned int i = 0; i < rep->n_rows; i++)
		source_collect(rep->rows[i].row->op.pc);
	source_collect(rep->violation->pc);
	source_resolve();
	for (unsigned int i = 0; i < rep->n_rows; i++) {
		struct report_row *r = &rep->rows[i];

		say(r->row, r->what, sizeof(r->what));
		place(r->row, r->where, sizeof(r->where));
		state(r->row, r->state, sizeof(r->state));
		if (r->row->tid >= rep->columns)
			rep->columns = r->row->tid + 1u;
	}
}

struct report *report_build(const struct check_scenario *s,
			    const struct schedule *schedule,
			    const struct report_facts *facts)
{
	struct report *r = calloc(1, sizeof(*r));
	enum outcome how;
	struct block *b;

	if (!r)
		abort();
	if (!schedule_replay(schedule, &how) || how != OUTCOME_VIOLATION) {
		free(r);
		return NULL;
	}
	r->scenario = s;
	r->violation = &machine.violation;
	r->facts = *facts;
	r->all_rows = machine.n_rows;
	for (unsigned int i = 1; i < schedule->n; i++)
		r->switches += schedule->tid[i] != schedule->tid[i - 1];
	b = machine.violation.addr ? memory_block_of(machine.violation.addr)
				   : NULL;
	choose_rows(r, b);
	finish_rows(r);
	report_words(r);
	life_line(r, b);
	sentence(r);
	r->token = schedule_print(schedule);
	return r;
}

void report_free(struct report *r)
{
	free(r->rows);
	free(r->token);
	free(r);
}
