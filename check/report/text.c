/* SPDX-License-Identifier: MIT */
/*
 * A counterexample as text: a column for each CPU, with what it is at; on their
 * left, what the memory is that it is about.
 */
#include <ctype.h>
#include <string.h>

#include "build.h"

#define LEFT  9	 /* where the columns begin */
#define WHERE 84 /* where the place in the source stands, if it can */

static unsigned int column_width(const struct report *r)
{
	return r->columns <= 2 ? 24 : r->columns == 3 ? 18 : 12;
}

/* ---- above the rows ---- */

/* One paragraph, folded at spaces. */
static void paragraph(FILE *to, const char *label, const char *text)
{
	const unsigned int indent = 11, width = 100;
	unsigned int at = indent;

	fprintf(to, "  %-9s", label);
	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > indent && at + n > width) {
			fprintf(to, "\n%*s", (int)indent, "");
			at = indent;
		}
		fprintf(to, "%.*s", (int)n, text);
		at += (unsigned int)n;
		text += n;
		while (*text == ' ') {
			fputc(' ', to);
			at++;
			text++;
		}
	}
	fputc('\n', to);
}

static void heading(FILE *to, const struct report *r)
{
	char text[640];
	struct phrase p = PHRASE(text);

	fputc('\n', to);
	for (const char *c = r->kind; *c; c++)
		fputc(toupper((unsigned char)*c), to);
	fprintf(to, ": %s\n", r->sentence);
	if (r->missing[0])
		paragraph(to, trace.accuser == NO_ROW ? "circle" : "missing",
			  r->missing);
	for (unsigned int i = 0; i < r->n_why; i++)
		paragraph(to, i ? "" : "because", r->why[i]);
	if (r->scenario->rule)
		paragraph(to, "rule", r->scenario->rule);
	if (r->n_life)
		phrase(&p, "of %s: ", things[r->thing].name);
	for (unsigned int i = 0; i < r->n_life; i++)
		phrase(&p, "%s%s %s", i ? "; " : "", r->life[i].what,
		       r->life[i].text);
	if (r->n_life)
		paragraph(to, "life", text);
	p = PHRASE(text);
	phrase(&p,
	       "%s under %s, execution %llu; rows: %u, changes of CPU: %u, "
	       "preemptions: %u",
	       r->scenario->name, r->facts.model,
	       (unsigned long long)r->facts.executions, r->all_rows,
	       r->switches, r->preemptions);
	paragraph(to, "found", text);
}

/* ---- rows ---- */

static char lane_char(unsigned int lanes)
{
	char section = lanes & LANE_IRQ	  ? 'i'
		       : lanes & LANE_RCU ? 'r'
		       : lanes & LANE_HW  ? 'h'
					  : 0;

	if (lanes & LANE_STUCK)
		return 'X';
	if (lanes & LANE_WAITS)
		return '~';
	if (section)
		return lanes & LANE_LOCKS ? (char)toupper(section) : section;
	if (lanes & LANE_LOCKS)
		return '+';
	return lanes & LANE_RUNS ? '|' : ' ';
}

static const char *life_char(enum report_life life)
{
	static const char *const chars[] = {" ", "a", "P", "d", "X", "R"};

	return chars[life];
}

static void names(FILE *to, const struct report *r)
{
	unsigned int w = column_width(r), at = LEFT;

	fprintf(to, "\n  row %s ", r->n_life ? "M" : " ");
	fprintf(to, " ");
	for (unsigned int c = 0; c < r->columns; c++) {
		unsigned int until = LEFT + (c + 1) * w;

		at += (unsigned int)fprintf(
			to, "%.*s", c + 1 < r->columns ? (int)w - 1 : 60,
			r->column[c].name);
		while (c + 1 < r->columns && at < until)
			at += (unsigned int)fprintf(to, " ");
	}
	fputc('\n', to);
}

/* The CPUs on the right of who acts, where its words leave room. */
static void lanes_after(struct phrase *p, const struct report *r,
			const struct report_row *row)
{
	unsigned int w = column_width(r);

	for (unsigned int c = row->column + 1; c < r->columns; c++) {
		size_t at = LEFT + c * w;
		char lane = lane_char(row->lanes[c]);

		if (lane == ' ' || p->n + 1 > at)
			continue;
		phrase(p, "%*s%c", (int)(at - p->n), "", lane);
	}
}

static void print_row(FILE *to, const struct report *r,
		      const struct report_row *row)
{
	unsigned int w = column_width(r);
	char line[512];
	struct phrase p = PHRASE(line);

	phrase(&p, "%c%4u %s  ", row->folded ? ':' : ' ', row->number,
	       life_char(row->life));
	for (unsigned int c = 0; c < row->column; c++)
		phrase(&p, "%c%*s", lane_char(row->lanes[c]), (int)w - 1, "");
	phrase(&p, "%c ", lane_char(row->lanes[row->column]));
	if (row->mark)
		phrase(&p, "(%c) ", row->mark);
	if (row->pending)
		phrase(&p, row->mark ? "" : "STUCK: ");
	phrase(&p, "%s", row->what);
	lanes_after(&p, r, row);
	phrase(&p, "%*s  ", p.n < WHERE ? (int)(WHERE - p.n) : 0, "");
	say_where(&p, row->number);
	fprintf(to, "%s\n", line);
	if (row->note[0])
		fprintf(to, "%*s^ %s\n", (int)(LEFT + row->column * w + 2), "",
			row->note);
	if (row->source[0] || (row->accused && row->state[0]))
		fprintf(to, "%*s> %s%s%s%s%s\n",
			(int)(LEFT + row->column * w + 2), "", row->source,
			row->source[0] && row->state[0] ? "   " : "",
			row->state[0] ? "[" : "", row->state,
			row->state[0] ? "]" : "");
}

static void legend(FILE *to, const struct report *r)
{
	fprintf(to, "\n  | runs, + holds a lock, r in an RCU section, i irqs "
		    "off, h hardware walks (capitals: and holds\n"
		    "  a lock), ~ waits for sections, X stuck; : rows are left "
		    "out before");
	if (r->n_life)
		fprintf(to, "\n  M, that memory: a allocated, P published, d "
			    "detached, X freed, R reused");
	fprintf(to, "\n");
}

void report_text(FILE *to, const struct report *r)
{
	heading(to, r);
	names(to, r);
	for (unsigned int i = 0; i < r->n_rows; i++)
		print_row(to, r, &r->rows[i]);
	legend(to, r);
	fprintf(to, "  again: %s\n", r->command);
	fprintf(to,
		"  gdb -q -ex 'break %s' -ex run --args [that], to stop in "
		"it\n\n",
		trace.accuser == NO_ROW ? "machine_report_deadlock"
					: "machine_violate");
}
