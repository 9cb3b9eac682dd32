/* SPDX-License-Identifier: MIT */
/*
 * The rules of readers, writers and caches, each under its name.  Where a rule
 * is about an instant inside an operation, a listener looks at that instant.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "bed.h"
#include "tarry/inline.h"

/* ---- readers ---- */

/* Whatever kinds a format knows, a value is exactly one of them. */
static void one_load_tells_all(void **state)
{
	(void)state;
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		unsigned int l = 1; /* where tables stand, and maybe leaves */
		uint64_t leaf = f->make_leaf(0, l, RW);
		uint64_t table = f->make_table(1ull << f->backing_lg2, l);
		const uint64_t values[] = {f->empty[l],
					   f->make_mark(0, l),
					   f->make_mark(1, l),
					   leaf,
					   table,
					   f->freeze(leaf, l),
					   f->freeze(table, l)};

		for (size_t v = 0; v < 7; v++) {
			unsigned int kinds = f->present(values[v], l) +
					     f->frozen(values[v], l) +
					     f->marked(values[v], l) +
					     (values[v] == f->empty[l]);

			assert_int_equal(kinds, 1);
		}
	}
}

static void reader_never_waits_and_writes_nothing(void **state)
{
	struct tarry_hit hit, hits[8];
	struct tarry_piece pieces[8];
	struct fault_counts n;
	tarry_va vas[8];
	int errs[8];
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 3 * M2 + K4, RW, NULL), 0);
	for (int i = 0; i < 8; i++)
		vas[i] = i * M2 / 2;
	fault_reset();
	tarry_read_begin();
	for (int i = 0; i < 8; i++)
		tarry_translate(b.space, vas[i], &hit);
	tarry_translate_batch(b.space, vas, hits, errs, 8);
	tarry_translate_range(b.space, 0, 4 * M2, pieces, 8);
	tarry_read_end();
	fault_counts(&n);
	assert_int_equal(
		n.locks + n.stores + n.exchanges + n.cas + n.fetch_adds, 0);
	assert_int_equal(n.synchronizes + n.defers + n.admits, 0);
	/* A load for each level and root of 16 walks; one for each page of the
	 * range, and a walk more for each of its tables. */
	assert_true(n.loads >= 16 * 4);
	assert_true(n.loads <= 16 * 5 + 4 * 512 + 4 * 5);
	bed_close(&b);
}

static void root_in_one_word(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-5", 0);
	assert_int_equal(b.space->root,
			 tarry_space_root(b.space) | b.format->levels);
	bed_close(&b);
}

static void restart_revisits_every_byte(void **state)
{
	struct tarry_piece pieces[3];
	struct bed b;
	tarry_va at = 0;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	for (int i = 0; i < 2000; i += 3)
		assert_int_equal(
			tarry_map(b.space, i * K4, i * G1 % G512, K4, RW, NULL),
			0);
	/* Three pieces at a time, and the space changes in between. */
	while (at < 2000 * K4) {
		int64_t n;

		tarry_read_begin();
		n = tarry_translate_range(b.space, at, 2000 * K4 - at, pieces,
					  3);
		tarry_read_end();
		assert_true(n >= 1);
		for (int64_t i = 0; i < n; i++) {
			assert_int_equal(pieces[i].va, at);
			assert_int_equal(pieces[i].kind, at / K4 % 3
								 ? TARRY_EMPTY
								 : TARRY_LEAF);
			at += pieces[i].len;
		}
		assert_int_equal(tarry_unmap(b.space, at - K4, K4, NULL), 0);
	}
	assert_int_equal(at, 2000 * K4);
	bed_close(&b);
}

/* ---- the instant of the break ---- */

struct instant {
	tarry_va va;
	tarry_oa oa;
	bool maps;   /* software found it, each time */
	bool hidden; /* hardware did not, each time */
	unsigned int looked;
	tarry_rights sets;   /* as a cached translation would */
	uint64_t *late_slot; /* where it sets them */
};

static void look_now(struct probe *p, const struct tarry_span *spans,
		     unsigned int n)
{
	struct instant *i = p->ctx;
	struct tarry_hit hit;
	uint64_t e;

	(void)spans, (void)n;
	i->looked++;
	i->maps &=
		!tarry_translate(p->bed->space, i->va, &hit) && hit.oa == i->oa;
	i->hidden &= !hardware_walk(p->bed, p->bed->space, i->va, &e, NULL);
	if (i->late_slot) {
		e = tarry_entry_order(p->bed->format, *i->late_slot);
		e = p->bed->format->set_accessed_dirty(e, 0, i->sets);
		*i->late_slot = tarry_entry_order(p->bed->format, e);
	}
}

