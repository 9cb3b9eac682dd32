/* SPDX-License-Identifier: MIT */
/*
 * A port looked at by itself: does it keep what tarry/port.h promises?
 *
 * Not part of the core: who writes a port compiles src/port/promises.c with it,
 * and runs this once when the kernel has come up, on one CPU or on two.
 */
#ifndef TARRY_PORT_CHECK_H
#define TARRY_PORT_CHECK_H

#include "tarry/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The second CPU or thread. */
struct tarry_port_other {
	/* Calls @fn(@arg) over there, known to the port; does not wait. */
	void (*start)(void *ctx, void (*fn)(void *), void *arg);
	/* Waits until that call has returned. */
	void (*join)(void *ctx);
	void *ctx;
	/* Turns of an empty loop that somebody who should wait is given to be
	 * caught not waiting; 0: a million or so. */
	uint64_t patience;
};

/**
 * tarry_port_check() - says which promise of the port does not hold
 * @other: a second CPU or thread, or NULL: then what needs two is not tried
 *
 * What can be seen from outside is tried: a promise that is kept by luck may
 * pass, but no good port fails.  A wait that should end and does not is not
 * told apart from a slow one: this does not return then.
 *
 * Context: outside read sections, interrupts on; sleeps.
 * Locks:   none held; takes and drops some of its own.
 * Ref:     @other is used until the return, and not after.
 * Rules:   every-walker-class, one-link-one-state.
 * Return:  NULL, or the broken promise as a sentence: a constant.
 */
const char *tarry_port_check(const struct tarry_port_other *other);

#ifdef __cplusplus
}
#endif
#endif
