/* SPDX-License-Identifier: MIT */
/*
 * powerpc64 radix trees, with base pages of 4K and of 64K.
 *
 * Book: Power ISA Version 3.0B (March 2017), Book III, section 5.7 "Virtual
 * Storage" (6.7 in Version 3.1): "Radix Tree Translation", with the figures
 * "Radix Tree Page Directory Entry" and "Radix Tree Page Table Entry";
 * "Reference and Change Recording"; "Storage Control Bits".  Called ISA below.
 * The ISA numbers bits from the left; so does this list, with our value beside.
 * Which geometries a machine can walk is the machine's: POWER9 Processor User's
 * Manual, OpenPOWER, version 2.0, section "Radix Translation": 52 bits in 13,
 * 9, 9 and then 9 or 5 bits, and no other; both formats here are these two.
 *
 * level         0           1     2     3
 * ISA           PTE (L4)    L3    L2    L1 (RPDB, RPDS 13)
 * leaf          4K or 64K   2M    1G    -
 * index         9 or 5      9     9     13
 *
 * Effective addresses have 64 bits.  The two on the left are the quadrant: they
 * choose whose tree is walked (0: that of PID; 3: that of PID 0, the kernel's),
 * and are no part of an address here.  Bits 2 to 11 must be 0: with a tree of
 * 52 bits (RTS 21) hardware refuses others.  A kernel at 0xc000000000000000 has
 * a space of its own, whose va begin at 0.
 *
 * A directory entry (leaf bit 0):
 *   0      0x8000000000000000  V: valid
 *   1      0x4000000000000000  leaf
 *   2:3    0x3000000000000000  reserved
 *   4:55   0x0fffffffffffff00  NLB: where the next table is; multiple of its
 *                              size
 *   56:58  0x00000000000000e0  reserved
 *   59:63  0x000000000000001f  NLS: lg2 of how many entries it has
 *
 * A page table entry (leaf bit 1; at any level but the root's):
 *   0      0x8000000000000000  V
 *   1      0x4000000000000000  leaf
 *   2      0x2000000000000000  SW: ours: 0 (1 says frozen, where V is 0)
 *   3:6    0x1e00000000000000  reserved
 *   7:51   0x01fffffffffff000  RPN; bits that lie inside the page are 0
 *   52, 53 0x0000000000000c00  SW: the owner's soft bits 1 and 0
 *   54     0x0000000000000200  SW: ours: this leaf owns a spare table
 *   55     0x0000000000000100  R: referenced; hardware sets it
 *   56     0x0000000000000080  C: changed; hardware sets it
 *   57     0x0000000000000040  reserved
 *   58:59  0x0000000000000030  ATT: the memory type; 0 normal, 1 strong access
 *                              order (optional since 3.1), 2 non-idempotent
 *                              I/O, 3 tolerant I/O
 *   60     0x0000000000000008  EAA 0: privileged only
 *   61     0x0000000000000004  EAA 1: read
 *   62     0x0000000000000002  EAA 2: read and write
 *   63     0x0000000000000001  EAA 3: execute
 *
 * An entry with V = 0 is software's in all other bits.  Tarry uses them so:
 *   empty    0
 *   frozen   bit 2 = 1, all else as it was
 *   mark     bit 2 = 0, bit 3 = 1, payload in 4:63
 * Addresses are kept as they are: INTEL-SA-00161 is not POWER's.
 *
 * Rights: "write" is "read and write" to hardware, so W without R cannot be
 * said; a leaf of no right at all can.
 *
 * Behaviour: only valid entries are cached ("Translation Lookaside Buffer",
 * "Page Walk Cache"); size must not change under a cached translation
 * (direct_change is false; tlbie names a size).  Hardware may set R and C, or
 * leave it to an interrupt: whoever wants no such interrupts maps with
 * TARRY_ACCESSED and TARRY_DIRTY.
 */
#ifndef TARRY_FORMAT_POWERPC64_H
#define TARRY_FORMAT_POWERPC64_H

#include "tarry/format.h"

