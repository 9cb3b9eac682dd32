/* SPDX-License-Identifier: MIT */
/*
 * tarry_reclaim_idle(): tables that hold nothing of value.
 */
#include "content.h"

#define ALL (1ull << 47)

/* An owner for whom clean leaves are worth nothing, and old marks. */
struct judge {
	struct bed *bed;
	uint64_t old; /* payloads below this are worth nothing */
	unsigned int asked, again;
	tarry_va seen[8];
	/* Hardware writes this page when the judge looks at @when. */
	tarry_va write, when;
	bool writes, broken;
};

static bool clean_or_old(void *ctx, const struct tarry_piece *piece)
{
	struct judge *j = ctx;
	uint64_t entry;

	if (j->asked < 8)
		j->seen[j->asked] = piece->va;
	j->asked++;
	if (j->bed && j->writes && piece->va == j->when) {
		j->writes = false;
		assert_true(hardware_touch(j->bed, j->bed->space, j->write,
					   TARRY_DIRTY));
	}
	/* Asked again: hardware finds nothing there. */
	if (j->bed &&
	    !hardware_walk(j->bed, j->bed->space, piece->va, &entry, NULL) &&
	    piece->kind == TARRY_LEAF)
		j->again++;
	return piece->kind == TARRY_LEAF ? !(piece->rights & TARRY_DIRTY)
					 : piece->oa < j->old;
}

static struct tarry_idle walk_of(struct judge *j, tarry_va va, uint64_t len)
{
	return (struct tarry_idle){
		.va = va, .len = len, .of_no_value = clean_or_old, .ctx = j};
}

static void idle_tables_go_and_others_stay(void **state)
{
	struct judge j = {.old = 10};
	struct tarry_idle w = walk_of(&j, 0, ALL);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	j.bed = &b;
	/* All clean; one dirty; all old marks; one young mark. */
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, M2 + 511 * K4, AD));
	assert_int_equal(tarry_mark(b.space, 2 * M2, M2, 9, &small), 0);
	assert_int_equal(tarry_mark(b.space, 3 * M2, M2, 9, &small), 0);
	assert_int_equal(tarry_mark(b.space, 3 * M2, K4, 10, NULL), 0);
	assert_int_equal(bed_tables(b.space), 7);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.done, ALL);
	assert_int_equal(w.tables, 2);
	assert_int_equal(w.put_back, 0);
	assert_int_equal(bed_tables(b.space), 5);
	/* Leaves of the table that goes are asked about twice. */
	assert_int_equal(j.again, 512);
	assert_hole(b.space, 0);
	assert_hole(b.space, M2 - 1);
	assert_maps_to(b.space, M2, M2);
	assert_hole(b.space, 2 * M2);
	assert_marked(b.space, 3 * M2, 10);
	assert_marked(b.space, 3 * M2 + K4, 9);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, M2);
	bed_close(&b);
}

static void idle_takes_the_tables_above(void **state)
{
	struct judge j = {.old = 10};
	struct tarry_idle w = walk_of(&j, 0, ALL);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* Its table of level 1 has a large leaf and a large mark, too. */
	assert_int_equal(tarry_map(b.space, G512, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G512 + M2, M2, M2, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G512 + 2 * M2, M2, 3, NULL), 0);
	assert_int_equal(bed_tables(b.space), 4);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 3);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void idle_only_empty_tables_if_nobody_judges(void **state)
{
	struct tarry_idle w = {.len = ALL};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, &small), 0);
	assert_int_equal(tarry_map(b.space, G512, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 2 * M2 - K4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, G512, K4, NULL), 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 4);
	assert_int_equal(bed_tables(b.space), 4);
	assert_maps_to(b.space, 2 * M2 - K4, 2 * M2 - K4);
	bed_close(&b);
}

