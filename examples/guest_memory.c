/* SPDX-License-Identifier: MIT */
/*
 * Tables inside memory of the caller's: here the RAM of a guest, seen by us
 * through a mapping, and by the guest's MMU at its own addresses.  After this
 * program has written them, a virtual CPU could load CR3 and walk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tarry/tarry.h>

#define RAM_BYTES    (8ull << 20)
#define TABLES_AT    (4ull << 20) /* upper half: for tables */
#define TABLES_BYTES (4ull << 20)

/* What the guest's MMU does: nothing but loads from guest memory, in its own
 * byte order, whatever ours is. */
static uint64_t load(const unsigned char *at)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | at[i];
	return v;
}

static uint64_t walk_as_hardware(const unsigned char *ram, tarry_oa root,
				 tarry_va va)
{
	uint64_t entry, at = root;

	for (int shift = 39;; shift -= 9) {
		entry = load(ram + at + (va >> shift & 511) * 8);
		if (!(entry & 1))
			return 0;
		at = entry & 0x000ffffffffff000ull;
		if (shift == 12 || (entry & 1 << 7))
			return at + (va & ((1ull << shift) - 1));
	}
}

int main(void)
{
	unsigned char *ram = aligned_alloc(2 << 20, RAM_BYTES);
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4"),
		.oa = TABLES_AT,
		.len = TABLES_BYTES};
	struct tarry_pool *pool;
	struct tarry_space *s;
	struct tarry_hit hit;
	tarry_oa seen;
	int err;

	if (!ram)
		return 1;
	config.base = ram + TABLES_AT;
	tarry_thread_begin();
	err = tarry_pool_create(&config, &pool);
	if (err) {
		fprintf(stderr, "%s\n", tarry_error_sentence(err));
		return 1;
	}
	/* Hardware walks these: entries are exchanged, not stored. */
	if (tarry_space_create(pool, config.format, TARRY_SPACE_HARDWARE, &s))
		return 1;
	if (tarry_map(s, 0xffffffff80000000, 0x200000, 0x203000,
		      TARRY_R | TARRY_X | TARRY_GLOBAL, NULL))
		return 1;

	seen = walk_as_hardware(ram, tarry_space_root(s), 0xffffffff80201234);
	tarry_read_begin();
	err = tarry_translate(s, 0xffffffff80201234, &hit);
	tarry_read_end();
	printf("root at %#llx; the guest sees %#llx, tarry says %#llx\n",
	       (unsigned long long)tarry_space_root(s),
	       (unsigned long long)seen, (unsigned long long)hit.oa);

	if (tarry_space_destroy(s) || tarry_pool_destroy(pool))
		return 1;
	tarry_thread_end();
	free(ram);
	return err || seen != hit.oa;
}
