/* SPDX-License-Identifier: MIT */
/*
 * The eight ways in which a large leaf changes, each by name: what hardware
 * finds while caches are told, who is told, of what, and who is waited for.
 *
 * All of it is done while a reader sits in a read section.  A path that waited
 * for a grace period would never come back.
 */
#include "content.h"

#define VA (4 * M2)

/* ---- watching one path ---- */

struct watch {
	struct bed *b;
	struct sitter inside;
	unsigned int told; /* hardware, times */
	bool frozen;	   /* what stood there when it was told first */
	bool present;
	bool tables; /* told of tables */
	bool beyond; /* told of anything but the leaf */
	struct fault_counts counts;
};

static bool watch_hardware(void *ctx, uint64_t root, uint64_t va, uint64_t len,
			   bool tables)
{
	struct watch *w = ctx;
	const struct tarry_format *f = w->b->format;
	uint64_t *slot = slot_of(w->b, w->b->space, VA, 1);

	(void)root;
	if (!w->told++ && slot) {
		uint64_t e = slot_value(w->b, w->b->space, VA, 1);

		w->frozen = f->frozen(e, 1);
		w->present = f->present(e, 1);
	}
	w->tables |= tables;
	w->beyond |= va != VA || len != M2;
	return true;
}

static void watch_begin(struct watch *w, struct bed *b)
{
	memset(w, 0, sizeof(*w));
	w->b = b;
	sitter_begin(&w->inside);
	fault_invalidate_hook(watch_hardware, w);
	fault_reset();
}

/* Nobody was waited for, and @told times hardware was told, of the leaf's own
 * range.  @deferred: is something left to a deferred call? */
static void watch_end(struct watch *w, unsigned int told, bool deferred)
{
	fault_counts(&w->counts);
	fault_invalidate_hook(NULL, NULL);
	assert_int_equal(w->counts.synchronizes, 0);
	assert_int_equal(w->counts.barriers, 0);
	assert_int_equal(w->counts.kicks, 0);
	assert_int_equal(w->counts.defers, deferred);
	assert_int_equal(w->counts.lock_waits, 0);
	assert_int_equal(w->counts.invalidates, told);
	assert_int_equal(w->told, told);
	assert_false(w->beyond);
	sitter_end(&w->inside);
	assert_sound(w->b->space);
}

static void open_with_leaf(struct bed *b, unsigned int flags)
{
	bed_open(b, "x86_64-4", TARRY_SPACE_HARDWARE | flags);
	assert_int_equal(tarry_map(b->space, VA, 16 * M2, M2, RW, NULL), 0);
	/* Neighbours, which nothing may touch. */
	assert_int_equal(tarry_map(b->space, VA - M2, 0, M2, RW, NULL), 0);
	assert_int_equal(tarry_map(b->space, VA + M2, M2, M2, RW, NULL), 0);
}

static void neighbours_stand(struct bed *b)
{
	assert_leaf(b->space, VA - K4, M2 - K4, 1, RW);
	assert_leaf(b->space, VA + M2, M2, 1, RW);
}

/* ---- the eight ---- */

static void huge_path_collapse(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, VA, 16 * M2, M2, RW, &small), 0);
	watch_begin(&w, &b);
	assert_int_equal(tarry_collapse(b.space, VA, 1, 0, NULL, NULL), 0);
	/* The table waits for its readers in a deferred call; nobody else. */
	watch_end(&w, 1, true);
	assert_true(w.frozen);
	assert_true(w.tables);
	assert_leaf(b.space, VA, 16 * M2, 1, RW);
	bed_close(&b);
}

static void huge_path_split(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	watch_begin(&w, &b);
	assert_int_equal(tarry_split(b.space, VA, 1, NULL), 0);
	watch_end(&w, 1, false);
	assert_true(w.frozen);
	assert_false(w.tables);
	assert_leaf(b.space, VA + K4, 16 * M2 + K4, 0, RW);
	neighbours_stand(&b);
	bed_close(&b);
}

