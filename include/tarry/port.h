/* SPDX-License-Identifier: MIT */
/*
 * What a port provides.
 *
 * A port is a folder on the include path with a "tarry_port.h" that defines
 * the types and macros named here and declares or defines the functions.  The
 * core calls nothing else: every atomic access, lock, wait, allocation, free,
 * read section, interrupts-off window and kick goes through this contract, so
 * that a port can count them, make them fail, or explore their schedules.
 * The compiler may ask for memset() and memcpy() by itself, as it does in
 * every freestanding program; a port without a C library supplies both.
 *
 * Types
 *   struct tarry_port_lock    four bytes; all zero is unlocked
 *   struct tarry_port_defer   what one deferred call needs; embedded
 *
 * Ordered access (p points to an integer of 4 or 8 bytes, naturally aligned;
 * mo is one of TARRY_RELAXED, TARRY_ACQUIRE, TARRY_RELEASE, TARRY_ACQ_REL,
 * TARRY_SEQ_CST, with the meaning of C11)
 *   tarry_load(p, mo)              tarry_store(p, v, mo)
 *   tarry_exchange(p, v, mo)       tarry_fetch_add(p, v, mo)
 *   tarry_cas(p, expected, v, mo)  true if *p was *expected; else *expected is
 *                                  what was there
 *   tarry_fence(mo)
 *   tarry_plain(p)                 the lvalue *p of memory that no other thread
 *                                  can reach yet, or any more
 *   tarry_prefetch(p)              a hint; may be nothing
 *
 * May be there, for a port that checks:
 *   tarry_port_born(p, len)        table memory [p, p + len) begins a life,
 *   tarry_port_dead(p, len)        or ends it: nobody may touch it any more
 *   tarry_port_keeps(rule)         false where a rule is to be broken on
 *                                  purpose; a constant true elsewhere
 *   tarry_port_recheck(x)          x, decided again after a lock was taken or
 *                                  a value changed; true where that is to be
 *                                  left out on purpose
 *
 * Constants
 *   TARRY_PORT_SHARDS              how many retire queues a pool has
 *   TARRY_PORT_GRACE_COVERS_IRQ_OFF  1 if a grace period also waits for
 *                                  walkers with interrupts off
 *   TARRY_PORT_CLEANS              0 if tarry_port_clean() does nothing: then
 *                                  no space can have TARRY_SPACE_NO_SNOOP
 *   TARRY_PORT_LINE                bytes that are cleaned as one: a power of
 *                                  two, no more than the processor's; 64
 *                                  unless told
 *   TARRY_PORT_DEBUG               1 to check lock ranks and states; then also
 *   tarry_port_held                an array of 8 uint32_t of this thread's or
 *                                  CPU's own, zero at first
 */
#ifndef TARRY_PORT_H
#define TARRY_PORT_H

#include "tarry/types.h"
#include "tarry_port.h"

#ifndef tarry_port_born
#define tarry_port_born(p, len) ((void)(p), (void)(len))
#endif
#ifndef tarry_port_dead
#define tarry_port_dead(p, len) ((void)(p), (void)(len))
#endif
#ifndef tarry_port_keeps
#define tarry_port_keeps(rule) true
#endif
#ifndef tarry_port_recheck
#define tarry_port_recheck(x) (x)
#endif

#ifndef TARRY_PORT_CLEANS
#define TARRY_PORT_CLEANS 1
#endif
#ifndef TARRY_PORT_LINE
#define TARRY_PORT_LINE 64
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Each function below may be a macro or a static inline of the port's header;
 * it is then announced by defining a macro of the same name.
 */

/* ---- memory ---- */

#ifndef tarry_port_reserve
/**
 * tarry_port_reserve() - address space for a pool that grows by itself
 * @len:   bytes, a multiple of @align
 * @align: bytes, a power of two
 *
 * A port for which callers give all memory returns NULL.
 *
 * Context: pool creation; may sleep.
 * Locks:   none held.
 * Ref:     the caller gives it back with tarry_port_unreserve().
 * Rules:   none.
 * Return:  address, or NULL.
 */
void *tarry_port_reserve(size_t len, size_t align);
#endif

