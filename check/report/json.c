/* SPDX-License-Identifier: MIT */
/*
 * A counterexample as JSON.  Members may come to be added; none changes what it
 * says.  Rows are by their number in the whole execution; null is before all of
 * them, or none.
 *
 *   version      1
 *   scenario, about, rule, model, kind     strings; rule may be ""
 *   sentence     what happened
 *   missing      the edge that is not there; or ""
 *   why          strings
 *   replay       the token; command: what replays it
 *   executions, events, switches, preemptions     numbers
 *   threads      names of the columns
 *   memory       what it is about: a number of an object, or null
 *   life         of that: {row, what, text}
 *   weak         {from, to}: rows; a write and who reads it, and orders nothing
 *   rows         {number, thread, what, at, where, path, state, note, source,
 *                mark, accused, pending, folded, memory, lanes, object, slot}
 *                at: the line that says most; where: with all that is inlined
 *                into it; path: with all of its callers, a list
 *                mark: "A", "B", "!" or ""; memory: at that moment, a word of
 *                life[].what; lanes: for each thread, of "runs", "rcu", "irq",
 *                "hw", "locks", "waits", "stuck"; folded: rows left out before
 *   objects      {id, name, sort, level, root, born, dead, slots}, slots:
 *                {index, name, history: {row, text, to}}; to: the object that
 *                the value leads to
 */
#include <string.h>

#include "json.h"

void json_string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 32 || c == '<') /* it may stand in a page */
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

void json_row(FILE *to, unsigned int row)
{
	if (row >= SETUP_ROW)
		fputs("null", to);
	else
		fprintf(to, "%u", row);
}

static void member(FILE *to, const char *name, const char *s)
{
	fprintf(to, "  \"%s\": ", name);
	json_string(to, s);
	fprintf(to, ",\n");
}

static void inner(FILE *to, const char *name, const char *s)
{
	fprintf(to, ", \"%s\": ", name);
	json_string(to, s);
}

/* "a < b < c" as a list. */
static void path(FILE *to, const char *text)
{
	fputc('[', to);
	while (*text) {
		const char *end = strstr(text, " < ");
		char part[192];

		snprintf(part, sizeof(part), "%.*s",
			 end ? (int)(end - text) : (int)sizeof(part) - 1, text);
		json_string(to, part);
		text = end ? end + 3 : "";
		fputs(*text ? ", " : "", to);
	}
	fputc(']', to);
}

static void lanes(FILE *to, const struct report *r,
		  const struct report_row *row)
{
	static const char *const names[] = {"runs",  "rcu",   "irq",  "hw",
					    "locks", "waits", "stuck"};

	fputs(", \"lanes\": [", to);
	for (unsigned int c = 0; c < r->columns; c++) {
		const char *comma = "";

		fputs(c ? ", [" : "[", to);
		for (unsigned int i = 0; i < 7; i++)
			if (row->lanes[c] >> i & 1) {
				fprintf(to, "%s\"%s\"", comma, names[i]);
				comma = ", ";
			}
		fputc(']', to);
	}
	fputc(']', to);
}

static void number_or_null(FILE *to, const char *name, int n)
{
	if (n < 0)
		fprintf(to, ", \"%s\": null", name);
	else
		fprintf(to, ", \"%s\": %d", name, n);
}

static void one_row(FILE *to, const struct report *r,
		    const struct report_row *row)
{
	static const char *const lives[] = {
		"", "allocated", "published", "detached", "freed", "reused"};
	char mark[2] = {row->mark, 0}, at[128];
	struct phrase p;

	fprintf(to, "    {\"number\": %u, \"thread\": %u", row->number,
		row->column);
	inner(to, "what", row->what);
	inner(to, "where", row->where);
	p = PHRASE(at);
	say_where(&p, row->number);
	inner(to, "at", at);
	fputs(", \"path\": ", to);
	path(to, row->path);
	inner(to, "state", row->state);
	inner(to, "note", row->note);
	inner(to, "source", row->source);
	inner(to, "mark", mark);
	fprintf(to, ", \"accused\": %s, \"pending\": %s, \"folded\": %u",
		row->accused ? "true" : "false",
		row->pending ? "true" : "false", row->folded);
	inner(to, "memory", lives[row->life]);
	lanes(to, r, row);
	number_or_null(to, "object", row->thing);
	number_or_null(to, "slot", row->slot);
	fputc('}', to);
}

static void lists(FILE *to, const struct report *r)
{
	fputs("  \"why\": [", to);
	for (unsigned int i = 0; i < r->n_why; i++) {
		fputs(i ? ", " : "", to);
		json_string(to, r->why[i]);
	}
	fputs("],\n  \"threads\": [", to);
	for (unsigned int i = 0; i < r->columns; i++) {
		fputs(i ? ", " : "", to);
		json_string(to, r->column[i].name);
	}
	fputs("],\n  \"life\": [", to);
	for (unsigned int i = 0; i < r->n_life; i++) {
		fputs(i ? ",\n    {\"row\": " : "\n    {\"row\": ", to);
		json_row(to, r->life[i].row);
		inner(to, "what", r->life[i].what);
		inner(to, "text", r->life[i].text);
		fputc('}', to);
	}
	fputs("],\n  \"weak\": [", to);
	for (unsigned int i = 0; i < r->n_weak; i++)
		fprintf(to, "%s{\"from\": %u, \"to\": %u}", i ? ", " : "",
			r->weak[i].from, r->weak[i].to);
	fputs("],\n", to);
}

void report_json(FILE *to, const struct report *r)
{
	fprintf(to, "{\n  \"version\": 1,\n");
	member(to, "scenario", r->scenario->name);
	member(to, "about", r->scenario->about);
	member(to, "rule", r->scenario->rule);
	member(to, "model", r->facts.model);
	member(to, "kind", r->kind);
	member(to, "sentence", r->sentence);
	member(to, "missing", r->missing);
	member(to, "replay", r->token);
	member(to, "command", r->command);
	fprintf(to,
		"  \"executions\": %llu,\n  \"events\": %u,\n  "
		"\"switches\": %u,\n  \"preemptions\": %u,\n",
		(unsigned long long)r->facts.executions, r->all_rows,
		r->switches, r->preemptions);
	if (r->thing < 0)
		fputs("  \"memory\": null,\n", to);
	else
		fprintf(to, "  \"memory\": %d,\n", r->thing);
	lists(to, r);
	fputs("  \"rows\": [\n", to);
	for (unsigned int i = 0; i < r->n_rows; i++) {
		one_row(to, r, &r->rows[i]);
		fputs(i + 1 < r->n_rows ? ",\n" : "\n", to);
	}
	fputs("  ],\n", to);
	json_objects(to, r);
	fputs("}\n", to);
}
