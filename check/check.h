/* SPDX-License-Identifier: MIT */
/*
 * What a scenario is written with.
 *
 * A scenario is a page of C: some shared memory, two to four threads, and what
 * must hold at the end.  The threads use the port's primitives (tarry/port.h:
 * ordered access, locks, read sections, grace periods, interrupts-off windows),
 * or the library itself; the checker runs them under every schedule and says
 * whether anything was violated.  docs/checking.md walks through one.
 *
 *	static struct { uint64_t data, flag; } s;
 *
 *	static void writer(void)
 *	{
 *		s.data = 1;
 *		tarry_store(&s.flag, 1, TARRY_RELEASE);
 *	}
 *
 *	static void reader(void)
 *	{
 *		if (tarry_load(&s.flag, TARRY_ACQUIRE))
 *			check_assert(s.data == 1);
 *	}
 *
 *	CHECK_SCENARIO(message_passing,
 *		.about = "what is filled before the flag is seen after it",
 *		.shared = CHECK_OBJECT(s),
 *		.threads = {{"writer", writer}, {"reader", reader}})
 */
#ifndef TARRY_CHECK_H
#define TARRY_CHECK_H

#include "site.h"
#include "tarry/port.h"

#define CHECK_THREADS	8 /* that a scenario may start */
#define CHECK_OBJECTS	4 /* that it may share */
#define CHECK_TLB_SLOTS 4

/* What a violation can be; in the order of check/engine/verdict.c. */
enum check_kind {
	CHECK_CLEAN,	       /* none */
	CHECK_ASSERT,	       /* an assertion of the scenario or of tarry */
	CHECK_USE_AFTER_FREE,  /* freed, or not safely before the free */
	CHECK_USE_AFTER_REUSE, /* the address lives again, as something else */
	CHECK_DOUBLE_FREE,
	CHECK_WILD,	/* memory that is nobody's */
	CHECK_LEAK,	/* memory or a wait that is left at the end */
	CHECK_RACE,	/* C11: unordered, one plain, one a write */
	CHECK_DEADLOCK, /* nobody can go on */
	CHECK_ENDLESS,	/* a thread never ends */
	CHECK_MISUSE,	/* of a primitive: waiting inside a section, ... */
	CHECK_STALE,	/* a translation or page used past its end */
	CHECK_LOST,	/* a mapping, a dirty bit, an update */
	CHECK_KINDS
};

enum check_model {
	CHECK_SC = 1,	/* sequential consistency */
	CHECK_TSO = 2,	/* x86: stores wait in a buffer */
	CHECK_RC11 = 4, /* C11 as repaired, no load buffering */
	CHECK_ALL = 7
};

struct check_thread {
	const char *name;
	void (*run)(void);
};

struct check_object {
	void *at;
	size_t len;
	const char *name;
};
#define CHECK_OBJECT(o)                     \
	{                                   \
		{                           \
			&(o), sizeof(o), #o \
		}                           \
	}

/**
 * struct check_scenario - one program to explore
 * @name:     unique; letters, digits, '_', '-', '/'
 * @about:    one line: what must hold
 * @rule:     slug of the rule it is about, or NULL
 * @expect:   CHECK_CLEAN, or the violation that must be found
 * @also:     bit set (1 << kind) of violations that are as good as @expect
 * @models:   bit set of enum check_model under which @expect holds; 0: all
 * @shared:   objects that the threads share, zeroed before @setup
 * @threads:  bodies; each is a CPU with a TLB of its own
 * @setup:    run before the threads, by one thread, not explored; or NULL
 * @finish:   run after them, the same; or NULL
 * @reuse:    check_alloc() hands out freed addresses at once
 * @faults:   how many allocations may fail, by choice
 * @calls_read: deferred calls open sections, too, and waits look for theirs;
 *            by schedules they always do
 * @bound:    most preemptions explored by default; 0: no bound
 * @steps:    most events of one execution; 0: 20000
 * @zoo:      number of the historical race, or 0
 * @ids:      where it was met: commits, CVE numbers; or NULL
 */
struct check_scenario {
	const char *name;
	const char *about;
	const char *rule;
	enum check_kind expect;
	unsigned int also;
	unsigned int models;
	struct check_object shared[CHECK_OBJECTS];
	struct check_thread threads[CHECK_THREADS];
	void (*setup)(void);
	void (*finish)(void);
	bool reuse;
	unsigned int faults;
	bool calls_read;
	unsigned int bound;
	unsigned int steps;
	unsigned int zoo;
	const char *ids;
	const char *file;
	const struct check_scenario *next;
};

void check_register(struct check_scenario *s);

