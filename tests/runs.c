/* SPDX-License-Identifier: MIT */
/*
 * Runs: leaves that hardware may cache as one.  Every format that has any, at
 * every level; by its facts, never by its name.
 */
#include "content.h"

/* Room for some runs of one level, in tables of their own. */
struct ground {
	struct bed b;
	const struct tarry_format *f;
	unsigned int level, n; /* leaves of a run */
	uint64_t leaf, run;    /* bytes */
	tarry_va va;
	tarry_oa oa;
	struct tarry_how how; /* leaves of this level */
	struct probe probe;
	/* What the probe saw of the run at va. */
	unsigned int frozen, breaks;
};

static void each_run(void (*fn)(struct ground *g), unsigned int flags)
{
	const struct tarry_format *f;

	for (unsigned int i = 0; (f = tarry_format_at(i)); i++)
		for (unsigned int l = 0; l < f->levels; l++) {
			struct ground g = {.f = f, .level = l};

			if (!f->run_lg2[l])
				continue;
			g.n = 1u << f->run_lg2[l];
			g.leaf = 1ull << f->span_lg2[l];
			g.run = g.leaf * g.n;
			g.how.levels = l + 1;
			/* Not at the beginning of its table. */
			g.va = 1u << f->index_lg2[l] > g.n ? g.run : 0;
			g.oa = 2 * g.run;
			bed_open(&g.b, f->name, flags);
			fn(&g);
			bed_close(&g.b);
		}
}

static unsigned int runs(struct ground *g)
{
	struct tarry_space_stats stats;

	assert_sound(g->b.space);
	tarry_space_stats(g->b.space, &stats);
	return (unsigned int)stats.runs[g->level];
}

static void map(struct ground *g, tarry_va va, tarry_oa oa, uint64_t len)
{
	assert_int_equal(tarry_map(g->b.space, va, oa, len, RW, &g->how), 0);
}

/* Every leaf of [va, va + len) is there, and is in a run or is not. */
static void assert_leaves(struct ground *g, tarry_va va, tarry_oa oa,
			  uint64_t len, bool run, tarry_rights rights)
{
	for (uint64_t at = 0; at < len; at += g->leaf) {
		uint64_t span = run ? g->run : g->leaf;
		struct tarry_hit hit;

		assert_int_equal(look(g->b.space, va + at + 5, &hit), 0);
		assert_int_equal(hit.oa, oa + at + 5);
		assert_int_equal(hit.level, g->level);
		assert_int_equal(hit.len, span - ((va + at + 5) & (span - 1)));
		assert_int_equal(tarry_hit_rights(g->b.space, &hit) & ~AD,
				 rights);
		assert_int_equal(g->f->in_run(slot_value(&g->b, g->b.space,
							 va + at, g->level),
					      g->level),
				 run);
	}
}

/* ---- set ---- */

static void map_sets_runs_on(struct ground *g)
{
	uint64_t more = 1u << g->f->index_lg2[g->level] > g->n ? g->leaf : 0;

	map(g, g->va - more, g->oa - more, g->run + 2 * more);
	assert_int_equal(runs(g), 1);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	if (more) {
		assert_leaves(g, g->va - more, g->oa - more, more, false, RW);
		assert_leaves(g, g->va + g->run, g->oa + g->run, more, false,
			      RW);
	}
	/* Into a table that is there: the short way. */
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);
	assert_int_equal(tarry_mark(g->b.space, g->va, g->leaf, 1, &g->how), 0);
	assert_int_equal(runs(g), 0);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->leaf, NULL), 0);
	map(g, g->va, g->oa, g->run);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	if (!g->level) {
		assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL),
				 0);
		assert_int_equal(
			tarry_map(g->b.space, g->va, g->oa, g->run, RW, NULL),
			0);
		if (1u << g->f->index_lg2[0] > g->n)
			assert_leaves(g, g->va, g->oa, g->run, true, RW);
	}
}

