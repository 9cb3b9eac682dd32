/* SPDX-License-Identifier: MIT */
/*
 * DPDK's cuckoo hash with lock-free readers.  Given its final size.  It frees
 * a key's slot at once, without the grace period that it asks of its user:
 * that is to its advantage here.
 */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "rival.h"

/* The environment takes one CPU for itself and pins the caller to it. */
static bool environment_begin(struct bench *b)
{
	static int ready; /* 0: not asked, 1: yes, -1: no */
	static char megabytes[] = "1536";
	char *args[] = {(char *)(uintptr_t) "tarry-bench",
			(char *)(uintptr_t) "--no-huge",
			(char *)(uintptr_t) "--no-pci",
			(char *)(uintptr_t) "--no-telemetry",
			(char *)(uintptr_t) "--no-shconf",
			(char *)(uintptr_t) "--log-level=1",
			(char *)(uintptr_t) "-m",
			megabytes,
			NULL};
	cpu_set_t before;
	int out;

	if (ready)
		return ready > 0;
	if (b->sanity)
		snprintf(megabytes, sizeof(megabytes), "64");
	sched_getaffinity(0, sizeof(before), &before);
	/* It greets on standard output, which may be JSON. */
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	ready = rte_eal_init(8, args) >= 0 ? 1 : -1;
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	sched_setaffinity(0, sizeof(before), &before);
	return ready > 0;
}

static void *rte_create(struct bench *b, uint64_t pages)
{
	struct rte_hash_parameters p = {
		.name = "pages",
		.entries = (uint32_t)pages,
		.key_len = sizeof(uint64_t),
		.hash_func = rte_hash_crc,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF |
			      RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	return environment_begin(b) ? rte_hash_create(&p) : NULL;
}

static void rte_destroy(void *r)
{
	rte_hash_free(r);
}

static void rte_thread(void *r)
{
	(void)r;
}

static void rte_map(void *r, uint64_t page, uint64_t n, uint64_t oa)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t key = page + i;

		if (rte_hash_add_key_data(r, &key,
					  (void *)(uintptr_t)(oa + i * 4096)))
			abort();
	}
}

static void rte_unmap(void *r, uint64_t page, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t key = page + i;
		int32_t position = rte_hash_del_key(r, &key);

		if (position >= 0)
			rte_hash_free_key_with_position(r, position);
	}
}

static uint64_t rte_lookups(void *r, uint64_t *x, uint64_t mask, uint64_t n)
{
	uint64_t sum = 0;

	for (; n; n--) {
		uint64_t key;
		void *value;

		*x = bench_next(*x);
		key = *x & mask;
		if (rte_hash_lookup_data(r, &key, &value) >= 0)
			sum += (uintptr_t)value;
	}
	return sum;
}

const struct rival rival_rte_hash = {
	.name = "rte_hash, lock-free readers",
	.create = rte_create,
	.destroy = rte_destroy,
	.thread_begin = rte_thread,
	.thread_end = rte_thread,
	.map = rte_map,
	.unmap = rte_unmap,
	.lookups = rte_lookups,
};
