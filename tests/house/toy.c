/* SPDX-License-Identifier: MIT */
/*
 * The smallest page tables there are, end to end: two slots a table, as many
 * levels as the build says (scripts/check-toy builds it with two and three).
 * What holds here holds because geometry comes from the format alone.
 */
#include <stdio.h>
#include "tarry/tarry.h"

#define PAGE 4096ull

static int wrong(const char *what)
{
	fprintf(stderr, "toy: %s\n", what);
	return 1;
}

int main(void)
{
	struct tarry_pool_config config = {0};
	struct tarry_pool_stats stats;
	const struct tarry_format *f = tarry_format_by_name("toy");
	struct tarry_pool *pool;
	struct tarry_space *s;
	struct tarry_hit hit;
	tarry_va va, top;

	if (!f)
		return wrong("this build has no toy format");
	if (f->levels != TARRY_TOY_LEVELS)
		return wrong("levels are not as built");
	config.format = f;
	tarry_thread_begin();
	if (tarry_pool_create(&config, &pool))
		return wrong("no pool");
	if (tarry_space_create(pool, f, 0, &s))
		return wrong("no space");

	/* The whole space, page by page and backwards: no large leaf fits. */
	top = PAGE << f->levels;
	for (va = 0; va < top; va += PAGE)
		if (tarry_map(s, va, top - PAGE - va, PAGE, TARRY_R, NULL))
			return wrong("map");
	tarry_read_begin();
	for (va = 0; va < top; va += PAGE)
		if (tarry_translate(s, va + 7, &hit) ||
		    hit.oa != top - PAGE - va + 7)
			return wrong("translate");
	tarry_read_end();
	if (tarry_map(s, 0, 0, PAGE, TARRY_R, NULL) != TARRY_EEXIST)
		return wrong("a leaf was overwritten");
	if (tarry_map(s, top, 0, PAGE, TARRY_R, NULL) != TARRY_ERANGE)
		return wrong("an address beyond the format");
	if (tarry_unmap(s, 0, top, NULL))
		return wrong("unmap");
	tarry_read_begin();
	for (va = 0; va < top; va += PAGE)
		if (tarry_translate(s, va, &hit) != TARRY_ENOENT)
			return wrong("unmapped, but translates");
	tarry_read_end();

	if (tarry_space_destroy(s))
		return wrong("destroy");
	tarry_pool_drain(pool);
	tarry_pool_stats(pool, &stats);
	if (stats.table_bytes || stats.waiting)
		return wrong("something is left");
	if (tarry_pool_destroy(pool))
		return wrong("the pool is in use");
	tarry_thread_end();
	printf("toy: %u levels\n", f->levels);
	return 0;
}
