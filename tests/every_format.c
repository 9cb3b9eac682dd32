/* SPDX-License-Identifier: MIT */
/*
 * Every format through the library: what formats differ in, and the library
 * must not take for granted.  Tables of many pages or of a small part of one,
 * entries of the other byte order, an empty value that is not zero and differs
 * by level, addresses up to the last of 64 bits.  All by the format's facts: no
 * test here asks for its name.
 */
#include "content.h"

#define tarry_for_each_format(f, i) \
	for (unsigned int i = 0; ((f) = tarry_format_at(i)) != NULL; i++)

static uint64_t page_of(const struct tarry_format *f)
{
	return 1ull << f->page_lg2;
}

static uint64_t span_of(const struct tarry_format *f, unsigned int level)
{
	return 1ull << f->span_lg2[level];
}

static bool leaf_level(const struct tarry_format *f, unsigned int level)
{
	return f->leaf_levels >> level & 1;
}

/* The first address that is none any more: of all, or of the upper half. */
static tarry_va end_of(const struct tarry_format *f)
{
	return f->va_signed || f->va_bits == 64 ? 0 : 1ull << f->va_bits;
}

/* What stands in memory, in the order of the format. */
static uint64_t in_memory(const struct tarry_format *f, const uint64_t *slot)
{
	const unsigned char *at = (const unsigned char *)slot;
	uint64_t v = 0;

	for (unsigned int i = 0; i < 8; i++)
		v = v << 8 | at[f->big_endian ? i : 7 - i];
	return v;
}

/* The slot of @level on the way to @va, by arithmetic on bytes alone. */
static uint64_t raw(struct bed *b, tarry_va va, unsigned int level)
{
	const struct tarry_format *f = b->format;
	tarry_oa table = tarry_space_root(b->space);

	for (unsigned int l = f->levels - 1;; l--) {
		uint64_t slot =
			va >> f->span_lg2[l] & ((1ull << f->index_lg2[l]) - 1);
		uint64_t v =
			in_memory(f, (uint64_t *)(uintptr_t)((intptr_t)table +
							     b->window) +
					     slot);

		assert_int_equal(table & ((1ull << f->table_lg2[l]) - 1), 0);
		if (l == level)
			return v;
		assert_true(f->present(v, l));
		assert_false(f->leaf(v, l));
		table = f->table_oa(v);
	}
}

static void entries_in_memory_are_the_formats(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		struct bed b;

		bed_open(&b, f->name, TARRY_SPACE_KEEP_TABLES);
		for (unsigned int l = 0; l < f->levels; l++) {
			tarry_oa oa = span_of(f, l) * 3;

			if (!leaf_level(f, l))
				continue;
			assert_int_equal(tarry_map(b.space, 0, oa,
						   span_of(f, l), RW, NULL),
					 0);
			assert_int_equal(raw(&b, 0, l),
					 f->make_leaf(oa, l, RW));
			assert_leaf(b.space, 0, oa, l, RW);
			assert_int_equal(
				tarry_unmap(b.space, 0, span_of(f, l), NULL),
				0);
			assert_int_equal(raw(&b, 0, l), f->empty[l]);
			assert_int_equal(
				tarry_mark(b.space, 0, page_of(f), 7, &small),
				0);
			assert_int_equal(raw(&b, 0, 0), f->make_mark(7, 0));
			assert_int_equal(
				tarry_unmap(b.space, 0, span_of(f, l), NULL),
				0);
			assert_int_equal(tarry_reclaim(b.space, 0,
						       span_of(f, l),
						       NULL) >= 0,
					 1);
		}
		bed_close(&b);
	}
}

/* The caller's memory is full of something: nothing may be taken for empty, and
 * no table may reach beyond its own bytes. */
