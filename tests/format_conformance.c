/* SPDX-License-Identifier: MIT */
/*
 * Every format at every level against a reference that works from the facts
 * alone: no test here asks a format for its name.
 */
#include "bed.h"

#define tarry_for_each_format(f, i) \
	for (unsigned int i = 0; ((f) = tarry_format_at(i)) != NULL; i++)

static bool leaf_level(const struct tarry_format *f, unsigned int level)
{
	return f->leaf_levels >> level & 1;
}

static uint64_t size_of(const struct tarry_format *f, unsigned int level)
{
	return 1ull << f->span_lg2[level];
}

/* The reference for "can be said": a mask, and what the format adds to it. */
static bool sayable(const struct tarry_format *f, tarry_rights r)
{
	return !(r & ~f->rights) && f->rights_sayable(r);
}

/* Calls @fn with each sayable combination of the format's rights. */
static unsigned long each_rights(const struct tarry_format *f,
				 void (*fn)(const struct tarry_format *f,
					    unsigned int level, tarry_rights r),
				 unsigned int level)
{
	tarry_rights all = f->rights, r = 0;
	unsigned long n = 0;

	do {
		if (sayable(f, r)) {
			fn(f, level, r);
			n++;
		}
		r = (r - all) & all; /* the next subset of all */
	} while (r);
	return n;
}

/* ---- the facts agree with each other ---- */

static void geometry_is_consistent(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		unsigned int top = f->levels - 1;

		assert_true(f->levels >= 1 && f->levels <= TARRY_MAX_LEVELS);
		assert_int_equal(f->span_lg2[0], f->page_lg2);
		for (unsigned int l = 0; l < top; l++)
			assert_int_equal(f->span_lg2[l + 1],
					 f->span_lg2[l] + f->index_lg2[l]);
		assert_int_equal(f->va_bits,
				 f->span_lg2[top] + f->index_lg2[top]);
		assert_true(f->va_bits <= 64 && f->oa_bits <= 64);
		assert_true(f->leaf_levels & 1);
		assert_int_equal(f->leaf_levels >> f->levels, 0);
		for (unsigned int l = 0; l < f->levels; l++) {
			assert_true(f->index_lg2[l] > 0);
			/* An entry is eight bytes; a companion may follow. */
			assert_true(f->table_lg2[l] >= f->index_lg2[l] + 3);
			/* A part of a page of backing, or several. */
			assert_true(f->table_lg2[l] <= TARRY_MAX_TABLE_LG2);
		}
	}
}

static void names_are_unique_and_found(void **state)
{
	const struct tarry_format *f, *g;
	unsigned int n = 0;

	(void)state;
	tarry_for_each_format(f, i)
	{
		assert_ptr_equal(tarry_format_by_name(f->name), f);
		assert_true(strlen(f->manual) > 0);
		tarry_for_each_format(g, j)
			assert_true(f == g || strcmp(f->name, g->name));
		n++;
	}
	assert_true(n >= 2);
	assert_null(tarry_format_by_name("no such format"));
	assert_null(tarry_format_by_name(""));
	assert_null(tarry_format_at(n + 1));
	assert_null(tarry_format_at(UINT32_MAX));
}

/* ---- ranges of addresses, one bit at a time ---- */

static bool reference_va_ok(const struct tarry_format *f, uint64_t va)
{
	for (unsigned int bit = f->va_bits; bit < 64; bit++)
		if ((va >> bit & 1) !=
		    (f->va_signed ? va >> (f->va_bits - 1) & 1 : 0))
			return false;
	return true;
}

static void va_ok_at_every_edge(void **state)
{
	static const uint64_t lens[] = {1,	    4096,
					8192,	    1ull << 21,
					1ull << 47, (1ull << 47) + 1,
					1ull << 63, UINT64_MAX};
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		for (unsigned int bit = 0; bit < 64; bit++) {
			for (int off = -2; off <= 2; off++) {
				uint64_t edges[] = {(1ull << bit) + off,
						    -(1ull << bit) + off};

				for (int e = 0; e < 2; e++)
					for (size_t n = 0; n < 8; n++) {
						uint64_t va = edges[e];
						uint64_t last =
							va + lens[n] - 1;
						bool ok = last >= va &&
							  reference_va_ok(f,
									  va) &&
							  reference_va_ok(f,
									  last);

						/* Both ends, on one side. */
						if (f->va_signed &&
						    f->va_bits < 64)
							ok = ok &&
							     va >> 63 ==
								     last >> 63;
						assert_int_equal(
							tarry_format_va_ok(
								f, va, lens[n]),
							ok);
					}
			}
		}
	}
}

