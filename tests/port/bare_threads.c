/* SPDX-License-Identifier: MIT */
/*
 * The library on the bare port, in threads: the readers are the epochs that a
 * kernel would have, and what is retired is freed by an idle loop or by ticks
 * that come into the middle of anything.
 *
 * Every mapping has pages of its own, and a page that was released is dead: a
 * reader that found one alive must find it alive until its section ends.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tarry/tarry.h"

#define READERS 3
#define WRITERS 2
#define K4	(1ull << 12)
#define M2	(1ull << 21)
#define RW	(TARRY_R | TARRY_W)
#define LEN	(64ul << 20)
#define STEADY	(8 * M2)

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define STEPS 600
#else
#define STEPS 6000
#endif

#define PAGES (WRITERS * STEPS + 1) /* of M2 each; the first is steady */

static struct {
	uint32_t dead[PAGES];
	struct tarry_pool *pool;
	struct tarry_space *space;
	uint64_t stop, wrong, seen, released;
	bool windows;
} k;

static void wrong(void)
{
	tarry_fetch_add(&k.wrong, 1, TARRY_RELAXED);
}

static void released(void *ctx, tarry_oa oa, uint64_t len, tarry_rights rights)
{
	(void)ctx, (void)rights;
	tarry_fetch_add(&k.released, len, TARRY_RELAXED);
	for (uint64_t i = 0; i < len / M2; i++)
		tarry_store(&k.dead[oa / M2 + i], 1, TARRY_RELAXED);
}

/* As many, or the part that TARRY_STRESS_SCALE says. */
static uint64_t steps(void)
{
	const char *scale = getenv("TARRY_STRESS_SCALE");
	double part = scale ? strtod(scale, NULL) : 1;

	return part < 1 ? (uint64_t)(STEPS * part) : STEPS;
}

/* Writer @i has four spans of its own, each under a table of level 1. */
static void *writer(void *arg)
{
	uint64_t i = (uintptr_t)arg, end = steps();

	for (uint64_t n = 0; n < end; n++) {
		tarry_va va = (1 + i * 4 + n % 4) * M2 * 512;
		tarry_oa oa = (1 + i * STEPS + n) * M2;
		int err = tarry_map(k.space, va, oa, M2, RW,
				    &(struct tarry_how){.levels = 1});

		if (!err)
			err = tarry_collapse(k.space, va, 1, 0, NULL, NULL);
		if (!err)
			err = tarry_split(k.space, va + K4 * (n % 512), 1,
					  NULL);
		if (!err)
			err = tarry_unmap(k.space, va, M2, NULL);
		if (err)
			wrong();
		if (n % 64 == 0) {
			/* The steady range changes its shape meanwhile. */
			tarry_split(k.space, STEADY, 1, NULL);
			tarry_collapse(k.space, STEADY, 1, 0, NULL, NULL);
		}
	}
	return NULL;
}

/* Inside; what was found before, @n of them, is in @found. */
static unsigned int look(uint64_t *found, unsigned int n)
{
	struct tarry_hit hit;

	for (uint64_t i = 0; i < 1 + WRITERS * 4; i++) {
		uint64_t in = K4 * (9 + i);
		int err = tarry_translate(
			k.space, (i ? i * M2 * 512 : STEADY) + in, &hit);

		if (err) {
			if (!i || err != TARRY_ENOENT)
				wrong();
			continue;
		}
		if (hit.oa % M2 != in || (!i && hit.oa != in))
			wrong();
		found[n++] = hit.oa / M2;
	}
	if (tarry_fetch_add(&k.seen, 1, TARRY_RELAXED) % 64 == 0)
		sched_yield();
	/* rule: unlink-invalidate-wait-free, for data pages */
	for (unsigned int i = 0; i < n; i++)
		if (tarry_load(&k.dead[found[i]], TARRY_RELAXED))
			wrong();
	return n;
}

