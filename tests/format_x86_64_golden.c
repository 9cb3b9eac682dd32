/* SPDX-License-Identifier: MIT */
/*
 * Golden entries of x86-64, transcribed field by field from the Intel SDM,
 * volume 3A, tables 4-15 to 4-20 (paging-structure entries with 4-level and
 * 5-level paging).  The values are written out: no macro of the format's is
 * used, so that an error there cannot hide here.
 *
 *   4-15  PML4E that references a page-directory-pointer table
 *   4-16  PDPTE that maps a 1-GByte page
 *   4-17  PDPTE that references a page directory
 *   4-18  PDE that maps a 2-MByte page
 *   4-19  PDE that references a page table
 *   4-20  PTE that maps a 4-KByte page
 */
#include "bed.h"

struct golden_leaf {
	const char *table; /* of the SDM, and the field */
	unsigned int level;
	tarry_oa oa;
	tarry_rights rights;
	uint64_t entry;
};

#define XD 0x8000000000000000ull

static const struct golden_leaf leaves[] = {
	/* Table 4-20: PTE. */
	{"4-20 bit 0 P, bit 63 XD", 0, 0, TARRY_R, XD | 0x1},
	{"4-20 bit 63 XD clear: execute", 0, 0, TARRY_R | TARRY_X, 0x1},
	{"4-20 bit 1 R/W", 0, 0, TARRY_R | TARRY_W, XD | 0x3},
	{"4-20 bit 2 U/S", 0, 0, TARRY_R | TARRY_USER, XD | 0x5},
	{"4-20 bit 3 PWT", 0, 0, TARRY_R | TARRY_MEM(1), XD | 0x9},
	{"4-20 bit 4 PCD", 0, 0, TARRY_R | TARRY_MEM(2), XD | 0x11},
	{"4-20 bit 5 A", 0, 0, TARRY_R | TARRY_ACCESSED, XD | 0x21},
	{"4-20 bit 6 D", 0, 0, TARRY_R | TARRY_DIRTY, XD | 0x41},
	{"4-20 bit 7 PAT", 0, 0, TARRY_R | TARRY_MEM(4), XD | 0x81},
	{"4-20 PAT, PCD, PWT", 0, 0, TARRY_R | TARRY_MEM(7), XD | 0x99},
	{"4-20 bit 8 G", 0, 0, TARRY_R | TARRY_GLOBAL, XD | 0x101},
	{"4-20 bit 12, lowest of address", 0, 0x1000, TARRY_R, XD | 0x1001},
	{"4-20 bits 51:12 address", 0, 0x000ffffffffff000, TARRY_R,
	 XD | 0x000ffffffffff001},
	{"4-20 bits 58:52 ignored: soft", 0, 0, TARRY_R | TARRY_SOFT(0x7f),
	 XD | 0x07f0000000000001},
	{"4-20 bit 52 ignored: soft 0", 0, 0, TARRY_R | TARRY_SOFT(1),
	 XD | 0x0010000000000001},
	{"4-20 bit 11 ignored: soft 7", 0, 0, TARRY_R | TARRY_SOFT(0x80),
	 XD | 0x801},
	{"4-20 bits 62:59 protection key", 0, 0, TARRY_R | TARRY_KEY(15),
	 XD | 0x7800000000000001},
	{"4-20 bit 59 protection key 1", 0, 0, TARRY_R | TARRY_KEY(1),
	 XD | 0x0800000000000001},
	{"4-20 an ordinary user page", 0, 0x12345000,
	 TARRY_R | TARRY_W | TARRY_USER | TARRY_ACCESSED | TARRY_DIRTY,
	 XD | 0x12345067},
	{"4-20 kernel text", 0, 0x1000000,
	 TARRY_R | TARRY_X | TARRY_GLOBAL | TARRY_ACCESSED, 0x1000121},

	/* Table 4-18: PDE that maps a 2-MByte page. */
	{"4-18 bit 0 P, bit 7 PS", 1, 0, TARRY_R, XD | 0x81},
	{"4-18 bit 63 XD clear: execute", 1, 0, TARRY_R | TARRY_X, 0x81},
	{"4-18 bit 1 R/W", 1, 0, TARRY_R | TARRY_W, XD | 0x83},
	{"4-18 bit 2 U/S", 1, 0, TARRY_R | TARRY_USER, XD | 0x85},
	{"4-18 bit 3 PWT", 1, 0, TARRY_R | TARRY_MEM(1), XD | 0x89},
	{"4-18 bit 4 PCD", 1, 0, TARRY_R | TARRY_MEM(2), XD | 0x91},
	{"4-18 bit 5 A", 1, 0, TARRY_R | TARRY_ACCESSED, XD | 0xa1},
	{"4-18 bit 6 D", 1, 0, TARRY_R | TARRY_DIRTY, XD | 0xc1},
	{"4-18 bit 8 G", 1, 0, TARRY_R | TARRY_GLOBAL, XD | 0x181},
	{"4-18 bit 12 PAT", 1, 0, TARRY_R | TARRY_MEM(4), XD | 0x1081},
	{"4-18 PAT, PCD, PWT", 1, 0, TARRY_R | TARRY_MEM(7), XD | 0x1099},
	{"4-18 bit 21, lowest of address", 1, 0x200000, TARRY_R, XD | 0x200081},
	{"4-18 bits 51:21 address", 1, 0x000fffffffe00000, TARRY_R,
	 XD | 0x000fffffffe00081},
	{"4-18 bits 58:52 ignored: soft", 1, 0, TARRY_R | TARRY_SOFT(0x7f),
	 XD | 0x07f0000000000081},
	{"4-18 bit 11 ignored: soft 7", 1, 0, TARRY_R | TARRY_SOFT(0x80),
	 XD | 0x881},
	{"4-18 bits 62:59 protection key", 1, 0, TARRY_R | TARRY_KEY(10),
	 XD | 0x5000000000000081},
	{"4-18 write-combining user page", 1, 0x40000000,
	 TARRY_R | TARRY_W | TARRY_USER | TARRY_MEM(5) | TARRY_DIRTY,
	 XD | 0x400010cf},

	/* Table 4-16: PDPTE that maps a 1-GByte page. */
	{"4-16 bit 0 P, bit 7 PS", 2, 0, TARRY_R, XD | 0x81},
	{"4-16 bit 63 XD clear: execute", 2, 0, TARRY_R | TARRY_X, 0x81},
	{"4-16 bit 1 R/W", 2, 0, TARRY_R | TARRY_W, XD | 0x83},
	{"4-16 bit 2 U/S", 2, 0, TARRY_R | TARRY_USER, XD | 0x85},
	{"4-16 bit 3 PWT", 2, 0, TARRY_R | TARRY_MEM(1), XD | 0x89},
	{"4-16 bit 4 PCD", 2, 0, TARRY_R | TARRY_MEM(2), XD | 0x91},
	{"4-16 bit 5 A", 2, 0, TARRY_R | TARRY_ACCESSED, XD | 0xa1},
	{"4-16 bit 6 D", 2, 0, TARRY_R | TARRY_DIRTY, XD | 0xc1},
	{"4-16 bit 8 G", 2, 0, TARRY_R | TARRY_GLOBAL, XD | 0x181},
	{"4-16 bit 12 PAT", 2, 0, TARRY_R | TARRY_MEM(4), XD | 0x1081},
	{"4-16 bit 30, lowest of address", 2, 0x40000000, TARRY_R,
	 XD | 0x40000081},
	{"4-16 bits 51:30 address", 2, 0x000fffffc0000000, TARRY_R,
	 XD | 0x000fffffc0000081},
	{"4-16 bits 58:52 ignored: soft", 2, 0, TARRY_R | TARRY_SOFT(0x7f),
	 XD | 0x07f0000000000081},
	{"4-16 bit 11 ignored: soft 7", 2, 0, TARRY_R | TARRY_SOFT(0x80),
	 XD | 0x881},
	{"4-16 bits 62:59 protection key", 2, 0, TARRY_R | TARRY_KEY(15),
	 XD | 0x7800000000000081},
};

