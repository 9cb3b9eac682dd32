/* SPDX-License-Identifier: MIT */
/*
 * s390x: 2, 3, 4 and 5 levels of tables.
 *
 * Book: z/Architecture Principles of Operation, IBM SA22-7832-12 (September
 * 2019), chapter 3 "Storage": section "Dynamic Address Translation", with its
 * parts "Region-Table Entries", "Segment-Table Entries", "Page-Table Entries"
 * and "Translation-Lookaside Buffer"; chapter 10 for IPTE, IDTE and CRDTE.
 * Called PoP below.  It numbers bits from the left; so does this list, with our
 * value beside.
 *
 * level    0     1            2             3              4
 * PoP      page  segment      region third  region second  region first
 * leaf     4K    1M (EDAT-1)  2G (EDAT-2)   -              -
 * entries  256   2048         2048          2048           2048
 * table    2K    16K          16K           16K            16K
 *
 * The designation (ASCE) of the root says by its DT which table it is; this is
 * s390x-2 (31 bits of address), s390x-3 (42), s390x-4 (53) and s390x-5 (64).
 * All tables are of full length: TF 0, TL 3, here and in the ASCE.
 *
 * A page-table entry:
 *   0:51   0xfffffffffffff000  PFRA: page-frame real address
 *   52     0x0000000000000800  must be 0
 *   53     0x0000000000000400  I: invalid
 *   54     0x0000000000000200  P: DAT protection: no stores
 *   55     0x0000000000000100  IEP: no execution (where CR0 bit 43 says so)
 *   56:63  0x00000000000000ff  not assigned, the program's.  Ours: 0x80 and
 *                              0x40 are 0 (they say frozen and mark, where I
 *                              is 1), 0x20 and 0x02 the owner's soft bits 1
 *                              and 0, 0x10 USER, 0x08 dirty, 0x04 accessed,
 *                              0x01 is 0 (a spare, at other levels)
 *
 * A segment-table entry, or a region-third entry, of a leaf (FC = 1):
 *   0:43   0xfffffffffff00000  SFAA: segment-frame absolute address
 *   0:32   0xffffffff80000000  RFAA: the same of a region
 *   47     0x0000000000010000  AV: ACC and F are valid; ours: 0
 *   48:51  0x000000000000f000  ACC, which AV = 0 makes ignored.  Ours: 0x8000
 *                              USER, 0x4000 soft bit 1, 0x2000 dirty, 0x1000
 *                              accessed
 *   52     0x0000000000000800  F, which AV = 0 makes ignored.  Ours: soft bit 0
 *   53     0x0000000000000400  FC: 1
 *   54     0x0000000000000200  P
 *   55     0x0000000000000100  IEP
 *   56:57  0x00000000000000c0  not assigned; 0
 *   58     0x0000000000000020  I
 *   59     0x0000000000000010  common segment or region; ours: 0
 *   60:61  0x000000000000000c  TT: 0 segment, 1 region third
 *   62:63  0x0000000000000003  not assigned; ours: 0x01: it owns a spare table
 *   The bits not named are not assigned, and 0.
 *
 * An entry of a table (FC = 0):
 *   0:52   0xfffffffffffff800  segment table: origin of the page table
 *   0:51   0xfffffffffffff000  region tables: origin of the next table
 *   54     0x0000000000000200  P: ours: 0, leaves alone decide
 *   56:57  0x00000000000000c0  region tables: TF: 0
 *   58     0x0000000000000020  I
 *   60:61  0x000000000000000c  TT: 0, 1, 2, 3 from segment to region first
 *   62:63  0x0000000000000003  region tables: TL: 3
 *
 * An entry with I = 1 is looked at no further: a segment-, region- or
 * page-translation exception it is.  Tarry uses the other bits so:
 *   empty    I, and the TT of the level
 *   frozen   the same, bit 56 (0x80) = 1, all else as it was
 *   mark     the same, bit 57 (0x40) = 1, bit 56 = 0, payload in 0:51
 *
 * freeze() and thaw() leave the address as it is, and must: IPTE and IDTE clear
 * the translations that match the address in the entry that they invalidate, so
 * a port can use them on an entry that is frozen already.
 *
 * Rights: what is valid can be read.  Keys in storage and the ASCE, not the
 * tables, say who may come: USER is kept, in a bit that hardware ignores.
 * Accessed and dirty are in the storage keys of the pages as well: hardware
 * writes neither here (sets_accessed, sets_dirty are false); the two bits are
 * for software that faults them in, and go where leaves go.
 *
 * Behaviour: only valid entries are cached (PoP "Translation-Lookaside
 * Buffer"); a valid entry must not be changed by a plain store while a CPU may
 * use it, so direct_change is false.
 */