static void *reader(void *arg)
{
	uint64_t found[4 * (1 + WRITERS * 4)];
	bool window = k.windows && (uintptr_t)arg % 2;

	while (!tarry_load(&k.stop, TARRY_ACQUIRE)) {
		unsigned long was = 0;
		unsigned int n;

		if (window)
			was = tarry_port_irq_off();
		else
			tarry_read_begin();
		n = look(found, 0);
		if (!window) {
			tarry_read_begin();
			n = look(found, n);
			tarry_read_end();
		}
		/* Longer than a grace period, so that the kick is missed. */
		for (int i = 0; window && i < 50; i++)
			sched_yield();
		look(found, n);
		if (window)
			tarry_port_irq_restore(was);
		else
			tarry_read_end();
	}
	return NULL;
}

/* Reads all the time, and says where it does not. */
static void *reader_online(void *arg)
{
	uint64_t found[4 * (1 + WRITERS * 4)];
	unsigned int n;

	(void)arg;
	tarry_bare_online();
	while (!tarry_load(&k.stop, TARRY_ACQUIRE)) {
		n = look(found, 0);
		tarry_read_begin();
		n = look(found, n);
		tarry_read_end();
		look(found, n);
		tarry_bare_quiesce();
	}
	tarry_bare_offline();
	return NULL;
}

static void meet(bool ticks, bool windows, bool online)
{
	pthread_t readers[READERS], writers[WRITERS];
	void *ram = bare_host_memory(LEN);
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4"),
		.base = ram,
		.oa = (uintptr_t)ram,
		.len = LEN,
		.owner = {.release = released}};
	struct tarry_pool_stats stats;
	const char *damage = NULL;

	memset(k.dead, 0, sizeof(k.dead));
	k.stop = k.wrong = k.seen = k.released = 0;
	k.windows = windows;
	assert_int_equal(tarry_pool_create(&config, &k.pool), 0);
	assert_int_equal(
		tarry_space_create(k.pool, config.format,
				   TARRY_SPACE_RELEASE | TARRY_SPACE_HARDWARE,
				   &k.space),
		0);
	assert_int_equal(tarry_map(k.space, STEADY, 0, M2, RW, NULL), 0);
	bare_host_begin(ticks);
	for (uintptr_t i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL,
			       online && !i ? reader_online : reader,
			       (void *)i);
	/* However few the steps: somebody reads. */
	while (!tarry_load(&k.seen, TARRY_RELAXED))
		sched_yield();
	for (uintptr_t i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, writer, (void *)i);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	tarry_store(&k.stop, 1, TARRY_RELEASE);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	assert_int_equal(tarry_unmap(k.space, STEADY, M2, NULL), 0);
	assert_int_equal(tarry_space_check(k.space, &damage), 0);
	assert_int_equal(tarry_space_destroy(k.space), 0);
	tarry_pool_drain(k.pool);
	bare_host_end();
	tarry_pool_stats(k.pool, &stats);
	print_message("# %ju rounds of reading, %ju tables retired, %ju grace "
		      "periods, %lu ticks\n",
		      (uintmax_t)k.seen, (uintmax_t)stats.retired,
		      (uintmax_t)stats.grace_periods, bare_host_polls());
	/* rule: nothing-left */
	assert_int_equal(stats.table_bytes, 0);
	assert_int_equal(stats.waiting, 0);
	assert_int_equal(tarry_pool_destroy(k.pool), 0);
	assert_int_equal(k.wrong, 0);
	assert_int_equal(k.released, (WRITERS * steps() + 1) * M2);
	assert_true(k.seen > 0);
}

static void an_idle_loop_frees_unlink_invalidate_wait_free(void **state)
{
	(void)state;
	meet(false, false, false);
}

static void a_tick_frees_in_the_middle_of_anything(void **state)
{
	(void)state;
	meet(true, false, false);
}

static void windows_are_kicked_every_walker_class(void **state)
{
	(void)state;
	meet(false, true, false);
}

static void a_reader_is_online_and_says_when_not(void **state)
{
	(void)state;
	meet(false, true, true);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_idle_loop_frees_unlink_invalidate_wait_free),
	cmocka_unit_test(a_tick_frees_in_the_middle_of_anything),
	cmocka_unit_test(windows_are_kicked_every_walker_class),
	cmocka_unit_test(a_reader_is_online_and_says_when_not),
};

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
