/* SPDX-License-Identifier: MIT */
/*
 * tarry_split(), and the spares that collapse deposits for it.
 */
#include "content.h"

static void split_keeps_every_translation(void **state)
{
	tarry_rights rights = RWU | TARRY_X | TARRY_GLOBAL | TARRY_MEM(7) |
			      TARRY_KEY(9) | TARRY_SOFT(0xaa);
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, G1, G1, G1, rights, NULL), 0);
	assert_true(hardware_touch(&b, b.space, G1, TARRY_DIRTY));
	/* Any page inside the leaf names it. */
	assert_int_equal(tarry_split(b.space, G1 + 77 * K4, 2, NULL), 0);
	for (tarry_va va = G1; va < 2 * G1; va += M2) {
		assert_leaf(b.space, va, va, 1, rights);
		assert_int_equal(look(b.space, va, &hit), 0);
		assert_int_equal(tarry_hit_rights(b.space, &hit),
				 rights | TARRY_DIRTY);
	}
	assert_int_equal(tarry_split(b.space, G1 + M2 + K4, 1, NULL), 0);
	for (tarry_va va = G1 + M2; va < G1 + 2 * M2; va += K4) {
		assert_int_equal(look(b.space, va, &hit), 0);
		assert_int_equal(hit.oa, va);
		assert_int_equal(hit.level, 0);
		assert_int_equal(tarry_hit_rights(b.space, &hit),
				 rights | TARRY_DIRTY);
	}
	assert_leaf(b.space, G1, G1, 1, rights);
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

static void split_of_what_is_split(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, K4, 1, NULL), 0);
	fault_reset();
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

static void split_and_collapse_are_inverse(void **state)
{
	struct bed b;
	uint64_t e;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW | AD, NULL), 0);
	e = slot_value(&b, b.space, 0, 1);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
		assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL),
				 0);
		assert_int_equal(slot_value(&b, b.space, 0, 1), e);
	}
	bed_close(&b);
}

static void split_refuses(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 1, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_split, b.space, 1, 1, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_split, b.space, 1ull << 47, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_split, b.space, 0, 0, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_split, b.space, 0, 3, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_split, b.space, 0, 1000, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_split, b.space, 2 * M2, 1, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_split, b.space, G512, 1, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_split, b.space, M2, 1, NULL);
	/* Nobody has a table for it. */
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_split, b.space, 0, 1, &no_alloc);
	fault_fail_at(1);
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_split, b.space, 0, 1, NULL);
	fault_reset();
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_split, b.space, 0, 1,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void split_without_answer_is_put_back(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_split, b.space, 0, 1, NULL);
	assert_leaf(b.space, 0, 0, 1, RW);
	assert_true(b.format->present(slot_value(&b, b.space, 0, 1), 1));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* ---- spares ---- */

static void deposited_large_leaf(struct bed *b, unsigned int flags)
{
	bed_open(b, "x86_64-4", flags);
	assert_int_equal(tarry_map(b->space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b->space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(bed_spares(b->space), 1);
}

static void deposit_makes_split_certain(void **state)
{
	struct bed b;

	(void)state;
	deposited_large_leaf(&b, TARRY_SPACE_HARDWARE);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, 0, 1, &no_alloc), 0);
	fault_reset();
	assert_leaf(b.space, K4, K4, 0, RW);
	assert_int_equal(bed_spares(b.space), 0);
	bed_close(&b);
}

static void deposit_is_invisible(void **state)
{
	struct bed b;
	uint64_t e;

	(void)state;
	deposited_large_leaf(&b, TARRY_SPACE_HARDWARE);
	assert_leaf(b.space, 0, 0, 1, RW);
	assert_true(hardware_walk(&b, b.space, K4, &e, NULL));
	assert_int_equal(b.format->set_spare(e, false),
			 b.format->make_leaf(0, 1, RW));
	bed_close(&b);
}

static void deposit_serves_unmap_of_a_part(void **state)
{
	struct bed b;

	(void)state;
	deposited_large_leaf(&b, 0);
	fault_fail_from(1);
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	fault_reset();
	assert_hole(b.space, K4);
	assert_maps_to(b.space, 0, 0);
	assert_int_equal(bed_spares(b.space), 0);
	bed_close(&b);
}

