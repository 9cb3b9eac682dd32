/* SPDX-License-Identifier: MIT */
/*
 * The port to a process: liburcu's readers and grace periods, mmap for memory,
 * short spinning locks that yield.
 *
 * The flavour is fixed when the library is built and when its users are, by the
 * same macro (pkg-config sets it): TARRY_FLAVOUR_MEMB, the default,
 * TARRY_FLAVOUR_QSBR or TARRY_FLAVOUR_BP, of liburcu; or TARRY_FLAVOUR_EPOCH,
 * the epoch readers built in, for hosts that liburcu does not know.
 */
#ifndef TARRY_PORT_POSIX_H
#define TARRY_PORT_POSIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ordered.h"

#if !defined(TARRY_FLAVOUR_MEMB) && !defined(TARRY_FLAVOUR_QSBR) && \
	!defined(TARRY_FLAVOUR_BP) && !defined(TARRY_FLAVOUR_EPOCH)
#define TARRY_FLAVOUR_MEMB 1
#endif

#if defined(TARRY_FLAVOUR_EPOCH)
#include "../epoch/epoch.h"
#elif defined(TARRY_FLAVOUR_QSBR)
#include <urcu/static/urcu-qsbr.h>
#define TARRY_URCU(name) urcu_qsbr_##name
#elif defined(TARRY_FLAVOUR_BP)
#include <urcu/static/urcu-bp.h>
#define TARRY_URCU(name) urcu_bp_##name
#else
#include <urcu/static/urcu-memb.h>
#define TARRY_URCU(name) urcu_memb_##name
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TARRY_PORT_SHARDS
#define TARRY_PORT_SHARDS 8
#endif
#define TARRY_PORT_GRACE_COVERS_IRQ_OFF 1
#ifndef TARRY_PORT_DEBUG
#define TARRY_PORT_DEBUG 0
#endif

/* ---- memory ---- */

void *tarry_port_reserve(size_t len, size_t align);
void tarry_port_unreserve(void *p, size_t len);
bool tarry_port_commit(void *p, size_t len, bool tables);
bool tarry_port_decommit(void *p, size_t len);
#define tarry_port_reserve   tarry_port_reserve
#define tarry_port_unreserve tarry_port_unreserve
#define tarry_port_commit    tarry_port_commit
#define tarry_port_decommit  tarry_port_decommit

#define tarry_port_admit tarry_port_admit
static inline bool tarry_port_admit(size_t bytes)
{
	(void)bytes;
	return true;
}

/* ---- locks ---- */

struct tarry_port_lock {
	uint32_t word;
};

void tarry_port_lock_slow(struct tarry_port_lock *l);

#define tarry_port_trylock tarry_port_trylock
static inline bool tarry_port_trylock(struct tarry_port_lock *l)
{
	uint32_t unlocked = 0;

	return tarry_cas(&l->word, &unlocked, 1, TARRY_ACQUIRE);
}

#define tarry_port_lock tarry_port_lock
static inline void tarry_port_lock(struct tarry_port_lock *l)
{
	if (__builtin_expect(!tarry_port_trylock(l), 0))
		tarry_port_lock_slow(l);
}

#define tarry_port_unlock tarry_port_unlock
static inline void tarry_port_unlock(struct tarry_port_lock *l)
{
	tarry_store(&l->word, 0, TARRY_RELEASE);
}

extern __thread uint32_t tarry_port_held[8];

/* ---- readers and grace periods ---- */

#ifdef TARRY_FLAVOUR_EPOCH

extern struct tarry_epoch tarry_port_epoch;
/* NULL until the thread's first call. */
extern __thread struct tarry_epoch_record *tarry_port_record;
void tarry_thread_begin(void);

#define tarry_port_read_begin tarry_port_read_begin
static inline void tarry_port_read_begin(void)
{
	if (__builtin_expect(!tarry_port_record, 0))
		tarry_thread_begin();
	tarry_epoch_begin(&tarry_port_epoch, tarry_port_record,
			  TARRY_EPOCH_SECTION);
}

