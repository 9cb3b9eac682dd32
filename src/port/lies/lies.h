/* SPDX-License-Identifier: MIT */
/*
 * The promises of a port that can be broken on purpose, and how.
 */
#ifndef TARRY_PORT_LIES_LIES_H
#define TARRY_PORT_LIES_LIES_H

#define TARRY_PORT_DEBUG 1
#include "../posix/tarry_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* LIE(name, words of the sentence that names it) */
#define LIES(LIE)                                                        \
	LIE(store_half, "a load returns what was stored")                \
	LIE(exchange_new, "an exchange returns")                         \
	LIE(add_new, "a fetch_add adds")                                 \
	LIE(add_torn, "a fetch_add is one step")                         \
	LIE(cas_always, "a cas changes nothing")                         \
	LIE(cas_silent, "a cas that fails says")                         \
	LIE(cas_never, "a cas stores where")                             \
	LIE(cas_torn, "a cas is one step")                               \
	LIE(store_wide, "leaves its neighbours alone")                   \
	LIE(shard_out, "below TARRY_PORT_SHARDS")                        \
	LIE(held_dirty, "tarry_port_held is zero")                       \
	LIE(reserve_crooked, "aligned as asked")                         \
	LIE(commit_dirty, "committed memory reads as zero")              \
	LIE(decommit_dirty, "memory that was given back")                \
	LIE(admit_never, "a block is admitted")                          \
	LIE(reading_always, "outside sections, reading() is false")      \
	LIE(reading_flat, "a section goes on when one inside it ends")   \
	LIE(reading_stays, "after its end, a section is over")           \
	LIE(window_leaks, "a window leaves no section open")             \
	LIE(defer_at_once, "waits for the section that it was deferred") \
	LIE(defer_never, "a barrier waits for the calls")                \
	LIE(defer_astray, "a barrier waits for the calls")               \
	LIE(defer_twice, "a deferred call runs once")                    \
	LIE(defer_inside, "a deferred call runs outside sections")       \
	LIE(lock_open, "a lock keeps others out")                        \
	LIE(lock_torn, "who takes a lock sees")                          \
	LIE(synchronize_at_once, "synchronize() waits for sections")     \
	LIE(section_flat, "synchronize() waits for the outermost")       \
	LIE(defer_deaf, "a deferred call waits for sections of others")  \
	LIE(window_open, "a grace period waits for windows")             \
	LIE(kick_at_once, "a kick waits for windows")                    \
	LIE(window_flat, "a window goes on when one inside it ends")

enum lie {
	LIE_NONE,
#define LIE(name, words) LIE_##name,
	LIES(LIE)
#undef LIE
};

/* The one that is told now; constant while a check runs. */
extern enum lie lie_told;
/* Tell this one from now on. */
void lie_tell(enum lie lie);
#define LIED(name) (lie_told == LIE_##name)

/* ---- ordered access ---- */

void lie_store(void *p, size_t size, uint64_t v);
uint64_t lie_exchange(void *p, size_t size, uint64_t v);
uint64_t lie_fetch_add(void *p, size_t size, uint64_t v);
bool lie_cas(void *p, size_t size, void *expected, uint64_t v);

/* ---- functions ---- */

void *lie_reserve(size_t len, size_t align);
bool lie_commit(void *p, size_t len, bool tables);
bool lie_decommit(void *p, size_t len);
void lie_unreserve(void *p, size_t len);
void lie_lock(struct tarry_port_lock *l);
void lie_unlock(struct tarry_port_lock *l);
void lie_read_begin(void);
void lie_read_end(void);
bool lie_reading(void);
void lie_synchronize(void);
void lie_defer(struct tarry_port_defer *d,
	       void (*fn)(struct tarry_port_defer *));
void lie_barrier(void);
unsigned long lie_irq_off(void);
void lie_irq_restore(unsigned long was);
uint32_t *lie_held(void);

#ifdef __cplusplus
}
#endif
#endif
