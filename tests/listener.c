/* SPDX-License-Identifier: MIT */
/*
 * Listeners and the soft TLB: who caches translations is told.
 */
#include "content.h"

static void listener_comes_and_goes(void **state)
{
	struct bed b;
	struct probe p = {0}, q = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	probe_listen(&p, &b, b.space);
	probe_listen(&q, &b, b.space);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_true(probe_heard(&p, 0, K4));
	assert_true(probe_heard(&q, 0, K4));
	assert_true(p.waits > 0 && q.waits > 0);
	probe_unlisten(&p, b.space);
	p.n = 0;
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_int_equal(p.n, 0);
	assert_true(probe_heard(&q, K4, K4));
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_unlisten, b.space, &p.listener);
	probe_unlisten(&q, b.space);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_unlisten, b.space, &q.listener);
	bed_close(&b);
}

static void listener_must_have_send(void **state)
{
	struct bed b;
	struct tarry_listener l = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_listen, b.space, &l);
	bed_close(&b);
}

static void listener_of_one_space_only(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	bed_second_space(&b, 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_map(b.other, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.other, 0, K4, NULL), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void listener_is_not_told_of_map(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	/* Entries that are not present are not cached on x86-64. */
	bed_open(&b, "x86_64-4", 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G1, K4, 4, NULL), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void lazy_listener_is_told_of_tables_only(void **state)
{
	struct bed b;
	struct probe p = {.listener.lazy = true};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(tarry_protect(b.space, K4, K4, TARRY_R, NULL), 0);
	assert_int_equal(p.sends, 0);
	/* The last page: its tables go. */
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_true(p.sends > 0);
	assert_true(probe_heard(&p, K4, K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Whoever is not alone flushes all, tables too: what another gather took may
 * be one (Z27, as it was in 2019). */
static void not_alone_flush_all_tells_the_lazy_too(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct probe p = {.listener.lazy = true};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_protect(b.space, 0, K4, TARRY_R, NULL), 0);
	assert_int_equal(p.sends, 1);
	assert_true(p.spans[0].tables);
	assert_int_equal(p.spans[0].len, 0);
	assert_int_equal(tarry_gather_end(&g), 0);
	p.sends = 0;
	assert_int_equal(tarry_protect(b.space, 0, K4, RW, NULL), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Of each path that takes tables away, and of none that does not. */
static void lazy_listener_is_told_whenever_tables_go(void **state)
{
	struct tarry_collapse_copy copy = {.oa = G1, .copy = copy_nothing};
	struct bed b;
	struct probe p = {.listener.lazy = true};
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	(void)state;
#define TOLD(whether, call)                               \
	do {                                              \
		p.sends = 0;                              \
		assert_true((call) >= 0);                 \
		assert_int_equal(p.sends > 0, (whether)); \
	} while (0)
	bed_open(&b, "x86_64-4", 0);
	probe_listen(&p, &b, b.space);
	TOLD(0, tarry_map(b.space, 0, 0, M2, RW, &small));
	TOLD(0, tarry_harvest(b.space, 0, M2, TARRY_ACCESSED, NULL, NULL));
	TOLD(0, tarry_unmap(b.space, 0, K4, NULL));
	TOLD(0, tarry_map(b.space, 0, 0, K4, RW, NULL));
	TOLD(1, tarry_collapse(b.space, 0, 1, 0, NULL, NULL));
	TOLD(0, tarry_protect(b.space, 0, M2, TARRY_R, NULL));
	TOLD(0, tarry_split(b.space, 0, 1, NULL));
	TOLD(1, tarry_collapse(b.space, 0, 1, RW, &copy, NULL));
	TOLD(1, tarry_move(b.space, 0, G1, M2, NULL)); /* empties one */
	TOLD(0, tarry_split(b.space, G1, 1, NULL));
	TOLD(1, tarry_retract(b.space, G1, 1, NULL));
	TOLD(0, tarry_map(b.space, 0, 0, 4 * M2, RW, &small));
	TOLD(1, tarry_unmap(b.space, 0, M2, NULL));
	TOLD(1, tarry_mark(b.space, M2, M2, 3, NULL));
	TOLD(1, tarry_move(b.space, 2 * M2, G1, M2, NULL));
	TOLD(1, tarry_unmap(b.space, 3 * M2, M2, NULL));
	tarry_gather_begin(&g, b.space);
	TOLD(0, tarry_unmap(b.space, 0, G512, &how));
	TOLD(1, tarry_gather_end(&g));
	probe_unlisten(&p, b.space);
	bed_close(&b);
	/* Reclaim, where unmap leaves tables. */
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	TOLD(0, tarry_unmap(b.space, 0, K4, NULL));
	TOLD(1, tarry_reclaim(b.space, 0, G512, NULL));
#undef TOLD
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* A CPU that rests is not told of leaves; when it wakes, it knows. */
static void listeners_always_also_when_one_wakes(void **state)
{
	struct bed b;
	struct probe p = {0}, q = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 8 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	probe_listen(&q, &b, b.space);
	/* Nothing happened. */
	tarry_listener_rest(b.space, &p.listener);
	assert_false(tarry_listener_wake(b.space, &p.listener));
	/* A leaf goes: the one that is awake is told. */
	tarry_listener_rest(b.space, &p.listener);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(p.sends, 0);
	assert_int_equal(q.sends, 1);
	assert_true(tarry_listener_wake(b.space, &p.listener));
	/* It has been told of that now. */
	tarry_listener_rest(b.space, &p.listener);
	assert_false(tarry_listener_wake(b.space, &p.listener));
	/* Awake, it is told and has missed nothing. */
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_int_equal(p.sends, 1);
	tarry_listener_rest(b.space, &p.listener);
	/* Tables: told, at rest or not. */
	p.n = 0;
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_true(probe_heard(&p, 0, M2));
	probe_unlisten(&p, b.space);
	probe_unlisten(&q, b.space);
	bed_close(&b);
}

static void listener_hears_of_destroy(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_space_destroy(b.space), 0);
	assert_int_equal(p.sends, 1);
	assert_true(probe_heard(&p, 0, 1ull << 47));
	assert_true(probe_heard(&p, -(1ull << 47), 1ull << 47));
	bed_close_pool(&b);
}

/* No answer: the operation is done, what it took away is kept. */
static void listener_without_answer_keeps_it_all(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};
	struct tarry_pool_stats before, after;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, M2, M2 + K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &before);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_protect, b.space, G1, K4,
			TARRY_R, NULL);
	assert_leaf(b.space, G1, M2, 0, TARRY_R);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	assert_hole(b.space, 0);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_mark, b.space, G1 + M2, K4, 3,
			NULL);
	assert_marked(b.space, G1 + M2, 3);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_retract, b.space, G1 + M2, 1,
			NULL);
	assert_hole(b.space, G1 + M2);
	assert_sound(b.space);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &after);
	assert_int_equal(b.owner.releases, 0);
	/* No table came back. */
	assert_true(after.table_bytes + after.waiting_bytes >=
		    before.table_bytes);
	probe_unlisten(&p, b.space);
	/* Only the deaf one stood in the way. */
	bed_close(&b);
}

/* ---- soft TLB ---- */

static int soft(struct tarry_soft_tlb *t, tarry_va va, tarry_oa *oa)
{
	int err;

	tarry_read_begin();
	err = tarry_soft_tlb_translate(t, va, oa);
	tarry_read_end();
	return err;
}

static struct tarry_soft_tlb tlb; /* aligned, and too large for a stack */

static void soft_tlb_answers_as_translate(void **state)
{
	struct bed b;
	tarry_oa oa;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_soft_tlb_init(&tlb, b.space), 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, -K4, G1, K4, RW, NULL), 0);
	for (int round = 0; round < 2; round++) {
		for (tarry_va va = 3; va < M2 + K4; va += K4) {
			assert_int_equal(soft(&tlb, va, &oa), 0);
			assert_int_equal(oa, G1 + va);
		}
		assert_int_equal(soft(&tlb, UINT64_MAX, &oa), 0);
		assert_int_equal(oa, G1 + K4 - 1);
	}
	assert_int_equal(soft(&tlb, 7, &oa), 0);
	assert_int_equal(soft(&tlb, 8, &oa), 0);
	assert_int_equal(oa, G1 + 8);
	tarry_soft_tlb_fini(&tlb);
	bed_close(&b);
}