#ifndef TARRY_FORMAT_S390X_H
#define TARRY_FORMAT_S390X_H

#include "tarry/format.h"

/* Page-table entries. */
#define S390X_I	       0x400ull
#define S390X_USER     0x010ull
#define S390X_DIRTY    0x008ull
#define S390X_ACCESSED 0x004ull
#define S390X_SOFT1    0x020ull
#define S390X_SOFT0    0x002ull

/* Segment- and region-table entries. */
#define S390X_UPPER_I	     0x0020ull
#define S390X_FC	     0x0400ull
#define S390X_TT	     0x000cull
#define S390X_TL	     0x0003ull
#define S390X_LARGE_USER     0x8000ull
#define S390X_LARGE_SOFT1    0x4000ull
#define S390X_LARGE_DIRTY    0x2000ull
#define S390X_LARGE_ACCESSED 0x1000ull
#define S390X_LARGE_SOFT0    0x0800ull

/* Both. */
#define S390X_P	     0x200ull
#define S390X_IEP    0x100ull
#define S390X_FROZEN 0x080ull
#define S390X_MARK   0x040ull
#define S390X_SPARE  0x001ull

#define S390X_PAYLOAD_SHIFT 12

static inline uint64_t s390x_invalid(unsigned int level)
{
	return level ? S390X_UPPER_I : S390X_I;
}

static inline uint64_t s390x_type(unsigned int level)
{
	return level > 1 ? (uint64_t)(level - 1) << 2 : 0;
}

static inline bool s390x_present(uint64_t e, unsigned int level)
{
	return !(e & s390x_invalid(level));
}

static inline bool s390x_frozen(uint64_t e, unsigned int level)
{
	return !s390x_present(e, level) && (e & S390X_FROZEN);
}

static inline bool s390x_marked(uint64_t e, unsigned int level)
{
	return !s390x_present(e, level) &&
	       (e & (S390X_FROZEN | S390X_MARK)) == S390X_MARK;
}

/* There is no format control in region-second and region-first entries. */
static inline bool s390x_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || (level <= 2 && (e & S390X_FC));
}

static inline uint64_t s390x_freeze(uint64_t e, unsigned int level)
{
	return e | s390x_invalid(level) | S390X_FROZEN;
}

static inline uint64_t s390x_thaw(uint64_t e, unsigned int level)
{
	return e & ~(s390x_invalid(level) | S390X_FROZEN);
}

/* Bit 52 is of the origin in segment-table entries only, whose TT is 0. */
static inline tarry_oa s390x_table_oa(uint64_t e)
{
	return e & ((e & S390X_TT) ? ~0xfffull : ~0x7ffull);
}

static inline tarry_oa s390x_leaf_oa(uint64_t e, unsigned int level)
{
	return e & (level == 0	 ? ~0xfffull
		    : level == 1 ? ~0xfffffull
				 : ~0x7fffffffull);
}

static inline tarry_rights s390x_leaf_rights(uint64_t e, unsigned int level)
{
	tarry_rights r = TARRY_R;

	r |= (e & S390X_P) ? 0 : TARRY_W;
	r |= (e & S390X_IEP) ? 0 : TARRY_X;
	r |= (e & (level ? S390X_LARGE_USER : S390X_USER)) ? TARRY_USER : 0;
	r |= (e & (level ? S390X_LARGE_ACCESSED : S390X_ACCESSED))
		     ? TARRY_ACCESSED
		     : 0;
	r |= (e & (level ? S390X_LARGE_DIRTY : S390X_DIRTY)) ? TARRY_DIRTY : 0;
	r |= (e & (level ? S390X_LARGE_SOFT0 : S390X_SOFT0)) ? TARRY_SOFT(1)
							     : 0;
	r |= (e & (level ? S390X_LARGE_SOFT1 : S390X_SOFT1)) ? TARRY_SOFT(2)
							     : 0;
	return r;
}

static inline uint64_t s390x_make_table(tarry_oa oa, unsigned int level)
{
	return oa | s390x_type(level) | (level > 1 ? S390X_TL : 0);
}

