/* SPDX-License-Identifier: MIT */
/*
 * The soft TLB: it answers what translate does, and forgets when it is told.
 * And the fault helper, which sees what hardware met.
 */
#include "bed.h"

static int cached(struct tarry_soft_tlb *t, tarry_va va, tarry_oa *oa)
{
	int err;

	tarry_read_begin();
	err = tarry_soft_tlb_translate(t, va, oa);
	tarry_read_end();
	return err;
}

static void soft_tlb_answers_and_remembers(void **state)
{
	static struct tarry_soft_tlb t;
	tarry_oa oa = 0;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 2 * M2 + 3 * K4, RW, NULL),
			 0);
	assert_int_equal(tarry_soft_tlb_init(&t, b.space), 0);
	for (int round = 0; round < 2; round++)
		for (tarry_va va = 0; va < 200 * K4; va += K4)
			assert_true(!cached(&t, va + 5, &oa) &&
				    oa == G1 + va + 5);
	assert_int_equal(t.misses, 200);
	assert_int_equal(cached(&t, G512, &oa), TARRY_ENOENT);
	assert_int_equal(cached(&t, 1ull << 47, &oa), TARRY_ERANGE);
	tarry_soft_tlb_fini(&t);
	bed_close(&b);
}

static void soft_tlb_forgets_what_is_taken_away(void **state)
{
	static struct tarry_soft_tlb t;
	uint64_t misses;
	tarry_oa oa = 0;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 4 * M2, RW, &small), 0);
	assert_int_equal(tarry_soft_tlb_init(&t, b.space), 0);
	assert_int_equal(cached(&t, K4, &oa), 0);
	assert_int_equal(cached(&t, M2 + 9 * K4, &oa), 0);
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_int_equal(cached(&t, K4, &oa), TARRY_ENOENT);
	/* The other bucket was not touched. */
	misses = t.misses;
	assert_int_equal(cached(&t, M2 + 9 * K4, &oa), 0);
	assert_int_equal(t.misses, misses);
	assert_int_equal(tarry_map(b.space, K4, G512, K4, RW, NULL), 0);
	assert_int_equal(cached(&t, K4, &oa), 0);
	assert_int_equal(oa, G512);
	tarry_soft_tlb_fini(&t);
	bed_close(&b);
}

/* A copy callback in which the cache is filled through the frozen slot. */
struct late {
	struct tarry_soft_tlb *t;
	tarry_oa seen;
};

static int fill_while_frozen(void *ctx, const struct tarry_piece *pieces,
			     size_t n)
{
	struct late *l = ctx;

	(void)pieces, (void)n;
	return cached(l->t, 3 * K4, &l->seen);
}

/* docs/races.md: what was cached while it was frozen. */
static void listeners_always_also_after_a_frozen_entry(void **state)
{
	static struct tarry_soft_tlb t;
	struct late late = {.t = &t};
	struct tarry_collapse_copy copy = {
		.oa = G512, .copy = fill_while_frozen, .ctx = &late};
	tarry_oa oa = 0;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	assert_int_equal(tarry_soft_tlb_init(&t, b.space), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, RW, &copy, NULL), 0);
	assert_int_equal(late.seen, G1 + 3 * K4);
	assert_int_equal(cached(&t, 3 * K4, &oa), 0);
	assert_int_equal(oa, G512 + 3 * K4);
	tarry_soft_tlb_fini(&t);
	bed_close(&b);
}

/* The same for the part of a large leaf that goes: a listener looks at it
 * while the leaf is frozen. */
struct peek {
	struct tarry_soft_tlb *t;
	unsigned int filled;
};

static void fill_while_told(struct probe *p, const struct tarry_span *spans,
			    unsigned int n)
{
	struct peek *k = p->ctx;
	tarry_oa oa;

	(void)spans, (void)n;
	k->filled += !cached(k->t, 3 * K4, &oa);
}

static void listeners_always_also_after_a_split(void **state)
{
	static struct tarry_soft_tlb t;
	struct peek peek = {.t = &t};
	struct probe p = {.send = fill_while_told, .ctx = &peek};
	tarry_oa oa;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	/* Listeners are told newest first: the probe fills after the TLB. */
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_soft_tlb_init(&t, b.space), 0);
	assert_int_equal(tarry_unmap(b.space, 2 * K4, 4 * K4, NULL), 0);
	assert_true(peek.filled > 0);
	assert_int_equal(cached(&t, 3 * K4, &oa), TARRY_ENOENT);
	assert_int_equal(cached(&t, 9 * K4, &oa), 0);
	tarry_soft_tlb_fini(&t);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* ---- faults ---- */

static int fault_then;

static void look_at_the_fault(struct probe *p, const struct tarry_span *spans,
			      unsigned int n)
{
	(void)spans, (void)n;
	fault_then = tarry_fault(p->bed->space, 5 * K4, TARRY_R);
}

static void fault_says_what_to_do(void **state)
{
	struct probe p = {.send = look_at_the_fault};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, TARRY_R, &small), 0);
	assert_int_equal(tarry_mark(b.space, M2, K4, 3, NULL), 0);
	assert_int_equal(tarry_fault(b.space, 7, TARRY_R), 0);
	assert_int_equal(tarry_fault(b.space, 7, TARRY_W), TARRY_EACCES);
	assert_int_equal(tarry_fault(b.space, 7, TARRY_R | TARRY_USER),
			 TARRY_EACCES);
	assert_int_equal(tarry_fault(b.space, M2, TARRY_R), TARRY_EMARK);
	assert_int_equal(tarry_fault(b.space, G512, TARRY_R), TARRY_ENOENT);
	assert_int_equal(tarry_fault(b.space, 1ull << 47, TARRY_R),
			 TARRY_ERANGE);
	/* In the middle of a change of size hardware faults: try again. */
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	assert_int_equal(fault_then, TARRY_EAGAIN);
	assert_int_equal(tarry_fault(b.space, 5 * K4, TARRY_R), 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(soft_tlb_answers_and_remembers),
	cmocka_unit_test(soft_tlb_forgets_what_is_taken_away),
	cmocka_unit_test(listeners_always_also_after_a_frozen_entry),
	cmocka_unit_test(listeners_always_also_after_a_split),
	cmocka_unit_test(fault_says_what_to_do),
};

BED_MAIN(tests)
