/* SPDX-License-Identifier: MIT */
/*
 * A port that lies: the posix port with one promise broken at a time, to see
 * that tarry_port_check() names each.
 */
#ifndef TARRY_PORT_LIES_H
#define TARRY_PORT_LIES_H

#include "lies.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- ordered access ---- */

#undef tarry_store
#define tarry_store(p, v, mo)                                \
	(LIED(store_half) || LIED(store_wide)                \
		 ? lie_store((void *)(p), sizeof(*(p)), (v)) \
		 : __atomic_store_n((p), (v), (mo)))
#undef tarry_exchange
#define tarry_exchange(p, v, mo)                                          \
	(LIED(exchange_new)                                               \
		 ? (__typeof__(*(p)))lie_exchange((p), sizeof(*(p)), (v)) \
		 : __atomic_exchange_n((p), (v), (mo)))
#undef tarry_fetch_add
#define tarry_fetch_add(p, v, mo)                                          \
	(LIED(add_new) || LIED(add_torn)                                   \
		 ? (__typeof__(*(p)))lie_fetch_add((p), sizeof(*(p)), (v)) \
		 : __atomic_fetch_add((p), (v), (mo)))
#undef tarry_cas
#define tarry_cas(p, expected, v, mo)                                       \
	(LIED(cas_always) || LIED(cas_silent) || LIED(cas_never) ||         \
			 LIED(cas_torn)                                     \
		 ? lie_cas((p), sizeof(*(p)), (expected), (v))              \
		 : __atomic_compare_exchange_n((p), (expected), (v), false, \
					       (mo), __ATOMIC_RELAXED))

/* ---- functions ---- */

#undef tarry_port_shard
#define tarry_port_shard() (LIED(shard_out) ? TARRY_PORT_SHARDS : 0u)
#undef tarry_port_admit
#define tarry_port_admit(bytes) ((void)(bytes), !LIED(admit_never))
#undef TARRY_PORT_GRACE_COVERS_IRQ_OFF
#define TARRY_PORT_GRACE_COVERS_IRQ_OFF (!LIED(kick_at_once))

#undef tarry_port_reserve
#undef tarry_port_unreserve
#undef tarry_port_commit
#undef tarry_port_decommit
#undef tarry_port_lock
#undef tarry_port_unlock
#undef tarry_port_read_begin
#undef tarry_port_read_end
#undef tarry_port_reading
#undef tarry_port_synchronize
#undef tarry_port_defer
#undef tarry_port_barrier
#undef tarry_port_irq_off
#undef tarry_port_irq_restore
#define tarry_port_reserve	lie_reserve
#define tarry_port_unreserve	lie_unreserve
#define tarry_port_commit	lie_commit
#define tarry_port_decommit	lie_decommit
#define tarry_port_lock(l)	lie_lock(l)
#define tarry_port_unlock	lie_unlock
#define tarry_port_read_begin	lie_read_begin
#define tarry_port_read_end	lie_read_end
#define tarry_port_reading	lie_reading
#define tarry_port_synchronize	lie_synchronize
#define tarry_port_defer(d, fn) lie_defer(d, fn)
#define tarry_port_barrier	lie_barrier
#define tarry_port_irq_off	lie_irq_off
#define tarry_port_irq_restore	lie_irq_restore
#define tarry_port_held		(lie_held())

#ifdef __cplusplus
}
#endif
#endif
