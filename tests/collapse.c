/* SPDX-License-Identifier: MIT */
/*
 * tarry_collapse(): one large leaf where a table of small ones stood, in place
 * or by copying.
 */
#include "content.h"

/* ---- in place ---- */

static void collapse_in_place(void **state)
{
	tarry_rights rights = RWU | TARRY_MEM(6) | TARRY_KEY(2) | TARRY_SOFT(9);
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, G1, M2, M2, rights, &small), 0);
	assert_int_equal(bed_tables(b.space), 4);
	assert_int_equal(tarry_collapse(b.space, G1, 1, 0, NULL, NULL), 0);
	assert_leaf(b.space, G1, M2, 1, rights);
	assert_leaf(b.space, G1 + M2 - 1, 2 * M2 - 1, 1, rights);
	assert_int_equal(bed_tables(b.space), 3);
	bed_close(&b);
}

static void collapse_of_a_gigabyte(void **state)
{
	struct bed b;
	struct tarry_how levels2 = {.levels = 2};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, G1, G1, RW, &levels2), 0);
	assert_int_equal(tarry_collapse(b.space, G1, 2, 0, NULL, NULL), 0);
	assert_leaf(b.space, G1 + 5, G1 + 5, 2, RW);
	assert_int_equal(bed_tables(b.space), 2);
	bed_close(&b);
}

static void collapse_in_the_toy_format(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "toy", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 2 * K4, 0, 2 * K4, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, 3 * K4, AD));
	assert_int_equal(tarry_collapse(b.space, 2 * K4, 1, 0, NULL, NULL), 0);
	assert_leaf(b.space, 3 * K4, K4, 1, RW);
	assert_int_equal(bed_tables(b.space), 1);
	assert_int_equal(slot_value(&b, b.space, 2 * K4, 1),
			 b.format->make_leaf(0, 1, RW | AD));
	bed_close(&b);
}

static void collapse_is_dirty_if_any_part_was(void **state)
{
	struct bed b;
	struct tarry_hit hit;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_true(hardware_touch(&b, b.space, 100 * K4, TARRY_DIRTY));
	assert_true(hardware_touch(&b, b.space, 511 * K4, TARRY_ACCESSED));
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	assert_int_equal(look(b.space, 0, &hit), 0);
	assert_int_equal(tarry_hit_rights(b.space, &hit), RW | AD);
	bed_close(&b);
}

