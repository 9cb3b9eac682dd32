/* SPDX-License-Identifier: MIT */
/*
 * The soft TLB's slow half: filling, and being told.
 */
#include "body.h"
#include "tarry/soft_tlb.h"

#define BUCKETS (1u << TARRY_SOFT_TLB_BUCKET_LG2)
#define ENTRIES (1u << TARRY_SOFT_TLB_LG2)

static void soft_tlb_raise(struct tarry_soft_tlb *t, uint64_t bucket)
{
	/* rule: every-walker-class; pairs with tarry_soft_tlb_translate() and
	 * tarry_soft_tlb_fill(). */
	tarry_fetch_add(&t->generations[bucket % BUCKETS], 1, TARRY_RELEASE);
}

static void soft_tlb_send(struct tarry_listener *l,
			  const struct tarry_span *spans, unsigned int n)
{
	struct tarry_soft_tlb *t = (struct tarry_soft_tlb *)l;

	for (unsigned int i = 0; i < n; i++) {
		uint64_t first = spans[i].va >> TARRY_SOFT_TLB_SPAN_LG2;
		uint64_t last = (spans[i].va + (spans[i].len - 1)) >>
				TARRY_SOFT_TLB_SPAN_LG2;

		if (!spans[i].len || last - first >= BUCKETS) {
			first = 0;
			last = BUCKETS - 1;
		}
		for (; first <= last; first++)
			soft_tlb_raise(t, first);
	}
}

int tarry_soft_tlb_init(struct tarry_soft_tlb *t, struct tarry_space *s)
{
	const struct tarry_format *f = tarry_space_format(s);

	_Static_assert(sizeof(struct tarry_soft_tlb_entry) == 32,
		       "TARRY_SOFT_TLB_AT() counts on it");
	_Static_assert(offsetof(struct tarry_soft_tlb, listener) == 0,
		       "a listener is told by its own address");
	t->listener.send = soft_tlb_send;
	t->listener.wait = NULL;
	t->listener.lazy = false;
	t->listener.next = NULL;
	t->space = s;
	t->page_mask = ~((1ull << f->page_lg2) - 1);
	t->misses = 0;
	for (unsigned int i = 0; i < BUCKETS; i++)
		tarry_store(&t->generations[i], 1, TARRY_RELAXED);
	for (unsigned int i = 0; i < ENTRIES; i++)
		t->entries[i] = (struct tarry_soft_tlb_entry){.page = 1};
	return tarry_listen(s, &t->listener);
}

void tarry_soft_tlb_fini(struct tarry_soft_tlb *t)
{
	tarry_unlisten(t->space, &t->listener);
}

int tarry_soft_tlb_fill(struct tarry_soft_tlb *t, tarry_va va, tarry_oa *oa)
{
	struct tarry_soft_tlb_entry *e = &t->entries[va >> 12 & (ENTRIES - 1)];
	struct tarry_hit hit;
	/* Before the walk: an invalidation during it must not be missed.
	 * Acquire keeps the walk's loads behind this one. */
	uint64_t now = tarry_load(
		&t->generations[va >> TARRY_SOFT_TLB_SPAN_LG2 & (BUCKETS - 1)],
		TARRY_ACQUIRE);
	int err = tarry_translate(t->space, va, &hit);

	t->misses++;
	if (err)
		return err;
	e->page = va & t->page_mask;
	e->generation = now;
	e->offset = hit.oa - va;
	e->entry = hit.entry;
	*oa = hit.oa;
	return 0;
}
