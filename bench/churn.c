/* SPDX-License-Identifier: MIT */
/*
 * The writer beside: see churn.h.
 */
#include <sched.h>
#include <stdlib.h>

#include "churn.h"

static void *churn_run(void *p)
{
	struct churn *c = p;
	uint64_t i = 0;
	double start;

	c->thread_begin(c->ctx);
	start = bench_cpu();
	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		c->step(c->ctx, i++);
		__atomic_store_n(&c->running, 1, __ATOMIC_RELAXED);
	}
	c->cpu_ns += bench_cpu() - start;
	c->steps += i;
	c->thread_end(c->ctx);
	return NULL;
}

void churn_start(struct churn *c)
{
	c->stop = c->running = 0;
	if (pthread_create(&c->thread, NULL, churn_run, c))
		abort();
	while (!__atomic_load_n(&c->running, __ATOMIC_RELAXED))
		sched_yield();
}

void churn_stop(struct churn *c)
{
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
	pthread_join(c->thread, NULL);
}
