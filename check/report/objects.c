/* SPDX-License-Identifier: MIT */
/*
 * The memory of a counterexample, step by step: what each word was in each row
 * that is shown, and where it led.
 */
#include "json.h"

#define WORDS	  64 /* of one object */
#define ALL_WORDS 8  /* of a block that small, all are shown */

struct word {
	uintptr_t addr;
	unsigned int size;
	unsigned int row; /* one that is about it */
};

static bool is_shown(const struct report *r, unsigned int thing)
{
	const struct thing *t = &things[thing];

	if (t->sort == THING_TABLE || (int)thing == r->thing)
		return true;
	return t->sort == THING_BLOCK || t->sort == THING_SHARED;
}

static void add_word(struct word *words, unsigned int *n, uintptr_t addr,
		     unsigned int size, unsigned int row)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < *n; i++)
		if (words[i].addr == addr)
			return;
	if (*n == WORDS)
		return;
	while (at < *n && words[at].addr < addr)
		at++;
	for (unsigned int i = (*n)++; i > at; i--)
		words[i] = words[i - 1];
	words[at] = (struct word){addr, size, row};
}

/* Locks are shown with who holds them, not as words. */
static bool is_word(const struct row *row)
{
	return row_is_atomic(row) ||
	       (row_is_plain(row) && row->op.size == 8 && !(row->op.addr & 7));
}

static unsigned int words_of(const struct report *r, const struct thing *t,
			     struct word words[WORDS])
{
	bool all = t->sort != THING_SHARED && t->len <= 8 * ALL_WORDS;
	unsigned int n = 0;

	if (t->sort == THING_PAGE)
		return 0;
	for (unsigned int i = 0; all && i + 8 <= t->len; i += 8)
		add_word(words, &n, t->at + i, 8, NO_ROW);
	for (unsigned int i = 0; i < r->n_rows; i++) {
		const struct row *row = r->rows[i].row;

		if (is_word(row) && row->op.addr - t->at < t->len &&
		    thing_at(row->op.addr, r->rows[i].number) == t &&
		    !(t->sort == THING_SHARED && row_is_plain(row)))
			add_word(words, &n, row->op.addr, row->op.size,
				 r->rows[i].number);
	}
	return n;
}

static void moment(FILE *to, const struct thing *t, const struct word *w,
		   uint64_t v, unsigned int row, const char *comma)
{
	const struct thing *led;
	char text[128];
	struct phrase p = PHRASE(text);

	fprintf(to, "%s{\"row\": ", comma);
	json_row(to, row);
	/* What was not there in set-up is called what it became. */
	if (row == SETUP_ROW && t->born != SETUP_ROW)
		row = trace.n;
	say_value(&p, w->addr, v, row);
	fputs(", \"text\": ", to);
	json_string(to, text);
	led = thing_pointed(t, v, row);
	if (!led && library_used())
		led = library_root(w->addr, v, row);
	if (led && led != t)
		fprintf(to, ", \"to\": %d}", (int)(led - things));
	else
		fputs(", \"to\": null}", to);
}

/* Where a row that is shown finds it changed. */
static void history(FILE *to, const struct report *r, const struct thing *t,
		    const struct word *w)
{
	uint64_t was = trace_value(w->addr, w->size, SETUP_ROW);

	moment(to, t, w, was, SETUP_ROW, "");
	for (unsigned int i = 0; i < r->n_rows; i++) {
		uint64_t now = trace_value(w->addr, w->size, r->rows[i].number);

		if (now != was)
			moment(to, t, w, now, r->rows[i].number, ", ");
		was = now;
	}
}

static void slots(FILE *to, const struct report *r, const struct thing *t)
{
	struct word words[WORDS];
	unsigned int n = words_of(r, t, words);

	for (unsigned int i = 0; i < n; i++) {
		char name[96];
		struct phrase p = PHRASE(name);

		phrase(&p, "%u", (unsigned int)(words[i].addr - t->at) / 8);
		if (t->sort == THING_SHARED) {
			p = PHRASE(name);
			if (words[i].row == NO_ROW)
				say_address(&p, words[i].addr, SETUP_ROW);
			else
				say_place(&p, words[i].row);
		}
		fprintf(to,
			"%s\n      {\"index\": %u, \"name\": ", i ? "," : "",
			(unsigned int)(words[i].addr - t->at) / 8);
		json_string(to, name);
		fputs(", \"history\": [", to);
		history(to, r, t, &words[i]);
		fputs("]}", to);
	}
}

static void object(FILE *to, const struct report *r, unsigned int i)
{
	static const char *const sorts[] = {"shared", "block", "table",
					    "descriptor", "page"};
	const struct thing *t = &things[i];

	fprintf(to, "    {\"id\": %u, \"name\": ", i);
	json_string(to, t->name);
	fprintf(to, ", \"sort\": \"%s\", \"level\": ", sorts[t->sort]);
	if (t->level < 0)
		fputs("null", to);
	else
		fprintf(to, "%d", t->level);
	fprintf(to, ", \"root\": %s, \"born\": ", t->root ? "true" : "false");
	json_row(to, t->born);
	fputs(", \"dead\": ", to);
	json_row(to, t->dead);
	fputs(", \"slots\": [", to);
	slots(to, r, t);
	fputs("]}", to);
}

void json_objects(FILE *to, const struct report *r)
{
	const char *comma = "";

	fputs("  \"objects\": [", to);
	for (unsigned int i = 0; i < n_things; i++) {
		struct word words[WORDS];

		if (!is_shown(r, i) ||
		    ((int)i != r->thing && !words_of(r, &things[i], words)))
			continue;
		fprintf(to, "%s\n", comma);
		object(to, r, i);
		comma = ",";
	}
	fputs("\n  ]\n", to);
}
