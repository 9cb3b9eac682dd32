/* SPDX-License-Identifier: MIT */
/*
 * The owner's words beside a leaf table: one that was exchanged is not lost
 * when the table moves, goes, or would become a leaf; and a reader of one never
 * sees the word of another table.
 */
#include "bed.h"

#define WORD 5u

static void setup_levels(unsigned int levels)
{
	bed_companions();
	bed_open(levels, 0);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void setup(void)
{
	setup_levels(2);
}

static void setup_deep(void)
{
	setup_levels(3);
	bed_map(6, 16, 1);
}

static int exchange_at(unsigned int v, uint64_t old, uint64_t word)
{
	return tarry_companion_exchange(bed.space, v * BED_PAGE, &old, word);
}

static void exchange(void)
{
	bed.results[0] = exchange_at(0, 0, WORD);
}

/* 0 also where no table stands. */
static uint64_t word_at(unsigned int v)
{
	uint64_t *word;

	if (tarry_companion(bed.space, v * BED_PAGE, &word))
		return 0;
	return tarry_load(word, TARRY_ACQUIRE);
}

/* ---- a leaf moves, and its word with it ---- */

static void move_leaf(void)
{
	check_assert(!bed_move(0, 3, 1));
}

static void finish_leaf(void)
{
	check_assert(!bed.results[0]);
	if (word_at(0) + word_at(3) != WORD)
		check_violation(CHECK_ASSERT, "a word is lost, or there twice");
	bed_close();
}

CHECK_SCENARIO(rule_decide_under_lock_word,
	       .about = "a word is exchanged while its leaf moves",
	       .rule = "decide-under-lock", .shared = BED_SHARED,
	       .setup = setup, .finish = finish_leaf,
	       .threads = {{"exchange", exchange}, {"move", move_leaf}})

/* ---- a table moves with its words ---- */

static void move_table(void)
{
	check_assert(!bed_move(0, 2, 2));
}

static void finish_table(void)
{
	check_assert(!bed.results[0] || bed.results[0] == TARRY_ENOENT);
	if (word_at(2) != (bed.results[0] ? 0 : WORD))
		check_violation(CHECK_ASSERT, "a word has not moved along");
	bed_close();
}

CHECK_SCENARIO(rule_reuse_is_free_words,
	       .about = "a word is exchanged while its table moves",
	       .rule = "reuse-is-free", .shared = BED_SHARED,
	       .setup = setup_deep, .finish = finish_table,
	       .threads = {{"exchange", exchange}, {"move", move_table}})

/* ---- what holds a word does not become a leaf ---- */

static void collapse(void)
{
	bed.results[1] = bed_collapse(0, 1);
}

static void finish_collapse(void)
{
	bool kept = !bed.results[0];

	check_assert(kept || bed.results[0] == TARRY_ENOENT);
	check_assert(bed.results[1] == (kept ? TARRY_EBUSY : 0));
	check_assert(word_at(0) == (kept ? WORD : 0));
	check_assert(bed_page_at(1) == 11);
	bed_close();
}

CHECK_SCENARIO(rule_detached_is_final_words,
	       .about = "a word is exchanged, or its table becomes a leaf",
	       .rule = "detached-is-final", .shared = BED_SHARED,
	       .setup = setup, .finish = finish_collapse,
	       .threads = {{"exchange", exchange}, {"collapse", collapse}})

/* ---- what a word stands for is there with it, wherever it is found ---- */

static void say(void)
{
	bed.wrote = true;
	exchange();
}

/* Without the lock: it may be lost, but is not half there. */
static void say_raw(void)
{
	uint64_t *word;

	bed.wrote = true;
	tarry_port_read_begin();
	if (!tarry_companion(bed.space, 0, &word))
		tarry_store(word, WORD, TARRY_RELEASE);
	tarry_port_read_end();
}

static void hear(void)
{
	tarry_port_read_begin();
	if (word_at(3) == WORD)
		check_assert(bed.wrote);
	tarry_port_read_end();
}

static void hear_here(void)
{
	tarry_port_read_begin();
	if (word_at(0) == WORD)
		check_assert(bed.wrote);
	tarry_port_read_end();
}

static void hear_by_exchange(void)
{
	uint64_t old = 0;
	int err = tarry_companion_exchange(bed.space, 0, &old, WORD + 1);

	check_assert(err ? err == TARRY_EAGAIN && old == WORD : !old);
	if (err)
		check_assert(bed.wrote);
}

CHECK_SCENARIO(rule_publish_after_fill_word,
	       .about = "a word is exchanged, and read without the lock",
	       .rule = "publish-after-fill", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {{"say", say}, {"hear", hear_here}})
CHECK_SCENARIO(rule_publish_after_fill_word_moved,
	       .about = "a word is exchanged, its leaf moves, it is read there",
	       .rule = "publish-after-fill", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {{"say", say}, {"move", move_leaf}, {"hear", hear}})
CHECK_SCENARIO(rule_publish_after_fill_word_unlocked,
	       .about = "the same of a word that is written without the lock",
	       .rule = "publish-after-fill", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {
		       {"say", say_raw}, {"move", move_leaf}, {"hear", hear}})
CHECK_SCENARIO(rule_publish_after_fill_word_refused,
	       .about = "an exchange finds what was written without the lock",
	       .rule = "publish-after-fill", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {{"say", say_raw}, {"exchange", hear_by_exchange}})

/* ---- another table may have the place ---- */

static void setup_read(void)
{
	setup_deep();
	check_assert(!exchange_at(0, 0, WORD));
}

static void replace(void)
{
	check_assert(!bed_unmap(0, 2));
	check_assert(!bed_map(4, 14, 1));
	check_assert(!exchange_at(4, 0, WORD + 1));
}

static void read(void)
{
	uint64_t *word, value = WORD;

	tarry_port_read_begin();
	if (!tarry_companion(bed.space, 0, &word))
		value = tarry_load(word, TARRY_ACQUIRE);
	tarry_port_read_end();
	if (value != WORD)
		check_violation(CHECK_STALE, "the word of another table");
}

CHECK_SCENARIO(rule_reuse_is_free_word_read,
	       .about = "a word is read while its table goes and another comes",
	       .rule = "reuse-is-free", .shared = BED_SHARED,
	       .setup = setup_read, .finish = bed_close,
	       .threads = {{"replace", replace}, {"read", read}})
