/* SPDX-License-Identifier: MIT */
/*
 * The port to a process: the epoch readers built in, where liburcu is not.
 *
 * A thread borrows a record at its first call and gives it back at its end;
 * records are never freed, as others may be looking.  One thread of the port's
 * own polls while calls wait, and sleeps otherwise.  A child of fork() has no
 * such thread: there, only barriers drive deferred calls.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tarry/types.h"
#include "tarry/port.h"
#include "tarry/thread.h"

/* Longest nap of the driver while a grace period lasts. */
#define NAP_NS 1000000

struct tarry_epoch tarry_port_epoch;
__thread struct tarry_epoch_record *tarry_port_record;

static sem_t work;
static uint32_t wanted; /* the driver was woken since it last looked */

/* ---- the driver ---- */

static void *drive(void *unused)
{
	(void)unused;
	for (;;) {
		struct timespec nap = {.tv_nsec = 10000};

		while (sem_wait(&work))
			;
		/* Before the poll: what comes after wakes it again.  Pairs with
		 * tarry_port_defer(). */
		tarry_exchange(&wanted, 0, TARRY_ACQ_REL);
		while (tarry_epoch_poll(&tarry_port_epoch, NULL)) {
			nanosleep(&nap, NULL);
			if (nap.tv_nsec < NAP_NS)
				nap.tv_nsec *= 2;
		}
	}
	return NULL;
}

static void driver_start(void)
{
	pthread_attr_t detached;
	sigset_t all, before;
	pthread_t driver;

	sem_init(&work, 0, 0);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	/* Signals are for the threads of the program. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&driver, &detached, drive, NULL))
		tarry_port_panic("no thread for deferred calls", __FILE__,
				 __LINE__);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
}

/* ---- readers and grace periods ---- */

bool tarry_port_reading(void)
{
	return tarry_port_record &&
	       tarry_epoch_inside(tarry_port_record, TARRY_EPOCH_SECTION);
}

void tarry_port_synchronize(void)
{
	tarry_epoch_wait(&tarry_port_epoch, tarry_port_record,
			 TARRY_EPOCH_SECTION);
}

static void defer_call(struct tarry_epoch_call *call)
{
	struct tarry_port_defer *d = (struct tarry_port_defer *)call;

	d->fn(d);
}

void tarry_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *))
{
	_Static_assert(offsetof(struct tarry_port_defer, call) == 0, "a cast");
	d->fn = fn;
	tarry_epoch_defer(&tarry_port_epoch, &d->call, defer_call);
	/* Pairs with drive(): the call is in the list before. */
	if (!tarry_exchange(&wanted, 1, TARRY_ACQ_REL))
		sem_post(&work);
}

void tarry_port_barrier(void)
{
	struct tarry_epoch_barrier barrier;

	tarry_epoch_barrier(&tarry_port_epoch, tarry_port_record, &barrier);
}

/* ---- threads ---- */

void tarry_thread_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct tarry_epoch_record *r;

	/* What deferred calls need is made now: retiring must not need memory.
	 * rule: retire-needs-no-memory */
	pthread_once(&once, driver_start);
	if (tarry_port_record)
		return;
	r = tarry_epoch_lend(&tarry_port_epoch);
	if (!r) {
		void *p;

		if (posix_memalign(&p, __alignof__(*r), sizeof(*r)))
			tarry_port_panic("no memory for a thread", __FILE__,
					 __LINE__);
		r = memset(p, 0, sizeof(*r));
		r->lent = 1;
		tarry_epoch_join(&tarry_port_epoch, r);
	}
	tarry_port_record = r;
}

void tarry_thread_end(void)
{
	if (!tarry_port_record)
		return;
	tarry_epoch_give_back(tarry_port_record);
	tarry_port_record = NULL;
}

void tarry_thread_quiesce(void)
{
}

void tarry_thread_offline(void)
{
}

void tarry_thread_online(void)
{
}
