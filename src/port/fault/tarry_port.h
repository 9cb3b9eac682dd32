/* SPDX-License-Identifier: MIT */
/*
 * The port for tests: the posix port, in which the n-th allocation can be made
 * to fail and everything is counted.
 */
#ifndef TARRY_PORT_FAULT_H
#define TARRY_PORT_FAULT_H

#define TARRY_PORT_DEBUG 1
#include "../posix/tarry_port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fault_counts {
	uint64_t admits, commits, decommits, reserves;
	uint64_t locks, lock_waits;
	uint64_t read_sections, defers, synchronizes, barriers, kicks;
	uint64_t invalidates, cleans;
	uint64_t loads, stores, exchanges, cas, fetch_adds;
};

/* Counters to zero; nothing fails any more. */
void fault_reset(void);
/* The n-th allocation from now fails (1: the next one); 0: none. */
void fault_fail_at(uint64_t n);
/* That one and all after it fail. */
void fault_fail_from(uint64_t n);
/* What was counted since fault_reset(), by all threads. */
void fault_counts(struct fault_counts *out);
/* Called for spaces that hardware walks, with the range; its answer is the
 * hardware's. */
void fault_invalidate_hook(bool (*fn)(void *ctx, uint64_t root, uint64_t va,
				      uint64_t len, bool tables),
			   void *ctx);

/* Called where a line is cleaned for a walker that does not snoop. */
void fault_clean_hook(void (*fn)(void *ctx, const void *p, size_t len),
		      void *ctx);

/* ---- what follows stands between the core and the posix port ---- */

extern struct fault_counts fault_now;
bool fault_allow(uint64_t *counter);
bool fault_invalidate(uint64_t root, uint64_t va, uint64_t len, bool tables);

#define FAULT_COUNT(what) \
	((void)__atomic_fetch_add(&fault_now.what, 1, __ATOMIC_RELAXED))

#undef tarry_load
#undef tarry_store
#undef tarry_exchange
#undef tarry_fetch_add
#undef tarry_cas
#define tarry_load(p, mo) (FAULT_COUNT(loads), __atomic_load_n((p), (mo)))
#define tarry_store(p, v, mo) \
	(FAULT_COUNT(stores), __atomic_store_n((p), (v), (mo)))
#define tarry_exchange(p, v, mo) \
	(FAULT_COUNT(exchanges), __atomic_exchange_n((p), (v), (mo)))
#define tarry_fetch_add(p, v, mo) \
	(FAULT_COUNT(fetch_adds), __atomic_fetch_add((p), (v), (mo)))
#define tarry_cas(p, expected, v, mo)                                   \
	(FAULT_COUNT(cas),                                              \
	 __atomic_compare_exchange_n((p), (expected), (v), false, (mo), \
				     __ATOMIC_RELAXED))

static inline bool fault_admit(size_t bytes)
{
	(void)bytes;
	return fault_allow(&fault_now.admits);
}
#undef tarry_port_admit
#define tarry_port_admit fault_admit

static inline void *fault_reserve(size_t len, size_t align)
{
	return fault_allow(&fault_now.reserves) ? tarry_port_reserve(len, align)
						: NULL;
}
#undef tarry_port_reserve
#define tarry_port_reserve fault_reserve

static inline bool fault_commit(void *p, size_t len, bool tables)
{
	return fault_allow(&fault_now.commits) &&
	       tarry_port_commit(p, len, tables);
}
#undef tarry_port_commit
#define tarry_port_commit fault_commit

static inline bool fault_decommit(void *p, size_t len)
{
	FAULT_COUNT(decommits);
	return tarry_port_decommit(p, len);
}
#undef tarry_port_decommit
#define tarry_port_decommit fault_decommit

static inline void fault_lock(struct tarry_port_lock *l)
{
	FAULT_COUNT(locks);
	if (!tarry_port_trylock(l)) {
		FAULT_COUNT(lock_waits);
		tarry_port_lock_slow(l);
	}
}
#undef tarry_port_lock
#define tarry_port_lock(l) fault_lock(l)

static inline void fault_read_begin(void)
{
	FAULT_COUNT(read_sections);
	tarry_port_read_begin();
}
#undef tarry_port_read_begin
#define tarry_port_read_begin fault_read_begin

static inline void fault_defer(struct tarry_port_defer *d,
			       void (*fn)(struct tarry_port_defer *))
{
	FAULT_COUNT(defers);
	tarry_port_defer(d, fn);
}
#undef tarry_port_defer
#define tarry_port_defer(d, fn) fault_defer(d, fn)

static inline void fault_synchronize(void)
{
	FAULT_COUNT(synchronizes);
	tarry_port_synchronize();
}
#undef tarry_port_synchronize
#define tarry_port_synchronize fault_synchronize

static inline void fault_barrier(void)
{
	FAULT_COUNT(barriers);
	tarry_port_barrier();
}
#undef tarry_port_barrier
#define tarry_port_barrier fault_barrier

static inline void fault_kick(void)
{
	FAULT_COUNT(kicks);
}
#undef tarry_port_kick
#define tarry_port_kick fault_kick

#undef tarry_port_invalidate
#define tarry_port_invalidate fault_invalidate

void fault_clean(const void *p, size_t len);
#undef tarry_port_clean
#define tarry_port_clean fault_clean

#ifdef __cplusplus
}
#endif
#endif
