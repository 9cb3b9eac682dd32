/* SPDX-License-Identifier: MIT */
/*
 * The promises of tarry/port.h, tried one after the other.
 *
 * Each function below tries some and returns the sentence that does not hold.
 * Where two are needed, one sits inside a section, window or lock until the
 * other has announced that it goes to wait, then some time more, then says that
 * it leaves: who comes back from the wait before that did not wait.
 */
#include "tarry/types.h"
#include "tarry/port.h"
#include "tarry/port_check.h"

#define PATIENCE (1ull << 20)
#define ROUNDS	 20000

/* Memory that is reserved on trial. */
#define TRIAL_LEN   (4ull << 20)
#define TRIAL_ALIGN (2ull << 20)
#define TRIAL_PART  (64ull << 10) /* a multiple of any system's page */

/* ---- ordered access ---- */

/* For one size: T, and values that have bits in all of its bytes. */
#define ACCESS(name, T, ONE, TWO)                                           \
	static const char *access_##name(void)                              \
	{                                                                   \
		T a[3] = {ONE, ONE, ONE}, was;                              \
                                                                            \
		tarry_store(&a[1], TWO, TARRY_RELEASE);                     \
		if (tarry_load(&a[1], TARRY_ACQUIRE) != TWO ||              \
		    tarry_plain(&a[1]) != TWO)                              \
			return "a load returns what was stored, all of it"; \
		if (tarry_exchange(&a[1], ONE, TARRY_ACQ_REL) != TWO ||     \
		    tarry_load(&a[1], TARRY_RELAXED) != ONE)                \
			return "an exchange returns what was there before"; \
		if (tarry_fetch_add(&a[1], TWO, TARRY_ACQ_REL) != ONE ||    \
		    tarry_load(&a[1], TARRY_RELAXED) != (T)(ONE + TWO))     \
			return "a fetch_add adds, and returns what was "    \
			       "there before";                              \
		was = TWO;                                                  \
		if (tarry_cas(&a[1], &was, TWO, TARRY_ACQ_REL) ||           \
		    tarry_load(&a[1], TARRY_RELAXED) != (T)(ONE + TWO))     \
			return "a cas changes nothing where it finds "      \
			       "something else";                            \
		if (was != (T)(ONE + TWO))                                  \
			return "a cas that fails says what it found";       \
		if (!tarry_cas(&a[1], &was, TWO, TARRY_ACQ_REL) ||          \
		    tarry_load(&a[1], TARRY_RELAXED) != TWO)                \
			return "a cas stores where it finds what it "       \
			       "expects";                                   \
		return a[0] == ONE && a[2] == ONE                           \
			       ? NULL                                       \
			       : "an access leaves its neighbours alone";   \
	}
ACCESS(4, uint32_t, 0x81234567u, 0xfedcba98u)
ACCESS(8, uint64_t, 0x8123456789abcdefull, 0xfedcba9876543210ull)
#undef ACCESS

/* ---- alone ---- */

static const char *constants(void)
{
	if (sizeof(struct tarry_port_lock) != 4)
		return "a lock has four bytes";
	if (TARRY_PORT_SHARDS < 1)
		return "there is a shard at least";
	for (int i = 0; i < 1000; i++)
		if (tarry_port_shard() >= TARRY_PORT_SHARDS)
			return "a shard is below TARRY_PORT_SHARDS";
#if TARRY_PORT_DEBUG
	for (int i = 0; i < 8; i++)
		if (tarry_port_held[i])
			return "tarry_port_held is zero where nothing is held";
#endif
	return NULL;
}

