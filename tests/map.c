/* SPDX-License-Identifier: MIT */
/*
 * tarry_map(): sizes of leaves, rights, the edges of the address space, and
 * what it refuses.
 */
#include "content.h"

static void map_takes_the_largest_leaves_that_fit(void **state)
{
	struct bed b;
	uint64_t len = G1 + M2 + K4;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, len, RW, NULL), 0);
	assert_leaf(b.space, 5, 5, 2, RW);
	assert_leaf(b.space, G1 - 1, G1 - 1, 2, RW);
	assert_leaf(b.space, G1, G1, 1, RW);
	assert_leaf(b.space, G1 + M2, G1 + M2, 0, RW);
	assert_hole(b.space, len);
	/* Root, and one table each of levels 2, 1, 0. */
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

static void map_of_both_ends_unaligned(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2 - K4, G1 + M2 - K4, K4 + M2 + K4,
				   RW, NULL),
			 0);
	assert_hole(b.space, M2 - K4 - 1);
	assert_leaf(b.space, M2 - K4, G1 + M2 - K4, 0, RW);
	assert_leaf(b.space, M2, G1 + M2, 1, RW);
	assert_leaf(b.space, 2 * M2, G1 + 2 * M2, 0, RW);
	assert_hole(b.space, 2 * M2 + K4);
	bed_close(&b);
}

static void map_asks_the_output_address_too(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, K4, M2, RW, NULL), 0);
	assert_leaf(b.space, G1, K4, 0, RW);
	assert_leaf(b.space, G1 + M2 - 1, K4 + M2 - 1, 0, RW);
	/* Aligned to 2M, not to 1G. */
	assert_int_equal(tarry_map(b.space, 2 * G1, M2, G1, RW, NULL), 0);
	assert_leaf(b.space, 2 * G1, M2, 1, RW);
	bed_close(&b);
}

static void map_levels_limit_the_leaves(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (unsigned int levels = 1; levels <= 3; levels++) {
		struct tarry_how how = {.levels = levels};
		tarry_va va = levels * G512;

		assert_int_equal(tarry_map(b.space, va, 0,
					   levels == 1 ? 2 * M2 : G1, RW, &how),
				 0);
		assert_leaf(b.space, va, 0, levels - 1, RW);
	}
	bed_close(&b);
}

static void map_levels_beyond_the_format_mean_any(void **state)
{
	struct bed b;
	struct tarry_how how = {.levels = 4};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* No leaf at level 3: 512G are 512 leaves of 1G. */
	assert_int_equal(tarry_map(b.space, 0, 0, G512, RW, &how), 0);
	assert_leaf(b.space, G512 - 1, G512 - 1, 2, RW);
	assert_int_equal(bed_tables(b.space), 2);
	bed_close(&b);
}

static void map_says_every_right(void **state)
{
	static const tarry_rights some[] = {
		TARRY_R,
		RW,
		TARRY_R | TARRY_X,
		TARRY_R | TARRY_USER,
		TARRY_R | TARRY_GLOBAL,
		TARRY_R | TARRY_MEM(7),
		TARRY_R | TARRY_KEY(15),
		TARRY_R | TARRY_SOFT(255),
		TARRY_R | TARRY_ACCESSED,
		TARRY_R | TARRY_DIRTY,
	};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (unsigned int level = 0; level < 3; level++)
		for (unsigned int i = 0; i < 10; i++) {
			uint64_t size = 1ull << b.format->span_lg2[level];
			tarry_va va = (level + 1) * G512 + i * size;
			struct tarry_hit hit;

			assert_int_equal(
				tarry_map(b.space, va, 0, size, some[i], NULL),
				0);
			assert_int_equal(look(b.space, va, &hit), 0);
			assert_int_equal(hit.level, level);
			assert_int_equal(tarry_hit_rights(b.space, &hit),
					 some[i]);
		}
	bed_close(&b);
}

