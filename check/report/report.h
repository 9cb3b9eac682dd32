/* SPDX-License-Identifier: MIT */
/*
 * A counterexample, for people: what happened in one sentence, which edge is
 * missing and why, the life of the memory that it is about, and the rows of the
 * schedule that matter, a column for each CPU.
 *
 * It is built once, from the execution as it is replayed, and told in three
 * ways.
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdio.h>

#include "explore.h"

struct report_facts {
	const char *model;
	uint64_t executions; /* until it was found */
	/* What else was on the command line, to be said again: "--weaken X".
	 * NULL: nothing. */
	const char *options;
};

/* What a CPU is at while somebody's row is done; a bit set. */
enum report_lane {
	LANE_RUNS = 1, /* between its first row and its last */
	LANE_RCU = 2,  /* in a section */
	LANE_IRQ = 4,
	LANE_HW = 8,
	LANE_LOCKS = 16, /* holds one at least */
	LANE_WAITS = 32, /* for sections of others */
	LANE_STUCK = 64, /* for ever */
};

/* What the memory that it is about is at that moment. */
enum report_life {
	LIFE_NONE,
	LIFE_PRIVATE,	/* allocated; nobody can find it */
	LIFE_PUBLISHED, /* a word that others read leads to it */
	LIFE_DETACHED,	/* no longer */
	LIFE_FREED,
	LIFE_AGAIN, /* somebody else's by now */
};

/* One row, in words. */
struct report_row {
	const struct row *row;
	unsigned int number; /* in the whole execution, from 0 */
	unsigned int folded; /* rows left out before it */
	char what[192];	     /* "load leaf table 0-1[0] acquire = empty" */
	char where[192];     /* "src/entry.h:32 (entry_load) < ..." */
	char path[512];	     /* the calls that led there, innermost first */
	char state[128];     /* "RCU section, holds root table's lock" */
	char source[128];    /* the line itself; or "" */
	char note[192];	     /* "an older value: ..."; or "" */
	char mark;	     /* 'A', 'B': the two that collide; or 0 */
	bool accused;	     /* has a mark */
	bool pending;	     /* about to be done */
	enum report_life life;
	unsigned int column;
	uint8_t lanes[CLOCK_THREADS]; /* by column */
	int thing, slot; /* in things[], that it touches; -1: none */
};

/* One moment of the memory's life. */
struct report_moment {
	unsigned int row; /* NO_ROW: before all of them */
	char what[16];	  /* "published" */
	char text[192];
};

#define REPORT_WHY	4
#define REPORT_LIFE	16
#define REPORT_ROWS	30
#define REPORT_ROWS_TWO 24

/* "file.c:12 (function)" of a violation that has no rows: of a set-up. */
void report_place(const struct violation *v, char *to, size_t len);

struct report {
	const struct check_scenario *scenario;
	const struct violation *violation;
	struct report_facts facts;
	const char *kind;
	char sentence[640];
	char missing[400];	   /* the edge that is not there; or "" */
	char why[REPORT_WHY][320]; /* what should have made it */
	unsigned int n_why;
	int thing; /* in things[], that it is about; -1: none */
	struct report_moment life[REPORT_LIFE];
	unsigned int n_life;
	struct report_row *rows;
	unsigned int n_rows, all_rows, switches, preemptions;
	unsigned int columns;
	struct {
		unsigned int tid;
		char name[64];
	} column[CLOCK_THREADS];
	char *token;
	char command[8192]; /* that replays it */
	/* While it is built: how much each row matters. */
	uint8_t *weight;
	/* Rows between which an order was too weak. */
	struct {
		unsigned int from, to;
	} weak[4];
	unsigned int n_weak;
};

/* Runs the schedule again.  NULL: it does not fit. */
struct report *report_build(const struct check_scenario *s,
			    const struct schedule *schedule,
			    const struct report_facts *facts);
void report_free(struct report *r);

void report_text(FILE *to, const struct report *r);
void report_json(FILE *to, const struct report *r);
/* A page that needs nothing else; a step for each row. */
void report_html(FILE *to, const struct report *r);

#endif
