/* SPDX-License-Identifier: MIT */
/*
 * tarry_replace(): one leaf for another of the same size.
 */
#include "content.h"

/* The owner's copy, which looks about while hardware is shut out. */
struct copier {
	struct bed *b;
	unsigned int called;
	struct tarry_piece old;
	bool hardware_saw, software_saw, pinned;
	int answer;
};

static int copier_copy(void *ctx, const struct tarry_piece *old)
{
	struct copier *c = ctx;
	struct tarry_hit hit;
	uint64_t e;

	c->called++;
	c->old = *old;
	c->hardware_saw = hardware_walk(c->b, c->b->space, old->va, &e, NULL);
	tarry_read_begin();
	c->software_saw = !tarry_translate(c->b->space, old->va, &hit) &&
			  hit.oa == old->oa;
	tarry_read_end();
	c->pinned = !tarry_pin(c->b->space, old->va, TARRY_R, &hit);
	return c->answer;
}

static tarry_rights rights_at(struct bed *b, tarry_va va)
{
	struct tarry_hit hit;

	assert_int_equal(look(b->space, va, &hit), 0);
	return tarry_hit_rights(b->space, &hit);
}

/* ---- what is done ---- */

static void replace_at_every_level(void **state)
{
	static const uint64_t size[] = {K4, M2, G1};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	for (unsigned int level = 0; level < 3; level++) {
		struct tarry_replacement with = {.oa = 8 * G1, .rights = RWU};
		tarry_va va = (level + 1) * 4 * G1;

		assert_int_equal(
			tarry_map(b.space, va, G1, size[level], TARRY_R, NULL),
			0);
		assert_int_equal(tarry_replace(b.space, va, level, &with, NULL),
				 0);
		assert_leaf(b.space, va, 8 * G1, level, RWU);
		tarry_pool_drain(b.pool);
		assert_int_equal(b.owner.releases, level + 1);
		assert_int_equal(b.owner.runs[level].oa, G1);
		assert_int_equal(b.owner.runs[level].len, size[level]);
	}
	bed_close(&b);
}

static void replace_changes_no_neighbour(void **state)
{
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * M2, TARRY_R, NULL), 0);
	assert_int_equal(tarry_replace(b.space, M2, 1, &with, NULL), 0);
	assert_leaf(b.space, M2 - K4, M2 - K4, 1, TARRY_R);
	assert_leaf(b.space, M2, G1, 1, RW);
	assert_leaf(b.space, 2 * M2, 2 * M2, 1, TARRY_R);
	assert_int_equal(bed_tables(b.space), 3);
	bed_close(&b);
}

static void replace_carries_accessed_and_dirty(void **state)
{
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 77, TARRY_DIRTY));
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_int_equal(rights_at(&b, 0), RW | TARRY_DIRTY);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.runs[0].rights, TARRY_DIRTY);
	/* Preset by the caller, who wrote the page. */
	with.oa = 2 * G1;
	with.rights = RW | TARRY_ACCESSED;
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_int_equal(rights_at(&b, 0), RW | AD);
	bed_close(&b);
}

/* Dirty is set by hardware while caches are still being told. */
static void touch_at_invalidate(struct probe *p, const struct tarry_span *spans,
				unsigned int n)
{
	bool *seen = p->ctx;

	(void)spans, (void)n;
	/* It cannot: the leaf is frozen, or the new one is there. */
	if (p->sends == 1)
		*seen = hardware_touch(p->bed, p->bed->space, 0, TARRY_DIRTY);
}

static void replace_freeze_then_change(void **state)
{
	bool touched = true;
	struct probe p = {.send = touch_at_invalidate, .ctx = &touched};
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct bed b;

	(void)state;
	/* In every format, also where hardware would take a direct change. */
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		uint64_t page = 1ull << f->page_lg2;

		with.oa = page;
		p.sends = 0;
		touched = true;
		bed_open(&b, f->name, TARRY_SPACE_HARDWARE);
		assert_int_equal(tarry_map(b.space, 0, 0, page, RW, NULL), 0);
		probe_listen(&p, &b, b.space);
		assert_int_equal(tarry_replace(b.space, 0, 0, &with, NULL), 0);
		assert_false(touched);
		assert_leaf(b.space, 0, page, 0, RW);
		probe_unlisten(&p, b.space);
		bed_close(&b);
	}
}

