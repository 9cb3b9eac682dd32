/* SPDX-License-Identifier: MIT */
/*
 * Litmus tests: a few accesses, and one outcome of which a memory model says
 * whether it can be.  A scenario "finds" the outcome as an assertion; .models
 * names the models that allow it, the others must be clean.
 */
#ifndef LITMUS_H
#define LITMUS_H

#include "check.h"

#define RLX TARRY_RELAXED
#define ACQ TARRY_ACQUIRE
#define REL TARRY_RELEASE
#define SC  TARRY_SEQ_CST

/* No model here allows it. */
#define FORBIDDEN  .expect = CHECK_CLEAN
#define ALLOWED(m) .expect = CHECK_ASSERT, .models = (m)

static struct {
	uint64_t x, y, z, w;
	uint64_t r[6]; /* what was read; each written by one thread */
} s;

#define R(i, p, mo) (s.r[i] = tarry_load(&s.p, mo))
#define W(p, v, mo) tarry_store(&s.p, v, mo)
#define F()	    tarry_fence(SC)
#define BODY(f, ...)         \
	static void f(void)  \
	{                    \
		__VA_ARGS__; \
	}
#define OUTCOME(f, x)                             \
	static void f(void)                       \
	{                                         \
		check_assert(!(x) && "observed"); \
	}
#define T(f)          \
	{             \
#f, f \
	}
#define LITMUS(name_, verdict, outcome, ...)                           \
	CHECK_SCENARIO(litmus_##name_, verdict,                        \
		       .about = "litmus test " #name_,                 \
		       .shared = CHECK_OBJECT(s), .finish = (outcome), \
		       .threads = {__VA_ARGS__})

#endif
