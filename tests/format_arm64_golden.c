/* SPDX-License-Identifier: MIT */
/*
 * Golden entries of arm64, transcribed field by field from the Arm ARM
 * (DDI 0487J.a), section D8.3.1: the figures of page, block and table
 * descriptors for the three granules, with 48 and with 52 bits.
 */
#include "golden.h"

#define R     TARRY_R
#define USER  TARRY_USER
#define DIRTY TARRY_DIRTY

static const struct golden_leaf leaves[] = {
	{"arm64-4k", "page: 0, 1; AP[2], SH, nG, PXN, UXN", 0, 0, R,
	 0x0060000000000b83},
	{"arm64-4k", "nG clear: global", 0, 0, R | TARRY_GLOBAL,
	 0x0060000000000383},
	{"arm64-4k", "PXN clear: EL1 executes", 0, 0, R | TARRY_X,
	 0x0040000000000b83},
	{"arm64-4k", "AP[1]: EL0", 0, 0, R | USER, 0x0060000000000bc3},
	{"arm64-4k", "UXN clear: EL0 executes", 0, 0, R | USER | TARRY_X,
	 0x0020000000000bc3},
	{"arm64-4k", "DBM and AP[2]: writable, clean", 0, 0, R | TARRY_W,
	 0x0068000000000b83},
	{"arm64-4k", "DBM, AP[2] clear: dirty", 0, 0, R | TARRY_W | DIRTY,
	 0x0068000000000b03},
	{"arm64-4k", "bit 55: dirty, no longer writable", 0, 0, R | DIRTY,
	 0x00e0000000000b83},
	{"arm64-4k", "AF", 0, 0, R | TARRY_ACCESSED, 0x0060000000000f83},
	{"arm64-4k", "AttrIndx 1", 0, 0, R | TARRY_MEM(1), 0x0060000000000b87},
	{"arm64-4k", "AttrIndx 7", 0, 0, R | TARRY_MEM(7), 0x0060000000000b9f},
	{"arm64-4k", "bit 57, software's", 0, 0, R | TARRY_SOFT(1),
	 0x0260000000000b83},
	{"arm64-4k", "bit 58, software's", 0, 0, R | TARRY_SOFT(2),
	 0x0460000000000b83},
	{"arm64-4k", "bit 12, lowest of the address", 0, 0x1000, R,
	 0x0060000000001b83},
	{"arm64-4k", "bits 47:12", 0, 0x0000fffffffff000, R,
	 0x0060fffffffffb83},
	{"arm64-4k", "level 2 block: bit 1 clear", 1, 0, R, 0x0060000000000b81},
	{"arm64-4k", "level 2 block: bit 21", 1, 0x200000, R,
	 0x0060000000200b81},
	{"arm64-4k", "level 2 block: bits 47:21", 1, 0x0000ffffffe00000, R,
	 0x0060ffffffe00b81},
	{"arm64-4k", "level 1 block: bit 30", 2, 0x40000000, R,
	 0x0060000040000b81},
	{"arm64-16k", "page: bit 14", 0, 0x4000, R, 0x0060000000004b83},
	{"arm64-16k", "page: bits 47:14", 0, 0x0000ffffffffc000, R,
	 0x0060ffffffffcb83},
	{"arm64-16k", "level 2 block: bit 25", 1, 0x2000000, R,
	 0x0060000002000b81},
	{"arm64-64k", "page: bit 16", 0, 0x10000, R, 0x0060000000010b83},
	{"arm64-64k", "level 2 block: bit 29", 1, 0x20000000, R,
	 0x0060000020000b81},
	{"arm64-4k-52", "no SH: OA[51:50] is there", 0, 0, R,
	 0x0060000000000883},
	{"arm64-4k-52", "OA[49:48]", 0, 0x0003000000000000, R,
	 0x0063000000000883},
	{"arm64-4k-52", "OA[50] in bit 8", 0, 0x0004000000000000, R,
	 0x0060000000000983},
	{"arm64-4k-52", "OA[51] in bit 9", 0, 0x0008000000000000, R,
	 0x0060000000000a83},
	{"arm64-4k-52", "level 0 block: bit 39", 3, 0x8000000000, R,
	 0x0060008000000881},
	{"arm64-16k-52", "level 1 block: bit 36", 2, 0x1000000000, R,
	 0x0060001000000881},
	{"arm64-16k-52", "OA[51] in bit 9", 0, 0x0008000000000000, R,
	 0x0060000000000a83},
	{"arm64-64k-52", "OA[48] in bit 12", 0, 0x0001000000000000, R,
	 0x0060000000001b83},
	{"arm64-64k-52", "OA[51] in bit 15", 0, 0x0008000000000000, R,
	 0x0060000000008b83},
	{"arm64-64k-52", "level 1 block: bit 42", 2, 0x40000000000, R,
	 0x0060040000000b81},
};

static const struct golden_table tables[] = {
	{"arm64-4k", "bits 0, 1", 1, 0, 0x3},
	{"arm64-4k", "bit 12", 3, 0x1000, 0x1003},
	{"arm64-4k", "bits 47:12", 2, 0x0000fffffffff000, 0x0000fffffffff003},
	{"arm64-16k", "bit 14", 1, 0x4000, 0x4003},
	{"arm64-64k", "bit 16", 2, 0x10000, 0x10003},
	{"arm64-4k-52", "OA[50] in bit 8", 4, 0x0004000000001000, 0x1103},
	{"arm64-16k-52", "OA[51] in bit 9", 3, 0x0008000000004000, 0x4203},
	{"arm64-64k-52", "OA[48] in bit 12", 2, 0x0001000000010000, 0x11003},
};

