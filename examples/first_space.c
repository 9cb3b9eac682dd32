/* SPDX-License-Identifier: MIT */
/*
 * A first space: map a range, look an address up, take the range away.
 */
#include <stdio.h>
#include <tarry/tarry.h>

static void look_up(struct tarry_space *s, tarry_va va)
{
	struct tarry_hit hit;
	int err;

	/* What is found inside a section stays valid until its end. */
	tarry_read_begin();
	err = tarry_translate(s, va, &hit);
	if (err)
		printf("%#llx: %s\n", (unsigned long long)va,
		       tarry_error_sentence(err));
	else
		printf("%#llx -> %#llx, level %u, goes on for %llu bytes\n",
		       (unsigned long long)va, (unsigned long long)hit.oa,
		       hit.level, (unsigned long long)hit.len);
	tarry_read_end();
}

int main(void)
{
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4")};
	struct tarry_pool *pool;
	struct tarry_space *s;
	int err;

	tarry_thread_begin();
	err = tarry_pool_create(&config, &pool);
	if (err) {
		fprintf(stderr, "%s\n", tarry_error_sentence(err));
		return 1;
	}
	if (tarry_space_create(pool, config.format, 0, &s))
		return 1;

	/* 4M and a page: two large leaves and a small one. */
	err = tarry_map(s, 0x40000000, 0x80000000, 0x401000, TARRY_R | TARRY_W,
			NULL);
	if (err)
		return 1;
	look_up(s, 0x40000010);
	look_up(s, 0x40400010);
	look_up(s, 0x50000000);

	/* A hole of one page: the large leaf around it is split. */
	if (tarry_unmap(s, 0x40001000, 0x1000, NULL))
		return 1;
	look_up(s, 0x40000010);
	look_up(s, 0x40001000);

	if (tarry_space_destroy(s) || tarry_pool_destroy(pool))
		return 1;
	tarry_thread_end();
	return 0;
}
