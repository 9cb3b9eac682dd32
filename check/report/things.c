/* SPDX-License-Identifier: MIT */
/*
 * Whose an address was at a row, and in which words: see things.h.
 */
#include "things.h"

#include <ctype.h>
#include <string.h>

struct thing things[THINGS];
unsigned int n_things;

/* Words of shared objects that a line of the scenario calls by name. */
static struct {
	uintptr_t addr;
	char name[48];
} known[128];
static unsigned int n_known;

/* ---- what there is ---- */

struct thing *thing_add(uintptr_t at, size_t len, enum thing_sort sort,
			unsigned int born)
{
	struct thing *t = &things[n_things];

	if (n_things == THINGS)
		return NULL;
	n_things++;
	*t = (struct thing){.at = at,
			    .len = (uint32_t)len,
			    .sort = sort,
			    .level = -1,
			    .born = born,
			    .dead = NO_ROW};
	return t;
}

static bool lives(const struct thing *t, unsigned int i)
{
	return t->born == SETUP_ROW || i >= SETUP_ROW || t->born <= i;
}

struct thing *thing_at(uintptr_t addr, unsigned int i)
{
	struct thing *best = NULL;

	/* The smallest that holds it; of its lives, the last that began. */
	for (unsigned int k = 0; k < n_things; k++) {
		struct thing *t = &things[k];

		if (addr - t->at >= t->len || !lives(t, i) ||
		    (i >= SETUP_ROW && t->born != SETUP_ROW))
			continue;
		if (!best || t->len <= best->len)
			best = t;
	}
	return best;
}

static bool is_page(uintptr_t addr)
{
	return addr - (uintptr_t)&memory_world[128] < 64 * 8;
}

/* What the checker itself knows of it. */
static struct thing *from_memory(uintptr_t addr, unsigned int born)
{
	struct block *b = memory_block_of(addr);
	const struct check_scenario *s = machine.scenario;
	struct thing *t = NULL;

	if (is_page(addr)) {
		uintptr_t page = (addr - (uintptr_t)&memory_world[128]) / 8;

		t = thing_add((uintptr_t)&memory_world[128 + page], 4,
			      THING_PAGE, born);
		if (t)
			snprintf(t->name, sizeof(t->name), "data page %u",
				 (unsigned int)page);
		return t;
	}
	if (b) {
		t = thing_add(b->at, b->len,
			      library_used() && b->table_level ? THING_TABLE
							       : THING_BLOCK,
			      born);
		if (t && b->name) {
			struct phrase p = PHRASE(t->name);

			phrase(&p, b->name, b->number);
		}
		return t;
	}
	for (unsigned int i = 0; i < CHECK_OBJECTS && s->shared[i].at; i++)
		if (addr - (uintptr_t)s->shared[i].at < s->shared[i].len) {
			t = thing_add((uintptr_t)s->shared[i].at,
				      s->shared[i].len, THING_SHARED,
				      SETUP_ROW);
			if (t)
				snprintf(t->name, sizeof(t->name), "%s",
					 s->shared[i].name);
		}
	return t;
}

static struct thing *thing_see(uintptr_t addr, unsigned int i)
{
	struct thing *t;

	if (!addr || !memory_ours(addr))
		return NULL;
	t = thing_at(addr, i);
	return t ? t : from_memory(addr, SETUP_ROW);
}

/* Zoo entries keep flags in the low bits of a pointer. */
static uintptr_t pointer_of(uint64_t v)
{
	return v > 1u << 20 ? (uintptr_t)(v & ~7ull) : 0;
}

struct thing *thing_pointed(const struct thing *in, uint64_t value,
			    unsigned int i)
{
	struct thing *t = NULL;

	if (in && in->sort == THING_TABLE)
		return library_pointed(in, value, i);
	if (memory_ours(pointer_of(value)))
		t = thing_at(pointer_of(value), i);
	return t && t->sort != THING_SHARED ? t : NULL;
}

