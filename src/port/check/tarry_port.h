/* SPDX-License-Identifier: MIT */
/*
 * The port of the checker: every ordered access, lock, section, wait, deferred
 * call, kick and invalidation is a point at which any other thread may go on,
 * and is known by the line that it stands at.
 *
 * Plain accesses need no port: they are seen because everything explored is
 * compiled with the compiler's thread instrumentation.
 */
#ifndef TARRY_PORT_CHECK_H
#define TARRY_PORT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "site.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TARRY_PORT_SHARDS
#define TARRY_PORT_SHARDS 2
#endif
/* Small, so that a space is small. */
#ifndef TARRY_BATCH_RUNS
#define TARRY_BATCH_RUNS 4
#endif
#define TARRY_PORT_LINE 16 /* a table of two entries */
#ifndef TARRY_KEPT_RUNS
#define TARRY_KEPT_RUNS 4
#endif
/* A grace period does not wait for walkers with interrupts off: the kick
 * must. */
#define TARRY_PORT_GRACE_COVERS_IRQ_OFF 0
#define TARRY_PORT_DEBUG		1

struct tarry_port_lock {
	uint32_t word;
};

struct tarry_port_defer {
	void (*fn)(struct tarry_port_defer *);
};

uint32_t *check_port_held(void);
#define tarry_port_held (check_port_held())

#define TARRY_RELAXED __ATOMIC_RELAXED
#define TARRY_ACQUIRE __ATOMIC_ACQUIRE
#define TARRY_RELEASE __ATOMIC_RELEASE
#define TARRY_ACQ_REL __ATOMIC_ACQ_REL
#define TARRY_SEQ_CST __ATOMIC_SEQ_CST

/* ---- ordered access ---- */

uint64_t check_load(const volatile void *p, unsigned int size,
		    struct check_site *site);
void check_store(volatile void *p, unsigned int size, uint64_t v,
		 struct check_site *site);
enum check_rmw_kind { CHECK_EXCHANGE, CHECK_ADD, CHECK_OR, CHECK_AND };
uint64_t check_rmw(volatile void *p, unsigned int size, enum check_rmw_kind how,
		   uint64_t v, struct check_site *site);
bool check_cas(volatile void *p, unsigned int size, uint64_t *expected,
	       uint64_t v, struct check_site *site);
void check_fence(struct check_site *site);

/* The type of *p without its qualifiers. */
#define CHECK_TYPE(p)	 __typeof__((__typeof__(*(p)))0)
#define CHECK_BITS(p, v) ((uint64_t)(CHECK_TYPE(p))(v))

/* A statement may throw the value away; a name of its own, for calls in
 * calls. */
#define CHECK_PASTE_(a, b) a##b
#define CHECK_PASTE(a, b)  CHECK_PASTE_(a, b)
#define CHECK_VALUE_(v, p, x)                         \
	({                                            \
		CHECK_TYPE(p) v = (CHECK_TYPE(p))(x); \
		v;                                    \
	})
