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
#define BATCH 32

/*
 * Level by level for many addresses: the loads of one level are independent of
 * each other, so their misses overlap; each also asks for the line that the
 * next level will want.
 */
tarry_inline void translate_some(const struct tarry_format *f,
				 struct tarry_body *b, const tarry_va *va,
				 struct tarry_hit *hits, int *errs, size_t n)
{
	uintptr_t window = b->face.window;
	const uint64_t *at[BATCH];
	const uint64_t *root =
		slots_at(window, tarry_load(&b->face.root, TARRY_ACQUIRE) &
					 ~TARRY_ROOT_LEVELS);

	for (size_t i = 0; i < n; i++) {
		bool canonical = va_canonical(f, va[i]);

		at[i] = canonical ? &root[slot_of(f, va[i], f->levels - 1)]
				  : NULL;
		errs[i] = canonical ? 0 : TARRY_ERANGE;
	}
	TARRY_UNROLL
	for (unsigned int level = f->levels - 1; level > 0; level--) {
		for (size_t i = 0; i < n; i++) {
			uint64_t e;

			if (tarry_unlikely(!at[i]))
				continue;
			e = entry_load(f, at[i]);
			if (tarry_unlikely(!f->present(e))) {
				if (!f->frozen(e)) {
					errs[i] = tarry_hit_absent(
						f, e, level, va[i], &hits[i]);
					at[i] = NULL;
					continue;
				}
				e = f->thaw(e);
			}
			if (tarry_unlikely(f->leaf(e, level))) {
				tarry_hit_leaf(f, e, level, va[i], &hits[i]);
				at[i] = NULL;
				continue;
			}
			at[i] = &slots_at(
				window,
				f->table_oa(e))[slot_of(f, va[i], level - 1)];
			tarry_prefetch(at[i]);
		}
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t e;

		if (tarry_unlikely(!at[i]))
			continue;
		e = entry_load(f, at[i]);
		if (tarry_unlikely(!f->present(e))) {
			if (!f->frozen(e)) {
				errs[i] = tarry_hit_absent(f, e, 0, va[i],
							   &hits[i]);
				continue;
			}
			e = f->thaw(e);
		}
		tarry_hit_leaf(f, e, 0, va[i], &hits[i]);
	}
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
