/* SPDX-License-Identifier: MIT */
/*
 * The lies of a port.  Each that only time would bring to light naps where it
 * should have held on.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tarry/types.h"
#include "lies.h"

enum lie lie_told;

static __thread unsigned int nest, windows;
static __thread bool was_reading, leaked;
static uint32_t calls; /* of what lies on some call only */

void lie_tell(enum lie lie)
{
	lie_told = lie;
	was_reading = leaked = false;
	nest = windows = 0;
	calls = 0;
}

static void nap_now_and_then(void)
{
	if (__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % 500 == 499)
		usleep(2000);
}

/* ---- ordered access ---- */

static uint64_t word_of(const void *p, size_t size)
{
	return size == 4
		       ? __atomic_load_n((const uint32_t *)p, __ATOMIC_SEQ_CST)
		       : __atomic_load_n((const uint64_t *)p, __ATOMIC_SEQ_CST);
}

static void word_set(void *p, size_t size, uint64_t v)
{
	if (size == 4)
		__atomic_store_n((uint32_t *)p, (uint32_t)v, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n((uint64_t *)p, v, __ATOMIC_SEQ_CST);
}

void lie_store(void *p, size_t size, uint64_t v)
{
	if (LIED(store_half) && size == 8)
		v = (uint32_t)v;
	word_set(p, size, v);
	if (LIED(store_wide) && size == 4)
		((uint32_t *)p)[1] = 0;
}

uint64_t lie_exchange(void *p, size_t size, uint64_t v)
{
	word_set(p, size, v);
	return v;
}

uint64_t lie_fetch_add(void *p, size_t size, uint64_t v)
{
	uint64_t was = word_of(p, size);

	if (LIED(add_torn))
		nap_now_and_then();
	word_set(p, size, was + v);
	return LIED(add_new) ? was + v : was;
}

bool lie_cas(void *p, size_t size, void *expected, uint64_t v)
{
	uint64_t is = word_of(p, size), want = word_of(expected, size);

	if (is != want) {
		if (LIED(cas_always))
			word_set(p, size, v);
		if (!LIED(cas_silent))
			word_set(expected, size, is);
		return false;
	}
	if (LIED(cas_never))
		return false;
	if (LIED(cas_torn))
		nap_now_and_then();
	word_set(p, size, v);
	return true;
}

/* ---- memory ---- */

void *lie_reserve(size_t len, size_t align)
{
	char *p = tarry_port_reserve(len + align, align);

	return p && LIED(reserve_crooked) ? p + 4096 : p;
}

void lie_unreserve(void *p, size_t len)
{
	/* What comes after it is address space only. */
	tarry_port_unreserve((char *)p - (LIED(reserve_crooked) ? 4096 : 0),
			     len);
}

bool lie_commit(void *p, size_t len, bool tables)
{
	bool done = tarry_port_commit(p, len, tables);

	if (done && LIED(commit_dirty))
		((char *)p)[len - 1] = 1;
	return done;
}

bool lie_decommit(void *p, size_t len)
{
	return LIED(decommit_dirty) || tarry_port_decommit(p, len);
}

/* ---- locks ---- */

static bool locks_at_all(void)
{
	if (LIED(lock_open))
		return false;
	return !LIED(lock_torn) ||
	       __atomic_load_n(&calls, __ATOMIC_RELAXED) < 20;
}

void lie_lock(struct tarry_port_lock *l)
{
	if (LIED(lock_torn))
		__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	if (locks_at_all())
		tarry_port_lock(l);
}

void lie_unlock(struct tarry_port_lock *l)
{
	if (!LIED(lock_open))
		tarry_port_unlock(l);
}

uint32_t *lie_held(void)
{
	static uint32_t dirty[8] = {0, 1};

	return LIED(held_dirty) ? dirty : tarry_port_held;
}

/* ---- sections and windows ---- */

void lie_read_begin(void)
{
	if (!nest++ || !LIED(section_flat))
		tarry_port_read_begin();
}

/* Calls that wait for this thread's own section, and for no other. */
static __thread struct {
	struct tarry_port_defer *d;
	void (*fn)(struct tarry_port_defer *);
} own[8];
static __thread unsigned int n_own;

void lie_read_end(void)
{
	nest--;
	was_reading = true;
	if (!LIED(section_flat) || nest == 1)
		tarry_port_read_end(); /* a lie ends it with the inner one */
	else if (LIED(section_flat) && !tarry_port_reading())
		;
	else
		tarry_port_read_end();
	while (!nest && n_own) {
		n_own--;
		own[n_own].fn(own[n_own].d);
	}
}

bool lie_reading(void)
{
	if (LIED(reading_always) || leaked)
		return true;
	if (LIED(reading_stays) && was_reading)
		return true;
	if (LIED(reading_flat) && was_reading)
		return false;
	return LIED(section_flat) ? nest > 0 : tarry_port_reading();
}

void lie_synchronize(void)
{
	if (!LIED(synchronize_at_once))
		tarry_port_synchronize();
}

unsigned long lie_irq_off(void)
{
	if (LIED(window_leaks))
		leaked = true;
	if (LIED(window_open) || LIED(kick_at_once))
		return 0;
	if (!windows++ || !LIED(window_flat))
		return tarry_port_irq_off();
	return 0;
}

void lie_irq_restore(unsigned long was)
{
	if (LIED(window_open) || LIED(kick_at_once))
		return;
	windows--;
	if (LIED(window_flat) && !windows && !tarry_port_reading())
		return; /* the inner one has ended it */
	tarry_port_irq_restore(was);
}

/* ---- deferred calls ---- */

struct wrong_call {
	struct tarry_port_defer defer;
	struct tarry_port_defer *d;
	void (*fn)(struct tarry_port_defer *);
};

static void call_wrongly(struct tarry_port_defer *defer)
{
	struct wrong_call *w = (struct wrong_call *)defer;
	static uint64_t elsewhere[64];

	if (LIED(defer_inside))
		lie_read_begin();
	w->fn(LIED(defer_astray) ? (struct tarry_port_defer *)elsewhere : w->d);
	if (LIED(defer_twice))
		w->fn(w->d);
	if (LIED(defer_inside))
		lie_read_end();
	free(w);
}

void lie_defer(struct tarry_port_defer *d,
	       void (*fn)(struct tarry_port_defer *))
{
	struct wrong_call *w;

	if (LIED(defer_never))
		return;
	if (LIED(defer_at_once) || (LIED(defer_deaf) && !nest)) {
		fn(d);
		return;
	}
	if (LIED(defer_deaf)) {
		own[n_own].d = d;
		own[n_own++].fn = fn;
		return;
	}
	if (!LIED(defer_inside) && !LIED(defer_astray) && !LIED(defer_twice)) {
		tarry_port_defer(d, fn);
		return;
	}
	w = malloc(sizeof(*w));
	if (!w)
		abort();
	w->d = d;
	w->fn = fn;
	tarry_port_defer(&w->defer, call_wrongly);
}

void lie_barrier(void)
{
	tarry_port_barrier();
}