static void leaves_as_in_the_figures(void **state)
{
	(void)state;
	golden_leaves(GOLDEN(leaves));
}

static void tables_as_in_the_figures(void **state)
{
	(void)state;
	golden_tables(GOLDEN(tables));
}

/* D8.5: what hardware with HA and HD makes of a writable, clean leaf: AF, then
 * AP[2] clear.  The values are those that a CPU was seen to write. */
static void hardware_sets_accessed_and_dirty(void **state)
{
	const struct tarry_format *f = golden_format("arm64-4k");
	tarry_rights r = R | TARRY_W | TARRY_X | TARRY_GLOBAL | TARRY_MEM(1);

	(void)state;
	assert_int_equal(f->leaf_rights(0x000800004021a387, 0), r);
	assert_int_equal(f->leaf_rights(0x000800004021a787, 0),
			 r | TARRY_ACCESSED);
	assert_int_equal(f->leaf_rights(0x000800004021a707, 0),
			 r | TARRY_ACCESSED | DIRTY);
	assert_int_equal(f->leaf_oa(0x000800004021a707, 0), 0x4021a000);
	assert_int_equal(f->set_accessed_dirty(0x000800004021a707, 0, 0),
			 0x000800004021a387);
}

/* D8.5.2: without DBM, AP[2] = 0 is a page that is written and not tracked: it
 * counts as dirty. */
static void writable_without_dbm_is_dirty(void **state)
{
	const struct tarry_format *f = golden_format("arm64-4k");

	(void)state;
	assert_int_equal(f->leaf_rights(0x0060000000000f03, 0),
			 R | TARRY_W | TARRY_ACCESSED | DIRTY);
	/* Cleaned, it is tracked from then on. */
	assert_int_equal(
		f->set_accessed_dirty(0x0060000000000f03, 0, TARRY_ACCESSED),
		0x0068000000000f83);
}

/* D8.7.1: bit 52. */
static void contiguous_is_bit_52(void **state)
{
	static const struct {
		const char *name;
		unsigned int runs[5];
	} of[] = {{"arm64-4k", {4, 4, 4}},  {"arm64-16k", {7, 5}},
		  {"arm64-64k", {5, 5}},    {"arm64-4k-52", {4, 4, 4}},
		  {"arm64-16k-52", {7, 5}}, {"arm64-64k-52", {5, 5}}};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		const struct tarry_format *f = golden_format(of[i].name);

		for (unsigned int l = 0; l < f->levels; l++)
			assert_int_equal(f->run_lg2[l], of[i].runs[l]);
		assert_true(f->in_run(0x0070000000000b83, 0));
		assert_false(f->in_run(0x0060000000000b83, 0));
		assert_int_equal(f->set_run(0x0060000000000b83, 0, 0, true),
				 0x0070000000000b83);
		assert_int_equal(f->set_run(0x0070000000000b83, 0, 0, false),
				 0x0060000000000b83);
	}
}

/* D8.3.1.3: bit 0 clear is invalid, whatever else is there. */
static void invalid_is_bit_0(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		const struct tarry_format *f = golden_format(leaves[i].format);

		assert_int_equal(f->freeze(leaves[i].entry, 0) & 1, 0);
		assert_int_equal(f->make_mark((1ull << 61) - 1, 0) & 1, 0);
		assert_false(f->present(~1ull, 0));
		assert_true(f->present(1, 1));
	}
}

/* Tables D8-12 to D8-24: bits of the input address that index each level. */
static void geometry_as_in_section_d8_2(void **state)
{
	static const struct {
		const char *name;
		unsigned int levels, bits, page;
		unsigned int spans[5], index[5], leaves;
	} of[] = {
		{"arm64-4k", 4, 48, 12, {12, 21, 30, 39}, {9, 9, 9, 9}, 7},
		{"arm64-16k", 4, 48, 14, {14, 25, 36, 47}, {11, 11, 11, 1}, 3},
		{"arm64-64k", 3, 48, 16, {16, 29, 42}, {13, 13, 6}, 3},
		{"arm64-4k-52",
		 5,
		 52,
		 12,
		 {12, 21, 30, 39, 48},
		 {9, 9, 9, 9, 4},
		 15},
		{"arm64-16k-52",
		 4,
		 52,
		 14,
		 {14, 25, 36, 47},
		 {11, 11, 11, 5},
		 7},
		{"arm64-64k-52", 3, 52, 16, {16, 29, 42}, {13, 13, 10}, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		const struct tarry_format *f = golden_format(of[i].name);

		assert_int_equal(f->levels, of[i].levels);
		assert_int_equal(f->va_bits, of[i].bits);
		assert_int_equal(f->oa_bits, of[i].bits);
		assert_int_equal(f->page_lg2, of[i].page);
		assert_int_equal(f->leaf_levels, of[i].leaves);
		assert_false(f->va_signed || f->big_endian);
		for (unsigned int l = 0; l < f->levels; l++) {
			assert_int_equal(f->span_lg2[l], of[i].spans[l]);
			assert_int_equal(f->index_lg2[l], of[i].index[l]);
			/* D8.2.5: a table is aligned to its size, and to 64
			 * bytes at least. */
			assert_true(f->table_lg2[l] >= 6);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_as_in_the_figures),
	cmocka_unit_test(tables_as_in_the_figures),
	cmocka_unit_test(hardware_sets_accessed_and_dirty),
	cmocka_unit_test(writable_without_dbm_is_dirty),
	cmocka_unit_test(contiguous_is_bit_52),
	cmocka_unit_test(invalid_is_bit_0),
	cmocka_unit_test(geometry_as_in_section_d8_2),
};

BED_MAIN(tests)
