/* SPDX-License-Identifier: MIT */
/*
 * Rows in words.
 */
#include <string.h>

#include "build.h"
#include "source.h"

static const char *order_name(unsigned int order)
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

const char *class_name(enum check_class class)
{
	return class == CHECK_RCU   ? "RCU section"
	       : class == CHECK_IRQ ? "irqs-off window"
				    : "hardware walk";
}

static const char *rmw_name(const struct row *r)
{
	static const char *const names[] = {"exchange", "fetch_add", "fetch_or",
					    "fetch_and"};

	return r->op.kind == OP_CAS ? "cas" : names[r->op.how & 3];
}

static const char *life_verb(const struct row *r)
{
	return r->op.kind == OP_BORN ? "allocate" : "free";
}

static const char *page_verb(const struct row *r)
{
	static const char *const verbs[] = {"allocate", "free", "use", "write"};

	return verbs[r->op.how & 3];
}

/* ---- a row ---- */

static void say_memory(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];
	bool done = i < trace.n_done;

	if (r->op.kind == OP_LOAD)
		phrase(p, "load ");
	else if (r->op.kind == OP_STORE)
		phrase(p, "store ");
	else if (r->op.kind == OP_AWAIT)
		phrase(p, "await ");
	else
		phrase(p, "%s ", rmw_name(r));
	say_place(p, i);
	phrase(p, " %s", order_name(r->op.order));
	if (!done)
		return;
	phrase(p, row_writes(r) ? ": " : " = ");
	say_value(p, r->op.addr, r->before, i);
	if (row_writes(r)) {
		phrase(p, " => ");
		say_value(p, r->op.addr, r->after, i);
	} else if (r->op.kind == OP_CAS) {
		phrase(p, " (fails)");
	}
}

static void say_await(struct phrase *p, unsigned int i)
{
	static const char *const compare[] = {"==", "!=", ">=", "<="};
	const struct row *r = trace.rows[i];

	phrase(p, "await ");
	say_place(p, i);
	phrase(p, " %s ", compare[r->op.how & 3]);
	say_value(p, r->op.addr, r->op.value, i);
}

static void say_wait(struct phrase *p, const struct row *r)
{
	bool begin = r->op.kind == OP_WAIT_BEGIN;

	phrase(p, "%s for %ss", begin ? "start to wait" : "done waiting",
	       class_name(r->op.how));
}

static void say_spawn(struct phrase *p, const struct row *r)
{
	phrase(p, r->op.how < CHECK_CLASSES ? "defer " : "start ");
	say_thread(p, r->op.n);
	if (r->op.how < CHECK_CLASSES)
		phrase(p, ", after %ss", class_name(r->op.how));
}

void say_row(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];

	switch (r->op.kind) {
	case OP_LOAD:
	case OP_STORE:
	case OP_RMW:
	case OP_CAS:
		say_memory(p, i);
		break;
	case OP_AWAIT:
		say_await(p, i);
		break;
	case OP_PLAIN_READ:
	case OP_PLAIN_WRITE:
		phrase(p, "plain %s ",
		       r->op.kind == OP_PLAIN_READ ? "read" : "write");
		say_place(p, i);
		break;
	case OP_BORN:
	case OP_DEAD:
		phrase(p, "%s ", life_verb(r));
		say_place(p, i);
		break;
	case OP_PAGE:
		phrase(p, "%s data page %u", page_verb(r), r->op.n);
		break;
	case OP_LOCK:
	case OP_UNLOCK:
	case OP_TRYLOCK:
		phrase(p, "%s ",
		       r->op.kind == OP_LOCK	 ? "lock"
		       : r->op.kind == OP_UNLOCK ? "unlock"
						 : "trylock");
		say_lock(p, r->op.addr, i);
		if (r->op.kind == OP_TRYLOCK && !r->op.result)
			phrase(p, " (fails)");
		break;
	case OP_SECTION_BEGIN:
	case OP_SECTION_END:
		phrase(p, "%s %s",
		       r->op.kind == OP_SECTION_BEGIN ? "begin" : "end",
		       class_name(r->op.how));
		break;
	case OP_WAIT_BEGIN:
	case OP_WAIT_END:
		say_wait(p, r);
		break;
	case OP_SPAWN:
		say_spawn(p, r);
		break;
	case OP_START:
		phrase(p, "start");
		break;
	case OP_NOTE:
		phrase(p, "%s", r->note);
		break;
	case OP_FENCE:
		phrase(p, "fence %s", order_name(r->op.order));
		break;
	case OP_CHOOSE:
		phrase(p, "choice %llu of %u", (unsigned long long)r->op.result,
		       r->op.n);
		break;
	default:
		phrase(p, "%s", r->op.site ? r->op.site->what : "?");
		break;
	}
}

