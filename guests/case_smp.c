/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs: one changes the tables, the other walks them, by hardware and by
 * software, all the time.  Each case counts how often CPU 0 saw the other move
 * on between two of its own steps: that much they overlapped.
 */
#include "guest.h"

/* A case ends after that long, if the CPUs have overlapped by then: on a loaded
 * host they share a core, and take turns of many milliseconds. */
#define MOST_SECONDS 10
#define MOST_WAIT    100 /* until they have */

static struct {
	uint32_t stop;
	uint32_t turns; /* of CPU 1 */
	uint32_t epoch; /* odd: the page is unmapped */
	uint32_t go, gone;
	uint32_t stale, faults, wrong, lost;
	uint64_t wrong_va, wrong_value;
	uint64_t seed;
	uint64_t delay;
	unsigned int first; /* frame of the region's first page */
	uint64_t len;
} s __attribute__((aligned(256)));

static uint32_t overlap, seen;

static uint64_t start;

/* @met: how often they have */
static bool late(uint32_t met)
{
	uint64_t most = met ? MOST_SECONDS : MOST_WAIT;

	return machine_ticks() - start > most * machine_second();
}

static void smp_begin(void)
{
	uint32_t epoch = s.epoch;

	__builtin_memset(&s, 0, sizeof(s));
	s.epoch = epoch & ~1u;
	s.seed = 99;
	overlap = seen = 0;
	start = machine_ticks();
}

/* In each step of CPU 0. */
static void step(void)
{
	uint32_t now = tarry_load(&s.turns, TARRY_RELAXED);

	overlap += now != seen;
	seen = now;
	guest_poll();
}

static void turn(void)
{
	tarry_store(&s.turns, tarry_load(&s.turns, TARRY_RELAXED) + 1,
		    TARRY_RELAXED);
	guest_poll();
}

static bool stopped(void)
{
	return tarry_load(&s.stop, TARRY_ACQUIRE);
}

static void smp_stop(void)
{
	tarry_store(&s.stop, 1, TARRY_RELEASE);
	other_join();
	if (s.wrong)
		fail("%u wrong answers: %lx leads to %lx", s.wrong, s.wrong_va,
		     s.wrong_value);
	if (s.lost)
		fail("%u pages not found though mapped: %lx", s.lost,
		     s.wrong_va);
}

static void smp_end(void)
{
	smp_stop();
	note("overlap %u of %u turns", overlap, s.turns);
	if (!overlap)
		fail("the CPUs never overlapped: the host lets only one run");
}

static void wrong(uint64_t va, uint64_t value)
{
	if (!s.wrong++) {
		s.wrong_va = va;
		s.wrong_value = value;
	}
}

/* ---- unmap is seen by the other CPU ---- */

static void reads_one_page(void)
{
	while (!stopped()) {
		uint64_t value = 0;
		uint32_t before = tarry_load(&s.epoch, TARRY_ACQUIRE);
		bool there = hw_read(world.arena, &value);

		tarry_fence(TARRY_SEQ_CST);
		if (there && (before & 1) &&
		    tarry_load(&s.epoch, TARRY_ACQUIRE) == before)
			s.stale++;
		if (there && value != frame(1))
			wrong(world.arena, value);
		s.faults += !there;
		turn();
	}
}

/* CPU 1 has looked since. */
static void wait_turns(unsigned int n)
{
	uint32_t from = tarry_load(&s.turns, TARRY_ACQUIRE);

	while (tarry_load(&s.turns, TARRY_ACQUIRE) - from < n)
		step();
}

