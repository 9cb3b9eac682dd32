/* SPDX-License-Identifier: MIT */
/*
 * Fragments: tables smaller than their backing page, under each policy and for
 * each number of them to a page.
 */
#include "content.h"
#include "tarry/inline.h"

/* A format, the pages that its tables are cut from, and which level has how
 * many of its tables in one. */
static const struct sizes {
	const char *format;
	unsigned int backing_lg2, level, per_page;
} sizes[] = {
	{"x86_64-4", 13, 0, 2},	       {"x86_64-4", 14, 0, 4},
	{"x86_64-4", 14, 1, 4},	       {"x86_64-4", 16, 0, 16},
	{"s390x-3", 12, 0, 2},	       {"s390x-3", 13, 0, 4},
	{"s390x-3", 16, 1, 4},	       {"powerpc64-64k", 12, 0, 16},
	{"powerpc64-64k", 16, 0, 256}, {"powerpc64-64k", 16, 1, 16},
	{"toy", 12, 0, 256},
};

#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))
#define MOST	1024 /* tables that one case has at once */

struct frags {
	const struct sizes *size;
	struct bed b;
	uint64_t page; /* bytes of a backing page */
	uint64_t span; /* bytes under a table of the level */
	unsigned int n;
};

/* Under the i-th table of the level: one leaf of it is mapped there. */
static tarry_va va_of(const struct frags *f, unsigned int i)
{
	return (uint64_t)i * f->span;
}

/* A toy of two levels has two leaf tables: more of it is more spaces. */
static bool few(const struct frags *f)
{
	return f->b.format->va_bits < 20;
}

static void open_frags(struct frags *f, const struct sizes *size,
		       enum tarry_policy policy)
{
	struct tarry_pool_config c = {.policy = policy,
				      .backing_lg2 = size->backing_lg2};
	const struct tarry_format *format = tarry_format_by_name(size->format);

	memset(f, 0, sizeof(*f));
	f->size = size;
	f->page = 1ull << size->backing_lg2;
	f->span = 1ull << (format->span_lg2[size->level] +
			   format->index_lg2[size->level]);
	bed_open_with(&f->b, size->format, &c, 0);
	f->n = 3 * size->per_page;
	if (few(f))
		f->n = 2;
}

static uint64_t leaf(const struct frags *f)
{
	return 1ull << f->b.format->span_lg2[f->size->level];
}

static void put(struct frags *f, unsigned int i)
{
	struct tarry_how how = {.levels = f->size->level + 1};

	assert_int_equal(
		tarry_map(f->b.space, va_of(f, i), 0, leaf(f), RW, &how), 0);
}

static void take(struct frags *f, unsigned int i)
{
	assert_int_equal(tarry_unmap(f->b.space, va_of(f, i), leaf(f), NULL),
			 0);
}

/* The output address of the i-th table of the level. */
static tarry_oa table_at(struct frags *f, unsigned int i)
{
	unsigned int above = f->size->level + 1;

	return f->b.format->table_oa(
		slot_value(&f->b, f->b.space, va_of(f, i), above));
}

static tarry_oa backing(const struct frags *f, tarry_oa table)
{
	return table & ~(f->page - 1);
}

static void settle(struct frags *f)
{
	tarry_pool_drain(f->b.pool);
}

static struct tarry_pool_stats stats_of(const struct frags *f)
{
	struct tarry_pool_stats stats;

	tarry_pool_stats(f->b.pool, &stats);
	return stats;
}

/* ---- how many share a page ---- */

static void tables_share_pages_as_the_policy_says(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_WHOLE;
		     p++) {
			unsigned int most = 0;
			struct frags f;

			open_frags(&f, &sizes[k], p);
			for (unsigned int i = 0; i < f.n; i++)
				put(&f, i);
			for (unsigned int i = 0; i < f.n; i++) {
				unsigned int same = 0;

				for (unsigned int j = 0; j < f.n; j++)
					same += backing(&f, table_at(&f, i)) ==
						backing(&f, table_at(&f, j));
				most = same > most ? same : most;
			}
			if (p == TARRY_WHOLE)
				assert_int_equal(most, 1);
			else
				assert_int_equal(
					most, few(&f) ? 2 : f.size->per_page);
			bed_close(&f.b);
		}
	}
}

/* ---- a second life ---- */

struct late {
	struct frags *f;
	const uint64_t *slots;
	uint64_t first;
	unsigned int wrong;
};

static void walk_in(void *ctx)
{
	struct late *l = ctx;

	l->slots = slot_of(&l->f->b, l->f->b.space, va_of(l->f, 0),
			   l->f->size->level);
	l->first = __atomic_load_n(l->slots, __ATOMIC_ACQUIRE);
}

static void look_again(void *ctx)
{
	struct late *l = ctx;
	const struct tarry_format *f = l->f->b.format;
	uint64_t e = tarry_entry_order(
		f, __atomic_load_n(l->slots, __ATOMIC_ACQUIRE));

	/* It stood for address 0, or was emptied; nothing else was put. */
	if (e != f->empty[l->f->size->level] &&
	    e != tarry_entry_order(f, l->first))
		l->wrong++;
}

