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
	bool listeners;	     /* caches listen to the first space */
	uint64_t unanswered; /* operations that one did not answer */
	uint64_t stuck;	     /* of which a large leaf stopped */
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

/* model_listeners.c */
void do_rest(struct aim *a);
void do_settle(struct aim *a);
void listeners_begin(void);
void listeners_end(void);
/* From here on a cache does not answer, perhaps; of a few pages then. */
void silence_maybe(struct aim *a);
void silence_ends(void);
/* What an operation says that was done, although a cache did not answer. */
int done_if_silent(int err);
/* ... and what one says that was put back. */
bool put_back(int err);
/* Pages of an aim, [first, end): all but those of large leaves with these
 * rights that stick out of it and, as a cache is silent, cannot be split. */
struct part {
	uint64_t first, end;
};
struct part not_stuck(const struct aim *a, tarry_rights rights);
/* What an operation says that was to say @want, had all caches answered, and
 * was done to @part alone: it must say so if that is not the aim. */
int done_in_part(const struct aim *a, struct part part, int want, int err);
/* They say what the reference says; and look at one page more. */
void check_caches(const struct aim *a);

#endif