static void collapse_releases_nothing_in_place(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

static void collapse_ignores_rights_in_place(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(
		tarry_collapse(b.space, 0, 1, TARRY_R | TARRY_X, NULL, NULL),
		0);
	assert_leaf(b.space, 0, 0, 1, RW);
	bed_close(&b);
}

static void collapse_refuses_in_place(void **state)
{
	struct bed b;
	struct tarry_gather g;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	/* A hole, a mark, other rights, not consecutive, not aligned. */
	assert_int_equal(tarry_map(b.space, 0, 0, M2 - K4, RW, &small), 0);
	EXPECT_ERR(&b, TARRY_EHOLES, tarry_collapse, b.space, 0, 1, 0, NULL,
		   NULL);
	assert_int_equal(tarry_map(b.space, M2, M2, M2, RW, &small), 0);
	assert_int_equal(tarry_protect(b.space, M2 + K4, K4, TARRY_R, NULL), 0);
	EXPECT_ERR(&b, TARRY_EMIXED, tarry_collapse, b.space, M2, 1, 0, NULL,
		   NULL);
	assert_int_equal(
		tarry_map(b.space, 2 * M2, 2 * M2, M2 - K4, RW, &small), 0);
	assert_int_equal(tarry_map(b.space, 3 * M2 - K4, 0, K4, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EMIXED, tarry_collapse, b.space, 2 * M2, 1, 0,
		   NULL, NULL);
	assert_int_equal(tarry_map(b.space, 3 * M2, K4, M2, RW, &small), 0);
	EXPECT_ERR(&b, TARRY_EMIXED, tarry_collapse, b.space, 3 * M2, 1, 0,
		   NULL, NULL);
	/* A leaf already; tables below the table; nothing at all. */
	assert_int_equal(tarry_map(b.space, 4 * M2, 0, M2, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_ELEAF, tarry_collapse, b.space, 4 * M2, 1, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELEAF, tarry_collapse, b.space, 0, 2, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_collapse, b.space, 5 * M2, 1, 0,
		   NULL, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_collapse, b.space, G512, 1, 0, NULL,
		   NULL);
	/* Arguments. */
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_collapse, b.space, K4, 1, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_collapse, b.space, M2, 2, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_collapse, b.space, 1ull << 47, 1, 0,
		   NULL, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_collapse, b.space, 0, 0, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_collapse, b.space, 0, 3, 0, NULL,
		   NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_collapse, b.space, 0, 60, 0, NULL,
		   NULL);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_collapse, b.space, 0, 1, 0, NULL,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void collapse_refuses_marks(void **state)
{
	struct bed b;
	struct content then;
	int err;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2 - K4, RW, &small), 0);
	assert_int_equal(tarry_mark(b.space, M2 - K4, K4, 1, NULL), 0);
	content_take(&then, &b);
	err = tarry_collapse(b.space, 0, 1, 0, NULL, NULL);
	assert_true(err == TARRY_EHOLES || err == TARRY_EMIXED);
	content_still(&then, &b, "collapse of a mark");
	bed_close(&b);
}

/* ---- with a copy ---- */

struct copier {
	struct bed *b;
	struct tarry_collapse_copy call;
	unsigned int called;
	size_t n;
	uint64_t bytes, holes;
	bool seen_by_hardware, seen_by_software;
	int answer;
};

static int copier_copy(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	struct copier *c = ctx;
	tarry_va va = pieces[0].va;
	uint64_t e;
	struct tarry_hit hit;

	c->called++;
	c->n = n;
	c->seen_by_software = true;
	for (size_t i = 0; i < n; i++) {
		/* In rising va, no gap. */
		if (pieces[i].va != va)
			return -99;
		va += pieces[i].len;
		if (pieces[i].kind == TARRY_EMPTY) {
			c->holes += pieces[i].len;
			continue;
		}
		if (pieces[i].kind != TARRY_LEAF)
			return -98;
		c->bytes += pieces[i].len;
		c->seen_by_hardware |= hardware_walk(c->b, c->b->space,
						     pieces[i].va, &e, NULL);
		tarry_read_begin();
		if (tarry_translate(c->b->space, pieces[i].va, &hit) ||
		    hit.oa != pieces[i].oa)
			c->seen_by_software = false;
		tarry_read_end();
	}
	return c->answer;
}

static struct copier copier_of(struct bed *b, tarry_oa oa)
{
	return (struct copier){.b = b, .call = {.oa = oa, .copy = copier_copy}};
}

static void collapse_by_copy(void **state)
{
	struct bed b;
	struct copier c;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	c = copier_of(&b, 16 * M2);
	c.call.ctx = &c;
	/* Scattered, with holes, of different rights. */
	for (int i = 0; i < 512; i += 2)
		assert_int_equal(tarry_map(b.space, i * K4, G1 + (512 - i) * K4,
					   K4, i % 4 ? RW : TARRY_R, NULL),
				 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	assert_int_equal(tarry_collapse(b.space, 0, 1, RWU, &c.call, NULL), 0);
	assert_int_equal(c.called, 512 / 16);
	assert_int_equal(c.bytes, 256 * K4);
	assert_int_equal(c.holes, 256 * K4);
	assert_false(c.seen_by_hardware);
	assert_true(c.seen_by_software);
	assert_leaf(b.space, 0, 16 * M2, 1, RWU);
	assert_leaf(b.space, M2 - 1, 17 * M2 - 1, 1, RWU);
	assert_int_equal(slot_value(&b, b.space, 0, 1),
			 b.format->make_leaf(16 * M2, 1, RWU | AD));
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 256 * K4);
	assert_int_equal(bed_tables(b.space), 3);
	bed_close(&b);
}

static void collapse_puts_back_what_the_owner_refuses(void **state)
{
	struct bed b;
	struct copier c;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	c = copier_of(&b, 16 * M2);
	c.call.ctx = &c;
	c.answer = -1;
	assert_int_equal(tarry_map(b.space, 0, G1, 8 * K4, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_collapse, b.space, 0, 1, RW, &c.call,
		   NULL);
	assert_int_equal(c.called, 1);
	c.answer = 5;
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_collapse, b.space, 0, 1, RW, &c.call,
		   NULL);
	assert_true(b.format->present(slot_value(&b, b.space, 0, 1), 1));
	bed_close(&b);
}

static void collapse_by_copy_refuses(void **state)
{
	struct bed b;
	struct copier c;
	struct content then;
	int err;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 8 * K4, RW, NULL), 0);
	c = copier_of(&b, M2 + K4);
	c.call.ctx = &c;
	/* The large page's own address. */
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_collapse, b.space, 0, 1, RW, &c.call,
		   NULL);
	c.call.oa = 1ull << 52;
	EXPECT_ERR(&b, TARRY_EOUTPUT, tarry_collapse, b.space, 0, 1, RW,
		   &c.call, NULL);
	c.call.oa = M2;
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_collapse, b.space, 0, 1, TARRY_W,
		   &c.call, NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_collapse, b.space, M2, 1, RW,
		   &c.call, NULL);
	assert_int_equal(tarry_mark(b.space, 9 * K4, K4, 1, NULL), 0);
	content_take(&then, &b);
	err = tarry_collapse(b.space, 0, 1, RW, &c.call, NULL);
	assert_true(err == TARRY_EMIXED || err == TARRY_EHOLES);
	content_still(&then, &b, "collapse by copy of a mark");
	assert_int_equal(c.called, 0);
	bed_close(&b);
}

