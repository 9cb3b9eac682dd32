/* SPDX-License-Identifier: MIT */
/*
 * Fragments: tables smaller than their backing page, of one size per page.
 *
 * A fragment comes here by itself, when its own grace period is over, whatever
 * its siblings do (rule: reuse-is-free).  That it has a descriptor of its own,
 * outside the page, is what makes this simple: there is no list head, no
 * callback head and no count to squeeze into the page or into one shared word,
 * which is where the powerpc and s390 schemes of 2023 met their races.
 *
 * What is done with it then is the pool's policy.  "recycle": it goes back to
 * the free fragments of its page.  "sticky": it does not; what was never handed
 * out is all that there ever is to hand out.  Under both the page is free when
 * its last live fragment is.  "whole": there are no fragments.
 *
 * Arrays of descriptors are cut from pages that never serve as anything else.
 *
 * Everything here runs with the pool's lock held.
 */
#include "block.h"
#include "fragment.h"
#include "state.h"

static unsigned int fragments_of(struct tarry_pool *pool,
				 const struct tarry_page *page)
{
	return 1u << (pool->page_lg2 - page->fragment_lg2);
}

static void partial_list(struct tarry_pool *pool, uint32_t index)
{
	struct tarry_page *page = page_at(pool, index);
	uint32_t *head = &pool->partial[page->fragment_lg2];

	page->cut.prev = 0;
	page->cut.next = *head;
	if (*head)
		page_at(pool, *head)->cut.prev = index;
	*head = index;
}

static void partial_unlist(struct tarry_pool *pool, struct tarry_page *page)
{
	if (page->cut.next)
		page_at(pool, page->cut.next)->cut.prev = page->cut.prev;
	if (page->cut.prev)
		page_at(pool, page->cut.prev)->cut.next = page->cut.next;
	else
		pool->partial[page->fragment_lg2] = page->cut.next;
	page->cut.next = 0;
	page->cut.prev = 0;
}

/* An array of descriptors; it never comes back, only its page does not. */
static struct tarry_table *descriptors_alloc(struct tarry_pool *pool,
					     unsigned int n)
{
	unsigned int lg2 = 4; /* of sizeof(struct tarry_table) */
	uint64_t **head;
	char *array;

	_Static_assert(sizeof(struct tarry_table) == 16, "16 bytes a fragment");
	while ((1u << lg2) < n * sizeof(struct tarry_table))
		lg2++;
	head = &pool->descriptor_arrays[lg2];
	if (!*head) {
		bool zero;
		unsigned int order = block_order(pool, lg2);
		uint32_t index = tarry_block_alloc(pool, order, &zero);
		size_t len = (size_t)1 << (pool->page_lg2 + order);

		if (!index)
			return NULL;
		page_becomes(page_at(pool, index), TARRY_USE_ARRAY);
		pool->descriptor_committed += len;
		pool->table_pages -= 1u << order;
		array = (char *)(pool->window + page_oa(pool, index));
		for (size_t at = 0; at < len; at += (size_t)1 << lg2) {
			*(uint64_t **)(array + at) = *head;
			*head = (uint64_t *)(array + at);
		}
	}
	array = (char *)*head;
	*head = *(uint64_t **)array;
	__builtin_memset(array, 0, (size_t)1 << lg2);
	return (struct tarry_table *)array;
}

static void descriptors_free(struct tarry_pool *pool, struct tarry_table *array,
			     unsigned int n)
{
	unsigned int lg2 = 4;

	while ((1u << lg2) < n * sizeof(struct tarry_table))
		lg2++;
	*(uint64_t **)array = pool->descriptor_arrays[lg2];
	pool->descriptor_arrays[lg2] = (uint64_t *)array;
}

static uint32_t cut_page(struct tarry_pool *pool, unsigned int lg2)
{
	bool zero;
	uint32_t index = tarry_block_alloc(pool, 0, &zero);
	struct tarry_table *fragments;
	struct tarry_page *page;
	unsigned int n;

	if (!index)
		return 0;
	page = page_at(pool, index);
	n = 1u << (pool->page_lg2 - lg2);
	fragments = descriptors_alloc(pool, n);
	if (!fragments) {
		tarry_block_free(pool, index);
		return 0;
	}
	/* rule: one-link-one-state; the words of a table are another's now */
	page_becomes(page, TARRY_USE_CUT);
	page->fragment_lg2 = (uint8_t)lg2;
	page->cut.fragments = fragments;
	page->n_free = (uint16_t)n;
	page->n_live = 0;
	page->free_first = 0;
	for (unsigned int i = n; i-- > 0;) {
		fragments[i].link = page->free_first;
		page->free_first = index << pool->fragment_shift | i;
	}
	/* Pages start at 1, so no fragment has id 0, which ends chains. */
	partial_list(pool, index);
	return index;
}

uint32_t tarry_fragment_alloc(struct tarry_pool *pool, unsigned int lg2)
{
	uint32_t index = pool->partial[lg2];
	struct tarry_table *t;
	struct tarry_page *page;
	uint32_t id;

	if (!index)
		index = cut_page(pool, lg2);
	if (!index)
		return 0;
	page = page_at(pool, index);
	id = page->free_first;
	t = &page->cut.fragments[id & ((1u << pool->fragment_shift) - 1)];
	page->free_first = t->link;
	page->n_live++;
	if (!--page->n_free)
		partial_unlist(pool, page);
	tarry_port_born(&t->lock, sizeof(t->lock));
	t->link = 0;
	table_becomes(t, TARRY_STATE_PRIVATE);
	return id;
}

void tarry_fragment_free(struct tarry_pool *pool, uint32_t id)
{
	uint32_t index = id >> pool->fragment_shift;
	struct tarry_page *page = page_at(pool, index);
	unsigned int n = fragments_of(pool, page);
	struct tarry_table *t =
		&page->cut.fragments[id & ((1u << pool->fragment_shift) - 1)];

	/* rule: descriptor-outlives: nobody wants this lock any more. */
	tarry_port_dead(&t->lock, sizeof(t->lock));
	table_becomes(t, TARRY_STATE_FREE);
	if (pool->policy == TARRY_RECYCLE) {
		t->link = page->free_first;
		page->free_first = id;
		if (!page->n_free++)
			partial_list(pool, index);
	}
	if (--page->n_live)
		return;
	if (page->n_free)
		partial_unlist(pool, page);
	tarry_port_born(page->cut.fragments, n * sizeof(*page->cut.fragments));
	descriptors_free(pool, page->cut.fragments, n);
	/* An unlocked table's again.  Nobody can be waiting for that lock: as
	 * one table the page ended a grace period before it was cut. */
	page_becomes(page, TARRY_USE_WHOLE);
	page->table = (struct tarry_table){.state = TARRY_STATE_PRIVATE};
	page->fragment_lg2 = 0;
	page->n_free = 0;
	tarry_block_free(pool, index);
}