static void map_at_the_edges_of_the_address_space(void **state)
{
	static const char *const names[] = {"x86_64-4", "x86_64-5"};

	(void)state;
	for (int n = 0; n < 2; n++) {
		struct bed b;
		uint64_t half;

		bed_open(&b, names[n], 0);
		half = 1ull << (b.format->va_bits - 1);
		assert_int_equal(tarry_map(b.space, 0, M2, K4, RW, NULL), 0);
		assert_int_equal(
			tarry_map(b.space, half - K4, 2 * M2, K4, RW, NULL), 0);
		assert_int_equal(
			tarry_map(b.space, -half, 3 * M2, K4, RW, NULL), 0);
		assert_int_equal(tarry_map(b.space, -K4, 4 * M2, K4, RW, NULL),
				 0);
		assert_leaf(b.space, 0, M2, 0, RW);
		assert_leaf(b.space, half - 1, 2 * M2 + K4 - 1, 0, RW);
		assert_leaf(b.space, -half, 3 * M2, 0, RW);
		assert_leaf(b.space, UINT64_MAX, 4 * M2 + K4 - 1, 0, RW);
		bed_close(&b);
	}
}

static void map_a_whole_half(void **state)
{
	struct bed b;
	uint64_t half = 1ull << 47;

	(void)state;
	/* 128T in leaves of 1G: 256 tables of level 2. */
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, -half, 0, half, RW, NULL), 0);
	assert_leaf(b.space, UINT64_MAX, half - 1, 2, RW);
	assert_int_equal(bed_tables(b.space), 257);
	assert_int_equal(tarry_unmap(b.space, -half, half, NULL), 0);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void map_output_addresses_to_the_last(void **state)
{
	struct bed b;
	uint64_t top = 1ull << 52;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, top - K4, K4, RW, NULL), 0);
	assert_maps_to(b.space, 0, top - K4);
	EXPECT_ERR(&b, TARRY_EOUTPUT, tarry_map, b.space, M2, top, K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_EOUTPUT, tarry_map, b.space, M2, top - K4, 2 * K4,
		   RW, NULL);
	EXPECT_ERR(&b, TARRY_EOUTPUT, tarry_map, b.space, M2, -K4, 2 * K4, RW,
		   NULL);
	bed_close(&b);
}

static void map_refuses_misaligned(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (uint64_t off = 1; off < K4; off <<= 1) {
		EXPECT_ERR(&b, TARRY_EALIGN, tarry_map, b.space, off, 0, K4, RW,
			   NULL);
		EXPECT_ERR(&b, TARRY_EALIGN, tarry_map, b.space, 0, off, K4, RW,
			   NULL);
		EXPECT_ERR(&b, TARRY_EALIGN, tarry_map, b.space, 0, 0, K4 + off,
			   RW, NULL);
	}
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_map, b.space, 0, 0, 0, RW, NULL);
	bed_close(&b);
}

static void map_refuses_addresses_that_are_none(void **state)
{
	struct bed b;
	uint64_t half = 1ull << 47;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* In the hole, into the hole, across it, out of it, and wrapping. */
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, half, 0, K4, RW, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, half - K4, 0, 2 * K4,
		   RW, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, half - K4, 0,
		   -2 * half + 2 * K4, RW, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, -half - K4, 0, 2 * K4,
		   RW, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, -K4, 0, 2 * K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, K4, 0, -K4, RW, NULL);
	bed_close(&b);
}

static void map_refuses_rights_it_cannot_say(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4, 0, NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4, TARRY_W,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | 1u << 31, NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | 1u << 5, NULL);
	bed_close(&b);

	bed_open(&b, "toy", 0);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | TARRY_GLOBAL, NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | TARRY_MEM(1), NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | TARRY_KEY(1), NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_map, b.space, 0, 0, K4,
		   RW | TARRY_SOFT(128), NULL);
	bed_close(&b);
}

