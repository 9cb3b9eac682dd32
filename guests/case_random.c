/* SPDX-License-Identifier: MIT */
/*
 * Five thousand random operations, against an array that says what each page
 * leads to; read back by hardware and by software.
 */
#include "guest.h"

#define PAGES	   1024
#define OPERATIONS 5000

#define NOTHING 0xffff
#define MARKED	0xfffe

static struct {
	uint16_t to[PAGES]; /* frame, NOTHING or MARKED */
	bool writable[PAGES];
	uint64_t seed;
	unsigned int counts[8];
} m;

static unsigned int below(unsigned int n)
{
	return (unsigned int)(rnd(&m.seed) % n);
}

static uint64_t va_of(unsigned int p)
{
	return world.arena + p * world.page;
}

static bool all(unsigned int p, unsigned int n, uint16_t what)
{
	while (n--)
		if (m.to[p++] != what)
			return false;
	return true;
}

static void set(unsigned int p, unsigned int n, uint16_t to, bool consecutive)
{
	for (unsigned int i = 0; i < n; i++)
		m.to[p + i] = (uint16_t)(consecutive ? to + i : to);
}

static void random_map(unsigned int p, unsigned int n)
{
	unsigned int to = below((unsigned int)world.n_frames - n);
	bool empty = all(p, n, NOTHING), w = below(2);
	struct tarry_how how = {.levels = world.large + 1};
	int err;

	if (below(4) == 0) /* where large leaves and runs fit */
		to = to / 16 * 16;
	err = tarry_map(world.space, va_of(p), frame(to), n * world.page,
			(w ? RW : TARRY_R) | AD, &how);
	expect(err == (empty ? 0 : TARRY_EEXIST));
	if (!err) {
		set(p, n, (uint16_t)to, true);
		for (unsigned int i = 0; i < n; i++)
			m.writable[p + i] = w;
	}
}

static void random_move(unsigned int p, unsigned int n)
{
	unsigned int to = below(PAGES - n);
	int err;

	if (to < p + n && p < to + n)
		return;
	err = tarry_move(world.space, va_of(p), va_of(to), n * world.page,
			 NULL);
	expect(err == (all(to, n, NOTHING) ? 0 : TARRY_EEXIST));
	if (err)
		return;
	for (unsigned int i = 0; i < n; i++) {
		m.to[to + i] = m.to[p + i];
		m.writable[to + i] = m.writable[p + i];
		m.to[p + i] = NOTHING;
	}
}

static void random_protect(unsigned int p, unsigned int n)
{
	bool w = below(2);

	expect(!tarry_protect(world.space, va_of(p), n * world.page,
			      w ? RW : TARRY_R, NULL));
	for (unsigned int i = 0; i < n; i++)
		m.writable[p + i] = w;
}

static void random_shape(unsigned int p)
{
	uint64_t span = 1ull << world.format->span_lg2[1];
	uint64_t va = va_of(p) & ~(span - 1);
	int err;

	if (!world.large)
		return;
	err = below(2) ? tarry_collapse(world.space, va, 1, 0, NULL, NULL)
		       : tarry_split(world.space, va, 1, NULL);
	expect(!err || err == TARRY_EHOLES || err == TARRY_EMIXED ||
	       err == TARRY_ELEAF || err == TARRY_ENOENT ||
	       err == TARRY_EMARK || err == TARRY_EALIGN);
}

static bool page_is(unsigned int p)
{
	uint64_t value = 0, oa = 0;
	bool there = m.to[p] < MARKED;

	if (hw_read(va_of(p), &value) != there ||
	    (there && value != frame(m.to[p]))) {
		fail("page %u: hardware reads %lx, frame %x is there", p, value,
		     m.to[p]);
		return false;
	}
	if (sw_oa(va_of(p), &oa) != there || (there && oa != frame(m.to[p]))) {
		fail("page %u: software finds %lx, frame %x is there", p, oa,
		     m.to[p]);
		return false;
	}
	if (there) {
		uint64_t zero = 0;
		bool refused =
			machine_access(MACHINE_WRITE, va_of(p) + 8, &zero)
				.faulted;

		if (refused == m.writable[p]) {
			fail("page %u: a write is %s", p,
			     refused ? "refused" : "taken");
			return false;
		}
	}
	return true;
}

static void random_operations(void)
{
	const char *what = "";

	m.seed = 42;
	set(0, PAGES, NOTHING, false);
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		unsigned int n = below(4) ? 1 + below(8) : 1 + below(600);
		unsigned int p = below(PAGES - n), op = below(8);

		switch (op) {
		case 0:
		case 1:
		case 2:
			random_map(p, n);
			break;
		case 3:
		case 4:
			expect(!tarry_unmap(world.space, va_of(p),
					    n * world.page, NULL));
			set(p, n, NOTHING, false);
			break;
		case 5:
			random_protect(p, n);
			break;
		case 6:
			random_move(p, n);
			break;
		default:
			if (below(2) && all(p, n, NOTHING)) {
				expect(!tarry_mark(world.space, va_of(p),
						   n * world.page, i, NULL));
				set(p, n, MARKED, false);
				expect(!tarry_unmap(world.space, va_of(p),
						    n * world.page, NULL));
				set(p, n, NOTHING, false);
			} else {
				random_shape(p);
			}
		}
		for (unsigned int look = 0; look < 8; look++)
			if (!page_is(look < 4 ? p + below(n) : below(PAGES)))
				goto out;
		guest_poll();
		tarry_bare_poll();
	}
	for (unsigned int p = 0; p < PAGES; p++)
		if (!page_is(p))
			break;
	if (tarry_space_check(world.space, &what))
		fail("the tree: %s", what);
out:
	arena_clear();
	note("%u operations", OPERATIONS);
}

void cases_random(void)
{
	run_case("random operations are what the reference says",
		 random_operations, NULL);
}
