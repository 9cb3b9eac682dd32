/* SPDX-License-Identifier: MIT */
/*
 * tarry_harvest(): accessed and dirty, as the hardware left them.
 */
#include "content.h"

static bool bit(const uint64_t *map, uint64_t i)
{
	return map[i / 64] >> i % 64 & 1;
}

static void harvest_finds_what_hardware_wrote(void **state)
{
	struct bed b;
	uint64_t accessed[9] = {0}, dirty[9] = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	assert_true(hardware_touch(&b, b.space, 70 * K4, TARRY_ACCESSED));
	assert_true(hardware_touch(&b, b.space, 511 * K4, TARRY_DIRTY));
	assert_int_equal(
		tarry_harvest(b.space, 0, M2 + 2 * K4, 0, accessed, dirty), 0);
	for (unsigned int i = 0; i < 576; i++) {
		assert_int_equal(bit(accessed, i), i == 0 || i == 70);
		assert_int_equal(bit(dirty, i), i == 0 || i == 511);
	}
	bed_close(&b);
}

static void harvest_counts_from_the_start_of_the_range(void **state)
{
	struct bed b;
	uint64_t dirty = 0;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 8 * K4, RW, NULL), 0);
	for (tarry_va va = 0; va < 8 * K4; va += 2 * K4)
		assert_true(hardware_touch(&b, b.space, va, TARRY_DIRTY));
	assert_int_equal(
		tarry_harvest(b.space, 3 * K4, 3 * K4, 0, NULL, &dirty), 0);
	assert_int_equal(dirty, 2);
	bed_close(&b);
}

static void harvest_clears_what_it_is_told(void **state)
{
	static const tarry_rights clears[] = {0, TARRY_ACCESSED, TARRY_DIRTY,
					      AD};
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	for (unsigned int i = 0; i < 4; i++) {
		tarry_va va = i * M2;
		uint64_t accessed = 0, dirty = 0;

		assert_int_equal(tarry_map(b.space, va, 0, 2 * K4, RW, NULL),
				 0);
		assert_true(hardware_touch(&b, b.space, va, AD));
		assert_true(hardware_touch(&b, b.space, va + K4, AD));
		assert_int_equal(tarry_harvest(b.space, va, K4, clears[i],
					       &accessed, &dirty),
				 0);
		assert_int_equal(accessed, 1);
		assert_int_equal(dirty, 1);
		assert_int_equal(look(b.space, va, &hit), 0);
		assert_int_equal(tarry_hit_rights(b.space, &hit),
				 RW | (AD & ~clears[i]));
		/* The neighbour is outside the range. */
		assert_int_equal(look(b.space, va + K4, &hit), 0);
		assert_int_equal(tarry_hit_rights(b.space, &hit), RW | AD);
	}
	bed_close(&b);
}

static void harvest_of_a_large_leaf_sets_all_its_pages(void **state)
{
	struct bed b;
	uint64_t accessed[17] = {0}, dirty[17] = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, M2, 0, M2, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, M2 + 5 * K4, AD));
	assert_int_equal(tarry_harvest(b.space, M2 - 3 * K4, M2 + 6 * K4, AD,
				       accessed, dirty),
			 0);
	for (unsigned int i = 0; i < 518; i++) {
		assert_int_equal(bit(accessed, i), i >= 3 && i < 515);
		assert_int_equal(bit(dirty, i), i >= 3 && i < 515);
	}
	assert_leaf(b.space, M2, 0, 1, RW);
	memset(dirty, 0, sizeof(dirty));
	assert_int_equal(tarry_harvest(b.space, M2, M2, 0, NULL, dirty), 0);
	for (unsigned int i = 0; i < 512; i++)
		assert_false(bit(dirty, i));
	bed_close(&b);
}

/* Half of a large leaf: the other half's harvest must not come up short. */
static void harvest_of_a_part_loses_nothing_of_the_rest(void **state)
{
	struct bed b;
	uint64_t first[4] = {0}, rest[4] = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 0, TARRY_DIRTY));
	assert_int_equal(
		tarry_harvest(b.space, 0, M2 / 2, TARRY_DIRTY, NULL, first), 0);
	assert_int_equal(
		tarry_harvest(b.space, M2 / 2, M2 / 2, TARRY_DIRTY, NULL, rest),
		0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(first[i], UINT64_MAX);
		assert_int_equal(rest[i], UINT64_MAX);
	}
	bed_close(&b);
}

static void harvest_only_adds_bits(void **state)
{
	struct bed b;
	uint64_t accessed = 0xf0, dirty = 0xf0;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW | AD, NULL), 0);
	assert_int_equal(
		tarry_harvest(b.space, 0, 8 * K4, 0, &accessed, &dirty), 0);
	assert_int_equal(accessed, 0xf1);
	assert_int_equal(dirty, 0xf1);
	bed_close(&b);
}

static void harvest_without_maps_clears(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, G1, RW | AD, NULL), 0);
	assert_int_equal(tarry_harvest(b.space, 0, G1, AD, NULL, NULL), 0);
	assert_int_equal(slot_value(&b, b.space, 0, 2),
			 b.format->make_leaf(0, 2, RW));
	bed_close(&b);
}

static void harvest_tells_listeners_what_was_cleared(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW | AD, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_harvest(b.space, 0, 2 * K4, 0, NULL, NULL), 0);
	assert_int_equal(
		tarry_harvest(b.space, 0, 2 * K4, TARRY_DIRTY, NULL, NULL), 0);
	assert_true(probe_heard(&p, 0, 2 * K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void harvest_skips_marks_and_holes(void **state)
{
	struct bed b;
	uint64_t accessed = 0, dirty = 0;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_mark(b.space, 0, 2 * K4, (1ull << 51) - 1, NULL),
			 0);
	assert_int_equal(
		tarry_harvest(b.space, 0, 64 * K4, AD, &accessed, &dirty), 0);
	assert_int_equal(accessed | dirty, 0);
	assert_marked(b.space, 0, (1ull << 51) - 1);
	bed_close(&b);
}

static void harvest_refuses(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW | AD, NULL), 0);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_harvest, b.space, 1, K4, AD, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_harvest, b.space, 0, 1, AD, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELENGTH, tarry_harvest, b.space, 0, 0, AD, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_harvest, b.space, 1ull << 47, K4, AD,
		   NULL, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_harvest, b.space, -K4, 2 * K4, AD,
		   NULL, NULL);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_harvest, b.space, 0, K4, TARRY_W,
		   NULL, NULL);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_harvest, b.space, 0, K4,
		   AD | TARRY_R, NULL, NULL);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(harvest_finds_what_hardware_wrote),
	cmocka_unit_test(harvest_counts_from_the_start_of_the_range),
	cmocka_unit_test(harvest_clears_what_it_is_told),
	cmocka_unit_test(harvest_of_a_large_leaf_sets_all_its_pages),
	cmocka_unit_test(harvest_of_a_part_loses_nothing_of_the_rest),
	cmocka_unit_test(harvest_only_adds_bits),
	cmocka_unit_test(harvest_without_maps_clears),
	cmocka_unit_test(harvest_tells_listeners_what_was_cleared),
	cmocka_unit_test(harvest_skips_marks_and_holes),
	cmocka_unit_test(harvest_refuses),
};

BED_MAIN(tests)
