/* SPDX-License-Identifier: MIT */
/*
 * A toy of two-entry tables, for exploring schedules: no hardware has it.
 *
 * Its size is the point.  A table of 512 entries costs an exploration 29 times
 * what a table of two does, and a race needs no more than two.  Two or three
 * levels (TARRY_TOY_LEVELS); a table is 16 bytes, so that 256 fragments share
 * a page and the fragment code is exercised to its limit.
 *
 *   0      present
 *   1      leaf
 *   2      frozen (entries that are not present)
 *   3      mark (entries that are not present); owns a spare (leaves)
 *   4      one of a run (leaves, of the format that has runs)
 *   51:4   output address
 *   52, 53 accessed, dirty        54 W   55 X   56 USER   57:63 soft bits 0-6
 */
#ifndef TARRY_FORMAT_TOY_H
#define TARRY_FORMAT_TOY_H

#include "tarry/format.h"

#ifndef TARRY_TOY_LEVELS
#define TARRY_TOY_LEVELS 2
#endif

#define TOY_P	    (1ull << 0)
#define TOY_LEAF    (1ull << 1)
#define TOY_FROZEN  (1ull << 2)
#define TOY_MARK    (1ull << 3)
#define TOY_SPARE   (1ull << 3)
#define TOY_RUN	    (1ull << 4)
#define TOY_ADDRESS 0x000ffffffffffff0ull
#define TOY_A	    (1ull << 52)
#define TOY_D	    (1ull << 53)
#define TOY_W	    (1ull << 54)
#define TOY_X	    (1ull << 55)
#define TOY_U	    (1ull << 56)

static inline bool toy_present(uint64_t e, unsigned int level)
{
	(void)level;
	return e & TOY_P;
}

static inline bool toy_frozen(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (TOY_P | TOY_FROZEN)) == TOY_FROZEN;
}

static inline bool toy_marked(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (TOY_P | TOY_FROZEN | TOY_MARK)) == TOY_MARK;
}

static inline bool toy_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || (e & TOY_LEAF);
}

static inline uint64_t toy_freeze(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~TOY_P) | TOY_FROZEN;
}

static inline uint64_t toy_thaw(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~TOY_FROZEN) | TOY_P;
}

static inline tarry_oa toy_table_oa(uint64_t e)
{
	return e & TOY_ADDRESS;
}

static inline tarry_oa toy_leaf_oa(uint64_t e, unsigned int level)
{
	(void)level;
	return e & TOY_ADDRESS;
}

static inline tarry_rights toy_leaf_rights(uint64_t e, unsigned int level)
{
	(void)level;
	return TARRY_R | ((e & TOY_W) ? TARRY_W : 0) |
	       ((e & TOY_X) ? TARRY_X : 0) | ((e & TOY_U) ? TARRY_USER : 0) |
	       ((e & TOY_A) ? TARRY_ACCESSED : 0) |
	       ((e & TOY_D) ? TARRY_DIRTY : 0) | TARRY_SOFT(e >> 57);
}

static inline uint64_t toy_make_table(tarry_oa oa, unsigned int level)
{
	(void)level;
	return oa | TOY_P;
}

static inline uint64_t toy_set_accessed_dirty(uint64_t e, unsigned int level,
					      tarry_rights r)
{
	(void)level;
	e &= ~(TOY_A | TOY_D);
	e |= (r & TARRY_ACCESSED) ? TOY_A : 0;
	e |= (r & TARRY_DIRTY) ? TOY_D : 0;
	return e;
}

static inline uint64_t toy_make_leaf(tarry_oa oa, unsigned int level,
				     tarry_rights r)
{
	uint64_t e = oa | TOY_P | TOY_LEAF;

	(void)level;
	e |= (r & TARRY_W) ? TOY_W : 0;
	e |= (r & TARRY_X) ? TOY_X : 0;
	e |= (r & TARRY_USER) ? TOY_U : 0;
	e |= (uint64_t)(TARRY_SOFT_OF(r) & 127) << 57;
	return toy_set_accessed_dirty(e, level, r);
}

