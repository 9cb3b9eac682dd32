/* SPDX-License-Identifier: MIT */
/*
 * Golden entries of s390x, transcribed field by field from z/Architecture
 * Principles of Operation, SA22-7832-12, chapter 3, "Dynamic Address
 * Translation": the figures of "Page-Table Entries" (PTE), "Segment-Table
 * Entries" (STE) and "Region-Table Entries" (R3TE, R2TE, R1TE).  The values are
 * written out: no macro of the format's is used, so that an error there cannot
 * hide here.  The book's bit 0 is the leftmost.
 *
 * What is ours, in bits that the book leaves to the program, is marked so.
 */
#include "bed.h"

struct golden_leaf {
	const char *field;
	unsigned int level;
	tarry_oa oa;
	tarry_rights rights;
	uint64_t entry;
};

#define RWX (TARRY_R | TARRY_W | TARRY_X)

static const struct golden_leaf leaves[] = {
	{"PTE, nothing set: all but fetch protection", 0, 0, RWX, 0x0},
	{"PTE bit 54 P", 0, 0, TARRY_R | TARRY_X, 0x200},
	{"PTE bit 55 IEP", 0, 0, RW, 0x100},
	{"PTE bits 54 P, 55 IEP", 0, 0, TARRY_R, 0x300},
	{"PTE bit 51, lowest of PFRA", 0, 0x1000, RWX, 0x1000},
	{"PTE bit 0, highest of PFRA", 0, 0x8000000000000000, RWX,
	 0x8000000000000000},
	{"PTE bits 0:51 PFRA", 0, 0xfffffffffffff000, RWX, 0xfffffffffffff000},
	{"PTE bits 56:63, ours: accessed", 0, 0, RWX | TARRY_ACCESSED, 0x4},
	{"PTE bits 56:63, ours: dirty", 0, 0, RWX | TARRY_DIRTY, 0x8},
	{"PTE bits 56:63, ours: USER", 0, 0, RWX | TARRY_USER, 0x10},
	{"PTE bits 56:63, ours: soft 0", 0, 0, RWX | TARRY_SOFT(1), 0x2},
	{"PTE bits 56:63, ours: soft 1", 0, 0, RWX | TARRY_SOFT(2), 0x20},
	{"QEMU: a page (the address is ours)", 0, 0x12345000, RWX, 0x12345000},
	{"a page that is read only, no execution", 0, 0x12345000, TARRY_R,
	 0x12345300},

	{"STE bit 53 FC", 1, 0, RWX, 0x400},
	{"STE bit 54 P", 1, 0, TARRY_R | TARRY_X, 0x600},
	{"STE bit 55 IEP", 1, 0, RW, 0x500},
	{"STE bit 43, lowest of SFAA", 1, 0x100000, RWX, 0x100400},
	{"STE bits 0:43 SFAA", 1, 0xfffffffffff00000, RWX, 0xfffffffffff00400},
	{"STE bits 48:51 ACC with AV 0, ours: accessed", 1, 0,
	 RWX | TARRY_ACCESSED, 0x1400},
	{"STE bits 48:51 ACC with AV 0, ours: dirty", 1, 0, RWX | TARRY_DIRTY,
	 0x2400},
	{"STE bits 48:51 ACC with AV 0, ours: soft 1", 1, 0,
	 RWX | TARRY_SOFT(2), 0x4400},
	{"STE bits 48:51 ACC with AV 0, ours: USER", 1, 0, RWX | TARRY_USER,
	 0x8400},
	{"STE bit 52 F with AV 0, ours: soft 0", 1, 0, RWX | TARRY_SOFT(1),
	 0xc00},
	{"a segment that is read only, no execution", 1, 0x7ff00000, TARRY_R,
	 0x7ff00700},

	{"R3TE bits 53 FC, 60:61 TT 1", 2, 0, RWX, 0x404},
	{"R3TE bit 54 P", 2, 0, TARRY_R | TARRY_X, 0x604},
	{"R3TE bit 55 IEP", 2, 0, RW, 0x504},
	{"R3TE bit 32, lowest of RFAA", 2, 0x80000000, RWX, 0x80000404},
	{"R3TE bits 0:32 RFAA", 2, 0xffffffff80000000, RWX, 0xffffffff80000404},
	{"R3TE bits 48:51 ACC with AV 0, ours: accessed", 2, 0,
	 RWX | TARRY_ACCESSED, 0x1404},
	{"R3TE bits 48:51 ACC with AV 0, ours: dirty", 2, 0, RWX | TARRY_DIRTY,
	 0x2404},
	{"R3TE bits 48:51 ACC with AV 0, ours: soft 1", 2, 0,
	 RWX | TARRY_SOFT(2), 0x4404},
	{"R3TE bits 48:51 ACC with AV 0, ours: USER", 2, 0, RWX | TARRY_USER,
	 0x8404},
	{"R3TE bit 52 F with AV 0, ours: soft 0", 2, 0, RWX | TARRY_SOFT(1),
	 0xc04},
};

