/* SPDX-License-Identifier: MIT */
/*
 * Accessed and dirty are collected when no CPU can set them any more.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void collapse(void)
{
	check_assert(!bed_collapse(0, 1));
}

static void write(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
}

static bool dirty(void)
{
	struct tarry_hit hit;

	return !tarry_translate(bed.space, 0, &hit) &&
	       (bed.format->leaf_rights(hit.entry, hit.level) & TARRY_DIRTY);
}

static void finish(void)
{
	if (bed.wrote && !dirty())
		check_violation(CHECK_LOST,
				"hardware wrote, and the leaf is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_harvest_after_invalidate,
	       .about = "a collapse under a writing CPU",
	       .rule = "harvest-after-invalidate", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"collapse", collapse}, {"cpu", write}},
	       .finish = finish)

/* ---- reclaim of what is clean, and so of no value ---- */

static void setup_idle(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
}

static bool clean(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return !(piece->rights & TARRY_DIRTY);
}

static void idle(void)
{
	struct tarry_idle walk = {.len = 2 * BED_PAGE, .of_no_value = clean};

	check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

static void finish_idle(void)
{
	if (bed.wrote && bed_page_at(0) != 10)
		check_violation(CHECK_LOST,
				"hardware wrote, and the page went as clean");
	if (bed.wrote && !dirty())
		check_violation(CHECK_LOST,
				"hardware wrote, and the leaf is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_harvest_after_invalidate_idle,
	       .about = "a page of no value is written while it goes",
	       .rule = "harvest-after-invalidate", .shared = BED_SHARED,
	       .setup = setup_idle, .finish = finish_idle,
	       .threads = {{"idle", idle}, {"cpu", write}})

/* A CPU that has the page in its TLB already, and another writer's fault. */
static void write_twice(void)
{
	bed_hw_read(0, 0);
	write();
}

CHECK_SCENARIO(rule_harvest_after_invalidate_idle_warm,
	       .about = "the same through a warm TLB",
	       .rule = "harvest-after-invalidate", .shared = BED_SHARED,
	       .setup = setup_idle, .finish = finish_idle,
	       .threads = {{"idle", idle}, {"cpu", write_twice}})
