/* SPDX-License-Identifier: MIT */
/*
 * Listeners: whoever caches translations of a space is told of every path
 * that removes or weakens one.
 */
#ifndef TARRY_LISTENER_H
#define TARRY_LISTENER_H

#include "tarry/error.h"
#include "tarry/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tarry_space;

/* What changed.  len 0: everything, whatever the level. */
struct tarry_span {
	tarry_va va;
	uint64_t len;
	unsigned int levels; /* bit n: entries of level n changed */
	bool tables;	     /* tables were detached: walk caches too */
};

struct tarry_listener {
	/* Told of @n spans; may return before its caches have forgotten them.
	 * Inside a read section, perhaps with table locks held: must not call
	 * back into operations on the space. */
	void (*send)(struct tarry_listener *l, const struct tarry_span *spans,
		     unsigned int n);
	/* The caches have forgotten all that was sent; NULL if send() is
	 * enough.  False: no answer in time.  The operation then reports
	 * TARRY_ELISTENER, and what it detached is kept until tarry_settle(),
	 * which asks again.  It may be asked several times of one send. */
	bool (*wait)(struct tarry_listener *l);
	/* Caches only tables, not leaves: told only if tables are freed. */
	bool lazy;

	struct tarry_listener *next; /* tarry's */
};

/**
 * tarry_listen() - @l is told from now on
 * @s: space
 * @l: caller's memory, functions filled in; must stay until tarry_unlisten()
 *
 * Operations that began before have ended on return, so nothing that @l caches
 * from now on can be missed.
 *
 * Context: read section forbidden; sleeps for a grace period.
 * Locks:   takes the space's listener lock.
 * Ref:     the space keeps @l until tarry_unlisten().
 * Rules:   listeners-always.
 * Return:  0; TARRY_EINVAL (no send).
 */
int tarry_listen(struct tarry_space *s, struct tarry_listener *l);

/**
 * tarry_unlisten() - @l is not told any more, and no call to it is under way
 * @s: space
 * @l: listener of @s
 *
 * Context: read section forbidden; sleeps for a grace period.
 * Locks:   takes the space's listener lock.
 * Ref:     @l is the caller's again.
 * Rules:   listeners-always.
 * Return:  0; TARRY_ENOENT (@l does not listen to @s).
 */
int tarry_unlisten(struct tarry_space *s, struct tarry_listener *l);

#ifdef __cplusplus
}
#endif
#endif
