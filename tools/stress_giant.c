/* SPDX-License-Identifier: MIT */
/*
 * Changes of leaves of level 2: taken apart over two levels, by unmap, protect,
 * mark and split, and looked at page by page.
 *
 * A writer's own, at addresses that nobody else asks for; so few bytes a page
 * say what must be there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "stress_change.h"

/* A page: rights in 2:0, level in 4:3, what in 6:5. */
#define GIANT_LEVEL_SHIFT 3
#define GIANT_WHAT_SHIFT  5
#define GIANT_MARK	  77
#define GIANT_LOOKS	  256

struct giant {
	struct writer *w;
	uint8_t *pages;
	uint32_t n, per_block;
	unsigned int lg2;
	tarry_va va;
	tarry_oa oa;
	tarry_rights bits; /* accessed and dirty, of all pages */
};

static unsigned int giant_level(uint8_t page)
{
	return page >> GIANT_LEVEL_SHIFT & 3;
}

static enum record_what giant_what(uint8_t page)
{
	return (enum record_what)(page >> GIANT_WHAT_SHIFT);
}

static uint8_t giant_page(enum record_what what, unsigned int level,
			  unsigned int rights)
{
	return (uint8_t)(what << GIANT_WHAT_SHIFT | level << GIANT_LEVEL_SHIFT |
			 rights);
}

static void at_most_level(struct giant *g, uint32_t first, uint32_t n,
			  unsigned int level)
{
	for (uint32_t i = first; i < first + n; i++)
		if (giant_level(g->pages[i]) > level)
			g->pages[i] = giant_page(giant_what(g->pages[i]), level,
						 g->pages[i] & 7);
}

/* What sticks out of [first, first + n) gets smaller. */
static void giant_cut(struct giant *g, uint32_t first, uint32_t n)
{
	uint32_t per = g->per_block, end = first + n;

	if (n == g->n)
		return;
	at_most_level(g, 0, g->n, 1);
	if (first % per || n < per)
		at_most_level(g, first / per * per, per, 0);
	if (end % per)
		at_most_level(g, end / per * per, per, 0);
}

static void giant_look(struct giant *g, uint32_t i)
{
	struct stress *run = g->w->run;
	tarry_va va = g->va + ((uint64_t)i << g->lg2);
	uint8_t page = g->pages[i];
	tarry_rights rights = run->plan.rights[page & 7] | g->bits;
	struct tarry_hit hit = {0};
	int err = tarry_translate(run->space, va, &hit);
	bool right;

	if (giant_what(page) == RECORD_LEAF)
		right = !err && hit.oa == g->oa + ((uint64_t)i << g->lg2) &&
			hit.level == giant_level(page) &&
			rights_agree(run, tarry_hit_rights(run->space, &hit),
				     rights);
	else if (giant_what(page) == RECORD_MARK)
		right = err == TARRY_EMARK && hit.oa == GIANT_MARK;
	else
		right = err == TARRY_ENOENT;
	if (!right)
		violation(&run->log, VIOLATION_WRONG_ANSWER,
			  WHO_FORMAT ": va 0x%" PRIx64
				     ", page %u of a leaf of level 2: expected "
				     "0x%x (what, level, rights), found %s, "
				     "output address 0x%" PRIx64 ", level %u",
			  WHO_ARGS(g->w->t), va, i, page, tarry_error_name(err),
			  hit.oa, hit.level);
}

static void giant_look_around(struct giant *g, uint32_t first, uint32_t n)
{
	tarry_read_begin();
	for (int i = 0; i < GIANT_LOOKS; i++)
		giant_look(g, random_below(&g->w->t->random, g->n));
	giant_look(g, first);
	giant_look(g, first + n - 1);
	if (first)
		giant_look(g, first - 1);
	if (first + n < g->n)
		giant_look(g, first + n);
	tarry_read_end();
}

