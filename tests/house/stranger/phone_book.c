/* SPDX-License-Identifier: MIT */
/*
 * A stranger's program, file two: two files share the library's headers without
 * a symbol defined twice.
 */
#include "phone_book.h"
#include <tarry/tarry.h>

tarry_oa phone_book_find(struct tarry_space *s, tarry_va va)
{
	struct tarry_hit hit;
	tarry_oa oa = 0;

	tarry_read_begin();
	if (tarry_translate(s, va, &hit) == 0)
		oa = hit.oa;
	tarry_read_end();
	return oa;
}
