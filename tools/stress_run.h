/* SPDX-License-Identifier: MIT */
/*
 * One run of the stress: what its threads share, and what each counts.
 */
#ifndef STRESS_RUN_H
#define STRESS_RUN_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "stress_arena.h"
#include "stress_histogram.h"
#include "stress_plan.h"
#include "stress_random.h"
#include "stress_violation.h"
#include "tarry/tarry.h"

#define STRESS_THREADS 256

#define CHANGES(X)                           \
	X(FAULT, "fault", 20)                \
	X(MAP, "map", 8)                     \
	X(MAP_LARGE, "map-large", 4)         \
	X(UNMAP, "unmap", 16)                \
	X(UNMAP_LARGE, "unmap-large", 3)     \
	X(UNMAP_REGION, "unmap-region", 1)   \
	X(PROTECT, "protect", 8)             \
	X(MARK, "mark", 4)                   \
	X(COLLAPSE, "collapse", 6)           \
	X(COLLAPSE_COPY, "collapse-copy", 4) \
	X(SPLIT, "split", 6)                 \
	X(DEPOSIT, "deposit", 3)             \
	X(RETRACT, "retract", 1)             \
	X(COW, "cow", 4)                     \
	X(MIGRATE, "migrate", 4)             \
	X(MOVE, "move", 5)                   \
	X(CLONE, "clone", 3)                 \
	X(HARVEST, "harvest", 4)             \
	X(RECLAIM, "reclaim", 2)             \
	X(IDLE, "idle", 3)                   \
	X(COMPANION, "companion", 4)         \
	X(STOCK, "stock", 4)                 \
	X(GATHER, "gather", 4)               \
	X(SETTLE, "settle", 4)               \
	X(GIANT, "giant", 1)

enum change {
#define CHANGE_ENUM(name, label, weight) CHANGE_##name,
	CHANGES(CHANGE_ENUM)
#undef CHANGE_ENUM
		CHANGE_KINDS
};

/* What a reader can ask; each is verified in its own way. */
#define LOOKUPS(X)                \
	X(TRANSLATE, "translate") \
	X(BATCH, "batch")         \
	X(RANGE, "range")         \
	X(ITERATE, "iterate")     \
	X(SOFT_TLB, "soft-tlb")   \
	X(CACHE, "cache")         \
	X(PIN, "pin")             \
	X(PROBE, "fault")

enum lookup {
#define LOOKUP_ENUM(name, label) LOOKUP_##name,
	LOOKUPS(LOOKUP_ENUM)
#undef LOOKUP_ENUM
		LOOKUP_KINDS
};

/* Faults of the stress's own, to show that the verifier finds each. */
#define SABOTAGES(X)                                                           \
	X(NONE, "none", "")                                                    \
	X(EARLY_RELEASE, "early-release", "a page is released while mapped")   \
	X(NO_GRACE, "no-grace",                                                \
	  "unmapped pages are released without waiting for readers")           \
	X(WRONG_OA, "wrong-oa", "another page is mapped than was meant")       \
	X(WRONG_RIGHTS, "wrong-rights", "other rights are given than meant")   \
	X(THROUGH_EMPTY, "through-empty", "a steady page is away for a while") \
	X(STALE_TLB, "stale-tlb", "soft TLBs do not listen")                   \
	X(STALE_CACHE, "stale-cache", "caches answer, and forget nothing")     \
	X(LEAK, "leak", "a page is never given back")

enum sabotage {
#define SABOTAGE_ENUM(name, label, sentence) SABOTAGE_##name,
	SABOTAGES(SABOTAGE_ENUM)
#undef SABOTAGE_ENUM
		SABOTAGE_KINDS
};

const char *change_name(enum change c);
const char *lookup_name(enum lookup l);
const char *sabotage_name(enum sabotage s);
const char *sabotage_sentence(enum sabotage s);

enum stress_input { INPUT_SELF, INPUT_PID, INPUT_FILE };

struct stress_options {
	const char *input; /* as given, NULL for the own process */
	const struct tarry_format *format;
	enum tarry_policy policy;
	double seconds;
	uint32_t readers, writers;
	uint64_t seed;
	uint64_t limit; /* bytes of tables, 0: none */
	uint64_t pages;
	uint64_t fail_alloc; /* every n-th change finds no memory; 0: none */
	uint32_t weights[CHANGE_KINDS];
	bool json, no_reclaim, companions, listeners, progress;
	const char *html;
	enum sabotage sabotage;
};

/* Counters of one thread, read by the reporter while it runs. */
struct stress_counters {
	_Atomic uint64_t lookups[LOOKUP_KINDS];
	_Atomic uint64_t exact;	 /* answers compared with a record */
	_Atomic uint64_t cached; /* answers of caches without a walk */
	_Atomic uint64_t changes[CHANGE_KINDS];
	_Atomic uint64_t refused[CHANGE_KINDS]; /* legal errors */
	_Atomic uint64_t skipped; /* changes for which no page was free */
	_Atomic uint64_t no_memory;
} __attribute__((aligned(64)));

static inline void count(_Atomic uint64_t *c, uint64_t n)
{
	/* One thread writes it. */
	atomic_store_explicit(c,
			      atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static inline void count_shared(_Atomic uint64_t *c)
{
	atomic_fetch_add_explicit(c, 1, memory_order_relaxed);
}

struct stress;

struct stress_thread {
	struct stress *run;
	uint32_t index;	 /* among all */
	uint32_t number; /* among readers, or among writers */
	bool writer;
	const char *doing; /* a writer's change, for sentences */
	pthread_t id;
	struct stress_random random;
	struct stress_counters counters;
	struct stress_histogram lookup_time;
	struct stress_histogram change_time[CHANGE_KINDS];
};

/* Once in so many lookups the clock is read. */
#define STRESS_SAMPLE 16

/* A point of the plots. */
struct stress_point {
	double seconds;
	uint64_t lookups, changes; /* so far */
	uint64_t tables, waiting, retired, violations;
	uint64_t waiting_bytes;
};

struct stress {
	const struct stress_options *options;
	const struct tarry_format *format;
	struct tarry_pool *pool;
	struct tarry_space *space;
	struct plan plan;
	struct arena arena;
	struct violation_log log;
	atomic_bool stop;
	/* Pages of leaves of level 2, which have no stamps. */
	_Atomic uint64_t giants_mapped, giants_released;
	/* How often caches were told, and how often one did not answer. */
	_Atomic uint64_t caches_told, caches_silent;
	/* Runs of pages that may be kept at once; see change_settle(). */
	_Atomic uint32_t kept_runs;
	bool limited; /* TARRY_ENOMEM is a legal answer */
	uint32_t n_threads;
	struct stress_thread *threads;
	/* Found out at the end. */
	double seconds; /* that the threads ran */
	double build_seconds;
	struct stress_point *points;
	size_t n_points, points_room;
	struct tarry_pool_stats built, peak, rest, after;
	bool pool_destroyed;
};

extern volatile sig_atomic_t stress_interrupted;

static inline bool stress_stopped(const struct stress *run)
{
	return atomic_load_explicit(&run->stop, memory_order_relaxed);
}

/* "writer 1 at unmap" and so on, for sentences. */
#define WHO_FORMAT "%s %u%s%s (seed %llu)"
#define WHO_ARGS(t)                                                     \
	(t)->writer ? "writer" : "reader", (t)->number,                 \
		(t)->doing ? " at " : "", (t)->doing ? (t)->doing : "", \
		(unsigned long long)(t)->run->options->seed

void *stress_reader(void *thread);
void *stress_writer(void *thread);

#endif
