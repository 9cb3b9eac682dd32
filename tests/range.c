/* SPDX-License-Identifier: MIT */
/*
 * tarry_translate_range() and tarry_iterate(): a range as pieces.
 */
#include "content.h"

static int64_t range_of(struct tarry_space *s, tarry_va va, uint64_t len,
			struct tarry_piece *pieces, size_t n)
{
	int64_t got;

	tarry_read_begin();
	got = tarry_translate_range(s, va, len, pieces, n);
	tarry_read_end();
	return got;
}

static void assert_piece(const struct tarry_piece *p, tarry_va va, uint64_t len,
			 enum tarry_kind kind, tarry_oa oa, tarry_rights rights)
{
	assert_int_equal(p->va, va);
	assert_int_equal(p->len, len);
	assert_int_equal(p->kind, kind);
	if (kind != TARRY_EMPTY)
		assert_int_equal(p->oa, oa);
	if (kind == TARRY_LEAF)
		assert_int_equal(p->rights, rights);
}

/* ---- pieces ---- */

static void range_joins_what_continues(void **state)
{
	struct bed b;
	struct tarry_piece p[8];

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* Small pages, large ones, across upper tables: one piece. */
	assert_int_equal(tarry_map(b.space, G1 - M2 - K4, G1 - M2 - K4,
				   G1 + M2 + 2 * K4, RW, NULL),
			 0);
	assert_int_equal(
		range_of(b.space, G1 - M2 - K4, G1 + M2 + 2 * K4, p, 8), 1);
	assert_piece(&p[0], G1 - M2 - K4, G1 + M2 + 2 * K4, TARRY_LEAF,
		     G1 - M2 - K4, RW);
	/* To the byte at both ends. */
	assert_int_equal(range_of(b.space, G1 - 5, 11, p, 8), 1);
	assert_piece(&p[0], G1 - 5, 11, TARRY_LEAF, G1 - 5, RW);
	bed_close(&b);
}

static void range_tells_apart(void **state)
{
	struct bed b;
	struct tarry_piece p[16];

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, K4, G1 + K4, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_map(b.space, 2 * K4, G1, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 4 * K4, 2 * K4, 9, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 6 * K4, K4, 10, NULL), 0);
	assert_int_equal(tarry_map(b.space, M2, M2, M2, RW, NULL), 0);
	assert_int_equal(range_of(b.space, 0, 2 * M2 + K4, p, 16), 9);
	assert_piece(&p[0], 0, K4, TARRY_LEAF, G1, RW);
	assert_piece(&p[1], K4, K4, TARRY_LEAF, G1 + K4, TARRY_R);
	assert_piece(&p[2], 2 * K4, K4, TARRY_LEAF, G1, TARRY_R);
	assert_piece(&p[3], 3 * K4, K4, TARRY_EMPTY, 0, 0);
	assert_piece(&p[4], 4 * K4, 2 * K4, TARRY_MARK, 9, 0);
	assert_piece(&p[5], 6 * K4, K4, TARRY_MARK, 10, 0);
	assert_piece(&p[6], 7 * K4, M2 - 7 * K4, TARRY_EMPTY, 0, 0);
	assert_piece(&p[7], M2, M2, TARRY_LEAF, M2, RW);
	assert_piece(&p[8], 2 * M2, K4, TARRY_EMPTY, 0, 0);
	bed_close(&b);
}

static void range_goes_on_where_it_ended(void **state)
{
	struct bed b;
	struct tarry_piece all[64], one;
	int64_t n;
	tarry_va va = 0;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (tarry_va at = K4; at < 40 * K4; at += 3 * K4)
		assert_int_equal(tarry_map(b.space, at, at, K4, RW, NULL), 0);
	n = range_of(b.space, 0, M2, all, 64);
	assert_true(n > 20);
	for (int64_t i = 0; i < n; i++) {
		assert_int_equal(range_of(b.space, va, M2 - va, &one, 1), 1);
		assert_memory_equal(&one.va, &all[i].va, sizeof(one.va));
		assert_int_equal(one.kind, all[i].kind);
		assert_int_equal(one.len, all[i].len);
		va += one.len;
	}
	assert_int_equal(va, M2);
	bed_close(&b);
}

static void range_of_everything(void **state)
{
	struct bed b;
	struct tarry_piece p[4];
	uint64_t half = 1ull << 56;

	(void)state;
	bed_open(&b, "x86_64-5", 0);
	assert_int_equal(range_of(b.space, 0, half, p, 4), 1);
	assert_piece(&p[0], 0, half, TARRY_EMPTY, 0, 0);
	assert_int_equal(range_of(b.space, -half, half, p, 4), 1);
	assert_piece(&p[0], -half, half, TARRY_EMPTY, 0, 0);
	assert_int_equal(tarry_map(b.space, -K4, G1, K4, RW, NULL), 0);
	assert_int_equal(range_of(b.space, -half, half, p, 4), 2);
	assert_piece(&p[0], -half, half - K4, TARRY_EMPTY, 0, 0);
	assert_piece(&p[1], -K4, K4, TARRY_LEAF, G1, RW);
	bed_close(&b);
}

