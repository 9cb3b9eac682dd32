/* SPDX-License-Identifier: MIT */
/*
 * tarry_reclaim(): empty tables of a space that keeps them.  Which tables unmap
 * retires: by call, by space, and with leaves that the owner keeps.
 */
#include "content.h"

static void reclaim_of_every_level(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(bed_tables(b.space), 4);
	assert_int_equal(tarry_reclaim(b.space, 0, 1ull << 47, NULL), 3);
	assert_int_equal(bed_tables(b.space), 1);
	assert_int_equal(tarry_reclaim(b.space, 0, 1ull << 47, NULL), 0);
	bed_close(&b);
}

static void reclaim_leaves_what_is_in_use(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, G1, K4, 4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 2 * M2, M2 - K4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 3 * M2, M2, NULL), 0);
	assert_int_equal(tarry_reclaim(b.space, 0, G512, NULL), 2);
	assert_maps_to(b.space, M2, M2);
	assert_maps_to(b.space, 3 * M2 - K4, 3 * M2 - K4);
	assert_marked(b.space, G1, 4);
	assert_hole(b.space, 0);
	bed_close(&b);
}

static void reclaim_stays_in_its_range(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, &small), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 4 * M2, NULL), 0);
	assert_int_equal(tarry_reclaim(b.space, M2, 2 * M2, NULL), 2);
	assert_int_equal(bed_tables(b.space), 5);
	bed_close(&b);
}

static void reclaim_tells_of_tables(void **state)
{
	struct bed b;
	struct probe p = {0};
	bool tables = false;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_reclaim(b.space, 0, G512, NULL), 3);
	for (unsigned int i = 0; i < p.n; i++)
		tables |= p.spans[i].tables;
	assert_true(tables);
	assert_true(probe_heard(&p, 0, M2));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void reclaim_finds_nothing_where_unmap_did_it(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(tarry_reclaim(b.space, 0, G512, NULL), 0);
	bed_close(&b);
}

static void reclaim_refuses(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reclaim, b.space, 1, K4, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reclaim, b.space, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_reclaim, b.space, 0, 0, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_reclaim, b.space, 1ull << 47, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_reclaim, b.space, -K4, 2 * K4, NULL);
	bed_close(&b);
}

/* ---- unmap retires what it empties, or does not: call by call ---- */

static const struct tarry_how keeping = {.flags = TARRY_KEEP_TABLES};
static const struct tarry_how retiring = {.flags = TARRY_RETIRE_TABLES};

static void unmap_keeps_tables_if_the_call_says_so(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * M2, RW, &small), 0);
	assert_int_equal(tarry_unmap(b.space, 0, G512, &keeping), 0);
	assert_int_equal(bed_tables(b.space), 6);
	assert_hole(b.space, 0);
	/* What one call kept goes with the next that does not. */
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_int_equal(bed_tables(b.space), 5);
	assert_int_equal(tarry_reclaim(b.space, 0, G512, NULL), 4);
	bed_close(&b);
}

static void unmap_retires_tables_if_the_call_says_so(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * M2, RW, &small), 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_int_equal(bed_tables(b.space), 6);
	assert_int_equal(tarry_unmap(b.space, M2, M2, &retiring), 0);
	assert_int_equal(bed_tables(b.space), 5);
	assert_int_equal(tarry_unmap(b.space, 0, G512, &retiring), 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void unmap_cannot_do_both(void **state)
{
	struct tarry_how both = {.flags = TARRY_KEEP_TABLES |
					  TARRY_RETIRE_TABLES};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_unmap, b.space, 0, K4, &both);
	bed_close(&b);
}

/* ---- what the owner keeps keeps its table ---- */

struct keeper {
	struct bed *bed;
	tarry_rights rights; /* leaves that have one of these stay */
	uint64_t payload;    /* marks of this stay; 0: none */
	unsigned int asked;
	struct tarry_piece last;
	bool touch; /* hardware writes between question and change, once */
};

