/* SPDX-License-Identifier: MIT */
/*
 * A thread that plays the second CPU for tarry_port_check().
 */
#ifndef TESTS_PORT_SECOND_H
#define TESTS_PORT_SECOND_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "tarry/port_check.h"
#include "tarry/thread.h"

struct second {
	pthread_t thread;
	void (*fn)(void *);
	void *arg;
};

static void *second_run(void *ctx)
{
	struct second *s = ctx;

	tarry_thread_begin();
	s->fn(s->arg);
	tarry_thread_end();
	return NULL;
}

static void second_start(void *ctx, void (*fn)(void *), void *arg)
{
	struct second *s = ctx;

	s->fn = fn;
	s->arg = arg;
	assert_int_equal(pthread_create(&s->thread, NULL, second_run, s), 0);
}

static void second_join(void *ctx)
{
	tarry_thread_offline();
	pthread_join(((struct second *)ctx)->thread, NULL);
	tarry_thread_online();
}

/* Turns of an empty loop in 20 ms of the thread's own: long enough for the
 * other thread to run, if it may, where the two share a CPU. */
static uint64_t second_patience(void)
{
	static uint64_t turns;
	struct timespec at;
	int64_t end, now;

	if (turns)
		return turns;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	end = at.tv_sec * 1000000000ll + at.tv_nsec + 20000000;
	do {
		for (int i = 0; i < 10000; i++)
			tarry_spin_hint();
		turns += 10000;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
		now = at.tv_sec * 1000000000ll + at.tv_nsec;
	} while (now < end);
	return turns;
}

/* What two threads find, or one. */
static const char *broken_promise(int threads)
{
	struct second s;
	struct tarry_port_other other = {.start = second_start,
					 .join = second_join,
					 .ctx = &s,
					 .patience = second_patience()};

	return tarry_port_check(threads == 2 ? &other : NULL);
}

#endif
