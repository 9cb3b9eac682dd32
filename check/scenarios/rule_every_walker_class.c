/* SPDX-License-Identifier: MIT */
/*
 * A grace period says nothing of a CPU that walks with interrupts off: it is
 * kicked (Z18, Z48).
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, 0);
	bed_map(0, 10, 1);
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void read(void)
{
	bed_read_irq_off(0);
}

CHECK_SCENARIO(rule_every_walker_class,
	       .about = "an unmap that frees its table, against a walk with "
			"interrupts off",
	       .rule = "every-walker-class", .shared = BED_SHARED,
	       .setup = setup, .threads = {{"unmap", unmap}, {"read", read}},
	       .finish = bed_close)