#define POWERPC64_V	     (1ull << 63)
#define POWERPC64_LEAF	     (1ull << 62)
#define POWERPC64_FROZEN     (1ull << 61)
#define POWERPC64_MARK	     (1ull << 60)
#define POWERPC64_SPARE	     (1ull << 9)
#define POWERPC64_R	     (1ull << 8)
#define POWERPC64_C	     (1ull << 7)
#define POWERPC64_PRIVILEGED (1ull << 3)
#define POWERPC64_READ	     (1ull << 2)
#define POWERPC64_WRITE	     (1ull << 1)
#define POWERPC64_EXECUTE    (1ull << 0)

#define POWERPC64_NLB	     0x0fffffffffffff00ull
#define POWERPC64_RPN	     0x01fffffffffff000ull
#define POWERPC64_RPN_64K    0x01ffffffffff0000ull
#define POWERPC64_RPN_2M     0x01ffffffffe00000ull
#define POWERPC64_RPN_1G     0x01ffffffc0000000ull
#define POWERPC64_SOFT_SHIFT 10
#define POWERPC64_ATT_SHIFT  4
#define POWERPC64_PAYLOAD    60

static inline bool powerpc64_present(uint64_t e, unsigned int level)
{
	(void)level;
	return e & POWERPC64_V;
}

static inline bool powerpc64_frozen(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (POWERPC64_V | POWERPC64_FROZEN)) == POWERPC64_FROZEN;
}

static inline bool powerpc64_marked(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (POWERPC64_V | POWERPC64_FROZEN | POWERPC64_MARK)) ==
	       POWERPC64_MARK;
}

static inline bool powerpc64_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || (e & POWERPC64_LEAF);
}

static inline uint64_t powerpc64_freeze(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~POWERPC64_V) | POWERPC64_FROZEN;
}

static inline uint64_t powerpc64_thaw(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~POWERPC64_FROZEN) | POWERPC64_V;
}

static inline tarry_oa powerpc64_table_oa(uint64_t e)
{
	return e & POWERPC64_NLB;
}

static inline tarry_oa powerpc64_leaf_oa_4k(uint64_t e, unsigned int level)
{
	return e & (level == 0	 ? POWERPC64_RPN
		    : level == 1 ? POWERPC64_RPN_2M
				 : POWERPC64_RPN_1G);
}

static inline tarry_oa powerpc64_leaf_oa_64k(uint64_t e, unsigned int level)
{
	return e & (level == 0	 ? POWERPC64_RPN_64K
		    : level == 1 ? POWERPC64_RPN_2M
				 : POWERPC64_RPN_1G);
}

static inline tarry_rights powerpc64_leaf_rights(uint64_t e, unsigned int level)
{
	tarry_rights r = TARRY_MEM(e >> POWERPC64_ATT_SHIFT & 3) |
			 TARRY_SOFT(e >> POWERPC64_SOFT_SHIFT & 3);

	(void)level;
	r |= (e & (POWERPC64_READ | POWERPC64_WRITE)) ? TARRY_R : 0;
	r |= (e & POWERPC64_WRITE) ? TARRY_W : 0;
	r |= (e & POWERPC64_EXECUTE) ? TARRY_X : 0;
	r |= (e & POWERPC64_PRIVILEGED) ? 0 : TARRY_USER;
	r |= (e & POWERPC64_R) ? TARRY_ACCESSED : 0;
	r |= (e & POWERPC64_C) ? TARRY_DIRTY : 0;
	return r;
}

/* NLS follows from the level of the slot: the table is one below. */
static inline uint64_t powerpc64_make_table_4k(tarry_oa oa, unsigned int level)
{
	(void)level;
	return oa | POWERPC64_V | 9;
}

static inline uint64_t powerpc64_make_table_64k(tarry_oa oa, unsigned int level)
{
	return oa | POWERPC64_V | (level == 1 ? 5 : 9);
}

static inline uint64_t
powerpc64_set_accessed_dirty(uint64_t e, unsigned int level, tarry_rights r)
{
	(void)level;
	e &= ~(POWERPC64_R | POWERPC64_C);
	e |= (r & TARRY_ACCESSED) ? POWERPC64_R : 0;
	e |= (r & TARRY_DIRTY) ? POWERPC64_C : 0;
	return e;
}

