/* SPDX-License-Identifier: MIT */
/*
 * tarry_unmap(): what goes, what stays, who is told.
 */
#include "content.h"

static void unmap_leaves_the_root_alone(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G512 - K4, 0, 2 * K4, RW, NULL), 0);
	assert_int_equal(bed_tables(b.space), 7);
	assert_int_equal(tarry_unmap(b.space, G512 - K4, K4, NULL), 0);
	assert_hole(b.space, G512 - K4);
	assert_maps_to(b.space, G512, K4);
	assert_int_equal(bed_tables(b.space), 4);
	assert_int_equal(tarry_unmap(b.space, G512, K4, NULL), 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void unmap_keeps_tables_if_told(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * M2, RW, &small), 0);
	assert_int_equal(bed_tables(b.space), 6);
	assert_int_equal(tarry_unmap(b.space, 0, G512, NULL), 0);
	assert_int_equal(bed_tables(b.space), 6);
	assert_hole(b.space, 0);
	bed_close(&b);
}

static void unmap_of_holes_and_marks(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* Nothing at all is there. */
	assert_int_equal(tarry_unmap(b.space, 0, 1ull << 47, NULL), 0);
	assert_int_equal(tarry_map(b.space, K4, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 3 * K4, K4, 9, NULL), 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 10, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2 + K4, NULL), 0);
	assert_hole(b.space, K4);
	assert_hole(b.space, 3 * K4);
	assert_hole(b.space, M2);
	/* A large mark that sticks out is cut. */
	assert_marked(b.space, M2 + K4, 10);
	assert_marked(b.space, 2 * M2 - 1, 10);
	assert_int_equal(tarry_unmap(b.space, M2, M2, NULL), 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void unmap_splits_what_sticks_out(void **state)
{
	tarry_rights rights =
		RWU | TARRY_X | TARRY_MEM(5) | TARRY_KEY(3) | TARRY_SOFT(0x81);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, G1, G1, M2, rights, NULL), 0);
	assert_true(hardware_touch(&b, b.space, G1, AD));
	assert_int_equal(tarry_unmap(b.space, G1 + 8 * K4, 2 * K4, NULL), 0);
	for (tarry_va va = G1; va < G1 + M2; va += K4) {
		struct tarry_hit hit;

		if (va == G1 + 8 * K4 || va == G1 + 9 * K4) {
			assert_hole(b.space, va);
			continue;
		}
		assert_int_equal(look(b.space, va, &hit), 0);
		assert_int_equal(hit.oa, va);
		assert_int_equal(hit.level, 0);
		/* What hardware wrote is not lost on the way. */
		assert_int_equal(tarry_hit_rights(b.space, &hit), rights | AD);
	}
	bed_close(&b);
}

static void unmap_of_one_page_of_a_gigabyte(void **state)
{
	struct bed b;
	tarry_va hole = 5 * G1 + 37 * M2 + 11 * K4;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 5 * G1, 0, G1, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, hole, K4, NULL), 0);
	assert_hole(b.space, hole);
	assert_leaf(b.space, hole - 1, hole - 1 - 5 * G1, 0, RW);
	assert_leaf(b.space, hole + K4, hole + K4 - 5 * G1, 0, RW);
	assert_leaf(b.space, 5 * G1 + 36 * M2, 36 * M2, 1, RW);
	assert_leaf(b.space, 5 * G1 + 38 * M2, 38 * M2, 1, RW);
	assert_leaf(b.space, 6 * G1 - 1, G1 - 1, 1, RW);
	bed_close(&b);
}

static void unmap_cuts_both_ends(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, M2 - K4, 2 * M2 + 2 * K4, NULL),
			 0);
	assert_leaf(b.space, M2 - K4 - 1, M2 - K4 - 1, 0, RW);
	assert_hole(b.space, M2 - K4);
	assert_hole(b.space, 2 * M2);
	assert_hole(b.space, 3 * M2 + K4 - 1);
	assert_leaf(b.space, 3 * M2 + K4, 3 * M2 + K4, 0, RW);
	bed_close(&b);
}

