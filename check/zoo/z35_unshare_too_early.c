/* SPDX-License-Identifier: MIT */
/*
 * Z35.  Before a VMA is split its shared table is unshared - before the locks
 * that keep it so are taken (CVE-2025-38084, 081056dc00a2).
 *
 *	C0: unshares
 *	C1: a fault shares the table again
 *	C0: takes the locks, splits: the VMA cannot have the shared table it has
 *
 * Mended: unshared under those locks.
 */
#include "zoo.h"

static struct {
	struct tarry_port_lock vma_lock;
	uint64_t shared, split;
} s;

static void setup(void)
{
	s.shared = 1;
}

static void split(void)
{
	tarry_store(&s.shared, 0, SEQ);
	tarry_port_lock(&s.vma_lock);
	tarry_store(&s.split, 1, RLX);
	tarry_port_unlock(&s.vma_lock);
}

static void split_mended(void)
{
	tarry_port_lock(&s.vma_lock);
	tarry_store(&s.shared, 0, SEQ);
	tarry_store(&s.split, 1, RLX);
	tarry_port_unlock(&s.vma_lock);
}

static void fault(void)
{
	tarry_port_lock(&s.vma_lock);
	if (!tarry_load(&s.split, RLX))
		tarry_store(&s.shared, 1, SEQ);
	tarry_port_unlock(&s.vma_lock);
}

static void not_both(void)
{
	if (s.split && s.shared)
		check_violation(CHECK_ASSERT, "a split VMA shares a table");
}

ZOO(35, broken, .about = "the precondition does not last",
    .rule = "decide-under-lock", .ids = "CVE-2025-38084, 081056dc00a2",
    FINDS(ASSERT), .setup = setup, .finish = not_both,
    .threads = {CPU(split), CPU(fault)})
ZOO(35, mended, .about = "made under the locks that keep it", CLEAN,
    .rule = "decide-under-lock", .setup = setup, .finish = not_both,
    .threads = {CPU(split_mended), CPU(fault)})
