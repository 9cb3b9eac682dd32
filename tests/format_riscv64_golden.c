/* SPDX-License-Identifier: MIT */
/*
 * Golden entries of riscv64, transcribed field by field from the Privileged
 * Architecture, version 20211203: the entry of sections 4.4 to 4.6, table 4.5
 * (R, W, X), chapter 5 (Svnapot, table 5.1), chapter 6 (Svpbmt, table 6.1).
 */
#include "golden.h"

#define R TARRY_R
#define W TARRY_W
#define X TARRY_X

#define LEAVES(name)                                                       \
	{name, "V, R", 0, 0, R, 0x3}, {name, "V, R, W", 0, 0, R | W, 0x7}, \
		{name, "V, X", 0, 0, X, 0x9},                              \
		{name, "V, R, X", 0, 0, R | X, 0xb},                       \
		{name, "V, R, W, X", 0, 0, R | W | X, 0xf},                \
		{name, "U", 0, 0, R | TARRY_USER, 0x13},                   \
		{name, "G", 0, 0, R | TARRY_GLOBAL, 0x23},                 \
		{name, "A", 0, 0, R | TARRY_ACCESSED, 0x43},               \
		{name, "D", 0, 0, R | TARRY_DIRTY, 0x83},                  \
		{name, "RSW, the higher", 0, 0, R | TARRY_SOFT(1), 0x203}, \
		{name, "bit 10, lowest of PPN", 0, 0x1000, R, 0x403},      \
		{name, "bits 53:10 PPN",  0, 0x00fffffffffff000,           \
		 R,    0x003ffffffffffc03},                                \
		{name, "PBMT 1: NC",	 0,                                \
		 0,    R | TARRY_MEM(1), 0x2000000000000003},              \
		{name, "PBMT 2: IO",	 0,                                \
		 0,    R | TARRY_MEM(2), 0x4000000000000003},              \
		{name, "2M: PPN[1]", 1, 0x200000, R, 0x80003},             \
	{                                                                  \
		name, "1G: PPN[2]", 2, 0x40000000, R, 0x10000003           \
	}

static const struct golden_leaf leaves[] = {
	LEAVES("riscv64-sv39"),
	LEAVES("riscv64-sv48"),
	LEAVES("riscv64-sv57"),
	{"riscv64-sv48", "512G: PPN[3]", 3, 0x8000000000, R, 0x2000000003},
	{"riscv64-sv57", "512G: PPN[3]", 3, 0x8000000000, R, 0x2000000003},
	{"riscv64-sv57", "256T: PPN[4]", 4, 0x0001000000000000, R,
	 0x400000000003},
};

static const struct golden_table tables[] = {
	{"riscv64-sv39", "V alone", 1, 0, 0x1},
	{"riscv64-sv39", "bit 10", 2, 0x1000, 0x401},
	{"riscv64-sv48", "bits 53:10", 3, 0x00fffffffffff000,
	 0x003ffffffffffc01},
	{"riscv64-sv57", "bit 10", 4, 0x1000, 0x401},
};

static const char *const names[] = {"riscv64-sv39", "riscv64-sv48",
				    "riscv64-sv57"};

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

/* 4.3.1: seen on a CPU that sets them: read, then written. */
static void hardware_sets_accessed_and_dirty(void **state)
{
	const struct tarry_format *f = golden_format("riscv64-sv39");

	(void)state;
	assert_int_equal(f->leaf_rights(0x20000007, 0), R | W);
	assert_int_equal(f->leaf_rights(0x20000047, 0), R | W | TARRY_ACCESSED);
	assert_int_equal(f->leaf_rights(0x200000c7, 0),
			 R | W | TARRY_ACCESSED | TARRY_DIRTY);
	assert_int_equal(f->leaf_oa(0x200000c7, 0), 0x80000000);
}

/* Table 4.5: W without R is reserved, nothing is a pointer; table 6.1: PBMT 3
 * is reserved. */
static void reserved_cannot_be_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct tarry_format *f = golden_format(names[i]);

		assert_false(f->rights_sayable(0));
		assert_false(f->rights_sayable(W));
		assert_false(f->rights_sayable(W | X));
		assert_false(f->rights_sayable(R | TARRY_MEM(3)));
		assert_true(f->rights_sayable(X));
	}
}

/* Table 5.1: N, and PPN[3:0] = 1000 in each of the sixteen. */
static void napot_is_one_value_for_sixteen(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct tarry_format *f = golden_format(names[i]);

		assert_int_equal(f->run_lg2[0], 4);
		assert_int_equal(f->run_lg2[1], 0);
		for (unsigned int slot = 0; slot < 16; slot++) {
			tarry_oa oa = 0x80010000 + slot * 0x1000;
			uint64_t e = f->make_leaf(oa, 0, R | W);
			uint64_t g = f->set_run(e, 0, oa, true);

			assert_int_equal(g, 0x8000000020006007);
			assert_true(f->in_run(g, 0));
			assert_int_equal(f->leaf_oa(g, 0), 0x80010000);
			assert_int_equal(f->set_run(g, 0, oa, false), e);
		}
	}
}

/* 4.3.1: V clear, all else is software's. */
static void invalid_is_bit_0(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct tarry_format *f = golden_format(names[i]);

		assert_int_equal(f->freeze(0x200000c7, 0) & 1, 0);
		assert_int_equal(f->make_mark((1ull << 53) - 1, 0) & 1, 0);
		assert_false(f->present(~1ull, 0));
	}
}

/* Figures of the virtual addresses: 12 bits of offset, 9 for each level; bits
 * above must equal the highest. */
static void geometry_as_in_the_virtual_address(void **state)
{
	static const unsigned int bits[] = {39, 48, 57};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		const struct tarry_format *f = golden_format(names[i]);

		assert_int_equal(f->levels, 3 + i);
		assert_int_equal(f->va_bits, bits[i]);
		assert_true(f->va_signed);
		assert_int_equal(f->oa_bits, 56);
		assert_int_equal(f->leaf_levels, (8u << i) - 1);
		for (unsigned int l = 0; l < f->levels; l++) {
			assert_int_equal(f->span_lg2[l], 12 + 9 * l);
			assert_int_equal(f->index_lg2[l], 9);
			assert_int_equal(f->table_lg2[l], 12);
		}
		assert_false(f->big_endian || f->direct_change);
		assert_true(f->caches_not_present);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_as_in_the_figures),
	cmocka_unit_test(tables_as_in_the_figures),
	cmocka_unit_test(hardware_sets_accessed_and_dirty),
	cmocka_unit_test(reserved_cannot_be_said),
	cmocka_unit_test(napot_is_one_value_for_sixteen),
	cmocka_unit_test(invalid_is_bit_0),
	cmocka_unit_test(geometry_as_in_the_virtual_address),
};

BED_MAIN(tests)
