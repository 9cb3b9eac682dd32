/* SPDX-License-Identifier: MIT */
/*
 * Runs, changed.
 *
 * To change one leaf of a live run, or to make a run of live leaves, is to
 * change a size: hardware may hold one translation for all of them, and must
 * not find it beside another (arm64: D8.14.1 wants break-before-make where the
 * size of what is cached changes, and D8.7.1 leaves open what is found where
 * some leaves of a run lack the bit; RISC-V: 4.2.1 wants the fence between,
 * chapter 5 that bits 5 to 0 of all agree).  So all leaves of the run are
 * frozen, its whole span is invalidated, and then they are published as they
 * are to be.  Software reads through them meanwhile.  (rules:
 * freeze-then-change, never-through-empty, whole-span)
 *
 * Three passes over the slots, so that all runs of a table share one
 * invalidation: freeze, invalidate, publish.  What is to become of a run is
 * decided in the first and again in the last, from the same values: the lock is
 * held, and hardware adds nothing but accessed and dirty.
 *
 * A. Accessed and dirty are final when the caches have answered, and the union
 *    over the run is every leaf's: an access to one may be noted at another.
 *    (rule: harvest-after-invalidate)
 * B. A run that is filled where nothing was, or that wholly goes, needs no
 *    break: map publishes its leaves one after the other, unmap empties them,
 *    as it does others.  Only what remains must not be half of a run.
 */
#include "regroup.h"

struct slots tarry_cursor_slots(const struct cursor *c)
{
	const struct tarry_format *f = facts(c->f);
	const struct cursor_level *at = &c->at[c->level];
	unsigned int last = at->last;
	uint64_t end = at->base + ((uint64_t)last << f->span_lg2[c->level]) +
		       (span_of(f, c->level) - 1);

	if (end > c->last && last > at->slot)
		last--;
	return (struct slots){.slots = at->slots,
			      .base = at->base,
			      .level = c->level,
			      .first = at->slot,
			      .last = last};
}

/* What the slots are to become. */
struct plan {
	const struct slots *s;
	bool part; /* no runs */
	bool breaks;
	bool rights;
	tarry_rights clear, set; /* with rights: of the leaves of the slots */
};

static tarry_rights plan_rights(const struct tarry_format *f,
				const struct plan *p, uint64_t e,
				unsigned int slot)
{
	tarry_rights rights = f->leaf_rights(e, p->s->level) &
			      ~(TARRY_ACCESSED | TARRY_DIRTY);

	if (p->rights && slot >= p->s->first && slot <= p->s->last)
		rights = (rights & ~p->clear) | p->set;
	return rights;
}

/* Will the leaves from @first on be fit to be a run?  *@changes: does the
 * rights of any of them change? */
static bool plan_fits(const struct tarry_format *f, const struct plan *p,
		      unsigned int first, bool *changes)
{
	unsigned int level = p->s->level;
	tarry_rights rights = 0;
	tarry_oa oa = 0;

	*changes = false;
	for (unsigned int i = 0; i < 1u << f->run_lg2[level]; i++) {
		uint64_t e = entry_load_locked(f, &p->s->slots[first + i]);
		uint64_t at = (uint64_t)i << f->span_lg2[level];
		tarry_rights will;

		if (entry_kind(f, &e, level) != TARRY_LEAF || f->has_spare(e))
			return false;
		will = plan_rights(f, p, e, first + i);
		*changes |= will != (f->leaf_rights(e, level) &
				     ~(TARRY_ACCESSED | TARRY_DIRTY));
		if (!i) {
			rights = will;
			oa = leaf_oa_at(f, e, level, 0);
			if (oa & (run_span(f, level) - 1))
				return false;
		} else if (will != rights ||
			   leaf_oa_at(f, e, level, at) != oa + at) {
			/* The rest of a run changes too, by going apart. */
			*changes = true;
			return false;
		}
	}
	return true;
}

