/* SPDX-License-Identifier: MIT */
/*
 * Z16.  Where table locks are not split, the lock of the upper table and that
 * of the leaf table are one (2026).
 *
 *	C0: holds the one lock as the upper table's, takes it as the leaf's
 *
 * A trylock never succeeds, and nothing is ever reclaimed; a lock waits for
 * itself.  Mended: equal locks are taken once.
 */
#include "zoo.h"

static struct {
	struct tarry_port_lock page_table_lock;
	uint64_t reclaimed;
} s;

static struct tarry_port_lock *pmd_lock(void)
{
	return &s.page_table_lock;
}

static struct tarry_port_lock *pte_lock(void)
{
	return &s.page_table_lock;
}

static void reclaim(void)
{
	tarry_port_lock(pmd_lock());
	tarry_port_lock(pte_lock());
	s.reclaimed = 1;
	tarry_port_unlock(pte_lock());
	tarry_port_unlock(pmd_lock());
}

static void reclaim_try(void)
{
	tarry_port_lock(pmd_lock());
	if (check_trylock(pte_lock())) {
		s.reclaimed = 1;
		tarry_port_unlock(pte_lock());
	}
	tarry_port_unlock(pmd_lock());
}

static void reclaim_mended(void)
{
	tarry_port_lock(pmd_lock());
	if (pte_lock() != pmd_lock())
		tarry_port_lock(pte_lock());
	s.reclaimed = 1;
	if (pte_lock() != pmd_lock())
		tarry_port_unlock(pte_lock());
	tarry_port_unlock(pmd_lock());
}

static void done(void)
{
	if (!s.reclaimed)
		check_violation(CHECK_LEAK, "nothing is ever reclaimed");
}

ZOO(16, broken, .about = "a lock is taken under itself",
    .rule = "lock-top-down", .ids = "2026", FINDS(DEADLOCK),
    .threads = {CPU(reclaim)})
ZOO(16, broken_try, .about = "a lock is tried under itself",
    .rule = "lock-top-down", .ids = "2026", FINDS(LEAK), .finish = done,
    .threads = {CPU(reclaim_try)})
ZOO(16, mended, .about = "equal locks are taken once", CLEAN,
    .rule = "lock-top-down", .finish = done,
    .threads = {CPU(reclaim_mended), CPU(reclaim_mended)})
