/* SPDX-License-Identifier: MIT */
/*
 * A walker that does not snoop: it reads the tables as they are in memory, and
 * what is written gets there when its line is cleaned.
 *
 * Memory is a second copy of the pool's region here, full of 0xa5 at first,
 * that only tarry_port_clean() writes.  At every moment the tree that can be
 * reached in it must be whole, and whenever somebody is told of an invalidation
 * or an operation returns, it must be the tree that the CPU sees.
 */
#include "content.h"
#include "tarry/inline.h"

#define REGION (4 * M2)
#define OA     G1

static struct {
	struct bed *bed;
	uint8_t *cached, *memory;
	uint64_t cleans;
} dram;

static const uint64_t *in_memory(tarry_oa table)
{
	return (const uint64_t *)(dram.memory + (table - OA));
}

static const uint64_t *in_cache(tarry_oa table)
{
	return (const uint64_t *)(dram.cached + (table - OA));
}

/* Nothing that was never cleaned can be reached; if @same, all that can be is
 * as the CPU sees it. */
static void walk(tarry_oa table, unsigned int level, bool same)
{
	const struct tarry_format *f = dram.bed->format;
	const uint64_t *slots = in_memory(table);

	for (unsigned int i = 0; i < 1u << f->index_lg2[level]; i++) {
		uint64_t raw = tarry_load(&slots[i], TARRY_RELAXED);
		uint64_t e = tarry_entry_order(f, raw);

		if (raw == 0xa5a5a5a5a5a5a5a5)
			fail_msg("a slot of level %u was never cleaned", level);
		if (same &&
		    raw != tarry_load(&in_cache(table)[i], TARRY_RELAXED))
			fail_msg("slot %u of a table of level %u is not in "
				 "memory as it was written",
				 i, level);
		if (level && f->present(e, level) && !f->leaf(e, level))
			walk(f->table_oa(e), level - 1, same);
	}
}

static void clean(void *ctx, const void *p, size_t len)
{
	size_t at = (size_t)((const uint8_t *)p - dram.cached);

	(void)ctx;
	assert_int_equal((uintptr_t)p % TARRY_PORT_LINE, 0);
	assert_int_equal(len % TARRY_PORT_LINE, 0);
	assert_true(len && at < REGION && len <= REGION - at);
	memcpy(dram.memory + at, p, len);
	dram.cleans++;
	/* What leads there comes after what it leads to. */
	if (dram.bed->space)
		walk(tarry_space_root(dram.bed->space),
		     dram.bed->format->levels - 1, false);
}

static void assert_visible(void)
{
	walk(tarry_space_root(dram.bed->space), dram.bed->format->levels - 1,
	     true);
	if (dram.bed->other)
		walk(tarry_space_root(dram.bed->other),
		     dram.bed->format->levels - 1, true);
}

static void told(struct probe *p, const struct tarry_span *spans,
		 unsigned int n)
{
	(void)p, (void)spans, (void)n;
	/* Of the space that it listens to; another may be in the middle. */
	walk(tarry_space_root(dram.bed->space), dram.bed->format->levels - 1,
	     true);
}

static void dram_open(struct bed *b, struct probe *p, const char *format,
		      unsigned int flags)
{
	struct tarry_pool_config config = {.oa = OA, .len = REGION};

	config.base = dram.cached = aligned_alloc(M2, REGION);
	dram.memory = aligned_alloc(M2, REGION);
	assert_non_null(dram.cached);
	assert_non_null(dram.memory);
	memset(dram.memory, 0xa5, REGION);
	memset(b, 0, sizeof(*b));
	dram.bed = b;
	fault_clean_hook(clean, NULL);
	bed_open_with(b, format, &config, flags | TARRY_SPACE_NO_SNOOP);
	bed_second_space(b, flags | TARRY_SPACE_NO_SNOOP);
	memset(p, 0, sizeof(*p));
	p->send = told;
	probe_listen(p, b, b->space);
	assert_visible();
}

static void dram_close(struct bed *b, struct probe *p)
{
	probe_unlisten(p, b->space);
	bed_close(b);
	fault_clean_hook(NULL, NULL);
	free(dram.cached);
	free(dram.memory);
}

/* Each operation by itself, at sizes that take each of its ways. */
static void visible_before_invalidate_in_every_operation(void **state)
{
	struct tarry_collapse_copy copy = {.oa = 8 * M2, .copy = copy_nothing};
	struct tarry_replacement page = {.oa = 9 * M2, .rights = RW};
	struct tarry_replacement readable = {.oa = 9 * M2, .rights = TARRY_R};
	struct bed b;
	struct probe p;

	(void)state;
	dram_open(&b, &p, "x86_64-4", TARRY_SPACE_HARDWARE);
#define DOES(call)                           \
	do {                                 \
		assert_int_equal((call), 0); \
		assert_visible();            \
	} while (0)
	DOES(tarry_map(b.space, 0, 0, K4, RW, NULL));
	DOES(tarry_map(b.space, K4, M2, 9 * K4, RW, NULL));
	DOES(tarry_map(b.space, M2 - K4, 0, 2 * M2 + 2 * K4, RW, NULL));
	DOES(tarry_map(b.space, G1, 2 * G1, 3 * M2, RW, NULL));
	DOES(tarry_protect(b.space, K4, K4, TARRY_R, NULL));
	DOES(tarry_protect(b.space, G1 + K4, M2, TARRY_R, NULL));
	DOES(tarry_mark(b.space, 3 * G1, M2 + K4, 7, NULL));
	DOES(tarry_unmap(b.space, 0, K4, NULL));
	DOES(tarry_unmap(b.space, 5 * K4, M2, NULL));
	DOES(tarry_harvest(b.space, G1, 3 * M2, TARRY_ACCESSED, NULL, NULL));
	DOES(tarry_clone(b.space, b.other, 0, 2 * G1, NULL));
	DOES(tarry_move(b.space, G1, 2 * G1, 3 * M2, NULL));
	DOES(tarry_move(b.space, 3 * G1, 3 * G1 + 5 * K4, K4, NULL) ==
			     TARRY_EEXIST
		     ? 0
		     : 1);
	DOES(tarry_unmap(b.space, 0, G512, NULL));
	DOES(tarry_map(b.space, 0, 0, M2, RW, &small));
	DOES(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit));
	DOES(tarry_split(b.space, 0, 1, NULL));
	DOES(tarry_collapse(b.space, 0, 1, RW, &copy, NULL));
	DOES(tarry_replace(b.space, 0, 1, &page, NULL));
	DOES(tarry_replace(b.space, 0, 1, &readable, NULL));
	DOES(tarry_split(b.space, 0, 1, NULL));
	DOES(tarry_retract(b.space, 0, 1, NULL));
	assert_true(p.sends > 0);
