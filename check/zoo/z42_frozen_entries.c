/* SPDX-License-Identifier: MIT */
/*
 * Z42.  Two remove one subtree while a fault fills it: the design of KVM's TDP
 * MMU against what happens without it.
 *
 *	C0: unlinks T, zaps its entries one after another
 *	C1: a fault, inside T already, installs a page behind it: lost
 *
 * Mended: every entry of a removed table is exchanged for a frozen value; who
 * installs does so by compare-exchange, and starts again when it is frozen.
 */
#include "zoo.h"

#define FROZEN 8ull

static struct {
	uint64_t *slot;
	uint64_t installed, removed;
} s;

static void setup(void)
{
	s.slot = check_alloc(16, "table");
}

static void free_table(void *t)
{
	check_free(t);
}

static void remove_with(uint64_t value)
{
	uint64_t *t, n = 0;

	tarry_port_read_begin();
	t = tarry_exchange(&s.slot, NULL, SEQ);
	for (unsigned int i = 0; t && i < 2; i++)
		n += tarry_exchange(&t[i], value, SEQ) != 0;
	tarry_fetch_add(&s.removed, n, RLX);
	tarry_port_read_end();
	if (t)
		check_defer(free_table, t);
}

static void zap(void)
{
	remove_with(0);
}

static void zap_mended(void)
{
	remove_with(FROZEN);
}

/* Installs one page; a frozen entry sends it away, to come again. */
static void fault(void)
{
	uint64_t *t, old = 0;

	tarry_port_read_begin();
	t = tarry_load(&s.slot, ACQ);
	if (t && tarry_cas(&t[0], &old, 1, SEQ))
		tarry_fetch_add(&s.installed, 1, RLX);
	tarry_port_read_end();
}

static void accounted(void)
{
	if (s.installed != s.removed)
		check_violation(CHECK_LOST,
				"a page was installed in a dead table");
}

ZOO(42, broken, .about = "a fault fills a table that was removed",
    .rule = "detached-is-final", .ids = "KVM TDP MMU", FINDS(LOST),
    .setup = setup, .finish = accounted,
    .threads = {CPU(zap), CPU(zap), CPU(fault)})
ZOO(42, mended, .about = "removal leaves frozen entries", CLEAN,
    .rule = "detached-is-final", .setup = setup, .finish = accounted,
    .threads = {CPU(zap_mended), CPU(zap_mended), CPU(fault)})