static void tables_are_blank_and_apart(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		uint64_t len = 64ull << 20, top = f->levels - 1, n = 0;
		char *memory = aligned_alloc(1u << 16, len);
		struct tarry_pool_config c = {.format = f,
					      .base = memory,
					      .oa = 1u << 24,
					      .len = len};
		tarry_oa last = 0;
		struct bed b;

		memset(memory, 0xa5, len);
		bed_open_with(&b, f->name, &c, TARRY_SPACE_KEEP_TABLES);
		bed_second_space(&b, 0);
		assert_true(tarry_space_root(b.space) !=
			    tarry_space_root(b.other));
		/* A table of each level, again and again. */
		for (tarry_va va = 0; n < 40; n++) {
			assert_int_equal(tarry_map(b.space, va, last,
						   page_of(f), RW, NULL),
					 0);
			assert_int_equal(raw(&b, va, 0),
					 f->make_leaf(last, 0, RW));
			last += page_of(f);
			if (n + 1 == 1ull << f->index_lg2[top])
				break;
			va += span_of(f, top);
		}
		assert_sound(b.space);
		bed_close(&b);
		free(memory);
	}
}

/* Blocks of every size come back, are given to the system, and come again. */
static void tables_of_all_sizes_come_and_go(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		struct tarry_space *s[24];
		struct bed b;

		bed_open(&b, f->name, 0);
		for (unsigned int round = 0; round < 3; round++) {
			uint64_t mask =
				(1ull << f->table_lg2[f->levels - 1]) - 1;

			for (unsigned int n = 0; n < 24; n++) {
				assert_int_equal(
					tarry_space_create(b.pool, f, 0, &s[n]),
					0);
				assert_int_equal(tarry_space_root(s[n]) & mask,
						 0);
				assert_int_equal(tarry_map(s[n], 0, 0,
							   page_of(f), RW,
							   NULL),
						 0);
			}
			for (unsigned int n = 0; n < 24; n++) {
				/* Every other one stays, while the rest goes
				 * back: chunks that are partly in use. */
				unsigned int k =
					n < 12 ? 2 * n : 2 * (n - 12) + 1;

				if (n == 12) {
					tarry_pool_drain(b.pool);
					tarry_pool_trim(b.pool);
				}
				assert_sound(s[k]);
				assert_maps_to(s[k], 0, 0);
				assert_int_equal(tarry_space_destroy(s[k]), 0);
			}
			tarry_pool_drain(b.pool);
			tarry_pool_trim(b.pool);
		}
		bed_close(&b);
	}
}

/* A region of a megabyte has room for tables of every size, and has it again
 * when all of them are gone. */
static void a_small_region_is_enough(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		/* Aligned to no table of more than a page. */
		uint64_t page = 1ull << f->backing_lg2, len = 1u << 20;
		char *memory = aligned_alloc(page, len + page);
		struct tarry_pool_config c = {.format = f,
					      .base = memory + page,
					      .oa = (1u << 24) + page,
					      .len = len};
		struct tarry_space *s[300];
		unsigned int first = 0;
		struct bed b;

		bed_open_with(&b, f->name, &c, 0);
		for (unsigned int round = 0; round < 3; round++) {
			unsigned int n = 0;

			while (n < 300 &&
			       !tarry_space_create(b.pool, f, 0, &s[n]))
				n++;
			assert_true(n > 1 && n < 300);
			if (round)
				assert_int_equal(n, first);
			first = n;
			while (n--) {
				assert_sound(s[n]);
				assert_int_equal(tarry_space_destroy(s[n]), 0);
			}
			tarry_pool_drain(b.pool);
		}
		bed_close(&b);
		free(memory);
	}
}

/* Tables lie where entries, and whatever points to the root, can lead to: up to
 * the last byte of the format's output addresses, aligned to their size; a
 * region that goes beyond, by one page, is none. */