/* While a reader is inside, no policy hands the place out again; afterwards
 * "recycle" does, and "sticky" never while a sibling lives. */
static void reuse_is_free_for_each_fragment_by_itself(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_WHOLE;
		     p++) {
			struct late late = {0};
			struct sitter reader = {.first = walk_in,
						.last = look_again,
						.ctx = &late};
			unsigned int again = 0;
			tarry_oa was;
			struct frags f;

			open_frags(&f, &sizes[k], p);
			if (few(&f)) {
				bed_close(&f.b);
				continue;
			}
			late.f = &f;
			/* A sibling stays, so that the page does. */
			put(&f, 0);
			put(&f, 1);
			was = table_at(&f, 0);
			sitter_begin(&reader);
			take(&f, 0);
			for (unsigned int i = 2; i < f.n; i++) {
				put(&f, i);
				assert_true(table_at(&f, i) != was);
			}
			sitter_end(&reader);
			assert_int_equal(late.wrong, 0);
			settle(&f);
			for (unsigned int i = f.n; i < 2 * f.n; i++) {
				put(&f, i);
				again += table_at(&f, i) == was;
			}
			if (p == TARRY_RECYCLE)
				assert_int_equal(again, 1);
			if (p == TARRY_STICKY)
				assert_int_equal(again, 0);
			bed_close(&f.b);
		}
	}
}

static void sticky_never_uses_a_place_twice(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		static tarry_oa seen[MOST];
		unsigned int per = sizes[k].per_page, n_seen = 0, stays = 0;
		struct frags f;
		tarry_oa page;

		open_frags(&f, &sizes[k], TARRY_STICKY);
		if (few(&f)) {
			bed_close(&f.b);
			continue;
		}
		/* The first table of a page keeps it; others come and go, a
		 * quarter of a page at a time, until it has no place left. */
		put(&f, stays);
		while ((page = table_at(&f, stays)) % f.page)
			put(&f, ++stays);
		seen[n_seen++] = page;
		for (unsigned int round = 0; round < 8; round++) {
			unsigned int n = (per + 3) / 4;

			for (unsigned int i = stays + 1; i <= stays + n; i++) {
				tarry_oa at;

				put(&f, i);
				at = table_at(&f, i);
				if (backing(&f, at) != page)
					continue;
				for (unsigned int j = 0; j < n_seen; j++)
					assert_true(seen[j] != at);
				seen[n_seen++] = at;
			}
			for (unsigned int i = stays + 1; i <= stays + n; i++)
				take(&f, i);
			settle(&f);
		}
		/* An upper table of the same size may have one. */
		assert_true(n_seen == per || n_seen + 1 == per);
		bed_close(&f.b);
	}
}

static void recycle_fills_the_holes_of_its_pages(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		struct frags f;
		uint64_t full;

		open_frags(&f, &sizes[k], TARRY_RECYCLE);
		if (few(&f)) {
			bed_close(&f.b);
			continue;
		}
		for (unsigned int i = 0; i < f.n; i++)
			put(&f, i);
		full = stats_of(&f).backing_bytes;
		for (unsigned int turn = 0; turn < 8; turn++) {
			for (unsigned int i = turn % 2; i < f.n; i += 2)
				take(&f, i);
			settle(&f);
			for (unsigned int i = turn % 2; i < f.n; i += 2)
				put(&f, i);
			assert_int_equal(stats_of(&f).backing_bytes, full);
		}
		bed_close(&f.b);
	}
}

/* Half of each page is free, and "sticky" has no use for it; when the other
 * half goes too the pages do. */
static void sticky_frees_a_page_with_its_last_table(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		struct tarry_pool_stats stats;
		struct frags f;
		uint64_t empty, full;

		open_frags(&f, &sizes[k], TARRY_STICKY);
		if (few(&f)) {
			bed_close(&f.b);
			continue;
		}
		empty = stats_of(&f).backing_bytes;
		for (unsigned int i = 0; i < f.n; i++)
			put(&f, i);
		full = stats_of(&f).backing_bytes;
		for (unsigned int i = 0; i < f.n; i += 2)
			take(&f, i);
		settle(&f);
		stats = stats_of(&f);
		assert_int_equal(stats.backing_bytes, full);
		for (unsigned int i = 1; i < f.n; i += 2)
			take(&f, i);
		settle(&f);
		assert_int_equal(stats_of(&f).backing_bytes, empty);
		bed_close(&f.b);
	}
}

/* The same under all of them: at rest nothing holds a page but the space. */
static void nothing_left_of_any_policy(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_SIZES; k++) {
		for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_WHOLE;
		     p++) {
			struct tarry_stock stock = {0};
			struct frags f;
			uint64_t empty;

			open_frags(&f, &sizes[k], p);
			empty = stats_of(&f).backing_bytes;
			assert_int_equal(
				tarry_reserve(f.b.space, 0,
					      1ull << f.b.format->page_lg2,
					      NULL, &stock),
				0);
			for (unsigned int i = 0; i < f.n; i++)
				put(&f, i);
			for (unsigned int i = 0; i < f.n; i++)
				take(&f, i);
			tarry_unreserve(&stock);
			settle(&f);
			assert_int_equal(stats_of(&f).backing_bytes, empty);
			assert_int_equal(stats_of(&f).waiting_bytes, 0);
			bed_close(&f.b);
		}
	}
}

