/* SPDX-License-Identifier: MIT */
/*
 * Gathers of the caller's: many operations, one invalidation.
 */
#include "content.h"

static void gather_puts_off_the_invalidation(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G512, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, M2, &how), 0);
	assert_int_equal(tarry_unmap(b.space, G1, K4, &how), 0);
	assert_int_equal(tarry_protect(b.space, M2, M2, TARRY_R, &how), 0);
	assert_int_equal(tarry_mark(b.space, 2 * M2, M2, 5, &how), 0);
	assert_int_equal(p.sends, 0);
	/* The change itself is not put off. */
	assert_hole(b.space, 0);
	assert_hole(b.space, G1);
	assert_leaf(b.space, M2, M2, 1, TARRY_R);
	assert_marked(b.space, 2 * M2, 5);
	/* Nor may anything be freed before the end. */
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_int_equal(p.sends, 1);
	assert_true(probe_heard(&p, 0, 3 * M2));
	assert_true(probe_heard(&p, G1, K4));
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 2 * M2 + K4);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void gather_of_nothing(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* More spans and more runs than it has room for: it may tell too much, never
 * too little, and releases each page once. */
static void gather_that_runs_over(void **state)
{
	enum { RANGES = 100 };
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	for (uint64_t i = 0; i < RANGES; i++)
		assert_int_equal(tarry_map(b.space, i * G1, (RANGES - i) * M2,
					   K4, RW, NULL),
				 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	for (uint64_t i = 0; i < RANGES; i++)
		assert_int_equal(tarry_unmap(b.space, i * G1, K4, &how), 0);
	assert_int_equal(tarry_gather_end(&g), 0);
	for (uint64_t i = 0; i < RANGES; i++)
		assert_true(probe_heard(&p, i * G1, K4));
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, RANGES * K4);
	assert_int_equal(bed_tables(b.space), 1);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void gather_of_reclaim(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};
	struct tarry_pool_stats stats;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_reclaim(b.space, 0, G512, &how), 3);
	assert_int_equal(p.sends, 0);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.table_bytes + stats.waiting_bytes >= 4 * K4, 1);
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_true(p.sends > 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void gather_after_an_error(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_unmap, b.space, 1, K4, &how);
	fault_fail_from(1);
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_unmap, b.space, K4, K4, &how);
	fault_reset();
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void gather_without_answer(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {.deaf = true};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, &how), 0);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_gather_end, &g);
	/* Done, but kept: neither released nor freed. */
	assert_hole(b.space, 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	probe_unlisten(&p, b.space);
	/* Only the deaf one stood in the way. */
	bed_close(&b);
}

static void gather_keeps_the_space(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_space_destroy, b.space);
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

/* The last page and the first are neighbours by arithmetic only; with more
 * spans than there is room for, one must cover both. */
static void gather_over_the_top(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, -K4, 0, K4, RW, NULL), 0);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(tarry_map(b.space, i * G1, 0, K4, RW, NULL),
				 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, -K4, K4, &how), 0);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(tarry_unmap(b.space, i * G1, K4, &how), 0);
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_true(probe_heard(&p, -K4, K4));
	for (unsigned int i = 0; i < 6; i++)
		assert_true(probe_heard(&p, i * G1, K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(gather_puts_off_the_invalidation),
	cmocka_unit_test(gather_of_nothing),
	cmocka_unit_test(gather_that_runs_over),
	cmocka_unit_test(gather_of_reclaim),
	cmocka_unit_test(gather_after_an_error),
	cmocka_unit_test(gather_without_answer),
	cmocka_unit_test(gather_keeps_the_space),
	cmocka_unit_test(gather_over_the_top),
};

BED_MAIN(tests)