#define CHECK_SCENARIO(id, ...)                                           \
	static struct check_scenario check_scenario_##id = {.name = #id,  \
							    __VA_ARGS__}; \
	__attribute__((constructor)) static void check_add_##id(void)     \
	{                                                                 \
		check_scenario_##id.file = __FILE__;                      \
		check_register(&check_scenario_##id);                     \
	}

/* ---- assertions and choices ---- */

#define check_assert(x) \
	((x) ? (void)0 : check_fail(CHECK_ASSERT, CHECK_SITE(#x, 0), "%s", #x))

/**
 * check_fail() - this execution violates something
 * @kind: what
 * @site: where
 * @form: printf format of one sentence
 *
 * Return: does not.
 */
void check_fail(enum check_kind kind, const struct check_site *site,
		const char *form, ...)
	__attribute__((format(printf, 3, 4), noreturn));

/* As check_fail(), for a kind, from here. */
#define check_violation(kind, ...) \
	check_fail(kind, CHECK_SITE("violation", 0), __VA_ARGS__)

/**
 * check_choose() - any of 0 to @n - 1: all of them are explored
 */
unsigned int check_choose(unsigned int n);

/* Give up this execution: not of interest.  Counted as blocked. */
void check_assume(bool x);

/* From here on (or: no longer) this thread may not wait for anybody. */
void check_wait_free(bool on);

/* A line for the counterexample; nothing else. */
void check_note(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* The number of this thread, from 0; callbacks have higher ones. */
unsigned int check_self(void);

/* How many events there were so far, of all threads: orders what a scenario
 * writes down about its own calls. */
unsigned int check_now(void);

/* Under which model this execution is. */
enum check_model check_model(void);

/**
 * tarry_await() - wait until the word at @p compares with @v; returns the word
 * @cmp: ==, !=, >=, <= (one of CHECK_EQ, CHECK_NE, CHECK_GE, CHECK_LE)
 *
 * A wait, not a loop: the thread cannot be scheduled until it holds.
 */
enum check_cmp { CHECK_EQ, CHECK_NE, CHECK_GE, CHECK_LE };
#define tarry_await(p, cmp, v, mo)                                   \
	((__typeof__(*(p) + 0))check_await((p), sizeof(*(p)), (cmp), \
					   (uint64_t)(v),            \
					   CHECK_SITE("await " #p, mo)))
uint64_t check_await(const volatile void *p, unsigned int size,
		     enum check_cmp cmp, uint64_t v, struct check_site *site);

/* True if the lock was free, and is ours now. */
#define check_trylock(l) check_trylock_at((l), CHECK_SITE("trylock " #l, 0))
bool check_trylock_at(struct tarry_port_lock *l, struct check_site *site);

/* Is this thread holding the lock? */
bool check_holds(const struct tarry_port_lock *l);

/* ---- memory with a life ---- */

/**
 * check_alloc() - memory whose life is watched
 * @len:  bytes
 * @name: what it is, for the counterexample; "%u" is its number
 *
 * Reads as zero.  NULL if the scenario allows faults and this one was chosen.
 */
void *check_alloc(size_t len, const char *name);

/**
 * check_free() - the end of its life
 *
 * Every access of any thread must have happened before: not only come earlier
 * in this schedule.
 */
#define check_free(p) check_free_at((p), CHECK_SITE("free " #p, 0))
void check_free_at(void *p, struct check_site *site);

/*
 * The same for memory that an allocator under test hands out itself: the life
 * of [p, p + len) ends, or a new one begins.
 */
#define check_dead(p, len) \
	check_life((p), (len), false, CHECK_SITE("dead " #p, 0))
#define check_born(p, len) \
	check_life((p), (len), true, CHECK_SITE("born " #p, 0))
void check_life(const volatile void *p, size_t len, bool born,
		struct check_site *site);

/*
 * A data page: a number below 64, its content of no interest, only its life.
 * check_page_touch() is an access, as a reader or a device does it.
 */
#define check_page_alloc(n) check_page_at((n), 0, CHECK_SITE("page born", 0))
#define check_page_free(n)  check_page_at((n), 1, CHECK_SITE("page freed", 0))
#define check_page_touch(n) check_page_at((n), 2, CHECK_SITE("page used", 0))
#define check_page_write(n) check_page_at((n), 3, CHECK_SITE("page written", 0))
void check_page_at(unsigned int page, int what, struct check_site *site);

/* What a table is, for the counterexample: entries are decoded with it. */
void check_table(const volatile void *p, unsigned int slots, unsigned int level,
		 const char *name);
/* The name of any other word; "%u" is @number. */
void check_name(const volatile void *p, size_t len, const char *name,
		unsigned int number);

/* ---- callers of the kind that wait ---- */

/**
 * check_defer() - call @fn(@arg) once, a grace period from now
 *
 * As tarry_port_defer() without storage; each runs as a thread of its own, at
 * every moment that is legal.
 */
#define check_defer(fn, arg) \
	check_defer_at((fn), (arg), CHECK_SITE("defer " #fn, 0))
void check_defer_at(void (*fn)(void *), void *arg, struct check_site *site);

/**
 * check_start() - start @fn(@arg) as a thread: an interrupt, a worker
 */
#define check_start(fn, arg) \
	check_start_at((fn), (arg), CHECK_SITE("start " #fn, 0))
void check_start_at(void (*fn)(void *), void *arg, struct check_site *site);

/*
 * As tarry_port_synchronize() and tarry_port_kick(), in two halves: all that
 * open sections (or windows) at check_wait_begin() are over at
 * check_wait_end().
 */
enum check_class { CHECK_RCU, CHECK_IRQ, CHECK_HW, CHECK_CLASSES };
#define check_wait_begin(class) \
	check_wait_begin_at((class), CHECK_SITE("wait begins: " #class, 0))
#define check_wait_end(ticket) \
	check_wait_end_at((ticket), CHECK_SITE("wait ends: " #ticket, 0))
unsigned int check_wait_begin_at(enum check_class class,
				 struct check_site *site);
void check_wait_end_at(unsigned int ticket, struct check_site *site);
/* Open and close a section of any class; sections nest. */
#define check_section_begin(class) \
	check_section_at((class), true, CHECK_SITE("begin " #class, 0))
#define check_section_end(class) \
	check_section_at((class), false, CHECK_SITE("end " #class, 0))
void check_section_at(enum check_class class, bool begin,
		      struct check_site *site);

/* ---- hardware ---- */

/*
 * What hardware does as it walks, between check_section_begin(CHECK_HW) and its
 * end.  It is no part of its CPU's program: under rc11 it is ordered by where
 * its address came from, by the invalidations that had been waited for, and,
 * for one word, by what was done to it there before; by nothing else.
 * Under sc and tso it is an access like any other.
 */
enum check_walk {
	CHECK_WALK_FIRST = 1, /* of the root: the address is known */
	CHECK_WALK_NEXT,      /* the address was found by the one before */
	CHECK_WALK_KEPT,      /* it was found once, and kept */
};
#define check_walk_load(p, how)                    \
	((__typeof__(*(p) + 0))check_walk_load_at( \
		(p), sizeof(*(p)), (how),          \
		CHECK_SITE("hardware reads " #p, TARRY_RELAXED)))
uint64_t check_walk_load_at(const volatile void *p, unsigned int size,
			    enum check_walk how, struct check_site *site);
/* It sets bits in the entry that it just read, if that still stands there. */
#define check_walk_cas(p, expected, v)                        \
	check_walk_cas_at((p), sizeof(*(p)), (expected), (v), \
			  CHECK_SITE("hardware sets " #p, TARRY_RELAXED))
bool check_walk_cas_at(volatile void *p, unsigned int size, uint64_t *expected,
		       uint64_t v, struct check_site *site);
/* It uses, or writes, the data page that it was led to. */
#define check_walk_page(n, write, how)          \
	check_walk_page_at((n), (write), (how), \
			   CHECK_SITE("hardware uses a page", 0))
void check_walk_page_at(unsigned int page, bool write, enum check_walk how,
			struct check_site *site);

/**
 * struct check_mmu - one CPU's MMU: a walker with a TLB and a walk cache
 *
 * It is walked by a thread of the scenario that plays the CPU.  A walk is a
 * section of class CHECK_HW, of accesses as above.  What it found it may keep,
 * and use at any time until invalidated.
 */
struct check_mmu {
	const struct check_mmu_ops *ops;
	uint64_t *root; /* slots of the root table */
	unsigned int levels;
	struct tarry_port_lock lock;
	uint64_t generation;		 /* counts invalidations */
	uint64_t keep[CHECK_TLB_SLOTS];	 /* by page: entry + 1, 0: none */
	uint64_t level[CHECK_TLB_SLOTS]; /* of that entry */
	uint64_t walk[CHECK_TLB_SLOTS];	 /* by table of level 0: entry + 1 */
};

/* What an entry means to that hardware; two entries a table. */
struct check_mmu_ops {
	bool (*present)(uint64_t e);
	bool (*leaf)(uint64_t e, unsigned int level);
	uint64_t *(*table)(uint64_t e);
	unsigned int (*page)(uint64_t e, unsigned int level, unsigned int va);
	bool (*writable)(uint64_t e); /* NULL: all are */
	/* lg2 of the pages that it may keep for a leaf of level 0 as one; NULL:
	 * it knows no runs. */
	unsigned int (*run)(uint64_t e);
	uint64_t accessed, dirty; /* bits it sets; 0: none */
};

/**
 * check_mmu_access() - the CPU reads or writes page @va (0, 1, ...)
 * @write: set dirty if the format has it
 * @page:  receives the data page, which was touched; may be NULL
 *
 * Whether the walk cache or the TLB answers where they could is a choice.
 *
 * Return: true, or false: a fault.
 */
bool check_mmu_access(struct check_mmu *m, unsigned int va, bool write,
		      unsigned int *page);

/**
 * check_mmu_invalidate() - forget pages [va, va + n); complete on return
 * @tables: the walk cache of the range as well
 */
void check_mmu_invalidate(struct check_mmu *m, unsigned int va, unsigned int n,
			  bool tables);

#endif
