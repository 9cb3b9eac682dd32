/* SPDX-License-Identifier: MIT */
/*
 * Companions: a word of the owner's beside each slot of level 0, in every
 * format, under every policy.
 */
#include "content.h"

static void open_with_words(struct bed *b, const char *format,
			    enum tarry_policy policy)
{
	bed_open_with(b, format,
		      &(struct tarry_pool_config){.policy = policy,
						  .companions = true},
		      0);
}

static uint64_t word_at(struct tarry_space *s, tarry_va va)
{
	uint64_t *word, value;

	tarry_read_begin();
	assert_int_equal(tarry_companion(s, va, &word), 0);
	value = tarry_load(word, TARRY_ACQUIRE);
	tarry_read_end();
	return value;
}

static void put_word(struct tarry_space *s, tarry_va va, uint64_t value)
{
	uint64_t old = word_at(s, va);

	assert_int_equal(tarry_companion_exchange(s, va, &old, value), 0);
}

/* Tables come and go, and each slot's word is its own, and 0 at birth. */
static void each_slot_has_a_word_that_is_born_zero(void **state)
{
	(void)state;
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		uint64_t page = 1ull << f->page_lg2;
		uint64_t table = page << f->index_lg2[0];

		for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_WHOLE;
		     p++) {
			struct bed b;

			open_with_words(&b, f->name, p);
			for (unsigned int turn = 0; turn < 3; turn++) {
				assert_int_equal(tarry_map(b.space, 0, 0,
							   2 * table, RW,
							   &small),
						 0);
				for (tarry_va va = 0; va < 2 * table;
				     va += page)
					assert_int_equal(word_at(b.space, va),
							 0);
				for (tarry_va va = 0; va < 2 * table;
				     va += page)
					put_word(b.space, va, ~va);
				for (tarry_va va = 0; va < 2 * table;
				     va += page)
					assert_int_equal(
						word_at(b.space, va + page - 1),
						~va);
				/* No slot was written over. */
				for (tarry_va va = 0; va < 2 * table;
				     va += page)
					assert_maps_to(b.space, va, va);
				assert_int_equal(tarry_unmap(b.space, 0,
							     2 * table, NULL),
						 0);
				tarry_pool_drain(b.pool);
			}
			bed_close(&b);
		}
	}
}

/* Also in memory that was never given back, and is dirty. */
static void born_zero_in_the_callers_memory(void **state)
{
	const uint64_t len = 1u << 20;
	char *memory = aligned_alloc(K4, len);
	struct tarry_pool_config c = {
		.base = memory, .oa = 1u << 20, .len = len, .companions = true};
	struct bed b;

	(void)state;
	memset(memory, 0xa5, len);
	bed_open_with(&b, "x86_64-4", &c, 0);
	for (uint64_t i = 0; i < 20; i++) {
		assert_int_equal(tarry_map(b.space, i * M2, 0, K4, RW, NULL),
				 0);
		assert_int_equal(word_at(b.space, i * M2 + 511 * K4), 0);
		put_word(b.space, i * M2, i);
	}
	for (uint64_t i = 0; i < 20; i++)
		assert_int_equal(word_at(b.space, i * M2), i);
	bed_close(&b);
	free(memory);
}

static void companion_refuses(void **state)
{
	uint64_t *word = NULL, old = 0;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_companion, b.space, 0, &word);
	tarry_read_end();
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_companion_exchange, b.space, 0, &old,
		   1);
	bed_close(&b);

	open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_companion, b.space, 0, &word);
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_companion, b.space, G1, &word);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_companion, b.space, 1ull << 47,
			&word);
	tarry_read_end();
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_companion_exchange, b.space, 0, &old,
		   1);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_companion_exchange, b.space,
		   1ull << 47, &old, 1);
	assert_null(word);
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	put_word(b.space, K4, 7);
	EXPECT_ERR(&b, TARRY_EAGAIN, tarry_companion_exchange, b.space, K4,
		   &old, 1);
	assert_int_equal(old, 7);
	assert_int_equal(word_at(b.space, K4), 7);
	bed_close(&b);
}

/* A word belongs to an address: what is mapped there may change. */
static void words_outlive_what_is_mapped(void **state)
{
	struct bed b;

	(void)state;
	open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	put_word(b.space, 0, 11);
	assert_int_equal(tarry_protect(b.space, 0, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	assert_int_equal(word_at(b.space, 0), 11);
	assert_int_equal(tarry_mark(b.space, 0, 2 * K4, 5, NULL), 0);
	assert_int_equal(word_at(b.space, 0), 11);
	assert_int_equal(word_at(b.space, K4), 0);
	bed_close(&b);
}

static void words_move_with_their_table_and_with_their_leaf(void **state)
{
	struct bed b;

	(void)state;
	open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, M2, K4, 3, NULL), 0);
	put_word(b.space, 5 * K4, 55);
	put_word(b.space, 6 * K4, 66);
	put_word(b.space, M2, 77);
	/* The whole table. */
	assert_int_equal(tarry_move(b.space, 0, G512, M2, NULL), 0);
	assert_int_equal(word_at(b.space, G512 + 5 * K4), 55);
	/* A leaf, and a mark, to a place of another alignment. */
	assert_int_equal(
		tarry_move(b.space, G512 + 5 * K4, 3 * G1 + 9 * K4, K4, NULL),
		0);
	assert_int_equal(word_at(b.space, 3 * G1 + 9 * K4), 55);
	assert_int_equal(word_at(b.space, G512 + 5 * K4), 0);
	assert_int_equal(word_at(b.space, G512 + 6 * K4), 66);
	assert_int_equal(tarry_move(b.space, M2, 3 * G1 + K4, K4, NULL), 0);
	assert_int_equal(word_at(b.space, 3 * G1 + K4), 77);
	bed_close(&b);
}

