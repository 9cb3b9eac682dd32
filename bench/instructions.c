/* SPDX-License-Identifier: MIT */
/*
 * One operation, N times, for count-instructions: instruction counts do not
 * depend on what else the machine does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "tarry/format/x86_64.h"
#include "tarry/inline.h"
#include "tarry/tarry.h"

#define BASE  (1ull << 44)
#define PAGE  4096ull
#define PAGES 64ull

static struct tarry_soft_tlb tlb;

static uint64_t one(const char *what, struct tarry_space *s, uint64_t i)
{
	tarry_va va = BASE + i % PAGES * PAGE;
	struct tarry_hit hit;
	tarry_oa oa = 0;

	switch (*what) {
	case 'n': /* null */
		return va;
	case 'i': /* inline */
		return tarry_translate_as(&tarry_format_x86_64_4, s, va, &hit)
			       ? 1
			       : hit.oa;
	case 'c': /* call */
		return tarry_translate(s, va, &hit) ? 1 : hit.oa;
	case 's': /* section */
		tarry_read_begin();
		oa = tarry_translate_as(&tarry_format_x86_64_4, s, va, &hit)
			     ? 1
			     : hit.oa;
		tarry_read_end();
		return oa;
	case 't': /* tlb */
		return tarry_soft_tlb_translate(&tlb, va, &oa) ? 1 : oa;
	default: /* map and unmap, two operations */
		va = BASE + (PAGES + i % PAGES) * PAGE;
		return (uint64_t)tarry_map(s, va, va, PAGE, TARRY_R, NULL) +
		       (uint64_t)tarry_unmap(s, va, PAGE, NULL);
	}
}

int main(int argc, char **argv)
{
	struct tarry_pool_config c = {.format =
					      tarry_format_by_name("x86_64-4")};
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 0) : 0, sum = 0;
	const char *what = argc > 1 ? argv[1] : "null";
	struct tarry_pool *pool;
	struct tarry_space *s;
	bool section = strchr("ict", *what) != NULL;

	tarry_thread_begin();
	if (tarry_pool_create(&c, &pool) ||
	    tarry_space_create(pool, c.format, 0, &s) ||
	    tarry_map(s, BASE, 0, PAGES * PAGE, TARRY_R | TARRY_W, NULL))
		return 1;
	if (*what == 't') {
		if (tarry_soft_tlb_init(&tlb, s))
			return 1;
		tarry_read_begin();
		for (uint64_t i = 0; i < PAGES; i++)
			sum += one(what, s, i);
		tarry_read_end();
	}
	if (section)
		tarry_read_begin();
	for (uint64_t i = 0; i < n; i++)
		sum += bench_hide(one(what, s, i));
	if (section)
		tarry_read_end();
	printf("%s %ju\n", what, (uintmax_t)sum);
	return 0;
}
