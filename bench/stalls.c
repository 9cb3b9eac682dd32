/* SPDX-License-Identifier: MIT */
/*
 * How long a walk or a fault is held up while tables beside it are collapsed:
 * with one exclusive lock around a collapse, as kernels have it, and without.
 *
 * One thread collapses ranges of 2M, each with a copy of its content, and rests
 * as long as each took.  Another asks at fixed times, elsewhere in the space;
 * what it asked late because the question before took long counts from when it
 * should have been asked.  On both sides the same library does the work; only
 * the lock differs.
 *
 * A question during which the scheduler took the core away from who asked says
 * nothing about locks, and is left out; waiting for a lock gives the core up by
 * itself, and counts.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "world.h"

#define STALLS_PERIOD 2000.0  /* ns from question to question */
#define STALLS_LONG   10000.0 /* ns: worth asking the system why */
#define STALLS_MOST   (1u << 21)
#define STALLS_PAGES  512u /* of a table */

enum question { WALK, FAULT };

struct stalls {
	struct bench *b;
	struct world w;
	unsigned int tables;
	enum question question;
	bool locked;
	pthread_rwlock_t lock;
	char *from, *to; /* the content of a large page */
	int stop;
	double collapse_ns; /* of one table, as the collapser sees it */
	float *late;	    /* ns, for each question */
	size_t n;
};

/* What one repetition says, of one side. */
enum says { SAYS_LONGEST, SAYS_P999, SAYS_MEDIAN, SAYS_COLLAPSE, SAYS };

static tarry_va collapsed_va(unsigned int i)
{
	return world_va(0) + (i + 1) * WORLD_TABLE;
}

static int copy_content(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	struct stalls *s = ctx;

	for (size_t i = 0; i < n; i++) {
		uint64_t at = pieces[i].va & (WORLD_TABLE - 1);

		memcpy(s->to + at, s->from + at, pieces[i].len);
	}
	return 0;
}

static void *collapser(void *p)
{
	struct stalls *s = p;
	struct tarry_collapse_copy copy = {.copy = copy_content, .ctx = s};
	double worked = 0;

	tarry_thread_begin();
	for (unsigned int i = 0; i < s->tables; i++) {
		double start = bench_wall(), took;
		int err;

		copy.oa = WORLD_OA + i * WORLD_TABLE;
		if (s->locked)
			pthread_rwlock_wrlock(&s->lock);
		err = tarry_collapse(s->w.space, collapsed_va(i), 1,
				     TARRY_R | TARRY_W, &copy, NULL);
		if (s->locked)
			pthread_rwlock_unlock(&s->lock);
		if (err)
			bench_fail(s->b, "collapse: %s",
				   tarry_error_sentence(err));
		tarry_thread_quiesce();
		took = bench_wall() - start;
		worked += took;
		/* Who waits for the lock gets it before the next one: taken
		 * again at once, it would starve them. */
		while (bench_wall() < start + 2 * took)
			;
	}
	s->collapse_ns = worked / s->tables;
	__atomic_store_n(&s->stop, 1, __ATOMIC_RELEASE);
	tarry_thread_end();
	return NULL;
}

/* Pages of one table that nobody collapses. */
static void walk(struct stalls *s, uint64_t page)
{
	struct tarry_hit hit;
	int err;

	tarry_read_begin();
	err = tarry_translate(s->w.space, world_va(page), &hit);
	if (err || hit.oa != WORLD_OA + page * WORLD_PAGE)
		bench_fail(s->b, "a steady page is elsewhere");
	tarry_read_end();
}

static void fault(struct stalls *s, uint64_t page)
{
	tarry_va va = world_va(page) - WORLD_TABLE;

	world_map(s->b, &s->w, va, WORLD_OA, WORLD_PAGE);
	world_unmap(s->b, &s->w, va, WORLD_PAGE);
}

static void ask(struct stalls *s, uint64_t page)
{
	if (s->locked)
		pthread_rwlock_rdlock(&s->lock);
	if (s->question == WALK)
		walk(s, page);
	else
		fault(s, page);
	if (s->locked)
		pthread_rwlock_unlock(&s->lock);
}

