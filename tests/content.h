/* SPDX-License-Identifier: MIT */
/*
 * "An error means nothing changed", as a macro: the whole content of a bed's
 * spaces is taken before a call that must fail and compared after it, and the
 * error must be among those that the function documents.
 */
#ifndef TESTS_CONTENT_H
#define TESTS_CONTENT_H

#include "bed.h"
#include "documented.h"

struct content {
	struct tarry_piece *pieces; /* entry by entry, both spaces */
	size_t n, room;
	struct tarry_space_stats stats[2];
	struct tarry_pool_stats pool;
	uint64_t gets, puts, releases;
};

void content_take(struct content *c, struct bed *b);
void content_free(struct content *c);
/* Asserts that they are equal, then frees @then. */
void content_still(struct content *then, struct bed *b, const char *what);

/* @fn with the arguments that follow returns @err and changes nothing. */
#define EXPECT_ERR(b, err, fn, ...)                                      \
	do {                                                             \
		struct content then_;                                    \
		int64_t got_;                                            \
                                                                         \
		content_take(&then_, (b));                               \
		got_ = fn(__VA_ARGS__);                                  \
		documented_expect(#fn, (err), got_, __FILE__, __LINE__); \
		content_still(&then_, (b), #fn);                         \
	} while (0)

/* The same where the call is done all the same (a listener without answer), or
 * where there is no content to compare. */
#define EXPECT_ERR_ONLY(err, fn, ...) \
	documented_expect(#fn, (err), fn(__VA_ARGS__), __FILE__, __LINE__)

#endif