static unsigned int unmap_rounds(unsigned int rounds)
{
	unsigned int i;

	for (i = 0; i < rounds && !late(overlap); i++) {
		arena_map(world.arena, 1, world.page, RW, 1);
		wait_turns(2);
		expect(!tarry_unmap(world.space, world.arena, world.page,
				    NULL));
		tarry_store(&s.epoch, s.epoch + 1, TARRY_RELEASE);
		wait_turns(3);
		tarry_store(&s.epoch, s.epoch + 1, TARRY_RELEASE);
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
	if (s.stale)
		fail("%u reads of a page that was gone", s.stale);
	expect(s.faults > 0);
	note("%u faults", s.faults);
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
	expect(s.stale > 0);
	note("%u stale reads", s.stale);
}

/* ---- collapse and split under a CPU at work ---- */

static uint64_t random_page(void)
{
	return rnd(&s.seed) % (s.len / world.page);
}

static void reads_writes_translates(void)
{
	uint64_t faults = 0;

	while (!stopped()) {
		uint64_t p = random_page(), va = world.arena + p * world.page;
		uint64_t to = frame(s.first + (unsigned int)p);
		uint64_t value = 0, oa = 0, written = rnd(&s.seed);

		if (!hw_read_retry(va, &value, &faults) ||
		    !hw_write_retry(va + 8, written, &faults)) {
			s.lost++;
			s.wrong_va = va;
		} else if (value != to) {
			wrong(va, value);
		} else if (((volatile uint64_t *)(uintptr_t)to)[1] != written) {
			wrong(va + 8, written);
		}
		if (!sw_oa(va, &oa)) {
			s.lost++;
			s.wrong_va = va;
		} else if (oa != to) {
			wrong(va, oa);
		}
		turn();
	}
	s.faults = (uint32_t)faults;
}

/* A region of one leaf of level 1, or @most bytes; false: memory is short. */
static bool region(uint64_t most)
{
	uint64_t span = 1ull << world.format->span_lg2[1];

	s.len = most && most < span ? most : span;
	s.first = (unsigned int)((-world.frames & (span - 1)) / world.page);
	if (!s.first)
		s.first = (unsigned int)(span / world.page); /* never frame 0 */
	if (s.first + s.len / world.page > world.n_frames)
		return false;
	return true;
}

static void shapes_change_under_the_other(void)
{
	unsigned int rounds = 0;

	smp_begin();
	if (!region(0)) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	arena_map(world.arena, s.first, s.len, RW, 1);
	other_begin(reads_writes_translates);
	while ((rounds < 400 || overlap < 100) && !late(overlap)) {
		expect(!tarry_collapse(world.space, world.arena, 1, 0, NULL,
				       NULL));
		step();
		expect(!tarry_split(world.space, world.arena, 1, NULL));
		step();
		tarry_bare_poll();
		rounds++;
	}
	smp_end();
	arena_clear();
	note("%u collapses and splits, %u faults handled", rounds, s.faults);
}

/* ---- tables are freed, and poisoned, under walkers ---- */

#define BATCH 32

static bool leads_right(tarry_va va, tarry_oa oa)
{
	uint64_t p = (va - world.arena) / world.page;

	if (oa == frame(s.first + (unsigned int)p) + (va & (world.page - 1)))
		return true;
	wrong(va, oa);
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
		s.stale++;
	return 0;
}

static void walks_what_comes_and_goes(void)
{
	static tarry_va va[BATCH];
	static struct tarry_hit hits[BATCH];
	static int errs[BATCH];

	while (!stopped()) {
		for (unsigned int i = 0; i < BATCH; i++)
			va[i] = world.arena + random_page() * world.page;
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
				s.stale += leads_right(va[i], hits[i].oa);
		tarry_read_begin();
		tarry_iterate(world.space, world.arena, s.len, looks_at_piece,
			      NULL);
		tarry_read_end();
		turn();
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
	half = s.len / 2;
	other_begin(walks_what_comes_and_goes);
	while ((rounds < 4000 || overlap < 200) && !late(overlap)) {
		arena_map(world.arena, s.first, half, RW, 1);
		step();
		arena_map(world.arena + half,
			  s.first + (unsigned int)(half / world.page), half, RW,
			  1);
		step();
		/* The table goes as a whole: late walkers find all that was
		 * in it, for as long as they may. */
		expect(!tarry_unmap(world.space, world.arena,
				    1ull << world.format->span_lg2[1], NULL));
		/* What is free too early stays poisoned for a while. */
		for (uint64_t i = rnd(&seed) % 64; i; i--)
			step();
		tarry_bare_poll();
		rounds++;
	}
	smp_end();
	tarry_pool_drain(world.pool);
	tarry_pool_stats(world.pool, &stats);
	expect(stats.retired > rounds);
	note("%u rounds, %lu tables retired, %u walks found something", rounds,
	     stats.retired, s.stale);
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

	while (!stopped()) {
		uint64_t va;

		if (tarry_load(&s.go, TARRY_ACQUIRE) == done) {
			guest_poll();
			continue;
		}
		va = world.arena + random_page() * world.page;
		/* Some time after the caches were told to forget. */
		if (!machine_broadcasts())
			await_question();
		for (volatile uint64_t i =
			     rnd(&s.seed) % tarry_load(&s.delay, TARRY_RELAXED);
		     i; i--)
			;
		if (!hw_write_retry(va + 8, done, &faults))
			s.lost++;
		done++;
		turn();
		tarry_store(&s.gone, done, TARRY_RELEASE);
	}
	s.faults = (uint32_t)faults;
}

static bool region_dirty(void)
{
	static uint64_t accessed[256], dirty[256];
	bool any = false;

	__builtin_memset(dirty, 0, sizeof(dirty));
	expect(!tarry_harvest(world.space, world.arena, s.len, AD, accessed,
			      dirty));
	for (unsigned int i = 0; i < 256; i++)
		any |= dirty[i] != 0;
	return any;
}

/* The write is to fall into the change: half of them before its end, by a delay
 * that is longer after each that did, and shorter after each that did not. */
static void dirty_survives_a_change_of_size(void)
{
	unsigned int rounds = 0, missing = 0, during = 0;
	uint64_t delay = 1000;

	smp_begin();
	if (!region(0) || s.len / world.page > 256 * 64) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	s.delay = delay;
	arena_map(world.arena, s.first, s.len, RW, 1);
	region_dirty(); /* clean from here on */
	other_begin(writes_when_told);
	for (; (rounds < 600 || !during) && !late(during); rounds++) {
		bool fell;

		tarry_store(&s.go, rounds + 1, TARRY_RELEASE);
		expect(!tarry_collapse(world.space, world.arena, 1, 0, NULL,
				       NULL));
		fell = tarry_load(&s.gone, TARRY_ACQUIRE) == rounds + 1;
		during += fell;
		delay = fell ? delay + delay / 8 + 8 : delay - delay / 8;
		tarry_store(&s.delay, delay, TARRY_RELAXED);
		while (tarry_load(&s.gone, TARRY_ACQUIRE) != rounds + 1)
			step();
		missing += !region_dirty();
		expect(!tarry_split(world.space, world.arena, 1, NULL));
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
	note("%u faults handled", s.faults);
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
		 large			     ? large
		 : !world.format->sets_dirty ? "no such bits in this format"
		 : !machine_sets_bits_atomically() ? "this machine stores them "
						     "without a locked access"
						   : NULL);
}
