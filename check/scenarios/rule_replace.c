/* SPDX-License-Identifier: MIT */
/*
 * A leaf for another of its size: copy-on-write, migration, change of rights;
 * against writing hardware, pins, a second fault, and caches of both kinds.
 *
 * The leaf is pages 0 and 1 at 10 and 11; what comes is 28 and 29, or 30 and
 * 31.
 */
#include "bed.h"

static void setup(void)
{
	bed_open(2, TARRY_SPACE_RELEASE);
	bed_map(0, 10, 2);
}

static void setup_hw(void)
{
	bed_open(2, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	bed_map(0, 10, 2);
}

static int replace_by(const struct tarry_replacement *with)
{
	return tarry_replace(bed.space, 0, 1, with, NULL);
}

/* ---- hardware that writes ---- */

static void migrate(void)
{
	struct tarry_replacement with = {.oa = 28 * BED_PAGE, .rights = BED_RW};

	check_assert(!replace_by(&with));
}

/* The page stays. */
static void rights(void)
{
	struct tarry_replacement with = {.oa = 10 * BED_PAGE,
					 .rights = TARRY_R};

	check_assert(!replace_by(&with));
}

static void write(void)
{
	bed.wrote = bed_hw_write(0, 0) >= 0;
}

static void finish_dirty(void)
{
	struct tarry_hit hit;

	check_assert(!tarry_translate(bed.space, 0, &hit));
	if (bed.wrote &&
	    !(bed.format->leaf_rights(hit.entry, hit.level) & TARRY_DIRTY))
		check_violation(CHECK_LOST,
				"hardware wrote, and the leaf is not dirty");
	bed_close();
}

CHECK_SCENARIO(rule_exchange_where_hardware_writes_replace,
	       .about = "other rights for a leaf that a CPU writes through",
	       .rule = "exchange-where-hardware-writes", .shared = BED_SHARED,
	       .setup = setup_hw, .finish = finish_dirty,
	       .threads = {{"rights", rights}, {"cpu", write}})
CHECK_SCENARIO(rule_harvest_after_invalidate_replace,
	       .about = "another page for a leaf that a CPU writes through",
	       .rule = "harvest-after-invalidate", .shared = BED_SHARED,
	       .setup = setup_hw, .finish = finish_dirty,
	       .threads = {{"migrate", migrate}, {"cpu", write}})

/* ---- one page or the other, never both ---- */

/* Whoever saw the new page has told the rest. */
static void write_new(void)
{
	if (bed_hw_write(0, 0) == 28)
		tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void read_after(void)
{
	bool told;
	int page;

	/* The old page comes into its cache, perhaps. */
	bed_hw_read(1, 1);
	told = tarry_load(&bed.gone, TARRY_ACQUIRE);
	page = bed_hw_read(1, 1);
	if (told && page == 11)
		check_violation(CHECK_STALE,
				"one CPU has the new page, and another reads "
				"the old one");
}

CHECK_SCENARIO(rule_freeze_then_change_replace, .rule = "freeze-then-change",
	       .about = "no CPU has the old page while another has the new one",
	       .shared = BED_SHARED, .setup = setup_hw, .finish = bed_close,
	       .threads = {{"migrate", migrate},
			   {"cpu 0", write_new},
			   {"cpu 1", read_after}})

/* ---- the owner compares references ---- */

static int copy_unless_held(void *ctx, const struct tarry_piece *old)
{
	(void)ctx;
	for (uint64_t at = 0; at < old->len; at += BED_PAGE)
		if (tarry_load(&bed.pins[(old->oa + at) / BED_PAGE % 64],
			       TARRY_RELAXED))
			return 1;
	return 0;
}

static void migrate_unless_held(void)
{
	struct tarry_replacement with = {.oa = 28 * BED_PAGE,
					 .rights = BED_RW,
					 .copy = copy_unless_held};

	bed.results[0] = replace_by(&with);
	check_assert(!bed.results[0] || bed.results[0] == TARRY_EBUSY ||
		     bed.results[0] == TARRY_ENOENT);
}

static void pin(void)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	bed.results[1] = err ? -1 : (int)(hit.oa / BED_PAGE);
}

static void finish_pin(void)
{
	if (!bed.results[0] && bed.results[1] == 10)
		check_violation(CHECK_LOST,
				"a pinned page was replaced by a copy");
	/* Put back as it was, or replaced; if it was not unmapped. */
	check_assert(bed_page_at(0) == -1 ||
		     bed_page_at(0) == (bed.results[0] ? 10 : 28));
	bed_close();
}

static void unmap(void)
{
	check_assert(!bed_unmap(0, 2));
}

CHECK_SCENARIO(rule_decide_under_lock_replace, .rule = "decide-under-lock",
	       .about = "a pin and a copy of one leaf never both succeed",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_pin,
	       .threads = {{"migrate", migrate_unless_held}, {"pin", pin}})
CHECK_SCENARIO(rule_decide_under_lock_replace_unmap,
	       .rule = "decide-under-lock",
	       .about = "a pin, a copy and an unmap of one leaf",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_pin,
	       .threads = {{"migrate", migrate_unless_held},
			   {"pin", pin},
			   {"unmap", unmap}})

/* ---- two faults on one leaf ---- */

static int fault(unsigned int page)
{
	struct tarry_hit hit;
	struct tarry_replacement with = {
		.oa = page * BED_PAGE, .rights = BED_RW, .expected = &hit};

	tarry_port_read_begin();
	check_assert(!tarry_translate(bed.space, 0, &hit));
	tarry_port_read_end();
	/* The other one was here: nothing to do. */
	if (hit.oa / BED_PAGE != 10)
		return TARRY_EAGAIN;
	return replace_by(&with);
}

static void first(void)
{
	bed.results[0] = fault(28);
}

static void second(void)
{
	bed.results[1] = fault(30);
}

static void finish_faults(void)
{
	if (!bed.results[0] == !bed.results[1])
		check_violation(CHECK_LOST, "%s",
				bed.results[0] ? "both lost" : "both won");
	check_assert(bed_page_at(0) == (bed.results[0] ? 30 : 28));
	check_assert(bed_page_at(1) == (bed.results[0] ? 31 : 29));
	/* Only the old pages wait: the loser still has its own. */
	bed_close();
	check_assert(bed.releases == 4);
}

CHECK_SCENARIO(rule_loser_redoes_replace, .rule = "loser-redoes",
	       .about = "two first writes to one leaf: one copy is used",
	       .shared = BED_SHARED, .setup = setup, .finish = finish_faults,
	       .threads = {{"first", first}, {"second", second}})

/* ---- caches in software, readers ---- */

static void setup_tlb(void)
{
	setup();
	bed_tlb_open();
}

static void migrate_and_say(void)
{
	migrate();
	tarry_store(&bed.gone, 1, TARRY_RELEASE);
}

static void read_tlb(void)
{
	for (int i = 0; i < 2; i++) {
		uint32_t gone = tarry_load(&bed.gone, TARRY_ACQUIRE);
		tarry_oa oa;

		tarry_port_read_begin();
		check_assert(!tarry_soft_tlb_translate(bed.tlb, 0, &oa));
		check_page_touch((unsigned int)(oa / BED_PAGE));
		if (gone && oa / BED_PAGE != 28)
			check_violation(CHECK_STALE,
					"page 0 is %u after it was replaced",
					(unsigned int)(oa / BED_PAGE));
		tarry_port_read_end();
	}
}

static void finish_tlb(void)
{
	tarry_soft_tlb_fini(bed.tlb);
	bed_close();
}

CHECK_SCENARIO(rule_listeners_always_replace, .rule = "listeners-always",
	       .about = "a soft TLB that fills while a leaf is replaced",
	       .shared = BED_SHARED, .setup = setup_tlb, .finish = finish_tlb,
	       .threads = {{"migrate", migrate_and_say}, {"read", read_tlb}})

static void read_twice(void)
{
	int before = bed_read(0), after = bed_read(0);

	if (before == -1 || after == -1)
		check_violation(CHECK_LOST, "a mapped page is not found");
	if (before == 28 && after == 10)
		check_violation(CHECK_STALE, "the old page after the new one");
}

CHECK_SCENARIO(rule_never_through_empty_replace, .rule = "never-through-empty",
	       .about = "two looks through a leaf that is replaced",
	       .shared = BED_SHARED, .setup = setup, .finish = bed_close,
	       .threads = {{"migrate", migrate}, {"read", read_twice}})
