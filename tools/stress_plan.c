/* SPDX-License-Identifier: MIT */
/*
 * The plan: from runs of pages to blocks, stripes and records.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "stress_plan.h"
#include "stress_random.h"

#define STRIPE_BLOCKS 32
/* A block costs a page of records; sparse runs must not cost more of them
 * than pages would. */
#define PAGES_PER_BLOCK_AT_LEAST 16

/* ---- growing arrays ---- */

struct draft {
	tarry_va *blocks;
	size_t n_blocks, blocks_room;
	size_t n_stripes, stripes_room;
	size_t n_bench; /* the last stripes */
	struct plan_stripe *stripes;
	struct stress_random random;
	uint32_t writers;
};

static bool grow(void **array, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 64;
	void *p;

	if (n < *room)
		return true;
	p = realloc(*array, wanted * size);
	if (!p)
		return false;
	*array = p;
	*room = wanted;
	return true;
}

static bool add_block(struct draft *d, tarry_va va)
{
	if (!grow((void **)&d->blocks, d->n_blocks, &d->blocks_room,
		  sizeof(*d->blocks)))
		return false;
	d->blocks[d->n_blocks++] = va;
	return true;
}

static bool add_stripe(struct draft *d, struct plan_stripe stripe)
{
	if (!grow((void **)&d->stripes, d->n_stripes, &d->stripes_room,
		  sizeof(*d->stripes)))
		return false;
	d->stripes[d->n_stripes++] = stripe;
	return true;
}

/* ---- what the process had ---- */

static void fill_rights(struct plan *plan)
{
	static const tarry_rights bases[PLAN_RIGHTS / 2] = {
		TARRY_R, TARRY_R | TARRY_X, TARRY_R | TARRY_USER,
		TARRY_R | TARRY_USER | TARRY_SOFT(5) | TARRY_KEY(3)};

	for (unsigned int i = 0; i < PLAN_RIGHTS; i++) {
		tarry_rights r = bases[i / 2] & plan->format->rights;

		plan->rights[i] = i & 1 ? r | TARRY_W : r;
	}
}

/* How many runs, and pages of the last one, stay under the limits. */
static size_t cut_runs(struct plan *plan, const struct plan_input *input,
		       uint64_t max_pages, uint64_t *last_pages)
{
	uint64_t max_blocks = max_pages / PAGES_PER_BLOCK_AT_LEAST;
	uint64_t pages = 0, blocks = 0, block = UINT64_MAX;
	size_t i;

	if (max_blocks < 256)
		max_blocks = 256;
	*last_pages = 0;
	for (i = 0; i < input->n; i++) {
		const struct plan_run *run = &input->runs[i];
		uint64_t n = run->pages;
		uint64_t first = run->va >> plan->block_lg2, last;

		if (n > max_pages - pages)
			n = max_pages - pages;
		if (!n)
			break;
		last = (run->va + ((n - 1) << plan->page_lg2)) >>
		       plan->block_lg2;
		if (blocks + (last - first) > max_blocks)
			break;
		blocks += last - first + (first != block);
		block = last;
		pages += n;
		*last_pages = n;
	}
	return i;
}

static bool add_process_blocks(struct plan *plan, struct draft *d,
			       const struct plan_input *input, size_t n_runs,
			       uint64_t last_pages)
{
	uint64_t block = UINT64_MAX;

	for (size_t i = 0; i < n_runs; i++) {
		const struct plan_run *run = &input->runs[i];
		uint64_t first = run->va >> plan->block_lg2;
		uint64_t pages = i + 1 == n_runs ? last_pages : run->pages;
		uint64_t last = (run->va + ((pages - 1) << plan->page_lg2)) >>
				plan->block_lg2;

		if (first == block)
			first++;
		for (; first <= last; first++)
			if (!add_block(d, first << plan->block_lg2))
				return false;
		block = last;
	}
	return true;
}

static void choose_owner(struct draft *d, struct plan_stripe *s)
{
	uint32_t dice = random_below(&d->random, 10);

	/* 4 owned, 3 owned and steady, 2 shared, 1 shared and steady */
	s->steady = dice >= 4 && dice < 8;
	s->owner =
		dice < 7 ? random_below(&d->random, d->writers) : PLAN_SHARED;
}

static bool add_process_stripes(struct plan *plan, struct draft *d)
{
	size_t n = d->n_blocks;

	for (size_t i = 0; i < n;) {
		struct plan_stripe s = {.va = d->blocks[i],
					.first = (uint32_t)i};
		uint32_t most = 1 + random_below(&d->random, STRIPE_BLOCKS);

		do {
			i++;
			s.n++;
		} while (i < n && s.n < most &&
			 d->blocks[i] ==
				 d->blocks[i - 1] + (1ull << plan->block_lg2));
		choose_owner(d, &s);
		if (!add_stripe(d, s))
			return false;
	}
	return true;
}