static void range_refuses(void **state)
{
	struct bed b;
	struct tarry_piece p[2];

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	memset(p, 0x33, sizeof(p));
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_ELENGTH, tarry_translate_range, b.space, 0, 0, p,
			2);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_translate_range, b.space,
			1ull << 47, 1, p, 2);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_translate_range, b.space,
			(1ull << 47) - 1, 2, p, 2);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_translate_range, b.space,
			UINT64_MAX, 2, p, 2);
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_translate_range, b.space, 0, K4, p,
			0);
	tarry_read_end();
	for (size_t i = 0; i < sizeof(p); i++)
		assert_int_equal(((unsigned char *)p)[i], 0x33);
	bed_close(&b);
}

/* ---- iterate ---- */

struct walk {
	struct tarry_piece p[64];
	size_t n;
	int stop_at, answer;
};

static int walk_fn(void *ctx, const struct tarry_piece *piece)
{
	struct walk *w = ctx;

	assert_true(w->n < 64);
	w->p[w->n++] = *piece;
	return (int)w->n == w->stop_at ? w->answer : 0;
}

static int iterate(struct tarry_space *s, tarry_va va, uint64_t len,
		   struct walk *w)
{
	int got;

	tarry_read_begin();
	got = tarry_iterate(s, va, len, walk_fn, w);
	tarry_read_end();
	return got;
}

static void iterate_entry_by_entry(void **state)
{
	struct bed b;
	struct walk w = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2 - 2 * K4, G1 - 2 * K4,
				   2 * K4 + M2, RW, NULL),
			 0);
	assert_int_equal(tarry_mark(b.space, 3 * M2, M2, 4, NULL), 0);
	assert_int_equal(tarry_map(b.space, -K4, 0, K4, TARRY_R, NULL), 0);
	assert_int_equal(iterate(b.space, 0, 1ull << 47, &w), 0);
	assert_int_equal(w.n, 4);
	assert_piece(&w.p[0], M2 - 2 * K4, K4, TARRY_LEAF, G1 - 2 * K4, RW);
	assert_piece(&w.p[1], M2 - K4, K4, TARRY_LEAF, G1 - K4, RW);
	assert_piece(&w.p[2], M2, M2, TARRY_LEAF, G1, RW);
	assert_piece(&w.p[3], 3 * M2, M2, TARRY_MARK, 4, 0);
	memset(&w, 0, sizeof(w));
	assert_int_equal(iterate(b.space, -(1ull << 47), 1ull << 47, &w), 0);
	assert_int_equal(w.n, 1);
	assert_piece(&w.p[0], -K4, K4, TARRY_LEAF, 0, TARRY_R);
	bed_close(&b);
}

static void iterate_cuts_to_the_range(void **state)
{
	struct bed b;
	struct walk w = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2, G1, M2, RW, NULL), 0);
	assert_int_equal(iterate(b.space, M2 + 100, 50, &w), 0);
	assert_int_equal(w.n, 1);
	assert_piece(&w.p[0], M2 + 100, 50, TARRY_LEAF, G1 + 100, RW);
	memset(&w, 0, sizeof(w));
	assert_int_equal(iterate(b.space, 2 * M2 - 1, 2, &w), 0);
	assert_int_equal(w.n, 1);
	assert_piece(&w.p[0], 2 * M2 - 1, 1, TARRY_LEAF, G1 + M2 - 1, RW);
	bed_close(&b);
}

static void iterate_ends_when_told(void **state)
{
	struct bed b;
	struct walk w = {.stop_at = 3, .answer = 4711};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 10 * K4, RW, NULL), 0);
	assert_int_equal(iterate(b.space, 0, M2, &w), 4711);
	assert_int_equal(w.n, 3);
	bed_close(&b);
}

static void iterate_refuses(void **state)
{
	struct bed b;
	struct walk w = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_ELENGTH, tarry_iterate, b.space, 0, 0, walk_fn,
			&w);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_iterate, b.space, 1ull << 47, 1,
			walk_fn, &w);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_iterate, b.space, UINT64_MAX, 2,
			walk_fn, &w);
	tarry_read_end();
	assert_int_equal(w.n, 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(range_joins_what_continues),
	cmocka_unit_test(range_tells_apart),
	cmocka_unit_test(range_goes_on_where_it_ended),
	cmocka_unit_test(range_of_everything),
	cmocka_unit_test(range_refuses),
	cmocka_unit_test(iterate_entry_by_entry),
	cmocka_unit_test(iterate_cuts_to_the_range),
	cmocka_unit_test(iterate_ends_when_told),
	cmocka_unit_test(iterate_refuses),
};

BED_MAIN(tests)