static void replace_in_place_where_the_page_stays(void **state)
{
	struct tarry_replacement with = {.oa = M2, .rights = RW};
	struct probe p = {0};
	struct bed b;
	uint64_t e;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, M2, M2, TARRY_R, NULL), 0);
	assert_true(hardware_touch(&b, b.space, 0, TARRY_ACCESSED));
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_int_equal(rights_at(&b, 0), RW | TARRY_ACCESSED);
	assert_int_equal(p.sends, 1);
	assert_true(probe_heard(&p, 0, M2));
	/* Nothing to say: nobody is told. */
	e = slot_value(&b, b.space, 0, 1);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_int_equal(slot_value(&b, b.space, 0, 1), e);
	assert_int_equal(p.sends, 1);
	probe_unlisten(&p, b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	bed_close(&b);
}

static void replace_needs_no_memory(void **state)
{
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct fault_counts n;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	fault_reset();
	fault_fail_from(1);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	fault_counts(&n);
	assert_int_equal(n.admits + n.commits + n.reserves, 0);
	fault_reset();
	bed_close(&b);
}

static void replace_keeps_its_spare(void **state)
{
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	with.rights = TARRY_R;
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_sound(b.space);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, 0, 1, &no_alloc), 0);
	fault_reset();
	assert_leaf(b.space, 5 * K4, G1 + 5 * K4, 0, TARRY_R);
	bed_close(&b);
}

/* ---- by copy ---- */

static void replace_by_copy(void **state)
{
	struct bed b;
	struct copier c = {.b = &b};
	struct tarry_replacement with = {
		.oa = G1, .rights = RWU, .copy = copier_copy, .ctx = &c};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, M2, 3 * M2, M2, TARRY_R, NULL), 0);
	assert_true(hardware_touch(&b, b.space, M2, TARRY_ACCESSED));
	assert_int_equal(tarry_replace(b.space, M2, 1, &with, NULL), 0);
	assert_int_equal(c.called, 1);
	assert_int_equal(c.old.va, M2);
	assert_int_equal(c.old.len, M2);
	assert_int_equal(c.old.oa, 3 * M2);
	assert_int_equal(c.old.rights, TARRY_R | TARRY_ACCESSED);
	assert_int_equal(c.old.kind, TARRY_LEAF);
	assert_false(c.hardware_saw);
	assert_true(c.software_saw);
	assert_false(c.pinned);
	assert_leaf(b.space, M2, G1, 1, RWU);
	bed_close(&b);
}

static void replace_puts_back_what_the_owner_refuses(void **state)
{
	struct bed b;
	struct copier c = {.b = &b, .answer = 1};
	struct tarry_replacement with = {
		.oa = G1, .rights = RW, .copy = copier_copy, .ctx = &c};
	uint64_t e;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_true(hardware_touch(&b, b.space, 0, AD));
	e = slot_value(&b, b.space, 0, 1);
	EXPECT_ERR(&b, TARRY_EBUSY, tarry_replace, b.space, 0, 1, &with, NULL);
	assert_int_equal(slot_value(&b, b.space, 0, 1), e);
	assert_int_equal(c.called, 1);
	bed_close(&b);
}

/* ---- only if it is still as expected ---- */

static void replace_if_as_expected(void **state)
{
	struct tarry_hit seen;
	struct tarry_replacement with = {
		.oa = G1, .rights = RW, .expected = &seen};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, TARRY_R, NULL), 0);
	assert_int_equal(look(b.space, 9 * K4 + 5, &seen), 0);
	/* What hardware sets is no other leaf. */
	assert_true(hardware_touch(&b, b.space, 0, TARRY_ACCESSED));
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	assert_leaf(b.space, 0, G1, 1, RW);
	/* Who comes second has lost: another page. */
	with.oa = 2 * G1;
	EXPECT_ERR(&b, TARRY_EAGAIN, tarry_replace, b.space, 0, 1, &with, NULL);
	/* The same page, but the rights went. */
	assert_int_equal(look(b.space, 0, &seen), 0);
	assert_int_equal(tarry_protect(b.space, 0, M2, TARRY_R, NULL), 0);
	EXPECT_ERR(&b, TARRY_EAGAIN, tarry_replace, b.space, 0, 1, &with, NULL);
	/* Seen in another size. */
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	assert_int_equal(look(b.space, 0, &seen), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	EXPECT_ERR(&b, TARRY_EAGAIN, tarry_replace, b.space, 0, 1, &with, NULL);
	bed_close(&b);
}

