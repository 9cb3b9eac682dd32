/* SPDX-License-Identifier: MIT */
/*
 * The bed that a test lies in: a pool, one or two spaces of it, an owner that
 * writes down what it is told; and the hardware's view of the tables, read and
 * written as a page walker would.
 *
 * bed_close() is itself a test: nothing may be left.
 */
#ifndef TESTS_BED_H
#define TESTS_BED_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tarry/tarry.h"

/* Sizes of x86-64's leaves, and of what a table of level 2 and 3 spans. */
#define K4   (1ull << 12)
#define M2   (1ull << 21)
#define G1   (1ull << 30)
#define G512 (1ull << 39)
#define T256 (1ull << 48)

#define RW  (TARRY_R | TARRY_W)
#define RWU (TARRY_R | TARRY_W | TARRY_USER)
#define AD  (TARRY_ACCESSED | TARRY_DIRTY)

/* How: in the smallest leaves; with a spare table; from what is there. */
extern const struct tarry_how small, deposit, no_alloc;

/* An owner's copy of a collapse that has nothing to do. */
int copy_nothing(void *ctx, const struct tarry_piece *pieces, size_t n);

#define BED_RUNS 64

/* What the owner of the data pages was told. */
struct owner_log {
	pthread_mutex_t lock;
	uint64_t gets, puts, releases;
	uint64_t got_bytes, put_bytes, released_bytes;
	int64_t refuse_after; /* get() refuses from then on; -1: never */
	struct tarry_run runs[BED_RUNS]; /* the first ones released */
};

struct bed {
	const struct tarry_format *format;
	struct tarry_pool *pool;
	struct tarry_space *space;
	struct tarry_space *other; /* NULL until bed_second_space() */
	struct owner_log owner;
	intptr_t window; /* address of a table minus its oa */
};

void bed_open(struct bed *b, const char *format, unsigned int flags);
/* The owner and, if it has none, the format are filled in. */
void bed_open_with(struct bed *b, const char *format,
		   const struct tarry_pool_config *config, unsigned int flags);
void bed_second_space(struct bed *b, unsigned int flags);
/* Spaces, then pool; asserts that nothing is left. */
void bed_close(struct bed *b);
void bed_close_pool(struct bed *b);

/* Attached tables of all levels. */
uint64_t bed_tables(struct tarry_space *s);
/* Spare tables that leaves own. */
uint64_t bed_spares(struct tarry_space *s);

/* tarry_translate() in a read section of its own. */
int look(struct tarry_space *s, tarry_va va, struct tarry_hit *hit);

void assert_maps_to(struct tarry_space *s, tarry_va va, tarry_oa oa);
/* The same, and at this level with these rights, accessed and dirty aside. */
void assert_leaf(struct tarry_space *s, tarry_va va, tarry_oa oa,
		 unsigned int level, tarry_rights rights);
void assert_hole(struct tarry_space *s, tarry_va va);
void assert_marked(struct tarry_space *s, tarry_va va, uint64_t payload);
void assert_sound(struct tarry_space *s);

/* ---- the hardware's side ---- */

/* The slot of @level on the way to @va, through frozen tables as software
 * goes; NULL where the walk ends above. */
uint64_t *slot_of(struct bed *b, struct tarry_space *s, tarry_va va,
		  unsigned int level);
uint64_t slot_value(struct bed *b, struct tarry_space *s, tarry_va va,
		    unsigned int level);
/* What a page walker would answer now: true and the leaf's value. */
bool hardware_walk(struct bed *b, struct tarry_space *s, tarry_va va,
		   uint64_t *entry, unsigned int *level);
/* The page walker sets accessed, dirty or both in the leaf; false: no leaf. */
bool hardware_touch(struct bed *b, struct tarry_space *s, tarry_va va,
		    tarry_rights accessed_dirty);

/* ---- a thread that sits inside a read section ---- */

struct sitter {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	enum { SITTER_STARTS, SITTER_SITS, SITTER_LEAVES } state;
	/* Called inside the section when it begins and before it ends. */
	void (*first)(void *ctx);
	void (*last)(void *ctx);
	void *ctx;
};

void sitter_begin(struct sitter *r);
void sitter_end(struct sitter *r);

/* ---- a listener that a test looks through ---- */

struct probe {
	struct tarry_listener listener;
	/* Called in send(); may be NULL. */
	void (*send)(struct probe *p, const struct tarry_span *spans,
		     unsigned int n);
	bool deaf;		 /* wait() has no answer */
	unsigned int deaf_after; /* sends; 0: it hears all */
	struct bed *bed;
	void *ctx;
	unsigned int sends, waits;
	unsigned int n; /* spans kept, the last ones lost if too many */
	struct tarry_span spans[64];
};

void probe_listen(struct probe *p, struct bed *b, struct tarry_space *s);
void probe_unlisten(struct probe *p, struct tarry_space *s);
/* Was the probe told of all of [va, va + len)? */
bool probe_heard(const struct probe *p, tarry_va va, uint64_t len);

/* ---- main() of a test program ---- */

#define BED_MAIN(tests)                                             \
	int main(void)                                              \
	{                                                           \
		int failed;                                         \
                                                                    \
		setvbuf(stdout, NULL, _IOLBF, 0);                   \
		cmocka_set_message_output(CM_OUTPUT_TAP);           \
		tarry_thread_begin();                               \
		failed = cmocka_run_group_tests(tests, NULL, NULL); \
		tarry_thread_end();                                 \
		return failed;                                      \
	}

#endif
