/* SPDX-License-Identifier: MIT */
/*
 * A second thread beside the one that is measured, which takes its steps
 * without pause: a writer that maps and unmaps ranges beside a reader, readers
 * beside a writer.
 */
#ifndef TARRY_BENCH_CHURN_H
#define TARRY_BENCH_CHURN_H

#include <pthread.h>

#include "bench.h"

struct churn {
	void (*step)(void *ctx, uint64_t i);
	/* NULL: tarry's. */
	void (*thread_begin)(void *ctx);
	void (*thread_end)(void *ctx);
	void *ctx;

	pthread_t thread;
	int stop, running;
	uint64_t steps;
	double cpu_ns; /* of all steps */
};

/* Returns when the thread has taken a step. */
void churn_start(struct churn *c);
/* Waits for the step that it is in. */
void churn_stop(struct churn *c);

#endif
