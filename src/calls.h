/* SPDX-License-Identifier: MIT */
/*
 * What is compiled once per format: the declarations that calls.c collects.
 */
#ifndef TARRY_CALLS_H
#define TARRY_CALLS_H

#include "body.h"
#include "formats.h"
#include "tarry/change.h"
#include "tarry/inline.h"
#include "tarry/read.h"

#define TARRY_CALLS_DECLARE(name)                                             \
	int tarry_translate_##name(struct tarry_space *s, tarry_va va,        \
				   struct tarry_hit *hit);                    \
	void tarry_translate_batch_##name(                                    \
		struct tarry_space *s, const tarry_va *va,                    \
		struct tarry_hit *hits, int *errs, size_t n);                 \
	int64_t tarry_translate_range_##name(                                 \
		struct tarry_space *s, tarry_va va, uint64_t len,             \
		struct tarry_piece *pieces, size_t n);                        \
	int tarry_map_##name(struct tarry_space *s, tarry_va va, tarry_oa oa, \
			     uint64_t len, tarry_rights rights,               \
			     const struct tarry_how *how);                    \
	int tarry_unmap_##name(struct tarry_space *s, tarry_va va,            \
			       uint64_t len, const struct tarry_how *how);    \
	void tarry_fill_##name(uint64_t *slots, unsigned int n, tarry_oa oa,  \
			       unsigned int level, tarry_rights rights);

TARRY_FORMATS(TARRY_CALLS_DECLARE)

#endif
