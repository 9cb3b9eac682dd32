/* SPDX-License-Identifier: MIT */
/*
 * One operation, N times, for count-instructions: instruction counts do not
 * depend on what else the machine does.  Each operation has a loop of its own,
 * so that what is left after taking the empty loop off is the operation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "tarry/format/x86_64.h"
#include "tarry/inline.h"
#include "tarry/tarry.h"

#define BASE   (1ull << 44)
#define PAGE   4096ull
#define PAGES  64ull /* that are looked up */
#define TABLES 16ull /* of every second page, for those that come and go */
#define BATCH  64ull
#define MAX_N  (TABLES * 256)

static struct tarry_soft_tlb tlb;
static struct tarry_space *s;

BENCH_INLINE tarry_va stays(uint64_t i)
{
	return BASE + i % PAGES * PAGE;
}

/* Its neighbours stay, and with them its table. */
BENCH_INLINE tarry_va comes(uint64_t i)
{
	return BASE + (1ull << 30) + (2 * i + 1) * PAGE;
}

static uint64_t null_loop(uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++)
		sum += bench_hide(stays(i));
	return sum;
}

static uint64_t inline_loop(uint64_t n)
{
	struct tarry_hit hit = {0};
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++) {
		if (tarry_translate_as(&tarry_format_x86_64_4, s, stays(i),
				       &hit))
			abort();
		sum += bench_hide(hit.oa);
	}
	return sum;
}

static uint64_t call_loop(uint64_t n)
{
	struct tarry_hit hit = {0};
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++) {
		if (tarry_translate(s, stays(i), &hit))
			abort();
		sum += bench_hide(hit.oa);
	}
	return sum;
}

static uint64_t section_loop(uint64_t n)
{
	struct tarry_hit hit = {0};
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++) {
		tarry_read_begin();
		if (tarry_translate_as(&tarry_format_x86_64_4, s, stays(i),
				       &hit))
			abort();
		sum += bench_hide(hit.oa);
		tarry_read_end();
	}
	return sum;
}

static uint64_t batch_loop(uint64_t n)
{
	static struct tarry_hit hits[BATCH];
	static tarry_va va[BATCH];
	static int errs[BATCH];
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i += BATCH) {
		for (uint64_t k = 0; k < BATCH; k++)
			va[k] = bench_hide(stays(i + k));
		tarry_translate_batch(s, va, hits, errs, BATCH);
		sum += bench_hide(hits[0].oa);
	}
	return sum;
}

static uint64_t tlb_loop(uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++) {
		tarry_oa oa;

		if (tarry_soft_tlb_translate(&tlb, stays(i), &oa))
			abort();
		sum += bench_hide(oa);
	}
	return sum;
}

static uint64_t map_loop(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		if (tarry_map(s, comes(i), comes(i), PAGE, TARRY_R, NULL))
			abort();
	return n;
}

static uint64_t unmap_loop(uint64_t n)
{
	map_loop(n);
	for (uint64_t i = 0; i < n; i++)
		if (tarry_unmap(s, comes(i), PAGE, NULL))
			abort();
	return n;
}

static const struct operation {
	const char *name;
	uint64_t (*loop)(uint64_t n);
	bool section, hardware;
} operations[] = {
	{"null", null_loop, false, false},
	{"inline", inline_loop, true, false},
	{"call", call_loop, true, false},
	{"section", section_loop, false, false},
	{"batch", batch_loop, true, false},
	{"tlb", tlb_loop, true, false},
	{"map", map_loop, false, true},
	{"unmap", unmap_loop, false, true},
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static int run(const struct operation *op, uint64_t n)
{
	struct tarry_pool_config c = {.format =
					      tarry_format_by_name("x86_64-4")};
	unsigned int flags = op->hardware ? TARRY_SPACE_HARDWARE : 0;
	struct tarry_pool *pool;
	uint64_t sum;

	tarry_thread_begin();
	if (tarry_pool_create(&c, &pool) ||
	    tarry_space_create(pool, c.format, flags, &s) ||
	    tarry_map(s, BASE, 0, PAGES * PAGE, TARRY_R | TARRY_W, NULL) ||
	    tarry_soft_tlb_init(&tlb, s))
		return 1;
	for (uint64_t i = 0; i < MAX_N; i++)
		if (tarry_map(s, comes(i) - PAGE, 0, PAGE, TARRY_R, NULL))
			return 1;
	tarry_read_begin();
	tlb_loop(PAGES);
	if (op->hardware) {
		/* A space without listeners, as in the table. */
		tarry_read_end();
		tarry_soft_tlb_fini(&tlb);
		tarry_read_begin();
	}
	if (!op->section)
		tarry_read_end();
	sum = op->loop(n);
	if (op->section)
		tarry_read_end();
	/* The pages of the stack: count-instructions leaves them out. */
	printf("%s %ju stack %p %p\n", op->name, (uintmax_t)sum, (void *)&sum,
	       (void *)((uintptr_t)&sum - PAGE));
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

	for (size_t i = 0; argc > 1 && i < OPERATIONS; i++)
		if (!strcmp(operations[i].name, argv[1]) && n <= MAX_N)
			return run(&operations[i], n);
	fprintf(stderr, "usage: tarry-instructions OPERATION N\n");
	return 2;
}