static void huge_path_zap_and_refault_small(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	watch_begin(&w, &b);
	assert_int_equal(tarry_unmap(b.space, VA, M2, NULL), 0);
	/* Of the other size, at once: the caches were told before the lock was
	 * let go (Z33). */
	assert_int_equal(tarry_map(b.space, VA, 32 * M2, 8 * K4, RW, NULL), 0);
	watch_end(&w, 1, false);
	assert_false(w.frozen || w.present);
	assert_leaf(b.space, VA + 7 * K4, 32 * M2 + 7 * K4, 0, RW);
	assert_hole(b.space, VA + 8 * K4);
	neighbours_stand(&b);
	bed_close(&b);
}

/* One leaf of zeroes stands at two places, read-only; the first write to one of
 * them brings a page of its own. */
static void huge_path_zero_page(void **state)
{
	struct tarry_replacement real = {.oa = 32 * M2, .rights = RW | AD};
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	assert_int_equal(tarry_unmap(b.space, VA, M2, NULL), 0);
	assert_int_equal(tarry_map(b.space, VA, 64 * M2, M2, TARRY_R, NULL), 0);
	assert_int_equal(tarry_map(b.space, G1, 64 * M2, M2, TARRY_R, NULL), 0);
	EXPECT_ERR_ONLY(TARRY_EACCES, tarry_fault, b.space, VA, TARRY_W);
	watch_begin(&w, &b);
	assert_int_equal(tarry_replace(b.space, VA, 1, &real, NULL), 0);
	watch_end(&w, 1, false);
	assert_true(w.frozen);
	assert_leaf(b.space, VA, 32 * M2, 1, RW);
	assert_leaf(b.space, G1, 64 * M2, 1, TARRY_R);
	neighbours_stand(&b);
	bed_close(&b);
}

static void huge_path_move(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	assert_true(hardware_touch(&b, b.space, VA, AD));
	watch_begin(&w, &b);
	assert_int_equal(tarry_move(b.space, VA, G1, M2, NULL), 0);
	/* Of the old place; the new one nobody can know. */
	watch_end(&w, 1, false);
	assert_false(w.frozen || w.present);
	assert_int_equal(slot_value(&b, b.space, G1, 1),
			 b.format->make_leaf(16 * M2, 1, RW | AD));
	assert_hole(b.space, VA);
	neighbours_stand(&b);
	bed_close(&b);
}

static void huge_path_copy_on_write(void **state)
{
	struct tarry_replacement copy = {.oa = 32 * M2, .rights = RW | AD};
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, TARRY_SPACE_RELEASE);
	bed_second_space(&b, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_clone(b.space, b.other, VA, M2, NULL), 0);
	EXPECT_ERR_ONLY(TARRY_EACCES, tarry_fault, b.space, VA, TARRY_W);
	watch_begin(&w, &b);
	assert_int_equal(tarry_replace(b.space, VA, 1, &copy, NULL), 0);
	/* The old page waits for its readers in a deferred call. */
	watch_end(&w, 1, true);
	assert_true(w.frozen);
	assert_false(w.tables);
	assert_leaf(b.space, VA, 32 * M2, 1, RW);
	assert_leaf(b.other, VA, 16 * M2, 1, TARRY_R);
	/* The last one that has it only takes its write permission. */
	copy.oa = 16 * M2;
	assert_int_equal(tarry_replace(b.other, VA, 1, &copy, NULL), 0);
	assert_leaf(b.other, VA, 16 * M2, 1, RW);
	tarry_pool_drain(b.pool);
	assert_int_equal(b.owner.releases, 1);
	assert_int_equal(b.owner.runs[0].oa, 16 * M2);
	bed_close(&b);
}

struct migration {
	struct bed *b;
	unsigned int copied;
};

