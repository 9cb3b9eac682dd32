/* SPDX-License-Identifier: MIT */
/*
 * Threads: writers of all kinds meet in one small range, while readers of all
 * kinds walk through it, and a steady range changes its shape beside them.
 *
 * What can be said of a random schedule is said: a translation is one that some
 * writer made; a steady page never shows as empty; at the end no count, state,
 * lock or table is off.  ThreadSanitizer and the library's own checks see the
 * rest.  TARRY_STRESS_SCALE in the environment multiplies the steps.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "bed.h"

#define WRITERS 3
#define READERS 2
/* Pages of the range that all writers meet in. */
#define PAGES 2048
/* Output addresses of writers, and of the steady range. */
#define TAG_LG2	  40
#define STEADY_VA (1ull << 36)
#define STEADY_OA (7ull << TAG_LG2)
/* The last of its three leaves is replaced by this, and back. */
#define STEADY_AWAY (9ull << TAG_LG2)

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define STEPS 1500
#else
#define STEPS 20000
#endif

struct arena {
	const struct tarry_format *f;
	struct tarry_pool *pool;
	struct tarry_space *space[2];
	tarry_va base;
	uint64_t n_pages, steps;
	uint64_t page, span; /* bytes: a page, a slot of level 1 */
	_Atomic bool stop;
	_Atomic unsigned int wrong;
	_Atomic uint64_t seen, calls;
};

static struct arena arena;

struct hand {
	pthread_t thread;
	uint64_t x;
};

static uint64_t any(struct hand *h, uint64_t n)
{
	h->x ^= h->x << 13;
	h->x ^= h->x >> 7;
	h->x ^= h->x << 17;
	return h->x % n;
}

static void wrong(const char *what, int64_t got)
{
	if (arena.wrong++ < 10)
		print_message("# %s: %s (%jd)\n", what,
			      tarry_error_name((int)got), (intmax_t)got);
}

/* ---- writers ---- */

/* Of the two tags that writers map; marks, too. */
static bool of_the_first_kind(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	if (piece->kind == TARRY_LEAF && piece->oa >> TAG_LG2 != 1 &&
	    piece->oa >> TAG_LG2 != 3)
		wrong("a writer is shown a page that nobody mapped", 0);
	return piece->kind == TARRY_MARK || piece->oa >> TAG_LG2 == 1;
}

/* Somebody holds a page, now and then. */
static int copy_or_refuse(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)pieces, (void)n;
	return any(ctx, 64) == 0;
}

static int write_once(struct hand *h)
{
	struct tarry_collapse_copy copy = {.copy = copy_or_refuse, .ctx = h};
	uint64_t per = 1ull << arena.f->index_lg2[0];
	uint64_t first = any(h, arena.n_pages), n, to;
	struct tarry_space *s = arena.space[!any(h, 4)];
	uint64_t accessed[PAGES / 64] = {0};
	bool gathered = !any(h, 5);
	struct tarry_how how = {0};
	struct tarry_replacement with;
	struct tarry_gather g;
	struct tarry_idle idle = {.of_no_value = of_the_first_kind};
	uint64_t len;
	tarry_va va;
	int err = 0;

	n = 1 + any(h, 4) * any(h, per) % arena.n_pages;
	if (!any(h, 3)) {
		first &= ~(per - 1);
		n = per;
	}
	n = first + n > arena.n_pages ? arena.n_pages - first : n;
	va = arena.base + first * arena.page;
	len = n * arena.page;
	idle.va = va;
	idle.len = len;
	idle.budget = any(h, 2) * per;
	switch (any(h, 19)) {
	case 0:
	case 1:
	case 2:
		return tarry_map(s, va,
				 ((any(h, 2) ? 1ull : 3ull) << TAG_LG2) +
					 first * arena.page,
				 len, RW, any(h, 2) ? NULL : &how);
	case 3:
	case 4:
		if (gathered) {
			tarry_gather_begin(&g, s);
			how.gather = &g;
		}
		err = tarry_unmap(s, va, len,
				  gathered || any(h, 2) ? &how : NULL);
		if (gathered && tarry_gather_end(&g))
			wrong("gather_end", 0);
		return err;
	case 5:
		return tarry_protect(s, va, len, any(h, 2) ? TARRY_R : RW,
				     NULL);
	case 6:
		return tarry_mark(s, va, len, first, NULL);
	case 7:
		to = any(h, arena.n_pages - n + 1);
		if ((to & ~(per - 1)) + (first & (per - 1)) + n <=
		    arena.n_pages)
			to = (to & ~(per - 1)) + (first & (per - 1));
		return tarry_move(s, va, arena.base + to * arena.page, len,
				  NULL);
	case 8:
		return tarry_clone(s, arena.space[s == arena.space[0]], va, len,
				   NULL);
	case 9:
		how.flags = any(h, 2) ? TARRY_DEPOSIT : 0;
		return tarry_collapse(
			s, arena.base + (first & ~(per - 1)) * arena.page, 1, 0,
			NULL, &how);
	case 10:
		return tarry_split(s, va, 1, NULL);
	case 11:
		return tarry_retract(
			s, arena.base + (first & ~(per - 1)) * arena.page, 1,
			NULL);
	case 12:
		with = (struct tarry_replacement){
			.oa = ((any(h, 2) ? 1ull : 3ull) << TAG_LG2) +
			      first * arena.page,
			.rights = RW};
		return tarry_replace(s, va, n == per, &with, NULL);
	case 13:
		accessed[0] = any(h, 2);
		err = tarry_companion_exchange(s, va, &accessed[0],
					       any(h, 2) ? first : 0);
		return err == TARRY_EAGAIN || err == TARRY_EINVAL ? 0 : err;
	case 14:
		return tarry_reclaim(s, va, len, NULL) < 0 ? -1000 : 0;
	case 15:
		while (!err && idle.done < idle.len)
			err = tarry_reclaim_idle(s, &idle);
		return err;
	case 16:
		how.keep = of_the_first_kind;
		how.flags = any(h, 2) ? TARRY_KEEP_TABLES : TARRY_RETIRE_TABLES;
		return tarry_unmap(s, va, len, &how);
	case 17:
		copy.oa = ((any(h, 2) ? 1ull : 3ull) << TAG_LG2) +
			  (first & ~(per - 1)) * arena.page;
		how.flags = any(h, 2) ? TARRY_DEPOSIT : 0;
		return tarry_collapse(
			s, arena.base + (first & ~(per - 1)) * arena.page, 1,
			RW, &copy, &how);
	default:
		return tarry_harvest(s, va, len, TARRY_DIRTY, accessed, NULL);
	}
}

