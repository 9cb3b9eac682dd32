/* SPDX-License-Identifier: MIT */
/*
 * tarry_pin(), tarry_unpin() and tarry_fault(): what a driver and a fault
 * handler ask.
 */
#include "content.h"

static void pin_takes_one_page(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, NULL), 0);
	assert_int_equal(
		tarry_pin(b.space, 5 * K4 + 7, TARRY_R | TARRY_W, &hit), 0);
	assert_int_equal(hit.oa, G1 + 5 * K4 + 7);
	assert_int_equal(b.owner.gets, 1);
	assert_int_equal(b.owner.got_bytes, K4);
	tarry_unpin(b.space, &hit);
	assert_int_equal(b.owner.puts, 1);
	assert_int_equal(b.owner.put_bytes, K4);
	bed_close(&b);
}

static void pin_asks_for_rights(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_map(b.space, K4, 0, K4, RWU | TARRY_X, NULL), 0);
	assert_int_equal(tarry_pin(b.space, 0, TARRY_R, &hit), 0);
	tarry_unpin(b.space, &hit);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_pin, b.space, 0, TARRY_W, &hit);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_pin, b.space, 0, TARRY_X, &hit);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_pin, b.space, 0,
		   TARRY_R | TARRY_USER, &hit);
	assert_int_equal(tarry_pin(b.space, K4, RWU | TARRY_X, &hit), 0);
	tarry_unpin(b.space, &hit);
	assert_int_equal(b.owner.gets, b.owner.puts);
	bed_close(&b);
}

static void pin_refuses(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, K4, K4, 6, NULL), 0);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_pin, b.space, 2 * K4, TARRY_R, &hit);
	EXPECT_ERR(&b, TARRY_EMARK, tarry_pin, b.space, K4, TARRY_R, &hit);
	assert_int_equal(hit.oa, 6);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_pin, b.space, 1ull << 47, TARRY_R,
		   &hit);
	b.owner.refuse_after = 0;
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_pin, b.space, 0, TARRY_R, &hit);
	bed_close(&b);
}

static void some_release(void *ctx, tarry_oa oa, uint64_t len,
			 tarry_rights rights)
{
	(void)ctx, (void)oa, (void)len, (void)rights;
}

static int some_get(void *ctx, tarry_oa oa, uint64_t len)
{
	(void)ctx, (void)oa, (void)len;
	return 0;
}

static void pin_needs_an_owner(void **state)
{
	static const struct tarry_pool_config configs[] = {
		{.owner = {.release = some_release}},
		{.owner = {.release = some_release, .get = some_get}},
	};
	struct tarry_hit hit;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bed b;

		bed_open_with(&b, "x86_64-4", &configs[i], 0);
		assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
		EXPECT_ERR(&b, TARRY_EINVAL, tarry_pin, b.space, 0, TARRY_R,
			   &hit);
		bed_close(&b);
	}
}

/* get() runs between the walk and the second look: what changes there is seen,
 * and the reference is given back. */
struct meddler {
	struct tarry_space *s;
	unsigned int gets, puts;
	int (*meddle)(struct tarry_space *s);
	bool done;
};

static int meddler_get(void *ctx, tarry_oa oa, uint64_t len)
{
	struct meddler *m = ctx;

	(void)oa, (void)len;
	m->gets++;
	if (m->meddle && !m->done) {
		m->done = true;
		return m->meddle(m->s);
	}
	return 0;
}

static void meddler_put(void *ctx, tarry_oa oa, uint64_t len)
{
	struct meddler *m = ctx;

	(void)oa, (void)len;
	m->puts++;
}

/* The change is made by another thread, as get() is inside a read section. */
static void *meddle_unmap(void *s)
{
	tarry_thread_begin();
	assert_int_equal(tarry_unmap(s, 0, K4, NULL), 0);
	tarry_thread_end();
	return NULL;
}

static void *meddle_collapse(void *s)
{
	tarry_thread_begin();
	assert_int_equal(tarry_collapse(s, 0, 1, 0, NULL, NULL), 0);
	tarry_thread_end();
	return NULL;
}

