/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs: one changes the tables, the other walks them, by hardware and by
 * software, all the time.  Each case counts how often CPU 0 saw the other move
 * on between two of its own steps: that much they overlapped.
 */
#include "smp.h"

struct smp smp;

static uint32_t seen;

static uint64_t start;

bool smp_late(uint32_t met)
{
	uint64_t most = met ? MOST_SECONDS : MOST_WAIT;

	return machine_ticks() - start > most * machine_second();
}

void smp_begin(void)
{
	uint32_t epoch = smp.epoch;

	__builtin_memset(&smp, 0, sizeof(smp));
	smp.epoch = epoch & ~1u;
	smp.seed = 99;
	seen = 0;
	start = machine_ticks();
}

void smp_step(void)
{
	uint32_t now = tarry_load(&smp.turns, TARRY_RELAXED);

	smp.overlap += now != seen;
	seen = now;
	guest_poll();
}

void smp_turn(void)
{
	tarry_store(&smp.turns, tarry_load(&smp.turns, TARRY_RELAXED) + 1,
		    TARRY_RELAXED);
	guest_poll();
}

bool smp_stopped(void)
{
	return tarry_load(&smp.stop, TARRY_ACQUIRE);
}

static void smp_stop(void)
{
	tarry_store(&smp.stop, 1, TARRY_RELEASE);
	other_join();
	if (smp.wrong)
		fail("%u wrong answers: %lx leads to %lx", smp.wrong,
		     smp.wrong_va, smp.wrong_value);
	if (smp.lost)
		fail("%u pages not found though mapped: %lx", smp.lost,
		     smp.wrong_va);
}

void smp_end(void)
{
	smp_stop();
	note("overlap %u of %u turns", smp.overlap, smp.turns);
	if (!smp.overlap)
		fail("the CPUs never overlapped: the host lets only one run");
}

void smp_wrong(uint64_t va, uint64_t value)
{
	if (!smp.wrong++) {
		smp.wrong_va = va;
		smp.wrong_value = value;
	}
}

void smp_lost(uint64_t va)
{
	smp.lost++;
	smp.wrong_va = va;
}

/* ---- unmap is seen by the other CPU ---- */

static void reads_one_page(void)
{
	while (!smp_stopped()) {
		uint64_t value = 0;
		uint32_t before = tarry_load(&smp.epoch, TARRY_ACQUIRE);
		bool there = hw_read(world.arena, &value);

		tarry_fence(TARRY_SEQ_CST);
		if (there && (before & 1) &&
		    tarry_load(&smp.epoch, TARRY_ACQUIRE) == before)
			smp.stale++;
		if (there && value != frame(1))
			smp_wrong(world.arena, value);
		smp.faults += !there;
		smp_turn();
	}
}

/* CPU 1 has looked since. */
static void wait_turns(unsigned int n)
{
	uint32_t from = tarry_load(&smp.turns, TARRY_ACQUIRE);

	while (tarry_load(&smp.turns, TARRY_ACQUIRE) - from < n)
		smp_step();
}

static unsigned int unmap_rounds(unsigned int rounds)
{
	unsigned int i;

	for (i = 0; i < rounds && !smp_late(smp.overlap); i++) {
		arena_map(world.arena, 1, world.page, RW, 1);
		wait_turns(2);
		expect(!tarry_unmap(world.space, world.arena, world.page,
				    NULL));
		tarry_store(&smp.epoch, smp.epoch + 1, TARRY_RELEASE);
		wait_turns(3);
		tarry_store(&smp.epoch, smp.epoch + 1, TARRY_RELEASE);
		tarry_bare_poll();
	}
	return i;
}

static void unmap_is_seen_by_the_other(void)
{
	smp_begin();
	other_begin(reads_one_page);
	note("%u rounds", unmap_rounds(2000));
	smp_end();
	if (smp.stale)
		fail("%u reads of a page that was gone", smp.stale);
	expect(smp.faults > 0);
	note("%u faults", smp.faults);
}

static void without_invalidation_the_other_is_stale(void)
{
	smp_begin();
	other_begin(reads_one_page);
	port_mute = true;
	unmap_rounds(50);
	port_mute = false;
	tarry_bare_invalidate(0, 0, 0, true);
	smp_end();
	expect(smp.stale > 0);
	note("%u stale reads", smp.stale);
}

/* ---- collapse and split under a CPU at work ---- */

uint64_t smp_page(void)
{
	return smp.low + rnd(&smp.seed) % (smp.len / world.page - smp.low);
}

