/* SPDX-License-Identifier: MIT */
/*
 * What space.c and the operations share: the calls compiled per format, and
 * the checks that every operation begins with.
 */
#ifndef TARRY_BODY_H
#define TARRY_BODY_H

#include "gather.h"

/* What is compiled once per format, so that its geometry is constant there. */
struct tarry_format_calls {
	struct tarry_calls face; /* first: the face of a space points to it */
	/* Consecutive leaves into a table that nobody else can reach. */
	void (*fill)(uint64_t *slots, unsigned int n, tarry_oa oa,
		     unsigned int level, tarry_rights rights);
};

const struct tarry_calls *tarry_calls_of(const struct tarry_format *f);

tarry_inline void fill_leaves(const struct tarry_body *b, uint64_t *slots,
			      unsigned int n, tarry_oa oa, unsigned int level,
			      tarry_rights rights)
{
	((const struct tarry_format_calls *)b->face.calls)
		->fill(slots, n, oa, level, rights);
}

/* rule: root-in-one-word */
tarry_inline uint64_t *body_root(struct tarry_body *b, unsigned int *levels)
{
	uint64_t word = tarry_load(&b->face.root, TARRY_ACQUIRE);

	*levels = word & TARRY_ROOT_LEVELS;
	return slots_at(b->face.window, word & ~TARRY_ROOT_LEVELS);
}

/* The first check of every operation on a range. */
tarry_inline int range_check(const struct tarry_format *f, tarry_va va,
			     uint64_t len)
{
	if ((va | len) & ((1ull << f->page_lg2) - 1))
		return TARRY_EALIGN;
	if (!len)
		return TARRY_ELENGTH;
	if (!va_range_ok(f, va, len))
		return TARRY_ERANGE;
	return 0;
}

/* Replaces a live entry that hardware may be writing; the final old value. */
tarry_inline uint64_t live_exchange(const struct tarry_body *b,
				    const struct tarry_format *f,
				    uint64_t *slot, uint64_t old, uint64_t v)
{
	/* rule: exchange-where-hardware-writes */
	if ((b->flags & TARRY_SPACE_HARDWARE) &&
	    tarry_port_keeps(exchange_where_hardware_writes))
		return entry_exchange(f, slot, v);
	entry_publish(f, slot, v);
	return old;
}

tarry_inline int rights_check(const struct tarry_format *f, tarry_rights rights)
{
	if ((rights & ~f->rights) || !f->rights_sayable(rights))
		return TARRY_ERIGHTS;
	return 0;
}

#endif