static bool reads_zero(const char *p, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

static const char *memory_at(char *p)
{
	volatile char *dirty = p;

	if ((uintptr_t)p & (TRIAL_ALIGN - 1))
		return "reserved space is aligned as asked";
	if (!tarry_port_commit(p, TRIAL_PART, true))
		return NULL; /* the system may have nothing to give */
	if (!reads_zero(p, TRIAL_PART))
		return "committed memory reads as zero";
	for (uint64_t i = 0; i < TRIAL_PART; i++)
		dirty[i] = 1;
	if (!tarry_port_decommit(p, TRIAL_PART))
		return NULL;
	return reads_zero(p, TRIAL_PART) ? NULL
					 : "memory that was given back reads "
					   "as zero";
}

static const char *memory(void)
{
	char *p = tarry_port_reserve(TRIAL_LEN, TRIAL_ALIGN);
	const char *broken = NULL;

	if (p) {
		broken = memory_at(p);
		tarry_port_unreserve(p, TRIAL_LEN);
	}
	if (!broken && !tarry_port_admit(4096))
		return "a block is admitted while nothing is handed out";
	return broken;
}

static const char *locks(void)
{
	static struct tarry_port_lock zero, second;

	for (int i = 0; i < 3; i++) {
		tarry_port_lock(&zero);
		tarry_port_lock(&second); /* of its own */
		tarry_port_unlock(&zero);
		tarry_port_unlock(&second);
	}
	return NULL;
}

static const char *sections(void)
{
	unsigned long was, inner;
	bool goes_on = true;

	if (tarry_port_reading())
		return "outside sections, reading() is false";
	tarry_port_read_begin();
	if (tarry_port_reading()) { /* a port may be unable to tell */
		tarry_port_read_begin();
		tarry_port_read_end();
		goes_on = tarry_port_reading();
	}
	tarry_port_read_end();
	if (!goes_on)
		return "a section goes on when one inside it ends";
	if (tarry_port_reading())
		return "after its end, a section is over";
	was = tarry_port_irq_off();
	inner = tarry_port_irq_off();
	tarry_port_irq_restore(inner);
	tarry_port_irq_restore(was);
	if (tarry_port_reading())
		return "a window leaves no section open";
	/* With nobody inside, these return. */
	tarry_port_synchronize();
	tarry_port_kick();
	tarry_port_barrier();
	return NULL;
}

/* ---- deferred calls ---- */

struct deferred {
	struct tarry_port_defer defer;
	struct deferred *me;
	uint32_t ran, again, in_section;
	const uint32_t *left; /* must be true by then, or NULL */
	uint32_t too_early;
};

static void deferred_run(struct tarry_port_defer *defer)
{
	struct deferred *d = (struct deferred *)defer;

	if (d->me != d)
		return; /* whose storage is that? */
	if (tarry_port_reading())
		d->in_section = 1;
	if (d->left && !tarry_load(d->left, TARRY_ACQUIRE))
		d->too_early = 1;
	if (d->again) {
		d->again = 0;
		tarry_port_defer(&d->defer, deferred_run);
	}
	/* The last touch: who waits for it may then end the life of *d. */
	tarry_fetch_add(&d->ran, 1, TARRY_RELEASE);
}

static const char *deferred_calls(void)
{
	struct deferred d[4];
	uint32_t early = 0;

	_Static_assert(offsetof(struct deferred, defer) == 0, "a cast");
	for (int i = 0; i < 4; i++) {
		d[i] = (struct deferred){.me = &d[i], .again = i == 3};
		tarry_port_read_begin();
		tarry_port_defer(&d[i].defer, deferred_run);
		early |= tarry_load(&d[i].ran, TARRY_ACQUIRE);
		tarry_port_read_end();
	}
	tarry_port_barrier();
	tarry_port_barrier(); /* for the one that was deferred again */
	for (int i = 0; i < 4; i++)
		if (!tarry_load(&d[i].ran, TARRY_ACQUIRE))
			return "a barrier waits for the calls deferred "
			       "before it, which get their storage";
	if (early)
		return "a deferred call waits for the section that it was "
		       "deferred in";
	for (int i = 0; i < 4; i++) {
		if (i < 3 && d[i].ran > 1)
			return "a deferred call runs once";
		if (d[i].in_section)
			return "a deferred call runs outside sections";
	}
	return d[3].ran == 2 ? NULL : "a call can defer itself again";
}

/* ---- two ---- */

enum place { SECTION, NESTED, WINDOW, NESTED_WINDOW, LOCK };

struct pair {
	const struct tarry_port_other *other;
	enum place place;
	struct tarry_port_lock lock;
	uint32_t inside, waiting, left;
	uint32_t added32;
	uint64_t added64, swapped, counted;
};

static void spin(const struct pair *p)
{
	uint64_t n = p->other->patience ? p->other->patience : PATIENCE;

	while (n--)
		tarry_spin_hint();
}

/* Not tarry_port_relax(): this is called inside sections. */
static void until(const uint32_t *flag)
{
	while (!tarry_load(flag, TARRY_ACQUIRE))
		tarry_spin_hint();
}

static void enter(struct pair *p, unsigned long was[2])
{
	switch (p->place) {
	case SECTION:
		tarry_port_read_begin();
		break;
	case NESTED:
		tarry_port_read_begin();
		tarry_port_read_begin();
		tarry_port_read_end();
		break;
	case NESTED_WINDOW:
		was[0] = tarry_port_irq_off();
		was[1] = tarry_port_irq_off();
		tarry_port_irq_restore(was[1]);
		break;
	case WINDOW:
		was[0] = tarry_port_irq_off();
		break;
	case LOCK:
		tarry_port_lock(&p->lock);
		break;
	}
}

/* The other: inside until the first one waits, and longer. */
static void sit(void *arg)
{
	struct pair *p = arg;
	unsigned long was[2] = {0, 0};

	enter(p, was);
	tarry_store(&p->inside, 1, TARRY_RELEASE);
	until(&p->waiting);
	spin(p);
	tarry_store(&p->left, 1, TARRY_RELEASE);
	if (p->place == LOCK)
		tarry_port_unlock(&p->lock);
	else if (p->place >= WINDOW)
		tarry_port_irq_restore(was[0]);
	else
		tarry_port_read_end();
}

/* Did the wait come back only after the other had left? */
static bool waits(const struct tarry_port_other *other, enum place place,
		  void (*wait)(struct pair *))
{
	struct pair p = {.other = other, .place = place};
	bool left;

	other->start(other->ctx, sit, &p);
	until(&p.inside);
	tarry_store(&p.waiting, 1, TARRY_RELEASE);
	wait(&p);
	left = tarry_load(&p.left, TARRY_ACQUIRE);
	other->join(other->ctx);
	return left;
}

static void by_synchronize(struct pair *p)
{
	(void)p;
	tarry_port_synchronize();
}

/* As the library does before it frees. */
static void by_grace_and_kick(struct pair *p)
{
	(void)p;
	tarry_port_synchronize();
	if (!TARRY_PORT_GRACE_COVERS_IRQ_OFF)
		tarry_port_kick();
}

static void by_lock(struct pair *p)
{
	tarry_port_lock(&p->lock);
	tarry_port_unlock(&p->lock);
}

static bool defer_waits(const struct tarry_port_other *other)
{
	struct pair p = {.other = other, .place = SECTION};
	struct deferred d = {.me = &d, .left = &p.left};

	other->start(other->ctx, sit, &p);
	until(&p.inside);
	tarry_port_defer(&d.defer, deferred_run);
	tarry_store(&p.waiting, 1, TARRY_RELEASE);
	tarry_port_barrier();
	other->join(other->ctx);
	return tarry_load(&d.ran, TARRY_ACQUIRE) && !d.too_early;
}

static void count(struct pair *p, uint32_t *here, const uint32_t *there)
{
	tarry_store(here, 1, TARRY_RELEASE);
	until(there);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t was = tarry_load(&p->swapped, TARRY_RELAXED), n;

		tarry_fetch_add(&p->added32, 1, TARRY_RELAXED);
		tarry_fetch_add(&p->added64, 1, TARRY_RELAXED);
		while (!tarry_cas(&p->swapped, &was, was + 1, TARRY_RELAXED))
			;
		tarry_port_lock(&p->lock);
		n = p->counted;
		if (i % (ROUNDS / 4) == 0)
			spin(p); /* whoever comes in now is lost */
		p->counted = n + 1;
		tarry_port_unlock(&p->lock);
	}
}

