/* SPDX-License-Identifier: MIT */
/*
 * x86-64, 4 and 5 levels.
 *
 * Books: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 3A (325384-080US), chapter 4 "Paging": section 4.5 "4-level paging
 * and 5-level paging", tables 4-14 to 4-20, figure 4-11; called SDM below.
 * AMD64 Architecture Programmer's Manual, volume 2 (24593, revision 3.41),
 * sections 5.3 "Long-mode page translation" and 5.4 "Page-translation-table
 * entry fields"; called APM below.
 *
 * level    0    1    2      3      4
 * SDM      PT   PD   PDPT   PML4   PML5
 * leaf     4K   2M   1G     -      -
 *
 * Bits of a present entry:
 *   0      P: present                          SDM table 4-20, APM 5.4.1
 *   1      R/W
 *   2      U/S
 *   3, 4   PWT, PCD: bits 0 and 1 of the PAT index
 *   5      A: set by hardware at every level   SDM 4.8
 *   6      D: set by hardware in leaves        SDM 4.8
 *   7      PS in levels 1 and 2 (1: leaf); PAT in level 0
 *   8      G in leaves                         SDM 4.10.2.4
 *   9      ignored; ours: this leaf owns a spare table
 *   10     ignored; ours: 0 (1 says frozen, in entries that are not present)
 *   11     ignored outside HLAT paging; the owner's soft bit 7
 *   12     PAT in leaves of levels 1 and 2     SDM tables 4-16 and 4-18
 *   51:12  output address (level 1: 51:21, level 2: 51:30, the rest reserved)
 *   58:52  ignored; the owner's soft bits 0 to 6
 *   62:59  protection key in leaves, if CR4.PKE or PKS; else ignored
 *   63     XD, if EFER.NXE                     SDM 4.6
 *
 * An entry with P = 0 is ignored by hardware in all other bits (SDM 4.5.4).
 * Tarry uses them so:
 *   empty    0
 *   mark     bit 9 = 1, bit 10 = 0, payload in 62:12
 *   frozen   bit 10 = 1, all else as it was
 * In both, bits 51:12 are stored inverted: a core with the L1 terminal fault
 * (INTEL-SA-00161) speculates through the address bits of an entry that is not
 * present, and an inverted address lies beyond all memory.
 *
 * Behaviour: entries that are not present are never cached (SDM 4.10.2.3,
 * 4.10.4.3); size must not change under a cached translation, since both
 * might be used (SDM 4.10.4.2 wants the invalidation; AMD erratum 383 is a
 * machine check): direct_change is false.
 */
#ifndef TARRY_FORMAT_X86_64_H
#define TARRY_FORMAT_X86_64_H

#include "tarry/format.h"

#define X86_64_P	 (1ull << 0)
#define X86_64_RW	 (1ull << 1)
#define X86_64_US	 (1ull << 2)
#define X86_64_PWT	 (1ull << 3)
#define X86_64_PCD	 (1ull << 4)
#define X86_64_A	 (1ull << 5)
#define X86_64_D	 (1ull << 6)
#define X86_64_PS	 (1ull << 7)
#define X86_64_PAT_SMALL (1ull << 7)
#define X86_64_G	 (1ull << 8)
#define X86_64_SPARE	 (1ull << 9)
#define X86_64_MARK	 (1ull << 9)
#define X86_64_FROZEN	 (1ull << 10)
#define X86_64_SOFT7	 (1ull << 11)
#define X86_64_PAT_LARGE (1ull << 12)
#define X86_64_XD	 (1ull << 63)

#define X86_64_ADDRESS	   0x000ffffffffff000ull
#define X86_64_ADDRESS_2M  0x000fffffffe00000ull
#define X86_64_ADDRESS_1G  0x000fffffc0000000ull
#define X86_64_SOFT_SHIFT  52
#define X86_64_KEY_SHIFT   59
#define X86_64_PAYLOAD_LG2 51

static inline bool x86_64_present(uint64_t e, unsigned int level)
{
	(void)level;
	return e & X86_64_P;
}

static inline bool x86_64_frozen(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (X86_64_P | X86_64_FROZEN)) == X86_64_FROZEN;
}

static inline bool x86_64_marked(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (X86_64_P | X86_64_FROZEN | X86_64_MARK)) == X86_64_MARK;
}

static inline bool x86_64_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || (e & X86_64_PS);
}

static inline uint64_t x86_64_freeze(uint64_t e, unsigned int level)
{
	(void)level;
	return ((e ^ X86_64_ADDRESS) & ~X86_64_P) | X86_64_FROZEN;
}

static inline uint64_t x86_64_thaw(uint64_t e, unsigned int level)
{
	(void)level;
	return ((e ^ X86_64_ADDRESS) & ~X86_64_FROZEN) | X86_64_P;
}

static inline tarry_oa x86_64_table_oa(uint64_t e)
{
	return e & X86_64_ADDRESS;
}

static inline tarry_oa x86_64_leaf_oa(uint64_t e, unsigned int level)
{
	return e & (level == 0	 ? X86_64_ADDRESS
		    : level == 1 ? X86_64_ADDRESS_2M
				 : X86_64_ADDRESS_1G);
}

