/* SPDX-License-Identifier: MIT */
/*
 * Z38.  The mend of Z34 broadcasts once for every table: correct, and four
 * times slower (8ce720d5bd91, 2025).  No race, but a cost: counted here.
 *
 * Mended: one wait covers all tables that were unlinked before it, if nothing
 * gets a second life until then.
 */
#include "zoo.h"

#define TABLES 3

static struct {
	uint64_t *slot[TABLES];
	uint64_t waits;
} s;

static void setup(void)
{
	for (unsigned int i = 0; i < TABLES; i++)
		s.slot[i] = check_alloc(16, "table %u");
}

static void wait(void)
{
	tarry_port_kick();
	s.waits++;
}

static void unshare(void)
{
	for (unsigned int i = 0; i < TABLES; i++) {
		uint64_t *t = tarry_exchange(&s.slot[i], NULL, SEQ);

		wait();
		check_free(t);
	}
}

static void unshare_mended(void)
{
	uint64_t *t[TABLES];

	for (unsigned int i = 0; i < TABLES; i++)
		t[i] = tarry_exchange(&s.slot[i], NULL, SEQ);
	wait();
	for (unsigned int i = 0; i < TABLES; i++)
		check_free(t[i]);
}

static void walker(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t *t = tarry_load(&s.slot[2], ACQ);

	if (t)
		visit(t);
	tarry_port_irq_restore(was);
}

static void one_wait(void)
{
	check_assert(s.waits == 1);
}

ZOO(38, broken, .about = "a broadcast for each table",
    .rule = "unlink-invalidate-wait-free", .ids = "8ce720d5bd91", FINDS(ASSERT),
    .setup = setup, .finish = one_wait, .threads = {CPU(unshare), CPU(walker)})
ZOO(38, mended, .about = "one wait for all of them", CLEAN,
    .rule = "unlink-invalidate-wait-free", .setup = setup, .finish = one_wait,
    .threads = {CPU(unshare_mended), CPU(walker)})
