/* SPDX-License-Identifier: MIT */
/*
 * What a thread is about to do: the unit that schedules are made of.
 */
#ifndef CHECK_OP_H
#define CHECK_OP_H

#include "check.h"

enum op_kind {
	OP_START, /* a thread's first; may wait for a ticket */
	OP_LOAD,
	OP_STORE,
	OP_RMW,
	OP_CAS,
	OP_FENCE,
	OP_AWAIT,
	OP_RELAX, /* wait until something read since the last write changes */
	OP_LOCK,
	OP_TRYLOCK,
	OP_UNLOCK,
	OP_SECTION_BEGIN,
	OP_SECTION_END,
	OP_WAIT_BEGIN, /* a grace period, a round of kicks */
	OP_WAIT_END,
	OP_SPAWN,
	OP_BARRIER_BEGIN,
	OP_BARRIER_END,
	OP_CHOOSE,
	OP_HEAP, /* allocation where freed addresses are used again */
	/* Seen, recorded, judged by happens-before; never a choice. */
	OP_PLAIN_READ,
	OP_PLAIN_WRITE,
	OP_BORN,
	OP_DEAD,
	OP_PAGE,
	OP_NOTE,
	OP_END,
};

struct op {
	uint8_t kind;
	uint8_t size;
	uint8_t order;
	uint8_t how; /* enum check_rmw_kind, check_cmp, check_class */
	uint32_t n;  /* ticket, thread, number of choices */
	struct check_site *site;
	const void *pc;
	uintptr_t addr;
	uint64_t value;	   /* to be written; compared with */
	uint64_t expected; /* of a CAS */
	uint64_t result;   /* what was read */
	void (*fn)(void *);
	void *arg;
	uint8_t walk; /* enum check_walk: hardware does it; 0: it does not */
};

#endif
