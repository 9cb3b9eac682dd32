/* SPDX-License-Identifier: MIT */
/*
 * The port to a kernel that has nothing: no C library, no allocator, no RCU.
 *
 * Locks spin, readers are the epochs of src/port/epoch, and pools have the
 * memory that their creator gives them.  What only the kernel can know is the
 * tarry_bare_* functions below, which it defines.  One that it wants inline it
 * defines in a header of its own that comes first (cc -include kernel.h),
 * announced by a macro of the same name.
 *
 *   TARRY_BARE_CPUS             how many CPUs there can be; 8 unless told
 *   TARRY_BARE_WINDOWS_COUNTED  1: a window with interrupts off writes a word
 *                               and fences, and a kick waits for the words;
 *                               else windows cost nothing more, and the kick
 *                               is the kernel's interrupt to all CPUs
 *   TARRY_BARE_CLEANS           1: the kernel has a tarry_bare_clean(), for
 *                               walkers that do not snoop; 0 unless told, and
 *                               then no space can be made for such a walker
 *   tarry_bare_stay()           this thread stays on its CPU until
 *   tarry_bare_go()             as often called; nothing, unless the kernel
 *                               preempts or moves threads that run in it
 *   tarry_bare_spin()           in the body of a loop that waits for a lock
 */
#ifndef TARRY_PORT_BARE_H
#define TARRY_PORT_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ordered.h"

#include "../epoch/epoch.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TARRY_BARE_CPUS
#define TARRY_BARE_CPUS 8
#endif
#ifndef TARRY_BARE_WINDOWS_COUNTED
#define TARRY_BARE_WINDOWS_COUNTED 0
#endif
#ifndef TARRY_BARE_CLEANS
#define TARRY_BARE_CLEANS 0
#endif
#ifndef tarry_bare_stay
#define tarry_bare_stay() ((void)0)
#define tarry_bare_go()	  ((void)0)
#endif
#ifndef tarry_bare_spin
#define tarry_bare_spin() tarry_spin_hint()
#endif

#ifndef TARRY_PORT_SHARDS
#define TARRY_PORT_SHARDS (TARRY_BARE_CPUS < 8 ? TARRY_BARE_CPUS : 8)
#endif
#define TARRY_PORT_GRACE_COVERS_IRQ_OFF 0
#ifndef TARRY_PORT_DEBUG
#define TARRY_PORT_DEBUG 0
#endif

/* ---- what the kernel defines ---- */

#ifndef tarry_bare_cpu
/**
 * tarry_bare_cpu() - which CPU is this?
 *
 * A kernel whose threads move while they read can number threads instead: what
 * counts is that a number has one user at a time, interrupts of it aside.
 *
 * Context: any, and often; never waits.
 * Locks:   any.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  0 to TARRY_BARE_CPUS - 1.
 */
unsigned int tarry_bare_cpu(void);
#endif

#ifndef tarry_bare_irq_off
/**
 * tarry_bare_irq_off() - this CPU takes no interrupt from here on
 *
 * Context: any; never waits.
 * Locks:   any.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  what tarry_bare_irq_restore() wants to know.
 */
unsigned long tarry_bare_irq_off(void);
#endif

#ifndef tarry_bare_irq_restore
/**
 * tarry_bare_irq_restore() - interrupts are as they were
 * @was: as returned by tarry_bare_irq_off(); these nest
 *
 * Context: the CPU that turned them off.
 * Locks:   any.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_bare_irq_restore(unsigned long was);
#endif

#ifndef tarry_bare_kick
/**
 * tarry_bare_kick() - every other CPU has taken an interrupt since the call
 *
 * One that has interrupts off takes it when it turns them on: that is the wait.
 * The answer must be ordered after all that the CPU did before, and the return
 * after all answers.  Unused where TARRY_BARE_WINDOWS_COUNTED is 1.
 *
 * Context: with interrupts on, outside sections and windows: two CPUs that kick
 *          each other with interrupts off would wait for ever.
 * Locks:   none of tarry's held.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_bare_kick(void);
#endif

#ifndef tarry_bare_invalidate
/**
 * tarry_bare_invalidate() - the hardware's caches forget [va, va + len)
 * @root:   output address of the root table
 * @va:     bytes, multiple of the format's page
 * @len:    bytes; 0 means all of the space
 * @tables: true if tables were detached: walk caches of the range as well
 *
 * Called for spaces made with TARRY_SPACE_HARDWARE; complete on every CPU on
 * return.
 *
 * Context: inside a read section; may spin for other CPUs.
 * Locks:   table locks may be held, so an answer must not need them.
 * Ref:     none.
 * Rules:   unlink-invalidate-wait-free, whole-span.
 * Return:  true, or false if some CPU did not answer: nothing is freed then.
 */
bool tarry_bare_invalidate(uint64_t root, uint64_t va, uint64_t len,
			   bool tables);
#endif

