/* SPDX-License-Identifier: MIT */
/*
 * Clone: a copy of what a large range maps, in pages of 4K.
 *
 * Only the clone is timed.  Between two, its source gets the right to write
 * back, which a clone takes away, and the copy ends.
 */
#include "floor.h"
#include "world.h"

struct clone {
	struct bench *b;
	struct world w;
	uint64_t pages;
	uint64_t *from, *to; /* the floor's entries */
};

static struct bench_time clone_tarry(void *ctx, uint64_t seed)
{
	struct clone *c = ctx;
	uint64_t len = c->pages * WORLD_PAGE;
	struct tarry_space *copy;
	struct tarry_hit hit;
	double start, ns;
	int err;

	(void)seed;
	err = tarry_space_create(c->w.pool, tarry_space_format(c->w.space),
				 TARRY_SPACE_HARDWARE, &copy);
	if (!err)
		err = tarry_protect(c->w.space, WORLD_BASE, len,
				    TARRY_R | TARRY_W, NULL);
	if (err)
		bench_fail(c->b, "before clone: %s", tarry_error_sentence(err));
	start = bench_cpu();
	err = tarry_clone(c->w.space, copy, WORLD_BASE, len, NULL);
	ns = bench_cpu() - start;
	if (err)
		bench_fail(c->b, "clone: %s", tarry_error_sentence(err));
	tarry_read_begin();
	for (uint64_t i = 0; i < c->pages; i += 509)
		if (tarry_translate(copy, world_va(i), &hit) ||
		    hit.oa != WORLD_OA + i * WORLD_PAGE ||
		    (tarry_hit_rights(copy, &hit) & TARRY_W))
			bench_fail(c->b, "page %llu of the copy is wrong",
				   (unsigned long long)i);
	tarry_read_end();
	if (tarry_space_destroy(copy))
		bench_fail(c->b, "the copy is in use");
	world_settle(&c->w);
	return (struct bench_time){ns / (double)c->pages, 0};
}

/* What there is to do for a page: an exchange where hardware may be writing,
 * and a store. */
static struct bench_time clone_floor(void *ctx, uint64_t seed)
{
	struct clone *c = ctx;
	uint64_t entry = WORLD_OA | FLOOR_PRESENT | 2;
	double start, ns;

	(void)seed;
	for (uint64_t i = 0; i < c->pages; i++)
		c->from[i] = entry + i * WORLD_PAGE;
	start = bench_cpu();
	for (uint64_t i = 0; i < c->pages; i++) {
		uint64_t e = __atomic_load_n(&c->from[i], __ATOMIC_RELAXED);

		while (!__atomic_compare_exchange_n(&c->from[i], &e, e & ~2ull,
						    false, __ATOMIC_ACQ_REL,
						    __ATOMIC_RELAXED))
			;
		__atomic_store_n(&c->to[i], e & ~2ull, __ATOMIC_RELEASE);
	}
	ns = bench_cpu() - start;
	return (struct bench_time){ns / (double)c->pages, 0};
}

static void clone_of(struct bench *b, uint64_t gib)
{
	struct clone c = {.b = b, .pages = b->sanity ? 4096 : gib << 18};
	struct bench_side sides[] = {
		{.name = "tarry", .run = clone_tarry},
		{.name = "one exchange, one store", .run = clone_floor},
	};
	struct bench_row row = {
		.unit = "ns",
		.ours = &sides[0],
		.floor = &sides[1],
		.beside = gib == 1 ? "on-demand fork, 1 GB, published: 65x "
				     "faster than fork (docs/sharing.md)"
				   : NULL,
	};

	c.from = bench_memory_get(c.pages * 8);
	c.to = bench_memory_get(c.pages * 8);
	world_create(b, &c.w, TARRY_SPACE_HARDWARE, true);
	world_map(b, &c.w, WORLD_BASE, WORLD_OA, c.pages * WORLD_PAGE);
	bench_interleave(b, sides, 2, &c);
	bench_row(b, &row, "clone of %llu x 4K, a page",
		  (unsigned long long)c.pages);
	world_destroy(b, &c.w);
	bench_memory_put(c.from, c.pages * 8);
	bench_memory_put(c.to, c.pages * 8);
}

static void clones(struct bench *b)
{
	clone_of(b, 1);
	if (b->quick || b->sanity)
		return;
	clone_of(b, 8);
	clone_of(b, 32);
}

const struct bench_workload bench_clone[] = {
	{"clone", "clone of 1, 8 and 32 GiB in pages of 4K", false, clones},
	{0},
};
