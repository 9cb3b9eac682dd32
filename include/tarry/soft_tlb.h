/* SPDX-License-Identifier: MIT */
/*
 * A soft TLB: a direct-mapped cache of translations for one thread.
 *
 * It listens to its space.  An invalidation raises generations, of the buckets
 * that the range falls into, and interrupts nobody; an entry counts only as
 * long as its generation is its bucket's.  The generation is read before the
 * walk that fills the entry, so a translation that is taken away during the
 * walk is dead on arrival.
 *
 * The layout is part of the interface, for those who write code that looks
 * entries up by itself.
 */
#ifndef TARRY_SOFT_TLB_H
#define TARRY_SOFT_TLB_H

#include "tarry/listener.h"
#include "tarry/read.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TARRY_SOFT_TLB_LG2	  8  /* entries */
#define TARRY_SOFT_TLB_BUCKET_LG2 6  /* generations */
#define TARRY_SOFT_TLB_SPAN_LG2	  21 /* bytes of va that share a bucket */

struct tarry_soft_tlb_entry {
	tarry_va page;	     /* va of the page, low bits 0; 1: never filled */
	uint64_t generation; /* of the bucket, read before the walk */
	uint64_t offset;     /* oa - va */
	uint64_t entry;	     /* as read */
};

/* Where the entry for @va stands, in bytes: entries are 32 bytes long. */
#define TARRY_SOFT_TLB_AT(va) \
	((va) >> 7 & (((1ull << TARRY_SOFT_TLB_LG2) - 1) << 5))

struct tarry_soft_tlb {
	struct tarry_listener listener;
	struct tarry_space *space;
	uint64_t page_mask; /* ~(page - 1) */
	uint64_t misses;
	/* Raised by writers, read by the owner. */
	uint64_t generations[1 << TARRY_SOFT_TLB_BUCKET_LG2]
		__attribute__((aligned(64)));
	struct tarry_soft_tlb_entry entries[1 << TARRY_SOFT_TLB_LG2]
		__attribute__((aligned(64)));
};

/**
 * tarry_soft_tlb_init() - an empty soft TLB that listens to @s
 * @t: caller's memory, aligned to 64 bytes
 * @s: space
 *
 * Context: read section forbidden; sleeps for a grace period.
 * Locks:   takes the space's listener lock.
 * Ref:     the space keeps @t until tarry_soft_tlb_fini().
 * Rules:   listeners-always.
 * Return:  0.
 */
int tarry_soft_tlb_init(struct tarry_soft_tlb *t, struct tarry_space *s);

/**
 * tarry_soft_tlb_fini() - @t listens no more
 * @t: soft TLB
 *
 * Context: read section forbidden; sleeps for a grace period.
 * Locks:   takes the space's listener lock.
 * Ref:     @t is the caller's again.
 * Rules:   listeners-always.
 * Return:  nothing.
 */
void tarry_soft_tlb_fini(struct tarry_soft_tlb *t);

/**
 * tarry_soft_tlb_fill() - translate, and remember the answer
 * @t:  soft TLB of the calling thread
 * @va: bytes, any alignment
 * @oa: out, untouched on error
 *
 * Context: read section required; never sleeps.
 * Locks:   none.
 * Ref:     none.
 * Rules:   reader-never-waits.
 * Return:  0; TARRY_ENOENT, TARRY_EMARK, TARRY_ERANGE.
 */
int tarry_soft_tlb_fill(struct tarry_soft_tlb *t, tarry_va va, tarry_oa *oa);

/**
 * tarry_soft_tlb_translate() - what @va translates to, from the cache if it can
 * @t:  soft TLB of the calling thread
 * @va: bytes, any alignment
 * @oa: out, untouched on error
 *
 * What was taken away before the section began is never answered.
 *
 * Context: read section required; never sleeps; interrupts: no (the cache is
 *          the thread's own).
 * Locks:   none.
 * Ref:     none.
 * Rules:   reader-never-waits, every-walker-class.
 * Return:  0; TARRY_ENOENT, TARRY_EMARK, TARRY_ERANGE.
 */
static inline int tarry_soft_tlb_translate(struct tarry_soft_tlb *t,
					   tarry_va va, tarry_oa *oa)
{
	const struct tarry_soft_tlb_entry *e =
		(const struct tarry_soft_tlb_entry *)((const char *)t->entries +
						      TARRY_SOFT_TLB_AT(va));
	/* rule: every-walker-class; pairs with the raise in soft_tlb_send().
	 * Relaxed is enough: a section that begins after the grace period that
	 * the unmapped page waited for sees the raise, and a section that began
	 * before holds that page. */
	uint64_t now = tarry_load(
		&t->generations[va >> TARRY_SOFT_TLB_SPAN_LG2 &
				((1 << TARRY_SOFT_TLB_BUCKET_LG2) - 1)],
		TARRY_RELAXED);

	if (__builtin_expect(e->page == (va & t->page_mask) &&
				     e->generation == now,
			     1)) {
		*oa = va + e->offset;
		return 0;
	}
	return tarry_soft_tlb_fill(t, va, oa);
}

#ifdef __cplusplus
}
#endif
#endif