static void map_sets_runs(void **state)
{
	(void)state;
	each_run(map_sets_runs_on, TARRY_SPACE_RUNS);
	each_run(map_sets_runs_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
	each_run(map_sets_runs_on, TARRY_SPACE_RUNS | TARRY_SPACE_KEEP_TABLES);
}

static void no_run_on(struct ground *g)
{
	map(g, g->va, g->oa, g->run);
	assert_int_equal(runs(g), 0);
	assert_leaves(g, g->va, g->oa, g->run, false, RW);
}

static void none_where_the_space_has_none(void **state)
{
	(void)state;
	each_run(no_run_on, TARRY_SPACE_HARDWARE);
}

static void crooked_on(struct ground *g)
{
	map(g, g->va, g->oa + g->leaf, g->run);
	assert_int_equal(runs(g), 0);
	assert_leaves(g, g->va, g->oa + g->leaf, g->run, false, RW);
}

static void none_where_the_output_is_not_aligned(void **state)
{
	(void)state;
	each_run(crooked_on, TARRY_SPACE_RUNS);
}

/* ---- what hardware sees of a break ---- */

static void look_at_break(struct probe *p, const struct tarry_span *spans,
			  unsigned int n)
{
	struct ground *g = p->ctx;
	unsigned int frozen = 0;
	bool whole = false;

	for (unsigned int i = 0; i < g->n; i++) {
		tarry_va va = g->va + i * g->leaf;
		uint64_t e = slot_value(&g->b, g->b.space, va, g->level);
		struct tarry_hit hit;

		if (!g->f->frozen(e, g->level))
			continue;
		frozen++;
		assert_false(hardware_walk(&g->b, g->b.space, va, &e, NULL));
		/* rule: never-through-empty */
		assert_int_equal(look(g->b.space, va + 3, &hit), 0);
		assert_int_equal(hit.oa, g->oa + i * g->leaf + 3);
	}
	/* One alone is split: nobody knows it as one of a run any more. */
	if (frozen < 2)
		return;
	g->frozen = frozen;
	g->breaks++;
	for (unsigned int i = 0; i < n; i++)
		whole |= spans[i].va <= g->va &&
			 spans[i].va + spans[i].len >= g->va + g->run;
	/* rule: whole-span */
	assert_true(whole);
}

static void break_watch(struct ground *g)
{
	g->frozen = g->breaks = 0;
	g->probe = (struct probe){.send = look_at_break, .ctx = g};
	probe_listen(&g->probe, &g->b, g->b.space);
}

/* Hardware saw all leaves frozen, once. */
static void break_seen(struct ground *g, bool seen)
{
	probe_unlisten(&g->probe, g->b.space);
	assert_int_equal(g->breaks, seen);
	assert_int_equal(g->frozen, seen ? g->n : 0);
}

static void freeze_then_change_on(struct ground *g)
{
	tarry_va last = g->va + g->run - g->leaf, mid = g->va + g->run / 2;
	tarry_rights none = TARRY_R;

	map(g, g->va, g->oa, g->run);
	break_watch(g);
	assert_int_equal(tarry_unmap(g->b.space, last, g->leaf, NULL), 0);
	break_seen(g, true);
	assert_hole(g->b.space, last);
	assert_leaves(g, g->va, g->oa, g->run - g->leaf, false, RW);

	/* The last one makes it a run again. */
	break_watch(g);
	map(g, last, g->oa + (last - g->va), g->leaf);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	/* What was empty was not there to be frozen: the new leaf was. */
	break_seen(g, true);

	break_watch(g);
	assert_int_equal(tarry_protect(g->b.space, mid, g->leaf, none, NULL),
			 0);
	break_seen(g, true);
	assert_leaves(g, mid, g->oa + g->run / 2, g->leaf, false, none);
	assert_int_equal(runs(g), 0);
	break_watch(g);
	assert_int_equal(tarry_protect(g->b.space, mid, g->leaf, RW, NULL), 0);
	break_seen(g, true);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);

	/* As a whole it stays one. */
	break_watch(g);
	assert_int_equal(tarry_protect(g->b.space, g->va, g->run, none, NULL),
			 0);
	break_seen(g, true);
	assert_leaves(g, g->va, g->oa, g->run, true, none);
	break_watch(g);
	assert_int_equal(tarry_protect(g->b.space, g->va, g->run, none, NULL),
			 0);
	break_seen(g, false);

	break_watch(g);
	assert_int_equal(tarry_mark(g->b.space, g->va, g->leaf, 5, &g->how), 0);
	break_seen(g, true);
	assert_marked(g->b.space, g->va, 5);
	assert_leaves(g, g->va + g->leaf, g->oa + g->leaf, g->run - g->leaf,
		      false, none);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);

	/* Whole runs need no break: nothing of them remains. */
	map(g, g->va, g->oa, g->run);
	break_watch(g);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);
	break_seen(g, false);
	assert_true(probe_heard(&g->probe, g->va, g->run));
}

