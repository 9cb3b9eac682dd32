/* SPDX-License-Identifier: MIT */
/*
 * Readers: they take no lock, never wait and write nothing shared.
 *
 * Everything here but tarry_fault() and tarry_pin() may be called inside a
 * read section only.  What a section found, table or data page, stays valid
 * until it ends.
 */
#ifndef TARRY_READ_H
#define TARRY_READ_H

#include "tarry/port.h"
#include "tarry/space.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One piece of a range: consecutive, of one kind and of equal rights. */
struct tarry_piece {
	tarry_va va;
	uint64_t len;
	tarry_oa oa;	      /* of a leaf; payload of a mark */
	tarry_rights rights;  /* of a leaf */
	enum tarry_kind kind; /* TARRY_LEAF, TARRY_MARK or TARRY_EMPTY */
};

/**
 * tarry_read_begin() - open a read section; sections nest
 *
 * Context: a thread known to the port (tarry_thread_begin()); never waits.
 * Locks:   any may be held.
 * Ref:     none.
 * Rules:   reader-never-waits.
 * Return:  nothing.
 */
static inline void tarry_read_begin(void)
{
	tarry_port_read_begin();
}

/**
 * tarry_read_end() - close a read section
 *
 * Context: the thread that opened it; never waits.
 * Locks:   any may be held.
 * Ref:     ends the life of all that the section found.
 * Rules:   none.
 * Return:  nothing.
 */
static inline void tarry_read_end(void)
{
	tarry_port_read_end();
}

/**
 * tarry_translate() - what @va translated to at one instant of this call
 * @s:   space
 * @va:  bytes, any alignment
 * @hit: out.  On 0: exact oa, bytes from @va to the end of the leaf or of its
 *       run (struct tarry_hit), the entry, its level.  On TARRY_ENOENT: len
 *       and level of the hole.  On TARRY_EMARK: oa is the payload.  Untouched
 *       on TARRY_ERANGE.
 *
 * A frozen entry answers as what it was.
 *
 * Context: read section required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none taken, not even on what @hit names.
 * Rules:   one-load, reader-never-waits, never-through-empty, root-in-one-word.
 * Return:  0; TARRY_ENOENT, TARRY_EMARK, TARRY_ERANGE (not an address of the
 *          format).
 */
static inline int tarry_translate(struct tarry_space *s, tarry_va va,
				  struct tarry_hit *hit)
{
	return s->calls->translate(s, va, hit);
}

/**
 * tarry_hit_rights() - the rights in an answer
 * @s:   space that gave it
 * @hit: answer of a translation that returned 0
 *
 * Context: any; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   one-load.
 * Return:  rights, TARRY_ACCESSED and TARRY_DIRTY as they were then in this
 *          entry; in a run hardware may set them on any one leaf for all
 *          (tarry_harvest() looks at all).
 */
tarry_rights tarry_hit_rights(const struct tarry_space *s,
			      const struct tarry_hit *hit);

/**
 * tarry_translate_batch() - many translations whose misses overlap
 * @s:    space
 * @va:   @n addresses
 * @hits: out, @n answers, as tarry_translate() fills them
 * @errs: out, @n results, as tarry_translate() returns them
 * @n:    any; 32 to 64 at a time overlap best
 *
 * Each translation is linearizable by itself; the batch is not one instant.
 *
 * Context: read section required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   one-load, reader-never-waits.
 * Return:  nothing; see @errs.
 */
static inline void tarry_translate_batch(struct tarry_space *s,
					 const tarry_va *va,
					 struct tarry_hit *hits, int *errs,
					 size_t n)
{
	s->calls->translate_batch(s, va, hits, errs, n);
}

/**
 * tarry_translate_range() - a range as pieces, an iovec for drivers
 * @s:      space
 * @va:     bytes, any alignment
 * @len:    bytes, not 0
 * @pieces: out, up to @n, in rising va, without gaps: holes are pieces too
 * @n:      room in @pieces, not 0
 *
 * Neighbours that continue each other are one piece.  If the pieces do not
 * reach the end of the range, call again from the end of the last one.
 *
 * Context: read section required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   one-load, reader-never-waits.
 * Return:  number of pieces, 1 or more; or, with nothing written,
 *          TARRY_ELENGTH, TARRY_ERANGE, TARRY_EINVAL (@n is 0).
 */
static inline int64_t tarry_translate_range(struct tarry_space *s, tarry_va va,
					    uint64_t len,
					    struct tarry_piece *pieces,
					    size_t n)
{
	return s->calls->translate_range(s, va, len, pieces, n);
}

/**
 * tarry_iterate() - call @fn for each leaf and mark of a range, in rising va
 * @s:   space
 * @va:  bytes, any alignment
 * @len: bytes, not 0
 * @fn:  called inside the section with one entry, cut to the range; a value
 *       other than 0 ends the iteration
 * @ctx: for @fn
 *
 * Each entry is seen as it was at some instant of the call.
 *
 * Context: read section required; sleeps: as @fn does.
 * Locks:   none.
 * Ref:     none.
 * Rules:   one-load, restart-revisits.
 * Return:  0, or what @fn returned; TARRY_ELENGTH, TARRY_ERANGE.
 */
int tarry_iterate(struct tarry_space *s, tarry_va va, uint64_t len,
		  int (*fn)(void *ctx, const struct tarry_piece *piece),
		  void *ctx);

/**
 * tarry_pin() - translate, and take the owner's reference on the page
 * @s:      space; its pool's owner has get() and put()
 * @va:     bytes, any alignment
 * @access: TARRY_R, TARRY_W, TARRY_X, TARRY_USER: what the pin is for
 * @hit:    out, as tarry_translate()
 *
 * After the reference is taken the entries that led here are looked at again:
 * a page that is just being collapsed, moved or unmapped away is not pinned.
 *
 * Context: read section allowed, not required; never sleeps.
 * Locks:   none.
 * Ref:     on 0 one reference of [oa & ~(page - 1), page), page being the
 *          format's smallest; the caller gives it back with tarry_unpin().
 * Rules:   one-load, reader-never-waits, every-walker-class.
 * Return:  0; TARRY_ENOENT, TARRY_EMARK, TARRY_ERANGE, TARRY_EACCES,
 *          TARRY_EBUSY (get() refused), TARRY_EAGAIN (a change was under way),
 *          TARRY_EINVAL (the owner has no get() or put()).
 */
int tarry_pin(struct tarry_space *s, tarry_va va, tarry_rights access,
	      struct tarry_hit *hit);

/**
 * tarry_unpin() - give back what tarry_pin() took
 * @s:   space
 * @hit: answer of the pin
 *
 * Context: any; never sleeps.
 * Locks:   none.
 * Ref:     ends one.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_unpin(struct tarry_space *s, const struct tarry_hit *hit);

/**
 * tarry_fault() - what a fault handler should do about this access
 * @s:      space
 * @va:     address that faulted, any alignment
 * @access: TARRY_R, TARRY_W, TARRY_X, TARRY_USER: what was tried
 *
 * Context: read section allowed, not required; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   one-load, freeze-then-change.
 * Return:  0: mapped and allowed, the fault was spurious; TARRY_EAGAIN: an
 *          entry is frozen, try the access again; TARRY_ENOENT: not mapped;
 *          TARRY_EMARK: not mapped, a mark stands here; TARRY_EACCES: mapped,
 *          not allowed; TARRY_ERANGE: not an address of the format.
 */
int tarry_fault(struct tarry_space *s, tarry_va va, tarry_rights access);

#ifdef __cplusplus
}
#endif
#endif