static void count_there(void *arg)
{
	struct pair *p = arg;

	count(p, &p->inside, &p->waiting);
}

static const char *counts(const struct tarry_port_other *other)
{
	struct pair p = {.other = other};

	other->start(other->ctx, count_there, &p);
	count(&p, &p.waiting, &p.inside);
	other->join(other->ctx);
	if (p.added32 != 2 * ROUNDS || p.added64 != 2 * ROUNDS)
		return "a fetch_add is one step to all";
	if (p.swapped != 2 * ROUNDS)
		return "a cas is one step to all";
	if (p.counted != 2 * ROUNDS)
		return "who takes a lock sees what its last holder did";
	return NULL;
}

static const char *two(const struct tarry_port_other *other)
{
	if (!waits(other, LOCK, by_lock))
		return "a lock keeps others out while it is held";
	if (!waits(other, SECTION, by_synchronize))
		return "synchronize() waits for sections of others";
	if (!waits(other, NESTED, by_synchronize))
		return "synchronize() waits for the outermost section";
	if (!defer_waits(other))
		return "a deferred call waits for sections of others";
	if (!waits(other, WINDOW, by_grace_and_kick))
		return TARRY_PORT_GRACE_COVERS_IRQ_OFF
			       ? "a grace period waits for windows with "
				 "interrupts off, as it says"
			       : "a kick waits for windows with interrupts off";
	if (!waits(other, NESTED_WINDOW, by_grace_and_kick))
		return "a window goes on when one inside it ends";
	return counts(other);
}

const char *tarry_port_check(const struct tarry_port_other *other)
{
	static const char *(*const alone[])(void) = {
		access_4, access_8, constants,	   memory,
		locks,	  sections, deferred_calls};

	for (unsigned int i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		const char *broken = alone[i]();

		if (broken)
			return broken;
	}
	return other ? two(other) : NULL;
}
