/* SPDX-License-Identifier: MIT */
/*
 * The zoo: historical races of page table code, each as the protocol was when
 * it broke and as it was mended, on the port's primitives.  The comment at the
 * top of a file says what the system was, which schedule broke it, and what was
 * learnt from it.
 */
#ifndef ZOO_H
#define ZOO_H

#include "check.h"

#define ACQ TARRY_ACQUIRE
#define REL TARRY_RELEASE
#define RLX TARRY_RELAXED
#define SEQ TARRY_SEQ_CST

/* zNN_form; the rest is as in struct check_scenario. */
#define ZOO(n, form, ...)                                      \
	CHECK_SCENARIO(z##n##_##form, .zoo = (100##n) - 10000, \
		       .shared = CHECK_OBJECT(s), __VA_ARGS__)
#define FINDS(kind_) .expect = CHECK_##kind_
#define CLEAN	     .expect = CHECK_CLEAN
#define CPU(f)        \
	{             \
#f, f \
	}

/* A walker's visit to a table: both entries. */
static inline void visit(uint64_t *table)
{
	(void)tarry_load(&table[0], RLX);
	(void)tarry_load(&table[1], RLX);
}

#endif
