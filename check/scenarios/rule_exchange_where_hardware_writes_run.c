/* SPDX-License-Identifier: MIT */
/*
 * Dirty may be set on any leaf of a run for a write to any page of it: who is
 * told that the pages are free is told that each may be dirty.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2,
		 TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE | TARRY_SPACE_RUNS);
	bed_map(0, 10, 1);
	bed_map(1, 11, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void cpu(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
}

static void finish(void)
{
	tarry_pool_drain(bed.pool);
	if (bed.wrote && !(bed.dirty >> 10 & 1))
		check_violation(CHECK_LOST,
				"hardware wrote, and the page is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_exchange_where_hardware_writes_run,
	       .about = "a page of a run is released beside a writing CPU",
	       .rule = "exchange-where-hardware-writes", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"cpu", cpu}},
	       .finish = finish)
