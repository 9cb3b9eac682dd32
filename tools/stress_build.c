/* SPDX-License-Identifier: MIT */
/*
 * The beginning and the end of a run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stress_build.h"
#include "stress_check.h"

/* ---- the owner of the pages ---- */

static int owner_get(void *ctx, tarry_oa oa, uint64_t len)
{
	struct stress *run = ctx;
	uint32_t page = arena_page(&run->arena, oa);
	uint32_t n = (uint32_t)(len >> run->plan.page_lg2);

	if (page == ARENA_NONE || page + n > run->arena.n_pages) {
		violation(&run->log, VIOLATION_OUTSIDE,
			  "get(0x%" PRIx64 ", 0x%" PRIx64
			  "): expected pages of the arena (seed %" PRIu64 ")",
			  oa, len, run->options->seed);
		return TARRY_EINVAL;
	}
	return arena_get(&run->arena, page, n) ? 0 : TARRY_EBUSY;
}

static void owner_put(void *ctx, tarry_oa oa, uint64_t len)
{
	struct stress *run = ctx;
	uint32_t page = arena_page(&run->arena, oa);
	uint32_t n = (uint32_t)(len >> run->plan.page_lg2);

	if (page == ARENA_NONE || page + n > run->arena.n_pages) {
		violation(&run->log, VIOLATION_OUTSIDE,
			  "put(0x%" PRIx64 ", 0x%" PRIx64
			  "): expected pages of the arena (seed %" PRIu64 ")",
			  oa, len, run->options->seed);
		return;
	}
	atomic_fetch_add_explicit(&run->arena.given, n, memory_order_relaxed);
	arena_put(&run->arena, page, n);
}

static void owner_release(void *ctx, tarry_oa oa, uint64_t len,
			  tarry_rights rights)
{
	struct stress *run = ctx;
	uint32_t page = arena_page(&run->arena, oa);
	uint32_t n = (uint32_t)(len >> run->plan.page_lg2);

	(void)rights;
	if (oa >= GIANT_OA) {
		atomic_fetch_add(&run->giants_released, n);
		return;
	}
	if (page == ARENA_NONE || page + n > run->arena.n_pages) {
		violation(&run->log, VIOLATION_OUTSIDE,
			  "release(0x%" PRIx64 ", 0x%" PRIx64
			  "): expected pages of the arena (seed %" PRIu64 ")",
			  oa, len, run->options->seed);
		return;
	}
	atomic_fetch_add_explicit(&run->arena.released, n,
				  memory_order_relaxed);
	arena_put(&run->arena, page, n);
}

static void reference_broken(void *ctx, uint32_t page, const char *what)
{
	struct stress *run = ctx;
	uint32_t id = (uint32_t)arena_stamp_of(&run->arena, page);

	if (id >= run->plan.n_blocks * run->plan.per_block)
		id = 0;
	violation(&run->log, VIOLATION_BAD_REFERENCE,
		  "page %u of the arena, last of va 0x%" PRIx64
		  ", %s (seed %" PRIu64 ")",
		  page, plan_va(&run->plan, id, false), what,
		  run->options->seed);
}

/* ---- filling the space ---- */

static bool filled(struct stress *run, uint32_t first, int err)
{
	if (err)
		fprintf(stderr,
			"tarry stress: cannot build the space at va 0x%" PRIx64
			": %s\n",
			plan_va(&run->plan, first, false),
			tarry_error_sentence(err));
	return !err;
}

static bool map_filled(struct stress *run, uint32_t first, uint32_t n,
		       uint32_t page, uint64_t record, unsigned int levels)
{
	struct tarry_how how = {.levels = levels};

	return filled(run, first,
		      tarry_map(run->space, plan_va(&run->plan, first, false),
				arena_oa(&run->arena, page),
				(uint64_t)n << run->plan.page_lg2,
				run->plan.rights[record_rights(record)], &how));
}

static uint32_t take(struct stress *run, uint32_t bin, bool chunk)
{
	uint32_t page = chunk ? arena_take_chunk(&run->arena, bin)
			      : arena_take(&run->arena, bin);

	if (page == ARENA_NONE)
		fprintf(stderr, "tarry stress: no page of the arena is left "
				"to build with\n");
	return page;
}

static uint64_t built(uint64_t record, enum record_what what, uint32_t value)
{
	return (record & ~RECORD_BUILD) | (uint64_t)what << RECORD_WHAT_SHIFT |
	       value;
}