struct golden_table {
	const char *table;
	unsigned int level; /* of the slot */
	tarry_oa oa;
	uint64_t entry;
};

/* Bits 1 and 2 are set: the leaves alone decide (SDM 4.6.1); bit 63 is clear
 * for the same reason; bit 7 is 0 (reserved, or PS = 0). */
static const struct golden_table tables[] = {
	{"4-19 bits 0 P, 1 R/W, 2 U/S, 7 PS = 0", 1, 0, 0x7},
	{"4-19 bit 12, lowest of address", 1, 0x1000, 0x1007},
	{"4-19 bits 51:12 address", 1, 0x000ffffffffff000, 0x000ffffffffff007},
	{"4-17 bits 0 P, 1 R/W, 2 U/S, 7 PS = 0", 2, 0, 0x7},
	{"4-17 bit 12, lowest of address", 2, 0x1000, 0x1007},
	{"4-17 bits 51:12 address", 2, 0x000ffffffffff000, 0x000ffffffffff007},
	{"4-15 bits 0 P, 1 R/W, 2 U/S, 7 reserved", 3, 0, 0x7},
	{"4-15 bit 12, lowest of address", 3, 0x1000, 0x1007},
	{"4-15 bits 51:12 address", 3, 0x000ffffffffff000, 0x000ffffffffff007},
};

static const char *const names[] = {"x86_64-4", "x86_64-5"};

