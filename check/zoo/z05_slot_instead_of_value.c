/* SPDX-License-Identifier: MIT */
/*
 * Z05.  A walk with interrupts off finds a huge entry and returns the slot,
 * typed as a leaf; the slot becomes a table before it is read again (powerpc,
 * 13bd817bb884, 2015).
 *
 *	C0 (irqs off): copies the slot: huge -> returns the slot
 *	C1: clears it; a fault installs a table there
 *	C0: reads the slot: the table's address is used as a page
 *
 * Mended: what is returned is the value that was decided on.
 */
#include "zoo.h"

#define HUGE 1ull /* bit of an entry that maps a page */

static struct {
	uint64_t slot;
	uint64_t *table;
} s;

static void setup(void)
{
	s.table = check_alloc(16, "table");
	s.slot = 0x1000 | HUGE;
}

static void walker(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t *found = NULL;

	if (tarry_load(&s.slot, ACQ) & HUGE)
		found = &s.slot;
	if (found) {
		uint64_t page = tarry_load(found, ACQ);

		if (page && !(page & HUGE))
			check_violation(CHECK_STALE, "the address of a table "
						     "is used as a page");
	}
	tarry_port_irq_restore(was);
}

static void walker_mended(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t e = tarry_load(&s.slot, ACQ);

	if (e & HUGE)
		check_assert((e & ~HUGE) == 0x1000);
	tarry_port_irq_restore(was);
}

static void zap_and_fault(void)
{
	tarry_exchange(&s.slot, 0, SEQ);
	tarry_store(&s.slot, (uint64_t)(uintptr_t)s.table, REL);
}

ZOO(05, broken, .about = "the slot is looked at twice", .rule = "one-load",
    .ids = "13bd817bb884", FINDS(STALE), .setup = setup,
    .threads = {CPU(walker), CPU(zap_and_fault)})
ZOO(05, mended, .about = "decided on the copy", .rule = "one-load", CLEAN,
    .setup = setup, .threads = {CPU(walker_mended), CPU(zap_and_fault)})
