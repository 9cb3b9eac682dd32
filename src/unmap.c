/* SPDX-License-Identifier: MIT */
/*
 * Unmap.  Leaves in one table take the short way: one walk, one lock, one
 * exchange each.  Everything else is set.c's.
 */
#include "calls.h"
#include "regroup.h"
#include "set.h"

static int unmap_set(struct tarry_space *s, tarry_va va, uint64_t len,
		     const struct tarry_how *how)
{
	unsigned int tables = TARRY_KEEP_TABLES | TARRY_RETIRE_TABLES;
	struct tarry_set set = {.kind = SET_EMPTY};

	tables &= how ? how->flags : 0;
	set.keep_tables =
		tables ? tables == TARRY_KEEP_TABLES
		       : tarry_body(s)->flags & TARRY_SPACE_KEEP_TABLES;
	if (tables == (TARRY_KEEP_TABLES | TARRY_RETIRE_TABLES))
		return TARRY_EINVAL;
	if (how) {
		set.keep = how->keep;
		set.keep_ctx = how->keep_ctx;
	}
	return tarry_set_range(s, va, len, &set, how);
}

tarry_inline const uint64_t *unmap_walk(const struct tarry_format *f,
					struct tarry_body *b, uint64_t first,
					uint64_t last, tarry_oa *oa,
					unsigned int *at)
{
	const uint64_t *slots;

	*oa = tarry_load(&b->face.root, TARRY_ACQUIRE) & ~TARRY_ROOT_LEVELS;
	slots = slots_at(b->face.window, *oa);
	TARRY_UNROLL
	for (unsigned int level = f->levels - 1; level > 0; level--) {
		uint64_t e;

		*at = level;
		if (tarry_unlikely((first ^ last) >> f->span_lg2[level]) ||
		    tarry_unlikely(last - first == span_of(f, level) - 1))
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

/* Nothing but leaves without spares, marks and empties in these slots? */
tarry_inline bool unmap_simple(const struct tarry_format *f,
			       const uint64_t *slots, unsigned int level,
			       unsigned int n)
{
	if (!level)
		return true;
	for (unsigned int i = 0; i < n; i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);

		if (f->present(e, level) &&
		    (!f->leaf(e, level) || f->has_spare(e)))
			return false;
	}
	return true;
}

/* The table is locked.  How many slots were not empty before. */
tarry_inline unsigned int unmap_slots(const struct tarry_format *f,
				      uint64_t *slots, unsigned int level,
				      unsigned int n, bool hardware)
{
	unsigned int live = 0;

	for (unsigned int i = 0; i < n; i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);

		if (e == f->empty[level])
			continue;
		/* rule: exchange-where-hardware-writes */
		if (hardware && f->present(e, level))
			entry_exchange(f, &slots[i], f->empty[level]);
		else
			entry_publish(f, &slots[i], f->empty[level]);
		live++;
	}
	return live;
}

/*
 * A slot that holds a table of level 0, all of which goes: one exchange.  The
 * parent is locked; on true so is *child, and the gather has it.
 */
tarry_inline bool unmap_table(const struct tarry_format *f,
			      struct tarry_body *b, struct tarry_table *parent,
			      uint64_t *slot, struct tarry_gather *g,
			      struct tarry_table **child)
{
	uint64_t e = entry_load_locked(f, slot);
	struct tarry_table *t;
	uint32_t id;

	if (!f->present(e, 1) || f->leaf(e, 1) ||
	    (b->flags & TARRY_SPACE_KEEP_TABLES))
		return false;
	id = id_of_oa(b->pool, f->table_oa(e));
	t = table_of_id(b->pool, id);
	table_lock(t);
	if (!tarry_port_recheck(t->state == TARRY_STATE_ATTACHED)) {
		table_unlock(t);
		return false;
	}
	/* rule: unlink-invalidate-wait-free, detached-is-final */
	entry_exchange(f, slot, f->empty[1]);
	parent->live--;
	table_becomes(t, TARRY_STATE_DETACHED);
	gather_table(b->pool, g, t, id);
	*child = t;
	return true;
}

