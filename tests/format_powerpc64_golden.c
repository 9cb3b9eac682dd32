/* SPDX-License-Identifier: MIT */
/*
 * Golden entries of powerpc64 radix trees, transcribed field by field from the
 * figures of the Power ISA, Version 3.0B, Book III, section 5.7 ("Radix Tree
 * Page Directory Entry", called PDE, and "Radix Tree Page Table Entry", called
 * PTE).  The values are written out: no macro of the format's is used, so that
 * an error there cannot hide here.  The ISA's bit 0 is the leftmost.
 *
 * Two more sources are independent of this library: the example walk in
 * libre-soc's soc.git (commit 00a26dc, "Radix Walk Example"), and the bits of
 * entries that QEMU's powernv9 read and wrote (addresses of RAM are ours).
 */
#include "bed.h"

struct golden_leaf {
	const char *field;
	unsigned int level;
	tarry_oa oa;
	tarry_rights rights;
	uint64_t entry;
};

#define U TARRY_USER

/* The same at every level, in both formats: all of it PTEs. */
static const struct golden_leaf anywhere[] = {
	{"PTE bits 0 V, 1 leaf", 0, 0, U, 0xc000000000000000},
	{"PTE bit 60 EAA privileged", 0, 0, 0, 0xc000000000000008},
	{"PTE bit 61 EAA read", 0, 0, U | TARRY_R, 0xc000000000000004},
	{"PTE bit 62 EAA read/write", 0, 0, U | TARRY_R | TARRY_W,
	 0xc000000000000006},
	{"PTE bit 63 EAA execute", 0, 0, U | TARRY_X, 0xc000000000000001},
	{"PTE bits 58:59 ATT 1, strong access order", 0, 0,
	 U | TARRY_R | TARRY_MEM(1), 0xc000000000000014},
	{"PTE bits 58:59 ATT 2, non-idempotent I/O", 0, 0,
	 U | TARRY_R | TARRY_MEM(2), 0xc000000000000024},
	{"PTE bits 58:59 ATT 3, tolerant I/O", 0, 0, U | TARRY_R | TARRY_MEM(3),
	 0xc000000000000034},
	{"PTE bit 56 C", 0, 0, U | TARRY_R | TARRY_DIRTY, 0xc000000000000084},
	{"PTE bit 55 R", 0, 0, U | TARRY_R | TARRY_ACCESSED,
	 0xc000000000000104},
	{"PTE bit 53 SW", 0, 0, U | TARRY_R | TARRY_SOFT(1),
	 0xc000000000000404},
	{"PTE bit 52 SW", 0, 0, U | TARRY_R | TARRY_SOFT(2),
	 0xc000000000000804},
	{"an ordinary user page", 0, 0,
	 U | TARRY_R | TARRY_W | TARRY_ACCESSED | TARRY_DIRTY,
	 0xc000000000000186},
	{"kernel text", 0, 0, TARRY_R | TARRY_X | TARRY_ACCESSED,
	 0xc00000000000010d},
	{"libre-soc, third level: R, C, EAA 7", 0, 0,
	 U | TARRY_R | TARRY_W | TARRY_X | TARRY_ACCESSED | TARRY_DIRTY,
	 0xc000000000000187},
	{"QEMU, all of it: R, C, privileged rwx", 0, 0,
	 TARRY_R | TARRY_W | TARRY_X | TARRY_ACCESSED | TARRY_DIRTY,
	 0xc00000000000018f},
};

static const struct golden_leaf leaves_4k[] = {
	{"PTE bit 51, lowest of RPN", 0, 0x1000, U, 0xc000000000001000},
	{"PTE bit 7, highest of RPN", 0, 0x0100000000000000, U,
	 0xc100000000000000},
	{"PTE bits 7:51 RPN", 0, 0x01fffffffffff000, U, 0xc1fffffffffff000},
	{"QEMU: a page at 0x12345000, before", 0, 0x12345000, RW,
	 0xc00000001234500e},
	{"QEMU: after a load", 0, 0x12345000, RW | TARRY_ACCESSED,
	 0xc00000001234510e},
	{"QEMU: after a store", 0, 0x12345000, RW | AD, 0xc00000001234518e},
	{"QEMU: LPC I/O, ATT 2", 0, 0x00060300d0010000, RW | AD | TARRY_MEM(2),
	 0xc0060300d00101ae},
};

static const struct golden_leaf leaves_64k[] = {
	{"PTE bit 47, lowest of a 64K page", 0, 0x10000, U, 0xc000000000010000},
	{"PTE bits 7:47 RPN", 0, 0x01ffffffffff0000, U, 0xc1ffffffffff0000},
	{"QEMU: a 64K page at 0x12340000", 0, 0x12340000, RW | AD,
	 0xc00000001234018e},
};