static void instant_open(struct bed *b, struct probe *p, struct instant *i)
{
	bed_open(b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b->space, 0, G1, M2, RW, &small), 0);
	*i = (struct instant){
		.va = 9 * K4, .oa = G1 + 9 * K4, .maps = true, .hidden = true};
	*p = (struct probe){.send = look_now, .ctx = i};
	probe_listen(p, b, b->space);
}

static void never_through_empty_freeze_then_change(void **state)
{
	struct instant i;
	struct probe p;
	uint64_t e;
	struct bed b;

	(void)state;
	instant_open(&b, &p, &i);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	assert_int_equal(i.looked, 1);
	assert_true(i.maps && i.hidden);
	assert_int_equal(tarry_split(b.space, 0, 1, NULL), 0);
	assert_int_equal(i.looked, 2);
	assert_true(i.maps && i.hidden);
	assert_true(hardware_walk(&b, b.space, i.va, &e, NULL));
	/* Rights change in place: hardware is not shut out. */
	assert_int_equal(tarry_protect(b.space, 0, M2, TARRY_R, NULL), 0);
	assert_true(i.maps && !i.hidden);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* A write through a cached translation, just before the cache forgets it. */
static void harvest_after_invalidate(void **state)
{
	struct instant i;
	struct probe p;
	struct bed b;

	(void)state;
	instant_open(&b, &p, &i);
	i.sets = AD;
	i.late_slot = slot_of(&b, b.space, i.va, 0);
	assert_int_equal(tarry_collapse(b.space, 0, 1, 0, NULL, NULL), 0);
	assert_int_equal(slot_value(&b, b.space, 0, 1),
			 b.format->make_leaf(G1, 1, RW | AD));
	i.late_slot = NULL;
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void exchange_where_hardware_writes(void **state)
{
	struct fault_counts n;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, 0, G1, 4 * K4, RW, NULL), 0);
	assert_true(hardware_touch(&b, b.space, K4, AD));
	fault_reset();
	assert_int_equal(tarry_unmap(b.space, K4, K4, NULL), 0);
	fault_counts(&n);
	assert_int_equal(n.exchanges, 1);
	/* The returned value is used: the owner learns that it is dirty. */
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.runs[0].rights, AD);
	fault_reset();
	assert_int_equal(tarry_protect(b.space, 0, K4, TARRY_R, NULL), 0);
	fault_counts(&n);
	assert_int_equal(n.cas >= 1, 1);
	bed_close(&b);
}

static void whole_span_of_a_table(void **state)
{
	struct probe p = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, G1, 0, K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_unmap(b.space, G1, G1, NULL), 0);
	assert_true(probe_heard(&p, G1, G1));
	assert_true(p.spans[0].tables);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void not_alone_flush_all(void **state)
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};
	struct probe p = {0};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 8 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	tarry_gather_begin(&g, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, &how), 0);
	assert_int_equal(p.sends, 0);
	/* Somebody else finds the page gone, and must not believe that no
	 * cache knows it. */
	assert_int_equal(tarry_unmap(b.space, 0, 2 * K4, NULL), 0);
	assert_int_equal(p.sends, 1);
	assert_int_equal(p.spans[0].len, 0);
	/* And who fills the slot again makes all caches forget it first. */
	assert_int_equal(tarry_map(b.space, 0, G1, K4, RW, NULL), 0);
	assert_int_equal(p.sends, 2);
	assert_int_equal(tarry_gather_end(&g), 0);
	assert_int_equal(p.sends, 3);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* Another thread wants the slot; it gets it after the caches forgot it. */
struct rival {
	struct bed *b;
	pthread_t thread;
	_Atomic bool started, done;
	bool done_too_soon;
};

static void *rival_maps(void *ctx)
{
	struct rival *r = ctx;

	tarry_thread_begin();
	r->started = true;
	while (tarry_map(r->b->space, 0, G512, K4, RW, NULL))
		;
	r->done = true;
	tarry_thread_end();
	return NULL;
}

static void rival_waits(struct probe *p, const struct tarry_span *spans,
			unsigned int n)
{
	struct rival *r = p->ctx;

	(void)spans, (void)n;
	if (p->sends > 1)
		return;
	pthread_create(&r->thread, NULL, rival_maps, r);
	while (!r->started)
		usleep(100);
	usleep(20000);
	r->done_too_soon = r->done;
}

