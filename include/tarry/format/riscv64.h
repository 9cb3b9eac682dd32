/* SPDX-License-Identifier: MIT */
/*
 * RISC-V, 64 bits: Sv39, Sv48, Sv57, with Svnapot and Svpbmt.
 *
 * Book: The RISC-V Instruction Set Manual, volume II: Privileged Architecture,
 * version 20211203: section 4.2.1 "Supervisor Memory-Management Fence
 * Instruction", 4.3.1 "Addressing and Memory Protection", 4.4 "Sv39", 4.5
 * "Sv48", 4.6 "Sv57"; chapter 5 "Svnapot"; chapter 6 "Svpbmt".  All three
 * formats have the same entry.
 *
 * level    0    1    2    3      4
 * leaf     4K   2M   1G   512G   256T
 *
 * Bits of an entry:
 *   0      V: valid
 *   3:1    X W R, from the top: all 0 is a pointer to the next table; W without
 *          R is reserved                          table 4.5
 *   4      U
 *   5      G in leaves; in pointers it would hold for all below: 0
 *   6      A, 7 D: set by hardware or by a fault's handler; 0 in pointers
 *   9:8    RSW, software's; ours: 8 says that this leaf owns a spare table, 9
 *          is the owner's soft bit 0
 *   53:10  PPN: output address 55:12; of a large leaf the low parts must be 0
 *   60:54  reserved, 0 while valid
 *   62:61  PBMT: 0 as the memory is, 1 non-cacheable, 2 I/O, 3 reserved
 *          (table 6.1); the index of TARRY_MEM()
 *   63     N: one of 16 leaves of 4K that are 64K together; PPN ends in 1000 in
 *          each of them then                      table 5.1
 *
 * Where V is 0, all other bits are software's (4.3.1).  Tarry uses them so:
 *   empty    0
 *   frozen   bit 54 = 1, all else as it was
 *   mark     bit 55 = 1, bit 54 = 0, payload in 53:1
 *
 * Behaviour: an invalid entry may be remembered (4.2.1: the fence after making
 * one valid may come late, and a fault until then is spurious): a fault's
 * handler that finds the page mapped fences and goes on; caches_not_present is
 * true.  A change of size wants the fence between (4.2.1): direct_change is
 * false.
 */
#ifndef TARRY_FORMAT_RISCV64_H
#define TARRY_FORMAT_RISCV64_H

#include "tarry/format.h"

#define RISCV64_V      (1ull << 0)
#define RISCV64_R      (1ull << 1)
#define RISCV64_W      (1ull << 2)
#define RISCV64_X      (1ull << 3)
#define RISCV64_RWX    (7ull << 1)
#define RISCV64_U      (1ull << 4)
#define RISCV64_G      (1ull << 5)
#define RISCV64_A      (1ull << 6)
#define RISCV64_D      (1ull << 7)
#define RISCV64_SPARE  (1ull << 8)
#define RISCV64_SOFT0  (1ull << 9)
#define RISCV64_FROZEN (1ull << 54)
#define RISCV64_MARK   (1ull << 55)
#define RISCV64_N      (1ull << 63)

#define RISCV64_PPN	    0x003ffffffffffc00ull
#define RISCV64_PPN_SHIFT   2 /* from an output address to its place */
#define RISCV64_PBMT_SHIFT  61
#define RISCV64_NAPOT	    (15ull << 10)
#define RISCV64_NAPOT_64K   (8ull << 10)
#define RISCV64_PAYLOAD_LG2 53

static inline bool riscv64_present(uint64_t e, unsigned int level)
{
	(void)level;
	return e & RISCV64_V;
}

static inline bool riscv64_frozen(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (RISCV64_V | RISCV64_FROZEN)) == RISCV64_FROZEN;
}

static inline bool riscv64_marked(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & (RISCV64_V | RISCV64_FROZEN | RISCV64_MARK)) ==
	       RISCV64_MARK;
}

static inline bool riscv64_leaf(uint64_t e, unsigned int level)
{
	return level == 0 || (e & RISCV64_RWX);
}

static inline uint64_t riscv64_freeze(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~RISCV64_V) | RISCV64_FROZEN;
}

static inline uint64_t riscv64_thaw(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~RISCV64_FROZEN) | RISCV64_V;
}

static inline tarry_oa riscv64_table_oa(uint64_t e)
{
	return (e & RISCV64_PPN) << RISCV64_PPN_SHIFT;
}

static inline tarry_oa riscv64_leaf_oa(uint64_t e, unsigned int level)
{
	(void)level;
	if (e & RISCV64_N)
		e &= ~RISCV64_NAPOT;
	return (e & RISCV64_PPN) << RISCV64_PPN_SHIFT;
}

static inline tarry_rights riscv64_leaf_rights(uint64_t e, unsigned int level)
{
	tarry_rights r = 0;

	(void)level;
	r |= (e & RISCV64_R) ? TARRY_R : 0;
	r |= (e & RISCV64_W) ? TARRY_W : 0;
	r |= (e & RISCV64_X) ? TARRY_X : 0;
	r |= (e & RISCV64_U) ? TARRY_USER : 0;
	r |= (e & RISCV64_G) ? TARRY_GLOBAL : 0;
	r |= (e & RISCV64_A) ? TARRY_ACCESSED : 0;
	r |= (e & RISCV64_D) ? TARRY_DIRTY : 0;
	r |= (e & RISCV64_SOFT0) ? TARRY_SOFT(1) : 0;
	return r | TARRY_MEM(e >> RISCV64_PBMT_SHIFT & 3);
}

