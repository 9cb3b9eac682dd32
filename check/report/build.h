/* SPDX-License-Identifier: MIT */
/*
 * What report_build() is made of.
 */
#ifndef CHECK_BUILD_H
#define CHECK_BUILD_H

#include "phrase.h"
#include "report.h"
#include "things.h"

/* How much a row matters. */
enum report_weight {
	WEIGHT_NONE,	/* folded, always */
	WEIGHT_LITTLE,	/* context, if there is room */
	WEIGHT_SOME,	/* writes, locks */
	WEIGHT_FRAME,	/* sections and waits, words that lead somewhere */
	WEIGHT_CLOSE,	/* what the accused read, and who wrote it */
	WEIGHT_NEEDED,	/* the report speaks of it */
	WEIGHT_ACCUSED, /* one of the two */
};
void report_weigh(struct report *r, unsigned int row, unsigned int weight);

/* ---- say.c: rows in words ---- */

/* "load T[0] acquire = 7"; "acquire load of T[0]"; "sc.c:5 (reader)"; and that
 * line itself. */
void say_row(struct phrase *p, unsigned int i);
void say_access(struct phrase *p, unsigned int i);
void say_where(struct phrase *p, unsigned int i);
bool say_line(unsigned int i, char *to, size_t len);
/* "row 3 (sc.c:5)". */
void say_reference(struct phrase *p, unsigned int i);
/* All of the way to it. */
void say_path(struct phrase *p, unsigned int i, bool inlined_only);
void say_state(struct phrase *p, unsigned int i);
/* What sections of that class are called. */
const char *class_name(enum check_class class);

/* ---- explain.c ---- */

/* The sentence, the edge that is missing, and why. */
void report_explain(struct report *r);

/* ---- protection.c: what should have kept an access and a free apart ---- */

void protect_explain(struct report *r, unsigned int access, unsigned int end);
struct phrase report_why(struct report *r);

/* ---- order.c: what comes near to an order ---- */

/* A path of events from one row to another that would order them if the orders
 * of memory accesses on it were strong enough; says which are not. */
bool order_explain(struct report *r, unsigned int from, unsigned int to);

/* ---- stuck.c ---- */

void stuck_explain(struct report *r);

/* ---- life.c ---- */

/* What it is about; when it was published, detached, freed. */
void life_take(struct report *r);
enum report_life life_in(const struct report *r, unsigned int i);
/* Rows that begin and end the time in which others can find it; NO_ROW. */
unsigned int life_detached(const struct report *r, unsigned int before);

/* ---- choose.c ---- */

void report_choose(struct report *r);

#endif
