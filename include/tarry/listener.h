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
	 * which asks again.  It may be asked several times of one send, or of
	 * none.  It waits for caches: that no walker is inside is never
	 * derived from it, so it may be a broadcast that waits for nobody. */
	bool (*wait)(struct tarry_listener *l);
	/* Told only if tables are freed: one that rests
	 * (tarry_listener_rest()), or, set before tarry_listen(), one that
	 * never caches leaves.  What it caches of tables it has from entries as
	 * hardware sees them: a frozen one leads nowhere. */
	uint32_t lazy;

	struct tarry_listener *next; /* tarry's */
	uint64_t seen;		     /* tarry's */
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

/**
 * tarry_listener_rest() - @l is told only of what frees tables, until it wakes
 * @s: space
 * @l: listener of @s
 *
 * For a CPU that keeps its caches, but uses no translation of @s for now (it
 * runs a thread of the kernel's): it is not interrupted for leaves.  Of tables
 * it must be told, as hardware may walk where no program does.
 *
 * Context: the one that @l belongs to; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     @l listens.
 * Rules:   listeners-always.
 * Return:  nothing.
 */
void tarry_listener_rest(struct tarry_space *s, struct tarry_listener *l);

/**
 * tarry_listener_wake() - @l is told of everything again
 * @s: space
 * @l: listener of @s
 *
 * If it was not told of something meanwhile, it has to forget everything that
 * it caches of @s before it uses any of it.
 *
 * Context: the one that @l belongs to; never sleeps; interrupts: yes.
 * Locks:   none.
 * Ref:     @l listens.
 * Rules:   listeners-always.
 * Return:  true if it must forget everything; false if it missed nothing.
 */
bool tarry_listener_wake(struct tarry_space *s, struct tarry_listener *l);

#ifdef __cplusplus
}
#endif
#endif