static inline uint64_t riscv64_make_table(tarry_oa oa, unsigned int level)
{
	(void)level;
	return oa >> RISCV64_PPN_SHIFT | RISCV64_V;
}

static inline uint64_t
riscv64_set_accessed_dirty(uint64_t e, unsigned int level, tarry_rights r)
{
	(void)level;
	e &= ~(RISCV64_A | RISCV64_D);
	e |= (r & TARRY_ACCESSED) ? RISCV64_A : 0;
	e |= (r & TARRY_DIRTY) ? RISCV64_D : 0;
	return e;
}

static inline uint64_t riscv64_make_leaf(tarry_oa oa, unsigned int level,
					 tarry_rights r)
{
	uint64_t e = oa >> RISCV64_PPN_SHIFT | RISCV64_V;

	e |= (r & TARRY_R) ? RISCV64_R : 0;
	e |= (r & TARRY_W) ? RISCV64_W : 0;
	e |= (r & TARRY_X) ? RISCV64_X : 0;
	e |= (r & TARRY_USER) ? RISCV64_U : 0;
	e |= (r & TARRY_GLOBAL) ? RISCV64_G : 0;
	e |= (TARRY_SOFT_OF(r) & 1) ? RISCV64_SOFT0 : 0;
	e |= (uint64_t)(TARRY_MEM_OF(r) & 3) << RISCV64_PBMT_SHIFT;
	return riscv64_set_accessed_dirty(e, level, r);
}

static inline uint64_t riscv64_next_leaf(uint64_t e, unsigned int level)
{
	return e + (1ull << (10 + 9 * level));
}

static inline uint64_t riscv64_make_mark(uint64_t payload, unsigned int level)
{
	(void)level;
	return payload << 1 | RISCV64_MARK;
}

static inline uint64_t riscv64_payload(uint64_t e, unsigned int level)
{
	(void)level;
	return (e & ~RISCV64_MARK) >> 1;
}

static inline bool riscv64_in_run(uint64_t e, unsigned int level)
{
	return level == 0 && (e & RISCV64_N);
}

static inline uint64_t riscv64_set_run(uint64_t e, unsigned int level,
				       tarry_oa oa, bool run)
{
	(void)level;
	e = (e & ~(RISCV64_N | RISCV64_PPN)) | oa >> RISCV64_PPN_SHIFT;
	if (run)
		e = (e & ~RISCV64_NAPOT) | RISCV64_NAPOT_64K | RISCV64_N;
	return e;
}

static inline bool riscv64_has_spare(uint64_t e)
{
	return e & RISCV64_SPARE;
}

static inline uint64_t riscv64_set_spare(uint64_t e, bool spare)
{
	return spare ? e | RISCV64_SPARE : e & ~RISCV64_SPARE;
}

/* Nothing at all would be a pointer; W without R and PBMT 3 are reserved. */
static inline bool riscv64_rights_sayable(tarry_rights r)
{
	return (r & (TARRY_R | TARRY_X)) && (!(r & TARRY_W) || (r & TARRY_R)) &&
	       TARRY_MEM_OF(r) < 3 && TARRY_SOFT_OF(r) < 2;
}

#define RISCV64_FACTS(depth, bits, label)                                      \
	.name = label,                                                         \
	.manual = "RISC-V Privileged Architecture 20211203, chapter 4",        \
	.levels = (depth), .va_bits = (bits), .va_signed = true,               \
	.oa_bits = 56, .page_lg2 = 12, .index_lg2 = {9, 9, 9, 9, 9},           \
	.span_lg2 = {12, 21, 30, 39, 48}, .table_lg2 = {12, 12, 12, 12, 12},   \
	.backing_lg2 = 12, .leaf_levels = (1 << (depth)) - 1, .run_lg2 = {4},  \
	.big_endian = false, .direct_change = false,                           \
	.caches_not_present = true, .sets_accessed = true, .sets_dirty = true, \
	.empty = {0}, .payload_bits = RISCV64_PAYLOAD_LG2,                     \
	.rights = TARRY_R | TARRY_W | TARRY_X | TARRY_USER | TARRY_GLOBAL |    \
		  TARRY_MEM(3) | TARRY_SOFT(1) | TARRY_ACCESSED | TARRY_DIRTY, \
	.present = riscv64_present, .frozen = riscv64_frozen,                  \
	.marked = riscv64_marked, .leaf = riscv64_leaf,                        \
	.freeze = riscv64_freeze, .thaw = riscv64_thaw,                        \
	.table_oa = riscv64_table_oa, .leaf_oa = riscv64_leaf_oa,              \
	.leaf_rights = riscv64_leaf_rights, .make_table = riscv64_make_table,  \
	.make_leaf = riscv64_make_leaf, .next_leaf = riscv64_next_leaf,        \
	.make_mark = riscv64_make_mark, .payload = riscv64_payload,            \
	.set_accessed_dirty = riscv64_set_accessed_dirty,                      \
	.in_run = riscv64_in_run, .set_run = riscv64_set_run,                  \
	.has_spare = riscv64_has_spare, .set_spare = riscv64_set_spare,        \
	.rights_sayable = riscv64_rights_sayable

static const struct tarry_format tarry_format_riscv64_sv39 = {
	RISCV64_FACTS(3, 39, "riscv64-sv39")};
static const struct tarry_format tarry_format_riscv64_sv48 = {
	RISCV64_FACTS(4, 48, "riscv64-sv48")};
static const struct tarry_format tarry_format_riscv64_sv57 = {
	RISCV64_FACTS(5, 57, "riscv64-sv57")};

#endif
