/* SPDX-License-Identifier: MIT */
/*
 * A device that does not snoop reads the tables in memory, past the CPUs'
 * caches (Z50): what was taken away is gone from there before the device is
 * told to forget it, and what is new is there before it can be found.
 */
#include "bed.h"

#define NO_SNOOP (TARRY_SPACE_HARDWARE | TARRY_SPACE_NO_SNOOP)

static void setup(void)
{
	bed_open(2, NO_SNOOP | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

/* Its table goes as well. */
static void unmap_table(void)
{
	check_assert(!bed_unmap(0, 2));
}

static void device(void)
{
	bed_hw_read(0, 0);
	bed_hw_read(0, 0);
}

CHECK_SCENARIO(rule_visible_before_invalidate,
	       .about = "an unmap, and a device that does not snoop",
	       .rule = "visible-before-invalidate", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"device", device}})
CHECK_SCENARIO(rule_visible_before_invalidate_table,
	       .about = "the same, and the table goes",
	       .rule = "visible-before-invalidate", .shared = BED_SHARED,
	       .setup = setup, .finish = bed_close,
	       .threads = {{"unmap", unmap_table}, {"device", device}})

/* What one found to be gone is gone for the device, too. */
static void gather(void)
{
	check_assert(!bed_unmap_gathered(0, 1));
}

static void other(void)
{
	check_assert(!bed_unmap(0, 1));
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void device_gone(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);

	if (bed_hw_read(0, 0) >= 0 && gone)
		check_violation(CHECK_STALE, "a device uses what was gone");
}

CHECK_SCENARIO(
	rule_visible_before_invalidate_gather,
	.about = "two unmaps of one page, one of them late to invalidate",
	.rule = "visible-before-invalidate", .shared = BED_SHARED,
	.setup = setup, .finish = bed_close,
	.threads = {
		{"gather", gather}, {"other", other}, {"device", device_gone}})

/* A table that had another life: the device finds the new one, or nothing. */
static void setup_second_life(void)
{
	setup();
	check_assert(!bed_unmap(0, 2));
	tarry_pool_drain(bed.pool);
	check_assert(bed.releases == 2);
}

/* Whatever tells a device to begin is ordered with its walks, as a doorbell is;
 * a word that its program reads is not. */
static void ring(void)
{
	check_wait_end(check_wait_begin(CHECK_HW));
}

static void map(void)
{
	check_assert(!bed_map(0, 30, 1));
	ring();
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void device_new(void)
{
	bool there = tarry_load(&bed.gone, TARRY_ACQUIRE);
	int page = bed_hw_read(0, 0), next = bed_hw_read(0, 1);

	if (there && page != 30)
		check_violation(CHECK_LOST, "a device does not find the page");
	if (next >= 0)
		check_violation(CHECK_STALE, "a table's life before this one");
}

CHECK_SCENARIO(rule_visible_before_invalidate_map,
	       .about = "a table is used again, under the same address",
	       .rule = "visible-before-invalidate", .shared = BED_SHARED,
	       .setup = setup_second_life, .finish = bed_close,
	       .threads = {{"map", map}, {"device", device_new}})

/* Splitting freezes, and puts a table in place of a leaf. */
static void setup_leaf(void)
{
	bed_open(2, NO_SNOOP);
	bed_map(0, 10, 2);
}

static void split(void)
{
	check_assert(!bed_split(0, 1));
	check_assert(!bed_unmap(1, 1));
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void device_parts(void)
{
	bool gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
	int page = bed_hw_read(0, 0), next = bed_hw_read(0, 1);

	if (gone && (page != 10 || next >= 0))
		check_violation(CHECK_STALE, "a device sees what was before");
}

CHECK_SCENARIO(rule_visible_before_invalidate_split,
	       .about = "a leaf is split, and a part of it goes",
	       .rule = "visible-before-invalidate", .shared = BED_SHARED,
	       .setup = setup_leaf, .finish = bed_close,
	       .threads = {{"split", split}, {"device", device_parts}})
