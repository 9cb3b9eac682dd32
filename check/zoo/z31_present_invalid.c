/* SPDX-License-Identifier: MIT */
/*
 * Z31.  Splitting marks whatever stands in the slot "present, invalid": also a
 * migration entry, whose bits mean something else (3a5a8d343e1c, 2024).
 *
 *	C0: split of a migration entry: sets the software bit "present-invalid"
 *	C1 (irqs off): present? yes. huge? yes: takes the swap offset for a page
 *
 * Mended: only what is present is invalidated.
 */
#include "zoo.h"

#define VALID	1ull
#define HUGE	2ull
#define INVALID 4ull /* software: present, for whoever waits */
#define ENTRY	8ull /* a migration entry: the rest is an offset */

static struct {
	uint64_t slot;
} s;

static void setup(void)
{
	s.slot = 0x7700 | HUGE | ENTRY;
}

static bool present(uint64_t e)
{
	return e & (VALID | INVALID);
}

static void split(void)
{
	uint64_t e = tarry_load(&s.slot, RLX);

	tarry_cas(&s.slot, &e, (e & ~VALID) | INVALID, SEQ);
}

static void split_mended(void)
{
	uint64_t e = tarry_load(&s.slot, RLX);

	if (present(e))
		tarry_cas(&s.slot, &e, (e & ~VALID) | INVALID, SEQ);
}

static void gup_fast(void)
{
	unsigned long was = tarry_port_irq_off();
	uint64_t e = tarry_load(&s.slot, ACQ);

	if (present(e) && (e & HUGE) && (e & ENTRY))
		check_violation(CHECK_WILD,
				"a swap offset is taken for a page");
	tarry_port_irq_restore(was);
}

ZOO(31, broken, .about = "a migration entry is made present",
    .rule = "freeze-then-change", .ids = "3a5a8d343e1c", FINDS(WILD),
    .setup = setup, .threads = {CPU(split), CPU(gup_fast)})
ZOO(31, mended, .about = "only present entries are invalidated", CLEAN,
    .rule = "freeze-then-change", .setup = setup,
    .threads = {CPU(split_mended), CPU(gup_fast)})
