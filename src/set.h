/* SPDX-License-Identifier: MIT */
/*
 * One engine for all that writes one thing over a range: leaves, marks, rights
 * or nothing.
 */
#ifndef TARRY_SET_H
#define TARRY_SET_H

#include "range.h"

enum set_kind {
	SET_EMPTY,  /* unmap */
	SET_MARK,   /* mark */
	SET_LEAF,   /* map */
	SET_RIGHTS, /* protect */
};

struct tarry_set {
	enum set_kind kind;
	unsigned int max;    /* largest level for leaves and marks */
	uint64_t offset;     /* oa - va bits */
	tarry_rights rights; /* of leaves */
	uint64_t payload;    /* of marks */
	bool over_mark;	     /* leaves may replace marks */
	bool keep_tables;    /* that unmap empties */
	/* What unmap leaves; see struct tarry_how. */
	bool (*keep)(void *ctx, const struct tarry_piece *piece);
	void *keep_ctx;
};

/* The range has been checked.  Errors as of the operation it serves. */
int tarry_set_range(struct tarry_space *s, tarry_va va, uint64_t len,
		    const struct tarry_set *set, const struct tarry_how *how);

/* The largest level of the format whose leaves fit at @alignment, a union of
 * bits that must be zero, with at most @levels levels (0: all). */
unsigned int tarry_largest_leaf(const struct tarry_format *f,
				uint64_t alignment, unsigned int levels);

/* The entries of a PRIVATE table that stands for the leaf or mark @e. */
void tarry_fill_split(struct tarry_body *b, uint64_t *slots, unsigned int level,
		      uint64_t e, enum tarry_kind kind);

/* A leaf of the same page and hardware bits, with other rights; @bits: the va
 * bits that it stands for. */
uint64_t tarry_leaf_with_rights(const struct tarry_format *f, uint64_t e,
				unsigned int level, uint64_t bits,
				tarry_rights rights);

/* The leaf or mark @e in a whole live slot of @level becomes the table @id,
 * which is attached and locked then.  False: a cache did not answer, the leaf
 * is back. */
bool tarry_split_slot(struct tarry_op *op, uint64_t *slot, uint64_t e,
		      enum tarry_kind kind, unsigned int level, uint64_t bits,
		      uint32_t id);

/* Makes an attached PRIVATE table visible where @slot was empty, marked or
 * frozen; @bits: any address under it. */
void tarry_publish_table(struct tarry_op *op, uint64_t *slot, uint32_t id,
			 uint64_t bits, bool parent_made);

#endif