static inline tarry_rights x86_64_leaf_rights(uint64_t e, unsigned int level)
{
	uint64_t pat = level ? X86_64_PAT_LARGE : X86_64_PAT_SMALL;
	tarry_rights r = TARRY_R;

	r |= (e & X86_64_RW) ? TARRY_W : 0;
	r |= (e & X86_64_XD) ? 0 : TARRY_X;
	r |= (e & X86_64_US) ? TARRY_USER : 0;
	r |= (e & X86_64_G) ? TARRY_GLOBAL : 0;
	r |= (e & X86_64_A) ? TARRY_ACCESSED : 0;
	r |= (e & X86_64_D) ? TARRY_DIRTY : 0;
	r |= TARRY_MEM((e >> 3 & 3) | ((e & pat) ? 4 : 0));
	r |= TARRY_KEY(e >> X86_64_KEY_SHIFT);
	r |= TARRY_SOFT((e >> X86_64_SOFT_SHIFT & 127) |
			((e & X86_64_SOFT7) ? 128 : 0));
	return r;
}

/* Rights of upper entries are the widest: leaves alone decide (SDM 4.6.1
 * combines all levels). */
static inline uint64_t x86_64_make_table(tarry_oa oa, unsigned int level)
{
	(void)level;
	return oa | X86_64_P | X86_64_RW | X86_64_US;
}

static inline uint64_t x86_64_make_leaf(tarry_oa oa, unsigned int level,
					tarry_rights r)
{
	uint64_t e = oa | X86_64_P;
	unsigned int mem = TARRY_MEM_OF(r);

	e |= (r & TARRY_W) ? X86_64_RW : 0;
	e |= (r & TARRY_X) ? 0 : X86_64_XD;
	e |= (r & TARRY_USER) ? X86_64_US : 0;
	e |= (r & TARRY_GLOBAL) ? X86_64_G : 0;
	e |= (r & TARRY_ACCESSED) ? X86_64_A : 0;
	e |= (r & TARRY_DIRTY) ? X86_64_D : 0;
	e |= (uint64_t)(mem & 3) << 3;
	if (mem & 4)
		e |= level ? X86_64_PAT_LARGE : X86_64_PAT_SMALL;
	e |= level ? X86_64_PS : 0;
	e |= (uint64_t)TARRY_KEY_OF(r) << X86_64_KEY_SHIFT;
	e |= (uint64_t)(TARRY_SOFT_OF(r) & 127) << X86_64_SOFT_SHIFT;
	e |= (TARRY_SOFT_OF(r) & 128) ? X86_64_SOFT7 : 0;
	return e;
}

static inline uint64_t x86_64_next_leaf(uint64_t e, unsigned int level)
{
	return e + (1ull << (12 + 9 * level));
}

static inline uint64_t x86_64_make_mark(uint64_t payload, unsigned int level)
{
	(void)level;
	return ((payload << 12) ^ X86_64_ADDRESS) | X86_64_MARK;
}

static inline uint64_t x86_64_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return ((e ^ X86_64_ADDRESS) & ~(1ull << 63)) >> 12;
}

static inline uint64_t x86_64_set_accessed_dirty(uint64_t e, unsigned int level,
						 tarry_rights r)
{
	(void)level;
	e &= ~(X86_64_A | X86_64_D);
	e |= (r & TARRY_ACCESSED) ? X86_64_A : 0;
	e |= (r & TARRY_DIRTY) ? X86_64_D : 0;
	return e;
}

static inline bool x86_64_has_spare(uint64_t e)
{
	return e & X86_64_SPARE;
}

static inline uint64_t x86_64_set_spare(uint64_t e, bool spare)
{
	return spare ? e | X86_64_SPARE : e & ~X86_64_SPARE;
}

/* Whatever is present can be read: "not R" cannot be said (SDM 4.6.1). */
static inline bool x86_64_rights_sayable(tarry_rights r)
{
	return (r & TARRY_R) != 0;
}

#define X86_64_FACTS(depth, bits, label)                                       \
	.name = label,                                                         \
	.manual = "Intel SDM volume 3A, 325384-080US, section 4.5",            \
	.levels = (depth), .va_bits = (bits), .va_signed = true,               \
	.oa_bits = 52, .page_lg2 = 12, .index_lg2 = {9, 9, 9, 9, 9},           \
	.span_lg2 = {12, 21, 30, 39, 48}, .table_lg2 = {12, 12, 12, 12, 12},   \
	.backing_lg2 = 12, .leaf_levels = 1 | 2 | 4, .run_lg2 = {0},           \
	.big_endian = false, .direct_change = false,                           \
	.caches_not_present = false, .sets_accessed = true,                    \
	.sets_dirty = true, .empty = {0}, .payload_bits = X86_64_PAYLOAD_LG2,  \
	.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER | TARRY_GLOBAL |    \
		  TARRY_MEM_MASK | TARRY_KEY_MASK | TARRY_SOFT_MASK |          \
		  TARRY_ACCESSED | TARRY_DIRTY,                                \
	.present = x86_64_present, .frozen = x86_64_frozen,                    \
	.marked = x86_64_marked, .leaf = x86_64_leaf, .freeze = x86_64_freeze, \
	.thaw = x86_64_thaw, .table_oa = x86_64_table_oa,                      \
	.leaf_oa = x86_64_leaf_oa, .leaf_rights = x86_64_leaf_rights,          \
	.make_table = x86_64_make_table, .make_leaf = x86_64_make_leaf,        \
	.next_leaf = x86_64_next_leaf, .make_mark = x86_64_make_mark,          \
	.payload = x86_64_payload,                                             \
	.set_accessed_dirty = x86_64_set_accessed_dirty, .in_run = NULL,       \
	.set_run = NULL, .has_spare = x86_64_has_spare,                        \
	.set_spare = x86_64_set_spare, .rights_sayable = x86_64_rights_sayable

static const struct tarry_format tarry_format_x86_64_4 = {
	X86_64_FACTS(4, 48, "x86_64-4")};
static const struct tarry_format tarry_format_x86_64_5 = {
	X86_64_FACTS(5, 57, "x86_64-5")};

#endif