static void giant_change(struct giant *g)
{
	struct stress *run = g->w->run;
	struct stress_random *random = &g->w->t->random;
	uint32_t most =
		1 + random_below(random, 1u << random_below(random, 19));
	uint32_t n = most < g->n ? most : g->n;
	uint32_t first = random_below(random, g->n - n + 1);
	tarry_va va = g->va + ((uint64_t)first << g->lg2);
	uint64_t len = (uint64_t)n << g->lg2;
	unsigned int rights = random_below(random, PLAN_RIGHTS);
	unsigned int kind = random_below(random, 4);
	struct change_range r = {.owned = true, .va = va, .len = len};
	unsigned int legal = MAY_OK;
	int err;

	if (kind == 0) {
		err = tarry_unmap(run->space, va, len, NULL);
	} else if (kind == 1) {
		err = tarry_protect(run->space, va, len,
				    run->plan.rights[rights], NULL);
	} else if (kind == 2) {
		err = tarry_mark(run->space, va, len, GIANT_MARK, NULL);
	} else {
		n = 1;
		err = tarry_split(run->space, va,
				  giant_level(g->pages[first]) == 2 ? 2 : 1,
				  NULL);
		if (giant_what(g->pages[first]) != RECORD_LEAF)
			legal |= MAY(TARRY_ENOENT);
	}
	if (!change_done(g->w, CHANGE_GIANT, &r, err, legal))
		return;
	if (kind < 3)
		giant_cut(g, first, n);
	else if (giant_level(g->pages[first]) == 2)
		at_most_level(g, 0, g->n, 1);
	else
		at_most_level(g, first / g->per_block * g->per_block,
			      g->per_block, 0);
	for (uint32_t i = first; kind < 3 && i < first + n; i++) {
		uint8_t *page = &g->pages[i];

		if (kind == 0)
			*page = 0;
		else if (kind == 2)
			*page = giant_page(RECORD_MARK, 0, 0);
		else if (giant_what(*page) == RECORD_LEAF)
			*page = giant_page(RECORD_LEAF, giant_level(*page),
					   rights);
	}
	giant_look_around(g, first, n);
}

void change_giant(struct writer *w)
{
	struct stress *run = w->run;
	const struct tarry_format *f = run->format;
	uint64_t span = f->levels > 2 ? 1ull << f->span_lg2[2] : 0;
	unsigned int rights = random_below(&w->t->random, PLAN_RIGHTS);
	unsigned int turns = random_below(&w->t->random, 6);
	struct giant g = {
		.w = w,
		.lg2 = f->page_lg2,
		.n = (uint32_t)(span >> f->page_lg2),
		.per_block = run->plan.per_block,
		.va = run->plan.giants + w->t->number * span,
		.oa = GIANT_OA + w->t->number * span,
		.bits = writer_bits(w),
	};
	struct change_range r = {.owned = true, .va = g.va, .len = span};
	int err;

	/* More would take more than a moment. */
	if (!run->plan.giants || g.n > 1u << 18)
		return;
	if (!w->giant)
		w->giant = calloc(g.n, 1);
	g.pages = w->giant;
	if (!g.pages)
		return;
	err = CHANGE_TIMED(w, CHANGE_GIANT,
			   tarry_map(run->space, g.va, g.oa, span,
				     run->plan.rights[rights] | g.bits, NULL));
	if (!change_done(w, CHANGE_GIANT, &r, err, MAY_OK))
		return;
	atomic_fetch_add(&run->giants_mapped, g.n);
	memset(g.pages, giant_page(RECORD_LEAF, 2, rights), g.n);
	giant_look_around(&g, 0, g.n);
	while (turns-- > 0)
		giant_change(&g);
	err = tarry_unmap(run->space, g.va, span, NULL);
	if (change_done(w, CHANGE_GIANT, &r, err, MAY_OK))
		memset(g.pages, 0, g.n);
	giant_look_around(&g, 0, g.n);
}