static bool keeps(void *ctx, const struct tarry_piece *piece)
{
	struct keeper *k = ctx;
	bool keep = piece->kind == TARRY_LEAF
			    ? (piece->rights & k->rights) != 0
			    : k->payload && piece->oa == k->payload;

	k->asked++;
	k->last = *piece;
	if (k->touch) {
		k->touch = false;
		assert_true(hardware_touch(k->bed, k->bed->space, piece->va,
					   TARRY_DIRTY));
	}
	return keep;
}

static void unmap_skips_what_is_kept(void **state)
{
	struct keeper k = {.rights = TARRY_SOFT(1), .payload = 5};
	struct tarry_how how = {.keep = keeps, .keep_ctx = &k};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, &small), 0);
	assert_int_equal(tarry_protect(b.space, M2 + 7 * K4, K4,
				       RW | TARRY_SOFT(1), NULL),
			 0);
	assert_int_equal(tarry_mark(b.space, 2 * M2, K4, 5, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 2 * M2 + K4, K4, 6, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, G512, &how), 0);
	assert_int_equal(k.asked, 4 * 512);
	/* Two tables stay, for what is kept in them; two went. */
	assert_int_equal(bed_tables(b.space), 5);
	assert_hole(b.space, M2 + 6 * K4);
	assert_leaf(b.space, M2 + 7 * K4, M2 + 7 * K4, 0, RW | TARRY_SOFT(1));
	assert_hole(b.space, M2 + 8 * K4);
	assert_marked(b.space, 2 * M2, 5);
	assert_hole(b.space, 2 * M2 + K4);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 4 * M2 - K4);
	/* Without the question they go, and the tables with them. */
	assert_int_equal(tarry_unmap(b.space, 0, G512, NULL), 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void unmap_asks_for_the_part_in_the_range(void **state)
{
	struct keeper k = {.rights = TARRY_R};
	struct tarry_how how = {.keep = keeps, .keep_ctx = &k};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 3 * K4, 4 * K4, &how), 0);
	assert_int_equal(k.asked, 1);
	assert_int_equal(k.last.va, 3 * K4);
	assert_int_equal(k.last.len, 4 * K4);
	assert_int_equal(k.last.oa, G1 + 3 * K4);
	assert_leaf(b.space, 3 * K4, G1 + 3 * K4, 1, RW);
	k.rights = 0;
	assert_int_equal(tarry_unmap(b.space, 3 * K4, 4 * K4, &how), 0);
	assert_int_equal(k.asked, 2);
	assert_hole(b.space, 3 * K4);
	assert_leaf(b.space, 7 * K4, G1 + 7 * K4, 0, RW);
	bed_close(&b);
}

static bool keeps_the_second(void *ctx, const struct tarry_piece *piece)
{
	unsigned int *dirty = ctx;

	*dirty += (piece->rights & TARRY_DIRTY) != 0;
	return piece->va == piece->len;
}

/* Hardware notes a write to any page of a run at any leaf of it: each leaf that
 * is asked for says what the run says, and so does the one that is kept. */
static void unmap_keeps_one_of_a_run(const struct tarry_format *f)
{
	uint64_t page = 1ull << f->page_lg2, run = page << f->run_lg2[0];
	unsigned int n = 1u << f->run_lg2[0], dirty = 0;
	struct tarry_how how = {.keep = keeps_the_second, .keep_ctx = &dirty};
	struct tarry_space_stats stats;
	struct tarry_hit hit;
	struct bed b;

	bed_open(&b, f->name,
		 TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE | TARRY_SPACE_RUNS);
	assert_int_equal(tarry_map(b.space, 0, run, 2 * run, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, run - page, AD));
	assert_int_equal(tarry_unmap(b.space, 0, run, &how), 0);
	assert_int_equal(dirty, n);
	assert_sound(b.space);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(stats.runs[0], 1);
	for (tarry_va va = 0; va < run; va += page)
		if (va != page)
			assert_hole(b.space, va);
	assert_int_equal(look(b.space, page, &hit), 0);
	assert_int_equal(hit.oa, run + page);
	assert_int_equal(hit.len, page);
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW | AD);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, run - page);
	assert_int_equal(b.owner.runs[0].rights, AD);
	bed_close(&b);
}

