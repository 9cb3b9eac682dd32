/* SPDX-License-Identifier: MIT */
/*
 * The tests of a program, one after another.
 */
#include "cmocka.h"

__thread jmp_buf *hosts_test;

int hosts_run(const struct CMUnitTest *tests, size_t n)
{
	static volatile size_t i;
	static volatile int failed;
	jmp_buf here;

	for (i = 0; i < n; i++) {
		void *state = NULL;
		bool good = true;

		hosts_test = &here;
		if (!setjmp(here))
			tests[i].run(&state);
		else
			good = false;
		hosts_test = NULL;
		failed += !good;
		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1,
		       tests[i].name);
	}
	printf("1..%zu\n", n);
	return failed;
}
