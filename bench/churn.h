/* SPDX-License-Identifier: MIT */
/*
 * A writer beside a reader: a second thread that maps and unmaps ranges of 2M
 * without pause.
 */
#ifndef TARRY_BENCH_CHURN_H
#define TARRY_BENCH_CHURN_H

#include <pthread.h>

#include "bench.h"

struct churn {
	/* Maps, then unmaps, the @i-th range. */
	void (*step)(void *ctx, uint64_t i);
	void (*thread_begin)(void *ctx);
	void (*thread_end)(void *ctx);
	void *ctx;

	pthread_t thread;
	int stop, running;
	uint64_t steps;
	double cpu_ns; /* of all steps */
};

/* Returns when the writer is at work. */
void churn_start(struct churn *c);
void churn_stop(struct churn *c);

#endif
