/* SPDX-License-Identifier: MIT */
/*
 * Spares in every combination: each operation against leaves that own one,
 * whole and in part.  After each, the spares of every table are those of its
 * leaves (tarry_space_check() counts them), as many as there should be; and
 * when the space has gone nothing is left.
 */
#include "content.h"

#define LEAVES 3
#define VA     (8 * M2)

static void open_with_spares(struct bed *b, unsigned int flags)
{
	bed_open(b, "x86_64-4", flags);
	bed_second_space(b, flags);
	assert_int_equal(tarry_map(b->space, VA, 0, LEAVES * M2, RW, &small),
			 0);
	for (int l = 0; l < LEAVES; l++)
		assert_int_equal(tarry_collapse(b->space, VA + l * M2, 1, 0,
						NULL, &deposit),
				 0);
}

static int unmap_whole(struct bed *b)
{
	return tarry_unmap(b->space, VA, M2, NULL);
}

static int unmap_middle(struct bed *b)
{
	return tarry_unmap(b->space, VA + K4, K4, NULL);
}

/* Sticks out of two, and takes one whole. */
static int unmap_across(struct bed *b)
{
	return tarry_unmap(b->space, VA + K4, 3 * M2 - 2 * K4, NULL);
}

static int protect_whole(struct bed *b)
{
	return tarry_protect(b->space, VA, M2, TARRY_R, NULL);
}

static int protect_middle(struct bed *b)
{
	return tarry_protect(b->space, VA + 5 * K4, K4, TARRY_R, NULL);
}

static int protect_across(struct bed *b)
{
	return tarry_protect(b->space, VA + K4, 3 * M2 - 2 * K4, TARRY_R, NULL);
}

static int mark_whole(struct bed *b)
{
	return tarry_mark(b->space, VA, M2, 7, NULL);
}

static int mark_middle(struct bed *b)
{
	return tarry_mark(b->space, VA + K4, K4, 7, NULL);
}

static int split_one(struct bed *b)
{
	return tarry_split(b->space, VA, 1, &no_alloc);
}

static int move_near(struct bed *b)
{
	return tarry_move(b->space, VA, VA + 16 * M2, M2, NULL);
}

static int move_far(struct bed *b)
{
	return tarry_move(b->space, VA, G512 + M2, LEAVES * M2, NULL);
}

/* In pieces: the new place is not aligned. */
static int move_askew(struct bed *b)
{
	return tarry_move(b->space, VA, G512 + K4, M2, NULL);
}

static int move_part(struct bed *b)
{
	return tarry_move(b->space, VA + K4, G512, 2 * M2, NULL);
}

/* The table that they hang on, as a whole. */
static int move_table(struct bed *b)
{
	return tarry_move(b->space, 0, 4 * G1, G1, NULL);
}

static int clone_all(struct bed *b)
{
	return tarry_clone(b->space, b->other, VA, LEAVES * M2, NULL);
}

static int clone_part(struct bed *b)
{
	return tarry_clone(b->space, b->other, VA + K4, M2, NULL);
}

static int replace_one(struct bed *b)
{
	struct tarry_replacement with = {.oa = 64 * M2, .rights = TARRY_R};

	return tarry_replace(b->space, VA, 1, &with, NULL);
}

static int replace_rights(struct bed *b)
{
	struct tarry_replacement with = {.oa = 0, .rights = TARRY_R};

	return tarry_replace(b->space, VA, 1, &with, NULL);
}

static int harvest_all(struct bed *b)
{
	uint64_t dirty[LEAVES * 512 / 64] = {0};

	return tarry_harvest(b->space, VA, LEAVES * M2, TARRY_DIRTY, NULL,
			     dirty);
}

static int reclaim_all(struct bed *b)
{
	return (int)tarry_reclaim(b->space, 0, G1, NULL);
}

static int retract_table(struct bed *b)
{
	return tarry_retract(b->space, 0, 2, NULL);
}

static int split_and_collapse(struct bed *b)
{
	int err = tarry_split(b->space, VA, 1, NULL);

	return err ? err : tarry_collapse(b->space, VA, 1, 0, NULL, &deposit);
}

static int nothing(struct bed *b)
{
	(void)b;
	return 0;
}

static const struct combination {
	const char *name;
	int (*act)(struct bed *b);
	uint64_t left; /* spares */
} combinations[] = {
	{"nothing", nothing, 3},
	{"unmap of one", unmap_whole, 2},
	{"unmap in one", unmap_middle, 2},
	{"unmap across", unmap_across, 0},
	{"protect of one", protect_whole, 3},
	{"protect in one", protect_middle, 2},
	{"protect across", protect_across, 1},
	{"mark of one", mark_whole, 2},
	{"mark in one", mark_middle, 2},
	{"split", split_one, 2},
	{"split and collapse", split_and_collapse, 3},
	{"move to the same table", move_near, 3},
	{"move to another table", move_far, 3},
	{"move in pieces", move_askew, 2},
	{"move of parts", move_part, 0},
	{"move of the table", move_table, 3},
	{"clone", clone_all, 3},
	{"clone of a part", clone_part, 1},
	{"replace", replace_one, 3},
	{"replace of rights", replace_rights, 3},
	{"harvest", harvest_all, 3},
	{"reclaim", reclaim_all, 3},
	{"retract", retract_table, 0},
};

static void spares_follow_in_every_combination(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(combinations) / sizeof(combinations[0]);
	     i++) {
		const struct combination *c = &combinations[i];
		struct bed b;
		int err;

		open_with_spares(&b, TARRY_SPACE_HARDWARE);
		err = c->act(&b);
		if (err || bed_spares(b.space) != c->left ||
		    bed_spares(b.other))
			fail_msg("%s: %s, %ju spares are left, not %ju",
				 c->name, tarry_error_name(err),
				 (uintmax_t)bed_spares(b.space),
				 (uintmax_t)c->left);
		assert_sound(b.space);
		assert_sound(b.other);
		/* All that is left serves: none of these can fail. */
		fault_fail_from(1);
		for (tarry_va va = 0; va < G512 + 8 * M2; va += M2) {
			if (va == 8 * G1)
				va = G512;
			err = tarry_split(b.space, va, 1, &no_alloc);
			if (err && err != TARRY_ENOENT && err != TARRY_ENOMEM)
				fail_msg("%s: split: %s", c->name,
					 tarry_error_name(err));
		}
		fault_reset();
		if (bed_spares(b.space))
			fail_msg("%s: a spare serves nobody", c->name);
		bed_close(&b); /* rule: nothing-left */
	}
}

/* The same, and the space goes with all its spares where they are. */
static void spares_follow_the_space_in_every_combination(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(combinations) / sizeof(combinations[0]);
	     i++) {
		struct bed b;

		open_with_spares(&b, TARRY_SPACE_RELEASE);
		assert_int_equal(combinations[i].act(&b), 0);
		bed_close(&b);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(spares_follow_in_every_combination),
	cmocka_unit_test(spares_follow_the_space_in_every_combination),
};

BED_MAIN(tests)
