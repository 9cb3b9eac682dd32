/* SPDX-License-Identifier: MIT */
/*
 * tarry_move(): leaves, marks, spares and whole tables change their place.
 */
#include "content.h"

static void move_of_single_pages(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, G1, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 3 * K4, K4, 44, NULL), 0);
	assert_true(hardware_touch(&b, b.space, K4, AD));
	assert_int_equal(tarry_move(b.space, 0, G512 + K4, 4 * K4, NULL), 0);
	assert_hole(b.space, 0);
	assert_hole(b.space, K4);
	assert_hole(b.space, 3 * K4);
	assert_leaf(b.space, G512 + K4, G1, 0, RW);
	assert_int_equal(look(b.space, G512 + 2 * K4, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW | AD);
	assert_hole(b.space, G512 + 3 * K4);
	assert_marked(b.space, G512 + 4 * K4, 44);
	/* The tables of the old place are gone. */
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

static void move_of_whole_tables(void **state)
{
	struct bed b;
	struct fault_counts counts;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 8 * M2, RW, &small), 0);
	assert_int_equal(tarry_map(b.space, 9 * M2, G1, M2, RW, NULL), 0);
	fault_reset();
	assert_int_equal(tarry_move(b.space, 0, G512, 16 * M2, NULL), 0);
	fault_counts(&counts);
	/* Four thousand pages moved; not one by one. */
	assert_true(counts.exchanges + counts.cas + counts.stores < 2048);
	for (tarry_va va = 0; va < 8 * M2; va += K4) {
		assert_hole(b.space, va);
		assert_leaf(b.space, G512 + va, va, 0, RW);
	}
	assert_leaf(b.space, G512 + 9 * M2, G1, 1, RW);
	/* Root; then level 2, level 1 and eight of level 0 at the new place. */
	assert_int_equal(bed_tables(b.space), 11);
	/* What came along can be changed like any other. */
	assert_int_equal(tarry_unmap(b.space, G512 + K4, K4, NULL), 0);
	assert_hole(b.space, G512 + K4);
	assert_int_equal(tarry_collapse(b.space, G512 + M2, 1, 0, NULL, NULL),
			 0);
	bed_close(&b);
}

static void move_of_a_gigabyte_of_tables(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, 0, G1, RW,
				   &(struct tarry_how){.levels = 2}),
			 0);
	assert_int_equal(tarry_map(b.space, 2 * G1, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_move(b.space, G1, -2 * G1, G1, NULL), 0);
	assert_leaf(b.space, -2 * G1, 0, 1, RW);
	assert_leaf(b.space, -G1 - 1, G1 - 1, 1, RW);
	assert_hole(b.space, G1);
	assert_maps_to(b.space, 2 * G1, 0);
	bed_close(&b);
}

static void move_splits_what_no_longer_fits(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	/* Ends not aligned alike: the large leaf goes over in pages. */
	assert_int_equal(tarry_move(b.space, 0, G1 + K4, M2, NULL), 0);
	for (tarry_va va = 0; va < M2; va += K4) {
		assert_hole(b.space, va);
		assert_leaf(b.space, G1 + K4 + va, G1 + va, 0, RW);
	}
	bed_close(&b);
}

static void move_of_a_part_of_a_large_leaf(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_move(b.space, 4 * K4, G1, 4 * K4, NULL), 0);
	assert_maps_to(b.space, 3 * K4, G1 + 3 * K4);
	assert_hole(b.space, 4 * K4);
	assert_hole(b.space, 7 * K4);
	assert_maps_to(b.space, 8 * K4, G1 + 8 * K4);
	assert_maps_to(b.space, G1, G1 + 4 * K4);
	assert_maps_to(b.space, G1 + 4 * K4 - 1, G1 + 8 * K4 - 1);
	bed_close(&b);
}