static inline uint64_t s390x_set_accessed_dirty(uint64_t e, unsigned int level,
						tarry_rights r)
{
	uint64_t accessed = level ? S390X_LARGE_ACCESSED : S390X_ACCESSED;
	uint64_t dirty = level ? S390X_LARGE_DIRTY : S390X_DIRTY;

	e &= ~(accessed | dirty);
	e |= (r & TARRY_ACCESSED) ? accessed : 0;
	e |= (r & TARRY_DIRTY) ? dirty : 0;
	return e;
}

static inline uint64_t s390x_make_leaf(tarry_oa oa, unsigned int level,
				       tarry_rights r)
{
	uint64_t e = oa | s390x_type(level) | (level ? S390X_FC : 0);

	e |= (r & TARRY_W) ? 0 : S390X_P;
	e |= (r & TARRY_X) ? 0 : S390X_IEP;
	if (r & TARRY_USER)
		e |= level ? S390X_LARGE_USER : S390X_USER;
	if (r & TARRY_SOFT(1))
		e |= level ? S390X_LARGE_SOFT0 : S390X_SOFT0;
	if (r & TARRY_SOFT(2))
		e |= level ? S390X_LARGE_SOFT1 : S390X_SOFT1;
	return s390x_set_accessed_dirty(e, level, r);
}

static inline uint64_t s390x_next_leaf(uint64_t e, unsigned int level)
{
	return e + (level == 0	 ? 1ull << 12
		    : level == 1 ? 1ull << 20
				 : 1ull << 31);
}

static inline uint64_t s390x_make_mark(uint64_t payload, unsigned int level)
{
	return payload << S390X_PAYLOAD_SHIFT | s390x_invalid(level) |
	       s390x_type(level) | S390X_MARK;
}

static inline uint64_t s390x_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return e >> S390X_PAYLOAD_SHIFT;
}

static inline bool s390x_has_spare(uint64_t e)
{
	return e & S390X_SPARE;
}

static inline uint64_t s390x_set_spare(uint64_t e, bool spare)
{
	return spare ? e | S390X_SPARE : e & ~S390X_SPARE;
}

static inline bool s390x_rights_sayable(tarry_rights r)
{
	return (r & TARRY_R) != 0;
}

#define S390X_FACTS(depth, bits, leaves, label)                              \
	.name = label,                                                       \
	.manual = "z/Architecture Principles of Operation, SA22-7832-12, "   \
		  "chapter 3, Dynamic Address Translation",                  \
	.levels = (depth), .va_bits = (bits), .va_signed = false,            \
	.oa_bits = 64, .page_lg2 = 12, .index_lg2 = {8, 11, 11, 11, 11},     \
	.span_lg2 = {12, 20, 31, 42, 53}, .table_lg2 = {11, 14, 14, 14, 14}, \
	.backing_lg2 = 12, .leaf_levels = (leaves), .run_lg2 = {0},          \
	.big_endian = true, .direct_change = false,                          \
	.caches_not_present = false, .sets_accessed = false,                 \
	.sets_dirty = false, .empty = {0x400, 0x20, 0x24, 0x28, 0x2c},       \
	.payload_bits = 64 - S390X_PAYLOAD_SHIFT,                            \
	.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER | TARRY_SOFT(3) | \
		  TARRY_ACCESSED | TARRY_DIRTY,                              \
	.present = s390x_present, .frozen = s390x_frozen,                    \
	.marked = s390x_marked, .leaf = s390x_leaf, .freeze = s390x_freeze,  \
	.thaw = s390x_thaw, .table_oa = s390x_table_oa,                      \
	.leaf_oa = s390x_leaf_oa, .leaf_rights = s390x_leaf_rights,          \
	.make_table = s390x_make_table, .make_leaf = s390x_make_leaf,        \
	.next_leaf = s390x_next_leaf, .make_mark = s390x_make_mark,          \
	.payload = s390x_payload,                                            \
	.set_accessed_dirty = s390x_set_accessed_dirty, .in_run = NULL,      \
	.set_run = NULL, .has_spare = s390x_has_spare,                       \
	.set_spare = s390x_set_spare, .rights_sayable = s390x_rights_sayable

static const struct tarry_format tarry_format_s390x_2 = {
	S390X_FACTS(2, 31, 1 | 2, "s390x-2")};
static const struct tarry_format tarry_format_s390x_3 = {
	S390X_FACTS(3, 42, 1 | 2 | 4, "s390x-3")};
static const struct tarry_format tarry_format_s390x_4 = {
	S390X_FACTS(4, 53, 1 | 2 | 4, "s390x-4")};
static const struct tarry_format tarry_format_s390x_5 = {
	S390X_FACTS(5, 64, 1 | 2 | 4, "s390x-5")};

#endif
