/* SPDX-License-Identifier: MIT */
/*
 * The recorded execution, and what can be read off it: who held what, which
 * sections were open, what a word was at a moment.
 *
 * Rows are numbered from 0.  After those that were done come what was about to
 * be done: the access that was judged, or what everybody waits for.
 */
#ifndef CHECK_TRACE_H
#define CHECK_TRACE_H

#include "explore.h"

#define NO_ROW ~0u
/* Before the first row: what set-up left. */
#define SETUP_ROW (~0u - 1)

struct trace {
	const struct row **rows;
	unsigned int n, n_done;
	/* The accusing access, and the other one; NO_ROW: there is none. */
	unsigned int accuser, other;
	struct row extra[CLOCK_THREADS];
};

extern struct trace trace;

/* Of the execution that was replayed last. */
void trace_take(void);

bool row_is_atomic(const struct row *r);
bool row_reads(const struct row *r);
bool row_writes(const struct row *r);
bool row_is_plain(const struct row *r);
bool row_takes_lock(const struct row *r);
/* Is it an event of hardware that walks? */
bool row_in_mmu(const struct row *r);
/* Does it concern the four bytes at @addr? */
bool row_covers(const struct row *r, uintptr_t addr);

struct held {
	uintptr_t lock;
	unsigned int row; /* that took it */
};
/* The locks that the thread of row @i holds when it is done; how many. */
unsigned int trace_held(unsigned int i, struct held held[MACHINE_LOCKS]);

/* The row that began the outermost section of @class that the thread of row @i
 * is in; and that which ends it. */
unsigned int trace_section(unsigned int i, enum check_class class);
unsigned int trace_section_end(unsigned int begin);

/* A wait for sections: of a class, by a thread, from a row to a row. */
struct wait {
	enum check_class class;
	unsigned int tid, begin, end;
};
/* The one that begins in row @i; end is NO_ROW if it did not come back. */
bool trace_wait(unsigned int i, struct wait *w);

/* What the word of @size bytes at @addr is when row @i is done. */
uint64_t trace_value(uintptr_t addr, unsigned int size, unsigned int i);
/* The last row before @i that writes there; NO_ROW: none. */
unsigned int trace_writer(uintptr_t addr, unsigned int i);
/* The write that row @i reads, and whether a newer one was there already. */
unsigned int trace_source(unsigned int i, unsigned int *newer);
/* The row that spawned the thread. */
unsigned int trace_spawn(unsigned int tid);
unsigned int trace_last_of(unsigned int tid);

#endif
