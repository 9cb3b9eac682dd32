/* SPDX-License-Identifier: MIT */
/*
 * tarry_reserve() and tarry_unreserve(): a stock of tables, and operations that
 * cannot fail for memory with it.
 */
#include "content.h"

static uint64_t stock_tables(const struct tarry_stock *stock)
{
	uint64_t n = 0;

	for (int l = 0; l < TARRY_MAX_LEVELS; l++)
		n += stock->count[l];
	return n;
}

static void reserve_is_enough_for_a_map(void **state)
{
	/* Aligned and not, small, large, across upper tables. */
	static const struct {
		tarry_va va;
		uint64_t len;
		unsigned int levels;
	} ranges[] = {
		{0, K4, 0},
		{M2 - K4, 2 * K4, 0},
		{G1 - K4, 2 * K4, 0},
		{G512 - K4, 2 * K4, 0},
		{K4, 3 * M2, 1},
		{G1 - M2 - K4, 4 * M2, 1},
		{G512 - G1 - M2, 3 * G1, 2},
		{-(1ull << 47), G1, 2},
		{-(3 * M2 + K4), 3 * M2 + K4, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct tarry_stock stock = {0};
		struct tarry_how how = {.levels = ranges[i].levels};
		struct bed b;

		bed_open(&b, "x86_64-4", 0);
		assert_int_equal(tarry_reserve(b.space, ranges[i].va,
					       ranges[i].len, &how, &stock),
				 0);
		assert_true(stock_tables(&stock) > 0);
		how.stock = &stock;
		fault_fail_from(1);
		assert_int_equal(tarry_map(b.space, ranges[i].va, K4,
					   ranges[i].len, RW, &how),
				 0);
		fault_reset();
		tarry_unreserve(&stock);
		assert_int_equal(stock_tables(&stock), 0);
		bed_close(&b);
	}
}

static void reserve_is_enough_for_splits(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	struct tarry_how how = {.stock = &stock};
	tarry_va va = G1 - M2 - K4;
	uint64_t len = 2 * M2 + 2 * K4;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (int op = 0; op < 3; op++) {
		assert_int_equal(tarry_map(b.space, 0, 0, 2 * G1, RW, NULL), 0);
		assert_int_equal(tarry_reserve(b.space, va, len, NULL, &stock),
				 0);
		fault_fail_from(1);
		switch (op) {
		case 0:
			assert_int_equal(tarry_unmap(b.space, va, len, &how),
					 0);
			break;
		case 1:
			assert_int_equal(
				tarry_protect(b.space, va, len, TARRY_R, &how),
				0);
			break;
		case 2:
			assert_int_equal(tarry_mark(b.space, va, len, 1, &how),
					 0);
			break;
		}
		fault_reset();
		assert_int_equal(tarry_unmap(b.space, 0, 2 * G1, NULL), 0);
	}
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void reserve_is_enough_for_a_move(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	struct tarry_how how = {.stock = &stock};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * K4, RW, NULL), 0);
	assert_int_equal(
		tarry_reserve(b.space, G512 - K4, 3 * K4, NULL, &stock), 0);
	fault_fail_from(1);
	assert_int_equal(tarry_move(b.space, 0, G512 - K4, 3 * K4, &how), 0);
	fault_reset();
	assert_maps_to(b.space, G512 + K4, 2 * K4);
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void reserve_is_enough_for_a_clone(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	struct tarry_how how = {.levels = 1};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, M2 - K4, 0, 2 * M2, RW, &how), 0);
	assert_int_equal(tarry_reserve(b.other, M2 - K4, 2 * M2, &how, &stock),
			 0);
	fault_fail_from(1);
	assert_int_equal(tarry_clone(b.space, b.other, M2 - K4, 2 * M2,
				     &(struct tarry_how){.stock = &stock}),
			 0);
	fault_reset();
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void reserve_is_enough_for_split_and_collapse(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	struct tarry_how how = {.stock = &stock};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_reserve(b.space, 0, M2, NULL, &stock), 0);
	fault_fail_from(1);
	how.flags = TARRY_NO_ALLOC;
	assert_int_equal(tarry_split(b.space, 0, 1, &how), 0);
	fault_reset();
	assert_int_equal(tarry_reserve(b.space, 0, M2, NULL, &stock), 0);
	fault_fail_from(1);
	how.flags = TARRY_DEPOSIT;
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &how), 0);
	fault_reset();
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void reserve_tops_up(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0}, copy;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	copy = stock;
	/* Enough already: nothing is added. */
	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	for (int l = 0; l < TARRY_MAX_LEVELS; l++)
		assert_int_equal(stock.count[l], copy.count[l]);
	assert_int_equal(tarry_reserve(b.space, 0, G1, NULL, &stock), 0);
	for (int l = 0; l < TARRY_MAX_LEVELS; l++)
		assert_true(stock.count[l] >= copy.count[l]);
	tarry_unreserve(&stock);
	tarry_unreserve(&stock); /* an empty one */
	bed_close(&b);
}