static inline uint64_t toy_next_leaf(uint64_t e, unsigned int level)
{
	return e + (4096ull << level);
}

static inline uint64_t toy_make_mark(uint64_t payload, unsigned int level)
{
	(void)level;
	return payload << 4 | TOY_MARK;
}

static inline uint64_t toy_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return e >> 4;
}

/* Where a table of two leaves can be a run, its leaves lack the bit of their
 * address in which they differ, as Svnapot's do. */
static inline bool toy_in_run(uint64_t e, unsigned int level)
{
	(void)level;
	return e & TOY_RUN;
}

static inline uint64_t toy_set_run(uint64_t e, unsigned int level, tarry_oa oa,
				   bool run)
{
	e = (e & ~(TOY_ADDRESS | TOY_RUN)) | oa;
	return run ? (e & ~(4096ull << level)) | TOY_RUN : e;
}

static inline tarry_oa toy_runs_leaf_oa(uint64_t e, unsigned int level)
{
	(void)level;
	return e & TOY_ADDRESS & ~TOY_RUN;
}

static inline bool toy_has_spare(uint64_t e)
{
	return e & TOY_SPARE;
}

static inline uint64_t toy_set_spare(uint64_t e, bool spare)
{
	return spare ? e | TOY_SPARE : e & ~TOY_SPARE;
}

static inline bool toy_rights_sayable(tarry_rights r)
{
	return (r & TARRY_R) && TARRY_SOFT_OF(r) < 128;
}

#define TOY_FORMAT(title, n, runs, oa_of, in, set)                            \
	{                                                                     \
		.name = (title), .manual = "src/format/toy.h", .levels = (n), \
		.va_bits = 12 + (n), .va_signed = false, .oa_bits = 52,       \
		.page_lg2 = 12, .index_lg2 = {1, 1, 1},                       \
		.span_lg2 = {12, 13, 14}, .table_lg2 = {4, 4, 4},             \
		.backing_lg2 = 12, .leaf_levels = (1 << (n)) - 1,             \
		.run_lg2 = {(runs), (runs)}, .big_endian = false,             \
		.direct_change = false, .caches_not_present = false,          \
		.sets_accessed = true, .sets_dirty = true, .empty = {0},      \
		.payload_bits = 60,                                           \
		.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER |          \
			  TARRY_SOFT_MASK | TARRY_ACCESSED | TARRY_DIRTY,     \
		.present = toy_present, .frozen = toy_frozen,                 \
		.marked = toy_marked, .leaf = toy_leaf, .freeze = toy_freeze, \
		.thaw = toy_thaw, .table_oa = toy_table_oa,                   \
		.leaf_oa = (oa_of), .leaf_rights = toy_leaf_rights,           \
		.make_table = toy_make_table, .make_leaf = toy_make_leaf,     \
		.next_leaf = toy_next_leaf, .make_mark = toy_make_mark,       \
		.payload = toy_payload,                                       \
		.set_accessed_dirty = toy_set_accessed_dirty, .in_run = (in), \
		.set_run = (set), .has_spare = toy_has_spare,                 \
		.set_spare = toy_set_spare,                                   \
		.rights_sayable = toy_rights_sayable,                         \
	}

static const struct tarry_format tarry_format_toy =
	TOY_FORMAT("toy", TARRY_TOY_LEVELS, 0, toy_leaf_oa, NULL, NULL);
#ifdef TARRY_WITH_TOY3
/* Both depths in one program. */
static const struct tarry_format tarry_format_toy3 =
	TOY_FORMAT("toy3", 3, 0, toy_leaf_oa, NULL, NULL);
#endif
/* Runs: a table full of leaves is one. */
static const struct tarry_format tarry_format_toy_runs =
	TOY_FORMAT("toy-runs", 2, 1, toy_runs_leaf_oa, toy_in_run, toy_set_run);

#endif
