/* SPDX-License-Identifier: MIT */
/*
 * The only accesses to table memory.
 *
 * Hardware may read any attached table and write its leaves at any time.  A
 * value is loaded once and decided on by the copy (rule: one-load); it becomes
 * reachable by a release store that walkers' acquire loads pair with (rule:
 * publish-after-fill).
 */
#ifndef TARRY_ENTRY_H
#define TARRY_ENTRY_H

#include "shared.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define TARRY_HOST_BIG_ENDIAN true
#else
#define TARRY_HOST_BIG_ENDIAN false
#endif

tarry_inline uint64_t entry_order(const struct tarry_format *f, uint64_t v)
{
	return f->big_endian == TARRY_HOST_BIG_ENDIAN ? v
						      : __builtin_bswap64(v);
}

/* rule: one-load, publish-after-fill; pairs with entry_publish() and
 * entry_exchange(): what the entry points to is filled. */
tarry_inline uint64_t entry_load(const struct tarry_format *f,
				 const uint64_t *slot)
{
	return entry_order(f, tarry_load(slot, TARRY_ACQUIRE));
}

/* Under the table's lock, where only hardware can write besides: nothing to
 * order against, and decided on by the copy all the same. */
tarry_inline uint64_t entry_load_locked(const struct tarry_format *f,
					const uint64_t *slot)
{
	return entry_order(f, tarry_load(slot, TARRY_RELAXED));
}

/* rule: publish-after-fill; pairs with entry_load().  Only where hardware
 * cannot be writing: over an empty, marked or frozen entry. */
tarry_inline void entry_publish(const struct tarry_format *f, uint64_t *slot,
				uint64_t v)
{
	tarry_store(slot, entry_order(f, v), TARRY_RELEASE);
}

/* rule: exchange-where-hardware-writes; publish-after-fill, as what replaces
 * the old value may be a table.  An exchange orders nothing that comes after it
 * against a pin: see the fence in collapse.c. */
tarry_inline uint64_t entry_exchange(const struct tarry_format *f,
				     uint64_t *slot, uint64_t v)
{
	return entry_order(
		f, tarry_exchange(slot, entry_order(f, v), TARRY_ACQ_REL));
}

/* rule: exchange-where-hardware-writes, for a value that is made of the old
 * one; *old is refreshed on failure. */
tarry_inline bool entry_cas(const struct tarry_format *f, uint64_t *slot,
			    uint64_t *old, uint64_t v)
{
	uint64_t expected = entry_order(f, *old);
	bool done =
		tarry_cas(slot, &expected, entry_order(f, v), TARRY_ACQ_REL);

	*old = entry_order(f, expected);
	return done;
}

/* A table that nobody else can reach, yet or any more. */
tarry_inline void entry_fill(const struct tarry_format *f, uint64_t *slot,
			     uint64_t v)
{
	tarry_plain(slot) = entry_order(f, v);
}

tarry_inline uint64_t entry_peek(const struct tarry_format *f,
				 const uint64_t *slot)
{
	return entry_order(f, tarry_plain(slot));
}

/*
 * An entry as software sees it: what stands there, or stood there before it
 * was frozen.  *e is thawed.
 */
tarry_inline enum tarry_kind entry_kind(const struct tarry_format *f,
					uint64_t *e, unsigned int level)
{
	if (tarry_unlikely(!f->present(*e, level))) {
		if (!f->frozen(*e, level))
			return f->marked(*e, level) ? TARRY_MARK : TARRY_EMPTY;
		*e = f->thaw(*e, level);
	}
	return f->leaf(*e, level) ? TARRY_LEAF : TARRY_TABLE;
}

/* ---- geometry: all of it follows from the format's facts ---- */

tarry_inline unsigned int slots_of(const struct tarry_format *f,
				   unsigned int level)
{
	return 1u << f->index_lg2[level];
}

tarry_inline unsigned int slot_of(const struct tarry_format *f, tarry_va va,
				  unsigned int level)
{
	return (unsigned int)(va >> f->span_lg2[level]) &
	       (slots_of(f, level) - 1);
}

/* Bytes under one slot. */
tarry_inline uint64_t span_of(const struct tarry_format *f, unsigned int level)
{
	return 1ull << f->span_lg2[level];
}

/* lg2 of bytes under a whole table; 64 cannot be shifted by. */
tarry_inline unsigned int table_span_lg2(const struct tarry_format *f,
					 unsigned int level)
{
	return f->span_lg2[level] + f->index_lg2[level];
}

/* va bits of slot 0 of the table of @level that @bits lie under. */
tarry_inline uint64_t table_base(const struct tarry_format *f, uint64_t bits,
				 unsigned int level)
{
	unsigned int lg2 = table_span_lg2(f, level);

	return lg2 >= 64 ? 0 : bits >> lg2 << lg2;
}

/* The address without the bits that only repeat the highest. */
tarry_inline uint64_t va_bits_of(const struct tarry_format *f, tarry_va va)
{
	return f->va_bits == 64 ? va : va & ((1ull << f->va_bits) - 1);
}

/* The address again, canonical. */
tarry_inline tarry_va va_of_bits(const struct tarry_format *f, uint64_t bits)
{
	unsigned int up = 64 - f->va_bits;

	return f->va_signed ? (tarry_va)((int64_t)(bits << up) >> up) : bits;
}

tarry_inline bool va_canonical(const struct tarry_format *f, tarry_va va)
{
	return va_of_bits(f, va_bits_of(f, va)) == va;
}

/* As tarry_format_va_ok(), which says it; here it folds. */
tarry_inline bool va_range_ok(const struct tarry_format *f, tarry_va va,
			      uint64_t len)
{
	tarry_va last = va + (len - 1);

	if (!len || last < va || !va_canonical(f, va) || !va_canonical(f, last))
		return false;
	/* Both ends canonical, but on different sides of the hole? */
	return !f->va_signed || !((va ^ last) >> 63);
}

/* Is [oa, oa + len) made of output addresses of the format? */
tarry_inline bool oa_range_ok(const struct tarry_format *f, tarry_oa oa,
			      uint64_t len)
{
	tarry_oa last = oa + (len - 1);

	return last >= oa && (f->oa_bits == 64 || !(last >> f->oa_bits));
}

tarry_inline uint64_t index_of(const struct tarry_format *f, uint64_t bits,
			       unsigned int level)
{
	unsigned int lg2 = table_span_lg2(f, level);

	return lg2 >= 64 ? 0 : (bits >> lg2) & ((1ull << 44) - 1);
}

#endif
