/* SPDX-License-Identifier: MIT */
/*
 * arm64, stage 1: granules of 4K, 16K and 64K with 48-bit and with 52-bit
 * addresses.
 *
 * Book: Arm Architecture Reference Manual for A-profile architecture
 * (DDI 0487J.a), chapter D8 "The AArch64 Virtual Memory System Architecture":
 * section D8.2 "Translation process", D8.3 "Translation table descriptor
 * formats", D8.4 "Memory access control", D8.5 "Hardware updates to the
 * translation tables", D8.7.1 "The Contiguous bit", D8.14.1 "Using
 * break-before-make when updating translation table entries".
 *
 * These are the tables below one base register.  Addresses of the lower half
 * are TTBR0's; the upper half is a space of its own, in TTBR1, of addresses
 * without their leading ones.
 *
 * level      0         1         2         3        4
 * Arm's      3         2         1         0        -1
 * 4K         4K        2M        1G        (512G)   -      leaves; in brackets
 * 16K        16K       32M       (64G)     -               those of the 52-bit
 * 64K        64K       512M      (4T)                      formats
 *
 * Bits of a valid descriptor (D8.3.1, figures D8-12 to D8-15):
 *   0      1: valid
 *   1      1: table, or page at level 0; 0: block
 *   4:2    AttrIndx: the index of TARRY_MEM(), into MAIR_ELx
 *   5      NS: 0
 *   6      AP[1]: EL0 may access                        D8.4.1
 *   7      AP[2]: read-only
 *   9:8    SH: inner shareable, 3; with TCR.DS = 1 (4K and 16K, 52 bits)
 *          OA[51:50]
 *   10     AF: accessed; set by hardware where TCR.HA = 1   D8.5.1
 *   11     nG
 *   47:12  output address, from the granule's bit on; 64K with 52 bits: bits
 *          15:12 are OA[51:48]
 *   49:48  OA[49:48] with TCR.DS = 1
 *   51     DBM: hardware clears AP[2] on a write, where TCR.HD = 1   D8.5.2
 *   52     Contiguous                                    D8.7.1
 *   53     PXN
 *   54     UXN
 *   58:55  software's.  Ours: 55 says dirty where DBM cannot, 56 that this leaf
 *          owns a spare table, 58:57 are the owner's soft bits 1:0
 *   63:59  of leaves: PBHA and ignored; of tables: restrictions for all
 *          below: 0
 *
 * Writable is DBM = 1 or AP[2] = 0; dirty is AP[2] = 0 or bit 55.  So what
 * hardware does to a leaf (AP[2] goes 0 where DBM is 1) makes it dirty and
 * changes nothing else; without TCR.HD a write to a clean leaf faults, and
 * whoever handles that sets dirty.  Execution is of one privilege only: of EL0
 * where AP[1] = 1 (UXN = 0, PXN = 1), else of EL1 (the other way round), which
 * is what EL0-writable pages are forced to anyway (D8.4.1.3).
 *
 * Where bit 0 is 0, all others are software's (D8.3.1.3).  Tarry uses them so:
 *   empty    0
 *   frozen   bit 63 = 1, all else as it was (a leaf's and a table's is 0 there)
 *   mark     bit 62 = 1, bit 63 = 0, payload in 61:1
 *
 * Behaviour: invalid descriptors are never cached; a change of size or of the
 * Contiguous bit wants break-before-make (D8.14.1): direct_change is false.
 *
 * Runs (D8.7.1): 16 leaves at each level of the 4K granule that has leaves
 * without 52 bits; 128 pages or 32 blocks of 32M; 32 pages or blocks of 512M.
 */
#ifndef TARRY_FORMAT_ARM64_H
#define TARRY_FORMAT_ARM64_H

#include "tarry/format.h"

#define ARM64_VALID  (1ull << 0)
#define ARM64_TABLE  (1ull << 1) /* or page */
#define ARM64_ATTR   2
#define ARM64_USER   (1ull << 6)
#define ARM64_RO     (1ull << 7)
#define ARM64_SH     8
#define ARM64_INNER  (3ull << 8)
#define ARM64_AF     (1ull << 10)
#define ARM64_NG     (1ull << 11)
#define ARM64_DBM    (1ull << 51)
#define ARM64_CONT   (1ull << 52)
#define ARM64_PXN    (1ull << 53)
#define ARM64_UXN    (1ull << 54)
#define ARM64_DIRTY  (1ull << 55)
#define ARM64_SPARE  (1ull << 56)
#define ARM64_SOFT   57
#define ARM64_MARK   (1ull << 62)
#define ARM64_FROZEN (1ull << 63)