static void freeze_then_change_of_a_run(void **state)
{
	(void)state;
	each_run(freeze_then_change_on, TARRY_SPACE_RUNS |
						TARRY_SPACE_HARDWARE |
						TARRY_SPACE_KEEP_TABLES);
}

static void split_on(struct ground *g)
{
	if (!g->level)
		return;
	map(g, g->va, g->oa, g->run);
	break_watch(g);
	assert_int_equal(tarry_split(g->b.space, g->va, g->level, NULL), 0);
	assert_true(g->breaks >= 1);
	probe_unlisten(&g->probe, g->b.space);
	assert_leaves(g, g->va + g->leaf, g->oa + g->leaf, g->run - g->leaf,
		      false, RW);
	assert_maps_to(g->b.space, g->va + 17, g->oa + 17);
	/* And back. */
	if (tarry_collapse(g->b.space, g->va, g->level, 0, NULL, NULL))
		return; /* a level without leaves was in between */
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	/* With a spare of its own it is in none. */
	assert_int_equal(tarry_split(g->b.space, g->va, g->level, NULL), 0);
	assert_int_equal(
		tarry_collapse(g->b.space, g->va, g->level, 0, NULL, &deposit),
		0);
	assert_leaves(g, g->va, g->oa, g->run, false, RW);
}

static void split_and_collapse_of_one(void **state)
{
	(void)state;
	each_run(split_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
}

/* ---- accessed and dirty ---- */

static void touch(struct ground *g, unsigned int i, tarry_rights what)
{
	assert_true(
		hardware_touch(&g->b, g->b.space, g->va + i * g->leaf, what));
}

/* Of the leaf, as hardware left it. */
static tarry_rights said(struct ground *g, unsigned int i)
{
	return g->f->leaf_rights(slot_value(&g->b, g->b.space,
					    g->va + i * g->leaf, g->level),
				 g->level) &
	       AD;
}

static void harvest_on(struct ground *g)
{
	uint64_t pages = g->leaf >> g->f->page_lg2, words, *dirty;

	words = g->n * pages / 64 + 1;
	if (words > 1 << 20)
		return; /* the bits alone would take megabytes */
	dirty = calloc(words, 8);
	map(g, g->va, g->oa, g->run);
	touch(g, g->n - 1, AD);
	/* Every page of the run may be the one. */
	assert_int_equal(
		tarry_harvest(g->b.space, g->va, g->run, 0, NULL, dirty), 0);
	for (uint64_t i = 0; i < g->n * pages; i++)
		assert_true(dirty[i / 64] >> i % 64 & 1);
	/* A part that is to be cleared leaves the rest as it was. */
	memset(dirty, 0, words * 8);
	assert_int_equal(tarry_harvest(g->b.space, g->va, g->leaf, TARRY_DIRTY,
				       NULL, dirty),
			 0);
	assert_true(dirty[0] & 1);
	assert_leaves(g, g->va, g->oa, g->run, false, RW);
	assert_int_equal(said(g, 0), TARRY_ACCESSED);
	for (unsigned int i = 1; i < g->n; i++)
		assert_int_equal(said(g, i), AD);
	/* Cleared as a whole it stays one. */
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);
	map(g, g->va, g->oa, g->run);
	touch(g, 1, AD);
	assert_int_equal(
		tarry_harvest(g->b.space, g->va, g->run, AD, NULL, NULL), 0);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	for (unsigned int i = 0; i < g->n; i++)
		assert_int_equal(said(g, i), 0);
	free(dirty);
}

