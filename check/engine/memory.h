/* SPDX-License-Identifier: MIT */
/*
 * The memory of a scenario: an arena, the shared objects, and a cell for every
 * four bytes of them that one execution touches.
 *
 * A cell knows the last access of each thread of each sort, as epochs of the
 * happens-before clocks: an access races, or comes after a free, if another is
 * not within the clock of who makes it - whether or not it came later in this
 * schedule.
 */
#ifndef CHECK_MEMORY_H
#define CHECK_MEMORY_H

#include "clock.h"
#include "op.h"

struct cell {
	/* Judging: happens-before epochs of the last access by each thread. */
	vclock plain_read, plain_write, atomic_read, atomic_write;
	/* The threads that have an epoch there at all: mostly one, or none. */
	uint16_t plain_readers, plain_writers, atomic_readers, atomic_writers;
	/* Which of the four bytes the last plain accesses were to. */
	uint8_t read_bytes[CLOCK_THREADS], written_bytes[CLOCK_THREADS];
	vclock sync; /* what an acquire of the last store brings */
	/* Exploring: clocks of dependence, and events. */
	vclock dep_write, dep_read;
	int32_t last_write, last_lock;
	int32_t last_read[CLOCK_THREADS];
	uint32_t readers; /* threads that read since the last write */
	uint64_t before;  /* the value before the last write */
	/* Life. */
	uint8_t dead, life_tid, watched;
	uint16_t life_epoch;
	uint32_t life; /* number of the life; 0: from the start */
	/* Locks. */
	int8_t owner; /* thread + 1; 0: free */
	/* The graph engine: a plain write begins a new version of the word,
	 * which the next atomic access finds. */
	bool atomics;
	uint16_t version;
};

#define MEMORY_THREAD_BYTES (64u << 10) /* of the arena, for each thread */
#define MEMORY_SETUP_BYTES  (1u << 20)
#define MEMORY_WORLD_WORDS  256

/* What memory_block_of() tells. */
struct block {
	uintptr_t at;
	uint32_t len;
	uint32_t number; /* of its name */
	const char *name;
	uint8_t alive, tid;
	uint8_t table_level; /* + 1; 0: no table */
	struct check_site *freed;
};

/* Pseudo words: what threads of the world share beside memory. */
extern uint64_t memory_world[MEMORY_WORLD_WORDS];

void memory_create(void);
/* Where the arena is. */
uint64_t memory_base(void);
/* Ranges of this scenario; everything zero. */
void memory_scenario(const struct check_scenario *s);
/* After set-up: what every execution starts from. */
void memory_snapshot(void);
/* Start an execution. */
void memory_restore(void);

/* The cell of an address; NULL if it is no scenario's memory. */
struct cell *memory_cell(uintptr_t addr);
bool memory_ours(uintptr_t addr);
/* In set-up: is it anybody's from now on? */
void memory_own(uintptr_t addr, size_t len, bool owned);
void memory_dirty(uintptr_t addr, size_t len);

/* Thread @tid takes @len bytes; NULL: too much. */
void *memory_alloc(unsigned int tid, size_t len, const char *name, bool reuse);
struct block *memory_block_of(uintptr_t addr);
void memory_name(uintptr_t at, size_t len, const char *name,
		 unsigned int number, unsigned int table_level);
/* How many tables have a name: the number of the next. */
unsigned int memory_tables(void);
/* Blocks of memory_alloc() alive; the first of them. */
unsigned int memory_alive(struct block **first);
void memory_unalloc(struct block *b);

/* "name[slot]" of an address, for people. */
const char *memory_describe(uintptr_t addr, char *to, size_t len);

#endif
