/* SPDX-License-Identifier: MIT */
/*
 * The rules of what is freed and when, each under its name.
 */
#include <unistd.h>

#include "bed.h"
#include "tarry/inline.h"

/* ---- a reader stays inside, and what it found stays too ---- */

struct stay {
	struct bed *b;
	tarry_va va;
	tarry_oa oa;
	const uint64_t *slots; /* of the table it walked through */
	unsigned int wrong;
};

static void look_in(void *ctx)
{
	struct stay *s = ctx;
	struct tarry_hit hit;

	s->slots = slot_of(s->b, s->b->space, s->va, 0);
	if (tarry_translate(s->b->space, s->va, &hit) || hit.oa != s->oa)
		s->wrong++;
}

/* The table it was in is neither freed nor used again. */
static void look_back(void *ctx)
{
	struct stay *s = ctx;
	uint64_t e = tarry_entry_order(
		s->b->format, __atomic_load_n(s->slots, __ATOMIC_ACQUIRE));

	if (s->b->format->leaf_oa(e, 0) != s->oa)
		s->wrong++;
}

static void unlink_invalidate_wait_free(void **state)
{
	struct bed b;
	struct stay stay = {.b = &b, .va = 5 * K4, .oa = G1 + 5 * K4};
	struct sitter reader = {
		.first = look_in, .last = look_back, .ctx = &stay};
	struct tarry_pool_stats stats;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	sitter_begin(&reader);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_hole(b.space, 5 * K4);
	/* Tables come and go; the one that the reader is in does not. */
	for (int i = 0; i < 50; i++) {
		assert_int_equal(tarry_map(b.space, G1, 0, M2, RW, &small), 0);
		assert_int_equal(tarry_unmap(b.space, G1, M2, NULL), 0);
	}
	usleep(20000);
	assert_int_equal(b.owner.releases, 0);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.waiting >= 51);
	sitter_end(&reader);
	assert_int_equal(stay.wrong, 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 51 * M2);
	bed_close(&b);
}

static bool count_hook(void *ctx, uint64_t root, uint64_t va, uint64_t len,
		       bool tables)
{
	unsigned int *told = ctx;

	(void)root, (void)va, (void)len;
	*told += tables;
	return true;
}

/* An invalidation that is broadcast has nothing to say of walkers: done at
 * once, it frees nothing while one is inside. */
static void every_walker_class_beside_a_broadcast(void **state)
{
	struct probe p = {0};
	struct tarry_pool_stats stats;
	struct sitter r = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	probe_listen(&p, &b, b.space);
	p.listener.wait = NULL; /* sent is done */
	sitter_begin(&r);
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_true(p.sends > 0);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.waiting > 0);
	assert_int_equal(b.owner.releases, 0);
	sitter_end(&r);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, M2);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Hardware, listeners and software readers: the free waits for each. */
static void every_walker_class_is_waited_for(void **state)
{
	unsigned int hardware = 0;
	struct fault_counts n;
	struct probe p = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	probe_listen(&p, &b, b.space);
	fault_invalidate_hook(count_hook, &hardware);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	fault_reset();
	assert_int_equal(tarry_unmap(b.space, 0, M2, NULL), 0);
	assert_true(hardware > 0);
	assert_true(p.sends > 0);
	fault_counts(&n);
	assert_true(n.defers + n.synchronizes > 0);
	fault_invalidate_hook(NULL, NULL);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void reuse_is_free_waits_when_whole_tables_move(void **state)
{
	struct fault_counts n;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, M2, RW, &small), 0);
	fault_reset();
	assert_int_equal(tarry_move(b.space, 0, G512, M2, NULL), 0);
	fault_counts(&n);
	assert_true(n.synchronizes >= 1);
	assert_maps_to(b.space, G512 + K4, G1 + K4);
	/* And a spare is never the table that was just taken away. */
	fault_reset();
	assert_int_equal(tarry_collapse(b.space, G512, 1, 0, NULL, &deposit),
			 0);
	fault_counts(&n);
	assert_true(n.admits == 1);
	bed_close(&b);
}

static void descriptor_outlives_its_table(void **state)
{
	struct tarry_pool_stats before, after;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 64 * M2, RW, &small), 0);
	tarry_pool_stats(b.pool, &before);
	assert_int_equal(tarry_unmap(b.space, 0, 64 * M2, NULL), 0);
	tarry_pool_drain(b.pool);
	tarry_pool_trim(b.pool);
	tarry_pool_stats(b.pool, &after);
	/* Table memory goes back; descriptors stay what they are. */
	assert_true(after.returned_bytes > 0);
	assert_int_equal(after.descriptor_bytes, before.descriptor_bytes);
	bed_close(&b);
}