static void reserve_counts_in_the_pool(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	struct tarry_pool_stats before, with, after;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	tarry_pool_stats(b.pool, &before);
	assert_int_equal(tarry_reserve(b.space, 0, 4 * M2, NULL, &stock), 0);
	tarry_pool_stats(b.pool, &with);
	assert_int_equal(with.table_bytes - before.table_bytes,
			 stock_tables(&stock) * K4);
	assert_int_equal(bed_tables(b.space), 1);
	tarry_unreserve(&stock);
	tarry_pool_stats(b.pool, &after);
	assert_int_equal(after.table_bytes, before.table_bytes);
	bed_close(&b);
}

static void stock_before_pool(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0};
	uint64_t had;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	had = stock_tables(&stock);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW,
				   &(struct tarry_how){.stock = &stock}),
			 0);
	assert_int_equal(stock_tables(&stock), had - 3);
	tarry_unreserve(&stock);
	bed_close(&b);
}

/* An operation that fails gives the stock back what it took. */
static void stock_is_whole_after_an_error(void **state)
{
	struct bed b;
	struct tarry_stock stock = {0}, copy;
	struct tarry_how how = {.stock = &stock};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_reserve(b.space, 0, 2 * M2, NULL, &stock), 0);
	copy = stock;
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_map, b.space, K4, 0, M2, RW, &how);
	for (int l = 0; l < TARRY_MAX_LEVELS; l++)
		assert_int_equal(stock.count[l], copy.count[l]);
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void reserve_refuses(void **state)
{
	struct bed b, c;
	struct tarry_stock stock = {0}, foreign = {0}, copy;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_open(&c, "x86_64-4", 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reserve, b.space, 1, K4, NULL,
		   &stock);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_reserve, b.space, 0, 1, NULL,
		   &stock);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_reserve, b.space, 0, 0, NULL,
		   &stock);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_reserve, b.space, 1ull << 47, K4,
		   NULL, &stock);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_reserve, b.space, -K4, 2 * K4, NULL,
		   &stock);
	assert_int_equal(stock_tables(&stock), 0);
	assert_int_equal(tarry_reserve(c.space, 0, K4, NULL, &foreign), 0);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_reserve, b.space, 0, K4, NULL,
		   &foreign);
	tarry_unreserve(&foreign);

	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	for (int n = 1; n <= 4; n++) {
		copy = stock;
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_reserve, b.space, 0, 8 * M2,
			   NULL, &stock);
		fault_reset();
		for (int l = 0; l < TARRY_MAX_LEVELS; l++)
			assert_int_equal(stock.count[l], copy.count[l]);
	}
	tarry_unreserve(&stock);
	bed_close(&c);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(reserve_is_enough_for_a_map),
	cmocka_unit_test(reserve_is_enough_for_splits),
	cmocka_unit_test(reserve_is_enough_for_a_move),
	cmocka_unit_test(reserve_is_enough_for_a_clone),
	cmocka_unit_test(reserve_is_enough_for_split_and_collapse),
	cmocka_unit_test(reserve_tops_up),
	cmocka_unit_test(reserve_counts_in_the_pool),
	cmocka_unit_test(stock_before_pool),
	cmocka_unit_test(stock_is_whole_after_an_error),
	cmocka_unit_test(reserve_refuses),
};

BED_MAIN(tests)
