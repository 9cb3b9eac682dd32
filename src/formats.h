/* SPDX-License-Identifier: MIT */
/*
 * The formats of this build: one include and one line each.
 *
 * X(name) is called for each; struct tarry_format tarry_format_<name> is its
 * facts, constant in every file that includes this.  What is compiled once per
 * format is an always-inline function that takes the facts by pointer: called
 * with the address of a constant, all geometry folds.
 */
#ifndef TARRY_FORMATS_H
#define TARRY_FORMATS_H

#include "tarry/format/arm64.h"
#include "tarry/format/powerpc64.h"
#include "tarry/format/riscv64.h"
#include "tarry/format/s390x.h"
#include "tarry/format/x86_64.h"
#ifdef TARRY_WITH_TOY
#include "format/toy.h"
#ifdef TARRY_WITH_TOY3
#define TARRY_FORMATS_TOY(X) X(toy) X(toy_runs) X(toy3)
#else
#define TARRY_FORMATS_TOY(X) X(toy) X(toy_runs)
#endif
#else
#define TARRY_FORMATS_TOY(X)
#endif

#ifdef TARRY_ONLY_FORMAT
/* cc -DTARRY_ONLY_FORMAT=x86_64_4: a build that has one format, any of those
 * below.  Two steps, so that it is the name that X sees. */
#define TARRY_FORMATS_ONE(X, name) X(name)
#define TARRY_FORMATS(X)	   TARRY_FORMATS_ONE(X, TARRY_ONLY_FORMAT)
#else
#define TARRY_FORMATS(X) \
	X(x86_64_4)      \
	X(x86_64_5)      \
	X(arm64_4k)      \
	X(arm64_16k)     \
	X(arm64_64k)     \
	X(arm64_4k_52)   \
	X(arm64_16k_52)  \
	X(arm64_64k_52)  \
	X(riscv64_sv39)  \
	X(riscv64_sv48)  \
	X(riscv64_sv57)  \
	X(powerpc64_4k)  \
	X(powerpc64_64k) \
	X(s390x_2)       \
	X(s390x_3)       \
	X(s390x_4)       \
	X(s390x_5)       \
	TARRY_FORMATS_TOY(X)
#endif

#endif
