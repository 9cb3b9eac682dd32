/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs that take turns: the instant that matters is not waited for, as in
 * case_smp.c, but arranged.  However loaded the host is, what is broken on
 * purpose shows here.
 */
#include "guest.h"

#define ROUNDS	40
#define WINDOWS 10
#define PAGES	8

static struct {
	uint32_t round;	 /* CPU 0's: begins with 1 */
	uint32_t at;	 /* CPU 1 is where it was to come to, in that round */
	uint32_t go;	 /* it may go on */
	uint32_t tried;	 /* it has tried what may be refused */
	uint32_t ended;	 /* its round is over */
	uint32_t faults; /* of its writes */
	uint32_t wrong;
	uint64_t wrong_va, wrong_oa;
	unsigned int first; /* frame of the leaf that is copied to */
} h __attribute__((aligned(256)));

static void say_round(uint32_t *what, uint32_t round)
{
	/* Pairs with await(): what came before it is seen. */
	tarry_store(what, round, TARRY_RELEASE);
}

static void await(uint32_t *what, uint32_t round)
{
	while (tarry_load(what, TARRY_ACQUIRE) != round)
		guest_poll();
}

static void hand_begin(void (*fn)(void))
{
	unsigned int first = h.first;

	__builtin_memset(&h, 0, sizeof(h));
	h.first = first;
	other_begin(fn);
}

static void hand_end(uint32_t rounds)
{
	other_join();
	if (h.wrong)
		fail("%u wrong answers: %lx leads to %lx", h.wrong, h.wrong_va,
		     h.wrong_oa);
	note("overlap %u of %u turns, by arrangement", h.ended, h.round);
	expect(h.ended == rounds);
}

/* CPU 0's round: the arena's first table is taken away while CPU 1 is where it
 * was to come to. */
static void table_goes(uint32_t round)
{
	say_round(&h.round, round);
	await(&h.at, round);
	expect(!tarry_unmap(world.space, world.arena,
			    1ull << world.format->span_lg2[1], NULL));
	/* What may be freed is, in all the time that it takes. */
	for (unsigned int i = 0; i < 64; i++)
		tarry_bare_poll();
	say_round(&h.go, round);
	await(&h.ended, round);
}

/* ---- a table goes while a walker is in it ---- */

static int waits_inside(void *ctx, const struct tarry_piece *piece)
{
	uint32_t round = *(uint32_t *)ctx;

	if (piece->kind != TARRY_LEAF)
		return 0;
	say_round(&h.at, round);
	await(&h.go, round);
	/* Poison leads to the first frame, which is never mapped. */
	if (piece->oa < frame(1) || piece->oa > frame(2 * PAGES)) {
		h.wrong++;
		h.wrong_va = piece->va;
		h.wrong_oa = piece->oa;
	}
	return 0;
}

static void walks_and_waits(void)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		await(&h.round, round);
		tarry_read_begin();
		tarry_iterate(world.space, world.arena, 2 * PAGES * world.page,
			      waits_inside, &round);
		tarry_read_end();
		say_round(&h.ended, round);
	}
}

static void a_table_stays_while_a_walker_is_in_it(void)
{
	hand_begin(walks_and_waits);
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		/* Holes between, so that each page is a piece. */
		for (unsigned int p = 0; p < PAGES; p++)
			arena_map(world.arena + 2 * p * world.page, 1 + p,
				  world.page, RW, 1);
		table_goes(round);
		tarry_bare_poll();
	}
	hand_end(ROUNDS);
}

/* ---- a table goes while a walker has interrupts off ---- */

/* The way that a fault handler of a kernel may take: no section, loads alone.
 * NULL: it met no table on the way. */
