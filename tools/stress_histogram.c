/* SPDX-License-Identifier: MIT */
/*
 * Latencies: clock, buckets, percentiles.
 */
#include <time.h>

#include "stress_histogram.h"

static double ns_per_tick = 1.0;
static double overhead_ns;

uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void clock_calibrate(void)
{
	uint64_t ns = clock_ns(), ticks = clock_ticks();
	uint64_t least = UINT64_MAX;

	while (clock_ns() - ns < 20000000u)
		;
	ns_per_tick =
		(double)(clock_ns() - ns) / (double)(clock_ticks() - ticks);
	for (int i = 0; i < 1000; i++) {
		uint64_t begin = clock_ticks(), took = clock_ticks() - begin;

		if (took < least)
			least = took;
	}
	overhead_ns = (double)least * ns_per_tick;
}

double clock_ns_per_tick(void)
{
	return ns_per_tick;
}

double clock_overhead_ns(void)
{
	return overhead_ns;
}

void histogram_merge(struct stress_histogram *to,
		     const struct stress_histogram *from)
{
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->count[i] += from->count[i];
	to->n += from->n;
	if (from->most > to->most)
		to->most = from->most;
}

/* The upper end of a bucket: a percentile is never reported too small. */
static double bucket_end(unsigned int bucket)
{
	unsigned int lg2 = bucket / 8 + 2;

	if (bucket < 8)
		return bucket;
	return (double)((8 + bucket % 8 + 1ull) << (lg2 - 3)) - 1;
}

static double percentile(const struct stress_histogram *h, double part)
{
	uint64_t wanted = (uint64_t)((double)h->n * part), seen = 0;

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->count[i];
		if (seen > wanted)
			return (bucket_end(i) < (double)h->most
					? bucket_end(i)
					: (double)h->most) *
			       ns_per_tick;
	}
	return (double)h->most * ns_per_tick;
}

struct stress_percentiles
histogram_percentiles(const struct stress_histogram *h)
{
	struct stress_percentiles p = {.samples = h->n};

	if (!h->n)
		return p;
	p.p50 = percentile(h, 0.50);
	p.p90 = percentile(h, 0.90);
	p.p99 = percentile(h, 0.99);
	p.p999 = percentile(h, 0.999);
	p.most = (double)h->most * ns_per_tick;
	return p;
}