static void *writer(void *ctx)
{
	struct hand *h = ctx;

	tarry_thread_begin();
	for (uint64_t i = 0; i < arena.steps; i++) {
		int err = write_once(h);

		if (err && err != TARRY_EEXIST && err != TARRY_EOVERLAP &&
		    err != TARRY_EHOLES && err != TARRY_EMIXED &&
		    err != TARRY_ELEAF && err != TARRY_ENOENT &&
		    err != TARRY_ELEVEL && err != TARRY_EALIGN &&
		    err != TARRY_EBUSY)
			wrong("a writer", err);
		tarry_thread_quiesce();
	}
	tarry_thread_end();
	return NULL;
}

/* A large leaf goes from one page to another and back; a fault that saw the
 * other one has lost. */
static void replace_steady(uint64_t i)
{
	struct tarry_space *s = arena.space[0];
	struct tarry_hit hit;
	struct tarry_replacement with = {
		.oa = (i & 1 ? STEADY_OA : STEADY_AWAY) + 2 * arena.span,
		.rights = i & 2 ? RW : TARRY_R,
		.expected = &hit,
	};
	int err;

	tarry_read_begin();
	err = tarry_translate(s, STEADY_VA + 2 * arena.span, &hit);
	tarry_read_end();
	if (!err)
		err = tarry_replace(s, STEADY_VA + 2 * arena.span, 1, &with,
				    NULL);
	if (err)
		wrong("a steady replace", err);
	with.oa ^= STEADY_OA ^ STEADY_AWAY;
	err = tarry_replace(s, STEADY_VA + 2 * arena.span, 1, &with, NULL);
	if (err != TARRY_EAGAIN)
		wrong("a fault that lost", err);
}

/* Its pages change size, rights and table all the time, and always map. */
static void *reshaper(void *ctx)
{
	struct tarry_space *s = arena.space[0];

	(void)ctx;
	tarry_thread_begin();
	for (uint64_t i = 0; i < arena.steps / 4; i++) {
		struct tarry_how how = {.flags = i & 1 ? TARRY_DEPOSIT : 0};
		int err;

		tarry_split(s, STEADY_VA, 1, NULL);
		tarry_protect(s, STEADY_VA + i % 512 * arena.page % arena.span,
			      arena.page * (1 + i % 3),
			      TARRY_R | TARRY_SOFT(i % 3), NULL);
		tarry_protect(s, STEADY_VA, arena.span, RW, NULL);
		replace_steady(i);
		err = tarry_collapse(s, STEADY_VA, 1, 0, NULL, &how);
		if (err && err != TARRY_ELEAF)
			wrong("the steady collapse", err);
		tarry_thread_quiesce();
	}
	tarry_thread_end();
	return NULL;
}

