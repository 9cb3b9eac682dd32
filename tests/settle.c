/* SPDX-License-Identifier: MIT */
/*
 * A cache that does not answer: what was taken away is kept, and asked for
 * again.
 */
#include "content.h"

static void settle_of_nothing_tells_nobody(void **state)
{
	struct bed b;
	struct probe p = {0};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Pages and tables, and not a byte of memory for it. */
static void settle_frees_what_was_kept(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};
	struct tarry_pool_stats stats;
	struct tarry_space_stats of_space;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, M2, M2 + K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	fault_fail_from(1);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, G1 + M2, K4,
			NULL);
	assert_hole(b.space, 0);
	assert_hole(b.space, G1 + M2);
	assert_sound(b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.kept > 0);
	assert_int_equal(stats.waiting, 0);
	assert_int_equal(stats.kept_bytes, (stats.kept + 2) * K4);
	tarry_space_stats(b.space, &of_space);
	assert_int_equal(of_space.kept, stats.kept);
	assert_int_equal(of_space.kept_bytes, 2 * K4);

	/* Asked in vain: all is kept still. */
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_settle, b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);

	p.deaf = false;
	p.n = 0;
	assert_int_equal(tarry_settle(b.space), 0);
	fault_reset();
	assert_true(probe_heard(&p, 0, K4));
	assert_true(probe_heard(&p, G1 + M2, K4));
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 2 * K4);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.kept, 0);
	assert_int_equal(stats.kept_bytes, 0);
	/* And no more is owed. */
	p.sends = 0;
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(p.sends, 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* It waits for readers as if it had been taken away now. */
static void unlink_invalidate_wait_free_of_what_was_kept(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};
	struct sitter r = {0};
	struct tarry_pool_stats stats;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	p.deaf = false;
	sitter_begin(&r);
	assert_int_equal(tarry_settle(b.space), 0);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.kept, 0);
	assert_true(stats.waiting > 0);
	assert_int_equal(b.owner.releases, 0);
	sitter_end(&r);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, K4);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* A cache that is no more need not be asked. */
static void settle_without_the_one_that_is_deaf(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true}, q = {0};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	probe_listen(&q, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_settle, b.space);
	probe_unlisten(&p, b.space);
	assert_int_equal(tarry_settle(b.space), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, K4);
	probe_unlisten(&q, b.space);
	bed_close(&b);
}

/* A split inside the caller's gather is not answered: what the gather holds
 * besides was told of by the same call, and its end must not free it. */
static void every_walker_class_when_a_gather_was_not_answered(void **state)
{
	struct bed b;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};
	struct tarry_pool_stats stats;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, M2, M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, &how), 0);
	p.deaf = true;
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, G1, K4, &how);
	p.deaf = false;
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_gather_end, &g);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.kept > 0);
	assert_int_equal(tarry_settle(b.space), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 2 * K4);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void destroy_refuses_while_a_cache_is_deaf(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, 2 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_space_destroy, b.space);
	assert_leaf(b.space, K4, G1 + K4, 0, RW);
	p.deaf = false;
	/* All that was kept goes along. */
	assert_int_equal(tarry_space_destroy(b.space), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 2 * K4);
	bed_close_pool(&b);
}

/* Until it is settled, a slot may be empty and still be known to a cache. */
static void not_alone_flush_all_until_it_is_settled(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, 2 * K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 0, 3 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, K4, NULL);
	/* Nothing comes where it may still be known. */
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_map, b.space, 0, M2, K4, RW,
		   NULL);
	assert_hole(b.space, 0);
	p.deaf = false;
	p.n = 0;
	assert_int_equal(tarry_unmap(b.space, G1, K4, NULL), 0);
	assert_true(probe_heard(&p, 0, K4));
	p.n = 0;
	assert_int_equal(tarry_map(b.space, 0, M2, K4, RW, NULL), 0);
	assert_true(probe_heard(&p, 0, K4));
	assert_int_equal(tarry_settle(b.space), 0);
	p.n = 0;
	assert_int_equal(tarry_unmap(b.space, G1 + K4, K4, NULL), 0);
	assert_false(probe_heard(&p, 0, K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* What is put back owes nobody anything. */
static void settle_has_nothing_of_what_was_put_back(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};
	struct tarry_pool_stats stats;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, G1, M2, RW, &small), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_split, b.space, 0, 1, NULL);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_collapse, b.space, G1, 1, 0, NULL,
		   NULL);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.kept, 0);
	p.deaf = false;
	p.sends = 0;
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(p.sends, 0);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_false(probe_heard(&p, 1ull << 46, K4));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* More scattered pages than a space can keep: what finds no room stays mapped,
 * and goes the next time.  None is lost, none released twice. */
