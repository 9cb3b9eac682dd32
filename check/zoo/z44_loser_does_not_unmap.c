/* SPDX-License-Identifier: MIT */
/*
 * Z44.  Two unmap different parts of one block; both build a table for the
 * rest; one wins (io-pgtable-arm, 85c7a0f1ef62, 2018).
 *
 *	C0, C1: each a table without its part; C0 installs its own
 *	C1: frees its table, and reports success
 *
 * C1's part stays mapped.  Mended: who loses does it again in the winner's
 * table.
 */
#include "small_mm.h"

static struct {
	struct small_mm mm;
} s;

static void setup(void)
{
	mm_setup(&s.mm, &mm_mmu);
	s.mm.slots[0] = PAGE(10) | LEAF;
}

static void unmap(unsigned int part, bool again)
{
	uint64_t e = tarry_load(&s.mm.slots[0], ACQ);
	uint64_t *t;

	if (mm_is_leaf(e, 1)) {
		t = check_alloc(16, "table %u");
		t[0] = PAGE(10);
		t[1] = PAGE(11);
		t[part] = 0;
		if (tarry_cas(&s.mm.slots[0], &e, to_table(t), SEQ))
			return;
		check_free(t);
		if (!again)
			return;
		e = tarry_load(&s.mm.slots[0], ACQ);
	}
	tarry_exchange(&table_of(e)[part], 0, SEQ);
}

static void unmap_0(void)
{
	unmap(0, false);
}

static void unmap_1(void)
{
	unmap(1, false);
}

static void unmap_0_mended(void)
{
	unmap(0, true);
}

static void unmap_1_mended(void)
{
	unmap(1, true);
}

static void both_gone(void)
{
	const uint64_t *t = table_of(s.mm.slots[0]);

	if (t[0] || t[1])
		check_violation(CHECK_LOST,
				"a part is mapped after its unmap succeeded");
}

ZOO(44, broken, .about = "the loser of a split reports success",
    .rule = "loser-redoes", .ids = "85c7a0f1ef62", FINDS(LOST), .setup = setup,
    .finish = both_gone, .threads = {CPU(unmap_0), CPU(unmap_1)})
ZOO(44, mended, .about = "the loser does it again", CLEAN,
    .rule = "loser-redoes", .setup = setup, .finish = both_gone,
    .threads = {CPU(unmap_0_mended), CPU(unmap_1_mended)})
