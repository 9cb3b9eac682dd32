/* SPDX-License-Identifier: MIT */
/*
 * An unmap that pauses, because its list of pages is full, lets its locks go
 * and goes on where it stopped.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(3, TARRY_SPACE_RELEASE | TARRY_SPACE_KEEP_TABLES);
	/* Not consecutive, so that each is an item of the list. */
	bed_map(0, 10, 1);
	bed_map(1, 20, 1);
	bed_map(2, 30, 1);
	bed_map(3, 40, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 4));
}

static void read(void)
{
	bed_read(2);
}

static void finish(void)
{
	for (unsigned int v = 0; v < 4; v++)
		if (bed_page_at(v) != -1)
			check_violation(CHECK_LOST, "page %u was skipped", v);
	bed_close();
}

CHECK_SCENARIO(rule_restart_revisits,
	       .about = "an unmap in turns skips nothing",
	       .rule = "restart-revisits", .shared = BED_SHARED, .setup = setup,
	       .threads = {{"unmap", unmap}, {"read", read}}, .finish = finish)

/* ---- reclaim in steps ---- */

static void setup_idle(void)
{
	bed_open(3, 0);
	bed_map(0, 10, 1);
	bed_map(2, 30, 1);
}

static bool worthless(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->oa <= 30 * BED_PAGE;
}

static void idle(void)
{
	struct tarry_idle walk = {
		.len = 8 * BED_PAGE, .budget = 1, .of_no_value = worthless};

	while (walk.done < walk.len)
		check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

static void read_last(void)
{
	bed_read(2);
}

static void finish_idle(void)
{
	if (bed_page_at(0) != -1 || bed_page_at(2) != -1)
		check_violation(CHECK_LOST, "a table of no value was skipped");
	bed_close();
}

CHECK_SCENARIO(rule_restart_revisits_idle,
	       .about = "a reclaim in steps skips nothing",
	       .rule = "restart-revisits", .shared = BED_SHARED,
	       .setup = setup_idle, .finish = finish_idle,
	       .threads = {{"idle", idle}, {"read", read_last}})
