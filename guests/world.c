/* SPDX-License-Identifier: MIT */
/*
 * The guest's memory: tables from one half of the RAM, frames in the other, and
 * the space that the kernel itself runs in.
 */
#include "guest.h"

struct world world;

#define MOST_TABLES (48ull << 20)
#define MOST_FAULTS 3000000 /* of one access */

uint64_t frame(unsigned int n)
{
	return world.frames + n * world.page;
}

unsigned int frame_aligned(unsigned int n, uint64_t span)
{
	return n + (unsigned int)((-frame(n) & (span - 1)) / world.page);
}

void frame_reset(unsigned int n)
{
	uint64_t *words = (uint64_t *)(uintptr_t)frame(n);

	words[0] = frame(n);
	words[1] = 0;
}

static void need(int err, const char *what)
{
	if (!err)
		return;
	say("# %s: error %d\n", what, err);
	guest_panic("the world cannot be built");
}

/* Leaves above level 0 that this machine's walker takes (machine_large()). */
static unsigned int largest(void)
{
	unsigned int l = world.format->levels - 1;

	if (!machine_large())
		return 0;
	while (!(world.format->leaf_levels >> l & 1))
		l--;
	return l;
}

void world_build(void)
{
	const struct tarry_format *f = tarry_format_by_name(machine_format());
	struct tarry_how how = {0};
	struct machine_range r;
	uint64_t at, len, pool;

	if (!f)
		guest_panic("this build has no such format");
	machine_ram(&at, &len);
	world.format = f;
	world.page = 1ull << f->page_lg2;
	pool = len / 2 < MOST_TABLES ? len / 2 : MOST_TABLES;
	world.frames = at + pool;
	world.n_frames = (len - pool) >> f->page_lg2;
	world.large = largest();
	how.levels = world.large + 1;
	{
		struct tarry_pool_config config = {
			.format = f,
			.base = (void *)(uintptr_t)at,
			.oa = at,
			.len = pool};

		need(tarry_pool_create(&config, &world.pool), "a pool");
	}
	need(tarry_space_create(world.pool, f,
				TARRY_SPACE_HARDWARE | TARRY_SPACE_RUNS,
				&world.space),
	     "a space");
	for (unsigned int i = 0; machine_needs(i, &r); i++)
		need(tarry_map(world.space, r.at, r.at, r.len,
			       r.device	    ? machine_rights_device()
			       : r.executes ? machine_rights_code()
					    : machine_rights_memory(),
			       &how),
		     "the kernel's own mappings");
	/* Far from memory and registers, and below any sign. */
	world.arena = 1ull << (f->va_bits - 3);
	for (unsigned int n = 0; n < world.n_frames; n++)
		frame_reset(n);
}

void arena_map(uint64_t va, unsigned int n, uint64_t len, tarry_rights rights,
	       unsigned int levels)
{
	struct tarry_how how = {.levels = levels};

	if (how.levels > world.large + 1 || !how.levels)
		how.levels = world.large + 1;
	expect(n + (len >> world.format->page_lg2) <= world.n_frames);
	expect(!tarry_map(world.space, va, frame(n), len, rights | AD, &how));
}

void arena_clear(void)
{
	const struct tarry_format *f = world.format;
	uint64_t half = 1ull << (f->va_bits - 3);

	expect(!tarry_unmap(world.space, world.arena, half, NULL));
}

bool hw_read(uint64_t va, uint64_t *value)
{
	struct machine_fault f = machine_access(MACHINE_READ, va, value);

	if (f.faulted && f.va >> 12 != va >> 12)
		fail("a fault of %lx is told as of %lx", va, f.va);
	return !f.faulted;
}

/* A fault handler: asks tarry whether the access is all right by now, or will
 * be soon.  @n: faults of this access so far. */
static bool handled(uint64_t va, tarry_rights access, uint64_t *faults,
		    unsigned int n)
{
	int err;

	++*faults;
	/* No change takes that long: something is broken. */
	if (n >= MOST_FAULTS)
		return false;
	guest_poll();
	err = tarry_fault(world.space, va, access);
	return !err || err == TARRY_EAGAIN;
}

bool hw_read_retry(uint64_t va, uint64_t *value, uint64_t *faults)
{
	unsigned int n = 0;

	while (machine_access(MACHINE_READ, va, value).faulted)
		if (!handled(va, TARRY_R, faults, ++n))
			return false;
	return true;
}

bool hw_write_retry(uint64_t va, uint64_t value, uint64_t *faults)
{
	unsigned int n = 0;

	while (machine_access(MACHINE_WRITE, va, &value).faulted)
		if (!handled(va, TARRY_W, faults, ++n))
			return false;
	return true;
}

static bool sw_hit(uint64_t va, struct tarry_hit *hit)
{
	int err;

	tarry_read_begin();
	err = tarry_translate(world.space, va, hit);
	tarry_read_end();
	return !err;
}

bool sw_oa(uint64_t va, uint64_t *oa)
{
	struct tarry_hit hit;

	if (!sw_hit(va, &hit))
		return false;
	*oa = hit.oa;
	return true;
}

uint64_t sw_len(uint64_t va)
{
	struct tarry_hit hit;

	return sw_hit(va, &hit) ? hit.len : 0;
}
