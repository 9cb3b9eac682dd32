/* SPDX-License-Identifier: MIT */
/*
 * What a format states.  A format is facts: geometry, and pure functions from
 * value to value.  It knows no memory, no locks and no port, so every format
 * compiles and is tested on every host.
 *
 * Entry values handed to these functions are in the byte order of the host;
 * the library swaps at the memory access where big_endian differs from it.
 *
 * The life of an entry, seen by software:
 *
 *   empty   --map-->      leaf          leaf  --unmap-->   empty or mark
 *   empty   --map-->      table         table --detach-->  empty
 *   leaf    --split-->    frozen leaf   --> table
 *   table   --collapse--> frozen table  --> leaf
 *
 * Hardware never walks a frozen entry; software reads through it, because
 * freeze() keeps all that the entry said and thaw() gives it back.
 */
#ifndef TARRY_FORMAT_H
#define TARRY_FORMAT_H

#include "tarry/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tarry_format {
	const char *name;
	const char *manual; /* the book that the bits were read from */

	/* Geometry.  Arrays are indexed by level. */
	unsigned int levels;   /* tables on a full walk */
	unsigned int va_bits;  /* address bits that are translated */
	bool va_signed;	       /* higher bits must copy bit va_bits - 1 */
	unsigned int oa_bits;  /* output address bits */
	unsigned int page_lg2; /* smallest leaf, lg2 of bytes */
	uint8_t index_lg2[TARRY_MAX_LEVELS]; /* slots of a table */
	uint8_t span_lg2[TARRY_MAX_LEVELS];  /* bytes of va under one slot */
	uint8_t table_lg2[TARRY_MAX_LEVELS]; /* bytes of a table */
	uint8_t backing_lg2; /* bytes of the pages that tables are cut from */
	uint8_t leaf_levels; /* bit n: level n allows leaves */
	/* Runs: lg2 of how many consecutive, aligned leaves of a level hardware
	 * may cache as one, if they say so; 0: it knows none there. */
	uint8_t run_lg2[TARRY_MAX_LEVELS];

	/* Behaviour, as data. */
	bool big_endian;	 /* of entries in memory */
	bool direct_change;	 /* size may change without a break */
	bool caches_not_present; /* walkers may remember an empty entry */
	bool sets_accessed;	 /* hardware writes it */
	bool sets_dirty;	 /* hardware writes it */

	uint64_t empty[TARRY_MAX_LEVELS]; /* value of an empty slot */
	unsigned int payload_bits;	  /* what a mark can carry */
	tarry_rights rights;		  /* all that a leaf can say */

	/* Questions to a value.  present() is the hardware's view. */
	bool (*present)(uint64_t entry, unsigned int level);
	bool (*frozen)(uint64_t entry, unsigned int level);
	bool (*marked)(uint64_t entry, unsigned int level);
	/* Of a present or thawed value: leaf, or table? */
	bool (*leaf)(uint64_t entry, unsigned int level);

	/* Of a present value to a frozen one, and back. */
	uint64_t (*freeze)(uint64_t entry, unsigned int level);
	uint64_t (*thaw)(uint64_t entry, unsigned int level);

	/* Of a present or thawed value. */
	tarry_oa (*table_oa)(uint64_t entry);
	tarry_oa (*leaf_oa)(uint64_t entry, unsigned int level);
	/* TARRY_ACCESSED and TARRY_DIRTY included. */
	tarry_rights (*leaf_rights)(uint64_t entry, unsigned int level);

	/* New values.  The caller has checked alignment, range and rights. */
	uint64_t (*make_table)(tarry_oa oa, unsigned int level);
	uint64_t (*make_leaf)(tarry_oa oa, unsigned int level,
			      tarry_rights rights);
	/* The leaf of the same kind that maps what follows. */
	uint64_t (*next_leaf)(uint64_t entry, unsigned int level);
	uint64_t (*make_mark)(uint64_t payload, unsigned int level);
	uint64_t (*payload)(uint64_t entry, unsigned int level);

	/* The leaf with accessed and dirty as in the given rights, all else
	 * kept. */
	uint64_t (*set_accessed_dirty)(uint64_t entry, unsigned int level,
				       tarry_rights rights);

	/* Of a leaf, where run_lg2 is not 0; else NULL.  Does it say that it is
	 * one of a run?  leaf_oa() of such a leaf may lack the bits that count
	 * inside the run: they are those of the va. */
	bool (*in_run)(uint64_t entry, unsigned int level);
	/* The leaf said as one of a run, or alone; @oa is what it maps. */
	uint64_t (*set_run)(uint64_t entry, unsigned int level, tarry_oa oa,
			    bool run);

	/* A leaf that owns a spare table (see tarry_collapse()). */
	bool (*has_spare)(uint64_t entry);
	uint64_t (*set_spare)(uint64_t entry, bool spare);

	/* May a leaf of these rights be written where it stands? */
	bool (*rights_sayable)(tarry_rights rights);
};

/**
 * tarry_format_by_name() - the format of this name
 * @name: as in struct tarry_format, "x86_64-4" for instance
 *
 * Context: any; sleeps: never; interrupts: yes.
 * Locks:   none.
 * Ref:     none; formats are constants.
 * Rules:   none.
 * Return:  the format, or NULL where there is none of this name.
 */
const struct tarry_format *tarry_format_by_name(const char *name);

/**
 * tarry_format_at() - the i-th format of this build
 * @i: 0 and up
 *
 * Context: any; sleeps: never; interrupts: yes.
 * Locks:   none.
 * Ref:     none; formats are constants.
 * Rules:   none.
 * Return:  the format, or NULL past the last one.
 */
const struct tarry_format *tarry_format_at(unsigned int i);

/**
 * tarry_format_va_ok() - is [va, va + len) made of addresses of the format?
 * @f:   format
 * @va:  bytes
 * @len: bytes, not 0; the range may end at the top of the address space
 *
 * A range may not wrap, nor cross the hole of a format with signed addresses.
 *
 * Context: any; sleeps: never; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   none.
 * Return:  true or false.
 */
bool tarry_format_va_ok(const struct tarry_format *f, tarry_va va,
			uint64_t len);

#ifdef __cplusplus
}
#endif
#endif
