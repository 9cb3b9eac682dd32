/* SPDX-License-Identifier: MIT */
/*
 * Translate, to be compiled into the caller.
 *
 * For programs that know their format when they are compiled and translate in
 * their innermost loop: the call goes, and with it whatever of the answer is
 * not used.  It is the very code that tarry_translate() runs.
 *
 *	#include <tarry/inline.h>
 *	#include <tarry/format/x86_64.h>
 *
 *	err = tarry_translate_as(&tarry_format_x86_64_4, s, va, &hit);
 */
#ifndef TARRY_INLINE_H
#define TARRY_INLINE_H

#include "tarry/read.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Unrolls a loop over levels, so that each level's facts are constants. */
#if defined(__OPTIMIZE_SIZE__)
#define tarry_always_inline static inline
#define TARRY_UNROLL
#else
#define tarry_always_inline static inline __attribute__((always_inline))
#if defined(__clang__)
#define TARRY_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TARRY_UNROLL _Pragma("GCC unroll 8")
#endif
#endif

tarry_always_inline uint64_t tarry_entry_order(const struct tarry_format *f,
					       uint64_t v)
{
	return f->big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		       ? v
		       : __builtin_bswap64(v);
}

/*
 * The entry of @level for @va in the table at @table.  The address is a sum of
 * three, the window last: what hangs on the load before is added to once.
 * rule: one-load, publish-after-fill; pairs with entry_publish() and
 * entry_exchange(): what the entry points to is filled.
 */
tarry_always_inline uint64_t tarry_entry_at(const struct tarry_format *f,
					    uintptr_t window, tarry_oa table,
					    tarry_va va, unsigned int level)
{
	uint64_t mask = ((1ull << f->index_lg2[level]) - 1) << 3;
	uint64_t at = f->span_lg2[level] > 3
			      ? va >> (f->span_lg2[level] - 3) & mask
			      : (va >> f->span_lg2[level] << 3) & mask;

	return tarry_entry_order(
		f, tarry_load((const uint64_t *)((const char *)window +
						 (table + at)),
			      TARRY_ACQUIRE));
}

/* The answer where no leaf is: how far nothing, or the mark, goes on. */
tarry_always_inline int tarry_hit_absent(const struct tarry_format *f,
					 uint64_t e, unsigned int level,
					 tarry_va va, struct tarry_hit *hit)
{
	uint64_t span = 1ull << f->span_lg2[level];

	hit->len = span - (va & (span - 1));
	hit->entry = e;
	hit->level = level;
	if (!f->marked(e, level))
		return TARRY_ENOENT;
	hit->oa = f->payload(e, level);
	return TARRY_EMARK;
}

/* Does hardware of the format know runs at all?  A constant where it is one. */
static inline __attribute__((always_inline)) bool
tarry_knows_runs(const struct tarry_format *f)
{
	return f->run_lg2[0] | f->run_lg2[1] | f->run_lg2[2] | f->run_lg2[3] |
	       f->run_lg2[4] | f->run_lg2[5];
}

/* Of a leaf, lg2 of bytes: what hardware may cache for it as one. */
tarry_always_inline unsigned int tarry_leaf_lg2(const struct tarry_format *f,
						uint64_t e, unsigned int level)
{
	unsigned int lg2 = f->span_lg2[level];

	if (tarry_knows_runs(f) && f->run_lg2[level] && f->in_run(e, level))
		lg2 += f->run_lg2[level];
	return lg2;
}

tarry_always_inline int tarry_hit_leaf(const struct tarry_format *f, uint64_t e,
				       unsigned int level, tarry_va va,
				       struct tarry_hit *hit)
{
	uint64_t span = 1ull << tarry_leaf_lg2(f, e, level);
	uint64_t in = va & (span - 1);

	hit->oa = f->leaf_oa(e, level) | in;
	hit->len = span - in;
	hit->entry = e;
	hit->level = level;
	return 0;
}

tarry_always_inline bool tarry_va_canonical(const struct tarry_format *f,
					    tarry_va va)
{
	unsigned int up = 64 - f->va_bits;

	return f->va_signed ? (tarry_va)((int64_t)(va << up) >> up) == va
			    : va << up >> up == va;
}

/**
 * tarry_translate_as() - tarry_translate() for a format that is a constant
 * @f:   format of @s; the address of a constant, so that it folds
 * @s:   space
 * @va:  bytes, any alignment
 * @hit: out, as tarry_translate() fills it
 *
 * Context: read section required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none taken.
 * Rules:   one-load, reader-never-waits, never-through-empty, root-in-one-word.
 * Return:  0; TARRY_ENOENT, TARRY_EMARK, TARRY_ERANGE.
 */
tarry_always_inline int tarry_translate_as(const struct tarry_format *f,
					   struct tarry_space *s, tarry_va va,
					   struct tarry_hit *hit)
{
	uintptr_t window = s->window;
	tarry_oa table;
	uint64_t e;

	if (__builtin_expect(!tarry_va_canonical(f, va), 0))
		return TARRY_ERANGE;
	/* rule: root-in-one-word: the depth is the format's, so it is known and
	 * taken off; publish-after-fill pairs with tarry_space_create(). */
	table = tarry_load(&s->root, TARRY_ACQUIRE) - f->levels;
	TARRY_UNROLL
	for (unsigned int level = f->levels - 1; level > 0; level--) {
		e = tarry_entry_at(f, window, table, va, level);
		if (__builtin_expect(!f->present(e, level), 0)) {
			if (!f->frozen(e, level))
				return tarry_hit_absent(f, e, level, va, hit);
			if (!tarry_port_keeps(reader_never_waits))
				tarry_port_relax();
			e = f->thaw(e, level);
		}
		if ((f->leaf_levels >> level & 1) && f->leaf(e, level))
			return tarry_hit_leaf(f, e, level, va, hit);
		table = f->table_oa(e);
	}
	e = tarry_entry_at(f, window, table, va, 0);
	if (__builtin_expect(!f->present(e, 0), 0)) {
		if (!f->frozen(e, 0))
			return tarry_hit_absent(f, e, 0, va, hit);
		e = f->thaw(e, 0);
	}
	return tarry_hit_leaf(f, e, 0, va, hit);
}

#ifdef __cplusplus
}
#endif
#endif