static void unmap_keeps_a_part_of_a_run(void **state)
{
	const struct tarry_format *f;

	(void)state;
	for (unsigned int i = 0; (f = tarry_format_at(i)); i++)
		if (f->run_lg2[0])
			unmap_keeps_one_of_a_run(f);
}

static void unmap_asks_again_if_hardware_wrote(void **state)
{
	struct keeper k = {.rights = TARRY_DIRTY, .touch = true};
	struct tarry_how how = {.keep = keeps, .keep_ctx = &k};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	k.bed = &b;
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 2 * K4, &how), 0);
	/* The first was clean when it was asked about, and dirty when it was to
	 * go. */
	assert_int_equal(k.asked, 3);
	assert_maps_to(b.space, 0, 0);
	assert_hole(b.space, K4);
	bed_close(&b);
}

/* ---- tables of one backing page, and those above them in it ---- */

/* Z16: where fragments share a lock, two that are one must be taken once; here
 * each fragment has its own. */
static void a_table_and_its_parent_in_one_backing_page(void **state)
{
	struct tarry_hit hit;
	unsigned int shared = 0;

	(void)state;
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		uint64_t page = 1ull << f->page_lg2, table[TARRY_MAX_LEVELS];
		uint64_t backing = ~0ull << f->backing_lg2;
		struct bed b;

		if (f->table_lg2[0] >= f->backing_lg2 &&
		    f->table_lg2[1] >= f->backing_lg2)
			continue;
		bed_open(&b, f->name, 0);
		/* Siblings at level 0, and the parent above them. */
		for (unsigned int n = 0; n < 2; n++)
			assert_int_equal(
				tarry_map(b.space,
					  (uint64_t)n << f->span_lg2[1],
					  n * page, page, RW, NULL),
				0);
		for (unsigned int l = 1; l < f->levels; l++)
			table[l - 1] =
				f->table_oa(slot_value(&b, b.space, 0, l));
		for (unsigned int l = 1; l + 1 < f->levels; l++)
			shared += !((table[l - 1] ^ table[l]) & backing);
		shared += !((table[0] ^
			     f->table_oa(slot_value(
				     &b, b.space, 1ull << f->span_lg2[1], 1))) &
			    backing);
		assert_int_equal(bed_tables(b.space), f->levels + 1);
		assert_int_equal(tarry_unmap(b.space, 0, page, NULL), 0);
		assert_int_equal(bed_tables(b.space), f->levels);
		assert_int_equal(look(b.space, 1ull << f->span_lg2[1], &hit),
				 0);
		assert_int_equal(tarry_unmap(b.space, 1ull << f->span_lg2[1],
					     page, NULL),
				 0);
		assert_int_equal(bed_tables(b.space), 1);
		bed_close(&b);
	}
	/* Some format must have had some, or this showed nothing. */
	assert_true(shared > 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(reclaim_of_every_level),
	cmocka_unit_test(reclaim_leaves_what_is_in_use),
	cmocka_unit_test(reclaim_stays_in_its_range),
	cmocka_unit_test(reclaim_tells_of_tables),
	cmocka_unit_test(reclaim_finds_nothing_where_unmap_did_it),
	cmocka_unit_test(reclaim_refuses),
	cmocka_unit_test(unmap_keeps_tables_if_the_call_says_so),
	cmocka_unit_test(unmap_retires_tables_if_the_call_says_so),
	cmocka_unit_test(unmap_cannot_do_both),
	cmocka_unit_test(unmap_skips_what_is_kept),
	cmocka_unit_test(unmap_asks_for_the_part_in_the_range),
	cmocka_unit_test(unmap_keeps_a_part_of_a_run),
	cmocka_unit_test(unmap_asks_again_if_hardware_wrote),
	cmocka_unit_test(a_table_and_its_parent_in_one_backing_page),
};

BED_MAIN(tests)
