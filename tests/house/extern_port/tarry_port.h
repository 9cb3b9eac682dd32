/* SPDX-License-Identifier: MIT */
/*
 * The poorest port there can be: it defines the types and the ordered access,
 * and leaves every function to the declarations of tarry/port.h.  What the core
 * asks of its host is then what an object file of it leaves undefined
 * (scripts/check-freestanding).
 */
#ifndef TARRY_PORT_EXTERN_H
#define TARRY_PORT_EXTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TARRY_PORT_SHARDS		4
#define TARRY_PORT_GRACE_COVERS_IRQ_OFF 0
#ifndef TARRY_PORT_DEBUG
#define TARRY_PORT_DEBUG 0
#endif

extern uint32_t tarry_port_held[8];

struct tarry_port_lock {
	uint32_t word;
};

struct tarry_port_defer {
	struct tarry_port_defer *next;
	void (*fn)(struct tarry_port_defer *);
};

#define TARRY_RELAXED __ATOMIC_RELAXED
#define TARRY_ACQUIRE __ATOMIC_ACQUIRE
#define TARRY_RELEASE __ATOMIC_RELEASE
#define TARRY_ACQ_REL __ATOMIC_ACQ_REL
#define TARRY_SEQ_CST __ATOMIC_SEQ_CST

#define tarry_load(p, mo)	  __atomic_load_n((p), (mo))
#define tarry_store(p, v, mo)	  __atomic_store_n((p), (v), (mo))
#define tarry_exchange(p, v, mo)  __atomic_exchange_n((p), (v), (mo))
#define tarry_fetch_add(p, v, mo) __atomic_fetch_add((p), (v), (mo))
#define tarry_cas(p, expected, v, mo)                                  \
	__atomic_compare_exchange_n((p), (expected), (v), false, (mo), \
				    __ATOMIC_RELAXED)
#define tarry_fence(mo)	  __atomic_thread_fence(mo)
#define tarry_plain(p)	  (*(p))
#define tarry_prefetch(p) ((void)(p))

#endif