static void leaves_as_in_the_tables(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
			const struct golden_leaf *g = &leaves[i];
			uint64_t e = f->make_leaf(g->oa, g->level, g->rights);

			if (e != g->entry)
				fail_msg("table %s: %#jx, not %#jx", g->table,
					 (uintmax_t)e, (uintmax_t)g->entry);
			assert_true(f->present(g->entry, g->level));
			assert_true(f->leaf(g->entry, g->level));
			assert_int_equal(f->leaf_oa(g->entry, g->level), g->oa);
			assert_int_equal(f->leaf_rights(g->entry, g->level),
					 g->rights);
		}
	}
}

static void tables_as_in_the_tables(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
			const struct golden_table *g = &tables[i];
			uint64_t e = f->make_table(g->oa, g->level);

			if (e != g->entry)
				fail_msg("table %s: %#jx, not %#jx", g->table,
					 (uintmax_t)e, (uintmax_t)g->entry);
			assert_true(f->present(g->entry, g->level));
			assert_false(f->leaf(g->entry, g->level));
			assert_int_equal(f->table_oa(g->entry), g->oa);
			/* Accessed (bit 5), set by hardware at every level, is
			 * no part of the answer. */
			assert_int_equal(f->table_oa(g->entry | 0x20), g->oa);
			assert_false(f->leaf(g->entry | 0x20, g->level));
		}
	}
}

/* Bit 12 is PAT in large leaves, and bits 20:13 or 29:13 are reserved: none of
 * them is a part of the address (tables 4-16 and 4-18). */
static void pat_is_no_address(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		assert_int_equal(f->leaf_oa(0x200000 | 0x1081, 1), 0x200000);
		assert_int_equal(f->leaf_oa(0x40000000 | 0x1081, 2),
				 0x40000000);
		assert_int_equal(TARRY_MEM_OF(f->leaf_rights(0x1081, 1)), 4);
		assert_int_equal(TARRY_MEM_OF(f->leaf_rights(0x1081, 2)), 4);
		assert_int_equal(TARRY_MEM_OF(f->leaf_rights(0x1001, 0)), 0);
		assert_int_equal(f->leaf_oa(0x1001, 0), 0x1000);
	}
}

/* SDM 4.5: "if the P flag is 0, the entry is used neither to reference another
 * paging-structure entry nor to map a page": bit 0 alone is hardware's view. */
static void not_present_is_bit_0(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		assert_int_equal(f->empty[0], 0);
		assert_int_equal(f->make_mark(0, 0) & 1, 0);
		assert_int_equal(f->make_mark((1ull << 51) - 1, 0) & 1, 0);
		for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++)
			assert_int_equal(f->freeze(leaves[i].entry, 0) & 1, 0);
		for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
			assert_int_equal(f->freeze(tables[i].entry, 0) & 1, 0);
		assert_false(f->present(~1ull, 0));
		assert_true(f->present(1, 0));
	}
}

/* INTEL-SA-00161: what stands in bits 51:12 of an entry that is not present
 * and does not map nothing must not be the address of memory. */
static void address_of_not_present_is_inverted(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);
		uint64_t leaf = f->make_leaf(0x12345000, 0, RW);
		uint64_t mark = f->make_mark(0x12345, 0);

		assert_int_equal(f->freeze(leaf, 0) & 0x000ffffffffff000ull,
				 0x000ffffffffff000ull ^ 0x12345000);
		assert_int_equal(mark & 0x000ffffffffff000ull,
				 0x000ffffffffff000ull ^ 0x12345000);
	}
}

/* SDM 4.5: 4 levels translate 48 bits, 5 levels 57; 9 bits a level. */
static void geometry_as_in_section_4_5(void **state)
{
	static const unsigned int spans[] = {12, 21, 30, 39, 48};

	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		const struct tarry_format *f = tarry_format_by_name(names[n]);

		assert_int_equal(f->levels, 4 + n);
		assert_int_equal(f->va_bits, n ? 57 : 48);
		assert_true(f->va_signed);
		assert_int_equal(f->oa_bits, 52);
		assert_int_equal(f->page_lg2, 12);
		assert_int_equal(f->leaf_levels, 7);
		for (unsigned int l = 0; l < f->levels; l++) {
			assert_int_equal(f->span_lg2[l], spans[l]);
			assert_int_equal(f->index_lg2[l], 9);
			assert_int_equal(f->table_lg2[l], 12);
		}
		assert_true(f->sets_accessed && f->sets_dirty);
		assert_false(f->big_endian || f->caches_not_present);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_as_in_the_tables),
	cmocka_unit_test(tables_as_in_the_tables),
	cmocka_unit_test(pat_is_no_address),
	cmocka_unit_test(not_present_is_bit_0),
	cmocka_unit_test(address_of_not_present_is_inverted),
	cmocka_unit_test(geometry_as_in_section_4_5),
};

BED_MAIN(tests)