static int migrate_copy(void *ctx, const struct tarry_piece *old)
{
	struct migration *m = ctx;
	uint64_t e;

	m->copied++;
	/* Nobody writes it now, and nobody can take a reference. */
	return old->oa != 16 * M2 ||
	       hardware_walk(m->b, m->b->space, VA, &e, NULL);
}

static void huge_path_migrate(void **state)
{
	struct migration m = {0};
	struct tarry_replacement to = {
		.oa = 32 * M2, .rights = RW, .copy = migrate_copy, .ctx = &m};
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	m.b = &b;
	assert_true(hardware_touch(&b, b.space, VA, AD));
	watch_begin(&w, &b);
	assert_int_equal(tarry_replace(b.space, VA, 1, &to, NULL), 0);
	watch_end(&w, 1, false);
	assert_int_equal(m.copied, 1);
	assert_true(w.frozen);
	assert_int_equal(slot_value(&b, b.space, VA, 1),
			 b.format->make_leaf(32 * M2, 1, RW | AD));
	neighbours_stand(&b);
	bed_close(&b);
}

static void huge_path_change_of_rights(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	open_with_leaf(&b, 0);
	assert_true(hardware_touch(&b, b.space, VA, TARRY_DIRTY));
	watch_begin(&w, &b);
	assert_int_equal(tarry_protect(b.space, VA, M2, TARRY_R, NULL), 0);
	watch_end(&w, 1, false);
	/* In place: what hardware finds meanwhile is a leaf. */
	assert_true(w.present);
	assert_int_equal(
		slot_value(&b, b.space, VA, 1),
		b.format->make_leaf(16 * M2, 1, TARRY_R | TARRY_DIRTY));
	neighbours_stand(&b);
	bed_close(&b);
}

/* ---- what the threads wished for ---- */

/* Collapse of anonymous memory without a lock around all: while the small pages
 * are copied, others translate there, and fault, zap and protect beside it. */
struct anonymous {
	struct bed *b;
	unsigned int done;
	int wrong;
};

static void *work_beside(void *arg)
{
	struct anonymous *a = arg;
	struct tarry_space *s = a->b->space;
	struct tarry_hit hit;

	tarry_thread_begin();
	a->wrong |= look(s, VA + 3 * K4, &hit) || hit.oa != 16 * M2 + 3 * K4;
	a->wrong |= tarry_fault(s, VA, TARRY_R) != TARRY_EAGAIN;
	a->wrong |= tarry_pin(s, VA, TARRY_R, &hit) != TARRY_EAGAIN;
	a->wrong |= tarry_map(s, VA + M2 + K4, G1, K4, RW, NULL);
	a->wrong |= tarry_protect(s, VA + M2, 2 * K4, TARRY_R, NULL);
	a->wrong |= tarry_unmap(s, VA + M2 + K4, K4, NULL);
	a->done++;
	tarry_thread_end();
	return NULL;
}

static int copy_while_others_work(void *ctx, const struct tarry_piece *pieces,
				  size_t n)
{
	struct anonymous *a = ctx;
	pthread_t thread;

	(void)pieces, (void)n;
	if (!a->done) {
		pthread_create(&thread, NULL, work_beside, a);
		pthread_join(thread, NULL);
	}
	return 0;
}

static void collapse_of_anonymous_memory_without_a_lock_around_all(void **state)
{
	struct bed b;
	struct anonymous a = {.b = &b};
	struct tarry_collapse_copy copy = {
		.oa = 32 * M2, .copy = copy_while_others_work, .ctx = &a};

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
	assert_int_equal(tarry_map(b.space, VA, 16 * M2, M2, RW, &small), 0);
	assert_int_equal(tarry_map(b.space, VA + M2, 0, K4, RW, &small), 0);
	assert_int_equal(tarry_collapse(b.space, VA, 1, RW, &copy, NULL), 0);
	assert_int_equal(a.done, 1);
	assert_int_equal(a.wrong, 0);
	assert_leaf(b.space, VA, 32 * M2, 1, RW);
	bed_close(&b);
}

