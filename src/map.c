/* SPDX-License-Identifier: MIT */
/*
 * Map.  Leaves that fall into one table that exists take the short way: one
 * walk, one lock, one look, one store each.  Everything else is set.c's.
 */
#include "calls.h"
#include "regroup.h"
#include "set.h"

tarry_inline int map_check(const struct tarry_format *f, tarry_va va,
			   tarry_oa oa, uint64_t len, tarry_rights rights)
{
	int err = range_check(f, va, len);

	if (err)
		return err;
	if (oa & ((1ull << f->page_lg2) - 1))
		return TARRY_EALIGN;
	if (!oa_range_ok(f, oa, len))
		return TARRY_EOUTPUT;
	return rights_check(f, rights);
}

static int map_set(struct tarry_space *s, tarry_va va, tarry_oa oa,
		   uint64_t len, tarry_rights rights,
		   const struct tarry_how *how)
{
	const struct tarry_format *f = facts(tarry_body(s)->format);
	struct tarry_set set = {
		.kind = SET_LEAF,
		.max = tarry_largest_leaf(f, va_bits_of(f, va) ^ oa,
					  how ? how->levels : 0),
		.offset = oa - va_bits_of(f, va),
		.rights = rights,
		.over_mark = how && (how->flags & TARRY_OVER_MARK),
	};

	if (how && how->gather)
		return TARRY_EINVAL;
	return tarry_set_range(s, va, len, &set, how);
}

/* Walk to where the range is more than a part of one slot, or a leaf fits. */
tarry_inline const uint64_t *map_walk(const struct tarry_format *f,
				      struct tarry_body *b, uint64_t first,
				      uint64_t last, uint64_t alignment,
				      tarry_oa *oa, unsigned int *at)
{
	const uint64_t *slots;

	*oa = tarry_load(&b->face.root, TARRY_ACQUIRE) & ~TARRY_ROOT_LEVELS;
	slots = slots_at(b->face.window, *oa);
	TARRY_UNROLL
	for (unsigned int level = f->levels - 1; level > 0; level--) {
		uint64_t e, span = span_of(f, level);

		*at = level;
		if (tarry_unlikely((first ^ last) >> f->span_lg2[level]))
			return slots;
		if (tarry_unlikely(last - first == span - 1) &&
		    (f->leaf_levels >> level & 1) && !(alignment & (span - 1)))
			return slots;
		e = entry_load(f, &slots[slot_of(f, first, level)]);
		if (!f->present(e, level) || f->leaf(e, level))
			return slots;
		*oa = f->table_oa(e);
		slots = slots_at(b->face.window, *oa);
	}
	*at = 0;
	return slots;
}

/* Fills slots of a table if it is still the one that was meant, leaves of its
 * level fit, and the slots are empty.  The table is locked. */
tarry_inline bool map_slots(const struct tarry_format *f, struct tarry_body *b,
			    struct tarry_table *t, uint64_t *slots,
			    unsigned int level, uint64_t first, uint64_t last,
			    tarry_oa oa, tarry_rights rights)
{
	unsigned int n = slot_of(f, last, level) - slot_of(f, first, level) + 1;
	unsigned int at = slot_of(f, first, level);
	uint64_t e = f->make_leaf(oa, level, rights);

	/* rule: decide-under-lock, detached-is-final; not-alone-flush-all: see
	 * tarry_set_range(). */
	if (tarry_unlikely(!tarry_port_recheck(table_is(t, f, first, level))) ||
	    tarry_unlikely(!tarry_port_recheck(
		    !tarry_load(&b->open_gathers, TARRY_ACQUIRE))) ||
	    !(f->leaf_levels >> level & 1) ||
	    ((first | (last + 1) | (first ^ oa)) & (span_of(f, level) - 1)))
		return false;
	slots += slot_of(f, first, level);
	/* rule: no-live-overwrite */
	if (t->live) {
		uint64_t all = 0;

		for (unsigned int i = 0; i < n; i++)
			all |= entry_load_locked(f, &slots[i]) ^
			       f->empty[level];
		if (all && tarry_port_keeps(no_live_overwrite))
			return false;
	}
	/* rule: publish-after-fill: the page is the caller's to have filled */
	for (unsigned int i = 0; i < n; i++) {
		uint64_t v = e;

		if (runs_of(f, b, level) &&
		    run_fits(f, level, at + i, at, n, first, oa))
			v = f->set_run(v, level,
				       oa + ((uint64_t)i << f->span_lg2[level]),
				       true);
		entry_publish(f, &slots[i], v);
		e = f->next_leaf(e, level);
	}
	t->live += n;
	/* The first and the last may be what a run still wanted. */
	if (runs_of(f, b, level))
		tarry_run_ends(b, NULL, slots - at, first, level, n);
	return true;
}

tarry_inline int map(const struct tarry_format *f, struct tarry_space *s,
		     tarry_va va, tarry_oa oa, uint64_t len,
		     tarry_rights rights, const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	unsigned int level;
	struct tarry_table *t;
	uint64_t first, last, *slots;
	tarry_oa table;
	bool done;
	int err = map_check(f, va, oa, len, rights);

	if (tarry_unlikely(err))
		return err;
	if (how || (b->flags & TARRY_SPACE_NO_SNOOP))
		return map_set(s, va, oa, len, rights, how);
	lock_none_held();
	first = va_bits_of(f, va);
	last = va_bits_of(f, va + (len - 1));
	tarry_port_read_begin();
	slots = (uint64_t *)map_walk(f, b, first, last, first ^ oa, &table,
				     &level);
	t = table_of_oa(b->pool, table);
	table_lock(t);
	/* Twice, so that the geometry of the smallest leaves is constant.
	 * Larger leaves inside the range are set.c's to choose. */
	if (tarry_likely(level == 0))
		done = map_slots(f, b, t, slots, 0, first, last, oa, rights);
	else
		done = map_slots(f, b, t, slots, level, first, last, oa,
				 rights);
	table_unlock(t);
	tarry_port_read_end();
	return tarry_likely(done) ? 0 : map_set(s, va, oa, len, rights, NULL);
}

tarry_inline void fill(const struct tarry_format *f, uint64_t *slots,
		       unsigned int n, tarry_oa oa, unsigned int level,
		       tarry_rights rights)
{
	uint64_t e = f->make_leaf(oa, level, rights);

	for (unsigned int i = 0; i < n; i++) {
		entry_fill(f, &slots[i], e);
		e = f->next_leaf(e, level);
	}
}

#define MAP(name)                                                              \
	int tarry_map_##name(struct tarry_space *s, tarry_va va, tarry_oa oa,  \
			     uint64_t len, tarry_rights rights,                \
			     const struct tarry_how *how)                      \
	{                                                                      \
		return map(&tarry_format_##name, s, va, oa, len, rights, how); \
	}                                                                      \
	void tarry_fill_##name(uint64_t *slots, unsigned int n, tarry_oa oa,   \
			       unsigned int level, tarry_rights rights)        \
	{                                                                      \
		if (level == 0)                                                \
			fill(&tarry_format_##name, slots, n, oa, 0, rights);   \
		else                                                           \
			fill(&tarry_format_##name, slots, n, oa, level,        \
			     rights);                                          \
	}
TARRY_FORMATS(MAP)
#undef MAP
