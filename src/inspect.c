/* SPDX-License-Identifier: MIT */
/*
 * A space looked over: what it holds, and whether it is whole.
 */
#include "range.h"
#include "leaf_run.h"

struct inspect {
	struct tarry_space_stats stats;
	const char *damage;
};

static uint64_t chain_length(struct tarry_pool *pool, uint32_t id,
			     unsigned int level, const char **damage)
{
	uint64_t n = 0;

	for (; id; id = table_of_id(pool, id)->link, n++) {
		const struct tarry_table *t = table_of_id(pool, id);

		if (t->state != TARRY_STATE_STOCKED)
			*damage = "a spare is not in the state of a spare";
		if (t->level + 1u != level)
			*damage = "a spare is of another level than its leaf";
	}
	return n;
}

/* Do the leaves of the run from @first on say the same? */
static void inspect_run(const struct tarry_format *f, const uint64_t *slots,
			unsigned int first, unsigned int level,
			struct inspect *in)
{
	uint64_t one = entry_load_locked(f, &slots[first]);
	bool run = entry_kind(f, &one, level) == TARRY_LEAF &&
		   leaf_in_run(f, one, level);
	tarry_oa oa = run ? leaf_oa_at(f, one, level, 0) : 0;

	for (unsigned int i = 0; i < 1u << f->run_lg2[level]; i++) {
		uint64_t e = entry_load_locked(f, &slots[first + i]);
		uint64_t at = (uint64_t)i << f->span_lg2[level];
		bool is = entry_kind(f, &e, level) == TARRY_LEAF &&
			  leaf_in_run(f, e, level);

		if (is != run)
			in->damage = "a run is not whole";
		if (!is || !run)
			continue;
		if (leaf_oa_at(f, e, level, at) != oa + at ||
		    (oa & (run_span(f, level) - 1)) ||
		    ((f->leaf_rights(e, level) ^ f->leaf_rights(one, level)) &
		     ~(TARRY_ACCESSED | TARRY_DIRTY)) ||
		    f->has_spare(e))
			in->damage = "leaves of a run do not agree";
	}
	in->stats.runs[level] += run;
}

/* One table, under its lock. */
static void inspect_table(struct tarry_body *b, struct tarry_table *t,
			  const uint64_t *slots, uint64_t base,
			  unsigned int level, struct inspect *in)
{
	const struct tarry_format *f = facts(b->format);
	uint64_t live = 0, spares = 0;

	for (unsigned int i = 0; i < slots_of(f, level); i++) {
		uint64_t e = entry_load_locked(f, &slots[i]);

		if (f->frozen(e, level))
			in->damage = "an entry is frozen, and nobody at work";
		if (!f->present(e, level) && !f->frozen(e, level) &&
		    !f->marked(e, level) && e != f->empty[level])
			in->damage = "an entry is neither empty nor anything";
		if (entry_kind(f, &e, level) == TARRY_LEAF) {
			if (!(f->leaf_levels >> level & 1))
				in->damage = "a leaf stands at a level that "
					     "has none";
			spares += f->has_spare(e);
		}
		live += e != f->empty[level];
	}
	if (tarry_knows_runs(f) && f->run_lg2[level])
		for (unsigned int i = 0; i < slots_of(f, level);
		     i += 1u << f->run_lg2[level])
			inspect_run(f, slots, i, level, in);
	/* rule: own-counter */
	if (t->live != live)
		in->damage = "the live count is not the number of entries";
	/* rule: one-link-one-state */
	if (t->state != TARRY_STATE_ATTACHED)
		in->damage = "a reachable table is not attached";
	if (t->level != level)
		in->damage = "a table has another level than its place";
	if (t->index != index_of(f, base, level))
		in->damage = "a table stands for another va than its place";
	/* rule: spares-follow */
	if (chain_length(b->pool, t->link, level, &in->damage) != spares)
		in->damage = "spares and leaves that own one differ in number";
	in->stats.tables[level]++;
	in->stats.live[level] += live;
	in->stats.spares += spares;
}

static void inspect(struct tarry_body *b, struct inspect *in)
{
	const struct tarry_format *f = facts(b->format);
	struct cursor c = {.f = f, .first = 0, .last = va_bits_of(f, ~0ull)};
	unsigned int level;
	uint64_t *slots;
	bool enter = true;

	lock_none_held();
	tarry_port_read_begin();
	slots = body_root(b, &level);
	cursor_start(&c, level - 1, slots,
		     table_of_oa(b->pool, tarry_space_root(&b->face)), 0, 0);
	for (;;) {
		struct cursor_level *at = &c.at[c.level];
		uint64_t e;

		if (enter) {
			table_lock(at->table);
			inspect_table(b, at->table, at->slots, at->base,
				      c.level, in);
			table_unlock(at->table);
			enter = false;
		}
		if (cursor_past(&c) || !c.level) {
			if (!cursor_up(&c))
				break;
			continue;
		}
		e = entry_load(f, cursor_slot(&c));
		if (entry_kind(f, &e, c.level) == TARRY_TABLE) {
			tarry_oa oa = f->table_oa(e);

			cursor_down(&c, slots_at(b->face.window, oa),
				    table_of_oa(b->pool, oa), 0);
			enter = true;
			continue;
		}
		cursor_next(&c);
	}
	tarry_port_read_end();
}

void tarry_space_stats(struct tarry_space *s, struct tarry_space_stats *stats)
{
	struct tarry_body *b = tarry_body(s);
	struct inspect in = {.damage = NULL};

	inspect(b, &in);
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	in.stats.kept = b->kept.detached.n;
	for (uint32_t i = 0; i < b->kept.n_runs; i++)
		in.stats.kept_bytes += b->kept.runs[i].len;
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	*stats = in.stats;
}

int tarry_space_check(struct tarry_space *s, const char **what)
{
	struct inspect in = {.damage = NULL};

	inspect(tarry_body(s), &in);
	*what = in.damage;
	return in.damage ? TARRY_EINVAL : 0;
}
