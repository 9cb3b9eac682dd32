/* SPDX-License-Identifier: MIT */
/*
 * Worlds: see world.h.  Floors walk the tables by hand, so this is also where
 * the one thing is checked that they take for granted: that a table of a pool
 * of the host is found at its output address.
 */
#include <string.h>
#include <sys/mman.h>

#include "floor.h"
#include "world.h"

void world_create(struct bench *b, struct world *w, unsigned int flags,
		  bool keep)
{
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4"),
		.keep = keep,
	};
	unsigned char resident;
	int err;

	memset(w, 0, sizeof(*w));
	if (!config.format)
		bench_fail(b, "this build has no format x86_64-4");
	err = tarry_pool_create(&config, &w->pool);
	if (err)
		bench_fail(b, "pool: %s", tarry_error_sentence(err));
	err = tarry_space_create(w->pool, config.format, flags, &w->space);
	if (err)
		bench_fail(b, "space: %s", tarry_error_sentence(err));
	w->root = tarry_space_root(w->space);
	if (w->root % WORLD_PAGE ||
	    mincore((void *)(uintptr_t)w->root, WORLD_PAGE, &resident))
		bench_fail(b, "tables are not at their output addresses: the "
			      "floors cannot walk them");
}

void world_map(struct bench *b, struct world *w, tarry_va va, tarry_oa oa,
	       uint64_t len)
{
	struct tarry_how how = {.levels = 1};
	/* A page needs no telling: its caller is not measured for it. */
	int err = tarry_map(w->space, va, oa, len, TARRY_R | TARRY_W,
			    len == WORLD_PAGE ? NULL : &how);

	if (err)
		bench_fail(b, "map: %s", tarry_error_sentence(err));
}

void world_unmap(struct bench *b, struct world *w, tarry_va va, uint64_t len)
{
	int err = tarry_unmap(w->space, va, len, NULL);

	if (err)
		bench_fail(b, "unmap: %s", tarry_error_sentence(err));
}

void world_fill(struct bench *b, struct world *w, uint64_t pages, uint64_t run)
{
	w->pages = pages;
	w->mask = pages - 1;
	for (uint64_t i = 0; i < pages; i += run)
		world_map(b, w, world_va(i), world_oa(i, run),
			  run * WORLD_PAGE);
}

void world_array(struct bench *b, struct world *w)
{
	uint64_t x = 88172645463325252ull;

	w->array = bench_memory_get(w->pages * sizeof(*w->array));
	for (uint64_t i = 0; i < w->pages; i++) {
		uint64_t *slot = floor_descend(w->root, world_va(i), 0);

		if (!slot)
			bench_fail(b, "page %llu has no table",
				   (unsigned long long)i);
		w->array[i] = *slot;
	}
	tarry_read_begin();
	for (unsigned int i = 0; i < 1000; i++) {
		struct tarry_hit hit;
		uint64_t page = (x = bench_next(x)) & w->mask;
		tarry_va va = world_va(page) | (x >> 40 & 0xfff);

		if (tarry_translate(w->space, va, &hit) ||
		    hit.oa != floor_translate(w->root, va) ||
		    hit.oa != ((w->array[page] & FLOOR_ADDRESS) | (va & 0xfff)))
			bench_fail(b,
				   "tarry, the walk by hand and the array "
				   "differ at %#llx",
				   (unsigned long long)va);
	}
	tarry_read_end();
}

void world_settle(struct world *w)
{
	tarry_pool_drain(w->pool);
}

void world_destroy(struct bench *b, struct world *w)
{
	const char *what;
	int err;

	if (tarry_space_check(w->space, &what))
		bench_fail(b, "the space is damaged: %s", what);
	err = tarry_space_destroy(w->space);
	if (!err)
		err = tarry_pool_destroy(w->pool);
	if (err)
		bench_fail(b, "destroy: %s", tarry_error_sentence(err));
	if (w->array)
		bench_memory_put(w->array, w->pages * sizeof(*w->array));
	w->array = NULL;
}
