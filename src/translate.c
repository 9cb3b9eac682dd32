/* SPDX-License-Identifier: MIT */
/*
 * The reader: no lock, no wait, no write to anything shared.
 *
 * A. Each entry is loaded once and decided on by the copy (rule: one-load); the
 *    value alone says table, leaf, mark or empty.
 * B. A frozen entry answers as what it was: the thawed value leads on.  So an
 *    address that stays mapped translates at every instant, through collapse
 *    and split.  (rules: never-through-empty, reader-never-waits)
 * C. The answer was true at some instant of the call.  A detached table goes on
 *    saying what was true when it was detached, as nobody writes to it; it
 *    cannot come back as another table before the section ends.  (rules:
 *    detached-is-final, reuse-is-free)
 * D. The number of steps is the number of levels.
 *
 * Compiled once per format, here; and into callers that know theirs, from
 * tarry/inline.h.
 */
#include "calls.h"

/* How many walks are interleaved: enough for the misses that a core can have
 * under way, few enough that their state stays in the first cache. */
#define BATCH 64

/* One step down for walk @i, which has an answer, or goes on at *@table. */
tarry_inline bool batch_step(const struct tarry_format *f, uintptr_t window,
			     unsigned int level, tarry_va va, tarry_oa *table,
			     struct tarry_hit *hit, int *err)
{
	uint64_t e = tarry_entry_at(f, window, *table, va, level);

	if (tarry_unlikely(!f->present(e, level))) {
		if (!f->frozen(e, level)) {
			*err = tarry_hit_absent(f, e, level, va, hit);
			return false;
		}
		e = f->thaw(e, level);
	}
	if (level == 0 || ((f->leaf_levels >> level & 1) &&
			   tarry_unlikely(f->leaf(e, level)))) {
		*err = tarry_hit_leaf(f, e, level, va, hit);
		return false;
	}
	*table = f->table_oa(e);
	return true;
}

#define NO_TABLE 1ull /* of a walk that has its answer */

/*
 * Three rounds over all addresses: down to the last but one level, whose tables
 * are few and near; that level; the leaves.  The loads of one round are
 * independent of each other, so their misses overlap, and each round asks for
 * the lines that the next one will want.
 */
tarry_inline void translate_some(const struct tarry_format *f,
				 struct tarry_body *b, const tarry_va *va,
				 struct tarry_hit *hits, int *errs, size_t n)
{
	uintptr_t window = b->face.window;
	tarry_oa root = tarry_load(&b->face.root, TARRY_ACQUIRE) - f->levels;
	tarry_oa at[BATCH];

	for (size_t i = 0; i < n; i++) {
		tarry_oa table = root;
		bool on = true;

		errs[i] = TARRY_ERANGE;
		if (tarry_unlikely(!tarry_va_canonical(f, va[i])))
			on = false;
		TARRY_UNROLL
		for (unsigned int level = f->levels - 1; level > 1; level--)
			on = on && batch_step(f, window, level, va[i], &table,
					      &hits[i], &errs[i]);
		at[i] = on ? table : NO_TABLE;
		if (f->levels > 1)
			tarry_prefetch((const char *)window + table +
				       slot_of(f, va[i], 1) * 8);
	}
	for (size_t i = 0; f->levels > 1 && i < n; i++) {
		if (tarry_unlikely(at[i] == NO_TABLE))
			continue;
		if (tarry_unlikely(!batch_step(f, window, 1, va[i], &at[i],
					       &hits[i], &errs[i]))) {
			at[i] = NO_TABLE;
			continue;
		}
		tarry_prefetch((const char *)window + at[i] +
			       slot_of(f, va[i], 0) * 8);
	}
	for (size_t i = 0; i < n; i++)
		if (tarry_likely(at[i] != NO_TABLE))
			batch_step(f, window, 0, va[i], &at[i], &hits[i],
				   &errs[i]);
}

tarry_inline void translate_batch(const struct tarry_format *f,
				  struct tarry_space *s, const tarry_va *va,
				  struct tarry_hit *hits, int *errs, size_t n)
{
	while (n) {
		size_t some = n < BATCH ? n : BATCH;

		translate_some(f, tarry_body(s), va, hits, errs, some);
		va += some;
		hits += some;
		errs += some;
		n -= some;
	}
}

#define TRANSLATE(name)                                                      \
	int tarry_translate_##name(struct tarry_space *s, tarry_va va,       \
				   struct tarry_hit *hit)                    \
	{                                                                    \
		return tarry_translate_as(&tarry_format_##name, s, va, hit); \
	}                                                                    \
	void tarry_translate_batch_##name(                                   \
		struct tarry_space *s, const tarry_va *va,                   \
		struct tarry_hit *hits, int *errs, size_t n)                 \
	{                                                                    \
		translate_batch(&tarry_format_##name, s, va, hits, errs, n); \
	}
TARRY_FORMATS(TRANSLATE)
#undef TRANSLATE

tarry_rights tarry_hit_rights(const struct tarry_space *s,
			      const struct tarry_hit *hit)
{
	const struct tarry_format *f = tarry_space_format(s);

	return f->leaf_rights(hit->entry, hit->level);
}
