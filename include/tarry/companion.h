/* SPDX-License-Identifier: MIT */
/*
 * Companions: one 64-bit word of the owner's for each slot of a table of level
 * 0, beside the table.  (s390 keeps guest storage keys and locks in such words
 * and calls them PGSTE; a VMM may keep in them which guest page a shadow entry
 * came from.)  A pool has them for all of its tables, or for none
 * (struct tarry_pool_config).
 *
 * A word belongs to an address, not to what is mapped there: map, unmap,
 * protect and mark leave it as it is.  It lives as long as its table does:
 *
 *   a table is born       its words are 0; so are those of a split leaf, and
 *                         of a clone
 *   it is taken away      by unmap, reclaim, retract: its words go along, and
 *                         stay readable until the last reader has left
 *   it moves              its words move along; where leaves and marks move
 *                         one by one, so does each one's word
 *   it would become       the collapse is refused (TARRY_EBUSY) while any of
 *   one leaf              its words is not 0
 *
 * A table that is empty is reclaimed with its words; a mark, or
 * TARRY_SPACE_KEEP_TABLES, keeps it.
 */
#ifndef TARRY_COMPANION_H
#define TARRY_COMPANION_H

#include "tarry/space.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * tarry_companion() - the word beside the slot of @va
 * @s:    space; its pool has companions
 * @va:   bytes, any alignment
 * @word: out, untouched on error: its address
 *
 * For looking, and for words that the owner guards by bits of their own.  What
 * is written through it while the table is being taken away, or moved, may go
 * with it: to be sure, tarry_companion_exchange().
 *
 * Context: read section required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none taken; the word stays until the section ends.
 * Rules:   one-load, reader-never-waits.
 * Return:  0; TARRY_ENOENT (no table of level 0 stands here), TARRY_ERANGE,
 *          TARRY_EINVAL (the pool has no companions).
 */
int tarry_companion(struct tarry_space *s, tarry_va va, uint64_t **word);

/**
 * tarry_companion_exchange() - the word is @value, if it was *@old
 * @s:     space; its pool has companions
 * @va:    bytes, any alignment
 * @old:   in and out: what it must be; what it was, if it was not that
 * @value: what it shall be
 *
 * Under the lock of the table, so that it is not lost: whoever takes the table
 * away, moves it or makes a leaf of it sees it or comes before it.
 *
 * Context: read section forbidden; never sleeps.
 * Locks:   takes a table's; none held on return.
 * Ref:     caller has one on @s.
 * Rules:   decide-under-lock, detached-is-final.
 * Return:  0; or with nothing changed TARRY_EAGAIN (it was not *@old),
 *          TARRY_ENOENT (no table of level 0 stands here), TARRY_ERANGE,
 *          TARRY_EINVAL (the pool has no companions).
 */
int tarry_companion_exchange(struct tarry_space *s, tarry_va va, uint64_t *old,
			     uint64_t value);

#ifdef __cplusplus
}
#endif
#endif