static void map_refuses_what_is_taken(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	/* Inside a large leaf; over it; ending and beginning in it. */
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, G1 + 7 * K4, 0, K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, G1, 0, G1, RW, NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, G1 - M2, 0, M2 + K4,
		   RW, NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, G1 + M2 - K4, 0,
		   2 * K4, RW, &small);
	/* A large leaf where a table has one small page. */
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, 0, 0, M2, RW, NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, 0, 0, K4, RW, NULL);
	/* Taken only far from where the range begins. */
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, M2, M2, G1, RW, NULL);
	bed_close(&b);
}

static void map_where_an_empty_table_stands(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(bed_tables(b.space), 4);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	for (tarry_va va = 0; va < M2; va += 5 * K4)
		assert_maps_to(b.space, va, va);
	assert_hole(b.space, M2);
	bed_close(&b);
}

static void map_over_marks_if_told(void **state)
{
	struct bed b;
	struct tarry_how over = {.flags = TARRY_OVER_MARK};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, K4, 7, NULL), 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 8, NULL), 0);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, 0, 0, K4, RW, NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, M2 + K4, 0, K4, RW,
		   NULL);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, &over), 0);
	assert_leaf(b.space, 0, G1, 0, RW);
	/* One page of a large mark: the rest of it stays marked. */
	assert_int_equal(tarry_map(b.space, M2 + K4, G1, K4, RW, &over), 0);
	assert_marked(b.space, M2, 8);
	assert_leaf(b.space, M2 + K4, G1, 0, RW);
	assert_marked(b.space, M2 + 2 * K4, 8);
	assert_marked(b.space, 2 * M2 - 1, 8);
	/* A leaf is never replaced, told or not. */
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, M2, 0, M2, RW, &over);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, 0, 0, K4, RW, &over);
	bed_close(&b);
}

static void map_large_over_small_marks(void **state)
{
	struct bed b;
	struct tarry_how over = {.flags = TARRY_OVER_MARK};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (tarry_va va = 0; va < M2; va += 2 * K4)
		assert_int_equal(tarry_mark(b.space, va, K4, va, NULL), 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &over), 0);
	for (tarry_va va = 0; va < M2; va += K4)
		assert_maps_to(b.space, va, G1 + va);
	bed_close(&b);
}

static void map_takes_no_gather(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_map, b.space, 0, 0, K4, RW,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void map_without_memory(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (int n = 1; n <= 3; n++) {
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_map, b.space, 0, 0, K4, RW,
			   NULL);
		fault_reset();
	}
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	bed_close(&b);
}

static void map_in_the_toy_format(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "toy", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	assert_leaf(b.space, K4, K4, 1, RW);
	assert_int_equal(tarry_map(b.space, 2 * K4, M2, 2 * K4, RW, &small), 0);
	assert_leaf(b.space, 3 * K4, M2 + K4, 0, RW);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, 4 * K4, 0, K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, 3 * K4, 0, 2 * K4, RW,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_map, b.space, -K4, 0, K4, RW, NULL);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(map_takes_the_largest_leaves_that_fit),
	cmocka_unit_test(map_of_both_ends_unaligned),
	cmocka_unit_test(map_asks_the_output_address_too),
	cmocka_unit_test(map_levels_limit_the_leaves),
	cmocka_unit_test(map_levels_beyond_the_format_mean_any),
	cmocka_unit_test(map_says_every_right),
	cmocka_unit_test(map_at_the_edges_of_the_address_space),
	cmocka_unit_test(map_a_whole_half),
	cmocka_unit_test(map_output_addresses_to_the_last),
	cmocka_unit_test(map_refuses_misaligned),
	cmocka_unit_test(map_refuses_addresses_that_are_none),
	cmocka_unit_test(map_refuses_rights_it_cannot_say),
	cmocka_unit_test(map_refuses_what_is_taken),
	cmocka_unit_test(map_where_an_empty_table_stands),
	cmocka_unit_test(map_over_marks_if_told),
	cmocka_unit_test(map_large_over_small_marks),
	cmocka_unit_test(map_takes_no_gather),
	cmocka_unit_test(map_without_memory),
	cmocka_unit_test(map_in_the_toy_format),
};

BED_MAIN(tests)
