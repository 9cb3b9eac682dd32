/* SPDX-License-Identifier: MIT */
/*
 * The thread beside: see churn.h.
 */
#include <sched.h>
#include <stdlib.h>

#include "tarry/tarry.h"
#include "churn.h"

static void *churn_run(void *p)
{
	struct churn *c = p;
	uint64_t i = 0;
	double start;

	if (c->thread_begin)
		c->thread_begin(c->ctx);
	else
		tarry_thread_begin();
	start = bench_cpu();
	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		c->step(c->ctx, i++);
		__atomic_store_n(&c->running, 1, __ATOMIC_RELAXED);
	}
	c->cpu_ns += bench_cpu() - start;
	c->steps += i;
	if (c->thread_end)
		c->thread_end(c->ctx);
	else
		tarry_thread_end();
	return NULL;
}

void churn_start(struct churn *c)
{
	c->stop = c->running = 0;
	if (pthread_create(&c->thread, NULL, churn_run, c))
		abort();
	/* Who waits must not hold up a grace period. */
	tarry_thread_offline();
	while (!__atomic_load_n(&c->running, __ATOMIC_RELAXED))
		sched_yield();
	tarry_thread_online();
}

void churn_stop(struct churn *c)
{
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
	tarry_thread_offline();
	pthread_join(c->thread, NULL);
	tarry_thread_online();
}
