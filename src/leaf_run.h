/* SPDX-License-Identifier: MIT */
/*
 * Runs, read: consecutive leaves of one table that say they are one.
 *
 * Hardware that knows them (arm64: DDI 0487J.a, D8.7.1 "The Contiguous bit";
 * RISC-V: 20211203, chapter 5 "Svnapot") may cache all of a run from any leaf
 * of it, as one.  So what a leaf of a run says, it says for all of them:
 *
 * A. The leaves of a run map consecutive addresses, from one that is aligned to
 *    the run, with equal rights.  A leaf may lack the bits of its address that
 *    count inside the run: they are the va's (table 5.1 of Svnapot).
 * B. Accessed and dirty may be set on any leaf of the run for an access to any
 *    other: Svnapot wants bits 5 to 0 equal, and they are 7 and 6; arm64's
 *    D8.7.1 says that hardware's updates make members differ in AF and AP[2].
 *    Each of them is the whole run's.
 * C. Runs never reach over the end of a table, and a leaf that owns a spare is
 *    in none.
 */
#ifndef TARRY_LEAF_RUN_H
#define TARRY_LEAF_RUN_H

#include "entry.h"
#include "tarry/inline.h"

/* What the leaf @e maps at @bits, an address under it. */
tarry_inline tarry_oa leaf_oa_at(const struct tarry_format *f, uint64_t e,
				 unsigned int level, uint64_t bits)
{
	uint64_t span = 1ull << tarry_leaf_lg2(f, e, level);

	return f->leaf_oa(e, level) | (bits & (span - 1));
}

static inline __attribute__((always_inline)) bool
leaf_in_run(const struct tarry_format *f, uint64_t e, unsigned int level)
{
	return tarry_knows_runs(f) && f->run_lg2[level] && f->in_run(e, level);
}

/* lg2 of the leaves of the runs that this space may set at @level; 0: none. */
static inline __attribute__((always_inline)) unsigned int
runs_of(const struct tarry_format *f, const struct tarry_body *b,
	unsigned int level)
{
	return tarry_knows_runs(f) && (b->flags & TARRY_SPACE_RUNS)
		       ? f->run_lg2[level]
		       : 0;
}

/* The slot that the run of @slot begins with. */
tarry_inline unsigned int run_first(const struct tarry_format *f,
				    unsigned int level, unsigned int slot)
{
	return slot >> f->run_lg2[level] << f->run_lg2[level];
}

/* Bytes of a run. */
tarry_inline uint64_t run_span(const struct tarry_format *f, unsigned int level)
{
	return span_of(f, level) << f->run_lg2[level];
}

/*
 * The rights of the leaf @e in @slot, accessed and dirty as its whole run has
 * them.  The table is locked, or nobody else's.
 */
tarry_inline tarry_rights leaf_rights_in(const struct tarry_format *f,
					 const uint64_t *slots,
					 unsigned int slot, uint64_t e,
					 unsigned int level)
{
	tarry_rights rights = f->leaf_rights(e, level);
	unsigned int first = run_first(f, level, slot);

	if (!leaf_in_run(f, e, level))
		return rights;
	for (unsigned int i = 0; i < 1u << f->run_lg2[level]; i++) {
		uint64_t v = entry_load_locked(f, &slots[first + i]);

		/* While a run goes away some of it may be gone. */
		if (entry_kind(f, &v, level) == TARRY_LEAF)
			rights |= f->leaf_rights(v, level) &
				  (TARRY_ACCESSED | TARRY_DIRTY);
	}
	return rights;
}

#endif
