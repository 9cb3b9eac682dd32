/* SPDX-License-Identifier: MIT */
/*
 * The words that a counterexample is about, and what stood in them at each row:
 * tables slot by slot, pointers, flags; and which of their blocks were freed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static bool has_value(const struct row *r)
{
	switch (r->op.kind) {
	case OP_LOAD:
	case OP_AWAIT:
	case OP_STORE:
	case OP_RMW:
	case OP_CAS:
		return memory_ours(r->op.addr);
	default:
		return false;
	}
}

static int word_of(const struct report *r, uintptr_t addr)
{
	for (unsigned int i = 0; i < r->n_words; i++)
		if (r->words[i].addr == addr)
			return (int)i;
	return -1;
}

/* "&s.slot" of the source, or the slot of a table. */
static void name_word(struct report_word *w, const struct row *row)
{
	struct block *b = memory_block_of(w->addr);
	const char *what = row->op.site->what;
	const char *at = strchr(what, '&');

	if (b) {
		memory_describe(w->addr, w->name, sizeof(w->name));
		snprintf(w->block, sizeof(w->block), b->name ? b->name : "%u",
			 b->number);
		w->block_at = b->at;
		w->block_len = b->len;
		return;
	}
	snprintf(w->name, sizeof(w->name), "%s", at ? at + 1 : what);
}

static void note(struct report_row *to, int word, const char *text)
{
	if (to->n_changes == REPORT_CHANGES)
		return;
	to->changes[to->n_changes].word = word;
	snprintf(to->changes[to->n_changes].text, sizeof(to->changes[0].text),
		 "%s", text);
	to->n_changes++;
}

/* A row of the execution, as a change at the row of the report that shows it. */
static void change(struct report *r, struct report_row *to,
		   const struct row *row)
{
	char text[48];
	int word;

	if (row->op.kind == OP_DEAD || row->op.kind == OP_BORN) {
		for (unsigned int i = 0; i < r->n_words; i++)
			if (r->words[i].addr - row->op.addr < row->op.value)
				note(to, (int)i,
				     row->op.kind == OP_DEAD ? "freed" : "0");
		return;
	}
	if (!has_value(row))
		return;
	word = word_of(r, row->op.addr);
	if (word < 0)
		return;
	report_value(row->op.kind == OP_LOAD || row->op.kind == OP_AWAIT
			     ? row->before
			     : row->after,
		     row->op.addr, text, sizeof(text));
	if (row->op.kind != OP_LOAD && row->op.kind != OP_AWAIT)
		note(to, word, text);
}

static int by_place(const void *a, const void *b)
{
	uintptr_t x = ((const struct report_word *)a)->addr;
	uintptr_t y = ((const struct report_word *)b)->addr;

	return (x > y) - (x < y);
}

void report_words(struct report *r)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < r->n_rows; i++) {
		const struct row *row = r->rows[i].row;
		struct report_word *w;

		if (!has_value(row) || word_of(r, row->op.addr) >= 0 ||
		    r->n_words == REPORT_WORDS)
			continue;
		w = &r->words[r->n_words++];
		w->addr = row->op.addr;
		name_word(w, row);
		report_value(row->before, w->addr, w->initial,
			     sizeof(w->initial));
	}
	/* Words of one block stand together. */
	qsort(r->words, r->n_words, sizeof(r->words[0]), by_place);
	for (unsigned int i = 0; i < r->n_rows; i++)
		for (; done <= r->rows[i].number && done < machine.n_rows;
		     done++)
			change(r, &r->rows[i], &machine.rows[done]);
}
