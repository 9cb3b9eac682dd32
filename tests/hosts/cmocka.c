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
		volatile int how;

		hosts_test = &here;
		how = setjmp(here); /* 1: it failed, 2: it was skipped */
		if (!how)
			tests[i].run(&state);
		hosts_test = NULL;
		failed += how == 1;
		printf("%s %zu - %s%s\n", how == 1 ? "not ok" : "ok", i + 1,
		       tests[i].name, how == 2 ? " # SKIP" : "");
	}
	printf("1..%zu\n", n);
	return failed;
}