#ifndef tarry_port_unreserve
/**
 * tarry_port_unreserve() - give reserved address space back, with its memory
 * @p:   as returned by tarry_port_reserve()
 * @len: bytes, as reserved
 *
 * Context: pool destruction; may sleep.
 * Locks:   none held.
 * Ref:     ends the caller's.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_port_unreserve(void *p, size_t len);
#endif

#ifndef tarry_port_commit
/**
 * tarry_port_commit() - [p, p + len) can be used, and reads as zero
 * @p:      inside reserved space, aligned to the system's page
 * @len:    bytes, same alignment
 * @tables: true for table memory, for which huge pages are worth asking
 *
 * Context: may sleep; the pool's lock is held, so it must not call tarry.
 * Locks:   pool.
 * Ref:     none.
 * Rules:   none.
 * Return:  true, or false where the system has no memory to give.
 */
bool tarry_port_commit(void *p, size_t len, bool tables);
#endif

#ifndef tarry_port_decommit
/**
 * tarry_port_decommit() - give the memory behind [p, p + len) to the system
 * @p:   inside committed space, aligned to the system's page
 * @len: bytes, same alignment
 *
 * The addresses stay usable and read as zero when touched again.
 *
 * Context: may sleep; the pool's lock is held.
 * Locks:   pool.
 * Ref:     none.
 * Rules:   none.
 * Return:  true if the range reads as zero now, false if nothing was done.
 */
bool tarry_port_decommit(void *p, size_t len);
#endif

#ifndef tarry_port_admit
/**
 * tarry_port_admit() - may the pool hand out @bytes more?
 * @bytes: size of the block about to be handed out
 *
 * Asked once before every block that an operation takes from a pool: the
 * place to make the n-th allocation fail, or to enforce a limit of the port's.
 *
 * Context: any that the calling operation has; never sleeps.
 * Locks:   maybe a shard of the pool.
 * Ref:     none.
 * Rules:   none.
 * Return:  true, or false: the operation fails with TARRY_ENOMEM.
 */
bool tarry_port_admit(size_t bytes);
#endif

/* ---- locks ---- */

#ifndef tarry_port_lock
/**
 * tarry_port_lock() - take a lock, wait for it if need be
 * @l: lock
 *
 * Acquire semantics.  Held for a bounded time; the core never waits for a
 * grace period while it holds one.  Waiting must be a loop that only reads.
 *
 * Context: inside a read section or not; must not sleep inside an
 *          interrupts-off window.
 * Locks:   takes @l.
 * Ref:     none.
 * Rules:   lock-top-down is the caller's.
 * Return:  nothing.
 */
void tarry_port_lock(struct tarry_port_lock *l);
#endif

#ifndef tarry_port_unlock
/**
 * tarry_port_unlock() - let go of a lock
 * @l: lock, held by the caller
 *
 * Release semantics.
 *
 * Context: as tarry_port_lock().
 * Locks:   releases @l.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_port_unlock(struct tarry_port_lock *l);
#endif

/* ---- readers and grace periods ---- */

#ifndef tarry_port_read_begin
/**
 * tarry_port_read_begin() - open a read section; sections nest
 *
 * Context: any thread that the port knows; never waits.
 * Locks:   any may be held.
 * Ref:     none.
 * Rules:   reader-never-waits.
 * Return:  nothing.
 */
void tarry_port_read_begin(void);
#endif

#ifndef tarry_port_read_end
/**
 * tarry_port_read_end() - close a read section
 *
 * Context: the thread that opened it; never waits.
 * Locks:   any may be held.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_port_read_end(void);
#endif

#ifndef tarry_port_reading
/**
 * tarry_port_reading() - is this thread inside a read section?
 *
 * Only for assertions; a port that cannot tell returns false, and the check
 * "no waiting inside a section" is then lost.
 *
 * Context: any.
 * Locks:   none.
 * Ref:     none.
 * Rules:   none.
 * Return:  true or false.
 */
bool tarry_port_reading(void);
#endif

#ifndef tarry_port_synchronize
/**
 * tarry_port_synchronize() - wait for a grace period
 *
 * On return every read section that was open at the call has ended, and what
 * its thread did in it is visible; sections that begin later see all that the
 * caller did before the call.
 *
 * Context: outside read sections; sleeps.
 * Locks:   none held.
 * Ref:     none.
 * Rules:   unlink-invalidate-wait-free.
 * Return:  nothing.
 */
void tarry_port_synchronize(void);
#endif

#ifndef tarry_port_defer
/**
 * tarry_port_defer() - call @fn once, a grace period from now
 * @d:  storage, owned by the port from this call until @fn starts
 * @fn: called with @d, outside any read section, with no lock of tarry held
 *
 * Needs no memory and cannot fail.
 *
 * Context: any, inside a read section too; never sleeps.
 * Locks:   a shard's lock may be held.
 * Ref:     none.
 * Rules:   retire-needs-no-memory, one-link-one-state.
 * Return:  nothing.
 */