static void reads_writes_translates(void)
{
	uint64_t faults = 0;

	while (!smp_stopped()) {
		uint64_t p = smp_page(), va = world.arena + p * world.page;
		uint64_t to = frame(smp.first + (unsigned int)p);
		uint64_t value = 0, oa = 0, written = rnd(&smp.seed);

		if (!hw_read_retry(va, &value, &faults) ||
		    !hw_write_retry(va + 8, written, &faults)) {
			smp_lost(va);
		} else if (value != to) {
			smp_wrong(va, value);
		} else if (((volatile uint64_t *)(uintptr_t)to)[1] != written) {
			smp_wrong(va + 8, written);
		}
		if (!sw_oa(va, &oa)) {
			smp_lost(va);
		} else if (oa != to) {
			smp_wrong(va, oa);
		}
		smp_turn();
	}
	smp.faults = (uint32_t)faults;
}

bool smp_region(uint64_t span, uint64_t len)
{
	smp.len = len;
	smp.first = frame_aligned(1, span); /* never frame 0 */
	return smp.first + smp.len / world.page <= world.n_frames;
}

/* A region of one leaf of level 1, or @most bytes; false: memory is short. */
static bool region(uint64_t most)
{
	uint64_t span = 1ull << world.format->span_lg2[1];

	return smp_region(span, most && most < span ? most : span);
}

static void shapes_change_under_the_other(void)
{
	unsigned int rounds = 0;

	smp_begin();
	if (!region(0)) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	arena_map(world.arena, smp.first, smp.len, RW, 1);
	other_begin(reads_writes_translates);
	while ((rounds < 400 || smp.overlap < 100) && !smp_late(smp.overlap)) {
		expect(!tarry_collapse(world.space, world.arena, 1, 0, NULL,
				       NULL));
		smp_step();
		expect(!tarry_split(world.space, world.arena, 1, NULL));
		smp_step();
		tarry_bare_poll();
		rounds++;
	}
	smp_end();
	arena_clear();
	note("%u collapses and splits, %u faults handled", rounds, smp.faults);
}

/* ---- tables are freed, and poisoned, under walkers ---- */

#define BATCH 32

static bool leads_right(tarry_va va, tarry_oa oa)
{
	uint64_t p = (va - world.arena) / world.page;

	if (oa == frame(smp.first + (unsigned int)p) + (va & (world.page - 1)))
		return true;
	smp_wrong(va, oa);
	return false;
}

/* In the midst of a section the CPU is asked, as by an interrupt, and answers:
 * that ends no section. */
static int looks_at_piece(void *ctx, const struct tarry_piece *piece)
{
	uint64_t from = piece->va;

	(void)ctx;
	guest_poll();
	if (piece->kind == TARRY_LEAF && leads_right(from, piece->oa))
		smp.stale++;
	return 0;
}

static void walks_what_comes_and_goes(void)
{
	static tarry_va va[BATCH];
	static struct tarry_hit hits[BATCH];
	static int errs[BATCH];

	while (!smp_stopped()) {
		for (unsigned int i = 0; i < BATCH; i++)
			va[i] = world.arena + smp_page() * world.page;
		for (unsigned int i = 0; i < 4; i++) {
			uint64_t value = 0;

			if (hw_read(va[i], &value))
				leads_right(va[i], value);
		}
		tarry_read_begin();
		tarry_translate_batch(world.space, va, hits, errs, BATCH);
		tarry_read_end();
		for (unsigned int i = 0; i < BATCH; i++)
			if (!errs[i])
				smp.stale += leads_right(va[i], hits[i].oa);
		tarry_read_begin();
		tarry_iterate(world.space, world.arena, smp.len, looks_at_piece,
			      NULL);
		tarry_read_end();
		smp_turn();
	}
}

static void tables_are_freed_under_walkers(void)
{
	uint64_t seed = 5, half;
	struct tarry_pool_stats stats;
	unsigned int rounds = 0;

	smp_begin();
	if (!region(64 * world.page)) {
		fail("not enough memory");
		return;
	}
	half = smp.len / 2;
	other_begin(walks_what_comes_and_goes);
	while ((rounds < 4000 || smp.overlap < 200) && !smp_late(smp.overlap)) {
		arena_map(world.arena, smp.first, half, RW, 1);
		smp_step();
		arena_map(world.arena + half,
			  smp.first + (unsigned int)(half / world.page), half,
			  RW, 1);
		smp_step();
		/* The table goes as a whole: late walkers find all that was
		 * in it, for as long as they may. */
		expect(!tarry_unmap(world.space, world.arena,
				    1ull << world.format->span_lg2[1], NULL));
		/* What is free too early stays poisoned for a while. */
		for (uint64_t i = rnd(&seed) % 64; i; i--)
			smp_step();
		tarry_bare_poll();
		rounds++;
	}
	smp_end();
	tarry_pool_drain(world.pool);
	tarry_pool_stats(world.pool, &stats);
	expect(stats.retired > rounds);
	note("%u rounds, %lu tables retired, %u walks found something", rounds,
	     stats.retired, smp.stale);
}

