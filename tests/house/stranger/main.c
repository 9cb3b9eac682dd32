/* SPDX-License-Identifier: MIT */
/*
 * A stranger's program, file one: knows nothing but the installed headers and
 * what pkg-config says.
 */
#include <stdio.h>
#include <tarry/tarry.h>
#include "phone_book.h"

int main(void)
{
	struct tarry_pool_config config = {
		.format = tarry_format_by_name("x86_64-4")};
	struct tarry_pool *pool;
	struct tarry_space *s;
	uint64_t oa;

	tarry_thread_begin();
	if (tarry_pool_create(&config, &pool) ||
	    tarry_space_create(pool, config.format, 0, &s))
		return 1;
	if (tarry_map(s, 0x200000, 0x40000000, 0x1000, TARRY_R, NULL))
		return 1;
	oa = phone_book_find(s, 0x200123);
	printf("0x%llx\n", (unsigned long long)oa);
	if (tarry_space_destroy(s) || tarry_pool_destroy(pool))
		return 1;
	tarry_thread_end();
	return oa != 0x40000123;
}
