/* SPDX-License-Identifier: MIT */
/*
 * What a scenario must not call: all that would end the checker, or start what
 * it cannot see, or take its guard away.  A scenario that is loaded is linked
 * with these in the place of the functions themselves.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

static _Noreturn void forbid(struct check_site *site, const void *pc,
			     const char *what)
{
	if (!machine.now) {
		/* While it was loaded. */
		fprintf(stderr,
			"tarry-check: a scenario calls %s(), which %s\n",
			site->what, what);
		_Exit(2);
	}
	machine_violate(CHECK_MISUSE, site, pc, 0, -1, 0,
			"calls %s(), which %s", site->what, what);
}

#define FORBIDDEN(name, why)                                     \
	void __wrap_##name(void);                                \
	void __wrap_##name(void)                                 \
	{                                                        \
		static struct check_site site = {.what = #name}; \
                                                                 \
		forbid(&site, __builtin_return_address(0), why); \
	}

FORBIDDEN(exit, "would end the checker")
FORBIDDEN(_exit, "would end the checker")
FORBIDDEN(_Exit, "would end the checker")
FORBIDDEN(quick_exit, "would end the checker")
FORBIDDEN(abort, "would end the checker")
FORBIDDEN(fork, "would copy the checker")
FORBIDDEN(vfork, "would copy the checker")
FORBIDDEN(sigprocmask, "would switch the guard off")
FORBIDDEN(pthread_sigmask, "would switch the guard off")
FORBIDDEN(sigaction, "would switch the guard off")
FORBIDDEN(signal, "would switch the guard off")
FORBIDDEN(setitimer, "would switch the guard off")

void __wrap___assert_fail(const char *what, const char *file, unsigned int line,
			  const char *function);
void __wrap___assert_fail(const char *what, const char *file, unsigned int line,
			  const char *function)
{
	static struct check_site site = {.what = "assert"};

	(void)function;
	site.file = file;
	site.line = (int)line;
	machine_violate(CHECK_ASSERT, &site, __builtin_return_address(0), 0, -1,
			0, "%s", what);
}
