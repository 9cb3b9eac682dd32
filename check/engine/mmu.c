/* SPDX-License-Identifier: MIT */
/*
 * Hardware that walks the tables.
 *
 * One access is a section of class CHECK_HW; what was found may be kept and
 * used again, however late, until it is invalidated.  An invalidation drops
 * what is kept, keeps walks under way from keeping what they found, and is
 * complete when those have ended.  It waits for nobody else: whether software
 * walkers are inside says it nothing (Z48).
 *
 * A leaf of a run is kept for all pages of the run, and accessed and dirty are
 * set on any of its leaves.  Who finds a leaf alone that it may still keep as
 * one of a run, or the other way round, has two translations for one page.
 *
 * The locks and words of struct check_mmu stand for what is inside a CPU.
 */
#include "check.h"

static bool keep_hit(struct check_mmu *m, unsigned int va, bool write,
		     uint64_t *e, unsigned int *level)
{
	uint64_t kept = tarry_load(&m->keep[va], TARRY_RELAXED);

	if (!kept)
		return false;
	*e = kept - 1;
	*level = (unsigned int)tarry_load(&m->level[va], TARRY_RELAXED);
	/* To set dirty it walks again, as x86 does. */
	if (write && m->ops->dirty && !(*e & m->ops->dirty))
		return false;
	/* It may have been evicted. */
	return !check_choose(2);
}

static unsigned int run_of(const struct check_mmu *m, uint64_t e,
			   unsigned int level)
{
	return m->ops->run && !level ? m->ops->run(e) : 0;
}

static void keep(struct check_mmu *m, unsigned int va, uint64_t generation,
		 uint64_t e, unsigned int level)
{
	unsigned int lg2 = run_of(m, e, level);
	unsigned int first = va >> lg2 << lg2;

	tarry_port_lock(&m->lock);
	if (tarry_load(&m->generation, TARRY_RELAXED) == generation) {
		uint64_t kept = tarry_load(&m->keep[va], TARRY_RELAXED);

		if (m->ops->run && kept &&
		    run_of(m, kept - 1,
			   (unsigned int)tarry_load(&m->level[va],
						    TARRY_RELAXED)) != lg2)
			check_violation(CHECK_STALE,
					"two translations for page %u: one of "
					"a run, one alone",
					va);
		for (unsigned int i = first; i < first + (1u << lg2); i++) {
			tarry_store(&m->keep[i], e + 1, TARRY_RELAXED);
			tarry_store(&m->level[i], level, TARRY_RELAXED);
		}
	}
	tarry_port_unlock(&m->lock);
}

static void keep_walk(struct check_mmu *m, unsigned int va, uint64_t generation,
		      uint64_t e)
{
	tarry_port_lock(&m->lock);
	if (tarry_load(&m->generation, TARRY_RELAXED) == generation)
		tarry_store(&m->walk[va >> 1], e + 1, TARRY_RELAXED);
	tarry_port_unlock(&m->lock);
}

/* The leaf for @va; false: a fault. */
static bool walk(struct check_mmu *m, unsigned int va, bool write,
		 uint64_t generation, uint64_t *leaf, unsigned int *level)
{
	uint64_t *table = m->root;
	unsigned int l = m->levels - 1;
	enum check_walk how = CHECK_WALK_FIRST;

	for (;; l--, how = CHECK_WALK_NEXT) {
		uint64_t *slot = &table[va >> l & 1];
		uint64_t e = 0, want;
		bool other = false;

		if (l == 1 && m->levels == 2) {
			uint64_t kept =
				tarry_load(&m->walk[va >> 1], TARRY_RELAXED);

			if (kept && !check_choose(2))
				e = kept - 1;
		}
		if (e) {
			table = m->ops->table(e);
			how = CHECK_WALK_KEPT;
			slot = &table[va >> --l & 1];
		}
		e = check_walk_load(slot, how);
		if (!m->ops->present(e))
			return false;
		if (l && !m->ops->leaf(e, l)) {
			if (m->levels == 2)
				keep_walk(m, va, generation, e);
			table = m->ops->table(e);
			continue;
		}
		if (write && m->ops->writable && !m->ops->writable(e))
			return false;
		if (run_of(m, e, l) && check_choose(2)) {
			/* It notes the access on the other leaf. */
			slot = &table[~(va >> l) & 1];
			e = tarry_load(slot, TARRY_ACQUIRE);
			if (!m->ops->present(e) || !run_of(m, e, l))
				return false;
			other = true;
		}
		want = e | m->ops->accessed | (write ? m->ops->dirty : 0);
		/* The bits are set in the entry that it still is, or it walks
		 * again; that once more is enough to see anything. */
		if (want != e && !check_walk_cas(slot, &e, want)) {
			if (!m->ops->present(e))
				return false;
			check_assume(m->ops->leaf(e, l));
			check_assume(!other || run_of(m, e, l));
			want = e | m->ops->accessed |
			       (write ? m->ops->dirty : 0);
			check_assume(want == e ||
				     check_walk_cas(slot, &e, want));
		}
		*leaf = want;
		*level = l;
		return true;
	}
}

bool check_mmu_access(struct check_mmu *m, unsigned int va, bool write,
		      unsigned int *page)
{
	enum check_walk how = CHECK_WALK_KEPT;
	unsigned int level, found;
	uint64_t e, generation;

	check_section_begin(CHECK_HW);
	generation = tarry_load(&m->generation, TARRY_RELAXED);
	if (!keep_hit(m, va, write, &e, &level)) {
		if (!walk(m, va, write, generation, &e, &level)) {
			check_section_end(CHECK_HW);
			return false;
		}
		keep(m, va, generation, e, level);
		how = CHECK_WALK_NEXT;
	}
	found = m->ops->page(e, level, va);
	check_walk_page(found, write, how);
	check_section_end(CHECK_HW);
	if (page)
		*page = found;
	return true;
}

void check_mmu_invalidate(struct check_mmu *m, unsigned int va, unsigned int n,
			  bool tables)
{
	/* Walks under way may have read what was there before, and are about
	 * to keep it; those that begin from here on read what is there now. */
	unsigned int ticket = check_wait_begin(CHECK_HW);

	check_wait_end(ticket);
	tarry_port_lock(&m->lock);
	tarry_store(&m->generation,
		    tarry_load(&m->generation, TARRY_RELAXED) + 1,
		    TARRY_RELAXED);
	for (unsigned int i = va; i < va + n && i < CHECK_TLB_SLOTS; i++) {
		tarry_store(&m->keep[i], 0, TARRY_RELAXED);
		if (tables)
			tarry_store(&m->walk[i >> 1], 0, TARRY_RELAXED);
	}
	tarry_port_unlock(&m->lock);
	/* And whoever goes on with something that was kept is done. */
	ticket = check_wait_begin(CHECK_HW);
	check_wait_end(ticket);
}