static const struct golden_leaf leaves_large[] = {
	{"PTE bit 42, lowest of a 2M page", 1, 0x200000, U, 0xc000000000200000},
	{"PTE bits 7:42 RPN of a 2M page", 1, 0x01ffffffffe00000, U,
	 0xc1ffffffffe00000},
	{"a writable 2M page", 1, 0x40200000, RW | AD, 0xc00000004020018e},
	{"PTE bit 33, lowest of a 1G page", 2, 0x40000000, U,
	 0xc000000040000000},
	{"PTE bits 7:33 RPN of a 1G page", 2, 0x01ffffffc0000000, U,
	 0xc1ffffffc0000000},
	{"QEMU: 1G at 0, R, C, privileged rwx", 2, 0, RW | TARRY_X | AD,
	 0xc00000000000018f},
	{"libre-soc, second level: 1G at 0, EAA 7", 2, 0, U | RW | TARRY_X | AD,
	 0xc000000000000187},
};

struct golden_table {
	const char *field;
	unsigned int level; /* of the slot */
	tarry_oa oa;
	uint64_t entry;
};

static const struct golden_table tables_4k[] = {
	{"PDE bits 0 V, 59:63 NLS 9", 1, 0, 0x8000000000000009},
	{"PDE bits 4:55 NLB, a table of 4K", 1, 0x1000, 0x8000000000001009},
	{"PDE NLB as high as a PTE's RPN", 1, 0x01fffffffffff000,
	 0x81fffffffffff009},
};

static const struct golden_table tables_64k[] = {
	{"PDE bits 0 V, 59:63 NLS 5", 1, 0, 0x8000000000000005},
	{"PDE bit 55, lowest of NLB: 256 bytes", 1, 0x100, 0x8000000000000105},
	{"PDE bits 4:55 NLB", 1, 0x01ffffffffffff00, 0x81ffffffffffff05},
	{"libre-soc, root of the kernel: NLS 5", 1, 0x40000,
	 0x8000000000040005},
};

static const struct golden_table tables_upper[] = {
	{"PDE NLS 9, two levels up", 2, 0x1000, 0x8000000000001009},
	{"libre-soc, root: NLB 0x400, NLS 9", 3, 0x40000, 0x8000000000040009},
	{"PDE NLS 9, in the root", 3, 0x01fffffffffff000, 0x81fffffffffff009},
};

static const struct tarry_format *k4(void)
{
	return tarry_format_by_name("powerpc64-4k");
}

static const struct tarry_format *k64(void)
{
	return tarry_format_by_name("powerpc64-64k");
}

static void check_leaf(const struct tarry_format *f,
		       const struct golden_leaf *g, unsigned int level)
{
	uint64_t e = f->make_leaf(g->oa, level, g->rights);

	if (e != g->entry)
		fail_msg("%s: %#jx, not %#jx", g->field, (uintmax_t)e,
			 (uintmax_t)g->entry);
	assert_true(f->present(g->entry, level));
	assert_true(f->leaf(g->entry, level));
	assert_int_equal(f->leaf_oa(g->entry, level), g->oa);
	assert_int_equal(f->leaf_rights(g->entry, level), g->rights);
	/* Bit 0 alone is hardware's view. */
	assert_int_equal(f->freeze(g->entry, level) >> 63, 0);
}

#define CHECK_LEAVES(f, list)                                       \
	for (size_t n = 0; n < sizeof(list) / sizeof(*(list)); n++) \
	check_leaf(f, &(list)[n], (list)[n].level)

static void leaves_as_in_the_figures(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(anywhere) / sizeof(*anywhere); n++)
		for (unsigned int level = 0; level < 3; level++) {
			check_leaf(k4(), &anywhere[n], level);
			check_leaf(k64(), &anywhere[n], level);
		}
	CHECK_LEAVES(k4(), leaves_4k);
	CHECK_LEAVES(k64(), leaves_64k);
	CHECK_LEAVES(k4(), leaves_large);
	CHECK_LEAVES(k64(), leaves_large);
}

static void check_table(const struct tarry_format *f,
			const struct golden_table *g)
{
	uint64_t e = f->make_table(g->oa, g->level);

	if (e != g->entry)
		fail_msg("%s: %#jx, not %#jx", g->field, (uintmax_t)e,
			 (uintmax_t)g->entry);
	assert_true(f->present(g->entry, g->level));
	assert_false(f->leaf(g->entry, g->level));
	assert_int_equal(f->table_oa(g->entry), g->oa);
	assert_int_equal(f->freeze(g->entry, g->level) >> 63, 0);
}