static int in_thread(struct tarry_space *s, void *(*fn)(void *))
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, s), 0);
	pthread_join(thread, NULL);
	return 0;
}

static int meddle_by_unmap(struct tarry_space *s)
{
	return in_thread(s, meddle_unmap);
}

static int meddle_by_collapse(struct tarry_space *s)
{
	return in_thread(s, meddle_collapse);
}

static void pin_looks_again(void **state)
{
	int (*const meddles[])(struct tarry_space *) = {meddle_by_unmap,
							meddle_by_collapse};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct meddler m = {.meddle = meddles[i]};
		struct tarry_pool_config c = {.owner = {.get = meddler_get,
							.put = meddler_put,
							.ctx = &m}};
		struct tarry_hit hit;
		struct bed b;
		int err;

		bed_open_with(&b, "x86_64-4", &c, 0);
		m.s = b.space;
		assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
		err = tarry_pin(b.space, 0, TARRY_R, &hit);
		assert_true(m.done);
		/* Not pinned; or again, at the new place. */
		if (err) {
			assert_true(err == TARRY_EAGAIN || err == TARRY_ENOENT);
		} else {
			assert_ptr_equal(meddles[i], meddle_by_collapse);
			assert_int_equal(m.gets, m.puts + 1);
			tarry_unpin(b.space, &hit);
		}
		assert_int_equal(m.gets, m.puts);
		bed_close(&b);
	}
}

/* ---- fault ---- */

static void fault_of_every_answer(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, TARRY_R, NULL), 0);
	assert_int_equal(tarry_map(b.space, M2, 0, M2, RWU | TARRY_X, NULL), 0);
	assert_int_equal(tarry_mark(b.space, K4, K4, 6, NULL), 0);
	assert_int_equal(tarry_fault(b.space, 123, TARRY_R), 0);
	assert_int_equal(tarry_fault(b.space, M2 + 123, RWU), 0);
	assert_int_equal(tarry_fault(b.space, M2 + 123, RWU | TARRY_X), 0);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_fault, b.space, 123, TARRY_W);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_fault, b.space, 123, TARRY_X);
	EXPECT_ERR(&b, TARRY_EACCES, tarry_fault, b.space, 123,
		   TARRY_R | TARRY_USER);
	EXPECT_ERR(&b, TARRY_EMARK, tarry_fault, b.space, K4 + 5, TARRY_R);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_fault, b.space, 2 * K4, TARRY_R);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_fault, b.space, UINT64_MAX, TARRY_R);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_fault, b.space, 1ull << 47, TARRY_R);
	bed_close(&b);
}

/* During the invalidation of a collapse, the table's entry is frozen. */
static void fault_at_frozen(struct probe *p, const struct tarry_span *spans,
			    unsigned int n)
{
	struct tarry_space *s = p->bed->space;
	struct tarry_hit hit;

	(void)spans, (void)n;
	if (!p->bed->format->frozen(slot_value(p->bed, s, 0, 1), 1))
		return;
	*(int *)p->ctx += 1;
	EXPECT_ERR_ONLY(TARRY_EAGAIN, tarry_fault, s, 123, TARRY_R);
	/* GUP-fast's rule: nobody pins under a change. */
	EXPECT_ERR_ONLY(TARRY_EAGAIN, tarry_pin, s, 123, TARRY_R, &hit);
}

static void frozen_means_try_again(void **state)
{
	struct bed b;
	int seen = 0;
	struct probe p = {.send = fault_at_frozen, .ctx = &seen};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(b.owner.gets, b.owner.puts);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(pin_takes_one_page),
	cmocka_unit_test(pin_asks_for_rights),
	cmocka_unit_test(pin_refuses),
	cmocka_unit_test(pin_needs_an_owner),
	cmocka_unit_test(pin_looks_again),
	cmocka_unit_test(fault_of_every_answer),
	cmocka_unit_test(frozen_means_try_again),
};

BED_MAIN(tests)
