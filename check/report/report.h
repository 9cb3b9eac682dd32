/* SPDX-License-Identifier: MIT */
/*
 * A counterexample, for people: what happened in one sentence, the life of the
 * memory that it is about, and the rows of the schedule that matter, a column
 * for each CPU.
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdio.h>

#include "explore.h"

struct report_facts {
	const char *model;
	uint64_t executions; /* until it was found */
};

#define REPORT_WORDS   32
#define REPORT_CHANGES 12

/* A word of memory that rows are about. */
struct report_word {
	uintptr_t addr;
	char name[48];
	char initial[48];
	char block[48]; /* that it is part of; or "" */
	uintptr_t block_at;
	size_t block_len;
};

/* One row, in words. */
struct report_row {
	const struct row *row;
	unsigned int number; /* in the whole execution */
	unsigned int folded; /* rows left out before it */
	char what[192];	     /* "load slot = L1[0]" */
	char where[160];     /* "src/map.c:12 < tarry_map" */
	char state[32];	     /* "rcu irq-off 2 locks" */
	bool accused;	     /* one of the two that collide */
	/* What stands in words from this row on. */
	struct {
		int word;
		char text[48];
	} changes[REPORT_CHANGES];
	unsigned int n_changes;
};

struct report {
	const struct check_scenario *scenario;
	const struct violation *violation;
	struct report_facts facts;
	char sentence[640];
	char missing[320];  /* the edge that is not there; or "" */
	char life[16][160]; /* of the memory, in order */
	unsigned int n_life;
	struct report_row *rows;
	struct report_word words[REPORT_WORDS];
	unsigned int n_words;
	unsigned int n_rows, all_rows, switches;
	unsigned int columns;
	char *token;
};

/* Runs the schedule again.  NULL: it does not fit. */
struct report *report_build(const struct check_scenario *s,
			    const struct schedule *schedule,
			    const struct report_facts *facts);
void report_free(struct report *r);

void report_text(FILE *to, const struct report *r);
void report_json(FILE *to, const struct report *r);
void report_html(FILE *to, const struct report *r);

/* The value of the word at @at: an entry in words, if a table of the library is
 * there; a name, if it is an address of the scenario's memory. */
const char *report_value(uint64_t v, uintptr_t at, char *to, size_t len);

/* ---- words.c ---- */

/* Fill in the words, and the changes of all rows. */
void report_words(struct report *r);

/* ---- source.c ---- */

/* "file:line < caller" of code addresses; looked up all at once. */
void source_collect(const void *pc);
void source_resolve(void);
const char *source_of(const void *pc);

#endif
