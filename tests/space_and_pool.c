/* SPDX-License-Identifier: MIT */
/*
 * Pools and spaces: regions, growth, limits, memory given back; and what the
 * two refuse.
 */
#include <stdalign.h>
#include <unistd.h>

#include "content.h"
#include "tarry/format/x86_64.h"
#include "tarry/inline.h"

static struct tarry_pool_config config_of(void *base, uint64_t len)
{
	return (struct tarry_pool_config){
		.format = tarry_format_by_name("x86_64-4"),
		.base = base,
		.oa = 0x100000,
		.len = len,
	};
}

static void pool_refuses(void **state)
{
	struct tarry_pool_config c = {0};
	struct tarry_pool *pool = NULL;
	char *memory = aligned_alloc(K4, 64 * K4);

	(void)state;
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_pool_create, &c, &pool);
	c = config_of(memory + 8, 63 * K4);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	c = config_of(memory, 63 * K4 + 8);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	c = config_of(memory, 2 * K4);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	c = config_of(memory, 64 * K4);
	c.oa = 1ull << 52;
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	/* Nobody told this build of descriptors (tests/embed has one that
	 * was told). */
	c = config_of(memory, 64 * K4);
	c.descriptors = memory;
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	c = (struct tarry_pool_config){
		.format = tarry_format_by_name("x86_64-4")};
	fault_fail_from(1);
	EXPECT_ERR_ONLY(TARRY_ENOMEM, tarry_pool_create, &c, &pool);
	fault_reset();
	assert_null(pool);
	free(memory);
}

static void pool_of_the_callers_memory(void **state)
{
	uint64_t len = 256 * K4;
	char *memory = aligned_alloc(K4, 4 * len);
	struct tarry_pool_config c = config_of(memory, len);
	struct tarry_pool_stats stats;
	struct tarry_space *s;
	struct tarry_pool *pool;
	uint64_t mapped = 0;

	(void)state;
	/* Dirty memory: nothing may be taken for zero. */
	memset(memory, 0xa5, 4 * len);
	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	assert_int_equal(tarry_space_create(pool, c.format, 0, &s), 0);
	assert_true(tarry_space_root(s) >= c.oa &&
		    tarry_space_root(s) < c.oa + len);
	while (!tarry_map(s, mapped * M2, 0, K4, RW, NULL))
		mapped++;
	assert_true(mapped > 150 && mapped < 256);
	/* Of another window, overlapping, misaligned, nothing. */
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool, memory + 2 * len,
			c.oa + len, len);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool, memory + len - K4,
			c.oa + len - K4, len);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool, memory + len + 8,
			c.oa + len + 8, len);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool, NULL, c.oa, len);
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add_described, pool,
			memory + 2 * len, c.oa + 2 * len, len, memory);
	assert_int_equal(tarry_map(s, mapped * M2, 0, K4, RW, NULL),
			 TARRY_ENOMEM);
	/* A second region, with a hole before it, and it goes on. */
	assert_int_equal(
		tarry_pool_add(pool, memory + 2 * len, c.oa + 2 * len, len), 0);
	assert_int_equal(tarry_map(s, mapped * M2, G1, M2, RW, &small), 0);
	assert_maps_to(s, mapped * M2 + K4, G1 + K4);
	assert_sound(s);
	assert_int_equal(tarry_space_destroy(s), 0);
	tarry_pool_drain(pool);
	tarry_pool_stats(pool, &stats);
	assert_int_equal(stats.table_bytes, 0);
	assert_int_equal(tarry_pool_destroy(pool), 0);
	free(memory);
}

static void pool_has_a_limit(void **state)
{
	struct tarry_pool_config c = {.limit = 16 * K4};
	struct tarry_pool_stats stats;
	uint64_t n = 0;
	struct bed b;

	(void)state;
	bed_open_with(&b, "x86_64-4", &c, 0);
	while (!tarry_map(b.space, n * M2, 0, K4, RW, NULL))
		n++;
	EXPECT_ERR(&b, TARRY_ENOMEM, tarry_map, b.space, n * M2, 0, K4, RW,
		   NULL);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.table_bytes <= c.limit);
	assert_true(stats.failed > 0);
	/* What goes makes room again. */
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(tarry_map(b.space, n * M2, 0, K4, RW, NULL), 0);
	bed_close(&b);
}

static void pool_gives_memory_back(void **state)
{
	struct tarry_pool_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * G1, RW, &small), 0);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.table_bytes > 8 * M2 / 2);
	assert_int_equal(tarry_unmap(b.space, K4, 4 * G1 - K4, NULL), 0);
	tarry_pool_drain(b.pool);
	tarry_pool_stats(b.pool, &stats);
	/* By itself, all but what is kept at hand. */
	assert_true(stats.free_bytes <= 32 * K4);
	assert_true(stats.returned_bytes > 7 * 1024 * 1024);
	/* And it can be had again, blank. */
	assert_int_equal(tarry_map(b.space, G1, 0, G1, RW, &small), 0);
	assert_hole(b.space, 3 * G1);
	assert_sound(b.space);
	bed_close(&b);
}