static void a_root_is_where_the_format_can_point(void **state)
{
	const uint64_t len = 2ull << 20;
	const struct tarry_format *f;
	struct tarry_pool *pool = NULL, *none = NULL;
	struct tarry_space *s;
	char *memory = aligned_alloc(1 << 16, 2 * len);

	(void)state;
	tarry_for_each_format(f, i)
	{
		uint64_t backing = 1ull << f->backing_lg2, mask;
		/* Of 64 bits, all but the last page: ends do not wrap. */
		tarry_oa top = f->oa_bits < 64 ? 1ull << f->oa_bits : -backing;
		struct tarry_pool_config c = {.format = f,
					      .base = memory,
					      .oa = top - len + backing,
					      .len = len};

		EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &none);
		c.oa = top - 2 * len;
		assert_int_equal(tarry_pool_create(&c, &pool), 0);
		/* One more region: misaligned, over the first, beyond all. */
		EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool,
				memory + len + backing / 2,
				top - len + backing / 2, len - backing);
		EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool,
				memory + len - backing, top - len - backing,
				len);
		EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_add, pool,
				memory + len + backing, top - len + backing,
				len);
		assert_int_equal(
			tarry_pool_add(pool, memory + len, top - len, len), 0);
		assert_int_equal(tarry_space_create(pool, f, 0, &s), 0);
		mask = (1ull << f->table_lg2[f->levels - 1]) - 1;
		assert_int_equal(tarry_space_root(s) & mask, 0);
		assert_true(tarry_space_root(s) >= c.oa);
		assert_true(tarry_space_root(s) <= top - 1 - mask);
		/* Below it, in one region and the other. */
		for (unsigned int n = 0; n < 8; n++) {
			unsigned int root = f->levels - 1;
			tarry_va va = n % (1u << f->index_lg2[root]);
			struct tarry_hit hit;

			va = va * span_of(f, root) + n * span_of(f, 1);
			if (!tarry_format_va_ok(f, va, page_of(f)))
				continue; /* a very small one */
			assert_int_equal(
				tarry_map(s, va, 0, page_of(f), RW, &small), 0);
			tarry_read_begin();
			assert_int_equal(tarry_translate(s, va, &hit), 0);
			tarry_read_end();
			assert_int_equal(hit.oa, 0);
		}
		assert_sound(s);
		assert_int_equal(tarry_space_destroy(s), 0);
		assert_int_equal(tarry_pool_destroy(pool), 0);
	}
	assert_null(none);
	free(memory);
}

/* Each operation on the last pages that the format has. */
static void the_last_byte_is_an_address_too(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		uint64_t page = page_of(f), accessed = 0, dirty = 0;
		tarry_va end = end_of(f), va = end - 2 * page;
		struct tarry_piece pieces[4];
		struct bed b;
		int64_t n;

		if (f->va_bits < 20)
			continue;
		bed_open(&b, f->name, TARRY_SPACE_HARDWARE);
		bed_second_space(&b, 0);
		assert_int_equal(tarry_map(b.space, va, 0, 2 * page, RW, NULL),
				 0);
		assert_maps_to(b.space, end - 1, 2 * page - 1);
		assert_int_equal(
			tarry_protect(b.space, end - page, page, TARRY_R, NULL),
			0);
		assert_true(hardware_touch(&b, b.space, end - page,
					   TARRY_ACCESSED));
		assert_int_equal(tarry_harvest(b.space, va, 2 * page,
					       TARRY_ACCESSED, &accessed,
					       &dirty),
				 0);
		assert_int_equal(accessed, 2);
		assert_int_equal(dirty, 0);
		assert_int_equal(
			tarry_clone(b.space, b.other, va, 2 * page, NULL), 0);
		assert_leaf(b.other, va, 0, 0, TARRY_R);
		assert_leaf(b.other, end - page, page, 0, TARRY_R);
		assert_int_equal(tarry_move(b.space, va, 0, 2 * page, NULL), 0);
		assert_hole(b.space, end - 1);
		assert_maps_to(b.space, page, page);
		assert_int_equal(tarry_move(b.space, 0, va, 2 * page, NULL), 0);
		tarry_read_begin();
		/* Both lost the right to write when they were cloned. */
		n = tarry_translate_range(b.space, va, 2 * page, pieces, 4);
		tarry_read_end();
		assert_int_equal(n, 1);
		assert_int_equal(pieces[0].len, 2 * page);
		assert_int_equal(tarry_unmap(b.space, end - page, page, NULL),
				 0);
		assert_int_equal(tarry_mark(b.space, end - page, page, 5, NULL),
				 0);
		assert_marked(b.space, end - 1, 5);
		assert_int_equal(tarry_unmap(b.space, va, 2 * page, NULL), 0);
		assert_int_equal(bed_tables(b.space), 1);
		bed_close(&b);
	}
}