/* Is the run from @first on to be written anew?  *@run: as a run? */
static bool plan_wants(const struct tarry_format *f, const struct plan *p,
		       unsigned int first, bool *run)
{
	uint64_t e = entry_load_locked(f, &p->s->slots[first]);
	bool is, fits, changes;

	is = entry_kind(f, &e, p->s->level) == TARRY_LEAF &&
	     leaf_in_run(f, e, p->s->level);
	*run = false;
	if (p->part)
		return is;
	fits = plan_fits(f, p, first, &changes);
	*run = fits;
	return is ? changes : fits;
}

static uint64_t plan_bits(const struct tarry_format *f, const struct plan *p,
			  unsigned int slot)
{
	return p->s->base + ((uint64_t)slot << f->span_lg2[p->s->level]);
}

/* How many leaves hardware could see. */
static unsigned int plan_freeze(struct tarry_body *b, struct tarry_gather *g,
				const struct plan *p, unsigned int first)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int level = p->s->level, n = 1u << f->run_lg2[level], live = 0;

	for (unsigned int i = first; i < first + n; i++) {
		uint64_t *slot = &p->s->slots[i];
		uint64_t was, e = entry_load_locked(f, slot);

		/* A moved leaf that nobody has thawed yet. */
		if (!f->present(e, level))
			continue;
		live++;
		if (!p->breaks)
			continue;
		/* rule: freeze-then-change, exchange-where-hardware-writes:
		 * what hardware set since the load is in what comes back, and
		 * nobody else writes a frozen entry. */
		was = live_exchange(b, f, slot, e, f->freeze(e, level));
		if (was != e)
			entry_publish(f, slot, f->freeze(was, level));
		gather_wrote(b, g, slot);
	}
	if (live && p->breaks)
		gather_run(b, g, plan_bits(f, p, first), level);
	return live;
}

static void plan_publish(struct tarry_body *b, struct tarry_gather *g,
			 const struct plan *p, unsigned int first, bool run)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int level = p->s->level, n = 1u << f->run_lg2[level];
	tarry_rights all = 0;
	bool changed = false;

	/* rule: harvest-after-invalidate */
	for (unsigned int i = first; i < first + n; i++) {
		uint64_t e = entry_load_locked(f, &p->s->slots[i]);

		if (entry_kind(f, &e, level) == TARRY_LEAF &&
		    (run || leaf_in_run(f, e, level)))
			all |= f->leaf_rights(e, level) &
			       (TARRY_ACCESSED | TARRY_DIRTY);
	}
	for (unsigned int i = first; i < first + n; i++) {
		uint64_t *slot = &p->s->slots[i];
		uint64_t e = entry_load_locked(f, slot), v;
		tarry_rights had, will;
		tarry_oa oa;

		if (entry_kind(f, &e, level) != TARRY_LEAF)
			continue;
		oa = leaf_oa_at(f, e, level, plan_bits(f, p, i));
		had = f->leaf_rights(e, level);
		will = plan_rights(f, p, e, i);
		changed |= will != (had & ~(TARRY_ACCESSED | TARRY_DIRTY));
		had &= TARRY_ACCESSED | TARRY_DIRTY;
		v = f->make_leaf(oa, level, will | had | all);
		entry_publish(f, slot,
			      run ? f->set_run(v, level, oa, true) : v);
		gather_wrote(b, g, slot);
	}
	/* Software read through the frozen leaves, and may have cached the
	 * rights that they had.  rule: listeners-always */
	if (changed)
		gather_run(b, g, plan_bits(f, p, first), level);
}

