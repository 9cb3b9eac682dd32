/* SPDX-License-Identifier: MIT */
/*
 * A counterexample as JSON:
 *
 *   scenario, rule, model, kind, sentence, missing, replay    strings
 *   executions, events, switches                              numbers
 *   threads   names, by number
 *   life      strings, in order
 *   rows      {number, thread, what, where, state, accused, folded}
 */
#include "report.h"

static void string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 32)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void member(FILE *to, const char *name, const char *s)
{
	fprintf(to, "  \"%s\": ", name);
	string(to, s);
	fprintf(to, ",\n");
}

void report_json(FILE *to, const struct report *r)
{
	char name[64];

	fprintf(to, "{\n");
	member(to, "scenario", r->scenario->name);
	member(to, "rule", r->scenario->rule);
	member(to, "model", r->facts.model);
	member(to, "sentence", r->sentence);
	member(to, "missing", r->missing);
	member(to, "replay", r->token);
	fprintf(to,
		"  \"executions\": %llu,\n  \"events\": %u,\n  "
		"\"switches\": %u,\n  \"threads\": [",
		(unsigned long long)r->facts.executions, r->all_rows,
		r->switches);
	for (unsigned int i = 0; i < r->columns; i++) {
		fputs(i ? ", " : "", to);
		string(to, machine_thread_name(i, name, sizeof(name)));
	}
	fprintf(to, "],\n  \"life\": [");
	for (unsigned int i = 0; i < r->n_life; i++) {
		fputs(i ? ", " : "", to);
		string(to, r->life[i]);
	}
	fprintf(to, "],\n  \"rows\": [\n");
	for (unsigned int i = 0; i < r->n_rows; i++) {
		const struct report_row *row = &r->rows[i];

		fprintf(to, "    {\"number\": %u, \"thread\": %u, \"what\": ",
			row->number, row->row->tid);
		string(to, row->what);
		fprintf(to, ", \"where\": ");
		string(to, row->where);
		fprintf(to, ", \"state\": ");
		string(to, row->state);
		fprintf(to, ", \"accused\": %s, \"folded\": %u}%s\n",
			row->accused ? "true" : "false", row->folded,
			i + 1 < r->n_rows ? "," : "");
	}
	fprintf(to, "  ]\n}\n");
}