static void collapse_without_answer_is_put_back(void **state)
{
	struct bed b;
	struct probe p = {.deaf = true};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_collapse, b.space, 0, 1, 0, NULL,
		   NULL);
	assert_leaf(b.space, 0, 0, 0, RW);
	assert_true(b.format->present(slot_value(&b, b.space, 0, 1), 1));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void collapse_half_answered_keeps_the_table(void **state)
{
	struct probe p = {.deaf_after = 1};
	struct copier c;
	struct tarry_space_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	c = copier_of(&b, 16 * M2);
	c.call.ctx = &c;
	assert_int_equal(tarry_map(b.space, 0, G1, 8 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_collapse, b.space, 0, 1, RW,
			&c.call, NULL);
	assert_int_equal(p.sends, 2);
	assert_leaf(b.space, 0, 16 * M2, 1, RW);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(stats.kept, 1);
	probe_unlisten(&p, b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	assert_int_equal(tarry_settle(b.space), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 8 * K4);
	bed_close(&b);
}

/* Who else but hardware would have to be told twice? */
static void collapse_by_copy_tells_hardware_once(void **state)
{
	struct fault_counts n;
	struct copier c;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	c = copier_of(&b, 16 * M2);
	c.call.ctx = &c;
	assert_int_equal(tarry_map(b.space, 0, G1, 8 * K4, RW, NULL), 0);
	fault_reset();
	assert_int_equal(tarry_collapse(b.space, 0, 1, RW, &c.call, NULL), 0);
	fault_counts(&n);
	assert_int_equal(n.invalidates, 1);
	assert_int_equal(n.synchronizes + n.kicks, 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(collapse_in_place),
	cmocka_unit_test(collapse_of_a_gigabyte),
	cmocka_unit_test(collapse_in_the_toy_format),
	cmocka_unit_test(collapse_is_dirty_if_any_part_was),
	cmocka_unit_test(collapse_releases_nothing_in_place),
	cmocka_unit_test(collapse_ignores_rights_in_place),
	cmocka_unit_test(collapse_refuses_in_place),
	cmocka_unit_test(collapse_refuses_marks),
	cmocka_unit_test(collapse_by_copy),
	cmocka_unit_test(collapse_puts_back_what_the_owner_refuses),
	cmocka_unit_test(collapse_by_copy_refuses),
	cmocka_unit_test(collapse_without_answer_is_put_back),
	cmocka_unit_test(collapse_half_answered_keeps_the_table),
	cmocka_unit_test(collapse_by_copy_tells_hardware_once),
};

BED_MAIN(tests)