#define CHECK_TABLES(f, list)                                       \
	for (size_t n = 0; n < sizeof(list) / sizeof(*(list)); n++) \
	check_table(f, &(list)[n])

static void tables_as_in_the_figures(void **state)
{
	(void)state;
	CHECK_TABLES(k4(), tables_4k);
	CHECK_TABLES(k64(), tables_64k);
	CHECK_TABLES(k4(), tables_upper);
	CHECK_TABLES(k64(), tables_upper);
}

/* EAA 2 is "read and write": a write bit alone can be read too, and no leaf
 * says write without read. */
static void write_is_read_and_write(void **state)
{
	(void)state;
	assert_int_equal(k4()->leaf_rights(0xc00000000000000a, 0), RW);
	assert_false(k4()->rights_sayable(TARRY_W));
	assert_false(k4()->rights_sayable(TARRY_W | TARRY_X));
	assert_true(k4()->rights_sayable(RW));
	assert_true(k4()->rights_sayable(TARRY_X));
	assert_true(k4()->rights_sayable(0));
}

/* A reserved bit (3:6, 57 of a PTE; 2:3, 56:58 of a PDE) is no part of an
 * answer, nor are bits of RPN that lie inside the page. */
static void reserved_bits_are_no_address(void **state)
{
	(void)state;
	assert_int_equal(k4()->leaf_oa(0xde00000000001044, 0), 0x1000);
	assert_int_equal(k64()->leaf_oa(0xc000000000011004, 0), 0x10000);
	assert_int_equal(k4()->leaf_oa(0xc0000000003ff004, 1), 0x200000);
	assert_int_equal(k4()->leaf_oa(0xc00000007ffff004, 2), 0x40000000);
	assert_int_equal(k64()->table_oa(0xb0000000000001e5), 0x100);
}

/* Everything but bit 0 of an entry that is not valid is software's. */
static void not_valid_is_bit_0(void **state)
{
	const struct tarry_format *f = k64();

	(void)state;
	for (unsigned int l = 0; l < 4; l++) {
		assert_int_equal(f->empty[l], 0);
		assert_int_equal(f->make_mark(0, l), 0x1000000000000000);
		assert_int_equal(f->make_mark(0x123456789, l),
				 0x1000000123456789);
		assert_int_equal(f->make_mark((1ull << 60) - 1, l),
				 0x1fffffffffffffff);
		assert_false(f->present(0x7fffffffffffffff, l));
		assert_true(f->present(0x8000000000000000, l));
	}
	assert_int_equal(f->freeze(0xc00000001234018e, 0), 0x600000001234018e);
	assert_int_equal(f->thaw(0x600000001234018e, 0), 0xc00000001234018e);
	assert_int_equal(f->freeze(0x8000000000000105, 1), 0x2000000000000105);
}

/* RTS 21 is 52 bits; POWER9 walks 13, 9, 9 and then 9 or 5 of them. */
static void geometry_as_power9_walks_it(void **state)
{
	static const unsigned int index[2][4] = {{9, 9, 9, 13}, {5, 9, 9, 13}};
	static const unsigned int span[2][4] = {{12, 21, 30, 39},
						{16, 21, 30, 39}};
	static const unsigned int table[2][4] = {{12, 12, 12, 16},
						 {8, 12, 12, 16}};

	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		const struct tarry_format *f = n ? k64() : k4();

		assert_int_equal(f->levels, 4);
		assert_int_equal(f->va_bits, 52);
		assert_false(f->va_signed);
		assert_int_equal(f->oa_bits, 57);
		assert_int_equal(f->page_lg2, n ? 16 : 12);
		assert_int_equal(f->backing_lg2, n ? 16 : 12);
		assert_int_equal(f->leaf_levels, 7);
		for (unsigned int l = 0; l < 4; l++) {
			assert_int_equal(f->index_lg2[l], index[n][l]);
			assert_int_equal(f->span_lg2[l], span[n][l]);
			assert_int_equal(f->table_lg2[l], table[n][l]);
		}
		assert_true(f->big_endian);
		assert_true(f->sets_accessed && f->sets_dirty);
		assert_false(f->direct_change || f->caches_not_present);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_as_in_the_figures),
	cmocka_unit_test(tables_as_in_the_figures),
	cmocka_unit_test(write_is_read_and_write),
	cmocka_unit_test(reserved_bits_are_no_address),
	cmocka_unit_test(not_valid_is_bit_0),
	cmocka_unit_test(geometry_as_power9_walks_it),
};

BED_MAIN(tests)
