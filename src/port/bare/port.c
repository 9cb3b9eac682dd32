/* SPDX-License-Identifier: MIT */
/*
 * The port to a kernel that has nothing: what tarry_port.h does not do inline.
 */
#include "tarry/types.h"
#include "tarry/port.h"

static struct tarry_epoch_record records[TARRY_BARE_CPUS];
static struct tarry_epoch epoch = {.fixed = records,
				   .n_fixed = TARRY_BARE_CPUS};

struct tarry_bare_own tarry_bare_own[TARRY_BARE_CPUS];

#ifdef TARRY_TSAN
unsigned int tarry_tsan_fence;
#endif

static struct tarry_epoch_record *me(void)
{
	return &records[tarry_bare_cpu()];
}

/* ---- locks ---- */

/* An interrupt of this CPU may look between the two, and leaves it as it is. */
static void own_locks_add(uint32_t n)
{
	uint32_t *locks = &tarry_bare_own[tarry_bare_cpu()].locks;

	tarry_store(locks, tarry_load(locks, TARRY_RELAXED) + n, TARRY_RELAXED);
}

void tarry_port_lock(struct tarry_port_lock *l)
{
	uint32_t unlocked = 0;

	tarry_bare_stay();
	own_locks_add(1);
	/* rule: decide-under-lock; pairs with tarry_port_unlock() */
	while (!tarry_cas(&l->word, &unlocked, 1, TARRY_ACQUIRE)) {
		/* Who waits only reads: the line stays shared. */
		while (tarry_load(&l->word, TARRY_RELAXED))
			tarry_bare_spin();
		unlocked = 0;
	}
}

void tarry_port_unlock(struct tarry_port_lock *l)
{
	/* rule: decide-under-lock; pairs with tarry_port_lock() */
	tarry_store(&l->word, 0, TARRY_RELEASE);
	own_locks_add(-1u);
	tarry_bare_go();
}

/* ---- readers and grace periods ---- */

void tarry_port_read_begin(void)
{
	tarry_bare_stay();
	tarry_epoch_begin(&epoch, me(), TARRY_EPOCH_SECTION);
}

void tarry_port_read_end(void)
{
	tarry_epoch_end(me(), TARRY_EPOCH_SECTION);
	tarry_bare_go();
}

bool tarry_port_reading(void)
{
	return tarry_epoch_inside(me(), TARRY_EPOCH_SECTION);
}

void tarry_port_synchronize(void)
{
	tarry_epoch_wait(&epoch, me(), TARRY_EPOCH_SECTION);
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
	tarry_epoch_defer(&epoch, &d->call, defer_call);
}

void tarry_port_barrier(void)
{
	struct tarry_epoch_barrier barrier;

	tarry_epoch_barrier(&epoch, me(), &barrier);
}

/* Of this CPU: by who asks, or by who was interrupted. */
static bool holds_locks(void)
{
	const struct tarry_bare_own *own = &tarry_bare_own[tarry_bare_cpu()];

	if (tarry_load(&own->locks, TARRY_RELAXED))
		return true;
#if TARRY_PORT_DEBUG
	/* Written down already, not yet asked for. */
	for (unsigned int i = 0; i < 8; i++)
		if (tarry_load(&own->held[i], TARRY_RELAXED))
			return true;
#endif
	return false;
}

bool tarry_bare_poll(void)
{
	bool waits = true;

	tarry_bare_stay();
	/* A call takes locks: not in an interrupt of who holds one. */
	if (!holds_locks())
		waits = tarry_epoch_poll(&epoch, me());
	tarry_bare_go();
	return waits;
}

void tarry_bare_online(void)
{
	tarry_epoch_online(&epoch, me());
}

void tarry_bare_offline(void)
{
	tarry_epoch_offline(me());
}

void tarry_bare_quiesce(void)
{
	tarry_epoch_quiesce(&epoch, me());
}

/* ---- windows with interrupts off ---- */

unsigned long tarry_port_irq_off(void)
{
	unsigned long was = tarry_bare_irq_off();

	if (TARRY_BARE_WINDOWS_COUNTED)
		tarry_epoch_begin(&epoch, me(), TARRY_EPOCH_WINDOW);
	return was;
}

void tarry_port_irq_restore(unsigned long was)
{
	if (TARRY_BARE_WINDOWS_COUNTED)
		tarry_epoch_end(me(), TARRY_EPOCH_WINDOW);
	tarry_bare_irq_restore(was);
}

void tarry_port_kick(void)
{
	/* rule: every-walker-class */
	if (TARRY_BARE_WINDOWS_COUNTED)
		tarry_epoch_wait(&epoch, NULL, TARRY_EPOCH_WINDOW);
	else
		tarry_bare_kick();
}