/* As a noun, for sentences. */
void say_access(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];

	switch (r->op.kind) {
	case OP_LOAD:
	case OP_STORE:
	case OP_RMW:
	case OP_CAS:
	case OP_AWAIT:
		phrase(p, "%s ", order_name(r->op.order));
		phrase(p, "%s of ",
		       r->op.kind == OP_LOAD	? "load"
		       : r->op.kind == OP_AWAIT ? "load"
		       : r->op.kind == OP_STORE ? "store"
						: rmw_name(r));
		say_place(p, i);
		break;
	case OP_PLAIN_READ:
	case OP_PLAIN_WRITE:
		phrase(p, "plain %s of ",
		       r->op.kind == OP_PLAIN_READ ? "read" : "write");
		say_place(p, i);
		break;
	case OP_BORN:
	case OP_DEAD:
		phrase(p, "%s of ",
		       r->op.kind == OP_BORN ? "allocation" : "free");
		say_place(p, i);
		break;
	case OP_PAGE:
		phrase(p, "%s of data page %u", page_verb(r), r->op.n);
		break;
	default:
		say_row(p, i);
		break;
	}
}

/* ---- where ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A line that makes functions by a macro says nothing of what they do. */
static bool calls(const struct source_frame *f, const char *function)
{
	char text[160];

	return !source_text(f, text, sizeof(text)) || strstr(text, function);
}

/* The line that says most: not that of a small function in a header, but of
 * whoever uses it. */
static const struct source_frame *telling_frame(const void *pc)
{
	const struct source_frame *f = NULL;
	unsigned int n = source_frames(pc, &f);

	for (unsigned int i = 0; i < n; i++) {
		size_t len = strlen(f[i].path);

		if (len < 3 || strcmp(f[i].path + len - 2, ".c") != 0)
			continue;
		return &f[i && !calls(&f[i], f[i - 1].function) ? i - 1 : i];
	}
	return n ? f : NULL;
}

void say_where(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];
	const struct source_frame *f = telling_frame(r->op.pc);

	if (f)
		phrase(p, "%s:%u (%s)", base_name(f->path), f->line,
		       f->function);
	else if (r->op.site && r->op.site->file)
		phrase(p, "%s:%d", base_name(r->op.site->file),
		       r->op.site->line);
	else
		phrase(p, "?");
}

void report_place(const struct violation *v, char *to, size_t len)
{
	const struct source_frame *f;

	source_collect(v->pc);
	source_resolve();
	f = telling_frame(v->pc);
	if (f)
		snprintf(to, len, "%s:%u (%s)", base_name(f->path), f->line,
			 f->function);
	else if (v->site && v->site->file)
		snprintf(to, len, "%s:%d", base_name(v->site->file),
			 v->site->line);
	else
		to[0] = 0;
}

bool say_line(unsigned int i, char *to, size_t len)
{
	const struct source_frame *f = telling_frame(trace.rows[i]->op.pc);

	return f && source_text(f, to, len);
}

void say_reference(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];
	const struct source_frame *f = telling_frame(r->op.pc);

	phrase(p, "row %u", i);
	if (f)
		phrase(p, " (%s:%u)", base_name(f->path), f->line);
	else if (r->op.site && r->op.site->file)
		phrase(p, " (%s:%d)", base_name(r->op.site->file),
		       r->op.site->line);
}

static bool of_the_engine(const struct source_frame *f)
{
	return strstr(f->path, "check/engine/") && !strstr(f->path, "/mmu.c");
}

static void say_frames(struct phrase *p, const void *pc)
{
	const struct source_frame *f;
	unsigned int n = source_frames(pc, &f);

	for (unsigned int i = 0; i < n; i++)
		if (!of_the_engine(&f[i]))
			phrase(p, "%s%s:%u (%s)", p->n ? " < " : "",
			       source_short(f[i].path), f[i].line,
			       f[i].function);
}

void say_path(struct phrase *p, unsigned int i, bool inlined_only)
{
	const struct row *r = trace.rows[i];

	say_frames(p, r->op.pc);
	if (!p->n && r->op.site && r->op.site->file)
		phrase(p, "%s:%d", source_short(r->op.site->file),
		       r->op.site->line);
	for (unsigned int k = r->n_calls; !inlined_only && k-- > 0;)
		say_frames(p, r->calls[k]);
}

/* ---- state ---- */

void say_state(struct phrase *p, unsigned int i)
{
	static const char *const names[] = {"RCU", "irqs off", "walk"};
	struct held held[MACHINE_LOCKS];
	unsigned int n = trace_held(i, held);

	for (unsigned int c = 0; c < CHECK_CLASSES; c++)
		if (trace_section(i, c) != NO_ROW)
			phrase(p, "%s%s", p->n ? ", " : "", names[c]);
	for (unsigned int k = 0; k < n; k++) {
		phrase(p, "%s", k ? ", " : p->n ? ", holds " : "holds ");
		say_lock(p, held[k].lock, i);
	}
}
