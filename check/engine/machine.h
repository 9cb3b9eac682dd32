/* SPDX-License-Identifier: MIT */
/*
 * One execution: threads, what they are about to do, and doing it.
 *
 * The machine runs whatever thread its strategy picks, one event at a time.  A
 * strategy sees each event after it was done (explore.h: source-DPOR, random,
 * replay; graph.h has its own idea of memory).
 */
#ifndef CHECK_MACHINE_H
#define CHECK_MACHINE_H

#include <stdarg.h>

#include "clock.h"
#include "memory.h"
#include "op.h"
#include "switch.h"

#define MACHINE_LOCKS	 16
#define MACHINE_TICKETS	 48
#define MACHINE_SECTIONS 64
#define MACHINE_WATCHED	 12
#define MACHINE_TOUCHES	 (3 * CLOCK_THREADS + 4)
#define MACHINE_CALLS	 48
#define MACHINE_EVENTS	 (1u << 15)

enum thread_state {
	THREAD_UNUSED,
	THREAD_PENDING,
	THREAD_DONE,
	THREAD_GAVE_UP
};

/* A wait for all sections of a class that were open when it began. */
struct ticket {
	uint8_t class;
	bool used;
	uint8_t begun[CLOCK_THREADS];
};

struct thread {
	struct coroutine co;
	enum thread_state state;
	const char *name;
	void (*run)(void);
	void (*fn)(void *);
	void *arg;
	struct op *op; /* what it will do next */
	struct op start;
	uint8_t parent, sequence; /* of a spawned one */
	uint16_t start_after;	  /* graphs: events of its parent */
	/* Clocks: of dependence, of happens-before; loads without acquire, the
	 * last release fence. */
	vclock dep, hb, acquired, released;
	/* Of hardware that walks for it: what any walk is ordered after; and
	 * what the last access of the one under way is. */
	vclock walk_base, walk;
	uint32_t n_events;
	/* Sections of each class: depth, outermost ones begun and ended. */
	uint8_t depth[CHECK_CLASSES];
	uint8_t begun[CHECK_CLASSES], ended[CHECK_CLASSES];
	uint32_t held_ranks[8];
	uintptr_t locks[MACHINE_LOCKS];
	unsigned int n_locks;
	struct ticket tickets[MACHINE_TICKETS];
	unsigned int n_tickets, n_spawned;
	uint32_t joining;	      /* of a barrier: threads */
	uint8_t found[CLOCK_THREADS]; /* graphs: sections, as a wait reads */
	unsigned int may_fail;
	/* What was read since the last event that was no read. */
	struct {
		struct cell *cell;
		uint32_t since; /* event */
	} watched[MACHINE_WATCHED];
	unsigned int n_watched;
	bool woken;
	bool wait_free; /* it promised not to wait */
	/* Its last event: the struct op itself is gone. */
	struct check_site *last_site;
	const void *last_pc;
	/* Return addresses of the instrumented functions we are in. */
	const void *calls[MACHINE_CALLS];
	unsigned int n_calls;
};

/* How an event concerns a cell. */
enum touch_mode {
	TOUCH_READ,
	TOUCH_WRITE,
	TOUCH_LOCK,   /* competes with other locks only */
	TOUCH_UNLOCK, /* orders the next lock */
	TOUCH_ORDER,  /* is ordered after, competes with nobody */
};

struct touch {
	struct cell *cell;
	enum touch_mode mode;
};

/* One event of the execution under way. */
struct event {
	vclock clock; /* of dependence, itself included */
	uint8_t tid;
	uint8_t kind;
	uint16_t choice;
	uint16_t n_choices; /* of OP_CHOOSE */
	uint16_t own;	    /* its number in its thread, from 1 */
	uint64_t before;    /* the value under its write */
	struct cell *wrote; /* the cell of that; or NULL */
	struct cell *locked;
};

struct violation {
	enum check_kind kind;
	unsigned int tid;
	struct check_site *site;
	const void *pc;
	char text[512];
	/* The other access, if there is one. */
	uintptr_t addr;
	int other_tid; /* -1: none */
	unsigned int other_epoch;
	bool by_clock; /* found by guard.c, and slow to find again */
};

/* How an execution ended. */
enum outcome {
	OUTCOME_COMPLETE,
	OUTCOME_BLOCKED, /* a thread gave up, or only sleepers were left */
	OUTCOME_VIOLATION,
	OUTCOME_CUT, /* by a bound of the search */
};

/* A line of a recorded execution. */
struct row {
	struct op op;
	uint8_t tid, level_rcu, level_irq, n_locks;
	uint16_t epoch;
	uint32_t event; /* number; of what is no event: of the next one */
	uint64_t before, after;
	uintptr_t lock;
	unsigned int n_calls;
	const void *calls[MACHINE_CALLS];
	char note[96];
};

