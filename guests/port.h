/* SPDX-License-Identifier: MIT */
/*
 * The guests' kernel, as src/port/bare wants to know it; comes before all else
 * (cc -include).
 *
 * GUEST_BREAK is the slug of a rule, with underscores, that a build breaks on
 * purpose: a case must fail then.
 */
#if !defined(GUESTS_PORT_H) && !defined(__ASSEMBLER__)
#define GUESTS_PORT_H

#include <stddef.h>
#include <stdint.h>

#define TARRY_BARE_CPUS 2

/* Who waits for a lock answers meanwhile. */
void guest_poll(void);
#define tarry_bare_spin() guest_poll()

/* Tables that are freed are filled with what leads astray. */
void guest_poison(void *p, size_t len);
#define tarry_port_dead(p, len) guest_poison((p), (len))

#ifdef GUEST_BREAK
#define GUEST_STRING_(x) #x
#define GUEST_STRING(x)	 GUEST_STRING_(x)
#define tarry_port_keeps(rule) \
	(__builtin_strcmp(#rule, GUEST_STRING(GUEST_BREAK)) != 0)
#endif

#endif
