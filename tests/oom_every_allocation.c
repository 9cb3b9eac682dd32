/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of each operation fails in turn: the error is
 * TARRY_ENOMEM, nothing has changed, nothing is leaked; and with a stock that
 * was filled before, the operation cannot fail at all.
 */
#include "content.h"

struct scene {
	const char *name;
	void (*set_up)(struct bed *b);
	int (*act)(struct bed *b, struct tarry_stock *stock);
	/* The range to reserve for; len 0: the operation takes no stock. */
	tarry_va va;
	uint64_t len;
	bool in_other; /* reserved in the second space */
};

static void nothing(struct bed *b)
{
	(void)b;
}

static void huge_leaf(struct bed *b)
{
	assert_int_equal(tarry_map(b->space, 0, 0, G1, RW, NULL), 0);
}

static void large_leaf(struct bed *b)
{
	assert_int_equal(tarry_map(b->space, 0, 0, M2, RW, NULL), 0);
}

static void full_table(struct bed *b)
{
	assert_int_equal(tarry_map(b->space, 0, 0, M2, RW, &small), 0);
}

static struct tarry_how with(struct tarry_stock *stock)
{
	return (struct tarry_how){.stock = stock};
}

static int map_page(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_map(b->space, G512 + 3 * K4, G1, K4, RW, &how);
}

static int map_across(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_map(b->space, G512 - 3 * K4, 7 * K4, 2 * M2, RW, &how);
}

static int unmap_middle(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_unmap(b->space, 5 * M2 + K4, 9 * M2, &how);
}

static bool keep_odd(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->oa / K4 & 1;
}

static int unmap_some(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	how.keep = keep_odd;
	how.flags = TARRY_KEEP_TABLES;
	return tarry_unmap(b->space, 6 * M2 + 2 * K4, 7 * M2, &how);
}

static int protect_page(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_protect(b->space, 5 * M2 + K4, K4, TARRY_R, &how);
}

static int mark_some(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_mark(b->space, 3 * K4, 2 * M2, 12, &how);
}

static int move_part(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_move(b->space, K4, G512 + 5 * K4, 3 * K4, &how);
}

static int move_large(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_move(b->space, 0, G512, M2, &how);
}

static int clone_part(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	how.flags = TARRY_KEEP_WRITE;
	return tarry_clone(b->space, b->other, K4, 6 * K4, &how);
}

static int clone_and_protect(struct bed *b, struct tarry_stock *stock)
{
	(void)stock;
	return tarry_clone(b->space, b->other, K4, 6 * K4, NULL);
}

static int split_once(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_split(b->space, 0, 1, &how);
}

static int collapse_with_deposit(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	how.flags = TARRY_DEPOSIT;
	return tarry_collapse(b->space, 0, 1, 0, NULL, &how);
}

static void two_pages_of_a_run_gone(struct bed *b)
{
	full_table(b);
	assert_int_equal(tarry_unmap(b->space, 17 * K4, 2 * K4, NULL), 0);
}

static int move_out_of_a_run(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	return tarry_move(b->space, 3 * K4, G512 + 5 * K4, 20 * K4, &how);
}

static int unmap_some_of_runs(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_how how = with(stock);

	how.keep = keep_odd;
	return tarry_unmap(b->space, M2 / 2 + K4, M2 + 3 * K4, &how);
}

static void small_and_large(struct bed *b)
{
	assert_int_equal(tarry_map(b->space, 0, 0, M2, RW, &small), 0);
	assert_int_equal(tarry_map(b->space, M2, M2, M2, RW, NULL), 0);
}

static int reserve(struct bed *b, struct tarry_stock *stock)
{
	struct tarry_stock own = {0};
	int err = tarry_reserve(b->space, 0, 2 * M2, NULL, &own);

	(void)stock;
	tarry_unreserve(&own);
	return err;
}

