/* SPDX-License-Identifier: MIT */
/*
 * GLib's balanced tree of ranges behind an rwlock, as emulators keep their
 * IOVA maps: one node for each range that was mapped, and a lookup is a range
 * of one page that compares equal to whatever overlaps it.
 */
#include <pthread.h>
#include <stdlib.h>

#include <glib.h>

#include "rival.h"

struct range {
	uint64_t first, last; /* pages, inclusive */
	uint64_t oa;
};

struct gtree {
	GTree *tree;
	pthread_rwlock_t lock;
};

static gint compare(gconstpointer a, gconstpointer b, gpointer ctx)
{
	const struct range *x = a, *y = b;

	(void)ctx;
	if (x->first > y->last)
		return 1;
	if (x->last < y->first)
		return -1;
	return 0;
}

static void *gtree_create(struct bench *b, uint64_t pages)
{
	struct gtree *g = calloc(1, sizeof(*g));

	(void)b, (void)pages;
	if (!g || pthread_rwlock_init(&g->lock, NULL))
		abort();
	g->tree = g_tree_new_full(compare, NULL, g_free, NULL);
	return g;
}

static void gtree_destroy(void *r)
{
	struct gtree *g = r;

	g_tree_destroy(g->tree);
	pthread_rwlock_destroy(&g->lock);
	free(g);
}

static void gtree_thread(void *r)
{
	(void)r;
}

static void gtree_map(void *r, uint64_t page, uint64_t n, uint64_t oa)
{
	struct gtree *g = r;
	struct range *range = g_new(struct range, 1);

	*range = (struct range){page, page + n - 1, oa};
	pthread_rwlock_wrlock(&g->lock);
	g_tree_insert(g->tree, range, range);
	pthread_rwlock_unlock(&g->lock);
}

/* What was mapped by one call is unmapped by one call. */
static void gtree_unmap(void *r, uint64_t page, uint64_t n)
{
	struct gtree *g = r;
	struct range range = {page, page + n - 1, 0};

	pthread_rwlock_wrlock(&g->lock);
	while (g_tree_remove(g->tree, &range))
		;
	pthread_rwlock_unlock(&g->lock);
}

static uint64_t gtree_lookups(void *r, uint64_t *x, uint64_t mask, uint64_t n)
{
	struct gtree *g = r;
	uint64_t sum = 0;

	for (; n; n--) {
		struct range key, *found;

		*x = bench_next(*x);
		key.first = key.last = *x & mask;
		pthread_rwlock_rdlock(&g->lock);
		found = g_tree_lookup(g->tree, &key);
		if (found)
			sum += found->oa + (key.first - found->first) * 4096;
		pthread_rwlock_unlock(&g->lock);
	}
	return sum;
}

const struct rival rival_gtree = {
	.name = "GTree of ranges behind an rwlock",
	.create = gtree_create,
	.destroy = gtree_destroy,
	.thread_begin = gtree_thread,
	.thread_end = gtree_thread,
	.map = gtree_map,
	.unmap = gtree_unmap,
	.lookups = gtree_lookups,
};
