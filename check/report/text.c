/* SPDX-License-Identifier: MIT */
/* A counterexample as text: one column a CPU. */
#include "report.h"

#include <string.h>

static void column(FILE *to, const struct report_row *r, unsigned int columns)
{
	char mark = r->accused ? '*' : ' ';

	for (unsigned int i = 0; i < columns; i++)
		fputs(i == r->row->tid ? (r->accused ? "!" : "o") : "|", to);
	fprintf(to, "%c", mark);
}

void report_text(FILE *to, const struct report *r)
{
	char name[64];

	fprintf(to, "\n%s\n", r->sentence);
	if (r->missing[0])
		fprintf(to, "  %s.\n", r->missing);
	if (r->scenario->rule)
		fprintf(to, "  rule: %s\n", r->scenario->rule);
	fprintf(to,
		"  %s, model %s, found in execution %llu; %u events, %u "
		"changes of CPU\n",
		r->scenario->name, r->facts.model,
		(unsigned long long)r->facts.executions, r->all_rows,
		r->switches);
	for (unsigned int i = 0; i < r->n_life; i++)
		fprintf(to, "%s%s%s",
			i ? ", " : "  life of the memory: ", r->life[i],
			i + 1 == r->n_life ? "\n" : "");
	fprintf(to, "\n");
	for (unsigned int i = 0; i < r->columns; i++) {
		for (unsigned int j = 0; j < i; j++)
			fputc('|', to);
		fprintf(to, "%s\n", machine_thread_name(i, name, sizeof(name)));
	}
	for (unsigned int i = 0; i < r->n_rows; i++) {
		const struct report_row *row = &r->rows[i];

		if (row->folded) {
			for (unsigned int j = 0; j < r->columns; j++)
				fputc(':', to);
			fprintf(to, "      (%u more)\n", row->folded);
		}
		column(to, row, r->columns);
		fprintf(to, "%4u %-58s %-12s %s\n", row->number, row->what,
			row->state, row->where);
	}
	fprintf(to, "\n  again: tarry-check --replay '%s' %s\n\n", r->token,
		r->scenario->name);
}