static void va_ok_may_end_at_the_top(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		uint64_t end = f->va_signed	 ? 0
			       : f->va_bits < 64 ? 1ull << f->va_bits
						 : 0;

		assert_true(tarry_format_va_ok(f, end - 4096, 4096));
		assert_false(tarry_format_va_ok(f, end - 4096, 4097));
	}
}

/* ---- kinds exclude each other ---- */

/* Asserts that @e is one kind only: 0 empty, 1 present, 2 frozen, 3 mark. */
static void assert_one_kind(const struct tarry_format *f, uint64_t e,
			    unsigned int level, int kind)
{
	assert_int_equal(f->present(e, level), kind == 1);
	assert_int_equal(f->frozen(e, level), kind == 2);
	assert_int_equal(f->marked(e, level), kind == 3);
	assert_int_equal(e == f->empty[level], kind == 0);
}

static void assert_freezes(const struct tarry_format *f, uint64_t e,
			   unsigned int level)
{
	uint64_t frozen = f->freeze(e, level);

	assert_one_kind(f, e, level, 1);
	assert_one_kind(f, frozen, level, 2);
	assert_int_equal(f->thaw(frozen, level), e);
}

static void empty_is_empty(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i) for (unsigned int l = 0; l < f->levels; l++)
		assert_one_kind(f, f->empty[l], l, 0);
}

/* ---- leaves ---- */

static void leaf_of_rights(const struct tarry_format *f, unsigned int level,
			   tarry_rights r)
{
	uint64_t top = f->oa_bits < 64 ? 1ull << f->oa_bits : 0;
	tarry_oa oas[] = {0, size_of(f, level), top - size_of(f, level)};

	for (int i = 0; i < 3; i++) {
		uint64_t e = f->make_leaf(oas[i], level, r);

		/* Cheap comparisons: this runs a hundred million times. */
		if (f->leaf_rights(e, level) != r ||
		    f->leaf_oa(e, level) != oas[i] || !f->leaf(e, level) ||
		    !f->present(e, level) || f->frozen(e, level) ||
		    f->marked(e, level) || f->has_spare(e) ||
		    f->thaw(f->freeze(e, level), level) != e ||
		    !f->frozen(f->freeze(e, level), level) ||
		    f->present(f->freeze(e, level), level))
			fail_msg("%s level %u oa %#jx rights %#x: %#jx",
				 f->name, level, (uintmax_t)oas[i], r,
				 (uintmax_t)e);
	}
}

static void every_sayable_right_round_trips(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i) for (unsigned int l = 0; l < f->levels;
					 l++) if (leaf_level(f, l))
		assert_true(each_rights(f, leaf_of_rights, l));
}

static void some_rights_are_not_sayable(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		assert_false(sayable(f, 1u << 31));
		assert_true(sayable(f, RW));
	}
}

static void leaf_oa_at_every_bit(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(
		f, i) for (unsigned int l = 0; l < f->levels;
			   l++) for (unsigned int bit = f->span_lg2[l];
				     leaf_level(f, l) && bit < f->oa_bits;
				     bit++)
	{
		tarry_oa one = 1ull << bit;
		tarry_oa up_to = ((one << 1) - 1) & ~(size_of(f, l) - 1);

		/* All rights at once: no bit is shared. */
		uint64_t e = f->make_leaf(one, l, f->rights);
		uint64_t g = f->make_leaf(up_to, l, TARRY_R);

		assert_int_equal(f->leaf_oa(e, l), one);
		assert_int_equal(f->leaf_oa(g, l), up_to);
		assert_freezes(f, e, l);
		assert_freezes(f, g, l);
	}
}

static void set_rights(const struct tarry_format *f, unsigned int level,
		       tarry_rights r)
{
	uint64_t e = f->make_leaf(size_of(f, level), level, r);
	static const tarry_rights ads[] = {0, TARRY_ACCESSED, TARRY_DIRTY, AD};

	for (int i = 0; i < 4; i++) {
		/* Other rights in the argument must not matter. */
		uint64_t g = f->set_accessed_dirty(e, level, ads[i] | TARRY_X);

		if (g !=
		    f->make_leaf(size_of(f, level), level, (r & ~AD) | ads[i]))
			fail_msg("%s level %u rights %#x: %#jx", f->name, level,
				 r, (uintmax_t)g);
	}
}

static void accessed_and_dirty_change_alone(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i) for (unsigned int l = 0; l < f->levels;
					 l++) if (leaf_level(f, l))
		each_rights(f, set_rights, l);
}

