/* SPDX-License-Identifier: MIT */
/*
 * The other ways to the end of a table: a writer that finds too much waiting
 * helps, by waiting for a grace period itself; a drain; the end of a pool while
 * deferred calls are due.
 */
#include "bed.h"

static void setup(void)
{
	bed_limit(2); /* one byte a shard: everybody helps */
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(2, 22, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
	check_assert(!bed_unmap(2, 1));
}

static void read(void)
{
	bed_read(2);
}

static void setup_plain(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
}

static void unmap_and_drain(void)
{
	check_assert(!bed_unmap(0, 1));
	tarry_pool_drain(bed.pool);
	if (bed.releases != 1)
		check_violation(CHECK_LEAK, "a drain leaves something");
}

static void read_first(void)
{
	bed_read(0);
}

static void unmap_first(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void drain(void)
{
	tarry_pool_drain(bed.pool);
	tarry_pool_drain(bed.pool);
}

/* Everything goes, while what was unmapped waits. */
static void end_of_all(void)
{
	check_assert(!bed_unmap(0, 1));
	check_assert(!tarry_space_destroy(bed.space));
	check_assert(!tarry_pool_destroy(bed.pool));
	/* Where the pool kept its books. */
	check_dead(bed.pool, BED_PAGE);
}

static void nothing(void)
{
	tarry_port_read_begin();
	tarry_port_read_end();
}

CHECK_SCENARIO(rule_unlink_invalidate_wait_free_help,
	       .rule = "unlink-invalidate-wait-free",
	       .about = "a writer that helps waits for readers as ever",
	       .shared = BED_SHARED, .setup = setup, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"read", read}})
CHECK_SCENARIO(rule_unlink_invalidate_wait_free_drain,
	       .rule = "unlink-invalidate-wait-free",
	       .about = "a drain waits for readers, and leaves nothing",
	       .shared = BED_SHARED, .setup = setup_plain, .finish = bed_close,
	       .threads = {{"unmap", unmap_and_drain}, {"read", read_first}})
CHECK_SCENARIO(rule_unlink_invalidate_wait_free_drain_other,
	       .rule = "unlink-invalidate-wait-free",
	       .about = "a drain of what another retires", .shared = BED_SHARED,
	       .setup = setup_plain, .finish = bed_close,
	       .threads = {{"unmap", unmap_first},
			   {"drain", drain},
			   {"read", read_first}})
CHECK_SCENARIO(rule_unlink_invalidate_wait_free_end,
	       .rule = "unlink-invalidate-wait-free",
	       .about = "a pool ends while deferred calls are due",
	       .shared = BED_SHARED, .setup = setup_plain,
	       .threads = {{"end", end_of_all}, {"reader", nothing}})