/* A large mark that a clone, a move or a split cuts says the same below. */
static void marks_are_cut(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		uint64_t page = page_of(f), span = span_of(f, 1);
		uint64_t payload = (1ull << f->payload_bits) - 1;
		struct bed b;

		if (f->va_bits < 20)
			continue;
		bed_open(&b, f->name, 0);
		bed_second_space(&b, 0);
		assert_int_equal(tarry_mark(b.space, 0, span, payload, NULL),
				 0);
		assert_int_equal(
			tarry_clone(b.space, b.other, page, page, NULL), 0);
		assert_marked(b.other, page, payload);
		assert_hole(b.other, 0);
		assert_int_equal(tarry_move(b.space, page, span, page, NULL),
				 0);
		assert_marked(b.space, 0, payload);
		assert_hole(b.space, page);
		assert_marked(b.space, span, payload);
		assert_marked(b.space, 2 * page, payload);
		bed_close(&b);
	}
}

/* Through every leaf level: split in place, changed in part, collapsed. */
static void shapes_change_at_every_level(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		struct bed b;

		bed_open(&b, f->name, TARRY_SPACE_HARDWARE);
		for (unsigned int l = 1; l < f->levels && leaf_level(f, l);
		     l++) {
			uint64_t span = span_of(f, l),
				 below = span_of(f, l - 1);

			assert_int_equal(
				tarry_map(b.space, 0, span, span, RW, NULL), 0);
			assert_leaf(b.space, span - 1, 2 * span - 1, l, RW);
			assert_true(hardware_touch(&b, b.space, 0, AD));
			assert_int_equal(tarry_split(b.space, 0, l, NULL), 0);
			assert_leaf(b.space, span - 1, 2 * span - 1, l - 1, RW);
			assert_int_equal(tarry_protect(b.space, below, below,
						       TARRY_R, NULL),
					 0);
			assert_int_equal(
				tarry_collapse(b.space, 0, l, 0, NULL, NULL),
				TARRY_EMIXED);
			assert_int_equal(
				tarry_protect(b.space, below, below, RW, NULL),
				0);
			assert_int_equal(tarry_collapse(b.space, 0, l, 0, NULL,
							&deposit),
					 0);
			assert_leaf(b.space, below, span + below, l, RW);
			assert_sound(b.space);
			assert_int_equal(
				tarry_unmap(b.space, below, below, NULL), 0);
			assert_hole(b.space, below);
			assert_leaf(b.space, 0, span, l - 1, RW);
			assert_int_equal(tarry_unmap(b.space, 0, span, NULL),
					 0);
			assert_int_equal(bed_tables(b.space), 1);
		}
		bed_close(&b);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(entries_in_memory_are_the_formats),
	cmocka_unit_test(tables_are_blank_and_apart),
	cmocka_unit_test(tables_of_all_sizes_come_and_go),
	cmocka_unit_test(a_small_region_is_enough),
	cmocka_unit_test(a_root_is_where_the_format_can_point),
	cmocka_unit_test(the_last_byte_is_an_address_too),
	cmocka_unit_test(marks_are_cut),
	cmocka_unit_test(shapes_change_at_every_level),
};

BED_MAIN(tests)
