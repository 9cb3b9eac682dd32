/* SPDX-License-Identifier: MIT */
/*
 * Coroutines: the threads of a scenario, all in one thread of the process.
 */
#ifndef CHECK_SWITCH_H
#define CHECK_SWITCH_H

#include <stddef.h>

/* Nobody's, below each stack: wider than the variables of any one function. */
#define COROUTINE_GUARD (1ul << 20)

struct coroutine {
	void *sp;    /* while it does not run; or its context */
	char *stack; /* lowest address, above the guard */
	size_t len;
};

/* A stack for @c; exits the program if there is no memory. */
void coroutine_create(struct coroutine *c, size_t len);
/* The next switch to @c calls @run, which must not return. */
void coroutine_reset(struct coroutine *c, void (*run)(void));
/* Leave @from, which is running, and go on in @to. */
void coroutine_switch(struct coroutine *from, struct coroutine *to);

#endif
