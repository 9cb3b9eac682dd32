/* SPDX-License-Identifier: MIT */
/*
 * Z11.  Tables are freed by RCU in batches; without memory for a batch, one by
 * one after an interrupt to every CPU (the "semi-RCU" of many architectures).  A
 * walker in a read section answers interrupts (2024).
 *
 *	R : in a read section, interrupts on, pointer into T
 *	C0: empties T, no memory for a batch: interrupts all, R's CPU answers,
 *	    frees T
 *	R : reads T
 *
 * Mended: one class of readers, waited for on every path.
 */
#include "zoo.h"

static struct {
	uint64_t *slot;
} s;

static void setup(void)
{
	s.slot = check_alloc(16, "table");
}

static void rcu_walker(void)
{
	uint64_t *t;

	tarry_port_read_begin();
	t = tarry_load(&s.slot, ACQ);
	if (t)
		visit(t);
	tarry_port_read_end();
}

static void free_table(void *t)
{
	check_free(t);
}

static void reclaim(void)
{
	uint64_t *t = tarry_exchange(&s.slot, NULL, SEQ);
	void *batch = check_alloc(16, "batch");

	if (batch) {
		check_defer(free_table, t);
		return;
	}
	tarry_port_kick();
	check_free(t);
}

static void reclaim_mended(void)
{
	uint64_t *t = tarry_exchange(&s.slot, NULL, SEQ);
	void *batch = check_alloc(16, "batch");

	if (batch) {
		check_defer(free_table, t);
		return;
	}
	tarry_port_synchronize();
	check_free(t);
}

ZOO(11, broken, .about = "without memory, readers are forgotten",
    .rule = "retire-needs-no-memory", .ids = "semi-RCU, 2024",
    FINDS(USE_AFTER_FREE), .faults = 1, .setup = setup,
    .threads = {CPU(rcu_walker), CPU(reclaim)})
ZOO(11, mended, .about = "one class of readers on all paths", CLEAN,
    .rule = "retire-needs-no-memory", .faults = 1, .setup = setup,
    .threads = {CPU(rcu_walker), CPU(reclaim_mended)})
