/* SPDX-License-Identifier: MIT */
/*
 * JudyL, a compressed radix tree from word to word, behind an rwlock.
 */
#include <pthread.h>
#include <stdlib.h>

#include <Judy.h>

#include "rival.h"

struct judy {
	Pvoid_t array;
	pthread_rwlock_t lock;
};

static void *judy_create(struct bench *b, uint64_t pages)
{
	struct judy *j = calloc(1, sizeof(*j));

	(void)b, (void)pages;
	if (!j || pthread_rwlock_init(&j->lock, NULL))
		abort();
	return j;
}

static void judy_destroy(void *r)
{
	struct judy *j = r;

	JudyLFreeArray(&j->array, PJE0);
	pthread_rwlock_destroy(&j->lock);
	free(j);
}

static void judy_thread(void *r)
{
	(void)r;
}

static void judy_map(void *r, uint64_t page, uint64_t n, uint64_t oa)
{
	struct judy *j = r;

	pthread_rwlock_wrlock(&j->lock);
	for (uint64_t i = 0; i < n; i++) {
		Word_t *value = (Word_t *)JudyLIns(&j->array, page + i, PJE0);

		if (!value || value == PJERR)
			abort();
		*value = oa + i * 4096;
	}
	pthread_rwlock_unlock(&j->lock);
}

static void judy_unmap(void *r, uint64_t page, uint64_t n)
{
	struct judy *j = r;

	pthread_rwlock_wrlock(&j->lock);
	for (uint64_t i = 0; i < n; i++)
		JudyLDel(&j->array, page + i, PJE0);
	pthread_rwlock_unlock(&j->lock);
}

static uint64_t judy_lookups(void *r, uint64_t *x, uint64_t mask, uint64_t n)
{
	struct judy *j = r;
	uint64_t sum = 0;

	for (; n; n--) {
		Word_t *value;

		*x = bench_next(*x);
		pthread_rwlock_rdlock(&j->lock);
		value = (Word_t *)JudyLGet(j->array, *x & mask, PJE0);
		if (value)
			sum += *value;
		pthread_rwlock_unlock(&j->lock);
	}
	return sum;
}

const struct rival rival_judy = {
	.name = "JudyL behind an rwlock",
	.create = judy_create,
	.destroy = judy_destroy,
	.thread_begin = judy_thread,
	.thread_end = judy_thread,
	.map = judy_map,
	.unmap = judy_unmap,
	.lookups = judy_lookups,
};
