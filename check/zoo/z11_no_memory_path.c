/* SPDX-License-Identifier: MIT */
/*
 * Z11.  Tables are freed by RCU in batches; without memory for a batch, one by
 * one after an interrupt to every CPU (the "semi-RCU" of many architectures).
 * A walker in a read section answers interrupts (2024).
 *
 *	R : in a read section, interrupts on, pointer into T
 *	C0: empties T, no memory for a batch: interrupts all, R's CPU answers,
 *	    frees T
 *	R : reads T
 *
 * Four forms of the single-table path were in kernels one after the other, and
 * before them none; each is here against the walkers that tell it apart:
 *
 *	page_batch	no RCU: tables are freed after the flush, and rely on it
 *			being an interrupt
 *	semi_rcu	interrupt, then free (2011 to 2024)
 *	ipi_and_rcu	interrupt, then call_rcu: the interrupt is for nothing
 *			(x86, October 2024)
 *	rcu_only	call_rcu on the table's own page (718b13861d22, v6.14)
 *	wait		a grace period, there and then: it may sleep
 *			(1fb3d8c20bfa, 2026)
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

static void walk(void)
{
	uint64_t *t = tarry_load(&s.slot, ACQ);

	if (t)
		visit(t);
}

static void rcu_walker(void)
{
	tarry_port_read_begin();
	walk();
	tarry_port_read_end();
}

/* Interrupts off are a read section as well. */
static void irqs_off_walker(void)
{
	unsigned long was = tarry_port_irq_off();

	rcu_walker();
	tarry_port_irq_restore(was);
}

static void free_table(void *t)
{
	check_free(t);
}

/* Queued in a batch, if there is memory for one. */
static bool batched(uint64_t *t)
{
	void *batch = check_alloc(16, "batch");

	if (batch)
		check_defer(free_table, t);
	return batch;
}

static uint64_t *unlink(void)
{
	return tarry_exchange(&s.slot, NULL, SEQ);
}

static void semi_rcu(void)
{
	uint64_t *t = unlink();

	if (batched(t))
		return;
	tarry_port_kick();
	check_free(t);
}

static void ipi_and_rcu(void)
{
	uint64_t *t = unlink();

	if (batched(t))
		return;
	tarry_port_kick();
	check_defer(free_table, t);
}

static void rcu_only(void)
{
	uint64_t *t = unlink();

	if (!batched(t))
		check_defer(free_table, t);
}

static void wait_there(void)
{
	uint64_t *t = unlink();

	if (batched(t))
		return;
	tarry_port_synchronize();
	check_free(t);
}

static void page_batch(void)
{
	uint64_t *t = unlink();

	tarry_port_kick(); /* the flush, of both kinds of batch */
	check_free(t);
}

#define Z11(form, about_, ...)                                           \
	ZOO(11, form, .about = about_, .rule = "retire-needs-no-memory", \
	    .faults = 1, .setup = setup, __VA_ARGS__)

Z11(broken, "without memory, readers are forgotten", .ids = "semi-RCU, 2024",
    FINDS(USE_AFTER_FREE), .threads = {CPU(rcu_walker), CPU(semi_rcu)})
Z11(semi_rcu_irqs_off, "semi-RCU waits for walkers with interrupts off", CLEAN,
    .threads = {CPU(irqs_off_walker), CPU(semi_rcu)})
Z11(page_batch_irqs_off, "an interrupt waits for interrupts off", CLEAN,
    .threads = {CPU(irqs_off_walker), CPU(page_batch)})
Z11(page_batch_broken, "no RCU at all: readers are forgotten, memory or not",
    FINDS(USE_AFTER_FREE), .threads = {CPU(rcu_walker), CPU(page_batch)})
Z11(ipi_and_rcu, "an interrupt, and RCU: right, the interrupt for nothing",
    CLEAN, .ids = "x86, October 2024",
    .threads = {CPU(rcu_walker), CPU(irqs_off_walker), CPU(ipi_and_rcu)})
Z11(mended, "RCU only: one class of readers on all paths", CLEAN,
    .ids = "718b13861d22",
    .threads = {CPU(rcu_walker), CPU(irqs_off_walker), CPU(rcu_only)})
Z11(wait, "a grace period there and then: right, and it may sleep", CLEAN,
    .ids = "1fb3d8c20bfa",
    .threads = {CPU(rcu_walker), CPU(irqs_off_walker), CPU(wait_there)})

/* Which is why it is no path for who may not: inside a section it waits for
 * itself. */
static void wait_in_a_section(void)
{
	tarry_port_read_begin();
	wait_there();
	tarry_port_read_end();
}

Z11(wait_in_a_section_broken, "a wait for oneself", FINDS(MISUSE),
    .threads = {CPU(rcu_walker), CPU(wait_in_a_section)})