static void idle_stays_in_its_range(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, K4, 4 * M2 - 2 * K4);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 5 * M2, RW, &small), 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	/* The first and the fourth stick out. */
	assert_int_equal(w.tables, 2);
	assert_maps_to(b.space, M2 - K4, M2 - K4);
	assert_hole(b.space, M2);
	assert_hole(b.space, 3 * M2 - K4);
	assert_maps_to(b.space, 3 * M2, 3 * M2);
	bed_close(&b);
}

/* rule: restart-revisits */
static void idle_in_steps_skips_nothing(void **state)
{
	struct bed b;

	(void)state;
	for (uint64_t budget = 1; budget < 3000; budget = budget * 2 + 1) {
		struct judge j = {.old = 1};
		struct tarry_idle w = walk_of(&j, 0, ALL);
		uint64_t steps = 0, done = 0;

		bed_open(&b, "x86_64-4", 0);
		for (uint64_t i = 0; i < 20; i++)
			assert_int_equal(
				tarry_map(b.space, i * i * M2, 0, K4, RW, NULL),
				0);
		assert_int_equal(tarry_map(b.space, ALL - K4, 0, K4, RW, NULL),
				 0);
		w.budget = budget;
		while (w.done < w.len) {
			assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
			assert_true(w.done > done);
			done = w.done;
			steps++;
		}
		assert_int_equal(bed_tables(b.space), 1);
		if (budget == 1)
			assert_true(steps >= 21);
		/* It is over: nothing more is looked at. */
		j.asked = 0;
		assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
		assert_int_equal(j.asked, 0);
		bed_close(&b);
	}
}

static void idle_ends_at_the_first_entry_of_value(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW | TARRY_DIRTY, &small),
			 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(j.asked, 1);
	assert_int_equal(w.tables, 0);
	bed_close(&b);
}

static void idle_is_told_of_each_entry(void **state)
{
	struct judge j = {.old = 100};
	struct tarry_idle w = walk_of(&j, -M2, M2);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, -M2 + 3 * K4, G1, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, -K4, K4, 77, NULL), 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(j.asked, 3);
	assert_int_equal(j.seen[0], -M2 + 3 * K4);
	assert_int_equal(j.seen[1], -K4);
	assert_int_equal(j.seen[2], -M2 + 3 * K4);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

/* A page that was clean when the owner looked is written before the slot is
 * frozen: the table is put back, and nothing of it is released.
 * rule: harvest-after-invalidate */
static void idle_puts_back_what_was_written(void **state)
{
	struct judge j = {.write = 7 * K4, .when = 9 * K4, .writes = true};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct tarry_hit hit;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	j.bed = &b;
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 0);
	assert_int_equal(w.put_back, 1);
	assert_int_equal(j.again, 8);
	for (tarry_va va = 0; va < M2; va += K4) {
		uint64_t entry;

		assert_true(hardware_walk(&b, b.space, va, &entry, NULL));
		assert_int_equal(look(b.space, va, &hit), 0);
		assert_int_equal(hit.oa, va);
	}
	assert_int_equal(look(b.space, 7 * K4, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW | TARRY_DIRTY);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

/* rule: freeze-then-change, whole-span, listeners-always */
static void idle_tells_of_the_span_before_and_after(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct probe p = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, M2, 0, K4, RW | AD, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(p.sends, 2);
	for (unsigned int i = 0; i < p.n; i++) {
		assert_int_equal(p.spans[i].va, 0);
		assert_int_equal(p.spans[i].len, M2);
		assert_true(p.spans[i].tables);
	}
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void idle_of_marks_freezes_nothing(void **state)
{
	struct judge j = {.old = 10};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct probe p = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, M2, 4, &small), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(j.asked, 512);
	assert_int_equal(w.tables, 3);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void idle_with_spares(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, 0, G1);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 2);
	bed_close(&b);
}

static void idle_needs_no_memory(void **state)
{
	struct judge j = {.old = 9};
	struct tarry_idle w = walk_of(&j, 0, ALL);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, G512, M2, 4, &small), 0);
	fault_fail_from(1);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	fault_reset();
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