static void invalidate_before_unlock(void **state)
{
	struct bed b;
	struct rival r = {.b = &b};
	struct probe p = {.send = rival_waits, .ctx = &r};

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, 2 * K4, RW, NULL), 0);
	probe_listen(&p, &b, b.space);
	assert_int_equal(tarry_unmap(b.space, 0, K4, NULL), 0);
	pthread_join(r.thread, NULL);
	assert_false(r.done_too_soon);
	assert_maps_to(b.space, 0, G512);
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

static void listeners_always(void **state)
{
	uint64_t bits[8] = {0};
	struct probe p = {0};
	unsigned int sends = 0;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_KEEP_TABLES);
	bed_second_space(&b, 0);
	assert_int_equal(tarry_map(b.space, 0, 0, M2, RW | AD, &small), 0);
	probe_listen(&p, &b, b.space);
#define TOLD_OF(call)                         \
	do {                                  \
		assert_true((call) >= 0);     \
		assert_true(p.sends > sends); \
		sends = p.sends;              \
	} while (0)
	TOLD_OF(tarry_protect(b.space, 0, K4, TARRY_R, NULL));
	TOLD_OF(tarry_harvest(b.space, K4, K4, TARRY_DIRTY, NULL, bits));
	TOLD_OF(tarry_clone(b.space, b.other, 2 * K4, K4, NULL));
	TOLD_OF(tarry_mark(b.space, 3 * K4, K4, 1, NULL));
	TOLD_OF(tarry_move(b.space, 4 * K4, G1, K4, NULL));
	TOLD_OF(tarry_unmap(b.space, 5 * K4, K4, NULL));
	TOLD_OF(tarry_retract(b.space, 0, 1, NULL));
#undef TOLD_OF
	probe_unlisten(&p, b.space);
	bed_close(&b);
}

/* ---- writers ---- */

static void no_live_overwrite(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2, 0, K4, RW, NULL), 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 4 * M2, RW, NULL),
			 TARRY_EEXIST);
	assert_maps_to(b.space, M2, 0);
	assert_hole(b.space, 0);
	assert_int_equal(bed_tables(b.space), 4);
	bed_close(&b);
}

/* Two threads, round by round, and what must hold after each. */
struct duel {
	struct bed *b;
	pthread_barrier_t gate;
	unsigned int rounds;
	void (*left)(struct bed *b);
	void (*right)(struct bed *b);
};

static void *duel_right(void *ctx)
{
	struct duel *d = ctx;

	tarry_thread_begin();
	for (unsigned int i = 0; i < d->rounds; i++) {
		tarry_thread_offline();
		pthread_barrier_wait(&d->gate);
		tarry_thread_online();
		d->right(d->b);
		tarry_thread_offline();
		pthread_barrier_wait(&d->gate);
		tarry_thread_online();
	}
	tarry_thread_end();
	return NULL;
}

static void duel(struct bed *b, unsigned int rounds,
		 void (*left)(struct bed *b), void (*right)(struct bed *b),
		 void (*after)(struct bed *b))
{
	struct duel d = {
		.b = b, .rounds = rounds, .left = left, .right = right};
	pthread_t thread;

	pthread_barrier_init(&d.gate, NULL, 2);
	pthread_create(&thread, NULL, duel_right, &d);
	for (unsigned int i = 0; i < rounds; i++) {
		tarry_thread_offline();
		pthread_barrier_wait(&d.gate);
		tarry_thread_online();
		left(b);
		tarry_thread_offline();
		pthread_barrier_wait(&d.gate);
		tarry_thread_online();
		/* The other side waits at the gate: at rest. */
		after(b);
	}
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&d.gate);
}

#define ROUNDS 500

static void unmap_first(struct bed *b)
{
	tarry_unmap(b->space, 0, K4, NULL);
}

static void map_second(struct bed *b)
{
	if (tarry_map(b->space, K4, G1, K4, RW, NULL))
		abort();
}

static void second_is_there(struct bed *b)
{
	assert_maps_to(b->space, K4, G1);
	assert_sound(b->space);
	assert_int_equal(tarry_unmap(b->space, K4, K4, NULL), 0);
	assert_int_equal(bed_tables(b->space), 1);
	assert_int_equal(tarry_map(b->space, 0, 0, K4, RW, NULL), 0);
}

static void empty_in_one_hold(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	duel(&b, ROUNDS, unmap_first, map_second, second_is_there);
	bed_close(&b);
}

static void unmap_all(struct bed *b)
{
	tarry_unmap(b->space, 0, M2, NULL);
}

