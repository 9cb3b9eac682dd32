/* SPDX-License-Identifier: MIT */
/*
 * Readers walk while a writer maps, unmaps and reuses the same pages.  The
 * owner of the data pages learns from release() when a page can be used again;
 * a page seen inside a read section is never one that was given back.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <tarry/tarry.h>

#define PAGE	4096ull
#define PAGES	64
#define ROUNDS	2000
#define READERS 2
#define WHERE	0x7f0000000000ull

/* Data pages, by number: what a driver or a guest would own. */
static atomic_int in_use[PAGES];
static atomic_bool done;
static atomic_ulong hits, misuses;

static void release(void *ctx, tarry_oa oa, uint64_t len, tarry_rights rights)
{
	(void)ctx, (void)rights;
	for (tarry_oa page = oa; page < oa + len; page += PAGE)
		atomic_store(&in_use[page / PAGE], 0);
}

static void *reader(void *arg)
{
	struct tarry_space *s = arg;
	struct tarry_hit hit;
	unsigned int i = 0;

	tarry_thread_begin();
	while (!atomic_load(&done)) {
		tarry_read_begin();
		if (tarry_translate(s, WHERE + i++ % PAGES * PAGE, &hit) == 0) {
			atomic_fetch_add(&hits, 1);
			/* rule of the house: still ours, whatever happened */
			if (!atomic_load(&in_use[hit.oa / PAGE]))
				atomic_fetch_add(&misuses, 1);
		}
		tarry_read_end();
		/* Needed by the qsbr flavour, nothing elsewhere. */
		tarry_thread_quiesce();
	}
	tarry_thread_end();
	return NULL;
}

static int write_rounds(struct tarry_space *s)
{
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int i = (unsigned int)round % PAGES;

		/* Still waiting for a reader?  Then another page. */
		if (!atomic_load(&in_use[i])) {
			atomic_store(&in_use[i], 1);
			if (tarry_map(s, WHERE + i * PAGE, i * PAGE, PAGE,
				      TARRY_R | TARRY_W, NULL))
				return 1;
		}
		if (tarry_unmap(s, WHERE + (i + PAGES / 2) % PAGES * PAGE, PAGE,
				NULL))
			return 1;
		tarry_thread_quiesce();
	}
	return 0;
}

int main(void)
{
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4"),
		.owner.release = release};
	pthread_t threads[READERS];
	struct tarry_pool *pool;
	struct tarry_space *s;
	int err;

	tarry_thread_begin();
	if (tarry_pool_create(&config, &pool) ||
	    tarry_space_create(pool, config.format, TARRY_SPACE_RELEASE, &s))
		return 1;
	for (int i = 0; i < READERS; i++)
		if (pthread_create(&threads[i], NULL, reader, s))
			return 1;

	err = write_rounds(s);

	atomic_store(&done, true);
	tarry_thread_offline();
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	tarry_thread_online();
	if (tarry_unmap(s, WHERE, PAGES * PAGE, NULL) ||
	    tarry_space_destroy(s) || tarry_pool_destroy(pool))
		return 1;
	tarry_thread_end();
	printf("%lu lookups found a page, %lu of them one given back\n", hits,
	       misuses);
	return err || misuses;
}
