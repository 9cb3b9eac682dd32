/* SPDX-License-Identifier: MIT */
/*
 * A leaf is taken by exchange: what hardware set in the last moment is reported
 * with the page.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void write(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
}

static void finish(void)
{
	tarry_pool_drain(bed.pool);
	if (bed.wrote && !(bed.dirty >> 10 & 1))
		check_violation(CHECK_LOST,
				"hardware wrote, and the page came back clean");
	bed_close();
}

CHECK_SCENARIO(rule_exchange_where_hardware_writes,
	       .about = "an unmap under a writing CPU",
	       .rule = "exchange-where-hardware-writes", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"cpu", write}},
	       .finish = finish)

/* ---- an unmap of what is clean ---- */

static bool keep_dirty(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->rights & TARRY_DIRTY;
}

static void unmap_clean(void)
{
	struct tarry_how how = {.keep = keep_dirty};

	check_assert(!tarry_unmap(bed.space, 0, BED_PAGE, &how));
}

static void finish_clean(void)
{
	tarry_pool_drain(bed.pool);
	if (bed.dirty >> 10 & 1)
		check_violation(CHECK_LOST,
				"the owner keeps dirty pages, and one went");
	bed_close();
}

CHECK_SCENARIO(rule_exchange_where_hardware_writes_keep,
	       .about = "an unmap that keeps what is dirty",
	       .rule = "exchange-where-hardware-writes", .shared = BED_SHARED,
	       .setup = setup, .finish = finish_clean,
	       .threads = {{"unmap", unmap_clean}, {"cpu", write}})