static bool fill_block(struct stress *run, uint32_t block)
{
	const struct plan *plan = &run->plan;
	uint32_t first = block * plan->per_block, start = 0, n = 0;
	uint32_t page = ARENA_NONE, base = 0;
	uint64_t record = plan_recorded(plan, first), of = 0;

	if (record & RECORD_BUILD_LARGE) {
		page = take(run, block, true);
		for (uint32_t i = 0; page != ARENA_NONE && i < plan->per_block;
		     i++) {
			arena_stamp(&run->arena, page + i, first + i);
			plan_write(plan, first + i,
				   built(record, RECORD_LEAF, page + i) |
					   RECORD_LARGE);
		}
		return page != ARENA_NONE &&
		       map_filled(run, first, plan->per_block, page, record, 0);
	}
	for (uint32_t i = 0; i < plan->per_block; i++) {
		record = plan_recorded(plan, first + i);
		if (record & RECORD_BUILD_MARK) {
			if (!filled(run, first + i,
				    tarry_mark(run->space,
					       plan_va(plan, first + i, false),
					       1ull << plan->page_lg2, i,
					       NULL)))
				return false;
			plan_write(plan, first + i,
				   built(record, RECORD_MARK, i));
		}
		if (!(record & RECORD_BUILD_SINGLE))
			continue;
		page = take(run, block, false);
		if (page == ARENA_NONE)
			return false;
		arena_stamp(&run->arena, page, first + i);
		plan_write(plan, first + i, built(record, RECORD_LEAF, page));
		if (n && i == start + n && page == base + n &&
		    record_rights(record) == record_rights(of)) {
			n++;
			continue;
		}
		if (n && !map_filled(run, first + start, n, base, of, 1))
			return false;
		start = i;
		base = page;
		of = record;
		n = 1;
	}
	return !n || map_filled(run, first + start, n, base, of, 1);
}

static int fill(struct stress *run)
{
	uint64_t begin = clock_ns();

	for (uint32_t b = 0; b < run->plan.n_blocks; b++) {
		if (stress_interrupted)
			break;
		if (!fill_block(run, b))
			return 1;
	}
	run->build_seconds = (double)(clock_ns() - begin) / 1e9;
	return 0;
}

/* Free, or the kernel's to give back. */
static uint64_t memory_now(void)
{
	FILE *in = fopen("/proc/meminfo", "r");
	uint64_t kb = UINT64_MAX >> 10;
	char line[128];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kb) == 1)
			break;
	if (in)
		fclose(in);
	return kb << 10;
}

static int make_pool(struct stress *run, uint64_t table_bytes)
{
	const struct stress_options *o = run->options;
	struct tarry_pool_config config = {
		.format = run->format,
		.owner = {owner_get, owner_put, owner_release, run},
		.policy = o->policy,
		.companions = o->companions,
		.limit = o->limit,
	};
	unsigned int flags = TARRY_SPACE_RELEASE;
	int err;

	/* Without any limit nothing would ever be refused. */
	if (o->fail_alloc && !o->limit)
		config.limit = table_bytes + table_bytes / 4 + (16u << 20);
	run->limited = config.limit != 0;
	if (o->no_reclaim)
		flags |= TARRY_SPACE_KEEP_TABLES;
	if (o->sabotage == SABOTAGE_NO_GRACE)
		flags &= ~(unsigned int)TARRY_SPACE_RELEASE;
	err = tarry_pool_create(&config, &run->pool);
	if (!err)
		/* Where the format has runs, they are part of the churn. */
		err = tarry_space_create(run->pool, run->format,
					 flags | TARRY_SPACE_RUNS, &run->space);
	if (err)
		fprintf(stderr, "tarry stress: cannot create %s: %s\n",
			run->pool ? "a space" : "a pool",
			tarry_error_sentence(err));
	return err ? 1 : 0;
}

int stress_build(struct stress *run, const struct plan_input *input)
{
	const struct stress_options *o = run->options;
	uint64_t singles, chunks, tables;
	const char *sentence;

	if (!plan_create(&run->plan, o->format, input, o->pages, o->writers,
			 o->seed, &sentence)) {
		fprintf(stderr, "tarry stress: %s\n", sentence);
		return 1;
	}
	plan_needs(&run->plan, &singles, &chunks);
	tables = (uint64_t)run->plan.n_blocks << o->format->table_lg2[0];
	if (arena_bytes(singles, chunks, run->plan.per_block) + 2 * tables >
	    memory_now()) {
		fprintf(stderr,
			"tarry stress: %" PRIu64 " pages need more memory than "
			"is free; try --pages with less\n",
			run->plan.source.pages_built);
		return 1;
	}
	if (!arena_create(&run->arena, singles, chunks,
			  o->writers ? o->writers : 1, run->plan.per_block,
			  run->plan.page_lg2)) {
		fprintf(stderr, "tarry stress: no memory for the arena\n");
		return 1;
	}
	run->arena.broken = reference_broken;
	run->arena.ctx = run;
	if (make_pool(run, tables))
		return 1;
	return fill(run);
}

/* ---- the end ---- */

