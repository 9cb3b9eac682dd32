/* SPDX-License-Identifier: MIT */
/*
 * tarry_mark(): payloads in entries that are not present.
 */
#include "content.h"

static void mark_carries_its_payload(void **state)
{
	struct bed b;
	uint64_t most = (1ull << 51) - 1;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, K4, 0, NULL), 0);
	assert_int_equal(tarry_mark(b.space, K4, K4, most, NULL), 0);
	assert_int_equal(tarry_mark(b.space, -K4, K4, 12345, NULL), 0);
	assert_marked(b.space, 0, 0);
	assert_marked(b.space, K4, most);
	assert_marked(b.space, UINT64_MAX, 12345);
	assert_hole(b.space, 2 * K4);
	EXPECT_ERR(&b, TARRY_EPAYLOAD, tarry_mark, b.space, 0, K4, most + 1,
		   NULL);
	EXPECT_ERR(&b, TARRY_EPAYLOAD, tarry_mark, b.space, 0, K4, UINT64_MAX,
		   NULL);
	bed_close(&b);
}

static void mark_of_a_whole_span_is_one(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, G1 + M2 + K4, 5, NULL), 0);
	assert_int_equal(look(b.space, 7, &hit), TARRY_EMARK);
	assert_int_equal(hit.level, 2);
	assert_int_equal(look(b.space, G1, &hit), TARRY_EMARK);
	assert_int_equal(hit.level, 1);
	assert_int_equal(look(b.space, G1 + M2, &hit), TARRY_EMARK);
	assert_int_equal(hit.level, 0);
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

static void mark_levels_limit_it(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, M2, 5, &small), 0);
	assert_int_equal(look(b.space, 0, &hit), TARRY_EMARK);
	assert_int_equal(hit.level, 0);
	bed_close(&b);
}

static void mark_takes_leaves_away(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	assert_int_equal(tarry_mark(b.space, 4 * K4, K4, 6, NULL), 0);
	assert_marked(b.space, 4 * K4, 6);
	assert_leaf(b.space, 3 * K4, G1 + 3 * K4, 0, RW);
	assert_leaf(b.space, 5 * K4, G1 + 5 * K4, 0, RW);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 1);
	assert_int_equal(b.owner.runs[0].oa, G1 + 4 * K4);
	assert_int_equal(b.owner.runs[0].len, K4);
	assert_int_equal(b.owner.runs[0].rights, AD);
	bed_close(&b);
}

static void mark_over_a_full_table(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, 0, M2, 6, NULL), 0);
	for (tarry_va va = 0; va < M2; va += K4)
		assert_marked(b.space, va, 6);
	assert_hole(b.space, M2);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, M2);
	bed_close(&b);
}

static void mark_replaces_marks(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, M2, 1, NULL), 0);
	assert_int_equal(tarry_mark(b.space, K4, K4, 2, NULL), 0);
	assert_marked(b.space, 0, 1);
	assert_marked(b.space, K4, 2);
	assert_marked(b.space, 2 * K4, 1);
	assert_int_equal(tarry_mark(b.space, 0, M2, 3, NULL), 0);
	for (tarry_va va = 0; va < M2; va += K4)
		assert_marked(b.space, va, 3);
	bed_close(&b);
}

static void mark_tells_listeners_of_leaves(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_mark(b.space, K4, 2 * K4, 1, NULL), 0);
	assert_true(probe_heard(&p, K4, 2 * K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void mark_is_not_present_to_hardware(void **state)
{
	struct bed b;
	uint64_t e;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_mark(b.space, 0, K4, (1ull << 51) - 1, NULL), 0);
	assert_false(hardware_walk(&b, b.space, 0, &e, NULL));
	assert_true(b.format->marked(slot_value(&b, b.space, 0, 0), 0));
	bed_close(&b);
}

static void mark_refuses(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * M2, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_mark, b.space, 1, K4, 1, NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_mark, b.space, 0, 1, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_mark, b.space, 0, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_mark, b.space, 1ull << 47, K4, 1,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_mark, b.space, -K4, 2 * K4, 1, NULL);
	for (int n = 1; n <= 2; n++) {
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_mark, b.space, M2 - K4,
			   2 * K4, 1, NULL);
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_mark, b.space, G512, K4, 1,
			   NULL);
		fault_reset();
	}
	bed_close(&b);

	bed_open(&b, "toy", 0);
	EXPECT_ERR(&b, TARRY_EPAYLOAD, tarry_mark, b.space, 0, K4, 1ull << 60,
		   NULL);
	assert_int_equal(tarry_mark(b.space, 0, K4, (1ull << 60) - 1, NULL), 0);
	assert_marked(b.space, 0, (1ull << 60) - 1);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(mark_carries_its_payload),
	cmocka_unit_test(mark_of_a_whole_span_is_one),
	cmocka_unit_test(mark_levels_limit_it),
	cmocka_unit_test(mark_takes_leaves_away),
	cmocka_unit_test(mark_over_a_full_table),
	cmocka_unit_test(mark_replaces_marks),
	cmocka_unit_test(mark_tells_listeners_of_leaves),
	cmocka_unit_test(mark_is_not_present_to_hardware),
	cmocka_unit_test(mark_refuses),
};

BED_MAIN(tests)