static void soft_tlb_misses_once(void **state)
{
	struct bed b;
	tarry_oa oa;
	uint64_t misses;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_soft_tlb_init(&tlb, b.space), 0);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(soft(&tlb, 0, &oa), 0);
	misses = tlb.misses;
	for (int i = 0; i < 100; i++)
		assert_int_equal(soft(&tlb, i, &oa), 0);
	assert_int_equal(tlb.misses, misses);
	tarry_soft_tlb_fini(&tlb);
	bed_close(&b);
}

static void soft_tlb_forgets_what_is_taken_away(void **state)
{
	struct bed b;
	tarry_oa oa;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_soft_tlb_init(&tlb, b.space), 0);
	for (int op = 0; op < 6; op++) {
		assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
		assert_int_equal(soft(&tlb, K4, &oa), 0);
		assert_int_equal(oa, G1 + K4);
		switch (op) {
		case 0:
			assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
			break;
		case 1:
			assert_int_equal(tarry_unmap(b.space, 0, G512, NULL),
					 0);
			break;
		case 2:
			assert_int_equal(tarry_mark(b.space, 0, M2, 1, NULL),
					 0);
			break;
		case 3:
			assert_int_equal(tarry_move(b.space, K4, G1, K4, NULL),
					 0);
			break;
		case 4:
			assert_int_equal(tarry_move(b.space, 0, G1, M2, NULL),
					 0);
			break;
		case 5:
			assert_int_equal(tarry_retract(b.space, 0, 1, NULL), 0);
			break;
		}
		oa = 99;
		assert_int_equal(soft(&tlb, K4, &oa),
				 op == 2 ? TARRY_EMARK : TARRY_ENOENT);
		assert_int_equal(oa, 99);
		assert_int_equal(tarry_unmap(b.space, 0, 2 * G1, NULL), 0);
	}
	tarry_soft_tlb_fini(&tlb);
	bed_close(&b);
}