/* ---- the bench: stripes of our own, with room for all changes ---- */

/* The first free span of addresses of the lower half, from a random place. */
static tarry_va find_room(const struct plan *plan, struct draft *d,
			  size_t n_process, uint64_t span, uint64_t len)
{
	/* The lower half of 64 bits is room enough. */
	uint64_t end = plan->invalid ? plan->invalid : 1ull << 63;
	uint64_t turns = end / span;

	if (len >= end)
		return 0;
	for (int attempt = 0; attempt < 256; attempt++) {
		uint64_t va = (1 + random_next(&d->random) % turns) * span;
		size_t i = 0;

		if (va > end - len)
			continue;
		while (i < n_process &&
		       (d->blocks[i] + (1ull << plan->block_lg2) <= va ||
			d->blocks[i] >= va + len))
			i++;
		if (i == n_process)
			return va;
	}
	return 0;
}

static bool add_bench(struct plan *plan, struct draft *d, const char **sentence)
{
	const struct tarry_format *f = plan->format;
	uint64_t block = 1ull << plan->block_lg2;
	uint64_t span = f->levels > 2 ? 1ull << f->span_lg2[2] : block * 32;
	uint32_t each = d->writers > 16 ? 4 : 16;
	size_t n_process = d->n_blocks, n_stripes = d->n_stripes;
	size_t n_bench = d->writers * 2 + 4;
	uint64_t twins = 0, len;
	tarry_va va;

	*sentence = "no memory for the plan";
	for (size_t i = 0; i < n_stripes; i++)
		twins += (d->stripes[i].n + 1) * block;
	len = (n_bench * 2 + 2 + d->writers) * span +
	      (twins + span - 1) / span * span;
	va = find_room(plan, d, n_process, span, len);
	if (!va) {
		*sentence = "no room between the mappings for pages to move to";
		return false;
	}
	plan->nowhere = va + span / 2;
	va += span;
	if (f->levels > 2 && (f->leaf_levels >> 2 & 1))
		plan->giants = va;
	va += d->writers * span;
	for (size_t i = 0; i < n_bench; i++) {
		struct plan_stripe s = {
			.va = va,
			.twin = va + span,
			.first = (uint32_t)d->n_blocks,
			.n = each,
			.owner = i < d->writers * 2 ? (uint32_t)(i / 2)
						    : PLAN_SHARED,
			.steady = i & 1,
			.alone = f->levels > 2,
		};

		if (s.n * block > span)
			s.n = (uint32_t)(span / block);
		for (uint32_t b = 0; b < s.n; b++)
			if (!add_block(d, va + b * block))
				return false;
		if (!add_stripe(d, s))
			return false;
		va += 2 * span;
	}
	for (size_t i = 0; i < n_stripes; i++) {
		d->stripes[i].twin = va;
		va += (d->stripes[i].n + 1) * block;
	}
	/* Ranges may end at the very top of the address space. */
	if (f->va_signed &&
	    (!n_process || d->blocks[n_process - 1] < 0 - 8 * block)) {
		struct plan_stripe s = {.va = 0 - 4 * block,
					.first = (uint32_t)d->n_blocks,
					.n = 4};

		for (uint32_t b = 0; b < s.n; b++)
			if (!add_block(d, s.va + b * block))
				return false;
		if (!add_stripe(d, s))
			return false;
	}
	d->n_bench = d->n_stripes - n_stripes;
	return true;
}

/* ---- records ---- */

static void record_runs(struct plan *plan, const struct plan_input *input,
			size_t n_runs, uint64_t last_pages)
{
	uint32_t block = 0, per = plan->per_block;

	for (size_t i = 0; i < n_runs; i++) {
		const struct plan_run *run = &input->runs[i];
		uint64_t pages = i + 1 == n_runs ? last_pages : run->pages;

		for (uint64_t p = 0; p < pages; p++) {
			tarry_va va = run->va + (p << plan->page_lg2);
			uint32_t slot =
				(uint32_t)(va >> plan->page_lg2) & (per - 1);
			const struct plan_stripe *s;
			uint64_t build = run->mark ? RECORD_BUILD_MARK
						   : RECORD_BUILD_SINGLE;

			for (;; block++) {
				s = &plan->stripes[plan->blocks[block].stripe];
				if (s->va + ((uint64_t)(block - s->first)
					     << plan->block_lg2) ==
				    (va & ~((1ull << plan->block_lg2) - 1)))
					break;
			}
			/* A steady page is always mapped. */
			if (s->steady)
				build = RECORD_BUILD_SINGLE;
			if (run->large && !slot && pages - p >= per)
				build = RECORD_BUILD_LARGE;
			if (build == RECORD_BUILD_LARGE) {
				uint64_t record = RECORD_HOME | build;

				record |= (uint64_t)run->rights
					  << RECORD_RIGHTS_SHIFT;
				for (uint32_t k = 0; k < per; k++)
					plan_write(plan, block * per + k,
						   record);
				p += per - 1;
				plan->source.large_built++;
				plan->source.pages_built += per;
				continue;
			}
			plan_write(plan, block * per + slot,
				   RECORD_HOME | build |
					   (uint64_t)run->rights
						   << RECORD_RIGHTS_SHIFT);
			if (build == RECORD_BUILD_MARK)
				plan->source.marks_built++;
			else
				plan->source.pages_built++;
		}
	}
}