/* Two faults on one page that both want to write: one copy is used. */
static void *second_fault(void *arg)
{
	struct bed *b = arg;
	struct tarry_hit hit;

	tarry_thread_begin();
	for (;;) {
		struct tarry_replacement with = {
			.oa = 5 * M2, .rights = RW, .expected = &hit};
		int err;

		assert_int_equal(look(b->space, 0, &hit), 0);
		if (tarry_hit_rights(b->space, &hit) & TARRY_W)
			break;
		err = tarry_replace(b->space, 0, 1, &with, NULL);
		assert_true(!err || err == TARRY_EAGAIN);
		if (!err)
			break;
	}
	tarry_thread_end();
	return NULL;
}

static void replace_loser_redoes(void **state)
{
	struct tarry_hit hit;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	for (int i = 0; i < 50; i++) {
		struct tarry_replacement with = {
			.oa = 3 * M2, .rights = RW, .expected = &hit};
		uint64_t releases = b.owner.releases;
		pthread_t thread;
		int err;

		assert_int_equal(tarry_map(b.space, 0, M2, M2, TARRY_R, NULL),
				 0);
		assert_int_equal(look(b.space, 0, &hit), 0);
		assert_int_equal(
			pthread_create(&thread, NULL, second_fault, &b), 0);
		err = tarry_replace(b.space, 0, 1, &with, NULL);
		tarry_thread_offline();
		pthread_join(thread, NULL);
		tarry_thread_online();
		assert_true(!err || err == TARRY_EAGAIN);
		assert_leaf(b.space, 0, err ? 5 * M2 : 3 * M2, 1, RW);
		tarry_pool_drain(b.pool);
		assert_int_equal(b.owner.releases, releases + 1);
		assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
		tarry_pool_drain(b.pool);
	}
	bed_close(&b);
}

/* ---- what is refused ---- */

static void replace_refuses(void **state)
{
	struct tarry_replacement with = {.oa = M2, .rights = RW};
	struct tarry_replacement odd = {.oa = K4, .rights = RW};
	struct tarry_replacement far = {.oa = 1ull << 52, .rights = RW};
	struct tarry_replacement mute = {.oa = M2, .rights = TARRY_W};
	struct tarry_replacement self = {.rights = RW, .copy = copier_copy};
	struct tarry_gather g;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, M2, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, 2 * M2, M2, 1, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 0, G1, RW, NULL), 0);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_replace, b.space, 0, 3, &with, NULL);
	EXPECT_ERR(&b, TARRY_ELEVEL, tarry_replace, b.space, 0, 77, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_replace, b.space, K4, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_EALIGN, tarry_replace, b.space, 0, 1, &odd, NULL);
	EXPECT_ERR(&b, TARRY_ERANGE, tarry_replace, b.space, 1ull << 47, 1,
		   &with, NULL);
	EXPECT_ERR(&b, TARRY_EOUTPUT, tarry_replace, b.space, 0, 1, &far, NULL);
	EXPECT_ERR(&b, TARRY_ERIGHTS, tarry_replace, b.space, 0, 1, &mute,
		   NULL);
	/* Smaller ones, a mark, nothing, nothing far above, a larger one. */
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_replace, b.space, M2, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_replace, b.space, 2 * M2, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_replace, b.space, 3 * M2, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_replace, b.space, G512, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_ENOENT, tarry_replace, b.space, G1 + M2, 1, &with,
		   NULL);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_replace, b.space, 0, 1, &self, NULL);
	tarry_gather_begin(&g, b.space);
	EXPECT_ERR(&b, TARRY_EINVAL, tarry_replace, b.space, 0, 1, &with,
		   &(struct tarry_how){.gather = &g});
	assert_int_equal(tarry_gather_end(&g), 0);
	bed_close(&b);
}

