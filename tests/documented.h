/* SPDX-License-Identifier: MIT */
/*
 * The errors that the public headers document, read from their docstrings when
 * the tests are built, and those that a test program has observed.
 */
#ifndef TESTS_DOCUMENTED_H
#define TESTS_DOCUMENTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct documented_error {
	const char *fn;
	int err;
};

/* From the headers; the last one has no fn. */
extern const struct documented_error documented_errors[];

bool documented(const char *fn, int64_t err);
/* Asserts that @got is @want and documented, and writes it down. */
void documented_expect(const char *fn, int64_t want, int64_t got,
		       const char *file, int line);
/* Was this pair seen by documented_expect()? */
bool documented_observed(const char *fn, int err);

#endif