/* ---- readers ---- */

static void read_once(struct hand *h, struct tarry_soft_tlb *tlb)
{
	tarry_va va = arena.base + any(h, arena.n_pages) * arena.page, vas[8];
	struct tarry_hit hit, hits[8];
	struct tarry_piece pieces[4];
	uint64_t *word;
	int errs[8], err;
	tarry_oa oa;

	err = tarry_translate(arena.space[any(h, 2)], va, &hit);
	if (!err && hit.oa >> TAG_LG2 != 1 && hit.oa >> TAG_LG2 != 3)
		wrong("a page that nobody mapped", 0);
	if (err == TARRY_EMARK && hit.oa >= arena.n_pages)
		wrong("a mark that nobody made", err);
	err = tarry_soft_tlb_translate(tlb, va, &oa);
	if (!err && oa >> TAG_LG2 != 1 && oa >> TAG_LG2 != 3)
		wrong("a cached page that nobody mapped", 0);
	err = tarry_companion(arena.space[0], va, &word);
	if (!err && tarry_load(word, TARRY_RELAXED) > arena.n_pages)
		wrong("a companion that nobody wrote", 0);
	for (int i = 0; i < 8; i++)
		vas[i] = arena.base + any(h, arena.n_pages) * arena.page;
	tarry_translate_batch(arena.space[0], vas, hits, errs, 8);
	if (tarry_translate_range(arena.space[0], arena.base,
				  arena.n_pages * arena.page, pieces, 4) < 1)
		wrong("pieces", 0);
	if (arena.f->va_bits < 20)
		return;
	va = STEADY_VA + any(h, 3 * arena.span);
	err = tarry_translate(arena.space[0], va, &hit);
	if (err || (hit.oa != STEADY_OA + (va - STEADY_VA) &&
		    (va - STEADY_VA < 2 * arena.span ||
		     hit.oa != STEADY_AWAY + (va - STEADY_VA))))
		wrong("a steady page", err);
}

static void *reader(void *ctx)
{
	static __thread struct tarry_soft_tlb tlb;
	struct hand *h = ctx;

	tarry_thread_begin();
	tarry_soft_tlb_init(&tlb, arena.space[0]);
	while (!arena.stop) {
		tarry_read_begin();
		for (int i = 0; i < 16; i++)
			read_once(h, &tlb);
		tarry_read_end();
		tarry_thread_quiesce();
		arena.seen += 16;
	}
	tarry_soft_tlb_fini(&tlb);
	tarry_thread_end();
	return NULL;
}

static void join(struct hand *hands, int n)
{
	tarry_thread_offline();
	for (int i = 0; i < n; i++)
		pthread_join(hands[i].thread, NULL);
	tarry_thread_online();
}

static void meet_in(const char *format, unsigned int flags,
		    enum tarry_policy policy, unsigned int backing_lg2,
		    bool companions)
{
	const char *scale = getenv("TARRY_STRESS_SCALE");
	struct hand writers[WRITERS], readers[READERS], shaper;
	struct tarry_pool_config config = {0};
	struct tarry_pool_stats stats;
	const char *damage = NULL;
	bool steady;

	memset(&arena, 0, sizeof(arena));
	config.policy = policy;
	config.backing_lg2 = backing_lg2;
	config.companions = companions;
	config.format = arena.f = tarry_format_by_name(format);
	arena.page = 1ull << arena.f->page_lg2;
	arena.span = 1ull << arena.f->span_lg2[1];
	arena.steps = (uint64_t)(STEPS * (scale ? strtod(scale, NULL) : 1));
	steady = arena.f->va_bits >= 20;
	arena.n_pages =
		steady ? PAGES : 1ull << (arena.f->va_bits - arena.f->page_lg2);
	arena.base = steady ? G1 - arena.n_pages / 2 * arena.page : 0;
	assert_int_equal(tarry_pool_create(&config, &arena.pool), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tarry_space_create(arena.pool, arena.f, flags,
						    &arena.space[i]),
				 0);
	if (steady)
		assert_int_equal(tarry_map(arena.space[0], STEADY_VA, STEADY_OA,
					   3 * arena.span, RW, NULL),
				 0);
	for (uint64_t i = 0; i < WRITERS; i++) {
		writers[i].x = i + 1;
		pthread_create(&writers[i].thread, NULL, writer, &writers[i]);
	}
	for (uint64_t i = 0; i < READERS; i++) {
		readers[i].x = i + 100;
		pthread_create(&readers[i].thread, NULL, reader, &readers[i]);
	}
	if (steady)
		pthread_create(&shaper.thread, NULL, reshaper, &shaper);
	join(writers, WRITERS);
	if (steady)
		join(&shaper, 1);
	arena.stop = true;
	join(readers, READERS);
	for (int i = 0; i < 2; i++) {
		if (tarry_space_check(arena.space[i], &damage))
			wrong(damage, 0);
		assert_int_equal(tarry_space_destroy(arena.space[i]), 0);
	}
	tarry_pool_drain(arena.pool);
	tarry_pool_stats(arena.pool, &stats);
	print_message("# %s, flags %u, %s: %ju rounds of reading, %ju tables "
		      "retired, %ju grace periods\n",
		      format, flags, tarry_policy_name(policy),
		      (uintmax_t)arena.seen, (uintmax_t)stats.retired,
		      (uintmax_t)stats.grace_periods);
	/* rule: nothing-left */
	assert_int_equal(stats.table_bytes, 0);
	assert_int_equal(stats.waiting, 0);
	assert_int_equal(tarry_pool_destroy(arena.pool), 0);
	assert_int_equal(arena.wrong, 0);
}

