/* SPDX-License-Identifier: MIT */
/*
 * The port: two CPUs that ask each other, and a worker on the second.
 *
 * Nobody takes interrupts.  A CPU is asked by its mailbox, and answers when it
 * polls: in each turn of a loop, and while it waits for a lock or an answer of
 * its own.  A window with interrupts off is a stretch of code that does not
 * poll.
 */
#include "guest.h"

static struct mailbox {
	uint32_t asked, answered;
	uint64_t va, len;
} mailboxes[2];

static struct {
	uint32_t up, wanted, done;
	void (*fn)(void);
} other;

bool port_mute;

void guest_poll(void)
{
	struct mailbox *m = &mailboxes[machine_cpu()];
	/* Pairs with ask(): where to forget, and the tables' changes. */
	uint32_t n = tarry_load(&m->asked, TARRY_ACQUIRE);

	if (n == tarry_load(&m->answered, TARRY_RELAXED)) {
		machine_relax();
		return;
	}
	if (!machine_broadcasts())
		machine_forget(m->va, m->len);
	/* Pairs with the wait in ask(): what this CPU did before is over. */
	tarry_fence(TARRY_SEQ_CST);
	tarry_store(&m->answered, n, TARRY_RELEASE);
}

uint32_t port_polls(void)
{
	return tarry_load(&mailboxes[machine_cpu()].answered, TARRY_RELAXED);
}

/* The other CPU has polled since. */
static void ask(uint64_t va, uint64_t len)
{
	struct mailbox *m = &mailboxes[!machine_cpu()];
	uint32_t n;

	if (!tarry_load(&other.up, TARRY_ACQUIRE))
		return;
	n = tarry_load(&m->asked, TARRY_RELAXED) + 1;
	m->va = va;
	m->len = len;
	tarry_fence(TARRY_SEQ_CST);
	tarry_store(&m->asked, n, TARRY_RELEASE);
	while (tarry_load(&m->answered, TARRY_ACQUIRE) != n)
		guest_poll();
}

/* ---- what src/port/bare asks of a kernel ---- */

unsigned int tarry_bare_cpu(void)
{
	return machine_cpu();
}

unsigned long tarry_bare_irq_off(void)
{
	return 0;
}

void tarry_bare_irq_restore(unsigned long was)
{
	(void)was;
}

void tarry_bare_kick(void)
{
	ask(0, 1);
}

bool tarry_bare_invalidate(uint64_t root, uint64_t va, uint64_t len,
			   bool tables)
{
	(void)root, (void)tables;
	if (port_mute || guest_orders.breaks == GUEST_BREAKS_INVALIDATION)
		return true;
	machine_forget(va, len);
	if (!machine_broadcasts())
		ask(va, len);
	return true;
}

void tarry_bare_relax(void)
{
	guest_poll();
}

void tarry_bare_panic(const char *what, const char *file, int line)
{
	say("# %s:%d: ", file, line);
	guest_panic(what);
}

#ifdef GUEST_BREAKS
bool guest_keeps(const char *rule)
{
	static const char *const slugs[] = {
		[GUEST_BREAKS_GRACE_PERIOD] = "unlink_invalidate_wait_free",
		[GUEST_BREAKS_FREEZE] = "freeze_then_change",
		[GUEST_BREAKS_KICK] = "every_walker_class"};
	const char *broken =
		guest_orders.breaks < sizeof(slugs) / sizeof(slugs[0])
			? slugs[guest_orders.breaks]
			: NULL;

	while (broken && *broken && *broken == *rule)
		broken++, rule++;
	return !broken || *broken != *rule;
}
#endif

void guest_panic(const char *what)
{
	say("\n# %s\nBail out! CPU %u\n# exit 1\n", what, machine_cpu());
	machine_exit(1);
}

void guest_trap(uint64_t cause, uint64_t at, uint64_t va)
{
	say("\n# cause %lx at %lx, address %lx", cause, at, va);
	guest_panic("a trap outside of machine_access()");
}

/* Entries that a walker who should not be here any more would follow: leaves
 * that lead to the first frame, which no case maps. */
void guest_poison(void *p, size_t len)
{
	const struct tarry_format *f = world.format;
	uint64_t *slots = p;
	uint64_t e = f->make_leaf(world.frames, 0, RW | AD);

	if (f->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		e = __builtin_bswap64(e);
	for (size_t i = 0; i < len / 8; i++)
		tarry_store(&slots[i], e, TARRY_RELAXED);
}

/* ---- the second CPU ---- */

bool other_there(void)
{
	return tarry_load(&other.up, TARRY_ACQUIRE);
}

void other_main(void)
{
	uint32_t done = 0;

	machine_on(tarry_space_root(world.space));
	tarry_store(&other.up, 1, TARRY_RELEASE);
	for (;;) {
		/* Pairs with other_begin(). */
		if (tarry_load(&other.wanted, TARRY_ACQUIRE) == done) {
			guest_poll();
			continue;
		}
		other.fn();
		done++;
		tarry_store(&other.done, done, TARRY_RELEASE);
	}
}

void other_begin(void (*fn)(void))
{
	other.fn = fn;
	tarry_store(&other.wanted, tarry_load(&other.wanted, TARRY_RELAXED) + 1,
		    TARRY_RELEASE);
}

void other_join(void)
{
	while (tarry_load(&other.done, TARRY_ACQUIRE) !=
	       tarry_load(&other.wanted, TARRY_RELAXED))
		guest_poll();
}