#define ARM64_PAYLOAD_LG2 61

/* Where output addresses stand. */
enum arm64_oa {
	ARM64_OA_48,	 /* 47:12 */
	ARM64_OA_52_LOW, /* 64K: 51:48 in bits 15:12 */
	ARM64_OA_52_DS,	 /* 49:12, and 51:50 in bits 9:8 */
};

/* ---- what all share ---- */

static inline bool arm64_present(uint64_t e, unsigned int level)
{
	(void)level;
	return e & ARM64_VALID;
}

static inline bool arm64_frozen(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (ARM64_VALID | ARM64_FROZEN)) == ARM64_FROZEN;
}

static inline bool arm64_marked(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (ARM64_VALID | ARM64_FROZEN | ARM64_MARK)) == ARM64_MARK;
}

static inline bool arm64_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || !(e & ARM64_TABLE);
}

static inline uint64_t arm64_freeze(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~ARM64_VALID) | ARM64_FROZEN;
}

static inline uint64_t arm64_thaw(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~ARM64_FROZEN) | ARM64_VALID;
}

static inline tarry_rights arm64_leaf_rights(uint64_t e, unsigned int level)
{
	uint64_t xn = (e & ARM64_USER) ? ARM64_UXN : ARM64_PXN;
	tarry_rights r = TARRY_R;

	(void)level;
	r |= ((e & ARM64_DBM) || !(e & ARM64_RO)) ? TARRY_W : 0;
	r |= (e & xn) ? 0 : TARRY_X;
	r |= (e & ARM64_USER) ? TARRY_USER : 0;
	r |= (e & ARM64_NG) ? 0 : TARRY_GLOBAL;
	r |= (e & ARM64_AF) ? TARRY_ACCESSED : 0;
	r |= (!(e & ARM64_RO) || (e & ARM64_DIRTY)) ? TARRY_DIRTY : 0;
	r |= TARRY_MEM(e >> ARM64_ATTR & 7);
	return r | TARRY_SOFT(e >> ARM64_SOFT & 3);
}

static inline uint64_t arm64_set_accessed_dirty(uint64_t e, unsigned int level,
						tarry_rights r)
{
	bool writable = (e & ARM64_DBM) || !(e & ARM64_RO);

	(void)level;
	e &= ~(ARM64_AF | ARM64_DIRTY);
	e |= ARM64_RO;
	e |= (r & TARRY_ACCESSED) ? ARM64_AF : 0;
	if (writable) {
		e |= ARM64_DBM;
		e &= (r & TARRY_DIRTY) ? ~ARM64_RO : ~0ull;
	} else {
		e |= (r & TARRY_DIRTY) ? ARM64_DIRTY : 0;
	}
	return e;
}

/* Without its address. */
static inline uint64_t arm64_leaf_bits(unsigned int level, enum arm64_oa where,
				       tarry_rights r)
{
	uint64_t e = ARM64_VALID | ARM64_RO;

	e |= level ? 0 : ARM64_TABLE;
	e |= where == ARM64_OA_52_DS ? 0 : ARM64_INNER;
	e |= (r & TARRY_W) ? ARM64_DBM : 0;
	e |= (r & TARRY_USER) ? ARM64_USER | ARM64_PXN : ARM64_UXN;
	if (!(r & TARRY_X))
		e |= ARM64_PXN | ARM64_UXN;
	e |= (r & TARRY_GLOBAL) ? 0 : ARM64_NG;
	e |= (uint64_t)TARRY_MEM_OF(r) << ARM64_ATTR;
	e |= (uint64_t)(TARRY_SOFT_OF(r) & 3) << ARM64_SOFT;
	return arm64_set_accessed_dirty(e, level, r);
}

static inline uint64_t arm64_make_mark(uint64_t payload, unsigned int level)
{
	(void)level;
	return payload << 1 | ARM64_MARK;
}

static inline uint64_t arm64_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~ARM64_MARK) >> 1;
}

static inline bool arm64_in_run(uint64_t e, unsigned int level)
{
	(void)level;
	return e & ARM64_CONT;
}

