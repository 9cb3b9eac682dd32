/* SPDX-License-Identifier: MIT */
/*
 * tarry_reclaim(): empty tables of a space that keeps them.
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
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW,
				   &(struct tarry_how){.levels = 1}),
			 0);
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
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW,
				   &(struct tarry_how){.levels = 1}),
			 0);
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(reclaim_of_every_level),
	cmocka_unit_test(reclaim_leaves_what_is_in_use),
	cmocka_unit_test(reclaim_stays_in_its_range),
	cmocka_unit_test(reclaim_tells_of_tables),
	cmocka_unit_test(reclaim_finds_nothing_where_unmap_did_it),
	cmocka_unit_test(reclaim_refuses),
};

BED_MAIN(tests)