/* A large leaf at once where a file was collapsed, with a spare for its split:
 * a reader that is still in the old table finds what was there, whatever the
 * spare is used for. */
struct old_reader {
	struct bed *b;
	const uint64_t *slot;
	uint64_t first, last;
};

static void old_first(void *ctx)
{
	struct old_reader *r = ctx;

	r->slot = slot_of(r->b, r->b->space, VA + 9 * K4, 0);
	r->first = tarry_load(r->slot, TARRY_ACQUIRE);
}

static void old_last(void *ctx)
{
	struct old_reader *r = ctx;

	r->last = tarry_load(r->slot, TARRY_ACQUIRE);
}

static void install_at_once_on_file_collapse_reuse_is_free(void **state)
{
	struct old_reader r = {0};
	struct sitter inside = {
		.first = old_first, .last = old_last, .ctx = &r};
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	r.b = &b;
	assert_int_equal(tarry_map(b.space, VA, 16 * M2, M2, RW, &small), 0);
	sitter_begin(&inside);
	assert_int_equal(tarry_collapse(b.space, VA, 1, 0, NULL, &deposit), 0);
	assert_leaf(b.space, VA, 16 * M2, 1, RW);
	/* Withdrawn and filled for other pages, in the same grace period. */
	assert_int_equal(tarry_split(b.space, VA, 1, &no_alloc), 0);
	assert_int_equal(tarry_protect(b.space, VA, M2, TARRY_R, NULL), 0);
	assert_ptr_not_equal(slot_of(&b, b.space, VA + 9 * K4, 0), r.slot);
	sitter_end(&inside);
	assert_int_equal(r.last, r.first);
	bed_close(&b);
}

/* The other way: the table goes, the slot is empty, a fault refills it. */
static void retract_and_refill_by_a_fault(void **state)
{
	struct watch w;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", TARRY_SPACE_HARDWARE);
	assert_int_equal(tarry_map(b.space, VA, 16 * M2, M2, RW, &small), 0);
	assert_int_equal(tarry_map(b.space, G1 - M2, 0, K4, RW, NULL), 0);
	watch_begin(&w, &b);
	assert_int_equal(tarry_retract(b.space, VA, 1, NULL), 0);
	EXPECT_ERR_ONLY(TARRY_ENOENT, tarry_fault, b.space, VA, TARRY_R);
	assert_int_equal(tarry_map(b.space, VA, 16 * M2, M2, RW, NULL), 0);
	watch_end(&w, 1, true);
	assert_true(w.tables);
	assert_leaf(b.space, VA, 16 * M2, 1, RW);
	bed_close(&b);
}

/* ---- a pin at each instant of a collapse by copy ---- */

enum instant { BEFORE, AT_INVALIDATION, AT_COPY, AFTER, INSTANTS };

struct pinner {
	struct bed *b;
	enum instant when;
	struct tarry_hit hit;
	int err;
	bool tried;
};

static void pin_now(struct pinner *p, enum instant now)
{
	if (p->when != now || p->tried)
		return;
	p->tried = true;
	p->err = tarry_pin(p->b->space, VA + 5 * K4, TARRY_R, &p->hit);
}

static void pin_at_invalidation(struct probe *p, const struct tarry_span *spans,
				unsigned int n)
{
	(void)spans, (void)n;
	pin_now(p->ctx, p->sends == 1 ? AT_INVALIDATION : AFTER);
}

static int copy_unless_pinned(void *ctx, const struct tarry_piece *pieces,
			      size_t n)
{
	struct pinner *p = ctx;

	(void)pieces, (void)n;
	pin_now(p, AT_COPY);
	return p->b->owner.gets != p->b->owner.puts;
}

static int copy_leaf_unless_pinned(void *ctx, const struct tarry_piece *old)
{
	return copy_unless_pinned(ctx, old, 1);
}

