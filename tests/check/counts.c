/* SPDX-License-Identifier: MIT */
/*
 * Programs whose number of classes is known.
 *
 *   N contenders for a lock               N!
 *   R readers, W removals, each with a    (2W + 1)^R: a section lies before one
 *   grace period                          of the W waits, and reads before or
 *                                         after that removal; or after all
 *   the same, with windows and kicks      the same
 *   the same, with a lock for each CPU    the same
 */
#include "check.h"

static struct {
	struct tarry_port_lock lock;
	uint64_t count, word;
	uint64_t *table;
} s;

static void contend(void)
{
	tarry_port_lock(&s.lock);
	s.count++;
	tarry_port_unlock(&s.lock);
}
#define T4(f)                         \
	{"a", f}, {"b", f}, {"c", f}, \
	{                             \
		"d", f                \
	}
CHECK_SCENARIO(lock_2, .about = "2", .shared = CHECK_OBJECT(s),
	       .threads = {{"a", contend}, {"b", contend}})
CHECK_SCENARIO(lock_4, .about = "24", .shared = CHECK_OBJECT(s),
	       .threads = {T4(contend)})
CHECK_SCENARIO(lock_6, .about = "720", .shared = CHECK_OBJECT(s),
	       .threads = {T4(contend), {"e", contend}, {"f", contend}})

static void setup(void)
{
	s.table = check_alloc(16, "table %u");
}

static void read(void)
{
	uint64_t *t;

	tarry_port_read_begin();
	t = tarry_load(&s.table, TARRY_ACQUIRE);
	if (t)
		(void)tarry_load(&t[0], TARRY_RELAXED);
	tarry_port_read_end();
}

static void walk(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t *t = tarry_load(&s.table, TARRY_ACQUIRE);

	if (t)
		(void)tarry_load(&t[0], TARRY_RELAXED);
	tarry_port_irq_restore(was);
}

static void replace(void (*wait)(void))
{
	uint64_t *next = check_alloc(16, "table %u");
	uint64_t *old = tarry_exchange(&s.table, next, TARRY_ACQ_REL);

	wait();
	check_free(old);
}

static void grace(void)
{
	tarry_port_synchronize();
}

static void kick(void)
{
	tarry_port_kick();
}

static void remove_1(void)
{
	replace(grace);
}

static void remove_3(void)
{
	replace(grace);
	replace(grace);
	replace(grace);
}

static void kick_3(void)
{
	replace(kick);
	replace(kick);
	replace(kick);
}
#define R2(f)           \
	{"r0", f},      \
	{               \
		"r1", f \
	}
#define R4(f)             \
	R2(f), {"r2", f}, \
	{                 \
		"r3", f   \
	}
CHECK_SCENARIO(grace_r1_w1, .about = "3", .shared = CHECK_OBJECT(s),
	       .setup = setup, .threads = {{"w", remove_1}, {"r0", read}})
CHECK_SCENARIO(grace_r2_w3, .about = "49", .shared = CHECK_OBJECT(s),
	       .setup = setup, .threads = {{"w", remove_3}, R2(read)})
CHECK_SCENARIO(grace_r4_w3, .about = "2401", .shared = CHECK_OBJECT(s),
	       .setup = setup, .threads = {{"w", remove_3}, R4(read)})
CHECK_SCENARIO(kick_r2_w3, .about = "49", .shared = CHECK_OBJECT(s),
	       .setup = setup, .threads = {{"w", kick_3}, R2(walk)})

/* With a lock for each CPU, as those write it who have no windows. */
static struct {
	struct tarry_port_lock cpu[4];
	uint64_t *table;
} m;

static void setup_locks(void)
{
	m.table = check_alloc(16, "table %u");
}

static void walk_locked(unsigned int cpu)
{
	uint64_t *t;

	tarry_port_lock(&m.cpu[cpu]);
	t = tarry_load(&m.table, TARRY_ACQUIRE);
	if (t)
		(void)tarry_load(&t[0], TARRY_RELAXED);
	tarry_port_unlock(&m.cpu[cpu]);
}

static void walk_0(void)
{
	walk_locked(0);
}

static void walk_1(void)
{
	walk_locked(1);
}

static void walk_2(void)
{
	walk_locked(2);
}

static void walk_3(void)
{
	walk_locked(3);
}

static void locks_round(unsigned int n)
{
	uint64_t *next = check_alloc(16, "table %u");
	uint64_t *old = tarry_exchange(&m.table, next, TARRY_ACQ_REL);

	for (unsigned int i = 0; i < n; i++) {
		tarry_port_lock(&m.cpu[i]);
		tarry_port_unlock(&m.cpu[i]);
	}
	check_free(old);
}

static void rounds_1(void)
{
	locks_round(2);
}

static void rounds_2(void)
{
	locks_round(3);
	locks_round(3);
}

static void rounds_3(void)
{
	locks_round(4);
	locks_round(4);
	locks_round(4);
}
CHECK_SCENARIO(locks_r2_w1, .about = "9", .shared = CHECK_OBJECT(m),
	       .setup = setup_locks,
	       .threads = {{"w", rounds_1}, {"r0", walk_0}, {"r1", walk_1}})
CHECK_SCENARIO(locks_r3_w2, .about = "125", .shared = CHECK_OBJECT(m),
	       .setup = setup_locks,
	       .threads = {{"w", rounds_2},
			   {"r0", walk_0},
			   {"r1", walk_1},
			   {"r2", walk_2}})
CHECK_SCENARIO(locks_r4_w3, .about = "2401", .shared = CHECK_OBJECT(m),
	       .setup = setup_locks,
	       .threads = {{"w", rounds_3},
			   {"r0", walk_0},
			   {"r1", walk_1},
			   {"r2", walk_2},
			   {"r3", walk_3}})

/* Large enough to be shared by many, and to be cut. */
CHECK_SCENARIO(shared_r5_w3, .about = "16807", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"w", remove_3}, R4(read), {"r4", read}})
CHECK_SCENARIO(shared_r6_w3, .about = "117649", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {
		       {"w", remove_3}, R4(read), {"r4", read}, {"r5", read}})
