/* SPDX-License-Identifier: MIT */
/*
 * What the files of the random model share: the reference, and an operation's
 * aim.
 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "bed.h"

#define WINDOWS 6
#define PAGES	2048 /* of a window */
#define LATEST	24

enum what { HOLE, LEAF, MARK };

struct page {
	enum what what;
	tarry_rights rights;
	uint64_t oa;   /* or payload */
	uint64_t word; /* a leaf's companion, if known: not 0 */
};

struct model {
	const struct tarry_format *f;
	struct tarry_pool *pool;
	struct tarry_space *space[2];
	tarry_va base[WINDOWS];
	unsigned int n_windows;
	uint64_t n_pages;
	uint64_t page, table; /* bytes; pages of a table */
	struct page pages[2][WINDOWS][PAGES];
	uint64_t seed, x, step;
	uint64_t runs; /* answers that went on through a run */
	bool companions;
	char latest[LATEST][96];
	unsigned int n_latest;
};

/* What an operation is about to be done to. */
struct aim {
	unsigned int space, window;
	uint64_t first, n; /* pages */
	tarry_va va;
	uint64_t len;
	struct page *pages;
	struct tarry_how how;
};

extern struct model m;

uint64_t any(uint64_t n);
tarry_rights any_rights(void);
/* Fails, with the latest operations. */
void wrong(const char *what, int64_t got);
void note(const char *op, const struct aim *a);
void check_page(unsigned int space, unsigned int window, uint64_t i);
/* The whole table that the aim's first page is in; false: there is none. */
bool aim_at_table(struct aim *a);

/* model_huge.c: one function for each operation. */
void do_collapse(struct aim *a);
void do_collapse_copy(struct aim *a);
void do_retract(struct aim *a);
void do_replace(struct aim *a);
void do_split(struct aim *a);

/* model_reclaim.c */
void do_unmap_some(struct aim *a);
void do_reclaim_idle(struct aim *a);

#endif