/* rule: descriptor-outlives */
static void pool_gives_descriptors_back(void **state)
{
	struct tarry_pool_stats full, left;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (unsigned int turn = 0; turn < 3; turn++) {
		assert_int_equal(tarry_map(b.space, 0, 0, 12 * G1, RW, &small),
				 0);
		assert_maps_to(b.space, 12 * G1 - K4, 12 * G1 - K4);
		tarry_pool_stats(b.pool, &full);
		assert_int_equal(tarry_unmap(b.space, K4, 12 * G1 - K4, NULL),
				 0);
		tarry_pool_drain(b.pool);
		tarry_pool_stats(b.pool, &left);
		/* As far as the system can take it: 64 KB of them. */
		assert_true(left.descriptor_bytes <= 1u << 17);
		assert_true(full.descriptor_bytes >=
			    left.descriptor_bytes + (2u << 17));
		assert_maps_to(b.space, 0, 0);
		assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
		assert_sound(b.space);
	}
	bed_close(&b);
}

/* The deferred call comes to its end while a writer still frees. */
static void release_slowly(void *ctx, tarry_oa oa, uint64_t len,
			   tarry_rights rights)
{
	struct tarry_pool **pool = ctx;
	struct tarry_pool_stats stats;

	(void)len;
	(void)rights;
	if (oa != G1)
		return;
	for (int i = 0; i < 300; i++) {
		tarry_pool_stats(*pool, &stats);
		usleep(1000);
		if (stats.grace_periods)
			break;
	}
	usleep(10000);
}

static void *drain_aside(void *pool)
{
	tarry_thread_begin();
	tarry_pool_drain(pool);
	tarry_thread_end();
	return NULL;
}

static void pool_gives_back_what_a_writer_freed_last(void **state)
{
	struct tarry_pool *pool;
	struct tarry_pool_config c = {
		.format = tarry_format_by_name("x86_64-4"),
		.owner = {.release = release_slowly, .ctx = &pool}};
	struct tarry_pool_stats stats;
	struct tarry_space *s;
	struct sitter sitter = {0};
	pthread_t drains;

	(void)state;
	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	assert_int_equal(
		tarry_space_create(pool, c.format, TARRY_SPACE_RELEASE, &s), 0);
	assert_int_equal(tarry_map(s, 0, M2, M2, RW, &small), 0);
	assert_int_equal(tarry_map(s, G1, G1, 64 * M2, RW, &small), 0);
	sitter_begin(&sitter);
	/* The one waits with the port, the other for who drains. */
	assert_int_equal(tarry_unmap(s, 0, M2, NULL), 0);
	assert_int_equal(tarry_unmap(s, G1, 64 * M2, NULL), 0);
	assert_int_equal(pthread_create(&drains, NULL, drain_aside, pool), 0);
	tarry_thread_offline();
	usleep(20000);
	sitter_end(&sitter);
	pthread_join(drains, NULL);
	tarry_thread_online();
	tarry_pool_stats(pool, &stats);
	assert_int_equal(stats.waiting, 0);
	assert_true(stats.free_bytes <= 32 * K4);
	assert_int_equal(tarry_space_destroy(s), 0);
	assert_int_equal(tarry_pool_destroy(pool), 0);
}

static void pool_is_busy(void **state)
{
	struct tarry_stock stock = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	EXPECT_ERR_ONLY(TARRY_EBUSY, tarry_pool_destroy, b.pool);
	assert_int_equal(tarry_reserve(b.space, 0, K4, NULL, &stock), 0);
	assert_int_equal(tarry_space_destroy(b.space), 0);
	EXPECT_ERR_ONLY(TARRY_EBUSY, tarry_pool_destroy, b.pool);
	tarry_unreserve(&stock);
	bed_close_pool(&b);
}