/* An owner for whom the last page of a run is worth nothing, whatever it says,
 * and the others are while they are clean. */
struct run_judge {
	tarry_va last;
	unsigned int asked, dirty;
};

static bool last_or_clean(void *ctx, const struct tarry_piece *piece)
{
	struct run_judge *j = ctx;
	bool dirty = piece->rights & TARRY_DIRTY;

	j->asked++;
	j->dirty += dirty;
	return piece->va == j->last || !dirty;
}

/* Hardware notes a write to any page of a run at any leaf of it: what the owner
 * is told of one is what the run says. */
static void idle_across_a_run(const char *format)
{
	const struct tarry_format *f = tarry_format_by_name(format);
	uint64_t page = 1ull << f->page_lg2, run = page << f->run_lg2[0];
	unsigned int n = 1u << f->run_lg2[0];
	struct run_judge j = {.last = run - page};
	struct tarry_idle w = {.len = 1ull << f->span_lg2[1],
			       .of_no_value = last_or_clean,
			       .ctx = &j};
	struct tarry_space_stats stats;
	struct bed b;

	bed_open(&b, format,
		 TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE | TARRY_SPACE_RUNS);
	assert_int_equal(tarry_map(b.space, 0, run, run, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, j.last, AD));
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 0);
	assert_int_equal(w.put_back, 0);
	/* The first page may be the one: nobody has asked for the others. */
	assert_int_equal(j.asked, 1);
	assert_int_equal(j.dirty, 1);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(stats.runs[0], 1);
	assert_sound(b.space);
	/* All clean: it goes as a whole, and was asked for twice. */
	assert_int_equal(tarry_harvest(b.space, 0, run, AD, NULL, NULL), 0);
	j.asked = j.dirty = 0;
	w.done = 0;
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_true(w.tables >= 1);
	assert_int_equal(j.asked, 2 * n);
	assert_int_equal(j.dirty, 0);
	assert_hole(b.space, 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, run);
	assert_int_equal(b.owner.releases, 1);
	assert_int_equal(b.owner.runs[0].rights, 0);
	bed_close(&b);
}

/* Written between the two questions, at another leaf than was asked for. */
static void idle_of_a_run_written_late(const char *format)
{
	const struct tarry_format *f = tarry_format_by_name(format);
	uint64_t page = 1ull << f->page_lg2, run = page << f->run_lg2[0];
	/* While it looks at the page behind the run. */
	struct judge j = {.write = run - page, .when = run, .writes = true};
	struct tarry_idle w = walk_of(&j, 0, 1ull << f->span_lg2[1]);
	struct bed b;

	bed_open(&b, format,
		 TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE | TARRY_SPACE_RUNS);
	assert_int_equal(tarry_map(b.space, 0, 0, run + page, RW, &small), 0);
	j.bed = &b;
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.tables, 0);
	assert_int_equal(w.put_back, 1);
	/* The first leaf said it already. */
	assert_int_equal(j.again, 1);
	assert_sound(b.space);
	for (tarry_va va = 0; va <= run; va += page)
		assert_maps_to(b.space, va, va);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

static void idle_of_runs(void **state)
{
	const struct tarry_format *f;

	(void)state;
	for (unsigned int i = 0; (f = tarry_format_at(i)); i++) {
		if (!f->run_lg2[0])
			continue;
		idle_across_a_run(f->name);
		if (f->index_lg2[0] > f->run_lg2[0])
			idle_of_a_run_written_late(f->name);
	}
}

/* A section that was open keeps what it found. */
static void hold(void *ctx)
{
	struct tarry_hit hit;

	assert_int_equal(tarry_translate(ctx, 0, &hit), 0);
}

static void idle_waits_for_readers_before_it_releases(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct sitter sitter = {.first = hold};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	sitter.ctx = b.space;
	sitter_begin(&sitter);
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_hole(b.space, 0);
	assert_int_equal(b.owner.releases, 0);
	sitter_end(&sitter);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, M2);
	bed_close(&b);
}