static const struct scene scenes[] = {
	{"map a page", nothing, map_page, G512 + 3 * K4, K4, false},
	{"map across", nothing, map_across, G512 - 3 * K4, 2 * M2, false},
	{"unmap the middle", huge_leaf, unmap_middle, 5 * M2 + K4, 9 * M2,
	 false},
	{"unmap some", huge_leaf, unmap_some, 6 * M2 + 2 * K4, 7 * M2, false},
	{"protect a page", huge_leaf, protect_page, 5 * M2 + K4, K4, false},
	{"mark over a leaf", huge_leaf, mark_some, 3 * K4, 2 * M2, false},
	{"mark over nothing", nothing, mark_some, 3 * K4, 2 * M2, false},
	{"move a part", large_leaf, move_part, G512 + 5 * K4, 3 * K4, false},
	{"move a leaf", large_leaf, move_large, G512, M2, false},
	{"clone a part", large_leaf, clone_part, K4, 6 * K4, true},
	{"clone and protect", large_leaf, clone_and_protect, 0, 0, true},
	{"move out of a run", two_pages_of_a_run_gone, move_out_of_a_run,
	 G512 + 5 * K4, 20 * K4, false},
	{"unmap some of runs", small_and_large, unmap_some_of_runs, M2 / 2 + K4,
	 M2 + 3 * K4, false},
	{"split", large_leaf, split_once, 0, M2, false},
	{"deposit", full_table, collapse_with_deposit, 0, M2, false},
	{"reserve", nothing, reserve, 0, 0, false},
};

#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* Where it is tried: tables of a page; four to a page; eight with their
 * companions; and in a format of the same sizes whose leaves come in runs. */
static const struct ground {
	struct tarry_pool_config pool;
	const char *format;
	unsigned int flags;
} grounds[] = {
	{{.policy = TARRY_RECYCLE}, "x86_64-4", 0},
	{{.policy = TARRY_RECYCLE, .backing_lg2 = 14}, "x86_64-4", 0},
	{{.policy = TARRY_STICKY, .backing_lg2 = 14}, "x86_64-4", 0},
	{{.policy = TARRY_WHOLE, .backing_lg2 = 14}, "x86_64-4", 0},
	{{.policy = TARRY_RECYCLE, .backing_lg2 = 16, .companions = true},
	 "x86_64-4",
	 0},
	{{.policy = TARRY_RECYCLE}, "arm64-4k", TARRY_SPACE_RUNS},
};

#define N_GROUNDS (sizeof(grounds) / sizeof(grounds[0]))

static void open_ground(struct bed *b, const struct ground *ground)
{
	bed_open_with(b, ground->format, &ground->pool,
		      TARRY_SPACE_HARDWARE | ground->flags);
	bed_second_space(b, ground->flags);
}

static void fail_each(const struct scene *scene, const struct ground *ground)
{
	unsigned int failures = 0;

	for (uint64_t n = 1;; n++) {
		struct content before;
		struct bed b;
		int err;

		open_ground(&b, ground);
		scene->set_up(&b);
		content_take(&before, &b);
		fault_fail_at(n);
		err = scene->act(&b, NULL);
		fault_reset();
		if (!err) {
			content_free(&before);
			bed_close(&b);
			break;
		}
		assert_int_equal(err, TARRY_ENOMEM);
		content_still(&before, &b, scene->name);
		failures++;
		bed_close(&b);
		assert_true(n < 1000);
	}
	print_message("# %s: %u allocations\n", scene->name, failures);
	assert_true(failures > 0);
}

static void never_with_a_stock(const struct scene *scene,
			       const struct ground *ground)
{
	struct tarry_stock stock = {0};
	struct bed b;

	if (!scene->len)
		return;
	open_ground(&b, ground);
	scene->set_up(&b);
	assert_int_equal(tarry_reserve(scene->in_other ? b.other : b.space,
				       scene->va, scene->len, NULL, &stock),
			 0);
	fault_fail_from(1);
	if (scene->act(&b, &stock))
		fail_msg("%s fails in spite of its stock", scene->name);
	fault_reset();
	tarry_unreserve(&stock);
	bed_close(&b);
}

static void every_allocation_fails_in_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_GROUNDS * N_SCENES; i++)
		fail_each(&scenes[i % N_SCENES], &grounds[i / N_SCENES]);
}

static void a_stock_is_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_GROUNDS * N_SCENES; i++)
		never_with_a_stock(&scenes[i % N_SCENES],
				   &grounds[i / N_SCENES]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_allocation_fails_in_turn),
	cmocka_unit_test(a_stock_is_enough),
};

BED_MAIN(tests)