static bool plan_do(struct tarry_body *b, struct tarry_gather *g,
		    struct plan *p)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int lg2 = runs_of(f, b, p->s->level);
	unsigned int first, live = 0;
	bool answered = true, wanted = false, run;

	if (!lg2)
		return true;
	p->breaks = tarry_port_keeps(freeze_then_change);
	first = run_first(f, p->s->level, p->s->first);
	for (unsigned int i = first; i <= p->s->last; i += 1u << lg2) {
		if (!plan_wants(f, p, i, &run))
			continue;
		live += plan_freeze(b, g, p, i);
		wanted = true;
	}
	if (live && p->breaks)
		answered = tarry_gather_invalidate(g);
	for (unsigned int i = first; wanted && i <= p->s->last; i += 1u << lg2)
		if (plan_wants(f, p, i, &run))
			/* No answer: what is alone stays alone. */
			plan_publish(b, g, p, i, run && answered);
	return answered;
}

bool tarry_run_part(struct tarry_body *b, struct tarry_gather *g,
		    const struct slots *s)
{
	struct plan p = {.s = s, .part = true};

	return plan_do(b, g, &p);
}

void tarry_run_join(struct tarry_body *b, const struct slots *s)
{
	struct plan p = {.s = s};
	struct tarry_gather g;

	/* Of its own: without an answer all is as it was, and nothing owed. */
	gather_init(&g, b);
	plan_do(b, &g, &p);
	gather_clean(&g);
	tarry_gather_put_back(&g);
}

bool tarry_run_ends(struct tarry_body *b, struct tarry_gather *g,
		    uint64_t *slots, uint64_t bits, unsigned int level,
		    unsigned int n)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int first = slot_of(f, bits, level), last = first + n - 1;
	unsigned int in = (1u << f->run_lg2[level]) - 1;
	bool sticks[2] = {first & in || last < (first | in), ~last & in};
	bool answered = true;

	for (unsigned int i = 0; i < 2; i++) {
		unsigned int at = i ? last : first;
		struct slots s = {slots, table_base(f, bits, level), level, at,
				  at};

		if (!sticks[i])
			continue;
		if (g)
			answered &= tarry_run_part(b, g, &s);
		else
			tarry_run_join(b, &s);
	}
	return answered;
}

void tarry_run_join_at(struct tarry_body *b, const struct cursor *c,
		       uint64_t bits)
{
	const struct tarry_format *f = facts(b->format);
	struct slots s = {.slots = c->at[c->top].slots,
			  .base = c->at[c->top].base};

	if (!tarry_knows_runs(f) || !(b->flags & TARRY_SPACE_RUNS))
		return;
	for (s.level = c->top;; s.level--) {
		uint64_t e;

		s.first = s.last = slot_of(f, bits, s.level);
		e = entry_load_locked(f, &s.slots[s.first]);
		if (entry_kind(f, &e, s.level) != TARRY_TABLE)
			break;
		s.slots = slots_at(b->face.window, f->table_oa(e));
		s.base = bits >> f->span_lg2[s.level] << f->span_lg2[s.level];
	}
	tarry_run_join(b, &s);
}

bool tarry_run_rights(struct tarry_body *b, struct tarry_gather *g,
		      const struct slots *s, tarry_rights clear,
		      tarry_rights set)
{
	struct plan p = {.s = s, .rights = true, .clear = clear, .set = set};

	return plan_do(b, g, &p);
}

void tarry_run_fill(struct tarry_body *b, uint64_t *slots, unsigned int level)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int lg2 = runs_of(f, b, level);
	struct slots s = {.slots = slots, .level = level};
	struct plan p = {.s = &s};

	if (!lg2)
		return;
	for (unsigned int i = 0; i < slots_of(f, level); i += 1u << lg2) {
		bool run;

		if (!plan_wants(f, &p, i, &run))
			continue;
		for (unsigned int k = i; k < i + (1u << lg2); k++) {
			uint64_t e = entry_peek(f, &slots[k]);
			uint64_t at = (uint64_t)k << f->span_lg2[level];

			entry_fill(f, &slots[k],
				   f->set_run(e, level,
					      leaf_oa_at(f, e, level, at),
					      true));
		}
	}
}