/* How often the scheduler took the core away from this thread. */
static long taken_away(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

static void observe(struct stalls *s)
{
	long taken = taken_away();
	double due = bench_wall();
	uint64_t x = 88172645463325252ull;

	s->n = 0;
	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		double now = bench_wall();

		if (now < due)
			continue;
		x = bench_next(x);
		ask(s, x % (STALLS_PAGES - 1));
		now = bench_wall();
		if (now - due > STALLS_LONG) {
			long before = taken;

			taken = taken_away();
			if (taken != before) {
				due = now + STALLS_PERIOD;
				continue;
			}
		}
		if (s->n < STALLS_MOST)
			s->late[s->n++] = (float)(now - due);
		due += STALLS_PERIOD;
		tarry_thread_quiesce();
	}
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void run(struct stalls *s, bool locked, double says[SAYS])
{
	pthread_t thread;

	s->locked = locked;
	s->stop = 0;
	for (unsigned int i = 0; i < s->tables; i++)
		world_map(s->b, &s->w, collapsed_va(i),
			  2 * WORLD_OA + i * WORLD_TABLE, WORLD_TABLE);
	if (pthread_create(&thread, NULL, collapser, s))
		abort();
	observe(s);
	tarry_thread_offline();
	pthread_join(thread, NULL);
	tarry_thread_online();
	for (unsigned int i = 0; i < s->tables; i++) {
		struct tarry_hit hit;
		int err;

		tarry_read_begin();
		err = tarry_translate(s->w.space, collapsed_va(i), &hit);
		if (err || hit.level != 1 ||
		    hit.oa != WORLD_OA + i * WORLD_TABLE)
			bench_fail(s->b, "a table was not collapsed");
		tarry_read_end();
	}
	world_unmap(s->b, &s->w, collapsed_va(0),
		    s->tables * (uint64_t)WORLD_TABLE);
	world_settle(&s->w);
	if (!s->n)
		s->late[s->n++] = 0;
	qsort(s->late, s->n, sizeof(*s->late), by_value);
	says[SAYS_LONGEST] = s->late[s->n - 1] / 1e3;
	says[SAYS_P999] = s->late[(size_t)((double)(s->n - 1) * .999)] / 1e3;
	says[SAYS_MEDIAN] = s->late[s->n / 2] / 1e3;
	says[SAYS_COLLAPSE] = s->collapse_ns / 1e3;
}

static void report(struct stalls *s, struct bench_side sides[2][SAYS])
{
	static const char *const what[] = {
		[SAYS_LONGEST] = "longest",
		[SAYS_P999] = "999 of 1000 within",
		[SAYS_MEDIAN] = "half within",
		[SAYS_COLLAPSE] = "a collapse",
	};

	for (unsigned int i = 0; i < SAYS; i++) {
		struct bench_row row = {
			.unit = "us",
			.ours = &sides[0][i],
			.floor = &sides[1][i],
			.beside = i == SAYS_LONGEST
					  ? "published: the wish, no number"
					  : NULL,
		};

		bench_row(s->b, &row, "%s%s beside %u collapses: %s",
			  i == SAYS_LONGEST ? "" : "  ",
			  s->question == WALK ? "walk" : "fault", s->tables,
			  what[i]);
	}
}

static void stalls(struct bench *b, enum question question)
{
	struct stalls s = {
		.b = b,
		.question = question,
		.tables = b->sanity  ? 2
			  : b->quick ? 64
				     : 512,
		.lock = PTHREAD_RWLOCK_INITIALIZER,
	};
	struct bench_side sides[2][SAYS];
	double says[SAYS];

	world_create(b, &s.w, 0, false);
	world_map(b, &s.w, world_va(0), WORLD_OA, WORLD_TABLE);
	/* The table that faults go to has a page that stays: they neither make
	 * nor empty it. */
	world_map(b, &s.w, world_va(0) - WORLD_PAGE, WORLD_OA, WORLD_PAGE);
	s.from = bench_memory_get(WORLD_TABLE);
	s.to = bench_memory_get(WORLD_TABLE);
	s.late = bench_memory_get(STALLS_MOST * sizeof(*s.late));
	/* No question waits for the system's memory. */
	memset(s.from, 1, WORLD_TABLE);
	memset(s.to, 1, WORLD_TABLE);
	memset(s.late, 1, STALLS_MOST * sizeof(*s.late));
	for (unsigned int i = 0; i < SAYS; i++)
		for (unsigned int side = 0; side < 2; side++)
			sides[side][i] = (struct bench_side){
				.name = side ? "one rwlock around all"
					     : "tarry"};
	for (unsigned int round = 0; round <= b->reps; round++) {
		for (unsigned int side = 0; side < 2; side++) {
			run(&s, side, says);
			for (unsigned int i = 0; round && i < SAYS; i++)
				sides[side][i].ns[sides[side][i].n++] = says[i];
		}
	}
	for (unsigned int i = 0; i < SAYS; i++)
		for (unsigned int side = 0; side < 2; side++)
			bench_spread(&sides[side][i]);
	report(&s, sides);
	bench_memory_put(s.late, STALLS_MOST * sizeof(*s.late));
	bench_memory_put(s.to, WORLD_TABLE);
	bench_memory_put(s.from, WORLD_TABLE);
	world_unmap(b, &s.w, world_va(0) - WORLD_TABLE, 2 * WORLD_TABLE);
	world_destroy(b, &s.w);
}

static void stalled_walks(struct bench *b)
{
	stalls(b, WALK);
}

static void stalled_faults(struct bench *b)
{
	stalls(b, FAULT);
}

const struct bench_workload bench_stalls[] = {
	{"stall-walk", "longest walk while tables are collapsed", false,
	 stalled_walks},
	{"stall-fault", "longest fault while tables are collapsed", false,
	 stalled_faults},
	{0},
};
