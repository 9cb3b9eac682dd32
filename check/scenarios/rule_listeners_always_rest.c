/* SPDX-License-Identifier: MIT */
/*
 * A CPU that rests is not told of leaves.  When it wakes, it learns that
 * something was taken away, or it is told.
 */
#include "bed.h"

/* What it caches: a leaf, by page + 1, and whether it was told to forget. */
static struct {
	struct tarry_listener l;
	uint32_t kept;
	uint32_t told;
} cpu;

static void cpu_send(struct tarry_listener *l, const struct tarry_span *spans,
		     unsigned int n)
{
	(void)l, (void)spans, (void)n;
	tarry_store(&cpu.told, 1, TARRY_RELEASE);
}

static void setup(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 1);
	bed_map(1, 21, 1);
	cpu.l.send = cpu_send;
	check_assert(!tarry_listen(bed.space, &cpu.l));
	cpu.kept = 10 + 1;
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 1));
}

static void unmap_table(void)
{
	check_assert(!bed_unmap(0, 2));
}

/* In a section, as a soft TLB is used: the page waits for it. */
static void use(bool missed)
{
	tarry_port_read_begin();
	if (!missed && !tarry_load(&cpu.told, TARRY_ACQUIRE))
		check_page_touch(cpu.kept - 1);
	tarry_port_read_end();
}

static void rest_and_wake(void)
{
	tarry_listener_rest(bed.space, &cpu.l);
	use(tarry_listener_wake(bed.space, &cpu.l));
}

static void setup_resting(void)
{
	setup();
	tarry_listener_rest(bed.space, &cpu.l);
}

static void wake(void)
{
	use(tarry_listener_wake(bed.space, &cpu.l));
}

/* Awake, it fills its cache again: what was taken away it must not find, as it
 * will not be told of it any more. */
static void wake_and_fill(void)
{
	struct tarry_hit hit;
	bool there = false;

	if (!tarry_listener_wake(bed.space, &cpu.l))
		return;
	tarry_port_read_begin();
	there = !tarry_translate(bed.space, 0, &hit);
	tarry_port_read_end();
	if (!there)
		return;
	tarry_port_read_begin();
	if (!tarry_load(&cpu.told, TARRY_ACQUIRE))
		check_page_touch((unsigned int)(hit.oa / BED_PAGE));
	tarry_port_read_end();
}

/* It never rests so deeply that tables are kept from it. */
static void stay_at_rest(void)
{
	use(false);
}

static void finish(void)
{
	check_assert(!tarry_unlisten(bed.space, &cpu.l));
	bed_close();
}

#define SHARED                                   \
	{                                        \
		{&bed, sizeof(bed), "bed"},      \
		{                                \
			&cpu, sizeof(cpu), "cpu" \
		}                                \
	}

CHECK_SCENARIO(rule_listeners_always_rest, .rule = "listeners-always",
	       .about = "a CPU rests and wakes while a page is unmapped",
	       .shared = SHARED, .setup = setup, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", rest_and_wake}})
CHECK_SCENARIO(rule_listeners_always_wake, .rule = "listeners-always",
	       .about = "a CPU that rests wakes while a page is unmapped",
	       .shared = SHARED, .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", wake}})
CHECK_SCENARIO(rule_listeners_always_refill, .rule = "listeners-always",
	       .about = "a CPU that wakes fills its cache while a page goes",
	       .shared = SHARED, .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap}, {"cpu", wake_and_fill}})
CHECK_SCENARIO(rule_listeners_always_tables, .rule = "listeners-always",
	       .about = "a CPU that rests is told of a table", .shared = SHARED,
	       .setup = setup_resting, .finish = finish,
	       .threads = {{"unmap", unmap_table}, {"cpu", stay_at_rest}})
