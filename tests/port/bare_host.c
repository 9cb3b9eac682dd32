/* SPDX-License-Identifier: MIT */
/*
 * A kernel of threads; see bare_host.h.
 *
 * A window with interrupts off is a word of the CPU that is odd meanwhile, and
 * no tick is taken in it; a kick waits for odd words to move on.  Both fence,
 * as an interrupt would have ordered them.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tarry/port.h"

#define TICK_NS 200000

static struct {
	uint64_t taken;	    /* by this thread, or 0 */
	uint64_t windows;   /* odd: interrupts are off */
	unsigned int depth; /* of windows */
} __attribute__((aligned(64))) cpus[TARRY_BARE_CPUS];

static pthread_key_t leaving;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread unsigned int mine; /* + 1 */
static uint64_t polls, stop, ticks_on;
static pthread_t idler;

/* ---- who am I ---- */

static void leave(void *value)
{
	unsigned int cpu = mine - 1;

	(void)value;
	mine = 0;
	__atomic_store_n(&cpus[cpu].taken, 0, __ATOMIC_RELEASE);
}

static void make_key(void)
{
	pthread_key_create(&leaving, leave);
}

static void start_cpu(void)
{
	pthread_once(&once, make_key);
	for (unsigned int i = 0; i < TARRY_BARE_CPUS; i++) {
		uint64_t taken = 0;

		if (!__atomic_compare_exchange_n(
			    &cpus[i].taken, &taken, (uint64_t)gettid(), false,
			    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		mine = i + 1;
		pthread_setspecific(leaving, &cpus[i]);
		return;
	}
	tarry_bare_panic("too many threads", __FILE__, __LINE__);
}

unsigned int tarry_bare_cpu(void)
{
	if (!mine)
		start_cpu();
	return mine - 1;
}

/* ---- interrupts ---- */

unsigned long tarry_bare_irq_off(void)
{
	unsigned int cpu = tarry_bare_cpu();

	if (!cpus[cpu].depth++) {
		tarry_fetch_add(&cpus[cpu].windows, 1, TARRY_ACQ_REL);
		tarry_fence(TARRY_SEQ_CST);
	}
	return cpus[cpu].depth - 1;
}

void tarry_bare_irq_restore(unsigned long was)
{
	unsigned int cpu = tarry_bare_cpu();

	cpus[cpu].depth = (unsigned int)was;
	if (!was)
		tarry_fetch_add(&cpus[cpu].windows, 1, TARRY_RELEASE);
}

void tarry_bare_kick(void)
{
	tarry_fence(TARRY_SEQ_CST);
	for (unsigned int i = 0; i < TARRY_BARE_CPUS; i++) {
		uint64_t was = tarry_load(&cpus[i].windows, TARRY_ACQUIRE);

		while (was & 1 &&
		       tarry_load(&cpus[i].windows, TARRY_ACQUIRE) == was)
			sched_yield();
	}
}

static void tick(int signal)
{
	(void)signal;
	if (!mine || cpus[mine - 1].depth)
		return;
	tarry_fetch_add(&polls, 1, TARRY_RELAXED);
	tarry_bare_poll();
}

/* ---- the idle loop, which also sends the ticks ---- */

static void tick_all(void)
{
	for (unsigned int i = 0; i < TARRY_BARE_CPUS; i++) {
		uint64_t thread =
			__atomic_load_n(&cpus[i].taken, __ATOMIC_RELAXED);

		if (thread) /* it may be gone: nobody is hurt */
			syscall(SYS_tgkill, getpid(), (pid_t)thread, SIGUSR1);
	}
}

static void *idle(void *unused)
{
	struct timespec nap = {.tv_nsec = TICK_NS};

	(void)unused;
	while (!tarry_load(&stop, TARRY_ACQUIRE)) {
		if (tarry_load(&ticks_on, TARRY_RELAXED))
			tick_all();
		else
			tarry_bare_poll();
		nanosleep(&nap, NULL);
	}
	return NULL;
}

void bare_host_begin(int ticks)
{
	struct sigaction on_tick = {.sa_handler = tick, .sa_flags = SA_RESTART};

	sigaction(SIGUSR1, &on_tick, NULL);
	tarry_store(&ticks_on, (uint64_t)ticks, TARRY_RELAXED);
	tarry_store(&stop, 0, TARRY_RELEASE);
	if (pthread_create(&idler, NULL, idle, NULL))
		tarry_bare_panic("no idle thread", __FILE__, __LINE__);
}

void bare_host_end(void)
{
	tarry_store(&stop, 1, TARRY_RELEASE);
	pthread_join(idler, NULL);
}

unsigned long bare_host_polls(void)
{
	return tarry_load(&polls, TARRY_RELAXED);
}

/* ---- the rest ---- */

bool tarry_bare_invalidate(uint64_t root, uint64_t va, uint64_t len,
			   bool tables)
{
	(void)root, (void)va, (void)len, (void)tables;
	return true; /* nothing but software walks here */
}

void tarry_bare_relax(void)
{
	sched_yield();
}

void bare_host_spin(void)
{
	static __thread unsigned int turns;

	if (++turns % 64)
		tarry_spin_hint();
	else
		sched_yield();
}

void tarry_bare_panic(const char *what, const char *file, int line)
{
	fprintf(stderr, "tarry: %s:%d: %s\n", file, line, what);
	abort();
}

void *bare_host_memory(unsigned long len)
{
	static void *memory;

	/* Of one pool after the other. */
	if (!memory) {
		memory = mmap(NULL, len, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			      0);
		if (memory == MAP_FAILED)
			tarry_bare_panic("no memory", __FILE__, __LINE__);
	}
	return memory;
}
