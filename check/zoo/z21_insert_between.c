/* SPDX-License-Identifier: MIT */
/*
 * Z21.  All entries of a table are cleared, its lock is dropped, then the slot
 * is cleared: somebody who needs no page of the file inserts in between (2023).
 *
 *	C0: clears all entries, drops the lock
 *	C1: userfaultfd on a private mapping: inserts an entry
 *	C0: clears the slot: the page is lost
 *
 * Mended: the outer lock is held from "emptied" to "detached".
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
	uint64_t inserted;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	mm_table(&s.mm, PAGE(10), 0);
}

static void free_table(void *t)
{
	check_free(t);
}

static void detach(void)
{
	uint64_t e = tarry_exchange(&s.mm.slots[0], 0, SEQ);

	check_defer(free_table, table_of(e));
}

static void collapse(void)
{
	uint64_t *t = table_of(tarry_load(&s.mm.slots[0], ACQ));

	tarry_port_lock(&s.mm.ptl);
	tarry_exchange(&t[0], 0, SEQ);
	tarry_port_unlock(&s.mm.ptl);
	tarry_port_lock(&s.mm.pmd_lock);
	detach();
	tarry_port_unlock(&s.mm.pmd_lock);
}

static void collapse_mended(void)
{
	uint64_t *t = table_of(tarry_load(&s.mm.slots[0], ACQ));

	tarry_port_lock(&s.mm.pmd_lock);
	tarry_port_lock(&s.mm.ptl);
	tarry_exchange(&t[0], 0, SEQ);
	detach();
	tarry_port_unlock(&s.mm.ptl);
	tarry_port_unlock(&s.mm.pmd_lock);
}

static void uffd_copy(void)
{
	uint64_t e;

	tarry_port_read_begin();
	e = tarry_load(&s.mm.slots[0], ACQ);
	if (e) {
		tarry_port_lock(&s.mm.ptl);
		if (tarry_load(&s.mm.slots[0], ACQ) == e) {
			tarry_store(&table_of(e)[1], PAGE(20), REL);
			s.inserted = 1;
		}
		tarry_port_unlock(&s.mm.ptl);
	}
	tarry_port_read_end();
}

static void not_lost(void)
{
	if (s.inserted && !s.mm.slots[0])
		check_violation(CHECK_LOST, "an inserted page is lost");
}

/* The mended collapse may still find an entry that was there before: it clears
 * what it knows, so the inserter is excluded or seen; here it must look. */
static void collapse_looks(void)
{
	uint64_t *t = table_of(tarry_load(&s.mm.slots[0], ACQ));

	tarry_port_lock(&s.mm.pmd_lock);
	tarry_port_lock(&s.mm.ptl);
	tarry_exchange(&t[0], 0, SEQ);
	if (!tarry_load(&t[1], RLX))
		detach();
	tarry_port_unlock(&s.mm.ptl);
	tarry_port_unlock(&s.mm.pmd_lock);
}

ZOO(21, broken, .about = "an insert between emptied and detached",
    .rule = "never-through-empty", .ids = "collapse_pte_mapped_thp, 2023",
    FINDS(LOST), .setup = setup, .finish = not_lost,
    .threads = {CPU(collapse), CPU(uffd_copy)})
ZOO(21, broken_2, .about = "in one hold, but without a look",
    .rule = "never-through-empty", FINDS(LOST), .setup = setup,
    .finish = not_lost, .threads = {CPU(collapse_mended), CPU(uffd_copy)})
ZOO(21, mended, .about = "one hold, and all of it seen empty", CLEAN,
    .rule = "never-through-empty", .setup = setup, .finish = not_lost,
    .threads = {CPU(collapse_looks), CPU(uffd_copy)})
