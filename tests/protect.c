/* SPDX-License-Identifier: MIT */
/*
 * tarry_protect(): rights change in place, what hardware wrote stays.
 */
#include "content.h"

static void protect_changes_leaves_in_place(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, G1 + M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_protect(b.space, 0, G1 + M2 + K4,
				       TARRY_R | TARRY_X, NULL),
			 0);
	assert_leaf(b.space, 0, 0, 2, TARRY_R | TARRY_X);
	assert_leaf(b.space, G1, G1, 1, TARRY_R | TARRY_X);
	assert_leaf(b.space, G1 + M2, G1 + M2, 0, TARRY_R | TARRY_X);
	bed_close(&b);
}

static void protect_keeps_accessed_and_dirty(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * K4, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	assert_true(hardware_touch(&b, b.space, K4, TARRY_ACCESSED));
	assert_int_equal(tarry_protect(b.space, 0, 3 * K4, TARRY_R, NULL), 0);
	assert_int_equal(look(b.space, 0, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), TARRY_R | AD);
	assert_int_equal(look(b.space, K4, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit),
			 TARRY_R | TARRY_ACCESSED);
	assert_int_equal(look(b.space, 2 * K4, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), TARRY_R);
	bed_close(&b);
}

static void protect_splits_what_sticks_out(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, NULL), 0);
	assert_int_equal(tarry_protect(b.space, M2 - K4, 2 * K4, TARRY_R, NULL),
			 0);
	for (tarry_va va = 0; va < 2 * M2; va += K4)
		assert_leaf(b.space, va, va, 0,
			    va == M2 - K4 || va == M2 ? TARRY_R : RW);
	bed_close(&b);
}

static void protect_skips_holes_and_marks(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, K4, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 2 * K4, K4, 77, NULL), 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 78, NULL), 0);
	assert_int_equal(tarry_protect(b.space, 0, M2 + K4, TARRY_R, NULL), 0);
	assert_hole(b.space, 0);
	assert_leaf(b.space, K4, 0, 0, TARRY_R);
	assert_marked(b.space, 2 * K4, 77);
	assert_marked(b.space, M2, 78);
	assert_marked(b.space, M2 + K4, 78);
	bed_close(&b);
}

static void protect_keeps_a_spare(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(tarry_protect(b.space, 0, M2, TARRY_R, NULL), 0);
	assert_leaf(b.space, 0, 0, 1, TARRY_R);
	assert_int_equal(bed_spares(b.space), 1);
	bed_close(&b);
}

static void protect_refuses(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_protect, b.space, 1, K4, RW, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_protect, b.space, 0, 1, RW, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_protect, b.space, 0, 0, RW, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_protect, b.space, 1ull << 47, K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_protect, b.space, -K4, 2 * K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_protect, b.space, 0, K4, TARRY_W,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_protect, b.space, 0, K4,
		   RW | 1u << 30, NULL);
	for (int n = 1; n <= 2; n++) {
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_protect, b.space, M2 - K4,
			   2 * K4, TARRY_R, NULL);
		fault_reset();
	}
	bed_close(&b);
}

static void protect_tells_listeners(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_protect(b.space, M2, 2 * M2, TARRY_R, NULL), 0);
	assert_true(probe_heard(&p, M2, 2 * M2));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(protect_changes_leaves_in_place),
	cmocka_unit_test(protect_keeps_accessed_and_dirty),
	cmocka_unit_test(protect_splits_what_sticks_out),
	cmocka_unit_test(protect_skips_holes_and_marks),
	cmocka_unit_test(protect_keeps_a_spare),
	cmocka_unit_test(protect_refuses),
	cmocka_unit_test(protect_tells_listeners),
};

BED_MAIN(tests)
