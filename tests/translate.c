/* SPDX-License-Identifier: MIT */
/*
 * tarry_translate(), one call and in batches: answers, lengths, levels.
 */
#include "content.h"

static void translate_answers_to_the_byte(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, M2, M2 + K4, RWU, NULL), 0);
	assert_int_equal(look(b.space, G1 + 12345, &hit), 0);
	assert_int_equal(hit.oa, M2 + 12345);
	assert_int_equal(hit.len, M2 - 12345);
	assert_int_equal(hit.level, 1);
	assert_int_equal(hit.entry, slot_value(&b, b.space, G1, 1));
	assert_int_equal(tarry_hit_rights(b.space, &hit), RWU);
	assert_int_equal(look(b.space, G1 + M2 + 5, &hit), 0);
	assert_int_equal(hit.len, K4 - 5);
	assert_int_equal(hit.level, 0);
	bed_close(&b);
}

static void translate_tells_how_large_a_hole_is(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(look(b.space, 5, &hit), TARRY_ENOENT);
	assert_int_equal(hit.level, 3);
	assert_true(hit.len >= G512 - 5);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(look(b.space, K4 + 1, &hit), TARRY_ENOENT);
	assert_int_equal(hit.level, 0);
	assert_int_equal(hit.len, K4 - 1);
	assert_int_equal(look(b.space, M2 + 1, &hit), TARRY_ENOENT);
	assert_int_equal(hit.level, 1);
	assert_int_equal(hit.len, M2 - 1);
	assert_int_equal(look(b.space, G1 + 1, &hit), TARRY_ENOENT);
	assert_int_equal(hit.level, 2);
	assert_int_equal(hit.len, G1 - 1);
	bed_close(&b);
}

static void translate_tells_of_marks(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, M2, M2, 0x123456789, NULL), 0);
	assert_int_equal(look(b.space, M2 + 7, &hit), TARRY_EMARK);
	assert_int_equal(hit.oa, 0x123456789);
	assert_int_equal(hit.level, 1);
	assert_int_equal(hit.len, M2 - 7);
	bed_close(&b);
}

static void translate_refuses_what_is_no_address(void **state)
{
	static const char *const names[] = {"x86_64-4", "x86_64-5", "toy"};

	(void)state;
	for (int n = 0; n < 3; n++) {
		struct bed b;
		tarry_va bad[4];
		unsigned int bits;

		bed_open(&b, names[n], 0);
		bits = b.format->va_bits - b.format->va_signed;
		bad[0] = 1ull << bits;
		bad[1] = (1ull << bits) + 12345;
		bad[2] = -(1ull << bits) - 1;
		bad[3] = 1ull << 63;
		for (int i = 0; i < 4; i++) {
			struct tarry_hit hit, same;

			memset(&hit, 0x5a, sizeof(hit));
			same = hit;
			assert_int_equal(look(b.space, bad[i], &hit),
					 TARRY_ERANGE);
			assert_memory_equal(&hit, &same, sizeof(hit));
		}
		bed_close(&b);
	}
}

static void translate_of_the_last_byte(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-5", 0);
	assert_int_equal(look(b.space, UINT64_MAX, &hit), TARRY_ENOENT);
	assert_true(hit.len >= 1);
	assert_int_equal(tarry_map(b.space, -G1, G1, G1, RW, NULL), 0);
	assert_int_equal(look(b.space, UINT64_MAX, &hit), 0);
	assert_int_equal(hit.oa, 2 * G1 - 1);
	assert_int_equal(hit.len, 1);
	bed_close(&b);
}

static void translate_tells_accessed_and_dirty(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(look(b.space, 0, &hit), 0);
	assert_true(hardware_touch(&b, b.space, 0, TARRY_DIRTY));
	/* An answer is a copy. */
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW);
	assert_int_equal(look(b.space, 0, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW | TARRY_DIRTY);
	bed_close(&b);
}

/* ---- batches ---- */

/* All kinds, all sizes, good and bad addresses, and each length of batch. */
static void batch_answers_as_single_calls(void **state)
{
	static const char *const names[] = {"x86_64-4", "x86_64-5"};
	enum { MOST = 200 };
	tarry_va va[MOST];
	struct tarry_hit hits[MOST], one;
	int errs[MOST];
	uint64_t seed = 88172645463325252ull;

	(void)state;
	for (int f = 0; f < 2; f++) {
		struct bed b;

		bed_open(&b, names[f], 0);
		assert_int_equal(
			tarry_map(b.space, 0, 0, 2 * G1 + M2 + K4, RW, NULL),
			0);
		assert_int_equal(tarry_mark(b.space, 3 * G1, M2 + K4, 99, NULL),
				 0);
		assert_int_equal(tarry_map(b.space, -M2, 0, M2, RW, &small), 0);
		for (int i = 0; i < MOST; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			switch (seed >> 60) {
			case 0:
				va[i] = seed;
				break;
			case 1:
			case 2:
				va[i] = -(seed % (2 * M2)) - 1;
				break;
			default:
				va[i] = seed % (4 * G1);
			}
		}
		for (size_t n = 0; n <= MOST; n++) {
			memset(hits, 0x77, sizeof(hits));
			memset(errs, 0x77, sizeof(errs));
			tarry_read_begin();
			tarry_translate_batch(b.space, va, hits, errs, n);
			for (size_t i = 0; i < n; i++) {
				memset(&one, 0x77, sizeof(one));
				assert_int_equal(
					tarry_translate(b.space, va[i], &one),
					errs[i]);
				assert_int_equal(one.len, hits[i].len);
				assert_int_equal(one.level, hits[i].level);
				if (errs[i] != TARRY_ENOENT)
					assert_int_equal(one.oa, hits[i].oa);
				if (!errs[i])
					assert_int_equal(one.entry,
							 hits[i].entry);
			}
			tarry_read_end();
			/* Not a word past the end. */
			if (n < MOST)
				assert_int_equal(errs[n], 0x77777777);
		}
		bed_close(&b);
	}
}

static void batch_in_the_toy_format(void **state)
{
	struct bed b;
	tarry_va va[5] = {0, K4 + 1, 2 * K4, 3 * K4 + 9, 4 * K4};
	struct tarry_hit hits[5];
	int errs[5];

	(void)state;
	bed_open(&b, "toy", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 3 * K4, K4, 4, NULL), 0);
	tarry_read_begin();
	tarry_translate_batch(b.space, va, hits, errs, 5);
	tarry_read_end();
	assert_int_equal(errs[0], 0);
	assert_int_equal(errs[1], 0);
	assert_int_equal(hits[1].oa, K4 + 1);
	assert_int_equal(errs[2], TARRY_ENOENT);
	assert_int_equal(errs[3], TARRY_EMARK);
	assert_int_equal(hits[3].oa, 4);
	assert_int_equal(errs[4], TARRY_ERANGE);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(translate_answers_to_the_byte),
	cmocka_unit_test(translate_tells_how_large_a_hole_is),
	cmocka_unit_test(translate_tells_of_marks),
	cmocka_unit_test(translate_refuses_what_is_no_address),
	cmocka_unit_test(translate_of_the_last_byte),
	cmocka_unit_test(translate_tells_accessed_and_dirty),
	cmocka_unit_test(batch_answers_as_single_calls),
	cmocka_unit_test(batch_in_the_toy_format),
};

BED_MAIN(tests)