/* ---- the descriptor of one fragment, while its siblings come and go ---- */

static void descriptor_outlives_its_fragment(void **state)
{
	(void)state;
	for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_STICKY; p++) {
		struct late late = {0};
		struct sitter reader = {
			.first = walk_in, .last = look_again, .ctx = &late};
		struct frags f;
		uint64_t held;

		open_frags(&f, &sizes[8], p);
		late.f = &f;
		put(&f, 0);
		sitter_begin(&reader);
		/* All of the page's tables wait for the reader: neither the
		 * page nor the array of descriptors is used for others. */
		take(&f, 0);
		held = stats_of(&f).descriptor_bytes;
		for (unsigned int i = 1; i < f.n; i++)
			put(&f, i);
		for (unsigned int i = 1; i < f.n; i++)
			take(&f, i);
		assert_true(stats_of(&f).waiting > 0);
		sitter_end(&reader);
		assert_int_equal(late.wrong, 0);
		settle(&f);
		assert_true(stats_of(&f).descriptor_bytes >= held);
		bed_close(&f.b);
	}
}

static void retire_needs_no_memory_under_any_policy(void **state)
{
	(void)state;
	for (enum tarry_policy p = TARRY_RECYCLE; p <= TARRY_WHOLE; p++) {
		struct frags f;

		open_frags(&f, &sizes[8], p);
		for (unsigned int i = 0; i < f.n; i++)
			put(&f, i);
		fault_fail_from(1);
		for (unsigned int i = 0; i < f.n; i++)
			take(&f, i);
		settle(&f);
		fault_reset();
		assert_int_equal(bed_tables(f.b.space), 1);
		bed_close(&f.b);
	}
}

/* ---- in a region of the caller's ---- */

static void a_region_is_cut_into_pages_of_the_size_asked(void **state)
{
	const uint64_t len = 1u << 20;
	char *memory = aligned_alloc(1u << 16, len);
	struct tarry_pool_config c = {
		.base = memory, .oa = 1u << 20, .len = len, .backing_lg2 = 14};
	struct bed b;

	(void)state;
	memset(memory, 0xa5, len);
	bed_open_with(&b, "x86_64-4", &c, 0);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(
			tarry_map(b.space, i * M2, i * K4, K4, RW, NULL), 0);
	for (uint64_t i = 0; i < 40; i++) {
		assert_maps_to(b.space, i * M2, i * K4);
		assert_hole(b.space, i * M2 + K4);
	}
	bed_close(&b);
	free(memory);
}

/* ---- names, and what is refused ---- */

static void policies_have_names(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (; tarry_policy_name(n); n++)
		assert_int_equal(tarry_policy_by_name(tarry_policy_name(n)), n);
	assert_int_equal(n, 3);
	assert_int_equal(tarry_policy_by_name("recycle"), TARRY_RECYCLE);
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_policy_by_name, "recycl");
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_policy_by_name, "");
}

static void pool_refuses_what_is_no_policy_and_no_page(void **state)
{
	struct tarry_pool_config c = {.format =
					      tarry_format_by_name("x86_64-4")};
	struct tarry_pool *pool = NULL;

	(void)state;
	c.policy = (enum tarry_policy)3;
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_pool_create, &c, &pool);
	c.policy = (enum tarry_policy) - 1;
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_pool_create, &c, &pool);
	c.policy = TARRY_RECYCLE;
	c.backing_lg2 = 11;
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_pool_create, &c, &pool);
	c.backing_lg2 = 17;
	EXPECT_ERR_ONLY(TARRY_EINVAL, tarry_pool_create, &c, &pool);
	/* A region that would do for pages of 4K. */
	c.backing_lg2 = 14;
	c.base = (void *)(uintptr_t)0x1001000;
	c.oa = 0x1001000;
	c.len = 1u << 20;
	EXPECT_ERR_ONLY(TARRY_EREGION, tarry_pool_create, &c, &pool);
	assert_null(pool);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(tables_share_pages_as_the_policy_says),
	cmocka_unit_test(reuse_is_free_for_each_fragment_by_itself),
	cmocka_unit_test(sticky_never_uses_a_place_twice),
	cmocka_unit_test(recycle_fills_the_holes_of_its_pages),
	cmocka_unit_test(sticky_frees_a_page_with_its_last_table),
	cmocka_unit_test(nothing_left_of_any_policy),
	cmocka_unit_test(descriptor_outlives_its_fragment),
	cmocka_unit_test(retire_needs_no_memory_under_any_policy),
	cmocka_unit_test(a_region_is_cut_into_pages_of_the_size_asked),
	cmocka_unit_test(policies_have_names),
	cmocka_unit_test(pool_refuses_what_is_no_policy_and_no_page),
};

BED_MAIN(tests)
