/* SPDX-License-Identifier: MIT */
/*
 * The words of tarry.
 *
 * space     one tree of page tables: a root, a format, a pool, its listeners
 * va, oa    virtual (input) address; output address
 * len       always bytes; a range is [va, va + len) and may end at the very
 *           top of the address space
 * level     0 is the level whose entries map the smallest page; the root has
 *           the highest
 * table     an array of slots; the value in a slot is an entry
 * leaf      an entry that maps memory, at any level that the format allows
 * empty     maps nothing, says nothing; not always the value 0
 * mark      not present to hardware, carries a payload of the owner
 * frozen    a table or leaf entry made not present to hardware for the length
 *           of one change; software reads through it
 */
#ifndef TARRY_TYPES_H
#define TARRY_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t tarry_va; /* bytes; canonical where the format asks it */
typedef uint64_t tarry_oa; /* bytes */

/* More levels than any format has; sizes the path of a walk. */
#define TARRY_MAX_LEVELS 6
/* lg2 of bytes of a table: as large as any format's. */
#define TARRY_MAX_TABLE_LG2 16

/*
 * Rights of a leaf: what may be done, then attributes that travel with it.
 * A right that a format cannot say is an error (TARRY_ERIGHTS), never dropped.
 */
typedef uint32_t tarry_rights;

#define TARRY_R	     (1u << 0)
#define TARRY_W	     (1u << 1)
#define TARRY_X	     (1u << 2)
#define TARRY_USER   (1u << 3) /* reachable from the unprivileged mode */
#define TARRY_GLOBAL (1u << 4) /* kept by translation caches across spaces */

/* Index into the machine's table of memory types (PAT, MAIR); 0 is normal
 * write-back memory in every format. */
#define TARRY_MEM_SHIFT 8
#define TARRY_MEM_MASK	(7u << TARRY_MEM_SHIFT)
#define TARRY_MEM(i)	((tarry_rights)((i)&7u) << TARRY_MEM_SHIFT)
#define TARRY_MEM_OF(r) (((r)&TARRY_MEM_MASK) >> TARRY_MEM_SHIFT)

/* Protection key (x86-64: bits 62:59 of a leaf). */
#define TARRY_KEY_SHIFT 12
#define TARRY_KEY_MASK	(15u << TARRY_KEY_SHIFT)
#define TARRY_KEY(k)	((tarry_rights)((k)&15u) << TARRY_KEY_SHIFT)
#define TARRY_KEY_OF(r) (((r)&TARRY_KEY_MASK) >> TARRY_KEY_SHIFT)

/* Bits of the owner's own, kept in bits that the hardware ignores. */
#define TARRY_SOFT_SHIFT 16
#define TARRY_SOFT_MASK	 (255u << TARRY_SOFT_SHIFT)
#define TARRY_SOFT(b)	 ((tarry_rights)((b)&255u) << TARRY_SOFT_SHIFT)
#define TARRY_SOFT_OF(r) (((r)&TARRY_SOFT_MASK) >> TARRY_SOFT_SHIFT)

/* Set by hardware; reported, and accepted by map to preset them. */
#define TARRY_ACCESSED (1u << 24)
#define TARRY_DIRTY    (1u << 25)

/* What a slot holds, told from the value alone. */
enum tarry_kind {
	TARRY_EMPTY,
	TARRY_TABLE,
	TARRY_LEAF,
	TARRY_MARK,
};

/*
 * The answer of a translation: a copy, good until the read section ends.
 *
 * Of a leaf, len goes to the end of what hardware may cache for it as one: of
 * the leaf, or of the run of leaves that it says it is one of (struct
 * tarry_format, run_lg2).  One entry was read: as to hardware, which caches a
 * run from any leaf of it, the run is what that leaf said then, also while
 * somebody is about to put the others there or to take them away.
 */
struct tarry_hit {
	tarry_oa oa;	    /* exact, offset included; a mark's payload */
	uint64_t len;	    /* bytes from va for which the answer goes on */
	uint64_t entry;	    /* the entry as it was read, thawed */
	unsigned int level; /* at which the walk ended */
};

#ifdef __cplusplus
}
#endif
#endif
