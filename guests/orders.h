/* SPDX-License-Identifier: MIT */
/*
 * What is loaded with a guest, at the begin of machine_ram(), and says what it
 * is to do: written by run.py, and by tables.c with the tables that it built.
 * Numbers are in the byte order of the machine.
 */
#ifndef GUESTS_ORDERS_H
#define GUESTS_ORDERS_H

#include <stdint.h>

#define GUEST_ORDERS 0x7461727279212121ull

/* jobs; no orders: the cases */
#define GUEST_CASES  0
#define GUEST_HOLDS  1
#define GUEST_PROBES 2

/* what is broken, in builds with GUEST_BREAKS */
#define GUEST_BREAKS_INVALIDATION 1
#define GUEST_BREAKS_GRACE_PERIOD 2
#define GUEST_BREAKS_FREEZE	  3
#define GUEST_BREAKS_KICK	  4

/* For GUEST_PROBES: tables lie GUEST_TABLES behind the orders, and [0, n) of a
 * list follows these words. */
#define GUEST_TABLES (1ull << 20)
#define GUEST_ABSENT (~(uint64_t)0)

struct guest_probe {
	uint64_t va;
	uint64_t oa;	 /* GUEST_ABSENT: nothing is mapped there */
	uint64_t rights; /* of it: bits of tarry/types.h */
};

struct guest_orders {
	uint64_t magic, job, breaks;
	uint64_t root, n;
};

#endif