static void move_of_large_leaves_keeps_them_large(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, G1, G1, RW, NULL), 0);
	assert_int_equal(tarry_move(b.space, M2, 3 * G1 + M2, M2, NULL), 0);
	assert_leaf(b.space, 3 * G1 + M2, G1, 1, RW);
	assert_int_equal(tarry_move(b.space, G1, G512 + G1, G1, NULL), 0);
	assert_leaf(b.space, G512 + G1, G1, 2, RW);
	bed_close(&b);
}

static void move_takes_spares_along(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(tarry_move(b.space, 0, G512, M2, NULL), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_sound(b.space);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, G512, 1, &no_alloc), 0);
	fault_reset();
	assert_leaf(b.space, G512 + K4, K4, 0, RW);
	bed_close(&b);
}

static void move_of_nothing(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_move(b.space, 0, G1, 3 * K4, NULL), 0);
	assert_hole(b.space, G1);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void move_to_the_very_end(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-5", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	assert_int_equal(tarry_move(b.space, 0, -M2, M2, NULL), 0);
	assert_maps_to(b.space, UINT64_MAX, G1 + M2 - 1);
	assert_int_equal(tarry_move(b.space, -M2, (1ull << 56) - M2, M2, NULL),
			 0);
	assert_maps_to(b.space, (1ull << 56) - 1, G1 + M2 - 1);
	bed_close(&b);
}

/* The lengths that a driver and the toy can have: one slot to its neighbour. */
static void move_inside_one_table(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_move(b.space, 0, 2 * K4, 2 * K4, NULL), 0);
	assert_hole(b.space, 0);
	assert_maps_to(b.space, 2 * K4, G1);
	assert_int_equal(tarry_move(b.space, 2 * K4, 0, 2 * K4, NULL), 0);
	assert_maps_to(b.space, 0, G1);
	assert_hole(b.space, 2 * K4);
	bed_close(&b);

	bed_open(&b, "toy", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_move(b.space, 0, 3 * K4, K4, NULL), 0);
	assert_maps_to(b.space, 3 * K4, 0);
	assert_int_equal(tarry_move(b.space, 2 * K4, 0, 2 * K4, NULL), 0);
	assert_maps_to(b.space, K4, 0);
	assert_int_equal(bed_tables(b.space), 2);
	bed_close(&b);
}

static void move_refuses(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1 + 5 * K4, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G1 + M2, M2, 1, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_move, b.space, 1, G512, K4, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_move, b.space, 0, G512 + 1, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_move, b.space, 0, G512, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_move, b.space, 0, G512, 0, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_move, b.space, 0, 1ull << 47, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_move, b.space, 1ull << 47, 0, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_move, b.space, 0, -K4, 2 * K4, NULL);
	EXPECT_ERR(&b, TARRY_EOVERLAP, tarry_move, b.space, 0, 0, K4, NULL);
	EXPECT_ERR(&b, TARRY_EOVERLAP, tarry_move, b.space, 0, K4, 2 * K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_EOVERLAP, tarry_move, b.space, K4, 0, 2 * K4,
		   NULL);
	/* Taken: by a page in the middle, by a part of a large mark. */
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_move, b.space, 0, G1, M2, NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_move, b.space, 0, G1 + M2 + K4, K4,
		   NULL);
	/* Splits at the source and tables at the destination are needed. */
	for (int n = 1; n <= 3; n++) {
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_move, b.space, 0, G512 + K4,
			   2 * K4, NULL);
		fault_reset();
	}
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_move, b.space, 0, G512, K4,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(move_of_single_pages),
	cmocka_unit_test(move_of_whole_tables),
	cmocka_unit_test(move_of_a_gigabyte_of_tables),
	cmocka_unit_test(move_splits_what_no_longer_fits),
	cmocka_unit_test(move_of_a_part_of_a_large_leaf),
	cmocka_unit_test(move_of_large_leaves_keeps_them_large),
	cmocka_unit_test(move_takes_spares_along),
	cmocka_unit_test(move_of_nothing),
	cmocka_unit_test(move_to_the_very_end),
	cmocka_unit_test(move_inside_one_table),
	cmocka_unit_test(move_refuses),
};

BED_MAIN(tests)
