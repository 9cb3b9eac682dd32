/* SPDX-License-Identifier: MIT */
/*
 * liburcu's lock-free resizable hash table, in the memb flavour.  Given its
 * final size; a node is allocated for each page and freed by call_rcu().
 */
#include <stdlib.h>

#include <urcu/urcu-memb.h>
#include <urcu/rculfhash.h>

#include "rival.h"

struct node {
	struct cds_lfht_node node;
	struct rcu_head head;
	uint64_t page, oa;
};

static unsigned long hash(uint64_t page)
{
	page ^= page >> 32;
	page *= 0x9e3779b97f4a7c15ull;
	return page ^ page >> 32;
}

static int match(struct cds_lfht_node *n, const void *key)
{
	return caa_container_of(n, struct node, node)->page ==
	       *(const uint64_t *)key;
}

static void *lfht_create(struct bench *b, uint64_t pages)
{
	(void)b;
	return cds_lfht_new_flavor(pages, 1, 0, 0, &urcu_memb_flavor, NULL);
}

static void lfht_thread_begin(void *r)
{
	(void)r;
#ifndef TARRY_FLAVOUR_MEMB
	urcu_memb_register_thread();
#endif
}

static void lfht_thread_end(void *r)
{
	(void)r;
#ifndef TARRY_FLAVOUR_MEMB
	urcu_memb_unregister_thread();
#endif
}

static void lfht_map(void *r, uint64_t page, uint64_t n, uint64_t oa)
{
	for (uint64_t i = 0; i < n; i++) {
		struct node *node = malloc(sizeof(*node));

		if (!node)
			abort();
		cds_lfht_node_init(&node->node);
		node->page = page + i;
		node->oa = oa + i * 4096;
		urcu_memb_read_lock();
		cds_lfht_add(r, hash(page + i), &node->node);
		urcu_memb_read_unlock();
	}
}

static void free_node(struct rcu_head *head)
{
	free(caa_container_of(head, struct node, head));
}

static void lfht_unmap(void *r, uint64_t page, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t key = page + i;
		struct cds_lfht_iter iter;
		struct cds_lfht_node *found;

		urcu_memb_read_lock();
		cds_lfht_lookup(r, hash(key), match, &key, &iter);
		found = cds_lfht_iter_get_node(&iter);
		if (found && !cds_lfht_del(r, found))
			urcu_memb_call_rcu(
				&caa_container_of(found, struct node, node)
					 ->head,
				free_node);
		urcu_memb_read_unlock();
	}
}

static void lfht_destroy(void *r)
{
	struct cds_lfht_iter iter;
	struct node *node;

	urcu_memb_read_lock();
	cds_lfht_for_each_entry(r, &iter, node, node)
	{
		if (!cds_lfht_del(r, &node->node))
			urcu_memb_call_rcu(&node->head, free_node);
	}
	urcu_memb_read_unlock();
	urcu_memb_barrier();
	cds_lfht_destroy(r, NULL);
}

static uint64_t lfht_lookups(void *r, uint64_t *x, uint64_t mask, uint64_t n)
{
	uint64_t sum = 0;

	for (; n; n--) {
		struct cds_lfht_iter iter;
		struct cds_lfht_node *found;
		uint64_t key;

		*x = bench_next(*x);
		key = *x & mask;
		urcu_memb_read_lock();
		cds_lfht_lookup(r, hash(key), match, &key, &iter);
		found = cds_lfht_iter_get_node(&iter);
		if (found)
			sum += caa_container_of(found, struct node, node)->oa;
		urcu_memb_read_unlock();
	}
	return sum;
}

const struct rival rival_lfht = {
	.name = "cds_lfht",
	.create = lfht_create,
	.destroy = lfht_destroy,
	.thread_begin = lfht_thread_begin,
	.thread_end = lfht_thread_end,
	.map = lfht_map,
	.unmap = lfht_unmap,
	.lookups = lfht_lookups,
};