#if TARRY_BARE_CLEANS && !defined(tarry_bare_clean)
/**
 * tarry_bare_clean() - what this CPU wrote to [p, p + len) has reached memory
 * @p:   a multiple of TARRY_PORT_LINE
 * @len: bytes, not 0, same multiple
 *
 * On arm64, DC CVAC for each line and a DSB; on x86-64, CLWB and an SFENCE.
 * Only where TARRY_BARE_CLEANS is 1.
 *
 * Context: inside a read section or not; never sleeps.
 * Locks:   table locks may be held.
 * Ref:     none.
 * Rules:   visible-before-invalidate.
 * Return:  nothing.
 */
void tarry_bare_clean(const void *p, size_t len);
#endif

#ifndef tarry_bare_relax
/**
 * tarry_bare_relax() - this CPU has nothing to do until another acts
 *
 * In the body of loops that wait for a grace period: let another thread run,
 * or pause.
 *
 * Context: outside sections and windows; may sleep.
 * Locks:   none of tarry's held.
 * Ref:     none.
 * Rules:   none.
 * Return:  nothing.
 */
void tarry_bare_relax(void);
#endif

#ifndef tarry_bare_panic
/**
 * tarry_bare_panic() - an invariant of tarry's own is broken
 * @what: a sentence
 * @file: source file
 * @line: source line
 *
 * Context: any.
 * Locks:   any.
 * Ref:     none.
 * Rules:   none.
 * Return:  does not.
 */
void tarry_bare_panic(const char *what, const char *file, int line)
	__attribute__((noreturn));
#endif

/* ---- what the kernel calls ---- */

/**
 * tarry_bare_poll() - what waited for a grace period that is over is freed
 *
 * Begins the next grace period, too.  From the idle loop, a worker, a tick: in
 * an interrupt that came into a section or under a lock of tarry's it does
 * nothing.  A tick may call it only where the kernel's tarry_bare_kick() can be
 * called from there; so may the pool's release().
 *
 * Context: any with interrupts on; waits for nobody but the kick.
 * Locks:   takes and drops a shard's and the pool's.
 * Ref:     none.
 * Rules:   unlink-invalidate-wait-free, nothing-left.
 * Return:  true if something waits still: worth another call soon.
 */
bool tarry_bare_poll(void);

/**
 * tarry_bare_online() - this CPU reads until it is offline
 *
 * Its sections cost two plain stores from here on, no fence.  In turn it must
 * call tarry_bare_quiesce() now and then, or tarry_bare_poll(), or no grace
 * period ends; and be offline while it sleeps.
 *
 * Context: outside sections.
 * Locks:   any.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_bare_online(void);

/**
 * tarry_bare_offline() - ends what tarry_bare_online() began
 *
 * Context: outside sections.
 * Locks:   any.
 * Ref:     ends the life of all that was found.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_bare_offline(void);

/**
 * tarry_bare_quiesce() - nothing found so far is used any more
 *
 * Context: outside sections; in one, or offline, it does nothing.
 * Locks:   any.
 * Ref:     ends the life of all that was found.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_bare_quiesce(void);

/* ---- the contract of tarry/port.h: what is not in port.c ---- */

struct tarry_port_lock {
	uint32_t word;
};

struct tarry_port_defer {
	struct tarry_epoch_call call;
	void (*fn)(struct tarry_port_defer *);
};

/* Each CPU's own. */
struct tarry_bare_own {
	uint32_t locks; /* that it holds or waits for */
	uint32_t held[8];
} __attribute__((aligned(64)));
extern struct tarry_bare_own tarry_bare_own[TARRY_BARE_CPUS];
#define tarry_port_held (tarry_bare_own[tarry_bare_cpu()].held)

/* Pools have the memory that they are given. */
#define tarry_port_reserve(len, align) ((void)(len), (void)(align), (void *)0)
#define tarry_port_unreserve(p, len)   ((void)(p), (void)(len))
#define tarry_port_commit(p, len, tables) \
	((void)(p), (void)(len), (void)(tables), true)
#define tarry_port_decommit(p, len) ((void)(p), (void)(len), false)
#define tarry_port_admit(bytes)	    ((void)(bytes), true)

#define tarry_port_invalidate tarry_bare_invalidate
#define TARRY_PORT_CLEANS     TARRY_BARE_CLEANS
#if TARRY_BARE_CLEANS
#define tarry_port_clean tarry_bare_clean
#else
#define tarry_port_clean(p, len) ((void)(p), (void)(len))
#endif
#define tarry_port_shard() (tarry_bare_cpu() % TARRY_PORT_SHARDS)
#define tarry_port_relax   tarry_bare_relax
#define tarry_port_panic   tarry_bare_panic

#define tarry_thread_begin()   ((void)0)
#define tarry_thread_end()     ((void)0)
#define tarry_thread_quiesce() tarry_bare_quiesce()
#define tarry_thread_offline() ((void)0)
#define tarry_thread_online()  ((void)0)

#ifdef __cplusplus
}
#endif
#endif
