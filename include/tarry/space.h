/* SPDX-License-Identifier: MIT */
/*
 * Spaces: their life, and what can be asked of them at rest.
 */
#ifndef TARRY_SPACE_H
#define TARRY_SPACE_H

#include "tarry/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tarry_space;
struct tarry_piece;
struct tarry_how;

/* The calls that are compiled per format. */
struct tarry_calls {
	int (*translate)(struct tarry_space *s, tarry_va va,
			 struct tarry_hit *hit);
	void (*translate_batch)(struct tarry_space *s, const tarry_va *va,
				struct tarry_hit *hits, int *errs, size_t n);
	int64_t (*translate_range)(struct tarry_space *s, tarry_va va,
				   uint64_t len, struct tarry_piece *pieces,
				   size_t n);
	int (*map)(struct tarry_space *s, tarry_va va, tarry_oa oa,
		   uint64_t len, tarry_rights rights,
		   const struct tarry_how *how);
	int (*unmap)(struct tarry_space *s, tarry_va va, uint64_t len,
		     const struct tarry_how *how);
};

/*
 * The face of a space: what tarry/inline.h needs of it.  The root is the output
 * address of the root table, with the number of levels in its low bits: one
 * word, loaded once (rule: root-in-one-word).
 */
struct tarry_space {
	const struct tarry_calls *calls;
	uint64_t root;
	uintptr_t window; /* address of a table = window + its oa */
};

enum tarry_space_flags {
	/* Hardware walks these tables: live entries are changed by exchange,
	 * and the port invalidates. */
	TARRY_SPACE_HARDWARE = 1 << 0,
	/* unmap hands the pages it took away to the pool's release(). */
	TARRY_SPACE_RELEASE = 1 << 1,
	/* Tables that unmap emptied stay attached. */
	TARRY_SPACE_KEEP_TABLES = 1 << 2,
	/* Leaves that could be a run say so (docs/formats.md): whatever walks
	 * these tables knows the format's runs.  On RISC-V that is Svnapot, and
	 * a fault where it is missing; on arm64 all do.  Allowed, and without
	 * effect, where the format has none. */
	TARRY_SPACE_RUNS = 1 << 3,
	/* Some walker reads memory past the CPU's caches: what is written is
	 * cleaned from them, line by line, before that walker is told and
	 * before the operation returns.  It must not set accessed or dirty: it
	 * would write under lines that the CPU holds. */
	TARRY_SPACE_NO_SNOOP = 1 << 5,
};

struct tarry_space_stats {
	uint64_t tables[TARRY_MAX_LEVELS]; /* attached, by level */
	uint64_t live[TARRY_MAX_LEVELS];   /* slots in use, by level */
	uint64_t runs[TARRY_MAX_LEVELS];   /* of leaves, by level */
	uint64_t spares;		   /* deposited */
	uint64_t kept;			   /* tables, until tarry_settle() */
	uint64_t kept_bytes; /* of data pages, until tarry_settle() */
};

/**
 * tarry_space_create() - an empty space
 * @pool:   where its tables come from
 * @format: format of its tables
 * @flags:  TARRY_SPACE_HARDWARE, TARRY_SPACE_RELEASE,
 *          TARRY_SPACE_KEEP_TABLES, TARRY_SPACE_RUNS, TARRY_SPACE_NO_SNOOP, or
 *          0
 * @s:      out, untouched on error
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes and drops a shard's and the pool's.
 * Ref:     the caller owns the space; the pool must outlive it.
 * Rules:   publish-after-fill, visible-before-invalidate.
 * Return:  0; TARRY_EFORMAT (tables of the format do not fit the pool),
 *          TARRY_EINVAL (unknown flag, or TARRY_SPACE_NO_SNOOP on a port that
 *          cannot clean), TARRY_ENOMEM.
 */
int tarry_space_create(struct tarry_pool *pool,
		       const struct tarry_format *format, unsigned int flags,
		       struct tarry_space **s);

/**
 * tarry_space_destroy() - all of its tables wait to be freed
 * @s: space; no operation on it is under way or comes later
 *
 * Readers that are still inside a section may go on: what they see stays until
 * their section ends.  Listeners are told once, and forgotten; if all answer,
 * what was kept for want of an answer (tarry_settle()) goes along.
 *
 * Context: read section forbidden; sleeps only to help when too much waits.
 * Locks:   takes and drops table locks and a shard's.
 * Ref:     ends the caller's.
 * Rules:   unlink-invalidate-wait-free, retire-needs-no-owner, spares-follow.
 * Return:  0; with nothing changed TARRY_EBUSY (a gather is open),
 *          TARRY_ELISTENER (a cache did not answer: try again, or take it off
 *          by tarry_unlisten()).
 */
int tarry_space_destroy(struct tarry_space *s);

/**
 * tarry_space_root() - output address of the root table, for CR3 and its kin
 * @s: space
 *
 * Context: any; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     the root lives until the space is destroyed.
 * Rules:   root-in-one-word.
 * Return:  output address, bytes.
 */
tarry_oa tarry_space_root(const struct tarry_space *s);

/**
 * tarry_space_format() - the format of a space
 * @s: space
 *
 * Context: any; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none; formats are constants.
 * Rules:   none.
 * Return:  the format.
 */
const struct tarry_format *tarry_space_format(const struct tarry_space *s);

/**
 * tarry_space_stats() - counts its tables by walking them
 * @s:     space
 * @stats: out
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes and drops table locks.
 * Ref:     caller has one on @s.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_space_stats(struct tarry_space *s, struct tarry_space_stats *stats);

/**
 * tarry_space_check() - looks for damage: counts, states, order, spares
 * @s:    space; no operation may be under way
 * @what: out, a sentence on the first damage, or NULL
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes and drops table locks.
 * Ref:     caller has one on @s.
 * Rules:   one-link-one-state, spares-follow, nothing-left.
 * Return:  0; TARRY_EINVAL (damage found).
 */
int tarry_space_check(struct tarry_space *s, const char **what);

#ifdef __cplusplus
}
#endif
#endif