void tarry_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *));
#endif

#ifndef tarry_port_barrier
/**
 * tarry_port_barrier() - wait until all calls deferred before have returned
 *
 * Context: outside read sections, not from a deferred call; sleeps.
 * Locks:   none held.
 * Ref:     none.
 * Rules:   nothing-left.
 * Return:  nothing.
 */
void tarry_port_barrier(void);
#endif

#ifndef tarry_port_kick
/**
 * tarry_port_kick() - wait for every walker that has interrupts off
 *
 * Called after a grace period and before the memory is reused, where
 * TARRY_PORT_GRACE_COVERS_IRQ_OFF is 0; else it may be empty.
 *
 * Context: outside read sections and interrupts-off windows; may sleep.
 * Locks:   none held.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_port_kick(void);
#endif

#ifndef tarry_port_irq_off
/**
 * tarry_port_irq_off() - open an interrupts-off window of this CPU
 *
 * A walk inside such a window needs no read section: tables wait for it.
 *
 * Context: any; never waits.
 * Locks:   any.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  what tarry_port_irq_restore() wants to know.
 */
unsigned long tarry_port_irq_off(void);
#endif

#ifndef tarry_port_irq_restore
/**
 * tarry_port_irq_restore() - end an interrupts-off window
 * @was: as returned by tarry_port_irq_off()
 *
 * Context: the CPU that opened it.
 * Locks:   any.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_port_irq_restore(unsigned long was);
#endif

/* ---- hardware ---- */

#ifndef tarry_port_invalidate
/**
 * tarry_port_invalidate() - the hardware's caches forget [va, va + len)
 * @root:   output address of the root table
 * @va:     bytes, multiple of the format's page
 * @len:    bytes; 0 means all of the space
 * @tables: true if tables were detached: walk caches of the range as well
 *
 * For spaces that hardware walks.  Complete on every CPU on return.  It may be
 * a broadcast that waits for nobody but the caches: no walker's safety is
 * derived from it (rule: every-walker-class).
 *
 * Context: inside a read section; may spin for other CPUs.
 * Locks:   table locks may be held, so an answer must not need them.
 * Ref:     none.
 * Rules:   unlink-invalidate-wait-free, whole-span.
 * Return:  true, or false if some CPU did not answer: nothing is freed then.
 */
bool tarry_port_invalidate(tarry_oa root, tarry_va va, uint64_t len,
			   bool tables);
#endif

#ifndef tarry_port_clean
/**
 * tarry_port_clean() - what this CPU wrote to [p, p + len) has reached memory
 * @p:   in table memory, a multiple of TARRY_PORT_LINE
 * @len: bytes, not 0, same multiple
 *
 * For spaces with TARRY_SPACE_NO_SNOOP, whose walker reads memory past the
 * CPU's caches: the lines are written back, which is over on return, and before
 * anything that this CPU does after it.  Other CPUs may be writing to the same
 * lines, and clean them in turn.
 *
 * Context: inside a read section or not; never sleeps.
 * Locks:   table locks may be held.
 * Ref:     none.
 * Rules:   visible-before-invalidate.
 * Return:  nothing.
 */
void tarry_port_clean(const void *p, size_t len);
#endif

/* ---- the rest ---- */

#ifndef tarry_port_shard
/**
 * tarry_port_shard() - which retire queue this thread or CPU should use
 *
 * Only a hint: correctness does not depend on it.
 *
 * Context: any; never waits.
 * Locks:   any.
 * Ref:     none.
 * Rules:   none.
 * Return:  0 to TARRY_PORT_SHARDS - 1.
 */
unsigned int tarry_port_shard(void);
#endif

#ifndef tarry_port_relax
/**
 * tarry_port_relax() - this thread has nothing to do until another acts
 *
 * Called in the body of a loop that only reads, outside read sections.
 *
 * Context: any but an interrupts-off window; may sleep or yield.
 * Locks:   none held.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_port_relax(void);
#endif

#ifndef tarry_port_panic
/**
 * tarry_port_panic() - an invariant of tarry's own is broken
 * @what: a sentence
 * @file: source file
 * @line: source line
 *
 * Never called for what a caller did.
 *
 * Context: any.
 * Locks:   any.
 * Ref:     none.
 * Rules:   none.
 * Return:  does not.
 */
void tarry_port_panic(const char *what, const char *file, int line)
	__attribute__((noreturn));
#endif

#ifdef __cplusplus
}
#endif
#endif