static inline uint64_t powerpc64_make_leaf(tarry_oa oa, unsigned int level,
					   tarry_rights r)
{
	uint64_t e = oa | POWERPC64_V | POWERPC64_LEAF;

	e |= (uint64_t)(TARRY_MEM_OF(r) & 3) << POWERPC64_ATT_SHIFT;
	e |= (uint64_t)(TARRY_SOFT_OF(r) & 3) << POWERPC64_SOFT_SHIFT;
	e |= (r & TARRY_R) ? POWERPC64_READ : 0;
	e |= (r & TARRY_W) ? POWERPC64_WRITE : 0;
	e |= (r & TARRY_X) ? POWERPC64_EXECUTE : 0;
	e |= (r & TARRY_USER) ? 0 : POWERPC64_PRIVILEGED;
	return powerpc64_set_accessed_dirty(e, level, r);
}

static inline uint64_t powerpc64_next_leaf_4k(uint64_t e, unsigned int level)
{
	return e + (1ull << (12 + 9 * level));
}

static inline uint64_t powerpc64_next_leaf_64k(uint64_t e, unsigned int level)
{
	return e + (1ull << (level ? 12 + 9 * level : 16));
}

static inline uint64_t powerpc64_make_mark(uint64_t payload, unsigned int level)
{
	(void)level;
	return payload | POWERPC64_MARK;
}

static inline uint64_t powerpc64_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return e & (POWERPC64_MARK - 1);
}

static inline bool powerpc64_has_spare(uint64_t e)
{
	return e & POWERPC64_SPARE;
}

static inline uint64_t powerpc64_set_spare(uint64_t e, bool spare)
{
	return spare ? e | POWERPC64_SPARE : e & ~POWERPC64_SPARE;
}

static inline bool powerpc64_rights_sayable(tarry_rights r)
{
	return (r & TARRY_R) || !(r & TARRY_W);
}

/* @page: lg2 of the base page; @leaves: lg2 of entries of a table of them. */
#define POWERPC64_FACTS(page, leaves, which, label)                           \
	.name = label,                                                        \
	.manual = "Power ISA 3.0B, Book III, section 5.7, Radix Tree "        \
		  "Translation",                                              \
	.levels = 4, .va_bits = 52, .va_signed = false, .oa_bits = 57,        \
	.page_lg2 = (page), .index_lg2 = {(leaves), 9, 9, 13},                \
	.span_lg2 = {(page), 21, 30, 39},                                     \
	.table_lg2 = {(leaves) + 3, 12, 12, 16}, .backing_lg2 = (page),       \
	.leaf_levels = 1 | 2 | 4, .run_lg2 = {0}, .big_endian = true,         \
	.direct_change = false, .caches_not_present = false,                  \
	.sets_accessed = true, .sets_dirty = true, .empty = {0},              \
	.payload_bits = POWERPC64_PAYLOAD,                                    \
	.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER | TARRY_MEM(3) |   \
		  TARRY_SOFT(3) | TARRY_ACCESSED | TARRY_DIRTY,               \
	.present = powerpc64_present, .frozen = powerpc64_frozen,             \
	.marked = powerpc64_marked, .leaf = powerpc64_leaf,                   \
	.freeze = powerpc64_freeze, .thaw = powerpc64_thaw,                   \
	.table_oa = powerpc64_table_oa, .leaf_oa = powerpc64_leaf_oa_##which, \
	.leaf_rights = powerpc64_leaf_rights,                                 \
	.make_table = powerpc64_make_table_##which,                           \
	.make_leaf = powerpc64_make_leaf,                                     \
	.next_leaf = powerpc64_next_leaf_##which,                             \
	.make_mark = powerpc64_make_mark, .payload = powerpc64_payload,       \
	.set_accessed_dirty = powerpc64_set_accessed_dirty, .in_run = NULL,   \
	.set_run = NULL, .has_spare = powerpc64_has_spare,                    \
	.set_spare = powerpc64_set_spare,                                     \
	.rights_sayable = powerpc64_rights_sayable

static const struct tarry_format tarry_format_powerpc64_4k = {
	POWERPC64_FACTS(12, 9, 4k, "powerpc64-4k")};
static const struct tarry_format tarry_format_powerpc64_64k = {
	POWERPC64_FACTS(16, 5, 64k, "powerpc64-64k")};

#endif
