/* SPDX-License-Identifier: MIT */
/*
 * The guests' kernel, as src/port/bare wants to know it; comes before all else
 * (cc -include).
 *
 * A build with GUEST_BREAKS can break a rule on purpose, by its slug with
 * underscores: which, the orders say (orders.h).  A case must fail then.
 */
#if !defined(GUESTS_PORT_H) && !defined(__ASSEMBLER__)
#define GUESTS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TARRY_BARE_CPUS 2

/* Who waits for a lock answers meanwhile. */
void guest_poll(void);
#define tarry_bare_spin() guest_poll()

/* Tables that are freed are filled with what leads astray. */
void guest_poison(void *p, size_t len);
#define tarry_port_dead(p, len) guest_poison((p), (len))

#ifdef GUEST_BREAKS
bool guest_keeps(const char *rule);
#define tarry_port_keeps(rule) guest_keeps(#rule)
#endif

#endif