#define CHECK_VALUE(p, x) CHECK_VALUE_(CHECK_PASTE(check_v_, __COUNTER__), p, x)
#define tarry_load(p, mo) \
	CHECK_VALUE(p,    \
		    check_load((p), sizeof(*(p)), CHECK_SITE("load " #p, mo)))
#define tarry_store(p, v, mo)                            \
	check_store((p), sizeof(*(p)), CHECK_BITS(p, v), \
		    CHECK_SITE("store " #p, mo))
#define CHECK_RMW(p, how, v, text, mo)                                       \
	CHECK_VALUE(p, check_rmw((p), sizeof(*(p)), (how), CHECK_BITS(p, v), \
				 CHECK_SITE(text, mo)))
#define tarry_exchange(p, v, mo) \
	CHECK_RMW(p, CHECK_EXCHANGE, v, "exchange " #p, mo)
#define tarry_fetch_add(p, v, mo) \
	CHECK_RMW(p, CHECK_ADD, v, "fetch_add " #p, mo)
/* Beyond the contract, for protocols of others. */
#define tarry_fetch_or(p, v, mo) CHECK_RMW(p, CHECK_OR, v, "fetch_or " #p, mo)
#define tarry_fetch_and(p, v, mo) \
	CHECK_RMW(p, CHECK_AND, v, "fetch_and " #p, mo)
#define tarry_cas(p, expected, v, mo)                                        \
	({                                                                   \
		uint64_t check_old_ = (uint64_t) * (expected);               \
		bool check_done_ = check_cas((p), sizeof(*(p)), &check_old_, \
					     CHECK_BITS(p, v),               \
					     CHECK_SITE("cas " #p, mo));     \
		*(expected) = (CHECK_TYPE(p))check_old_;                     \
		check_done_;                                                 \
	})
#define tarry_fence(mo)	  check_fence(CHECK_SITE("fence", mo))
#define tarry_plain(p)	  (*(p))
#define tarry_prefetch(p) ((void)(p))

/* ---- locks, sections, waits ---- */

void check_lock(struct tarry_port_lock *l, struct check_site *site);
void check_unlock(struct tarry_port_lock *l, struct check_site *site);
bool check_reading(void);
void check_synchronize(struct check_site *site);
void check_kick(struct check_site *site);
void check_barrier(struct check_site *site);
void check_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *),
		      struct check_site *site);
void check_rcu(bool begin, struct check_site *site);
unsigned long check_irq(bool begin, struct check_site *site);
void check_relax(struct check_site *site);

#define tarry_port_lock(l)	 check_lock((l), CHECK_SITE("lock " #l, 0))
#define tarry_port_unlock(l)	 check_unlock((l), CHECK_SITE("unlock " #l, 0))
#define tarry_port_read_begin()	 check_rcu(true, CHECK_SITE("read_begin", 0))
#define tarry_port_read_end()	 check_rcu(false, CHECK_SITE("read_end", 0))
#define tarry_port_reading	 check_reading
#define tarry_port_synchronize() check_synchronize(CHECK_SITE("synchronize", 0))
#define tarry_port_defer(d, fn) \
	check_port_defer((d), (fn), CHECK_SITE("defer " #fn, 0))
#define tarry_port_barrier() check_barrier(CHECK_SITE("barrier", 0))
#define tarry_port_kick()    check_kick(CHECK_SITE("kick", 0))
#define tarry_port_irq_off() check_irq(true, CHECK_SITE("irq_off", 0))
#define tarry_port_irq_restore(was) \
	((void)(was), (void)check_irq(false, CHECK_SITE("irq_restore", 0)))
#define tarry_port_relax() check_relax(CHECK_SITE("relax", 0))

/* ---- memory, hardware, the rest ---- */

void check_life(const volatile void *p, size_t len, bool born,
		struct check_site *site);
#define tarry_port_born(p, len) \
	check_life((p), (len), true, CHECK_SITE("table born", 0))
#define tarry_port_dead(p, len) \
	check_life((p), (len), false, CHECK_SITE("table freed", 0))
/* tarry-check --weaken RULE skips these sites. */
bool check_keeps(struct check_site *site);
#define tarry_port_keeps(rule) check_keeps(CHECK_SITE("rule " #rule, 0))
#define tarry_port_recheck(x) \
	(check_keeps(CHECK_SITE("re-check " #x, 0)) ? (x) : true)

void *check_reserve(size_t len, size_t align);
#define tarry_port_reserve	     check_reserve
#define tarry_port_unreserve(p, len) ((void)(p), (void)(len))
static inline bool check_port_commit(void *p, size_t len, bool tables)
{
	(void)p;
	(void)len;
	(void)tables;
	return true;
}
#define tarry_port_commit check_port_commit
/* The system takes it: a write of zeroes to all that lives there. */
bool check_decommit(void *p, size_t len);
#define tarry_port_decommit check_decommit

bool check_admit(size_t bytes);
#define tarry_port_admit check_admit
bool check_invalidate(uint64_t root, uint64_t va, uint64_t len, bool tables,
		      struct check_site *site);
#define tarry_port_invalidate(root, va, len, tables)    \
	check_invalidate((root), (va), (len), (tables), \
			 CHECK_SITE("invalidate", 0))
void check_clean(const void *p, size_t len, struct check_site *site);
#define tarry_port_clean(p, len) check_clean((p), (len), CHECK_SITE("clean", 0))
unsigned int check_shard(void);
#define tarry_port_shard check_shard
void check_panic(const char *what, const char *file, int line)
	__attribute__((noreturn));
#define tarry_port_panic check_panic

#ifdef __cplusplus
}
#endif

#endif