bool thing_leads(const struct thing *in, uint64_t value, const struct thing *to,
		 unsigned int i)
{
	const struct thing *t;

	if (to->sort == THING_PAGE)
		return library_used() && in &&
		       library_maps(
			       in, value,
			       (unsigned int)(to->at -
					      (uintptr_t)&memory_world[128]) /
				       8);
	t = thing_pointed(in, value, i);
	return t && t->at == to->at;
}

/* ---- their lives ---- */

/* The thing whose life ends or begins here: an allocator under test hands out
 * parts of what it allocated. */
static struct thing *exactly(const struct row *r, unsigned int i)
{
	struct thing *t = thing_at(r->op.addr, i), *part;
	bool table = library_used() && r->op.value >= 16;
	char name[sizeof(t->name)];
	struct phrase p = PHRASE(name);

	if (t && t->at == r->op.addr && t->len <= r->op.value + 3)
		return t;
	if (table)
		phrase(&p, "table");
	else
		say_address(&p, r->op.addr, i);
	part = thing_add(r->op.addr, r->op.value,
			 table ? THING_TABLE : THING_BLOCK, SETUP_ROW);
	if (part)
		memcpy(part->name, name, sizeof(name));
	return part;
}

static bool first_seen(const struct row *r, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (row_covers(trace.rows[j], r->op.addr))
			return false;
	return true;
}

static void take_birth(const struct row *r, unsigned int i)
{
	struct thing *t = exactly(r, i), *fresh;

	if (!t)
		return;
	/* As who asked for it sees it, and then as the allocator does. */
	if (t->born == i - 1 && i)
		return;
	if (t->dead == NO_ROW && first_seen(r, i)) {
		t->born = i;
		return;
	}
	fresh = thing_add(t->at, t->len, t->sort, i);
	if (!fresh)
		return;
	fresh->again = true;
	memcpy(fresh->name, t->name, sizeof(fresh->name));
	if (!strstr(fresh->name, " (reused)"))
		strncat(fresh->name, " (reused)",
			sizeof(fresh->name) - strlen(fresh->name) - 1);
}

static void take_death(const struct row *r, unsigned int i)
{
	struct thing *t = exactly(r, i);

	if (t && t->dead == NO_ROW)
		t->dead = i;
}

/* "load &s.tab" tells where s.tab is. */
static void take_name(const struct row *r)
{
	const char *what = r->op.site ? r->op.site->what : "", *amp, *end;

	amp = strchr(what, '&');
	if (!amp || !r->op.addr || n_known == 128)
		return;
	for (end = ++amp; *end; end++)
		if (!isalnum((unsigned char)*end) && !strchr("_.[]", *end))
			return;
		else if (*end == '[' && !isdigit((unsigned char)end[1]))
			return;
	for (unsigned int i = 0; i < CHECK_OBJECTS; i++) {
		const struct check_object *o = &machine.scenario->shared[i];
		size_t n = o->name ? strlen(o->name) : 0;

		if (!n || r->op.addr - (uintptr_t)o->at >= o->len ||
		    strncmp(amp, o->name, n) != 0 ||
		    (amp[n] != '.' && amp[n] != '['))
			continue;
		for (unsigned int k = 0; k < n_known; k++)
			if (known[k].addr == r->op.addr)
				return;
		known[n_known].addr = r->op.addr;
		snprintf(known[n_known++].name, sizeof(known[0].name), "%s",
			 amp);
		return;
	}
}

static void take_row(unsigned int i)
{
	const struct row *r = trace.rows[i];
	bool page = r->op.kind == OP_PAGE;

	take_name(r);
	thing_see(r->op.addr, i);
	if (r->op.kind == OP_BORN)
		take_birth(r, i);
	if (r->op.kind == OP_DEAD)
		take_death(r, i);
	if (!page && r->op.kind != OP_SPAWN) {
		thing_see(pointer_of(r->before), i);
		thing_see(pointer_of(r->after), i);
	}
	if (library_used())
		library_row(i);
}

void things_take(void)
{
	n_things = 0;
	n_known = 0;
	if (library_used()) {
		thing_see((uintptr_t)machine.scenario->shared[0].at, SETUP_ROW);
		library_setup();
	}
	for (unsigned int i = 0; i < trace.n; i++)
		take_row(i);
}

