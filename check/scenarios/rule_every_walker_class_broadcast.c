/* SPDX-License-Identifier: MIT */
/*
 * Invalidations that are broadcast wait for no CPU (Z48: INVLPGB, a firmware's
 * fence): whoever walks with interrupts off, or in a section, is waited for by
 * other means.
 */
#include "bed.h"

/* Sent is done. */
static void cast_send(struct tarry_listener *l, const struct tarry_span *spans,
		      unsigned int n)
{
	(void)l, (void)spans;
	tarry_fetch_add(&bed.told, n, TARRY_RELAXED);
}

static bool cast_wait(struct tarry_listener *l)
{
	(void)l;
	return tarry_load(&bed.told, TARRY_RELAXED) > 0;
}

static void setup(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed.cache.send = cast_send;
	bed.cache.wait = cast_wait;
	check_assert(!tarry_listen(bed.space, &bed.cache));
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void retract(void)
{
	check_assert(!tarry_retract(bed.space, 0, 1, NULL));
}

static void irqs_off(void)
{
	bed_read_irq_off(0);
}

static void section(void)
{
	bed_read(0);
}

static void finish(void)
{
	bed_cache_unlisten();
	bed_close();
}

CHECK_SCENARIO(rule_every_walker_class_broadcast,
	       .about = "an unmap told by a broadcast, a walk with irqs off",
	       .rule = "every-walker-class", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"unmap", unmap}, {"walk", irqs_off}},
	       .finish = finish)
CHECK_SCENARIO(rule_every_walker_class_broadcast_retract,
	       .about = "a table retracted, told by a broadcast",
	       .rule = "every-walker-class", .shared = BED_SHARED,
	       .setup = setup,
	       .threads = {{"retract", retract},
			   {"walk", irqs_off},
			   {"section", section}},
	       .finish = finish)