static void settle_makes_room(void **state)
{
	enum { PAGES = 200 };
	struct bed b;
	struct probe p = {.deaf = true};
	struct tarry_pool_stats stats;
	struct tarry_hit hit;
	unsigned int mapped = 0;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	for (uint64_t i = 0; i < PAGES; i++)
		assert_int_equal(tarry_map(b.space, i * K4, (2 * i + 1) * K4,
					   K4, RW, NULL),
				 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, 0, PAGES * K4,
			NULL);
	for (uint64_t i = 0; i < PAGES; i++)
		mapped += !look(b.space, i * K4, &hit);
	assert_in_range(mapped, 1, PAGES - 16);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.kept_bytes, (PAGES - mapped + stats.kept) * K4);
	/* No room: nothing changes. */
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_unmap, b.space, 0, PAGES * K4,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_mark, b.space, 0, PAGES * K4, 1,
		   NULL);
	p.deaf = false;
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(tarry_unmap(b.space, 0, PAGES * K4, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, PAGES * K4);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void fail_now_and_then(struct probe *p, const struct tarry_span *spans,
			      unsigned int n)
{
	uint64_t *seed = p->ctx;

	(void)spans, (void)n;
	*seed = *seed * 6364136223846793005 + 1;
	p->deaf = (*seed >> 33 & 7) == 0;
}

/* A listener that fails now and then, one at rest half of the time, and one
 * that waits for nobody: whatever is done, every page is released once. */
static void nothing_left_with_a_cache_that_fails_now_and_then(void **state)
{
	struct probe fails = {0}, rests = {0}, casts = {0};
	uint64_t seed = 7, deaf_seed = 11, next = G1, mapped = 0, errors = 0;
	struct tarry_pool_stats stats;
	bool resting = false;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	fails.send = fail_now_and_then;
	fails.ctx = &deaf_seed;
	probe_listen(&fails, &b, b.space);
	probe_listen(&rests, &b, b.space);
	probe_listen(&casts, &b, b.space);
	casts.listener.wait = NULL;
	for (unsigned int i = 0; i < 20000; i++) {
		uint64_t r = (seed = seed * 6364136223846793005 + 1) >> 33;
		tarry_va va = (r >> 4 & 3) * M2 + (r >> 6 & 7) * K4;
		tarry_va to = (r >> 9 & 3) * M2 + (r >> 11 & 7) * K4;
		uint64_t len = r >> 14 & 1 ? K4 : M2;
		struct tarry_hit hit;
		int64_t err = 0;

		switch (r & 15) {
		case 0 ... 4:
			err = tarry_map(b.space, va, next, len, RW,
					r >> 15 & 1 ? NULL : &small);
			if (!err ||
			    (err == TARRY_ELISTENER &&
			     !look(b.space, va, &hit) && hit.oa == next))
				mapped += len;
			next += M2;
			break;
		case 5 ... 7:
			err = tarry_unmap(b.space, va, len, NULL);
			break;
		case 8:
			err = tarry_protect(b.space, va, len, TARRY_R, NULL);
			break;
		case 9:
			err = tarry_mark(b.space, va, len, 1, NULL);
			break;
		case 10:
			err = tarry_move(b.space, va, to, len, NULL);
			break;
		case 11:
			err = tarry_collapse(b.space, va & -M2, 1, 0, NULL,
					     NULL);
			break;
		case 12:
			err = tarry_split(b.space, va, 1, NULL);
			break;
		case 13:
			err = tarry_reclaim(b.space, va, len, NULL);
			break;
		case 14:
			if (resting)
				(void)tarry_listener_wake(b.space,
							  &rests.listener);
			else
				tarry_listener_rest(b.space, &rests.listener);
			resting = !resting;
			break;
		case 15:
			err = tarry_settle(b.space);
			tarry_pool_stats(b.pool, &stats);
			assert_true(err || (!stats.kept && !stats.kept_bytes));
			break;
		}
		errors += err == TARRY_ELISTENER;
		/* Pages are released beside this thread. */
		pthread_mutex_lock(&b.owner.lock);
		assert_true(b.owner.released_bytes <= mapped);
		pthread_mutex_unlock(&b.owner.lock);
		if (!(i % 256))
			assert_sound(b.space);
	}
	assert_true(errors > 500);
	fails.send = NULL;
	fails.deaf = false;
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(tarry_unmap(b.space, 0, G1, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, mapped);
	probe_unlisten(&fails, b.space);
	probe_unlisten(&rests, b.space);
	probe_unlisten(&casts, b.space);
	bed_close(&b);
}

/* What a clone took of the owner and did not map, it gives back; and the leaf
 * that it could not split is what it was, with its spare. */
static void clone_gives_back_what_it_did_not_map(void **state)
{
	struct tarry_space *to;
	struct probe p = {0};
	struct bed b;

	(void)state;
	for (int spare = 0; spare < 2; spare++) {
		bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
		assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
		assert_int_equal(tarry_map(b.space, M2, M2, M2, RW, &small), 0);
		assert_int_equal(tarry_collapse(b.space, M2, 1, 0, NULL,
						spare ? &deposit : NULL),
				 0);
		assert_int_equal(tarry_space_create(b.pool, b.format,
						    TARRY_SPACE_RELEASE, &to),
				 0);
		probe_listen(&p, &b, b.space);
		p.deaf = true;
		EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_clone, b.space, to, 0,
				M2 + K4, NULL);
		p.deaf = false;
		assert_int_equal(tarry_settle(b.space), 0);
		assert_int_equal(b.owner.gets, 2);
		assert_int_equal(b.owner.puts, 1);
		assert_sound(b.space);
		assert_leaf(b.space, M2, M2, 1, RW);
		assert_int_equal(tarry_unmap(to, 0, 2 * M2, NULL), 0);
		tarry_pool_drain(b.pool);
		assert_int_equal(b.owner.releases, 1);
		assert_int_equal(tarry_space_destroy(to), 0);
		probe_unlisten(&p, b.space);
		bed_close(&b);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(clone_gives_back_what_it_did_not_map),
	cmocka_unit_test(settle_of_nothing_tells_nobody),
	cmocka_unit_test(settle_frees_what_was_kept),
	cmocka_unit_test(unlink_invalidate_wait_free_of_what_was_kept),
	cmocka_unit_test(settle_without_the_one_that_is_deaf),
	cmocka_unit_test(every_walker_class_when_a_gather_was_not_answered),
	cmocka_unit_test(destroy_refuses_while_a_cache_is_deaf),
	cmocka_unit_test(not_alone_flush_all_until_it_is_settled),
	cmocka_unit_test(settle_has_nothing_of_what_was_put_back),
	cmocka_unit_test(settle_makes_room),
	cmocka_unit_test(nothing_left_with_a_cache_that_fails_now_and_then),
};

BED_MAIN(tests)