static void retire_needs_no_memory(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, 8 * M2, RW, &small), 0);
	/* Scattered pages: every run waits by itself. */
	for (int i = 0; i < 400; i++)
		assert_int_equal(tarry_map(b.space, G512 + i * K4,
					   2 * G1 + 2 * i * K4, K4, RW, NULL),
				 0);
	fault_fail_from(1);
	assert_int_equal(tarry_unmap(b.space, G512, 400 * K4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 8 * M2, NULL), 0);
	tarry_pool_drain(b.pool);
	fault_reset();
	assert_int_equal(b.owner.released_bytes, 8 * M2 + 400 * K4);
	assert_int_equal(bed_tables(b.space), 1);
	bed_close(&b);
}

static void one_link_one_state_with_many_spares(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(
			tarry_map(b.space, i * M2, i * M2, M2, RW, &small), 0);
		assert_int_equal(
			tarry_collapse(b.space, i * M2, 1, 0, NULL, &deposit),
			0);
	}
	/* Spares leave in another order than they came; the table's link is
	 * theirs until it is the gather's. */
	for (int i = 0; i < 8; i += 2) {
		assert_int_equal(tarry_unmap(b.space, i * M2, M2, NULL), 0);
		assert_sound(b.space);
	}
	assert_int_equal(bed_spares(b.space), 4);
	assert_int_equal(tarry_unmap(b.space, 0, G1, NULL), 0);
	assert_sound(b.space);
	bed_close(&b);
}

static void own_counter_is_the_number_of_entries(void **state)
{
	struct tarry_space_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (int i = 0; i < 300; i += 3)
		assert_int_equal(tarry_map(b.space, i * K4, 0, K4, RW, NULL),
				 0);
	assert_int_equal(tarry_mark(b.space, 300 * K4, 10 * K4, 1, NULL), 0);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(stats.live[0], 110);
	assert_int_equal(stats.live[1] + stats.live[2] + stats.live[3], 3);
	/* A pin takes a reference of the owner's, and no count of ours. */
	assert_int_equal(tarry_pin(b.space, 0, TARRY_R, &(struct tarry_hit){0}),
			 0);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(stats.live[0], 110);
	assert_sound(b.space);
	bed_close(&b);
}

static void spares_follow_move_and_split(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, &deposit), 0);
	assert_int_equal(bed_spares(b.space), 1);
	/* Alone, to a table that has none yet. */
	assert_int_equal(tarry_move(b.space, 0, G1 + M2, M2, NULL), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_sound(b.space);
	/* With the whole table that it hangs on. */
	assert_int_equal(tarry_move(b.space, G1, 5 * G1, G1, NULL), 0);
	assert_int_equal(bed_spares(b.space), 1);
	assert_sound(b.space);
	fault_fail_from(1);
	assert_int_equal(tarry_split(b.space, 5 * G1 + M2, 1, &no_alloc), 0);
	fault_reset();
	assert_int_equal(bed_spares(b.space), 0);
	assert_maps_to(b.space, 5 * G1 + M2 + 7 * K4, 7 * K4);
	bed_close(&b);
}

static void nothing_left_after_everything(void **state)
{
	struct tarry_space_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-5", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, 0, 4 * G1, RW, NULL), 0);
	assert_int_equal(tarry_mark(b.space, T256, 3 * M2, 9, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	assert_int_equal(tarry_unmap(b.space, 0, 1ull << 56, NULL), 0);
	tarry_space_stats(b.space, &stats);
	assert_int_equal(bed_tables(b.space), 1);
	assert_int_equal(stats.live[4], 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 4 * G1);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(unlink_invalidate_wait_free),
	cmocka_unit_test(every_walker_class_is_waited_for),
	cmocka_unit_test(every_walker_class_beside_a_broadcast),
	cmocka_unit_test(reuse_is_free_waits_when_whole_tables_move),
	cmocka_unit_test(descriptor_outlives_its_table),
	cmocka_unit_test(retire_needs_no_memory),
	cmocka_unit_test(one_link_one_state_with_many_spares),
	cmocka_unit_test(own_counter_is_the_number_of_entries),
	cmocka_unit_test(spares_follow_move_and_split),
	cmocka_unit_test(nothing_left_after_everything),
};

BED_MAIN(tests)
