/* SPDX-License-Identifier: MIT */
/*
 * Taking locks, with their ranks asserted in debug builds.
 */
#ifndef TARRY_LOCK_H
#define TARRY_LOCK_H

#include "shared.h"

/* rule: lock-top-down; the order among tables is the walk's (range.c). */
tarry_inline void lock_take(struct tarry_port_lock *l, enum tarry_rank rank)
{
#if TARRY_PORT_DEBUG
	for (unsigned int r = rank + (rank == TARRY_RANK_TABLE);
	     r < TARRY_RANKS; r++)
		tarry_assert(tarry_port_held[r] == 0);
	tarry_port_held[rank]++;
#else
	(void)rank;
#endif
	tarry_port_lock(l);
}

tarry_inline void lock_drop(struct tarry_port_lock *l, enum tarry_rank rank)
{
#if TARRY_PORT_DEBUG
	tarry_assert(tarry_port_held[rank] > 0);
	tarry_port_held[rank]--;
#else
	(void)rank;
#endif
	tarry_port_unlock(l);
}

/* Before anything that waits for readers: a reader may want a lock. */
tarry_inline void lock_none_held(void)
{
#if TARRY_PORT_DEBUG
	for (unsigned int r = 0; r < TARRY_RANKS; r++)
		tarry_assert(tarry_port_held[r] == 0);
	tarry_assert(!tarry_port_reading());
#endif
}

#endif