static void soft_tlb_far_buckets_too(void **state)
{
	struct bed b;
	tarry_oa oa;

	(void)state;
	/* One call over a range of more buckets than there are. */
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_soft_tlb_init(&tlb, b.space), 0);
	for (tarry_va va = 0; va < 200 * M2; va += M2) {
		assert_int_equal(tarry_map(b.space, va, va, K4, RW, NULL), 0);
		assert_int_equal(soft(&tlb, va, &oa), 0);
	}
	assert_int_equal(tarry_unmap(b.space, M2, 199 * M2, NULL), 0);
	assert_int_equal(soft(&tlb, 0, &oa), 0);
	for (tarry_va va = M2; va < 200 * M2; va += M2)
		assert_int_equal(soft(&tlb, va, &oa), TARRY_ENOENT);
	tarry_soft_tlb_fini(&tlb);
	bed_close(&b);
}

static void soft_tlb_refuses(void **state)
{
	struct bed b;
	tarry_oa oa = 99;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_mark(b.space, 0, K4, 1, NULL), 0);
	assert_int_equal(tarry_soft_tlb_init(&tlb, b.space), 0);
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_EMARK, tarry_soft_tlb_fill, &tlb, 0, &oa);
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_soft_tlb_fill, &tlb, K4, &oa);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_soft_tlb_fill, &tlb, 1ull << 47,
			&oa);
	EXPECT_ERR_ONLY(TARRY_EMARK, tarry_soft_tlb_translate, &tlb, 0, &oa);
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_soft_tlb_translate, &tlb, K4, &oa);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_soft_tlb_translate, &tlb,
			1ull << 47, &oa);
	tarry_read_end();
	assert_int_equal(oa, 99);
	tarry_soft_tlb_fini(&tlb);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(listener_comes_and_goes),
	cmocka_unit_test(listener_must_have_send),
	cmocka_unit_test(listener_of_one_space_only),
	cmocka_unit_test(listener_is_not_told_of_map),
	cmocka_unit_test(lazy_listener_is_told_of_tables_only),
	cmocka_unit_test(not_alone_flush_all_tells_the_lazy_too),
	cmocka_unit_test(lazy_listener_is_told_whenever_tables_go),
	cmocka_unit_test(listeners_always_also_when_one_wakes),
	cmocka_unit_test(listener_hears_of_destroy),
	cmocka_unit_test(listener_without_answer_keeps_it_all),
	cmocka_unit_test(soft_tlb_answers_as_translate),
	cmocka_unit_test(soft_tlb_misses_once),
	cmocka_unit_test(soft_tlb_forgets_what_is_taken_away),
	cmocka_unit_test(soft_tlb_far_buckets_too),
	cmocka_unit_test(soft_tlb_refuses),
};

BED_MAIN(tests)