static void record_bench(struct plan *plan, struct draft *d)
{
	for (size_t i = d->n_stripes - d->n_bench; i < d->n_stripes; i++) {
		const struct plan_stripe *s = &plan->stripes[i];

		for (uint32_t b = s->first; b < s->first + s->n; b++) {
			uint64_t rights = random_below(&d->random, PLAN_RIGHTS);
			uint64_t r = RECORD_HOME |
				     rights << RECORD_RIGHTS_SHIFT |
				     (random_once_in(&d->random, 2)
					      ? RECORD_BUILD_LARGE
					      : RECORD_BUILD_SINGLE);

			for (uint32_t p = 0; p < plan->per_block; p++)
				plan_write(plan, b * plan->per_block + p, r);
			plan->source.bench_blocks++;
		}
	}
}

void plan_needs(const struct plan *plan, uint64_t *singles, uint64_t *chunks)
{
	uint64_t n = (uint64_t)plan->n_blocks * plan->per_block;
	uint64_t bench = plan->source.bench_blocks;
	uint64_t more = plan->n_blocks < 8192 ? plan->n_blocks : 8192;

	*singles = *chunks = 0;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t r = plan_recorded(plan, (uint32_t)i);

		*singles += (r & RECORD_BUILD_SINGLE) != 0;
		*chunks += (r & RECORD_BUILD_LARGE) != 0;
	}
	*chunks /= plan->per_block;
	/* What waits for readers is not free yet, a churn moves between small
	 * pages and large ones, and one small page that is left of a large one
	 * keeps all of it. */
	*singles += *singles / 4 + bench * plan->per_block / 2;
	*chunks += more + 4 * bench;
}

/* ---- all of it ---- */

static bool link_blocks(struct plan *plan, struct draft *d)
{
	uint64_t pages = (uint64_t)d->n_blocks * plan->per_block;

	plan->n_blocks = (uint32_t)d->n_blocks;
	plan->n_stripes = (uint32_t)d->n_stripes;
	plan->stripes = d->stripes;
	d->stripes = NULL;
	plan->blocks = calloc(plan->n_blocks, sizeof(*plan->blocks));
	plan->records =
		mmap(NULL, pages * sizeof(uint64_t), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (plan->records == MAP_FAILED)
		plan->records = NULL;
	if (!plan->blocks || !plan->records)
		return false;
	for (uint32_t i = 0; i < plan->n_stripes; i++) {
		const struct plan_stripe *s = &plan->stripes[i];

		for (uint32_t b = s->first; b < s->first + s->n; b++) {
			plan->blocks[b].stripe = i;
			plan->blocks[b].target = PLAN_NO_TARGET;
		}
	}
	return true;
}

bool plan_create(struct plan *plan, const struct tarry_format *format,
		 const struct plan_input *input, uint64_t max_pages,
		 uint32_t writers, uint64_t seed, const char **sentence)
{
	struct draft d = {.random = {seed}, .writers = writers};
	uint64_t last_pages;
	size_t n_runs;
	bool done;

	memset(plan, 0, sizeof(*plan));
	plan->format = format;
	plan->page_lg2 = format->page_lg2;
	plan->block_lg2 = format->span_lg2[1];
	plan->per_block = 1u << format->index_lg2[0];
	plan->invalid = format->va_signed      ? 1ull << (format->va_bits - 1)
			: format->va_bits < 64 ? 1ull << format->va_bits
					       : 0;
	fill_rights(plan);
	plan->source.regions = input->regions;
	plan->source.pages = input->pages;
	n_runs = cut_runs(plan, input, max_pages, &last_pages);
	*sentence = "no memory for the plan";
	done = add_process_blocks(plan, &d, input, n_runs, last_pages) &&
	       add_process_stripes(plan, &d) && add_bench(plan, &d, sentence) &&
	       link_blocks(plan, &d);
	if (done) {
		record_runs(plan, input, n_runs, last_pages);
		record_bench(plan, &d);
	} else {
		plan_destroy(plan);
	}
	free(d.blocks);
	free(d.stripes);
	return done;
}

void plan_destroy(struct plan *plan)
{
	if (plan->records)
		munmap(plan->records, (uint64_t)plan->n_blocks *
					      plan->per_block *
					      sizeof(uint64_t));
	free(plan->blocks);
	free(plan->stripes);
	memset(plan, 0, sizeof(*plan));
}
