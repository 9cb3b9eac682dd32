/* SPDX-License-Identifier: MIT */
/*
 * Z13.  A table that a guest uses too is unlinked from the guest's mapping when
 * it is freed; the deferred path has no address and skips that (s390, review of
 * 2023).
 *
 *	C0: defers the table: unlinked from the process, not from the guest
 *	guest: walks its own mapping into the table, freed by now
 *
 * Mended: every path of freeing runs the same hooks.
 */
#include "zoo.h"

static struct {
	uint64_t *slot;	 /* of the process */
	uint64_t *guest; /* of the guest */
} s;

static void setup(void)
{
	s.slot = check_alloc(16, "table");
	s.guest = s.slot;
}

static void guest(void)
{
	uint64_t *t;

	tarry_port_read_begin();
	t = tarry_load(&s.guest, ACQ);
	if (t)
		visit(t);
	tarry_port_read_end();
}

static void free_table(void *t)
{
	check_free(t);
}

static void defer(void)
{
	check_defer(free_table, tarry_exchange(&s.slot, NULL, SEQ));
}

static void defer_mended(void)
{
	uint64_t *t = tarry_exchange(&s.slot, NULL, SEQ);

	tarry_exchange(&s.guest, NULL, SEQ);
	check_defer(free_table, t);
}

ZOO(13, broken, .about = "a guest still maps a freed table",
    .rule = "listeners-always", .ids = "s390, review of 2023",
    FINDS(USE_AFTER_FREE), .setup = setup, .threads = {CPU(guest), CPU(defer)})
ZOO(13, mended, .about = "every path tells the guest", CLEAN,
    .rule = "listeners-always", .setup = setup,
    .threads = {CPU(guest), CPU(defer_mended)})
