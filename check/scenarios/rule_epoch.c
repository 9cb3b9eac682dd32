/* SPDX-License-Identifier: MIT */
/*
 * The built-in epoch readers (src/port/epoch), explored as they ship: nothing
 * of the checker's own grace periods is used (white-box: the port's own code).
 * A table is unlinked, waited for and freed; readers of each kind are inside.
 */
#include "check.h"

static struct tarry_epoch_record *interrupted;
static void interrupt(struct tarry_epoch_record *r);
#define tarry_epoch_interrupted(r) ((r) == interrupted ? interrupt(r) : (void)0)
#include "port/epoch/epoch.h"

static struct {
	struct tarry_epoch e;
	struct tarry_epoch_record records[3];
	struct tarry_epoch_record late; /* joins */
	uint64_t *table;
	uint64_t freed;
	struct {
		struct tarry_epoch_call call;
		uint64_t *table;
	} waits[2];
	struct tarry_epoch_barrier barrier;
} s;

static void setup(void)
{
	s.e.fixed = s.records;
	s.e.n_fixed = 3;
	s.e.now = 1;
	s.table = check_alloc(16, "table");
	interrupted = NULL;
}

static void visit(void)
{
	uint64_t *table = tarry_load(&s.table, TARRY_ACQUIRE);

	if (table)
		(void)tarry_load(&table[0], TARRY_RELAXED);
}

static void section(unsigned int me, enum tarry_epoch_class c)
{
	tarry_epoch_begin(&s.e, &s.records[me], c);
	visit();
	tarry_epoch_end(&s.records[me], c);
}

static void reader_0(void)
{
	section(0, TARRY_EPOCH_SECTION);
}

static void reader_1(void)
{
	section(1, TARRY_EPOCH_SECTION);
}

static void reader_again(void)
{
	section(0, TARRY_EPOCH_SECTION);
	section(0, TARRY_EPOCH_SECTION);
}

static void reader_nests(void)
{
	tarry_epoch_begin(&s.e, &s.records[0], TARRY_EPOCH_SECTION);
	section(0, TARRY_EPOCH_SECTION);
	check_assert(tarry_epoch_inside(&s.records[0], TARRY_EPOCH_SECTION));
	visit();
	tarry_epoch_end(&s.records[0], TARRY_EPOCH_SECTION);
	check_assert(!tarry_epoch_inside(&s.records[0], TARRY_EPOCH_SECTION));
}

static uint64_t *unlink_table(void)
{
	uint64_t *table = tarry_load(&s.table, TARRY_RELAXED);

	tarry_store(&s.table, NULL, TARRY_RELEASE);
	return table;
}

static void writer(void)
{
	uint64_t *table = unlink_table();

	tarry_epoch_wait(&s.e, &s.records[2], TARRY_EPOCH_SECTION);
	check_free(table);
}

CHECK_SCENARIO(rule_epoch_readers, .about = "epoch readers keep a table",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader 0", reader_0},
			   {"reader 1", reader_1},
			   {"writer", writer}})
CHECK_SCENARIO(rule_epoch_again,
	       .about = "a section is seen over in the next one's word",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader", reader_again}, {"writer", writer}})
CHECK_SCENARIO(rule_epoch_nested, .about = "the outermost section keeps it",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader", reader_nests}, {"writer", writer}})

/* ---- two who wait at once ---- */

static void other_writer(void)
{
	uint64_t *table = tarry_exchange(&s.table, NULL, TARRY_ACQ_REL);

	tarry_epoch_wait(&s.e, NULL, TARRY_EPOCH_SECTION);
	if (table)
		check_free(table);
}

CHECK_SCENARIO(rule_epoch_two_writers, .about = "each waits for its readers",
	       .rule = "unlink-invalidate-wait-free", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader", reader_0},
			   {"writer 0", other_writer},
			   {"writer 1", other_writer}})

/* ---- an interrupt comes while a section begins ---- */

static void interrupt(struct tarry_epoch_record *r)
{
	if (!check_choose(2))
		return;
	tarry_epoch_begin(&s.e, r, TARRY_EPOCH_SECTION);
	visit();
	tarry_epoch_end(r, TARRY_EPOCH_SECTION);
}

static void setup_interrupt(void)
{
	setup();
	interrupted = &s.records[0];
}

CHECK_SCENARIO(rule_epoch_interrupt,
	       .about = "a handler reads before the fence of a section",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup_interrupt,
	       .threads = {{"reader", reader_0}, {"writer", writer}})

/* ---- windows with interrupts off ---- */

static void window_0(void)
{
	section(0, TARRY_EPOCH_WINDOW);
}

static void window_writer(void)
{
	uint64_t *table = unlink_table();

	tarry_epoch_wait(&s.e, &s.records[2], TARRY_EPOCH_SECTION);
	tarry_epoch_wait(&s.e, &s.records[2], TARRY_EPOCH_WINDOW);
	check_free(table);
}

CHECK_SCENARIO(rule_epoch_windows, .about = "the kick waits for windows",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"window", window_0},
			   {"reader", reader_1},
			   {"writer", window_writer}})