struct golden_table {
	const char *field;
	unsigned int level; /* of the slot */
	tarry_oa oa;
	uint64_t entry;
};

/* QEMU walked entries of all four kinds, with the addresses it had there. */
static const struct golden_table tables[] = {
	{"STE, nothing set: TT 0", 1, 0, 0x0},
	{"STE bit 52, lowest of the page-table origin", 1, 0x800, 0x800},
	{"STE bits 0:52 page-table origin", 1, 0xfffffffffffff800,
	 0xfffffffffffff800},
	{"R3TE bits 60:61 TT 1, 62:63 TL 3", 2, 0, 0x7},
	{"R3TE bits 0:51 segment-table origin", 2, 0xffffffffffffc000,
	 0xffffffffffffc007},
	{"R3TE, a table of 16K", 2, 0x4000, 0x4007},
	{"R2TE bits 60:61 TT 2, 62:63 TL 3", 3, 0, 0xb},
	{"R2TE bits 0:51 region-third-table origin", 3, 0xffffffffffffc000,
	 0xffffffffffffc00b},
	{"R1TE bits 60:61 TT 3, 62:63 TL 3", 4, 0, 0xf},
	{"R1TE bits 0:51 region-second-table origin", 4, 0xffffffffffffc000,
	 0xffffffffffffc00f},
};

static const char *const names[] = {"s390x-2", "s390x-3", "s390x-4", "s390x-5"};

/* Bit 53 of a page-table entry, bit 58 of all others. */
static uint64_t invalid(unsigned int level)
{
	return level ? 0x20 : 0x400;
}

static void leaves_as_in_the_figures(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
			const struct golden_leaf *g = &leaves[i];
			uint64_t e;

			if (!(f->leaf_levels >> g->level & 1))
				continue;
			e = f->make_leaf(g->oa, g->level, g->rights);
			if (e != g->entry)
				fail_msg("%s: %#jx, not %#jx", g->field,
					 (uintmax_t)e, (uintmax_t)g->entry);
			assert_true(f->present(g->entry, g->level));
			assert_true(f->leaf(g->entry, g->level));
			assert_int_equal(f->leaf_oa(g->entry, g->level), g->oa);
			assert_int_equal(f->leaf_rights(g->entry, g->level),
					 g->rights);
			assert_false(f->present(g->entry | invalid(g->level),
						g->level));
		}
	}
}

static void tables_as_in_the_figures(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
			const struct golden_table *g = &tables[i];
			uint64_t e;

			if (g->level >= f->levels)
				continue;
			e = f->make_table(g->oa, g->level);
			if (e != g->entry)
				fail_msg("%s: %#jx, not %#jx", g->field,
					 (uintmax_t)e, (uintmax_t)g->entry);
			assert_true(f->present(g->entry, g->level));
			assert_false(f->leaf(g->entry, g->level));
			assert_int_equal(f->table_oa(g->entry), g->oa);
			assert_false(f->present(g->entry | 0x20, g->level));
		}
	}
}

/* "Invalid" is a bit that is set, and not at the same place everywhere; QEMU's
 * IPTE sets 0x400. */
