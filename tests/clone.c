/* SPDX-License-Identifier: MIT */
/*
 * tarry_clone(): a second space maps what the first does, and both lose the
 * right to write.
 */
#include "content.h"

static void clone_takes_write_from_both(void **state)
{
	tarry_rights rights = RWU | TARRY_X | TARRY_SOFT(5);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	bed_second_space(&b, TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, M2, M2, M2 + K4, rights, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, G1, G1, TARRY_R, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 0, K4, 3, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 4 * M2, M2, 4, NULL), 0);
	assert_int_equal(tarry_clone(b.space, b.other, 0, G512, NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct tarry_space *s = i ? b.other : b.space;

		assert_marked(s, 0, 3);
		assert_hole(s, K4);
		assert_leaf(s, M2, M2, 1, rights & ~TARRY_W);
		assert_leaf(s, 2 * M2, 2 * M2, 0, rights & ~TARRY_W);
		assert_marked(s, 5 * M2 - 1, 4);
		assert_leaf(s, G1, G1, 2, TARRY_R);
	}
	bed_close(&b);
}

static void clone_keeps_write_if_told(void **state)
{
	struct tarry_how keep = {.flags = TARRY_KEEP_WRITE};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_clone(b.space, b.other, 0, M2 + K4, &keep), 0);
	assert_leaf(b.space, 0, 0, 1, RW);
	assert_leaf(b.other, 0, 0, 1, RW);
	assert_leaf(b.other, M2, M2, 0, RW);
	bed_close(&b);
}

static void clone_asks_the_owner_for_each_page(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	bed_second_space(&b, TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G1, K4, 3, NULL), 0);
	assert_int_equal(tarry_clone(b.space, b.other, 0, 2 * G1, NULL), 0);
	assert_int_equal(b.owner.got_bytes, M2 + 2 * K4);
	assert_int_equal(b.owner.put_bytes, 0);
	/* Each side gives its own back. */
	assert_int_equal(tarry_unmap(b.space, 0, G512, NULL), 0);
	assert_int_equal(tarry_unmap(b.other, 0, G512, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 2 * (M2 + 2 * K4));
	bed_close(&b);
}

static void clone_of_a_part_of_a_large_leaf(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(tarry_clone(b.space, b.other, 3 * K4, 2 * K4, NULL),
			 0);
	assert_hole(b.other, 2 * K4);
	assert_leaf(b.other, 3 * K4, G1 + 3 * K4, 0, TARRY_R);
	assert_leaf(b.other, 4 * K4, G1 + 4 * K4, 0, TARRY_R);
	assert_hole(b.other, 5 * K4);
	assert_maps_to(b.space, 2 * K4, G1 + 2 * K4);
	assert_leaf(b.space, 3 * K4, G1 + 3 * K4, 0, TARRY_R);
	assert_maps_to(b.space, 5 * K4, G1 + 5 * K4);
	bed_close(&b);
}

static void clone_copies_no_table(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_clone(b.space, b.other, 0, K4, NULL), 0);
	/* The two are apart from now on. */
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_maps_to(b.other, 0, 0);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_maps_to(b.other, 0, 0);
	assert_int_equal(tarry_protect(b.other, 0, K4, RW, NULL), 0);
	assert_leaf(b.space, 0, G1, 0, RW);
	bed_close(&b);
}

static void clone_tells_the_source_only(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_clone(b.space, b.other, 0, 4 * K4, NULL), 0);
	assert_true(probe_heard(&p, 0, 4 * K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void clone_refuses(void **state)
{
	struct bed b;
	struct tarry_space *toy;
	struct tarry_pool *pool;
	struct tarry_gather g;
	struct tarry_pool_config c = {.format = tarry_format_by_name("toy")};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + 4 * K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.other, G1, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.other, G1 + M2, M2, 5, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 0, G1, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_clone, b.space, b.other, 1, K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_clone, b.space, b.other, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_clone, b.space, b.other, 0, 0,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_clone, b.space, b.other, 1ull << 47,
		   K4, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_clone, b.space, b.other, -K4, 2 * K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_clone, b.space, b.other, G1, G1,
		   NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_clone, b.space, b.other, 0, 2 * G1,
		   NULL);
	EXPECT_ERR(&b, TARRY_EEXIST, tarry_clone, b.space, b.other,
		   G1 + M2 + K4, K4, NULL);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_clone, b.space, b.space, 0, K4,
		   NULL);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_clone, b.space, b.other, 0, K4,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	for (int n = 1; n <= 3; n++) {
		fault_fail_at(n);
		EXPECT_ERR(&b, TARRY_ENOMEM, tarry_clone, b.space, b.other, 0,
			   K4, NULL);
		fault_reset();
	}
	/* Refused at the first, and in the middle: the rest is given back. */
	b.owner.refuse_after = 0;
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_clone, b.space, b.other, 0,
		   M2 + 4 * K4, NULL);
	b.owner.refuse_after = (int64_t)b.owner.gets + 3;
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_clone, b.space, b.other, 0,
		   M2 + 4 * K4, NULL);
	assert_int_equal(b.owner.got_bytes, b.owner.put_bytes);

	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	assert_int_equal(tarry_space_create(pool, c.format, 0, &toy), 0);
	EXPECT_ERR(&b, TARRY_EFORMAT, tarry_clone, b.space, toy, 0, K4, NULL);
	assert_int_equal(tarry_space_destroy(toy), 0);
	assert_int_equal(tarry_pool_destroy(pool), 0);
	bed_close(&b);
}

static void clone_between_pools(void **state)
{
	struct bed b;
	struct tarry_space *far;
	struct tarry_pool *pool;
	struct tarry_pool_config c = {.format =
					      tarry_format_by_name("x86_64-4")};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	assert_int_equal(tarry_space_create(pool, c.format, 0, &far), 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_clone(b.space, far, 0, G1, NULL), 0);
	assert_leaf(far, 0, 0, 1, TARRY_R);
	assert_leaf(far, M2, M2, 0, TARRY_R);
	assert_sound(far);
	assert_int_equal(tarry_space_destroy(far), 0);
	assert_int_equal(tarry_pool_destroy(pool), 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(clone_takes_write_from_both),
	cmocka_unit_test(clone_keeps_write_if_told),
	cmocka_unit_test(clone_asks_the_owner_for_each_page),
	cmocka_unit_test(clone_of_a_part_of_a_large_leaf),
	cmocka_unit_test(clone_copies_no_table),
	cmocka_unit_test(clone_tells_the_source_only),
	cmocka_unit_test(clone_refuses),
	cmocka_unit_test(clone_between_pools),
};

BED_MAIN(tests)