CHECK_SCENARIO(epoch_windows_without_kick,
	       .about = "sections were waited for, and windows not",
	       .rule = "every-walker-class", .expect = CHECK_USE_AFTER_FREE,
	       .shared = CHECK_OBJECT(s), .setup = setup,
	       .threads = {{"window", window_0}, {"writer", writer}})

/* ---- quiescent states ---- */

static void reader_online(void)
{
	tarry_epoch_online(&s.e, &s.records[0]);
	visit();
	tarry_epoch_quiesce(&s.e, &s.records[0]);
	section(0, TARRY_EPOCH_SECTION);
	tarry_epoch_offline(&s.records[0]);
}

static void writer_online(void)
{
	tarry_epoch_online(&s.e, &s.records[2]);
	writer();
	visit();
	tarry_epoch_offline(&s.records[2]);
}

CHECK_SCENARIO(rule_epoch_quiesce,
	       .about = "online, a reader is left by its notices only",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader", reader_online}, {"writer", writer}})
CHECK_SCENARIO(rule_epoch_online_writer,
	       .about = "who waits while online does not wait for itself",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader", reader_0}, {"writer", writer_online}})

/* ---- records that come and go ---- */

static void reader_joins(void)
{
	tarry_epoch_join(&s.e, &s.late);
	tarry_epoch_begin(&s.e, &s.late, TARRY_EPOCH_SECTION);
	visit();
	tarry_epoch_end(&s.late, TARRY_EPOCH_SECTION);
}

static void reader_borrows(void)
{
	struct tarry_epoch_record *r = tarry_epoch_lend(&s.e);

	if (!r)
		return;
	tarry_epoch_begin(&s.e, r, TARRY_EPOCH_SECTION);
	visit();
	tarry_epoch_end(r, TARRY_EPOCH_SECTION);
	tarry_epoch_give_back(r);
}

static void setup_one(void)
{
	setup();
	s.e.n_fixed = 1;
}

CHECK_SCENARIO(rule_epoch_join, .about = "a record joins while others wait",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup_one,
	       .threads = {{"reader", reader_joins}, {"writer", other_writer}})
CHECK_SCENARIO(rule_epoch_lend, .about = "a record has one owner at a time",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup_one,
	       .threads = {{"reader 0", reader_borrows},
			   {"reader 1", reader_borrows},
			   {"writer", other_writer}})

/* ---- deferred calls ---- */

static void call(struct tarry_epoch_call *c)
{
	for (int i = 0; i < 2; i++)
		if (c == &s.waits[i].call && s.waits[i].table) {
			check_free(s.waits[i].table);
			s.waits[i].table = NULL;
		}
	s.freed++; /* one call at a time */
}

static void defer(unsigned int i)
{
	s.waits[i].table = tarry_exchange(&s.table, NULL, TARRY_ACQ_REL);
	tarry_epoch_defer(&s.e, &s.waits[i].call, call);
}

static void defer_0(void)
{
	defer(0);
	tarry_epoch_poll(&s.e, NULL);
}

static void defer_1(void)
{
	defer(1);
	tarry_epoch_poll(&s.e, NULL);
}

static void poll_once(void)
{
	tarry_epoch_poll(&s.e, &s.records[1]);
}

static void poll_twice(void)
{
	tarry_epoch_poll(&s.e, &s.records[2]);
	tarry_epoch_poll(&s.e, &s.records[2]);
}

static void barrier_and_look(void)
{
	defer(0);
	tarry_epoch_barrier(&s.e, &s.records[2], &s.barrier);
	check_assert(!s.waits[0].table);
}

/* rule: nothing-left: with nobody inside, polling runs all of them, once. */
static void finish_one(void)
{
	while (tarry_epoch_poll(&s.e, NULL))
		;
	check_assert(s.freed == 1);
}

static void finish_two(void)
{
	while (tarry_epoch_poll(&s.e, NULL))
		;
	check_assert(s.freed == 2);
}

CHECK_SCENARIO(rule_epoch_poll, .about = "one sends a call, another runs it",
	       .rule = "unlink-invalidate-wait-free", .shared = CHECK_OBJECT(s),
	       .setup = setup, .finish = finish_one,
	       .threads = {{"reader", reader_0},
			   {"defers", defer_0},
			   {"polls", poll_twice}})
CHECK_SCENARIO(rule_epoch_defer_twice,
	       .about = "calls of two are chained, and each runs once",
	       .rule = "one-link-one-state", .shared = CHECK_OBJECT(s),
	       .setup = setup, .finish = finish_two,
	       .threads = {{"defers 0", defer_0}, {"defers 1", defer_1}})
CHECK_SCENARIO(rule_epoch_barrier,
	       .about = "calls deferred before it have returned",
	       .rule = "nothing-left", .shared = CHECK_OBJECT(s),
	       .setup = setup, .finish = finish_one,
	       .threads = {{"polls", poll_once}, {"waits", barrier_and_look}})