static void harvest_of_a_run(void **state)
{
	(void)state;
	each_run(harvest_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
}

/* Sets dirty at the last moment: while the caches are told. */
static void touch_late(struct probe *p, const struct tarry_span *spans,
		       unsigned int n)
{
	struct ground *g = p->ctx;

	(void)spans, (void)n;
	for (unsigned int i = 0; i < g->n; i++)
		hardware_touch(&g->b, g->b.space, g->va + i * g->leaf, AD);
}

static void inherit_on(struct ground *g)
{
	map(g, g->va, g->oa, g->run);
	touch(g, g->n - 1, AD);
	assert_int_equal(
		tarry_protect(g->b.space, g->va, g->leaf, TARRY_R, NULL), 0);
	for (unsigned int i = 0; i < g->n; i++)
		assert_int_equal(said(g, i), AD);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);
	/* Nobody sets anything once all are frozen. */
	map(g, g->va, g->oa, g->run);
	g->probe = (struct probe){.send = touch_late, .ctx = g};
	probe_listen(&g->probe, &g->b, g->b.space);
	assert_int_equal(
		tarry_protect(g->b.space, g->va, g->run, TARRY_R, NULL), 0);
	probe_unlisten(&g->probe, g->b.space);
	assert_leaves(g, g->va, g->oa, g->run, true, TARRY_R);
}

static void parts_inherit_accessed_and_dirty(void **state)
{
	(void)state;
	each_run(inherit_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE |
				     TARRY_SPACE_KEEP_TABLES);
}

static void release_on(struct ground *g)
{
	struct owner_log *o = &g->b.owner;

	/* Leaf by leaf, the rest of the table stays. */
	map(g, g->va, g->oa, g->run);
	touch(g, g->n - 1, AD);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->run, NULL), 0);
	tarry_pool_drain(g->b.pool);
	assert_int_equal(o->released_bytes, g->run);
	assert_int_equal(o->releases, 1);
	assert_int_equal(o->runs[0].oa, g->oa);
	assert_int_equal(o->runs[0].rights, AD);
	if (g->level + 1 >= g->f->levels)
		return;
	/* The whole table goes, with all that is in it. */
	o->releases = o->released_bytes = 0;
	map(g, g->va, g->oa, g->run);
	touch(g, 1, AD);
	assert_int_equal(tarry_unmap(g->b.space, 0,
				     1ull << g->f->span_lg2[g->level + 1],
				     NULL),
			 0);
	tarry_pool_drain(g->b.pool);
	assert_int_equal(o->released_bytes, g->run);
	assert_int_equal(o->releases, 1);
	assert_int_equal(o->runs[0].oa, g->oa);
	assert_int_equal(o->runs[0].rights, AD);
}

