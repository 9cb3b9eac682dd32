/* SPDX-License-Identifier: MIT */
/*
 * Latencies: how long calls took, kept as counts in buckets that are an eighth
 * of their value wide, so that a percentile is off by at most 12 percent.
 */
#ifndef STRESS_HISTOGRAM_H
#define STRESS_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (64 * 8)

struct stress_histogram {
	uint64_t count[HISTOGRAM_BUCKETS];
	uint64_t n;
	uint64_t most;
};

struct stress_percentiles {
	double p50, p90, p99, p999, most; /* nanoseconds */
	uint64_t samples;
};

/* Ticks of the cheapest clock there is: the time stamp counter, or the
 * monotonic clock in nanoseconds. */
static inline uint64_t clock_ticks(void);

/* Measures what a tick is; once, before any percentile is asked for. */
void clock_calibrate(void);
double clock_ns_per_tick(void);
/* What reading the clock twice costs by itself: in every sample. */
double clock_overhead_ns(void);
uint64_t clock_ns(void);

static inline void histogram_add(struct stress_histogram *h, uint64_t ticks)
{
	unsigned int lg2 =
		ticks < 8 ? 3 : 63 - (unsigned int)__builtin_clzll(ticks);
	unsigned int bucket =
		ticks < 8 ? (unsigned int)ticks
			  : (lg2 - 2) * 8 +
				    (unsigned int)(ticks >> (lg2 - 3) & 7);

	h->count[bucket]++;
	h->n++;
	if (ticks > h->most)
		h->most = ticks;
}

void histogram_merge(struct stress_histogram *to,
		     const struct stress_histogram *from);
struct stress_percentiles
histogram_percentiles(const struct stress_histogram *h);

#if defined(__x86_64__)
static inline uint64_t clock_ticks(void)
{
	return __builtin_ia32_rdtsc();
}
#else
static inline uint64_t clock_ticks(void)
{
	return clock_ns();
}
#endif

#endif