struct strategy {
	/* The thread to go on; -1 ends the execution as *how. */
	int (*pick)(enum outcome *how);
	/* Which of op->n choices the thread takes. */
	uint32_t (*choose)(struct thread *t, const struct op *op);
	/* An event was done by @t, and touched these. */
	void (*done)(struct thread *t, const struct op *op,
		     const struct touch *touches, unsigned int n,
		     const vclock *before);
	/* Values come from elsewhere (enact.c); NULL: from memory. */
	void (*perform)(struct thread *t, struct op *op);
	/* Called before an event is announced: may do others first. */
	void (*before)(struct thread *t, struct op *op);
};

struct machine {
	const struct check_scenario *scenario;
	const struct strategy *strategy;
	enum check_model model;
	struct thread threads[CLOCK_THREADS];
	unsigned int n_threads; /* ids in use or once used */
	struct thread *now;	/* NULL: set-up or finish */
	struct coroutine main;
	uint32_t enabled; /* as of the last machine_enabled() */
	struct event *events;
	unsigned int n_events, max_events;
	uint32_t stamp; /* of lives and executions: changes with each */
	bool explores;	/* clocks of dependence are wanted */
	bool raw;	/* set-up, finish: no scheduling, no judging */
	bool finishing;
	enum outcome outcome;
	struct violation violation;
	/* Recording, for a counterexample. */
	struct row *rows;
	unsigned int n_rows, max_rows;
	bool recording;
	uint64_t switches;
	uint64_t steps; /* events of all executions */
	/* Spawned threads have the id that (parent, sequence) has. */
	uint8_t spawn_ids[CLOCK_THREADS][16];
	unsigned int next_id;
	/* hb clocks of every section's end, of all waits begun. */
	vclock ended_hb[CHECK_CLASSES][CLOCK_THREADS][MACHINE_SECTIONS];
	vclock ended_dep[CHECK_CLASSES][CLOCK_THREADS][MACHINE_SECTIONS];
	vclock waits_begun[CHECK_CLASSES];
	vclock setup_hb;
};

extern struct machine machine;

void machine_create(void);
/* Verdicts for what would end the process, or never end; see guard.c. */
void guard_start(void);
/* In a child that runs threads: timers are not inherited. */
void guard_timers(void);
/* Set up @s: run its set-up once, keep what it left. */
bool machine_scenario(const struct check_scenario *s);
/* One execution under machine.strategy. */
enum outcome machine_run(void);

/* Called by a thread: be scheduled, do it, return what was read. */
uint64_t machine_do(struct op *op);
/* The same without strategy->before. */
uint64_t machine_step(struct op *op);
/* Judge a plain access, a birth, a death. */
void machine_plain(uintptr_t addr, unsigned int len, bool write,
		   const void *pc);
void machine_life(uintptr_t addr, size_t len, bool born,
		  struct check_site *site, const void *pc);
/* Until t->hb is put back, it is what orders an access that hardware does. */
void walk_clock(struct thread *t, enum check_walk how);
/* @bytes: those of the cell that a plain access is to; 0: it is atomic. */
void machine_judge(struct cell *c, uintptr_t addr, bool write,
		   unsigned int bytes, struct check_site *site, const void *pc);

/* Could this thread go on now? */
bool machine_can(const struct thread *t);
/* What doing the pending event would touch. */
unsigned int machine_touches(const struct thread *t, struct touch *touches);
bool machine_await_holds(const struct op *op, uint64_t value);
uint64_t machine_read(uintptr_t addr, unsigned int size);
void machine_write(uintptr_t addr, unsigned int size, uint64_t v);
bool machine_cas_would(const struct op *op);
/* What an RMW of that kind makes of @old. */
uint64_t machine_rmw(unsigned int how, uint64_t operand, uint64_t old);

/* World words (memory_world) of sections, defers, heap. */
uintptr_t world_section(enum check_class class, unsigned int tid);
uintptr_t world_queue(unsigned int tid);
uintptr_t world_heap(void);

/* End the execution with a violation, from a thread or from set-up. */
void machine_violate(enum check_kind kind, struct check_site *site,
		     const void *pc, uintptr_t addr, int other_tid,
		     unsigned int other_epoch, const char *form, ...)
	__attribute__((noreturn, format(printf, 7, 8)));
/* The same, of what takes long to find. */
void machine_violate_slowly(enum check_kind kind, struct check_site *site,
			    const void *pc, const char *form, ...)
	__attribute__((noreturn, format(printf, 4, 5)));
/* End it: not of interest. */
void machine_give_up(void);
void machine_leave(enum outcome how) __attribute__((noreturn));
void machine_record(const struct op *op, uint64_t before, uint64_t after);
const char *machine_thread_name(unsigned int tid, char *to, size_t len);

#endif