static inline uint64_t arm64_set_run(uint64_t e, unsigned int level,
				     tarry_oa oa, bool run)
{
	(void)level;
	(void)oa; /* each leaf of a run says its own */
	return run ? e | ARM64_CONT : e & ~ARM64_CONT;
}

static inline bool arm64_has_spare(uint64_t e)
{
	return e & ARM64_SPARE;
}

static inline uint64_t arm64_set_spare(uint64_t e, bool spare)
{
	return spare ? e | ARM64_SPARE : e & ~ARM64_SPARE;
}

/* EL1 reads all that is valid (D8.4.1). */
static inline bool arm64_rights_sayable(tarry_rights r)
{
	return (r & TARRY_R) && TARRY_SOFT_OF(r) < 4;
}

/* ---- what differs by granule and by address ---- */

/* Bits [high:low]. */
#define ARM64_BITS(high, low) ((~0ull >> (63 - (high))) & ~0ull << (low))

static inline uint64_t arm64_address_mask(unsigned int page_lg2,
					  enum arm64_oa where)
{
	if (where == ARM64_OA_52_LOW)
		return ARM64_BITS(47, 12);
	if (where == ARM64_OA_52_DS)
		return ARM64_BITS(49, page_lg2) | ARM64_BITS(9, 8);
	return ARM64_BITS(47, page_lg2);
}

static inline uint64_t arm64_address(tarry_oa oa, enum arm64_oa where)
{
	if (where == ARM64_OA_52_LOW)
		return (oa & ARM64_BITS(47, 16)) | (oa >> 48 & 15) << 12;
	if (where == ARM64_OA_52_DS)
		return (oa & ARM64_BITS(49, 12)) | (oa >> 50 & 3) << 8;
	return oa;
}

/* @lg2: of what stands there. */
static inline tarry_oa arm64_oa_of(uint64_t e, unsigned int lg2,
				   enum arm64_oa where)
{
	if (where == ARM64_OA_52_LOW)
		return (e & ARM64_BITS(47, lg2)) | (e >> 12 & 15) << 48;
	if (where == ARM64_OA_52_DS)
		return (e & ARM64_BITS(49, lg2)) | (e >> 8 & 3) << 50;
	return e & ARM64_BITS(47, lg2);
}

/* lg2 of bytes of a leaf. */
static inline unsigned int arm64_span(unsigned int page_lg2, unsigned int level)
{
	return page_lg2 + (page_lg2 - 3) * level;
}

#define ARM64_FUNCTIONS(id, lg2, where)                                        \
	static inline tarry_oa id##_table_oa(uint64_t e)                       \
	{                                                                      \
		return arm64_oa_of(e, lg2, where);                             \
	}                                                                      \
	static inline tarry_oa id##_leaf_oa(uint64_t e, unsigned int level)    \
	{                                                                      \
		return arm64_oa_of(e, arm64_span(lg2, level), where);          \
	}                                                                      \
	static inline uint64_t id##_make_table(tarry_oa oa,                    \
					       unsigned int level)             \
	{                                                                      \
		(void)level;                                                   \
		return arm64_address(oa, where) | ARM64_VALID | ARM64_TABLE;   \
	}                                                                      \
	static inline uint64_t id##_make_leaf(tarry_oa oa, unsigned int level, \
					      tarry_rights r)                  \
	{                                                                      \
		return arm64_address(oa, where) |                              \
		       arm64_leaf_bits(level, where, r);                       \
	}                                                                      \
	static inline uint64_t id##_next_leaf(uint64_t e, unsigned int level)  \
	{                                                                      \
		tarry_oa oa = id##_leaf_oa(e, level) +                         \
			      (1ull << arm64_span(lg2, level));                \
                                                                               \
		return (e & ~arm64_address_mask(lg2, where)) |                 \
		       arm64_address(oa, where);                               \
	}

ARM64_FUNCTIONS(arm64_4k, 12, ARM64_OA_48)
ARM64_FUNCTIONS(arm64_16k, 14, ARM64_OA_48)
ARM64_FUNCTIONS(arm64_64k, 16, ARM64_OA_48)
ARM64_FUNCTIONS(arm64_4k_52, 12, ARM64_OA_52_DS)
ARM64_FUNCTIONS(arm64_16k_52, 14, ARM64_OA_52_DS)
ARM64_FUNCTIONS(arm64_64k_52, 16, ARM64_OA_52_LOW)

