/* SPDX-License-Identifier: MIT */
/*
 * A line of the source that the checker may name, and may weaken.
 */
#ifndef TARRY_CHECK_SITE_H
#define TARRY_CHECK_SITE_H

#include <stdint.h>

struct check_site {
	const char *file, *what;
	int line;
	uint8_t order;		/* of the access, as C11 names it */
	uint8_t weaker;		/* the order it is weakened to, + 1; 0: none */
	uint8_t skipped;	/* the wait, lock or fence is left out */
	uint8_t seen;		/* was reached since the program began */
} __attribute__((aligned(32))); /* an array of them has no gaps */

#define CHECK_SITE(text, mo)                                              \
	({                                                                \
		static struct check_site site_                            \
			__attribute__((section("check_sites"), used)) = { \
				__FILE__, text, __LINE__, mo, 0, 0, 0};   \
		&site_;                                                   \
	})

#endif
