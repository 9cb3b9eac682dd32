/* SPDX-License-Identifier: MIT */
/*
 * What every workload shares: how it is timed, how ours and its floor take
 * turns, and how a row of the table is written.  docs/measuring.md says why.
 */
#ifndef TARRY_BENCH_H
#define TARRY_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define BENCH_REPS   31
#define BENCH_INLINE static inline __attribute__((always_inline))

struct bench {
	bool quick;
	bool sanity; /* answers only: tiny sizes, no times, no table */
	bool json;
	bool part; /* rows only: started by another flavour's program */
	const char *only;
	const char *plots; /* a file for the points of plots, or NULL */
	unsigned int reps;
	unsigned int rows, misses;
	const char *workload; /* being run; for complaints */
};

/* What one side says of one repetition. */
struct bench_time {
	double ns;	  /* of one operation */
	uint64_t answers; /* sum of all answers */
};

/*
 * One contestant of a workload.  Sides that answer the same question are
 * given the same seed, and their sums must agree.
 */
struct bench_side {
	const char *name;
	struct bench_time (*run)(void *ctx, uint64_t seed);
	bool answers; /* the sum is compared */
	unsigned int n;
	double ns[BENCH_REPS];
	double median, min, max;
};

struct bench_row {
	const char *unit; /* of ours and floor */
	const struct bench_side *ours;
	const struct bench_side *floor; /* or NULL */
	const struct bench_side *null;	/* subtracted from both, or NULL */
	/* Targets; 0: none. */
	double ratio_max;   /* ours / floor */
	double value_max;   /* ours */
	double faster_min;  /* floor / ours */
	const char *beside; /* published elsewhere, or a remark; or NULL */
};

/* A workload: sets up, lets the sides take turns, writes its rows. */
struct bench_workload {
	const char *name;
	const char *what;
	bool qsbr; /* worth a row in the qsbr build too */
	void (*run)(struct bench *b);
};

extern const struct bench_workload bench_translate[];
extern const struct bench_workload bench_beside[];
extern const struct bench_workload bench_change[];
extern const struct bench_workload bench_clone[];
extern const struct bench_workload bench_memory[];
extern const struct bench_workload bench_freeing[];
extern const struct bench_workload bench_reclaim[];
extern const struct bench_workload bench_lookup[];
extern const struct bench_workload bench_stalls[];
extern const struct bench_workload bench_fragments[];
extern const struct bench_workload bench_instructions[];

#if defined(TARRY_FLAVOUR_QSBR)
#define BENCH_FLAVOUR "qsbr"
#elif defined(TARRY_FLAVOUR_BP)
#define BENCH_FLAVOUR "bp"
#else
#define BENCH_FLAVOUR "memb"
#endif

/* ---- harness.c ---- */

/* @n sides take turns: one round to warm up, then b->reps that count. */
void bench_interleave(struct bench *b, struct bench_side *sides, size_t n,
		      void *ctx);
/* The same, each side in two threads at once; ns is the mean of both. */
void bench_interleave_two(struct bench *b, struct bench_side *sides, size_t n,
			  void *ctx);
/* A side of one measured number. */
struct bench_side bench_number(const char *name, double value);
void bench_spread(struct bench_side *side);
double bench_median(double *values, size_t n);
/* Ends the program: a benchmark that answers wrongly measures nothing. */
void bench_fail(const struct bench *b, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* ---- report.c ---- */

void bench_report_begin(const struct bench *b);
void bench_report_end(const struct bench *b);
void bench_row(struct bench *b, const struct bench_row *row,
	       const char *workload, ...) __attribute__((format(printf, 3, 4)));
/* @n_lines lines over @x, of @n values each, for a plot: in JSON only. */
void bench_series(struct bench *b, const char *title, const char *x_unit,
		  const char *unit, const double *x, const char *const *names,
		  const double *const *lines, unsigned int n_lines,
		  unsigned int n);
/* A row that could not be measured here, and why. */
void bench_absent(struct bench *b, const char *workload, const char *why);

/* ---- machine.c ---- */

struct bench_machine {
	char cpu[128], kernel[128], thp[64];
	long cpus;
	double memory_gb, load;
};
void bench_machine(struct bench_machine *m);
/* Resident bytes of this process. */
uint64_t bench_resident(void);
/* Zeroed memory, huge pages asked for. */
void *bench_memory_get(size_t len);
void bench_memory_put(void *p, size_t len);

/* ---- clocks, keys, sinks ---- */

BENCH_INLINE double bench_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

BENCH_INLINE double bench_cpu(void)
{
	return bench_clock(CLOCK_THREAD_CPUTIME_ID);
}

BENCH_INLINE double bench_wall(void)
{
	return bench_clock(CLOCK_MONOTONIC);
}

/* Computed keys: a list of them would stream through the cache. */
BENCH_INLINE uint64_t bench_next(uint64_t x)
{
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* The compiler must have the value, and knows nothing of it afterwards. */
BENCH_INLINE uint64_t bench_hide(uint64_t x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

#endif
