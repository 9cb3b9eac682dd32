/* SPDX-License-Identifier: MIT */
/*
 * ConcurrencyKit's hash table for one writer and many readers, direct keys,
 * inside a ck_epoch section.  Given its final size.
 */
#include <stdlib.h>

#include <ck_epoch.h>
#include <ck_ht.h>

#include "rival.h"

/* Bigger arrays replace smaller ones under readers: freed at the end. */
struct old {
	struct old *next;
};

struct table {
	ck_ht_t ht;
};

static struct old *old_arrays;
static ck_epoch_t epoch;
static __thread ck_epoch_record_t *record;

static void *get(size_t len)
{
	struct old *o = malloc(len + 64);

	return o ? (char *)o + 64 : NULL;
}

static void put(void *p, size_t len, bool readers_inside)
{
	struct old *o = (struct old *)(void *)((char *)p - 64);

	(void)len;
	if (readers_inside) {
		o->next = old_arrays;
		old_arrays = o;
	} else {
		free(o);
	}
}

static struct ck_malloc memory = {.malloc = get, .free = put};

static void *ck_create(struct bench *b, uint64_t pages)
{
	struct table *t = calloc(1, sizeof(*t));

	(void)b;
	ck_epoch_init(&epoch);
	if (!t || !ck_ht_init(&t->ht, CK_HT_MODE_DIRECT | CK_HT_WORKLOAD_DELETE,
			      NULL, &memory, 2 * pages, 6602834))
		abort();
	return t;
}

static void ck_destroy(void *r)
{
	struct table *t = r;

	ck_ht_destroy(&t->ht);
	while (old_arrays) {
		struct old *o = old_arrays;

		old_arrays = o->next;
		free(o);
	}
	free(t);
}

static void ck_thread_begin(void *r)
{
	(void)r;
	record = aligned_alloc(64, (sizeof(*record) + 63) / 64 * 64);
	if (!record)
		abort();
	ck_epoch_register(&epoch, record, NULL);
}

static void ck_thread_end(void *r)
{
	(void)r;
	/* The epoch keeps the record for another thread. */
	ck_epoch_unregister(record);
	record = NULL;
}

/* Key 0 means an empty slot. */
static void ck_map(void *r, uint64_t page, uint64_t n, uint64_t oa)
{
	struct table *t = r;

	for (uint64_t i = 0; i < n; i++) {
		ck_ht_hash_t h;
		ck_ht_entry_t e;

		ck_ht_hash_direct(&h, &t->ht, page + i + 1);
		ck_ht_entry_set_direct(&e, h, page + i + 1, oa + i * 4096);
		if (!ck_ht_put_spmc(&t->ht, h, &e))
			abort();
	}
}

static void ck_unmap(void *r, uint64_t page, uint64_t n)
{
	struct table *t = r;

	for (uint64_t i = 0; i < n; i++) {
		ck_ht_hash_t h;
		ck_ht_entry_t e;

		ck_ht_hash_direct(&h, &t->ht, page + i + 1);
		ck_ht_entry_key_set_direct(&e, page + i + 1);
		ck_ht_remove_spmc(&t->ht, h, &e);
	}
}

static uint64_t ck_lookups(void *r, uint64_t *x, uint64_t mask, uint64_t n)
{
	struct table *t = r;
	ck_epoch_record_t *mine = record;
	uint64_t sum = 0;

	for (; n; n--) {
		ck_ht_hash_t h;
		ck_ht_entry_t e;
		uint64_t key;

		*x = bench_next(*x);
		key = (*x & mask) + 1;
		ck_epoch_begin(mine, NULL);
		ck_ht_hash_direct(&h, &t->ht, key);
		ck_ht_entry_key_set_direct(&e, key);
		if (ck_ht_get_spmc(&t->ht, h, &e))
			sum += ck_ht_entry_value_direct(&e);
		ck_epoch_end(mine, NULL);
	}
	return sum;
}

const struct rival rival_ck_ht = {
	.name = "ck_ht",
	.create = ck_create,
	.destroy = ck_destroy,
	.thread_begin = ck_thread_begin,
	.thread_end = ck_thread_end,
	.map = ck_map,
	.unmap = ck_unmap,
	.lookups = ck_lookups,
};