/* ---- what hardware writes is not lost ---- */

/* It may have been answered already: not for ever. */
static void await_question(void)
{
	uint32_t n = port_polls();

	for (unsigned int i = 0; i < 5000 && port_polls() == n; i++)
		guest_poll();
}

static void writes_when_told(void)
{
	uint32_t done = 0;
	uint64_t faults = 0;

	while (!smp_stopped()) {
		uint64_t va;

		if (tarry_load(&smp.go, TARRY_ACQUIRE) == done) {
			guest_poll();
			continue;
		}
		va = world.arena + smp_page() * world.page;
		tarry_store(&smp.begun, done + 1, TARRY_RELEASE);
		/* Some time after the caches were told to forget. */
		if (!machine_broadcasts())
			await_question();
		for (volatile uint64_t i =
			     rnd(&smp.seed) %
			     tarry_load(&smp.delay, TARRY_RELAXED);
		     i; i--)
			;
		if (!hw_write_retry(va + 8, done, &faults))
			smp.lost++;
		done++;
		smp_turn();
		tarry_store(&smp.gone, done, TARRY_RELEASE);
	}
	smp.faults = (uint32_t)faults;
}

static bool region_dirty(void)
{
	static uint64_t accessed[256], dirty[256];
	bool any = false;

	__builtin_memset(dirty, 0, sizeof(dirty));
	expect(!tarry_harvest(world.space, world.arena, smp.len, AD, accessed,
			      dirty));
	for (unsigned int i = 0; i < 256; i++)
		any |= dirty[i] != 0;
	return any;
}

void smp_dirty_survives(void (*change)(void), void (*back)(void),
			unsigned int most_rounds)
{
	unsigned int rounds = 0, missing = 0, during = 0;
	uint64_t delay = 1000;

	smp.delay = delay;
	arena_map(world.arena, smp.first, smp.len, RW, 1);
	region_dirty(); /* clean from here on */
	other_begin(writes_when_told);
	for (; (rounds < most_rounds || !during) && !smp_late(during);
	     rounds++) {
		bool fell;

		tarry_store(&smp.go, rounds + 1, TARRY_RELEASE);
		/* Where caches are told by a question, that is what the write
		 * waits for. */
		while (machine_broadcasts() &&
		       tarry_load(&smp.begun, TARRY_ACQUIRE) != rounds + 1)
			smp_step();
		change();
		fell = tarry_load(&smp.gone, TARRY_ACQUIRE) == rounds + 1;
		during += fell;
		delay = fell ? delay + delay / 8 + 8 : delay - delay / 8;
		tarry_store(&smp.delay, delay, TARRY_RELAXED);
		while (tarry_load(&smp.gone, TARRY_ACQUIRE) != rounds + 1)
			smp_step();
		missing += !region_dirty();
		back();
		tarry_bare_poll();
	}
	smp_stop();
	if (missing)
		fail("%u of %u writes left no dirty bit", missing, rounds);
	arena_clear();
	note("overlap %u of %u writes were done before the change was", during,
	     rounds);
	if (!during)
		fail("no write fell into a change: the host lets only one run");
	note("%u faults handled", smp.faults);
}

static void collapse_region(void)
{
	expect(!tarry_collapse(world.space, world.arena, 1, 0, NULL, NULL));
}

static void split_region(void)
{
	expect(!tarry_split(world.space, world.arena, 1, NULL));
}

static void dirty_survives_a_change_of_size(void)
{
	smp_begin();
	if (!region(0) || smp.len / world.page > 256 * 64) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	smp_dirty_survives(collapse_region, split_region, 600);
}

const char *smp_no_bits(void)
{
	return !world.format->sets_dirty ? "no such bits in this format"
	       : !machine_sets_bits_atomically()
		       ? "this machine stores them without a locked access"
		       : NULL;
}

void cases_smp(void)
{
	const char *alone = other_there() ? NULL : "the second CPU is missing";
	const char *large = alone	  ? alone
			    : world.large ? NULL
					  : "no large leaves on this machine";

	run_case("an unmap is seen by the other CPU",
		 unmap_is_seen_by_the_other, alone);
	run_case("without invalidation the other CPU reads what was (control)",
		 without_invalidation_the_other_is_stale, alone);
	run_case("collapse and split under a CPU that reads and writes",
		 shapes_change_under_the_other, large);
	run_case("tables are freed and poisoned under walkers",
		 tables_are_freed_under_walkers, alone);
	run_case("no dirty bit is lost in a change of size",
		 dirty_survives_a_change_of_size,
		 large ? large : smp_no_bits());
}