/* rule: invalidate-before-unlock */
tarry_inline bool unmap_invalidate(struct tarry_body *b, struct tarry_gather *g,
				   tarry_va va, uint64_t len,
				   unsigned int level, bool tables)
{
	if (tarry_likely(!body_has_caches(b)))
		return true;
	tarry_gather_add_span(g, va, len, level, tables);
	return tarry_gather_invalidate(g);
}

/* What the short way has done, and how. */
struct unmap {
	struct tarry_gather g;
	struct tarry_table *child; /* detached, locked */
	bool done, emptied, answered;
	bool early; /* invalidate before the locks are let go */
};

/* The table is locked. */
tarry_inline void unmap_locked(const struct tarry_format *f,
			       struct tarry_body *b, struct tarry_table *t,
			       uint64_t *slots, unsigned int level,
			       uint64_t first, uint64_t last, struct unmap *u)
{
	unsigned int n = slot_of(f, last, level) - slot_of(f, first, level) + 1;

	/* rule: decide-under-lock, detached-is-final */
	if (tarry_unlikely(!tarry_port_recheck(table_is(t, f, first, level))) ||
	    ((first | (last + 1)) & (span_of(f, level) - 1)))
		return;
	/* Of runs that stick out something remains, alone. */
	if (runs_of(f, b, level))
		u->answered = tarry_run_ends(b, &u->g, slots, first, level, n);
	slots += slot_of(f, first, level);
	if (unmap_simple(f, slots, level, n)) {
		t->live -= unmap_slots(f, slots, level, n,
				       b->flags & TARRY_SPACE_HARDWARE);
		u->done = true;
	} else if (level == 1 && n == 1) {
		u->done = unmap_table(f, b, t, slots, &u->g, &u->child);
	}
	u->emptied = u->done && !t->live;
	if (u->done && u->early)
		u->answered &= unmap_invalidate(b, &u->g, va_of_bits(f, first),
						last - first + 1, level,
						u->child != NULL);
}

tarry_inline int unmap(const struct tarry_format *f, struct tarry_space *s,
		       tarry_va va, uint64_t len, const struct tarry_how *how)
{
	struct tarry_body *b = tarry_body(s);
	uint64_t first, last, *slots;
	struct tarry_table *t;
	unsigned int level;
	struct unmap u;
	tarry_oa table;
	int err = range_check(f, va, len);

	if (tarry_unlikely(err))
		return err;
	if (how || (b->flags & (TARRY_SPACE_RELEASE | TARRY_SPACE_NO_SNOOP)))
		return unmap_set(s, va, len, how);
	lock_none_held();
	gather_init(&u.g, b);
	u.child = NULL;
	u.early = tarry_port_keeps(invalidate_before_unlock);
	u.done = false;
	u.emptied = false;
	u.answered = true;
	first = va_bits_of(f, va);
	last = va_bits_of(f, va + (len - 1));
	tarry_port_read_begin();
	slots = (uint64_t *)unmap_walk(f, b, first, last, &table, &level);
	t = table_of_oa(b->pool, table);
	table_lock(t);
	/* Twice, so that the geometry of the smallest leaves is constant. */
	if (tarry_likely(level == 0))
		unmap_locked(f, b, t, slots, 0, first, last, &u);
	else
		unmap_locked(f, b, t, slots, level, first, last, &u);
	if (u.child)
		table_unlock(u.child);
	table_unlock(t);
	tarry_port_read_end();
	if (tarry_unlikely(!u.done))
		return unmap_set(s, va, len, NULL);
	if (!u.early)
		u.answered &= unmap_invalidate(b, &u.g, va, len, level,
					       u.child != NULL);
	if (u.child || !u.answered)
		err = tarry_gather_finish(&u.g, u.answered);
	if (u.emptied && !err && !(b->flags & TARRY_SPACE_KEEP_TABLES))
		err = tarry_reclaim_up(b, first, level, NULL, NULL);
	return err;
}

#define UNMAP(name)                                                       \
	int tarry_unmap_##name(struct tarry_space *s, tarry_va va,        \
			       uint64_t len, const struct tarry_how *how) \
	{                                                                 \
		return unmap(&tarry_format_##name, s, va, len, how);      \
	}
TARRY_FORMATS(UNMAP)
#undef UNMAP