#undef DOES
	dram_close(&b, &p);
}

/* A gather puts off the invalidation, not this: others may act on what they
 * find, and invalidate before it ends. */
static void visible_before_invalidate_at_the_end_of_a_gather(void **state)
{
	struct bed b;
	struct probe p;
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	(void)state;
	dram_open(&b, &p, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 0, 4 * K4, RW, NULL), 0);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, &how), 0);
	assert_int_equal(p.sends, 0);
	assert_visible();
	assert_int_equal(tarry_unmap(b.space, G1, 4 * K4, &how), 0);
	assert_visible();
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_visible();
	dram_close(&b, &p);
}

/* By line, not by entry. */
static void neighbours_are_cleaned_once(void **state)
{
	enum { LINE = TARRY_PORT_LINE / sizeof(uint64_t) };
	struct bed b;
	struct probe p;
	uint64_t before;

	(void)state;
	dram_open(&b, &p, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	before = dram.cleans;
	assert_int_equal(
		tarry_map(b.space, LINE * K4, 0, 8 * LINE * K4, RW, NULL), 0);
	assert_int_equal(dram.cleans - before, 1);
	before = dram.cleans;
	assert_int_equal(tarry_unmap(b.space, LINE * K4, 8 * LINE * K4, NULL),
			 0);
	assert_int_equal(dram.cleans - before, 1);
	dram_close(&b, &p);
}

/* Whoever snoops pays nothing. */
static void others_do_not_clean(void **state)
{
	struct fault_counts counts;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	fault_reset();
	assert_int_equal(tarry_map(b.space, 0, 0, M2 + K4, RW, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 2 * M2, NULL), 0);
	fault_counts(&counts);
	assert_int_equal(counts.cleans, 0);
	bed_close(&b);
}

/* Any operation after any other, tables used again and again; fragments and
 * the other byte order too. */
static void anything_is_visible(void **state)
{
	static const char *const formats[] = {"x86_64-4", "powerpc64-64k",
					      "s390x-3"};
	uint64_t seed = 1;

	(void)state;
	for (unsigned int n = 0; n < 3; n++) {
		struct bed b;
		struct probe p;
		uint64_t page, huge;

		dram_open(&b, &p, formats[n], TARRY_SPACE_RELEASE);
		page = 1ull << b.format->page_lg2;
		huge = 1ull << b.format->span_lg2[1];
		for (unsigned int i = 0; i < 1500; i++) {
			uint64_t r =
				(seed = seed * 6364136223846793005 + 1) >> 33;
			tarry_va va = (r >> 4 & 3) * huge + (r >> 6 & 7) * page;
			tarry_va to =
				(r >> 9 & 3) * huge + (r >> 11 & 7) * page;
			uint64_t len = r >> 14 & 1 ? page : huge;

			switch (r & 15) {
			case 0 ... 3:
				(void)tarry_map(b.space, va, to, len, RW,
						r & 1 ? NULL : &small);
				break;
			case 4 ... 6:
				(void)tarry_unmap(b.space, va, len, NULL);
				break;
			case 7:
				(void)tarry_protect(b.space, va, len, TARRY_R,
						    NULL);
				break;
			case 8:
				(void)tarry_mark(b.space, va, len, r >> 20 & 7,
						 NULL);
				break;
			case 9:
				(void)tarry_move(b.space, va, to, len, NULL);
				break;
			case 10:
				(void)tarry_collapse(b.space, va & -huge, 1, 0,
						     NULL, NULL);
				break;
			case 11:
				(void)tarry_split(b.space, va, 1, NULL);
				break;
			case 12:
				(void)tarry_retract(b.space, va & -huge, 1,
						    NULL);
				break;
			case 13:
				(void)tarry_clone(b.space, b.other, va, len,
						  NULL);
				break;
			case 14:
				(void)tarry_unmap(b.other, va, huge, NULL);
				break;
			case 15:
				(void)tarry_reclaim(b.space, va, len, NULL);
				break;
			}
			assert_visible();
			if (!(i % 64))
				tarry_pool_drain(b.pool);
		}
		assert_true(p.sends > 100);
		dram_close(&b, &p);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(visible_before_invalidate_in_every_operation),
	cmocka_unit_test(visible_before_invalidate_at_the_end_of_a_gather),
	cmocka_unit_test(neighbours_are_cleaned_once),
	cmocka_unit_test(others_do_not_clean),
	cmocka_unit_test(anything_is_visible),
};

BED_MAIN(tests)