static void space_refuses(void **state)
{
	struct tarry_space *s = NULL;
	struct tarry_gather g;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_space_create, b.pool, b.format, 64,
			&s);
	EXPECT_ERR_ONLY(TARRY_EFORMAT, tarry_space_create, b.pool,
			tarry_format_by_name("toy"), 0, &s);
	EXPECT_ERR_ONLY(TARRY_EFORMAT, tarry_space_create, b.pool, NULL, 0, &s);
	for (int i = 1; i <= 2; i++) {
		fault_fail_at((uint64_t)i);
		EXPECT_ERR_ONLY(TARRY_ENOMEM, tarry_space_create, b.pool,
				b.format, 0, &s);
	}
	fault_reset();
	assert_null(s);
	/* Formats of one family live in one pool. */
	assert_int_equal(tarry_space_create(b.pool,
					    tarry_format_by_name("x86_64-5"), 0,
					    &s),
			 0);
	assert_int_equal(tarry_space_destroy(s), 0);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR_ONLY(TARRY_EBUSY, tarry_space_destroy, b.space);
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void space_check_finds_damage(void **state)
{
	const char *damage = NULL;
	uint64_t *slot, was;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	slot = slot_of(&b, b.space, 7 * K4, 0);
	was = *slot;
	*slot = b.format->make_leaf(0, 0, RW);
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_space_check, b.space, &damage);
	assert_non_null(damage);
	*slot = was;
	assert_int_equal(tarry_space_check(b.space, &damage), 0);
	assert_null(damage);
	bed_close(&b);
}

static void translate_answers(void **state)
{
	const struct tarry_format *f = &tarry_format_x86_64_4;
	struct tarry_hit hit = {0}, as = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, G1, K4, 77, NULL), 0);
	tarry_read_begin();
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_translate, b.space, G512, &hit);
	assert_int_equal(hit.len, G512);
	EXPECT_ERR_ONLY(TARRY_EMARK, tarry_translate, b.space, G1, &hit);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_translate, b.space, 1ull << 47,
			&hit);
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_translate_as, f, b.space, G512,
			&as);
	EXPECT_ERR_ONLY(TARRY_EMARK, tarry_translate_as, f, b.space, G1, &as);
	assert_int_equal(as.oa, 77);
	EXPECT_ERR_ONLY(TARRY_ERANGE, tarry_translate_as, f, b.space,
			1ull << 47, &as);
	for (tarry_va va = 0; va < M2 + K4; va += K4 / 2) {
		assert_int_equal(tarry_translate(b.space, va, &hit), 0);
		assert_int_equal(tarry_translate_as(f, b.space, va, &as), 0);
		assert_int_equal(hit.oa, as.oa);
		assert_int_equal(hit.len, as.len);
		assert_int_equal(hit.entry, as.entry);
		assert_int_equal(hit.level, as.level);
	}
	tarry_read_end();
	bed_close(&b);
}

/* ---- a listener without an answer: reported, nothing wrongly freed ---- */

static void deaf_open(struct bed *b, struct probe *p)
{
	bed_open(b, "x86_64-4", TARRY_SPACE_RELEASE | TARRY_SPACE_KEEP_TABLES);
	assert_int_equal(tarry_map(b->space, 0, 0, 4 * K4, RW | AD, NULL), 0);
	*p = (struct probe){.deaf = true};
	probe_listen(p, b, b->space);
}

/* What was taken away stays for ever; so does its pool. */
static void deaf_close(struct bed *b, struct probe *p)
{
	p->deaf = false;
	probe_unlisten(p, b->space);
	assert_sound(b->space);
	assert_int_equal(tarry_space_destroy(b->space), 0);
	tarry_pool_drain(b->pool);
	tarry_pool_destroy(b->pool);
}

static void listener_without_answer_is_reported(void **state)
{
	uint64_t bits[1] = {0};
	struct probe p;
	struct bed b;

	(void)state;
	deaf_open(&b, &p);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_harvest, b.space, 0, K4,
			TARRY_DIRTY, NULL, bits);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_move, b.space, 0, G1, K4, NULL);
	bed_second_space(&b, 0);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_clone, b.space, b.other, K4, K4,
			NULL);
	assert_int_equal(tarry_space_destroy(b.other), 0);
	b.other = NULL;
	assert_int_equal(tarry_unmap(b.space, 0, 2 * G1, NULL),
			 TARRY_ELISTENER);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_reclaim, b.space, 0, 2 * G1,
			NULL);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	deaf_close(&b, &p);

	deaf_open(&b, &p);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_space_destroy, b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	assert_int_equal(tarry_pool_destroy(b.pool), TARRY_EBUSY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(pool_refuses),
	cmocka_unit_test(pool_of_the_callers_memory),
	cmocka_unit_test(pool_has_a_limit),
	cmocka_unit_test(pool_gives_memory_back),
	cmocka_unit_test(pool_gives_descriptors_back),
	cmocka_unit_test(pool_gives_back_what_a_writer_freed_last),
	cmocka_unit_test(pool_is_busy),
	cmocka_unit_test(space_refuses),
	cmocka_unit_test(space_check_finds_damage),
	cmocka_unit_test(translate_answers),
	cmocka_unit_test(listener_without_answer_is_reported),
};

BED_MAIN(tests)