static void deposit_serves_protect_of_a_part(void **state)
{
	struct bed b;

	(void)state;
	deposited_large_leaf(&b, 0);
	fault_fail_from(1);
	assert_int_equal(tarry_protect(b.space, K4, K4, TARRY_R, NULL), 0);
	fault_reset();
	assert_leaf(b.space, K4, K4, 0, TARRY_R);
	bed_close(&b);
}

static void deposit_dies_with_the_leaf(void **state)
{
	struct bed b;
	struct tarry_pool_stats stats;

	(void)state;
	deposited_large_leaf(&b, 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_int_equal(bed_spares(b.space), 0);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &stats);
	/* The root, and the page of the space itself. */
	assert_int_equal(stats.table_bytes, 2 * K4);
	bed_close(&b);

	deposited_large_leaf(&b, 0);
	assert_int_equal(tarry_mark(b.space, 0, M2, 1, NULL), 0);
	assert_int_equal(bed_spares(b.space), 0);
	bed_close(&b);
}

static void deposit_goes_with_the_space(void **state)
{
	struct bed b;

	(void)state;
	deposited_large_leaf(&b, 0);
	bed_close(&b); /* asserts that nothing is left */
}

static void deposit_stays_with_its_leaf_on_clone(void **state)
{
	struct bed b;

	(void)state;
	deposited_large_leaf(&b, 0);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_clone(b.space, b.other, 0, M2, NULL), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_sound(b.other);
	assert_int_equal(tarry_split(b.space, 0, 1, &no_alloc), 0);
	bed_close(&b);
}

static void deposit_of_many(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 20 * M2, RW, &small), 0);
	for (tarry_va va = 0; va < 20 * M2; va += M2)
		assert_int_equal(
			tarry_collapse(b.space, va, 1, 0, NULL, &deposit), 0);
	assert_int_equal(bed_spares(b.space), 20);
	fault_fail_from(1);
	for (tarry_va va = 0; va < 10 * M2; va += M2)
		assert_int_equal(tarry_split(b.space, va, 1, &no_alloc), 0);
	fault_reset();
	assert_int_equal(bed_spares(b.space), 10);
	assert_sound(b.space);
	assert_int_equal(tarry_unmap(b.space, 5 * M2, 10 * M2, NULL), 0);
	assert_int_equal(bed_spares(b.space), 5);
	bed_close(&b);
}

/* A large leaf of leaves that own spares: they cannot all stay. */
static void deposit_below_a_larger_leaf(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, G1, RW,
				   &(struct tarry_how){.levels = 2}),
			 0);
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_int_equal(tarry_collapse(b.space, 0, 2, 0, NULL, &deposit), 0);
	assert_leaf(b.space, 0, 0, 2, RW);
	assert_sound(b.space);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, 0, 2, &no_alloc), 0);
	fault_reset();
	assert_leaf(b.space, 0, 0, 1, RW);
	bed_close(&b);
}

static void deposit_without_memory(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	fault_fail_at(1);
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_collapse, b.space, 0, 1, 0, NULL,
		   &deposit);
	/* Without a spare it needs none. */
	fault_fail_from(1);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	fault_reset();
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(split_keeps_every_translation),
	cmocka_unit_test(split_of_what_is_split),
	cmocka_unit_test(split_and_collapse_are_inverse),
	cmocka_unit_test(split_refuses),
	cmocka_unit_test(split_without_answer_is_put_back),
	cmocka_unit_test(deposit_makes_split_certain),
	cmocka_unit_test(deposit_is_invisible),
	cmocka_unit_test(deposit_serves_unmap_of_a_part),
	cmocka_unit_test(deposit_serves_protect_of_a_part),
	cmocka_unit_test(deposit_dies_with_the_leaf),
	cmocka_unit_test(deposit_goes_with_the_space),
	cmocka_unit_test(deposit_stays_with_its_leaf_on_clone),
	cmocka_unit_test(deposit_of_many),
	cmocka_unit_test(deposit_below_a_larger_leaf),
	cmocka_unit_test(deposit_without_memory),
};

BED_MAIN(tests)
