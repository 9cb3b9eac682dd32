/* SPDX-License-Identifier: MIT */
/*
 * Z20.  Retracting a table checks that nobody can reach it through an anon_vma,
 * before it takes the locks (CVE-2023-52935, 023f47a8250c).
 *
 *	C0: vma.anon_vma is NULL (no lock)
 *	C1: a fault gives it an anon_vma, shared with a child
 *	C0: takes its locks - not that one - and frees the table
 *	C2: a reverse walk through that anon_vma is inside the table
 *
 * Mended: looked at again after the last lock.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	struct tarry_port_lock mmap_lock, rmap_lock;
	uint64_t anon_vma;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
}

static void retract_table(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	check_free(table_of(e));
}

static void retract(void)
{
	if (tarry_load(&s.anon_vma, ACQ))
		return;
	tarry_port_lock(&s.mmap_lock);
	retract_table();
	tarry_port_unlock(&s.mmap_lock);
}

static void retract_mended(void)
{
	if (tarry_load(&s.anon_vma, ACQ))
		return;
	tarry_port_lock(&s.mmap_lock);
	if (!tarry_load(&s.anon_vma, ACQ))
		retract_table();
	tarry_port_unlock(&s.mmap_lock);
}

/* A fault, then a walk of the reverse map, under its own lock. */
static void fault_and_rmap(void)
{
	uint64_t e;

	tarry_port_lock(&s.mmap_lock);
	tarry_store(&s.anon_vma, 1, REL);
	tarry_port_unlock(&s.mmap_lock);
	tarry_port_lock(&s.rmap_lock);
	e = tarry_load(&s.mm.slots[0], ACQ);
	if (e)
		(void)tarry_load(&table_of(e)[0], RLX);
	tarry_port_unlock(&s.rmap_lock);
}

ZOO(20, broken, .about = "a check before the lock", .rule = "decide-under-lock",
    .ids = "CVE-2023-52935, 023f47a8250c", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(retract), CPU(fault_and_rmap)})
ZOO(20, mended, .about = "checked again under the lock", CLEAN,
    .rule = "decide-under-lock", .setup = setup,
    .threads = {CPU(retract_mended), CPU(fault_and_rmap)})