static void unmap_hands_pages_to_the_owner(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, M2 + K4, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G1 + K4, K4, 3, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	assert_int_equal(tarry_unmap(b.space, 0, 2 * G1, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, M2 + K4);
	for (uint64_t i = 0; i < b.owner.releases; i++) {
		struct tarry_run *r = &b.owner.runs[i];

		if (r->oa == M2 + K4) {
			assert_int_equal(r->len, K4);
			assert_int_equal(r->rights, 0);
		} else {
			assert_true(r->oa >= G1 && r->oa + r->len <= G1 + M2);
			assert_int_equal(r->rights, AD);
		}
	}
	bed_close(&b);
}

static void unmap_releases_only_what_went(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 3 * K4, K4, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 1);
	assert_int_equal(b.owner.runs[0].oa, G1 + 3 * K4);
	assert_int_equal(b.owner.runs[0].len, K4);
	/* The same page twice: nothing is there the second time. */
	assert_int_equal(tarry_unmap(b.space, 3 * K4, K4, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 1);
	bed_close(&b);
}

/* More runs than a gather has room for: none may be lost or doubled. */
static void unmap_releases_many_runs(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(tarry_map(b.space, 2 * i * K4,
					   (2000 - 2 * i) * K4, K4, RW, NULL),
				 0);
	assert_int_equal(tarry_unmap(b.space, 0, G1, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 1000 * K4);
	bed_close(&b);
}

static void unmap_without_release_is_silent(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

static void unmap_refuses(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_unmap, b.space, 1, K4, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_unmap, b.space, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_unmap, b.space, 0, 0, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_unmap, b.space, 1ull << 47, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_unmap, b.space, -K4, 2 * K4, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_unmap, b.space, K4, -K4, NULL);
	fault_fail_at(1);
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_unmap, b.space, K4, K4, NULL);
	/* The second split fails: the first must be as if it never was. */
	fault_fail_at(2);
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_unmap, b.space, M2 - K4, 2 * K4,
		   NULL);
	fault_reset();
	assert_int_equal(tarry_unmap(b.space, M2 - K4, 2 * K4, NULL), 0);
	bed_close(&b);
}

static void unmap_needs_no_memory_for_whole_leaves(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, M2 - K4, 0, G1 + M2, RW, NULL), 0);
	fault_fail_from(1);
	assert_int_equal(tarry_unmap(b.space, M2 - K4, G1 + M2, NULL), 0);
	assert_int_equal(bed_tables(b.space), 1);
	fault_reset();
	bed_close(&b);
}

static void unmap_at_the_very_end(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-5", 0);
	assert_int_equal(tarry_map(b.space, -M2, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, -K4, K4, NULL), 0);
	assert_hole(b.space, UINT64_MAX);
	assert_maps_to(b.space, -K4 - 1, M2 - K4 - 1);
	assert_int_equal(tarry_unmap(b.space, -(1ull << 56), 1ull << 56, NULL),
			 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(unmap_leaves_the_root_alone),
	cmocka_unit_test(unmap_keeps_tables_if_told),
	cmocka_unit_test(unmap_of_holes_and_marks),
	cmocka_unit_test(unmap_splits_what_sticks_out),
	cmocka_unit_test(unmap_of_one_page_of_a_gigabyte),
	cmocka_unit_test(unmap_cuts_both_ends),
	cmocka_unit_test(unmap_hands_pages_to_the_owner),
	cmocka_unit_test(unmap_releases_only_what_went),
	cmocka_unit_test(unmap_releases_many_runs),
	cmocka_unit_test(unmap_without_release_is_silent),
	cmocka_unit_test(unmap_refuses),
	cmocka_unit_test(unmap_needs_no_memory_for_whole_leaves),
	cmocka_unit_test(unmap_at_the_very_end),
};

BED_MAIN(tests)