static void spare_of_rights(const struct tarry_format *f, unsigned int level,
			    tarry_rights r)
{
	tarry_oa oa = (1ull << (f->oa_bits - 1)) | size_of(f, level);
	uint64_t e = f->make_leaf(oa, level, r);
	uint64_t g = f->set_spare(e, true);

	if (!f->has_spare(g) || f->set_spare(g, false) != e ||
	    f->set_spare(g, true) != g || f->leaf_rights(g, level) != r ||
	    f->leaf_oa(g, level) != oa || !f->leaf(g, level) ||
	    !f->present(g, level) || f->thaw(f->freeze(g, level), level) != g ||
	    !f->frozen(f->freeze(g, level), level) ||
	    f->marked(f->freeze(g, level), level))
		fail_msg("%s level %u rights %#x: %#jx", f->name, level, r,
			 (uintmax_t)g);
}

static void spare_says_nothing_else(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i) for (unsigned int l = 1; l < f->levels;
					 l++) if (leaf_level(f, l))
		each_rights(f, spare_of_rights, l);
}

/* ---- tables ---- */

static void tables_at_every_bit(void **state)
{
	const struct tarry_format *f;

	(void)state;
	/* @l is the level of the slot; the table is one below. */
	tarry_for_each_format(f, i) for (unsigned int l = 1; l < f->levels;
					 l++) for (unsigned int bit =
							   f->table_lg2[l - 1];
						   bit < f->oa_bits; bit++)
	{
		tarry_oa one = 1ull << bit;
		tarry_oa low = 1ull << f->table_lg2[l - 1];
		tarry_oa up_to = ((one << 1) - 1) & ~(low - 1);
		tarry_oa oas[] = {0, one, up_to};

		for (int n = 0; n < 3; n++) {
			uint64_t e = f->make_table(oas[n], l);

			assert_int_equal(f->table_oa(e), oas[n]);
			assert_false(f->leaf(e, l));
			assert_freezes(f, e, l);
			assert_false(f->leaf(f->thaw(f->freeze(e, l), l), l));
		}
	}
}

/* ---- marks ---- */

static void payload_of_level(const struct tarry_format *f, unsigned int level)
{
	for (unsigned int bit = 0; bit <= f->payload_bits; bit++) {
		uint64_t below = (1ull << bit) - 1;
		uint64_t p[] = {below, bit < f->payload_bits ? 1ull << bit : 0,
				below & 0x5555555555555555ull};

		for (int n = 0; n < 3; n++) {
			uint64_t e = f->make_mark(p[n], level);

			assert_int_equal(f->payload(e, level), p[n]);
			assert_one_kind(f, e, level, 3);
		}
	}
}

static void payload_round_trips_to_the_limit(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(f, i)
	{
		assert_true(f->payload_bits > 0 && f->payload_bits < 64);
		for (unsigned int l = 0; l < f->levels; l++)
			payload_of_level(f, l);
	}
}

static void mark_is_no_leaf(const struct tarry_format *f, uint64_t e,
			    unsigned int level)
{
	assert_true(e != f->freeze(f->make_leaf(0, level, RW), level));
	for (unsigned int b = f->span_lg2[level]; b < f->oa_bits; b++)
		assert_true(e !=
			    f->freeze(f->make_leaf(1ull << b, level, TARRY_R),
				      level));
}

/* Bits of a mark never reach what hardware takes for memory: where the address
 * is inverted, so is the mark's: it differs from a leaf of the same bits. */
static void marks_are_no_frozen_leaves(void **state)
{
	const struct tarry_format *f;

	(void)state;
	tarry_for_each_format(
		f,
		i) for (unsigned int l = 0; l < f->levels;
			l++) if (leaf_level(f, l)) for (unsigned int bit = 0;
							bit < f->payload_bits;
							bit++)
		mark_is_no_leaf(f, f->make_mark(1ull << bit, l), l);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(geometry_is_consistent),
	cmocka_unit_test(names_are_unique_and_found),
	cmocka_unit_test(va_ok_at_every_edge),
	cmocka_unit_test(va_ok_may_end_at_the_top),
	cmocka_unit_test(empty_is_empty),
	cmocka_unit_test(every_sayable_right_round_trips),
	cmocka_unit_test(some_rights_are_not_sayable),
	cmocka_unit_test(leaf_oa_at_every_bit),
	cmocka_unit_test(accessed_and_dirty_change_alone),
	cmocka_unit_test(spare_says_nothing_else),
	cmocka_unit_test(tables_at_every_bit),
	cmocka_unit_test(payload_round_trips_to_the_limit),
	cmocka_unit_test(marks_are_no_frozen_leaves),
};

BED_MAIN(tests)
