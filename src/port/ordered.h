/* SPDX-License-Identifier: MIT */
/*
 * Ordered access as compilers give it, for every port that leaves it to them.
 */
#ifndef TARRY_PORT_ORDERED_H
#define TARRY_PORT_ORDERED_H

#if defined(__SANITIZE_THREAD__)
#define TARRY_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TARRY_TSAN 1
#endif
#endif

#define TARRY_RELAXED __ATOMIC_RELAXED
#define TARRY_ACQUIRE __ATOMIC_ACQUIRE
#define TARRY_RELEASE __ATOMIC_RELEASE
#define TARRY_ACQ_REL __ATOMIC_ACQ_REL
#define TARRY_SEQ_CST __ATOMIC_SEQ_CST

#define tarry_load(p, mo)	  __atomic_load_n((p), (mo))
#define tarry_store(p, v, mo)	  __atomic_store_n((p), (v), (mo))
#define tarry_exchange(p, v, mo)  __atomic_exchange_n((p), (v), (mo))
#define tarry_fetch_add(p, v, mo) __atomic_fetch_add((p), (v), (mo))
#define tarry_cas(p, expected, v, mo)                                  \
	__atomic_compare_exchange_n((p), (expected), (v), false, (mo), \
				    __ATOMIC_RELAXED)
#ifdef TARRY_TSAN
/* ThreadSanitizer does not model fences; an RMW of one word orders as much. */
extern unsigned int tarry_tsan_fence;
#define tarry_fence(mo) ((void)__atomic_fetch_add(&tarry_tsan_fence, 1, (mo)))
#else
#define tarry_fence(mo) __atomic_thread_fence(mo)
#endif
#define tarry_plain(p)	  (*(p))
#define tarry_prefetch(p) __builtin_prefetch(p)

/* In the body of a loop that spins: the other half of the core may go on. */
#if defined(__x86_64__) || defined(__i386__)
#define tarry_spin_hint() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define tarry_spin_hint() __asm__ volatile("yield" ::: "memory")
#elif defined(__riscv)
/* "pause" of Zihintpause: a fence that orders nothing, on any other core. */
#define tarry_spin_hint() __asm__ volatile(".4byte 0x0100000f" ::: "memory")
#elif defined(__powerpc64__)
#define tarry_spin_hint() __asm__ volatile("or 1,1,1\n\tor 2,2,2" ::: "memory")
#else
#define tarry_spin_hint() __asm__ volatile("" ::: "memory")
#endif

#endif