static const uint64_t *slot_of(uint64_t va)
{
	const struct tarry_format *f = world.format;
	uint64_t table = tarry_space_root(world.space);

	for (unsigned int l = f->levels - 1;; l--) {
		const uint64_t *slot = (const uint64_t *)(uintptr_t)table;
		uint64_t e;

		slot += va >> f->span_lg2[l] & ((1ull << f->index_lg2[l]) - 1);
		if (!l)
			return slot;
		e = tarry_load(slot, TARRY_RELAXED);
		if (f->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
			e = __builtin_bswap64(e);
		if (!f->present(e, l) || f->leaf(e, l))
			return NULL;
		table = f->table_oa(e);
	}
}

/* Interrupts are off where nobody polls (port.c). */
static void walks_with_interrupts_off(void)
{
	for (uint32_t round = 1; round <= WINDOWS; round++) {
		const uint64_t *slot;
		uint64_t e, now, end;

		await(&h.round, round);
		end = machine_ticks() + machine_second() / 20;
		slot = slot_of(world.arena);
		e = slot ? tarry_load(slot, TARRY_RELAXED) : 0;
		say_round(&h.at, round);
		/* Who asks waits for us, so there is no answer to wait for. */
		while (machine_ticks() < end &&
		       tarry_load(&h.go, TARRY_ACQUIRE) != round)
			machine_relax();
		/* The table still says what it did: here, whoever empties it
		 * takes it off as a whole. */
		now = slot ? tarry_load(slot, TARRY_RELAXED) : 1;
		if (now != e) {
			h.wrong++;
			h.wrong_va = world.arena;
			h.wrong_oa = now;
		}
		say_round(&h.ended, round);
		guest_poll();
	}
}

static void a_table_stays_while_interrupts_are_off(void)
{
	hand_begin(walks_with_interrupts_off);
	for (uint32_t round = 1; round <= WINDOWS; round++) {
		arena_map(world.arena, 1, world.page, RW, 1);
		table_goes(round);
	}
	hand_end(WINDOWS);
}

/* ---- a write comes while its page is copied ---- */

static void writes_once_a_round(void)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		uint64_t va = world.arena + round % PAGES * world.page + 8;
		uint64_t value = round, faults = 0;
		bool faulted;

		/* As a CPU at work: the translation is in its cache. */
		hw_read_retry(va, &value, &faults);
		value = round;
		say_round(&h.at, round);
		await(&h.go, round);
		faulted = machine_access(MACHINE_WRITE, va, &value).faulted;
		h.faults += faulted;
		say_round(&h.tried, round);
		if (faulted && !hw_write_retry(va, round, &faults)) {
			h.wrong++;
			h.wrong_va = va;
		}
		say_round(&h.ended, round);
	}
}

/* Of a page's copy, the write comes last: into the old page, if nothing stops
 * it. */
static int copies_and_lets_write(void *ctx, const struct tarry_piece *pieces,
				 size_t n)
{
	uint32_t round = *(uint32_t *)ctx;

	for (size_t i = 0; i < n; i++) {
		const uint64_t *from =
			(const uint64_t *)(uintptr_t)pieces[i].oa;
		uint64_t p = (pieces[i].va - world.arena) / world.page;
		uint64_t *to =
			(uint64_t *)(uintptr_t)frame(h.first + (unsigned int)p);

		if (pieces[i].kind != TARRY_LEAF)
			continue;
		to[0] = from[0];
		to[1] = from[1];
	}
	if (tarry_load(&h.tried, TARRY_RELAXED) != round) {
		say_round(&h.go, round);
		await(&h.tried, round);
	}
	return 0;
}

static void a_write_waits_while_its_page_is_copied(void)
{
	uint64_t span = 1ull << world.format->span_lg2[1];
	uint32_t lost = 0;

	/* The large page; never the first frames, which the small ones are. */
	h.first = frame_aligned(PAGES + 1, span);
	if (h.first + span / world.page > world.n_frames) {
		fail("not enough memory for a leaf of level 1");
		return;
	}
	hand_begin(writes_once_a_round);
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		unsigned int p = round % PAGES;
		struct tarry_collapse_copy copy = {
			.oa = frame(h.first),
			.copy = copies_and_lets_write,
			.ctx = &round};
		uint64_t *to = (uint64_t *)(uintptr_t)frame(h.first + p);

		for (unsigned int i = 0; i < PAGES; i++)
			frame_reset(1 + i);
		arena_map(world.arena, 1, PAGES * world.page, RW, 1);
		say_round(&h.round, round);
		await(&h.at, round);
		expect(!tarry_collapse(world.space, world.arena, 1, RW, &copy,
				       NULL));
		/* Who was refused comes again, and finds the large one. */
		await(&h.ended, round);
		lost += to[1] != round;
		expect(!tarry_unmap(world.space, world.arena, span, NULL));
		tarry_bare_poll();
	}
	hand_end(ROUNDS);
	if (lost)
		fail("%u of %u writes went to the old page", lost, ROUNDS);
	expect(h.faults == ROUNDS);
	note("%u faults handled", h.faults);
	for (unsigned int i = 0; i < PAGES; i++) {
		frame_reset(1 + i);
		frame_reset(h.first + i);
	}
}

void cases_hand(void)
{
	const char *alone = other_there() ? NULL : "the second CPU is missing";

	run_case("a table stays while a walker is in it",
		 a_table_stays_while_a_walker_is_in_it, alone);
	run_case("a table stays while a walker has interrupts off",
		 a_table_stays_while_interrupts_are_off, alone);
	run_case("a write waits while its page is copied",
		 a_write_waits_while_its_page_is_copied,
		 alone	       ? alone
		 : world.large ? NULL
			       : "no large leaves on this machine");
}