static void idle_of_every_format(void **state)
{
	(void)state;
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		uint64_t page = 1ull << f->page_lg2, n = 0;
		uint64_t top = f->va_bits - f->va_signed, len;
		struct judge j = {.old = 2};
		struct tarry_idle w;
		struct bed b;

		len = top < 64 ? 1ull << top : -page;
		bed_open(&b, f->name, TARRY_SPACE_HARDWARE);
		for (unsigned int l = 1; l < f->levels; l++) {
			tarry_va va = 1ull << f->span_lg2[l];

			if (va >= len)
				break;
			n++;
			assert_int_equal(
				tarry_map(b.space, va, 0, page, RW, NULL), 0);
			assert_int_equal(
				tarry_mark(b.space, va + page, page, 1, NULL),
				0);
		}
		assert_true(n > 0);
		w = walk_of(&j, 0, len);
		w.budget = 100;
		while (w.done < w.len)
			assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
		assert_int_equal(bed_tables(b.space), 1);
		/* The last page of the address space. */
		assert_int_equal(tarry_map(b.space, -page, 0, page, RW, NULL) ==
					 0,
				 f->va_signed || f->va_bits == 64);
		w = walk_of(&j, -(1ull << f->span_lg2[1]),
			    1ull << f->span_lg2[1]);
		if (f->va_signed || f->va_bits == 64)
			assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
		assert_int_equal(bed_tables(b.space), 1);
		bed_close(&b);
	}
}

static void idle_refuses(void **state)
{
	struct tarry_idle good = {.len = M2}, w;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	w = good;
	w.va = 1;
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reclaim_idle, b.space, &w);
	w = good;
	w.len = K4 + 1;
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reclaim_idle, b.space, &w);
	w = good;
	w.len = 0;
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_reclaim_idle, b.space, &w);
	w = good;
	w.va = 1ull << 47;
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_reclaim_idle, b.space, &w);
	w = good;
	w.done = M2 + K4;
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_reclaim_idle, b.space, &w);
	w = good;
	w.done = 5;
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_reclaim_idle, b.space, &w);
	assert_int_equal(w.done, 5);
	bed_close(&b);
}

/* A cache that does not answer may be writing still. */
static void idle_without_an_answer_puts_back(void **state)
{
	struct judge j = {0};
	struct tarry_idle w = walk_of(&j, 0, M2);
	struct probe p = {.deaf = true};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_reclaim_idle, b.space, &w);
	assert_int_equal(w.done, 0);
	assert_int_equal(w.put_back, 1);
	assert_maps_to(b.space, 5 * K4, 5 * K4);
	p.deaf = false;
	assert_int_equal(tarry_reclaim_idle(b.space, &w), 0);
	assert_int_equal(w.done, M2);
	assert_int_equal(w.tables, 3);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(idle_tables_go_and_others_stay),
	cmocka_unit_test(idle_takes_the_tables_above),
	cmocka_unit_test(idle_only_empty_tables_if_nobody_judges),
	cmocka_unit_test(idle_stays_in_its_range),
	cmocka_unit_test(idle_in_steps_skips_nothing),
	cmocka_unit_test(idle_ends_at_the_first_entry_of_value),
	cmocka_unit_test(idle_is_told_of_each_entry),
	cmocka_unit_test(idle_puts_back_what_was_written),
	cmocka_unit_test(idle_tells_of_the_span_before_and_after),
	cmocka_unit_test(idle_of_marks_freezes_nothing),
	cmocka_unit_test(idle_with_spares),
	cmocka_unit_test(idle_needs_no_memory),
	cmocka_unit_test(idle_of_runs),
	cmocka_unit_test(idle_waits_for_readers_before_it_releases),
	cmocka_unit_test(idle_of_every_format),
	cmocka_unit_test(idle_refuses),
	cmocka_unit_test(idle_without_an_answer_puts_back),
};

BED_MAIN(tests)