static void empty_is_invalid(void **state)
{
	static const uint64_t empty[] = {0x400, 0x20, 0x24, 0x28, 0x2c};
	const struct tarry_format *f = tarry_format_by_name("s390x-5");

	(void)state;
	for (unsigned int l = 0; l < 5; l++) {
		assert_int_equal(f->empty[l], empty[l]);
		assert_int_equal(f->make_mark(0, l), empty[l] | 0x40);
		assert_int_equal(f->make_mark(0x123456789abcd, l),
				 0x123456789abcd000 | empty[l] | 0x40);
		assert_true(f->present(0, l));
		/* The other level's bit says something else, or nothing. */
		assert_true(f->present(invalid(!l), l));
	}
	/* FC is the I of a page-table entry; only two upper levels have it. */
	assert_true(f->leaf(0x400, 1) && f->leaf(0x404, 2));
	assert_false(f->leaf(0x408, 3) || f->leaf(0x40c, 4));
}

/* IPTE and IDTE look at the address in the entry that they invalidate: frozen
 * or not, it must be the same. */
static void freeze_keeps_the_address(void **state)
{
	const struct tarry_format *f = tarry_format_by_name("s390x-5");

	(void)state;
	assert_int_equal(f->freeze(0x12345300, 0), 0x12345780);
	assert_int_equal(f->thaw(0x12345780, 0), 0x12345300);
	assert_int_equal(f->freeze(0x7ff00700, 1), 0x7ff007a0);
	assert_int_equal(f->freeze(0x4800, 1), 0x48a0);
	assert_int_equal(f->freeze(0x80000404, 2), 0x800004a4);
	assert_int_equal(f->freeze(0x4007, 2), 0x40a7);
	assert_int_equal(f->freeze(0x400b, 3), 0x40ab);
	assert_int_equal(f->freeze(0x400f, 4), 0x40af);
}

/* Bit 52 belongs to the origin of a page table, and to nothing else. */
static void origins_end_where_their_tables_do(void **state)
{
	const struct tarry_format *f = tarry_format_by_name("s390x-5");

	(void)state;
	assert_int_equal(f->table_oa(0x4800), 0x4800);
	assert_int_equal(f->table_oa(0x4807), 0x4000);
	assert_int_equal(f->table_oa(0x480b), 0x4000);
	assert_int_equal(f->table_oa(0x480f), 0x4000);
	/* AV, ACC and F are no address. */
	assert_int_equal(f->leaf_oa(0x11fc00, 1), 0x100000);
	assert_int_equal(f->leaf_oa(0x8001fc04, 2), 0x80000000);
}

/* The virtual address: RFX, RSX, RTX and SX of 11 bits, PX of 8, BX of 12. */
static void geometry_as_in_the_virtual_address(void **state)
{
	static const unsigned int spans[] = {12, 20, 31, 42, 53};
	static const unsigned int bits[] = {31, 42, 53, 64};

	(void)state;
	for (unsigned int n = 0; n < 4; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		assert_int_equal(f->levels, 2 + n);
		assert_int_equal(f->va_bits, bits[n]);
		assert_false(f->va_signed);
		assert_int_equal(f->oa_bits, 64);
		assert_int_equal(f->page_lg2, 12);
		assert_int_equal(f->backing_lg2, 12);
		assert_int_equal(f->leaf_levels, n ? 7 : 3);
		for (unsigned int l = 0; l < f->levels; l++) {
			assert_int_equal(f->span_lg2[l], spans[l]);
			assert_int_equal(f->index_lg2[l], l ? 11 : 8);
			assert_int_equal(f->table_lg2[l], l ? 14 : 11);
		}
		assert_true(f->big_endian);
		assert_false(f->sets_accessed || f->sets_dirty);
		assert_false(f->direct_change || f->caches_not_present);
		/* What is valid can be fetched. */
		assert_false(f->rights_sayable(TARRY_W));
		assert_true(f->rights_sayable(TARRY_R));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_as_in_the_figures),
	cmocka_unit_test(tables_as_in_the_figures),
	cmocka_unit_test(empty_is_invalid),
	cmocka_unit_test(freeze_keeps_the_address),
	cmocka_unit_test(origins_end_where_their_tables_do),
	cmocka_unit_test(geometry_as_in_the_virtual_address),
};

BED_MAIN(tests)
