/* SPDX-License-Identifier: MIT */
/*
 * tarry_retract(): a table goes, its slot is left to a later fault.
 */
#include "content.h"

static void retract_empties_the_slot(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, 2 * M2, K4, 1, NULL), 0);
	assert_int_equal(tarry_retract(b.space, 0, 1, NULL), 0);
	assert_hole(b.space, 0);
	assert_hole(b.space, M2 - K4);
	assert_maps_to(b.space, M2, M2);
	/* Marks go with the table as well. */
	assert_int_equal(tarry_retract(b.space, 2 * M2, 1, NULL), 0);
	assert_hole(b.space, 2 * M2);
	tarry_pool_drain(b.pool);
	/* The pages are the file's: they are not released. */
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

static void retract_of_a_subtree(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, 0, 4 * M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, G1, 1, 0, NULL, &deposit), 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_retract(b.space, G1, 2, NULL), 0);
	for (tarry_va va = G1; va < G1 + 4 * M2; va += K4)
		assert_hole(b.space, va);
	assert_maps_to(b.space, 0, 0);
	assert_int_equal(bed_spares(b.space), 0);
	bed_close(&b);
}

static void retract_then_refill(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(tarry_retract(b.space, 0, 1, NULL), 0);
	assert_int_equal(tarry_map(b.space, 0, M2, M2, RW, NULL), 0);
	assert_leaf(b.space, 0, M2, 1, RW);
	bed_close(&b);
}

static void retract_tells_of_the_whole_span(void **state)
{
	struct bed b;
	struct probe p = {0};
	bool tables = false;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 4 * K4, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_retract(b.space, 0, 1, NULL), 0);
	assert_true(probe_heard(&p, 0, M2));
	for (unsigned int i = 0; i < p.n; i++)
		tables |= p.spans[i].tables;
	assert_true(tables);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void retract_refuses(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 1, NULL), 0);
	assert_int_equal(tarry_map(b.space, 2 * M2, 0, K4, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_retract, b.space, K4, 1, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_retract, b.space, M2, 2, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_retract, b.space, 1ull << 47, 1,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_retract, b.space, 0, 0, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_retract, b.space, 0, 4, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_retract, b.space, 0, 64, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_retract, b.space, 3 * M2, 1, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_retract, b.space, G512, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELEAF, tarry_retract, b.space, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELEAF, tarry_retract, b.space, M2, 1, NULL);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_retract, b.space, 2 * M2, 1,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void retract_of_a_table_of_the_root(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G512, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_retract(b.space, G512, 3, NULL), 0);
	assert_hole(b.space, G512);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);

	bed_open(&b, "toy", 0);
	assert_int_equal(tarry_map(b.space, 2 * K4, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_retract(b.space, 2 * K4, 1, NULL), 0);
	assert_hole(b.space, 2 * K4);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(retract_empties_the_slot),
	cmocka_unit_test(retract_of_a_subtree),
	cmocka_unit_test(retract_then_refill),
	cmocka_unit_test(retract_tells_of_the_whole_span),
	cmocka_unit_test(retract_refuses),
	cmocka_unit_test(retract_of_a_table_of_the_root),
};

BED_MAIN(tests)