#define tarry_port_read_end tarry_port_read_end
static inline void tarry_port_read_end(void)
{
	tarry_epoch_end(tarry_port_record, TARRY_EPOCH_SECTION);
}

struct tarry_port_defer {
	struct tarry_epoch_call call;
	void (*fn)(struct tarry_port_defer *);
};

#else

#ifdef TARRY_TSAN
/* liburcu is not instrumented: tell ThreadSanitizer what a grace period
 * orders, that is, the ends of sections before whoever waited for them. */
void tarry_tsan_read_end(void);
void TARRY_URCU(read_lock)(void);
void TARRY_URCU(read_unlock)(void);
#endif

#define tarry_port_read_begin tarry_port_read_begin
static inline void tarry_port_read_begin(void)
{
#ifdef TARRY_TSAN
	TARRY_URCU(read_lock)();
#elif defined(TARRY_FLAVOUR_QSBR)
	_urcu_qsbr_read_lock();
#elif defined(TARRY_FLAVOUR_BP)
	_urcu_bp_read_lock();
#else
	_urcu_memb_read_lock();
#endif
}

#define tarry_port_read_end tarry_port_read_end
static inline void tarry_port_read_end(void)
{
#ifdef TARRY_TSAN
	tarry_tsan_read_end();
	TARRY_URCU(read_unlock)();
#elif defined(TARRY_FLAVOUR_QSBR)
	_urcu_qsbr_read_unlock();
#elif defined(TARRY_FLAVOUR_BP)
	_urcu_bp_read_unlock();
#else
	_urcu_memb_read_unlock();
#endif
}

struct tarry_port_defer {
	void *head[2]; /* liburcu's struct rcu_head */
	void (*fn)(struct tarry_port_defer *);
};

#endif

bool tarry_port_reading(void);
void tarry_port_synchronize(void);
void tarry_port_barrier(void);
#define tarry_port_reading     tarry_port_reading
#define tarry_port_synchronize tarry_port_synchronize
#define tarry_port_barrier     tarry_port_barrier

void tarry_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *));
#define tarry_port_defer tarry_port_defer

/* A process has no interrupts to turn off; a section does as well. */
#define tarry_port_kick tarry_port_kick
static inline void tarry_port_kick(void)
{
}

#define tarry_port_irq_off tarry_port_irq_off
static inline unsigned long tarry_port_irq_off(void)
{
	tarry_port_read_begin();
	return 0;
}

#define tarry_port_irq_restore tarry_port_irq_restore
static inline void tarry_port_irq_restore(unsigned long was)
{
	(void)was;
	tarry_port_read_end();
}

/* ---- hardware: none walks the tables of a process by itself ---- */

#define tarry_port_invalidate tarry_port_invalidate
static inline bool tarry_port_invalidate(uint64_t root, uint64_t va,
					 uint64_t len, bool tables)
{
	(void)root, (void)va, (void)len, (void)tables;
	return true;
}

/* Nor does a device, unless somebody says how lines are cleaned for it: set
 * before the first space with TARRY_SPACE_NO_SNOOP is made. */
extern void (*tarry_posix_clean)(const void *p, size_t len);
extern uint64_t tarry_posix_cleans; /* calls, whether or not anybody has */

void tarry_port_clean(const void *p, size_t len);
#define tarry_port_clean tarry_port_clean

/* ---- the rest ---- */

unsigned int tarry_port_shard(void);
void tarry_port_relax(void);
void tarry_port_panic(const char *what, const char *file, int line)
	__attribute__((noreturn));
#define tarry_port_shard tarry_port_shard
#define tarry_port_relax tarry_port_relax
#define tarry_port_panic tarry_port_panic

void tarry_thread_begin(void);
void tarry_thread_end(void);
void tarry_thread_quiesce(void);
void tarry_thread_offline(void);
void tarry_thread_online(void);
#define tarry_thread_begin   tarry_thread_begin
#define tarry_thread_end     tarry_thread_end
#define tarry_thread_quiesce tarry_thread_quiesce
#define tarry_thread_offline tarry_thread_offline
#define tarry_thread_online  tarry_thread_online

#ifdef __cplusplus
}
#endif
#endif