static int collapse_under(struct pinner *p)
{
	struct tarry_collapse_copy copy = {
		.oa = 32 * M2, .copy = copy_unless_pinned, .ctx = p};

	return tarry_collapse(p->b->space, VA, 1, RW, &copy, &deposit);
}

static int replace_under(struct pinner *p)
{
	struct tarry_replacement with = {.oa = 32 * M2,
					 .rights = RW,
					 .copy = copy_leaf_unless_pinned,
					 .ctx = p};

	return tarry_replace(p->b->space, VA, 1, &with, NULL);
}

static void pinned_at_each_instant(const struct tarry_how *levels,
				   int (*act)(struct pinner *p))
{
	for (enum instant i = BEFORE; i < INSTANTS; i++) {
		struct pinner pinner = {.when = i};
		struct probe probe = {.send = pin_at_invalidation,
				      .ctx = &pinner};
		uint64_t upper, leaf;
		struct bed b;

		bed_open(&b, "x86_64-4",
			 TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE);
		pinner.b = &b;
		assert_int_equal(
			tarry_map(b.space, VA, 16 * M2, M2, RW, levels), 0);
		assert_true(hardware_touch(&b, b.space, VA + 5 * K4, AD));
		probe_listen(&probe, &b, b.space);
		upper = slot_value(&b, b.space, VA, 1);
		assert_true(
			hardware_walk(&b, b.space, VA + 5 * K4, &leaf, NULL));
		pin_now(&pinner, BEFORE);
		if (i == BEFORE) {
			struct content then;

			/* Held: put back, to the bit. */
			content_take(&then, &b);
			assert_int_equal(act(&pinner), TARRY_EBUSY);
			content_still(&then, &b, "a pin");
			assert_int_equal(pinner.err, 0);
			assert_int_equal(slot_value(&b, b.space, VA, 1), upper);
			assert_true(hardware_walk(&b, b.space, VA + 5 * K4,
						  &upper, NULL));
			assert_int_equal(leaf, upper);
			tarry_unpin(b.space, &pinner.hit);
		} else {
			assert_int_equal(act(&pinner), 0);
			assert_true(pinner.tried);
			assert_int_equal(pinner.err,
					 i == AFTER ? 0 : TARRY_EAGAIN);
			/* Whoever came later has the new page. */
			if (i == AFTER) {
				assert_int_equal(pinner.hit.oa,
						 32 * M2 + 5 * K4);
				tarry_unpin(b.space, &pinner.hit);
			}
			assert_leaf(b.space, VA, 32 * M2, 1, RW);
			assert_int_equal(b.owner.gets, b.owner.puts);
		}
		probe_unlisten(&probe, b.space);
		bed_close(&b);
	}
}

static void collapse_gives_way_to_a_pin_at_each_instant(void **state)
{
	(void)state;
	pinned_at_each_instant(&small, collapse_under);
}

static void replace_gives_way_to_a_pin_at_each_instant(void **state)
{
	(void)state;
	pinned_at_each_instant(NULL, replace_under);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(huge_path_collapse),
	cmocka_unit_test(huge_path_split),
	cmocka_unit_test(huge_path_zap_and_refault_small),
	cmocka_unit_test(huge_path_zero_page),
	cmocka_unit_test(huge_path_move),
	cmocka_unit_test(huge_path_copy_on_write),
	cmocka_unit_test(huge_path_migrate),
	cmocka_unit_test(huge_path_change_of_rights),
	cmocka_unit_test(
		collapse_of_anonymous_memory_without_a_lock_around_all),
	cmocka_unit_test(install_at_once_on_file_collapse_reuse_is_free),
	cmocka_unit_test(retract_and_refill_by_a_fault),
	cmocka_unit_test(collapse_gives_way_to_a_pin_at_each_instant),
	cmocka_unit_test(replace_gives_way_to_a_pin_at_each_instant),
};

BED_MAIN(tests)
