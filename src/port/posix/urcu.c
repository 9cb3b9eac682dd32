/* SPDX-License-Identifier: MIT */
/*
 * The port to a process: readers and grace periods of liburcu.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>

#if defined(TARRY_FLAVOUR_QSBR)
#include <urcu/urcu-qsbr.h>
#elif defined(TARRY_FLAVOUR_BP)
#include <urcu/urcu-bp.h>
#else
#include <urcu/urcu-memb.h>
#endif

#include "tarry/types.h"
#include "tarry/port.h"
#include "tarry/thread.h"

#ifdef TARRY_TSAN
void __tsan_acquire(void *p);
void __tsan_release(void *p);
static char tsan_grace;

void tarry_tsan_read_end(void)
{
	__tsan_release(&tsan_grace);
}
#else
#define __tsan_acquire(p) ((void)(p))
#define __tsan_release(p) ((void)(p))
static char tsan_grace;
#endif

/* ---- readers and grace periods ---- */

bool tarry_port_reading(void)
{
#ifdef TARRY_FLAVOUR_QSBR
	/* Every online moment is a section: nothing to tell apart. */
	return false;
#else
	return TARRY_URCU(read_ongoing)();
#endif
}

void tarry_port_synchronize(void)
{
	__tsan_release(&tsan_grace);
	TARRY_URCU(synchronize_rcu)();
	__tsan_acquire(&tsan_grace);
}

static void defer_call(struct rcu_head *head)
{
	struct tarry_port_defer *d = (struct tarry_port_defer *)head;

	__tsan_acquire(&tsan_grace);
	__tsan_acquire(d);
	d->fn(d);
}

void tarry_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *))
{
	_Static_assert(sizeof(struct rcu_head) == sizeof(d->head),
		       "struct rcu_head fits struct tarry_port_defer");
	d->fn = fn;
	__tsan_release(d);
	TARRY_URCU(call_rcu)((struct rcu_head *)d->head, defer_call);
}

void tarry_port_barrier(void)
{
	TARRY_URCU(barrier)();
}

/* ---- threads ---- */

void tarry_thread_begin(void)
{
	TARRY_URCU(register_thread)();
	/* The thread that deferred calls run on is made now: retiring must not
	 * need memory.  rule: retire-needs-no-memory */
	(void)TARRY_URCU(get_default_call_rcu_data)();
}

void tarry_thread_end(void)
{
	TARRY_URCU(unregister_thread)();
}

void tarry_thread_quiesce(void)
{
#ifdef TARRY_FLAVOUR_QSBR
	__tsan_release(&tsan_grace);
	urcu_qsbr_quiescent_state();
#endif
}

void tarry_thread_offline(void)
{
#ifdef TARRY_FLAVOUR_QSBR
	__tsan_release(&tsan_grace);
	urcu_qsbr_thread_offline();
#endif
}

void tarry_thread_online(void)
{
#ifdef TARRY_FLAVOUR_QSBR
	urcu_qsbr_thread_online();
#endif
}