#define ARM64_LIST(...)     \
	{                   \
		__VA_ARGS__ \
	}

#define ARM64_FACTS(id, label, depth, bits, lg2, index, span, table, leaves,   \
		    runs)                                                      \
	{                                                                      \
		.name = label, .manual = "Arm DDI 0487J.a, chapter D8",        \
		.levels = (depth), .va_bits = (bits), .va_signed = false,      \
		.oa_bits = (bits), .page_lg2 = (lg2), .index_lg2 = index,      \
		.span_lg2 = span, .table_lg2 = table, .backing_lg2 = (lg2),    \
		.leaf_levels = (leaves), .run_lg2 = runs, .big_endian = false, \
		.direct_change = false, .caches_not_present = false,           \
		.sets_accessed = true, .sets_dirty = true, .empty = {0},       \
		.payload_bits = ARM64_PAYLOAD_LG2,                             \
		.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER |           \
			  TARRY_GLOBAL | TARRY_MEM_MASK | TARRY_SOFT(3) |      \
			  TARRY_ACCESSED | TARRY_DIRTY,                        \
		.present = arm64_present, .frozen = arm64_frozen,              \
		.marked = arm64_marked, .leaf = arm64_leaf,                    \
		.freeze = arm64_freeze, .thaw = arm64_thaw,                    \
		.table_oa = id##_table_oa, .leaf_oa = id##_leaf_oa,            \
		.leaf_rights = arm64_leaf_rights,                              \
		.make_table = id##_make_table, .make_leaf = id##_make_leaf,    \
		.next_leaf = id##_next_leaf, .make_mark = arm64_make_mark,     \
		.payload = arm64_payload,                                      \
		.set_accessed_dirty = arm64_set_accessed_dirty,                \
		.in_run = arm64_in_run, .set_run = arm64_set_run,              \
		.has_spare = arm64_has_spare, .set_spare = arm64_set_spare,    \
		.rights_sayable = arm64_rights_sayable                         \
	}

/* A root of few slots is smaller than a page, and aligned to its size, at least
 * to 64 bytes (D8.2.5). */
static const struct tarry_format tarry_format_arm64_4k =
	ARM64_FACTS(arm64_4k, "arm64-4k", 4, 48, 12, ARM64_LIST(9, 9, 9, 9),
		    ARM64_LIST(12, 21, 30, 39), ARM64_LIST(12, 12, 12, 12),
		    1 | 2 | 4, ARM64_LIST(4, 4, 4));
static const struct tarry_format tarry_format_arm64_16k =
	ARM64_FACTS(arm64_16k, "arm64-16k", 4, 48, 14,
		    ARM64_LIST(11, 11, 11, 1), ARM64_LIST(14, 25, 36, 47),
		    ARM64_LIST(14, 14, 14, 6), 1 | 2, ARM64_LIST(7, 5));
static const struct tarry_format tarry_format_arm64_64k = ARM64_FACTS(
	arm64_64k, "arm64-64k", 3, 48, 16, ARM64_LIST(13, 13, 6),
	ARM64_LIST(16, 29, 42), ARM64_LIST(16, 16, 9), 1 | 2, ARM64_LIST(5, 5));
static const struct tarry_format tarry_format_arm64_4k_52 = ARM64_FACTS(
	arm64_4k_52, "arm64-4k-52", 5, 52, 12, ARM64_LIST(9, 9, 9, 9, 4),
	ARM64_LIST(12, 21, 30, 39, 48), ARM64_LIST(12, 12, 12, 12, 7),
	1 | 2 | 4 | 8, ARM64_LIST(4, 4, 4));
static const struct tarry_format tarry_format_arm64_16k_52 =
	ARM64_FACTS(arm64_16k_52, "arm64-16k-52", 4, 52, 14,
		    ARM64_LIST(11, 11, 11, 5), ARM64_LIST(14, 25, 36, 47),
		    ARM64_LIST(14, 14, 14, 8), 1 | 2 | 4, ARM64_LIST(7, 5));
static const struct tarry_format tarry_format_arm64_64k_52 =
	ARM64_FACTS(arm64_64k_52, "arm64-64k-52", 3, 52, 16,
		    ARM64_LIST(13, 13, 10), ARM64_LIST(16, 29, 42),
		    ARM64_LIST(16, 16, 13), 1 | 2 | 4, ARM64_LIST(5, 5));

#endif
