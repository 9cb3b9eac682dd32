/* SPDX-License-Identifier: MIT */
/*
 * Names, compared without a C library.
 */
#ifndef TARRY_NAME_H
#define TARRY_NAME_H

#include <stdbool.h>

static inline bool same_name(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

#endif