static int clear_words(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	struct tarry_space *s = ctx;

	for (size_t i = 0; i < n; i++) {
		uint64_t *word;

		tarry_read_begin();
		assert_int_equal(tarry_companion(s, pieces[i].va, &word), 0);
		tarry_store(word, 0, TARRY_RELAXED);
		tarry_read_end();
	}
	return 0;
}

/* Nothing of the owner's is dropped without a word: refused, put back. */
static void collapse_refuses_while_a_word_is_not_zero(void **state)
{
	struct tarry_collapse_copy copy = {.oa = 4 * G1, .copy = clear_words};
	struct bed b;

	(void)state;
	open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
	copy.ctx = b.space;
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	put_word(b.space, 7 * K4, 1);
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_collapse, b.space, 0, 1, 0, NULL,
		   NULL);
	assert_int_equal(word_at(b.space, 7 * K4), 1);
	put_word(b.space, 7 * K4, 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	/* The copy is the moment to save them elsewhere. */
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	assert_int_equal(word_at(b.space, 7 * K4), 0);
	put_word(b.space, 7 * K4, 1);
	assert_int_equal(tarry_collapse(b.space, 0, 1, RW, &copy, NULL), 0);
	assert_leaf(b.space, 0, 4 * G1, 1, RW);
	bed_close(&b);
}

static void words_of_a_clone_are_zero(void **state)
{
	struct bed b;

	(void)state;
	open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	put_word(b.space, 3 * K4, 9);
	assert_int_equal(tarry_clone(b.space, b.other, 0, M2, NULL), 0);
	assert_int_equal(word_at(b.other, 3 * K4), 0);
	assert_int_equal(word_at(b.space, 3 * K4), 9);
	bed_close(&b);
}

/* ---- with the table, on every way that it can go ---- */

struct holder {
	struct tarry_space *s;
	uint64_t *word;
	unsigned int wrong;
};

static void hold(void *ctx)
{
	struct holder *h = ctx;

	h->wrong += tarry_companion(h->s, 3 * K4, &h->word) != 0;
}

static void holds_still(void *ctx)
{
	struct holder *h = ctx;

	h->wrong += tarry_load(h->word, TARRY_ACQUIRE) != 33;
}

static int by_unmap(struct bed *b)
{
	return tarry_unmap(b->space, 0, M2, NULL);
}

static int by_retract(struct bed *b)
{
	return tarry_retract(b->space, 0, 1, NULL);
}

static int by_gather(struct bed *b)
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	int err;

	tarry_gather_begin(&g, b->space);
	err = tarry_unmap(b->space, 0, M2, &how);
	return err ? err : tarry_gather_end(&g);
}

static int by_pages(struct bed *b)
{
	int err = 0;

	for (unsigned int i = 0; i < 512 && !err; i++)
		err = tarry_unmap(b->space, i * K4, K4, NULL);
	return err;
}

static void words_wait_for_readers_as_their_table_does(void **state)
{
	static int (*const ways[])(struct bed *) = {by_unmap, by_retract,
						    by_gather, by_pages};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct holder h = {0};
		struct sitter reader = {
			.first = hold, .last = holds_still, .ctx = &h};
		struct bed b;

		open_with_words(&b, "x86_64-4", TARRY_RECYCLE);
		assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
		put_word(b.space, 3 * K4, 33);
		h.s = b.space;
		sitter_begin(&reader);
		fault_fail_from(1);
		assert_int_equal(ways[i](&b), 0);
		fault_reset();
		/* Others come, and get other memory. */
		for (uint64_t j = 1; j < 60; j++) {
			assert_int_equal(
				tarry_map(b.space, j * M2, 0, K4, RW, NULL), 0);
			put_word(b.space, j * M2 + 3 * K4, j + 100);
		}
		sitter_end(&reader);
		assert_int_equal(h.wrong, 0);
		bed_close(&b);
	}
}

static void words_are_accounted_for(void **state)
{
	struct tarry_pool_stats one, stats;
	struct tarry_stock stock = {0};
	struct bed b;

	(void)state;
	open_with_words(&b, "s390x-3", TARRY_RECYCLE);
	tarry_pool_stats(b.pool, &one);
	assert_int_equal(one.companion_bytes, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 1u << 20, RW, &small), 0);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.companion_bytes, 2048);
	/* A level 1 table of 16K, a table of 2K and as much beside it. */
	assert_int_equal(stats.table_bytes - one.table_bytes,
			 (16u << 10) + 4096);
	/* Of stocks and spares as well. */
	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.companion_bytes, 2048 * (1 + stock.count[0]));
	tarry_unreserve(&stock);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.companion_bytes, 2048);
	assert_int_equal(tarry_split(b.space, 0, 1, &no_alloc), 0);
	assert_int_equal(word_at(b.space, 0), 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_slot_has_a_word_that_is_born_zero),
	cmocka_unit_test(born_zero_in_the_callers_memory),
	cmocka_unit_test(companion_refuses),
	cmocka_unit_test(words_outlive_what_is_mapped),
	cmocka_unit_test(words_move_with_their_table_and_with_their_leaf),
	cmocka_unit_test(collapse_refuses_while_a_word_is_not_zero),
	cmocka_unit_test(words_of_a_clone_are_zero),
	cmocka_unit_test(words_wait_for_readers_as_their_table_does),
	cmocka_unit_test(words_are_accounted_for),
};

BED_MAIN(tests)