static void replace_without_answer_is_put_back(void **state)
{
	struct tarry_replacement with = {.oa = M2, .rights = RW};
	struct probe p = {.deaf = true};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_replace, b.space, 0, 1, &with,
		   NULL);
	assert_leaf(b.space, 0, 0, 1, RW);
	assert_true(b.format->present(slot_value(&b, b.space, 0, 1), 1));
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Only when the new page was there already: the old one is kept. */
static void replace_half_answered_frees_nothing(void **state)
{
	struct tarry_replacement with = {.oa = M2, .rights = RW};
	struct probe p = {.deaf_after = 1};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_replace, b.space, 0, 1, &with,
			NULL);
	assert_int_equal(p.sends, 2);
	assert_leaf(b.space, 0, M2, 1, RW);
	probe_unlisten(&p, b.space);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 0);
	/* Everybody who is left answers: it goes as ever. */
	assert_int_equal(tarry_settle(b.space), 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 1);
	bed_close(&b);
}

/* Where too much is kept already, nothing more is taken away. */
static void replace_without_room_to_keep(void **state)
{
	struct tarry_replacement with = {.oa = G1, .rights = RW};
	struct probe p = {.deaf = true};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	for (uint64_t i = 0; i < 200; i++)
		assert_int_equal(tarry_map(b.space, G1 + i * K4, 2 * i * K4, K4,
					   RW, NULL),
				 0);
	probe_listen(&p, &b, b.space);
	EXPECT_ERR_ONLY(TARRY_ELISTENER, tarry_unmap, b.space, G1, 200 * K4,
			NULL);
	p.deaf = false;
	p.sends = 0;
	EXPECT_ERR(&b, TARRY_ELISTENER, tarry_replace, b.space, 0, 1, &with,
		   NULL);
	assert_int_equal(p.sends, 0);
	assert_int_equal(tarry_settle(b.space), 0);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* rule: listeners-always: a soft TLB that fills from the frozen leaf is told
 * again once the new page is there. */
static void fill_while_frozen(struct probe *p, const struct tarry_span *spans,
			      unsigned int n)
{
	struct tarry_soft_tlb *tlb = p->ctx;
	tarry_oa oa;

	(void)spans, (void)n;
	if (p->sends == 1)
		assert_int_equal(tarry_soft_tlb_translate(tlb, 0, &oa), 0);
}

static void replace_listeners_always_hear_of_the_new_page(void **state)
{
	struct tarry_replacement with = {.oa = M2, .rights = RW};
	struct tarry_soft_tlb *tlb = calloc(1, sizeof(*tlb));
	struct probe p = {.send = fill_while_frozen, .ctx = tlb};
	struct bed b;
	tarry_oa oa;

	(void)state;
	assert_non_null(tlb);
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, NULL), 0);
	/* Told last of all: it fills after the soft TLB was told. */
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_soft_tlb_init(tlb, b.space), 0);
	assert_int_equal(tarry_replace(b.space, 0, 1, &with, NULL), 0);
	tarry_read_begin();
	assert_int_equal(tarry_soft_tlb_translate(tlb, 0, &oa), 0);
	tarry_read_end();
	assert_int_equal(oa, M2);
	tarry_soft_tlb_fini(tlb);
	probe_unlisten(&p, b.space);
	bed_close(&b);
	free(tlb);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(replace_at_every_level),
	cmocka_unit_test(replace_changes_no_neighbour),
	cmocka_unit_test(replace_carries_accessed_and_dirty),
	cmocka_unit_test(replace_freeze_then_change),
	cmocka_unit_test(replace_in_place_where_the_page_stays),
	cmocka_unit_test(replace_needs_no_memory),
	cmocka_unit_test(replace_keeps_its_spare),
	cmocka_unit_test(replace_by_copy),
	cmocka_unit_test(replace_puts_back_what_the_owner_refuses),
	cmocka_unit_test(replace_if_as_expected),
	cmocka_unit_test(replace_loser_redoes),
	cmocka_unit_test(replace_refuses),
	cmocka_unit_test(replace_without_answer_is_put_back),
	cmocka_unit_test(replace_half_answered_frees_nothing),
	cmocka_unit_test(replace_without_room_to_keep),
	cmocka_unit_test(replace_listeners_always_hear_of_the_new_page),
};

BED_MAIN(tests)