static void map_second_again(struct bed *b)
{
	tarry_map(b->space, K4, G1, K4, RW, NULL);
}

static void one_or_none(struct bed *b)
{
	struct tarry_hit hit;

	assert_sound(b->space);
	/* Mapped into a table that was just detached, it would be lost, and
	 * the slot would still be counted. */
	if (look(b->space, K4, &hit))
		assert_int_equal(bed_tables(b->space), 1);
	else
		assert_int_equal(hit.oa, G1);
	assert_int_equal(tarry_unmap(b->space, 0, M2, NULL), 0);
	assert_int_equal(tarry_map(b->space, 0, 0, K4, RW, NULL), 0);
}

static void detached_is_final(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, 0, K4, RW, NULL), 0);
	duel(&b, ROUNDS, unmap_all, map_second_again, one_or_none);
	bed_close(&b);
}

static void retract_first(struct bed *b)
{
	tarry_retract(b->space, 0, 1, NULL);
	tarry_collapse(b->space, 0, 1, 0, NULL, NULL);
}

static void neighbour_stays(struct bed *b)
{
	assert_sound(b->space);
	assert_maps_to(b->space, M2, G512);
	assert_int_equal(tarry_unmap(b->space, 0, M2, NULL), 0);
}

/* A table comes into a slot between the walk and the lock: docs/races.md. */
static void decide_under_lock(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, M2, G512, M2, RW, NULL), 0);
	duel(&b, ROUNDS, retract_first, map_second_again, neighbour_stays);
	bed_close(&b);
}

static void map_first(struct bed *b)
{
	if (tarry_map(b->space, 0, 0, K4, RW, NULL))
		abort();
}

static void both_are_there(struct bed *b)
{
	assert_maps_to(b->space, 0, 0);
	assert_maps_to(b->space, K4, G1);
	assert_int_equal(bed_tables(b->space), 4);
	assert_sound(b->space);
	assert_int_equal(tarry_unmap(b->space, 0, M2, NULL), 0);
}

static void loser_redoes(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	duel(&b, ROUNDS, map_first, map_second, both_are_there);
	bed_close(&b);
}

/* ---- publishing ---- */

struct watch {
	struct bed *b;
	_Atomic bool stop;
	unsigned int wrong;
};

static void *watch_run(void *ctx)
{
	struct watch *w = ctx;
	uint64_t x = 1;

	tarry_thread_begin();
	while (!w->stop) {
		tarry_read_begin();
		for (int i = 0; i < 100; i++) {
			struct tarry_hit hit;
			tarry_va va;
			int err;

			x = x * 6364136223846793005ull + 1;
			va = (x >> 33) % 1024 * K4;
			err = tarry_translate(w->b->space, va, &hit);
			w->wrong +=
				err ? err != TARRY_ENOENT : hit.oa != G1 + va;
		}
		tarry_read_end();
		tarry_thread_quiesce();
	}
	tarry_thread_end();
	return NULL;
}

static void publish_after_fill(void **state)
{
	struct bed b;
	struct watch w = {.b = &b};
	pthread_t thread;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	pthread_create(&thread, NULL, watch_run, &w);
	/* Tables of old content come back, and are filled anew each time. */
	for (int i = 0; i < 2000; i++) {
		assert_int_equal(tarry_map(b.space, 0, G1, 2 * M2, RW, &small),
				 0);
		assert_int_equal(tarry_unmap(b.space, 0, 2 * M2, NULL), 0);
	}
	w.stop = true;
	tarry_thread_offline();
	pthread_join(thread, NULL);
	tarry_thread_online();
	assert_int_equal(w.wrong, 0);
	bed_close(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_load_tells_all),
	cmocka_unit_test(reader_never_waits_and_writes_nothing),
	cmocka_unit_test(root_in_one_word),
	cmocka_unit_test(restart_revisits_every_byte),
	cmocka_unit_test(never_through_empty_freeze_then_change),
	cmocka_unit_test(harvest_after_invalidate),
	cmocka_unit_test(exchange_where_hardware_writes),
	cmocka_unit_test(whole_span_of_a_table),
	cmocka_unit_test(not_alone_flush_all),
	cmocka_unit_test(invalidate_before_unlock),
	cmocka_unit_test(listeners_always),
	cmocka_unit_test(no_live_overwrite),
	cmocka_unit_test(empty_in_one_hold),
	cmocka_unit_test(detached_is_final),
	cmocka_unit_test(decide_under_lock),
	cmocka_unit_test(loser_redoes),
	cmocka_unit_test(publish_after_fill),
};

BED_MAIN(tests)