static void audit_stripe(struct stress *run, struct stress_thread *t,
			 const struct plan_stripe *s)
{
	uint32_t per = run->plan.per_block;

	for (uint32_t b = s->first; b < s->first + s->n; b++) {
		tarry_read_begin();
		for (uint32_t id = b * per; id < (b + 1) * per; id++) {
			for (int away = 0; away <= (s->twin != 0); away++) {
				struct tarry_hit hit;
				struct question q;
				int err;

				question_note(t, &q, id, away, 0);
				err = tarry_translate(run->space, q.va, &hit);
				question_verify(t, &q, err, hit.oa, &hit, NULL);
			}
		}
		tarry_read_end();
		tarry_thread_quiesce();
	}
}

void stress_audit(struct stress *run)
{
	/* Sentences name the first thread; its counters are not touched. */
	struct stress_thread t = {.run = run, .writer = true};
	const char *what = NULL;

	for (uint32_t i = 0; i < run->plan.n_stripes; i++)
		audit_stripe(run, &t, &run->plan.stripes[i]);
	if (tarry_space_check(run->space, &what))
		violation(&run->log, VIOLATION_DAMAGE,
			  "at the end: expected no damage in the tables, found "
			  "\"%s\" (seed %" PRIu64 ")",
			  what ? what : "no sentence", run->options->seed);
	tarry_pool_drain(run->pool);
	tarry_pool_stats(run->pool, &run->rest);
}

static void expect_none(struct stress *run, const char *what, uint64_t n)
{
	if (n)
		violation(&run->log, VIOLATION_LEFT_OVER,
			  "at the end: expected nothing left, found %" PRIu64
			  " %s (seed %" PRIu64 ")",
			  n, what, run->options->seed);
}

static void expect_ok(struct stress *run, const char *what, int err)
{
	if (err)
		violation(&run->log, VIOLATION_WRONG_CODE,
			  "at the end: %s: expected 0, found %s (seed %" PRIu64
			  ")",
			  what, tarry_error_name(err), run->options->seed);
}

static void unmap_stripe(struct stress *run, const struct plan_stripe *s)
{
	uint64_t len = (uint64_t)s->n << run->plan.block_lg2;

	expect_ok(run, "unmap", tarry_unmap(run->space, s->va, len, NULL));
	if (s->twin)
		expect_ok(run, "unmap",
			  tarry_unmap(run->space, s->twin, len, NULL));
	/* Single calls have kept tables, too. */
	(void)tarry_reclaim(run->space, s->va, len, NULL);
	if (s->twin)
		(void)tarry_reclaim(run->space, s->twin, len, NULL);
}

void stress_empty(struct stress *run)
{
	struct tarry_space_stats space;
	uint64_t below_root = 0;
	unsigned int root = run->format->levels - 1;

	for (uint32_t i = 0; i < run->plan.n_stripes; i++)
		unmap_stripe(run, &run->plan.stripes[i]);
	if (run->options->no_reclaim && run->plan.giants)
		(void)tarry_reclaim(run->space, run->plan.giants,
				    (uint64_t)run->options->writers
					    << run->format->span_lg2[2],
				    NULL);
	tarry_pool_drain(run->pool);
	tarry_space_stats(run->space, &space);
	for (unsigned int l = 0; l < root; l++)
		below_root += space.tables[l];
	expect_none(run, "tables below the root of the empty space",
		    below_root);
	expect_none(run, "spare tables in the empty space", space.spares);
	expect_ok(run, "destroy the space", tarry_space_destroy(run->space));
	run->space = NULL;
	tarry_pool_drain(run->pool);
	tarry_pool_stats(run->pool, &run->after);
	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		expect_none(run, "tables live in the pool",
			    run->after.tables[l]);
	expect_none(run, "bytes of tables in the pool", run->after.table_bytes);
	expect_none(run, "tables waiting", run->after.waiting);
	expect_none(run, "bytes waiting", run->after.waiting_bytes);
	expect_none(run, "tables kept", run->after.kept);
	expect_none(run, "bytes kept", run->after.kept_bytes);
	expect_none(run, "bytes lost for want of an answer",
		    run->after.lost_bytes);
	expect_none(run, "data pages not released",
		    atomic_load(&run->arena.live));
	expect_none(run, "pages of leaves of level 2 not released",
		    atomic_load(&run->giants_mapped) -
			    atomic_load(&run->giants_released));
	expect_ok(run, "destroy the pool", tarry_pool_destroy(run->pool));
	run->pool_destroyed = true;
	run->pool = NULL;
}

void stress_free(struct stress *run)
{
	/* After a build that failed half way. */
	if (run->space)
		(void)tarry_space_destroy(run->space);
	if (run->pool)
		(void)tarry_pool_destroy(run->pool);
	arena_destroy(&run->arena);
	plan_destroy(&run->plan);
}
