/* SPDX-License-Identifier: MIT */
/*
 * What the memory of an execution was: tables, blocks, descriptors, shared
 * objects, each from when to when; and the words for an address and a value.
 */
#ifndef CHECK_THINGS_H
#define CHECK_THINGS_H

#include "phrase.h"
#include "trace.h"

#define THINGS 160

enum thing_sort {
	THING_SHARED,
	THING_BLOCK,
	THING_TABLE,	  /* of the library */
	THING_DESCRIPTOR, /* of such a table */
	THING_PAGE,	  /* a data page */
};

struct thing {
	uintptr_t at;
	uint32_t len;
	enum thing_sort sort;
	char name[48];
	/* Of a table: level and first page; level -1: not known yet. */
	int level;
	unsigned int first;
	bool root;
	/* Rows; NO_ROW: none.  born is SETUP_ROW for what was there before. */
	unsigned int born, dead;
	bool again; /* not the first life of this memory */
};

extern struct thing things[THINGS];
extern unsigned int n_things;

void things_take(void);
/* What lived at @addr in row @i, or did last; NULL: nothing known. */
struct thing *thing_at(uintptr_t addr, unsigned int i);
struct thing *thing_add(uintptr_t at, size_t len, enum thing_sort sort,
			unsigned int born);
/* What the value of a word points to; NULL: nothing. */
struct thing *thing_pointed(const struct thing *in, uint64_t value,
			    unsigned int i);

/* Does a value in @in lead to @to? */
bool thing_leads(const struct thing *in, uint64_t value, const struct thing *to,
		 unsigned int i);

/* The name of the word that row @i is about. */
void say_place(struct phrase *p, unsigned int i);
void say_address(struct phrase *p, uintptr_t addr, unsigned int i);
void say_lock(struct phrase *p, uintptr_t addr, unsigned int i);
/* A value of the word at @addr. */
void say_value(struct phrase *p, uintptr_t addr, uint64_t v, unsigned int i);
/* "unmap", "drop (deferred by unmap)". */
void say_thread(struct phrase *p, unsigned int tid);

/* ---- library.c: scenarios over the library itself ---- */

bool library_used(void);
/* Spaces, pool, and the tables that stand in a tree or come to. */
void library_setup(void);
void library_row(unsigned int i);
struct thing *library_pointed(const struct thing *in, uint64_t value,
			      unsigned int i);
/* Does an entry there map the data page? */
bool library_maps(const struct thing *in, uint64_t value, unsigned int page);
/* What a space's root word leads to. */
struct thing *library_root(uintptr_t addr, uint64_t value, unsigned int i);
/* Fields that have names of their own; false: it is none. */
bool library_say_address(struct phrase *p, uintptr_t addr, unsigned int i);
bool library_say_value(struct phrase *p, uintptr_t addr, uint64_t v,
		       unsigned int i);

#endif