/* ---- words ---- */

static bool say_known(struct phrase *p, uintptr_t addr)
{
	for (unsigned int i = 0; i < n_known; i++)
		if (known[i].addr == addr) {
			phrase(p, "%s", known[i].name);
			return true;
		}
	return false;
}

void say_address(struct phrase *p, uintptr_t addr, unsigned int i)
{
	const struct thing *t = thing_at(addr, i);

	if (library_used() && library_say_address(p, addr, i))
		return;
	if (say_known(p, addr))
		return;
	if (!t)
		phrase(p, "%#llx", (unsigned long long)addr);
	else if (t->sort == THING_PAGE || (t->len <= 8 && addr == t->at))
		phrase(p, "%s", t->name);
	else if (t->sort == THING_SHARED || (addr - t->at) % 8)
		phrase(p, "%s+%llu", t->name,
		       (unsigned long long)(addr - t->at));
	else
		phrase(p, "%s[%llu]", t->name,
		       (unsigned long long)(addr - t->at) / 8);
}

/* The words of the line, if the place has no name: "m->keep[i]". */
static bool say_expression(struct phrase *p, const struct row *r)
{
	const char *what = r->op.site ? r->op.site->what : "", *space;

	space = strchr(what, ' ');
	if (!space || row_is_plain(r) || !strstr(space, "->"))
		return false;
	space++;
	space += *space == '&';
	phrase(p, "%.40s", space);
	return true;
}

void say_place(struct phrase *p, unsigned int i)
{
	const struct row *r = trace.rows[i];
	const struct thing *t = thing_at(r->op.addr, i);
	char name[96];
	struct phrase q = PHRASE(name);

	if (r->op.kind == OP_DEAD || r->op.kind == OP_BORN) {
		if (t)
			phrase(p, "%s", t->name);
		else
			say_address(p, r->op.addr, i);
		return;
	}
	say_address(&q, r->op.addr, i);
	if (t && t->sort == THING_SHARED && strchr(name, '+') &&
	    say_expression(p, r))
		return;
	phrase(p, "%s", name);
}

void say_lock(struct phrase *p, uintptr_t addr, unsigned int i)
{
	for (unsigned int j = 0; j < trace.n; j++) {
		const struct row *r = trace.rows[j];

		if (r->op.addr == addr &&
		    (r->op.kind == OP_LOCK || r->op.kind == OP_TRYLOCK)) {
			say_place(p, j);
			return;
		}
	}
	say_address(p, addr, i);
}

void say_value(struct phrase *p, uintptr_t addr, uint64_t v, unsigned int i)
{
	uintptr_t to = pointer_of(v);
	const struct thing *t;

	if (library_used() && library_say_value(p, addr, v, i))
		return;
	t = to && memory_ours(to) ? thing_at(to, i) : NULL;
	if (!t) {
		phrase(p, v < 10 ? "%llu" : "%#llx", (unsigned long long)v);
		return;
	}
	phrase(p, "&");
	if (to == t->at)
		phrase(p, "%s", t->name);
	else
		say_address(p, to, i);
	if (v & 7)
		phrase(p, " |%llu", (unsigned long long)(v & 7));
}

static const char *deferred_name(const struct thread *t)
{
	const char *what = t->start.site ? t->start.site->what : "";

	if (!strncmp(what, "defer ", 6))
		return what + 6;
	return strncmp(what, "start ", 6) ? what : what + 6;
}

void say_thread(struct phrase *p, unsigned int tid)
{
	const struct thread *t = &machine.threads[tid];
	unsigned int same = 0, before = 0;

	if (!t->name) {
		phrase(p, "%s of ", deferred_name(t));
		say_thread(p, t->parent);
		return;
	}
	phrase(p, "%s", t->name);
	for (unsigned int i = 0; i < machine.n_threads; i++)
		if (machine.threads[i].name && i != tid &&
		    !strcmp(machine.threads[i].name, t->name)) {
			same++;
			before += i < tid;
		}
	if (same)
		phrase(p, ".%u", before + 1);
}
