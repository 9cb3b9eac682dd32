/* SPDX-License-Identifier: MIT */
/*
 * As much of cmocka as the tests use, for hosts that Debian has no cmocka for:
 * a failed assertion says so and ends its test; TAP.
 */
#ifndef TESTS_HOSTS_CMOCKA_H
#define TESTS_HOSTS_CMOCKA_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};
#define cmocka_unit_test(fn) \
	{                    \
#fn, fn      \
	}

extern __thread jmp_buf *hosts_test; /* NULL: not in the tests' thread */

/* Ends the test, or the program if it is another thread's. */
#define hosts_fail(...)                                                \
	(printf("# %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), \
	 printf("\n"), hosts_test ? longjmp(*hosts_test, 1) : abort())

#define fail_msg(...)	   hosts_fail(__VA_ARGS__)
#define print_message(...) printf(__VA_ARGS__)
#define assert_true(x)	   ((x) ? (void)0 : hosts_fail("%s is false", #x))
#define assert_false(x)	   ((x) ? hosts_fail("%s is true", #x) : (void)0)
#define assert_null(x)	   assert_true((x) == NULL)
#define assert_non_null(x) assert_true((x) != NULL)
#define assert_int_equal(a, b)                                              \
	do {                                                                \
		uintmax_t a_ = (uintmax_t)(a), b_ = (uintmax_t)(b);         \
                                                                            \
		if (a_ != b_)                                               \
			hosts_fail("%s is %#jx, not %#jx (%s)", #a, a_, b_, \
				   #b);                                     \
	} while (0)
#define assert_int_not_equal(a, b) assert_true((uintmax_t)(a) != (uintmax_t)(b))
#define assert_in_range(v, from, to)            \
	assert_true((uintmax_t)(v) >= (from) && \
		    (uintmax_t)(v) <= (uintmax_t)(to))
#define assert_ptr_equal(a, b)		 assert_true((const void *)(a) == (b))
#define assert_ptr_not_equal(a, b)	 assert_true((const void *)(a) != (b))
#define assert_string_equal(a, b)	 assert_true(!strcmp((a), (b)))
#define assert_memory_equal(a, b, n)	 assert_true(!memcmp((a), (b), (n)))
#define assert_memory_not_equal(a, b, n) assert_true(memcmp((a), (b), (n)))

/* Ends the test, which did not apply. */
#define skip() longjmp(*hosts_test, 2)

#define CM_OUTPUT_TAP		       0
#define cmocka_set_message_output(how) ((void)(how))
#define cmocka_run_group_tests(tests, before, after) \
	hosts_run((tests), sizeof(tests) / sizeof((tests)[0]))

int hosts_run(const struct CMUnitTest *tests, size_t n);

#endif