static void meet(const char *format, unsigned int flags)
{
	meet_in(format, flags, TARRY_RECYCLE, 0, false);
}

static void threads_meet_never_through_empty(void **state)
{
	(void)state;
	meet("x86_64-4", 0);
}

static void threads_meet_on_tables_that_hardware_walks(void **state)
{
	(void)state;
	meet("x86_64-5", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
}

/* Tables of 256 bytes and of 64K; an empty value that is not zero, and
 * addresses of 64 bits; tables of a half and of four pages. */
static void threads_meet_in_other_formats(void **state)
{
	(void)state;
	meet("powerpc64-4k", TARRY_SPACE_HARDWARE);
	meet("powerpc64-64k", TARRY_SPACE_RELEASE);
	meet("s390x-3", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	meet("s390x-5", 0);
}

/* Two, four and 256 tables to a page, under the other policies. */
static void threads_meet_in_fragments_of_every_policy(void **state)
{
	(void)state;
	meet_in("powerpc64-64k", TARRY_SPACE_RELEASE, TARRY_STICKY, 0, false);
	meet_in("s390x-3", TARRY_SPACE_HARDWARE, TARRY_WHOLE, 0, true);
	meet_in("x86_64-4", TARRY_SPACE_HARDWARE, TARRY_STICKY, 13, false);
	meet_in("x86_64-4", TARRY_SPACE_RELEASE, TARRY_RECYCLE, 14, true);
}

static void threads_meet_where_tables_are_kept(void **state)
{
	(void)state;
	meet("x86_64-4", TARRY_SPACE_KEEP_TABLES);
}

static void threads_meet_in_fragments_of_two_entries_lock_top_down(void **state)
{
	(void)state;
	meet("toy", 0);
	meet("toy", TARRY_SPACE_HARDWARE);
}

/* ---- a space that dies under its readers ---- */

struct mourner {
	struct tarry_space *s;
	unsigned int wrong;
};

static void still_there(void *ctx)
{
	struct mourner *w = ctx;
	struct tarry_hit hit;

	for (tarry_va va = 0; va < 4 * M2; va += K4)
		if (tarry_translate(w->s, va, &hit) || hit.oa != G1 + va)
			w->wrong++;
}

static void retire_needs_no_owner_while_a_reader_stays(void **state)
{
	struct mourner w = {0};
	struct sitter reader_inside = {
		.first = still_there, .last = still_there, .ctx = &w};
	struct tarry_pool_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, 3 * M2, RW, NULL), 0);
	assert_int_equal(
		tarry_map(b.space, 3 * M2, G1 + 3 * M2, M2, RW, &small), 0);
	w.s = b.space;
	sitter_begin(&reader_inside);
	assert_int_equal(tarry_space_destroy(b.space), 0);
	b.space = NULL;
	usleep(30000);
	tarry_pool_stats(b.pool, &stats);
	assert_true(stats.waiting > 0);
	assert_int_equal(b.owner.releases, 0);
	/* It looks again before it leaves, and finds all of it. */
	sitter_end(&reader_inside);
	assert_int_equal(w.wrong, 0);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.released_bytes, 4 * M2);
	bed_close_pool(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(threads_meet_never_through_empty),
	cmocka_unit_test(threads_meet_on_tables_that_hardware_walks),
	cmocka_unit_test(threads_meet_in_other_formats),
	cmocka_unit_test(threads_meet_in_fragments_of_every_policy),
	cmocka_unit_test(threads_meet_where_tables_are_kept),
	cmocka_unit_test(
		threads_meet_in_fragments_of_two_entries_lock_top_down),
	cmocka_unit_test(retire_needs_no_owner_while_a_reader_stays),
};

BED_MAIN(tests)