static void release_tells_that_any_page_is_dirty(void **state)
{
	(void)state;
	each_run(release_on,
		 TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
}

/* ---- moved, copied, read ---- */

static void move_on(struct ground *g)
{
	tarry_va to = g->va + 2 * g->run;

	if (1u << g->f->index_lg2[g->level] < 8 * g->n)
		return;
	map(g, g->va, g->oa, g->run);
	touch(g, 1, AD);
	break_watch(g);
	assert_int_equal(tarry_move(g->b.space, g->va, to, g->run, NULL), 0);
	break_seen(g, true);
	assert_leaves(g, to, g->oa, g->run, true, RW);
	g->va = to;
	for (unsigned int i = 0; i < g->n; i++)
		assert_int_equal(said(g, i), AD);
	/* Where it does not fit it comes apart. */
	assert_int_equal(
		tarry_move(g->b.space, to, to + g->run + g->leaf, g->run, NULL),
		0);
	assert_leaves(g, to + g->run + g->leaf, g->oa, g->run, false, RW);
	assert_int_equal(
		tarry_move(g->b.space, to + g->run + g->leaf, to, g->run, NULL),
		0);
	assert_leaves(g, to, g->oa, g->run, true, RW);
	/* A part of it. */
	assert_int_equal(tarry_move(g->b.space, to, to + g->run, g->leaf, NULL),
			 0);
	assert_int_equal(runs(g), 0);
	assert_leaves(g, to + g->run, g->oa, g->leaf, false, RW);
	assert_leaves(g, to + g->leaf, g->oa + g->leaf, g->run - g->leaf, false,
		      RW);
}

static void move_of_runs(void **state)
{
	(void)state;
	each_run(move_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
}

static void clone_on(struct ground *g)
{
	struct tarry_space *from = g->b.space;

	bed_second_space(&g->b, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
	map(g, g->va, g->oa, g->run);
	touch(g, 1, AD);
	assert_int_equal(
		tarry_clone(from, g->b.other, g->va, g->run,
			    &(struct tarry_how){.flags = TARRY_KEEP_WRITE}),
		0);
	assert_leaves(g, g->va, g->oa, g->run, true, RW);
	assert_int_equal(said(g, 0), 0);
	g->b.space = g->b.other;
	assert_leaves(g, g->va, g->oa, g->run, g->level == 0, RW);
	for (unsigned int i = 0; i < g->n; i++)
		assert_int_equal(said(g, i), AD);
	assert_int_equal(tarry_unmap(g->b.other, g->va, g->run, NULL), 0);
	g->b.space = from;
	break_watch(g);
	assert_int_equal(tarry_clone(from, g->b.other, g->va, g->run, NULL), 0);
	break_seen(g, true);
	assert_leaves(g, g->va, g->oa, g->run, true, TARRY_R);
	g->b.space = g->b.other;
	assert_leaves(g, g->va, g->oa, g->run, g->level == 0, TARRY_R);
	g->b.space = from;
	/* A part of it. */
	assert_int_equal(tarry_unmap(g->b.other, g->va, g->run, NULL), 0);
	assert_int_equal(tarry_protect(from, g->va, g->run, RW, NULL), 0);
	assert_int_equal(runs(g), 1);
	assert_int_equal(
		tarry_clone(from, g->b.other, g->va + g->leaf, g->leaf, NULL),
		0);
	assert_leaves(g, g->va, g->oa, g->leaf, false, RW);
	assert_leaves(g, g->va + g->leaf, g->oa + g->leaf, g->leaf, false,
		      TARRY_R);
	assert_maps_to(g->b.other, g->va + g->leaf, g->oa + g->leaf);
}

static void clone_of_runs(void **state)
{
	(void)state;
	each_run(clone_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE);
}

static int count_leaves(void *ctx, const struct tarry_piece *piece)
{
	struct ground *g = ctx;

	assert_int_equal(piece->oa, g->oa + (piece->va - g->va));
	assert_int_equal(piece->kind, TARRY_LEAF);
	g->frozen += piece->len == g->leaf;
	return 0;
}

static void readers_on(struct ground *g)
{
	uint64_t page = 1ull << g->f->page_lg2, len;
	bool more = 1u << g->f->index_lg2[g->level] > 2 * g->n;
	tarry_va va[3] = {g->va, g->va + g->leaf + 9, g->va + g->run - 1};
	struct tarry_piece pieces[3];
	struct tarry_hit hits[3], hit;
	struct tarry_soft_tlb *tlb = aligned_alloc(64, sizeof(*tlb));
	int errs[3];
	tarry_oa oa;

	map(g, g->va, g->oa, g->run);
	tarry_soft_tlb_init(tlb, g->b.space);
	tarry_read_begin();
	tarry_translate_batch(g->b.space, va, hits, errs, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(errs[i], 0);
		assert_int_equal(hits[i].oa, g->oa + (va[i] - g->va));
		assert_int_equal(hits[i].len, g->va + g->run - va[i]);
		assert_int_equal(tarry_soft_tlb_translate(tlb, va[i], &oa), 0);
		assert_int_equal(oa, hits[i].oa);
	}
	/* From its midst, and beyond its end. */
	len = more ? 2 * g->run : hits[1].len;
	assert_int_equal(
		tarry_translate_range(g->b.space, va[1], len, pieces, 3),
		more ? 2 : 1);
	assert_int_equal(pieces[0].oa, hits[1].oa);
	assert_int_equal(pieces[0].len, hits[1].len);
	assert_true(!more || pieces[1].kind == TARRY_EMPTY);
	g->frozen = 0;
	assert_int_equal(
		tarry_iterate(g->b.space, g->va, g->run, count_leaves, g), 0);
	assert_int_equal(g->frozen, g->n);
	tarry_read_end();
	assert_int_equal(tarry_pin(g->b.space, va[1], TARRY_R, &hit), 0);
	assert_int_equal(hit.oa, hits[1].oa);
	assert_int_equal(g->b.owner.got_bytes, page);
	tarry_unpin(g->b.space, &hit);
	assert_int_equal(tarry_fault(g->b.space, va[2], TARRY_W), 0);
	tarry_soft_tlb_fini(tlb);
	free(tlb);
}

static void readers_of_a_run(void **state)
{
	(void)state;
	each_run(readers_on, TARRY_SPACE_RUNS);
}

/* ---- a cache without an answer ---- */

static void deaf_on(struct ground *g)
{
	struct probe deaf = {.deaf = true};

	map(g, g->va, g->oa, g->run);
	probe_listen(&deaf, &g->b, g->b.space);
	assert_int_equal(
		tarry_protect(g->b.space, g->va, g->leaf, TARRY_R, NULL),
		TARRY_ELISTENER);
	assert_leaves(g, g->va, g->oa, g->leaf, false, TARRY_R);
	assert_leaves(g, g->va + g->leaf, g->oa + g->leaf, g->run - g->leaf,
		      false, RW);
	assert_int_equal(tarry_protect(g->b.space, g->va, g->leaf, RW, NULL),
			 TARRY_ELISTENER);
	/* Not joined: somebody may know one of them alone. */
	assert_leaves(g, g->va, g->oa, g->run, false, RW);
	/* Map takes nothing away, and says nothing of what it tried. */
	probe_unlisten(&deaf, g->b.space);
	assert_int_equal(tarry_settle(g->b.space), 0);
	assert_int_equal(tarry_unmap(g->b.space, g->va, g->leaf, NULL), 0);
	probe_listen(&deaf, &g->b, g->b.space);
	map(g, g->va, g->oa, g->leaf);
	assert_leaves(g, g->va, g->oa, g->run, false, RW);
	probe_unlisten(&deaf, g->b.space);
}

static void no_answer_to_a_break(void **state)
{
	(void)state;
	each_run(deaf_on, TARRY_SPACE_RUNS | TARRY_SPACE_HARDWARE |
				  TARRY_SPACE_KEEP_TABLES);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(map_sets_runs),
	cmocka_unit_test(none_where_the_space_has_none),
	cmocka_unit_test(none_where_the_output_is_not_aligned),
	cmocka_unit_test(freeze_then_change_of_a_run),
	cmocka_unit_test(split_and_collapse_of_one),
	cmocka_unit_test(harvest_of_a_run),
	cmocka_unit_test(parts_inherit_accessed_and_dirty),
	cmocka_unit_test(release_tells_that_any_page_is_dirty),
	cmocka_unit_test(move_of_runs),
	cmocka_unit_test(clone_of_runs),
	cmocka_unit_test(readers_of_a_run),
	cmocka_unit_test(no_answer_to_a_break),
};

BED_MAIN(tests)
