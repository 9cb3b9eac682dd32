/* SPDX-License-Identifier: MIT */
/*
 * Entries transcribed from the books of the formats: what goes in, and the
 * value that the book gives.  Written out, with no macro of a format.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "bed.h"

struct golden_leaf {
	const char *format;
	const char *what; /* figure or table, and the field */
	unsigned int level;
	tarry_oa oa;
	tarry_rights rights;
	uint64_t entry;
};

struct golden_table {
	const char *format;
	const char *what;
	unsigned int level; /* of the slot */
	tarry_oa oa;
	uint64_t entry;
};

static inline const struct tarry_format *golden_format(const char *name)
{
	const struct tarry_format *f = tarry_format_by_name(name);

	if (!f)
		fail_msg("there is no format %s", name);
	return f;
}

static inline void golden_leaves(const struct golden_leaf *g, size_t n)
{
	for (; n; g++, n--) {
		const struct tarry_format *f = golden_format(g->format);
		uint64_t e = f->make_leaf(g->oa, g->level, g->rights);

		if (e != g->entry)
			fail_msg("%s, %s: %#jx, not %#jx", g->format, g->what,
				 (uintmax_t)e, (uintmax_t)g->entry);
		assert_true(f->present(g->entry, g->level));
		assert_true(f->leaf(g->entry, g->level));
		assert_int_equal(f->leaf_oa(g->entry, g->level), g->oa);
		assert_int_equal(f->leaf_rights(g->entry, g->level), g->rights);
	}
}

static inline void golden_tables(const struct golden_table *g, size_t n)
{
	for (; n; g++, n--) {
		const struct tarry_format *f = golden_format(g->format);
		uint64_t e = f->make_table(g->oa, g->level);

		if (e != g->entry)
			fail_msg("%s, %s: %#jx, not %#jx", g->format, g->what,
				 (uintmax_t)e, (uintmax_t)g->entry);
		assert_true(f->present(g->entry, g->level));
		assert_false(f->leaf(g->entry, g->level));
		assert_int_equal(f->table_oa(g->entry), g->oa);
	}
}

#define GOLDEN(array) (array), sizeof(array) / sizeof(*(array))

#endif
