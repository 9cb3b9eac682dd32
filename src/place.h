/* SPDX-License-Identifier: MIT */
/*
 * Putting single entries into a range that is locked and known to be free, for
 * operations that take them from elsewhere.
 */
#ifndef TARRY_PLACE_H
#define TARRY_PLACE_H

#include "set.h"

/* Counts into op->need the tables for an entry of @level at @bits; entries
 * come in rising va. */
void tarry_place_count(struct tarry_op *op, uint64_t bits, unsigned int level);

/* The largest level of a piece of a leaf or mark of @level, at @bits with
 * @len bytes to go, that is aligned at both ends of a move by @delta. */
unsigned int tarry_place_level(const struct tarry_format *f, unsigned int level,
			       uint64_t bits, uint64_t delta, uint64_t len);

/* Where the entry of @level at @bits stands; tables are made from the stocks
 * and locked on the way.  *@table: the table it stands in. */
uint64_t *tarry_place_slot(struct tarry_op *op, uint64_t bits,
			   unsigned int level, struct tarry_table **table);

/* Puts a leaf, mark or table into a slot from there that maps nothing. */
void tarry_place_entry(struct tarry_op *op, uint64_t *slot,
		       struct tarry_table *table, uint64_t bits,
		       unsigned int level, uint64_t v);

#endif
