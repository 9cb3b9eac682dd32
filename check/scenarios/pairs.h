/* SPDX-License-Identifier: MIT */
/*
 * Every operation of the library against every other, and against each class of
 * reader: the programs that pairs_*.c are made of.
 *
 * Pages 0 and 1 are mapped to data pages 10 and 11, small or as one leaf; page
 * 2 to 22; page 3 is empty.  What a reader may find follows from which
 * operations are at work; what must hold at the end is bed_close()'s.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include "bed.h"

#define PAGES(n) ((n)*BED_PAGE)

/* What the operations at work can do: to page 0; or they keep page 3 as long as
 * CPU 0 has it cached. */
enum { TAKES = 1, COPIES = 2, REPLACES = 4, KEEPS = 8 };

/* What add() adds. */
#define PAIR_REGION PAGES(8)

/* What the operations and the reader of a pair want at the start. */
enum { HUGE = 1, HW = 2, KEPT = 4, WORDS = 8, RESERVED = 16, MORE = 32 };

/* Page 3 went while CPU 0, which has it cached, did not say that it forgot. */
static inline void pair_keep(void)
{
	bed_map(3, 23, 1);
	check_assert(bed_hw_read(0, 3) == 23);
	bed.deaf = 1;
	check_assert(bed_unmap(3, 1) == TARRY_ELISTENER);
	check_assert(!bed.deaf);
}

static inline void pair_setup(unsigned int wants)
{
	/* A CPU is who does not answer. */
	unsigned int hw = wants & (HW | KEPT) ? TARRY_SPACE_HARDWARE : 0;

	if (wants & WORDS)
		bed_companions();
	if (wants & RESERVED) {
		/* Tables that share no page, so that pages go. */
		bed_policy(TARRY_WHOLE);
		bed_reserved();
	}
	bed_open_two(2, TARRY_SPACE_RELEASE | hw);
	if (wants & HUGE) {
		bed_map(0, 10, 2);
	} else {
		bed_map(0, 10, 1);
		bed_map(1, 11, 1);
	}
	bed_map(2, 22, 1);
	if (wants & KEPT)
		pair_keep();
	if (wants & MORE)
		bed.more = check_alloc(2 * PAIR_REGION, "more of the pool");
}

#define PAIR_SETUP(name, wants)               \
	static inline void setup_##name(void) \
	{                                     \
		pair_setup(wants);            \
	}

PAIR_SETUP(small, 0)
PAIR_SETUP(small_hw, HW)
PAIR_SETUP(small_kept, KEPT)
PAIR_SETUP(small_words, WORDS)
PAIR_SETUP(small_hw_kept, HW | KEPT)
PAIR_SETUP(small_hw_words, HW | WORDS)
PAIR_SETUP(small_kept_words, KEPT | WORDS)
PAIR_SETUP(small_reserved, RESERVED)
PAIR_SETUP(small_hw_reserved, HW | RESERVED)
PAIR_SETUP(small_kept_reserved, KEPT | RESERVED)
PAIR_SETUP(small_words_reserved, WORDS | RESERVED)
PAIR_SETUP(small_more, MORE)
PAIR_SETUP(small_hw_more, HW | MORE)
PAIR_SETUP(small_kept_more, KEPT | MORE)
PAIR_SETUP(small_words_more, WORDS | MORE)
PAIR_SETUP(huge, HUGE)
PAIR_SETUP(huge_hw, HUGE | HW)
PAIR_SETUP(huge_kept, HUGE | KEPT)
PAIR_SETUP(huge_words, HUGE | WORDS)
PAIR_SETUP(huge_reserved, HUGE | RESERVED)
PAIR_SETUP(huge_more, HUGE | MORE)

/* An error that says "not as it stands now" is an answer like any other. */
static inline void answer(int err)
{
	switch (err) {
	case 0:
	case TARRY_EEXIST:
	case TARRY_ENOENT:
	case TARRY_ELEAF:
	case TARRY_EHOLES:
	case TARRY_EMIXED:
	case TARRY_EMARK:
	case TARRY_EAGAIN:
		return;
	case TARRY_EBUSY:
		/* A table with a word does not become one leaf. */
		if (bed.companions)
			return;
		/* fall through */
	default:
		check_violation(CHECK_ASSERT, "an operation says %d", err);
	}
}

/* ---- operations ---- */

static inline void map(void)
{
	answer(bed_map(3, 33, 1));
}

static inline void unmap(void)
{
	answer(bed_unmap(0, 1));
}

static inline void unmap_all(void)
{
	answer(bed_unmap(0, 4));
}

static inline void protect(void)
{
	answer(bed_protect(0, 2, TARRY_R));
}

static inline void mark(void)
{
	answer(tarry_mark(bed.space, PAGES(3), PAGES(1), 7, NULL));
}

static inline void move(void)
{
	answer(bed_move(0, 3, 1));
}

static inline void clone(void)
{
	answer(tarry_clone(bed.space, bed.other, 0, PAGES(2), NULL));
}

static inline void harvest(void)
{
	uint64_t accessed[1] = {0}, dirty[1] = {0};

	answer(tarry_harvest(bed.space, 0, PAGES(4),
			     TARRY_ACCESSED | TARRY_DIRTY, accessed, dirty));
}

/* The table of page 2 was left empty. */
static inline int reclaim_in(const struct tarry_how *how)
{
	struct tarry_how keeping = {.flags = TARRY_KEEP_TABLES,
				    .gather = how ? how->gather : NULL};

	answer(tarry_unmap(bed.space, PAGES(2), PAGES(1), &keeping));
	check_assert(tarry_reclaim(bed.space, 0, PAGES(4), how) >= 0);
	return 0;
}

static inline void reclaim(void)
{
	reclaim_in(NULL);
}

/* Pages 0 and 1 are worth nothing, wherever they are mapped. */
static inline bool of_no_value(void *ctx, const struct tarry_piece *piece)
{
	(void)ctx;
	return piece->kind == TARRY_LEAF && piece->oa <= PAGES(11);
}

static inline void idle(void)
{
	struct tarry_idle walk = {
		.len = PAGES(4), .budget = 1, .of_no_value = of_no_value};

	while (walk.done < walk.len)
		check_assert(!tarry_reclaim_idle(bed.space, &walk));
}

static inline void collapse(void)
{
	answer(bed_collapse(0, 1));
}

static int copy_pages(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		if (pieces[i].kind == TARRY_LEAF)
			check_page_touch(
				(unsigned int)(pieces[i].oa / BED_PAGE));
	return 0;
}

static inline void collapse_copy(void)
{
	struct tarry_collapse_copy copy = {.oa = PAGES(30), .copy = copy_pages};

	answer(tarry_collapse(bed.space, 0, 1, BED_RW, &copy, NULL));
}

static inline void retract(void)
{
	answer(tarry_retract(bed.space, 0, 1, NULL));
}

static inline void split(void)
{
	answer(bed_split(0, 1));
}

/* As the first write after a clone does it. */
static inline void replace(void)
{
	struct tarry_replacement with = {.oa = PAGES(28), .rights = BED_RW};

	answer(tarry_replace(bed.space, 0, 0, &with, NULL));
}

static int copy_leaf(void *ctx, const struct tarry_piece *old)
{
	return copy_pages(ctx, old, 1);
}

/* As a migration does it.  Who comes second finds the page there. */
static inline void replace_huge(void)
{
	struct tarry_replacement with = {
		.oa = PAGES(28), .rights = BED_RW, .copy = copy_leaf};
	int err = tarry_replace(bed.space, 0, 1, &with, NULL);

	if (err != TARRY_EINVAL)
		answer(err);
}

/* What can be left to the end of a caller's gather. */
static inline void gathered(int (*call)(const struct tarry_how *how))
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	tarry_gather_begin(&g, bed.space);
	answer(call(&how));
	answer(tarry_gather_end(&g));
}

static inline int unmap_in(const struct tarry_how *how)
{
	return tarry_unmap(bed.space, 0, PAGES(1), how);
}

static inline int protect_in(const struct tarry_how *how)
{
	return tarry_protect(bed.space, 0, PAGES(2), TARRY_R, how);
}

static inline void gather(void)
{
	gathered(unmap_in);
}

static inline void gather_protect(void)
{
	gathered(protect_in);
}

static inline void gather_reclaim(void)
{
	gathered(reclaim_in);
}

static inline void settle(void)
{
	check_assert(!tarry_settle(bed.space));
}

/* The word beside page 0. */
static inline void exchange(void)
{
	uint64_t old = 0;

	answer(tarry_companion_exchange(bed.space, 0, &old, 7));
}

static inline void reserve(void)
{
	struct tarry_stock stock = {0};
	struct tarry_how how = {.stock = &stock};

	check_assert(
		!tarry_reserve(bed.space, PAGES(3), PAGES(1), NULL, &stock));
	answer(tarry_map(bed.space, PAGES(3), PAGES(33), PAGES(1), BED_RW,
			 &how));
	tarry_unreserve(&stock);
}

static inline void drain(void)
{
	tarry_pool_drain(bed.pool);
}

static inline void trim(void)
{
	tarry_pool_trim(bed.pool);
}

/* The next one of what there is. */
static inline void add(void)
{
	char *base = bed.more + tarry_fetch_add(&bed.added, 1, TARRY_RELAXED) *
					PAIR_REGION;

	check_assert(!tarry_pool_add(
		bed.pool, base, (uintptr_t)base - bed.window, PAIR_REGION));
}

/* One that comes and goes. */
static inline void space(void)
{
	struct tarry_space *s;

	check_assert(!tarry_space_create(bed.pool, bed.format, 0, &s));
	check_assert(!tarry_map(s, 0, PAGES(40), PAGES(1), BED_RW, NULL));
	check_assert(!tarry_space_destroy(s));
}

/* ---- readers of page 0 ---- */

/* Found there while operations that do @what were at work? */
static inline void found(int page, unsigned int what)
{
	if (page == 10 || (page == 30 && (what & COPIES)) ||
	    (page == 28 && (what & REPLACES)) || (page == -1 && (what & TAKES)))
		return;
	if (page == -1)
		check_violation(CHECK_LOST, "a mapped page is not found");
	check_violation(CHECK_STALE, "page 0 is %d", page);
}

static inline void section(unsigned int what)
{
	found(bed_read(0), what);
}

static inline void irqs_off(unsigned int what)
{
	found(bed_read_irq_off(0), what);
}

static inline void pieces(unsigned int what)
{
	struct tarry_piece p[4];
	int64_t n;

	tarry_port_read_begin();
	n = tarry_translate_range(bed.space, 0, PAGES(1), p, 4);
	check_assert(n == 1);
	found(p[0].kind == TARRY_LEAF ? (int)(p[0].oa / BED_PAGE) : -1, what);
	if (p[0].kind == TARRY_LEAF)
		check_page_touch((unsigned int)(p[0].oa / BED_PAGE));
	tarry_port_read_end();
}

static inline void batch(unsigned int what)
{
	tarry_va va[2] = {0, PAGES(2)};
	struct tarry_hit hits[2];
	int errs[2];

	tarry_port_read_begin();
	tarry_translate_batch(bed.space, va, hits, errs, 2);
	found(errs[0] ? -1 : (int)(hits[0].oa / BED_PAGE), what);
	if (!errs[0])
		check_page_touch((unsigned int)(hits[0].oa / BED_PAGE));
	tarry_port_read_end();
}

static inline void pin(unsigned int what)
{
	struct tarry_hit hit;
	int err = tarry_pin(bed.space, 0, TARRY_R, &hit);

	check_assert(!err || err == TARRY_EAGAIN || err == TARRY_ENOENT);
	if (err == TARRY_EAGAIN)
		return;
	found(err ? -1 : (int)(hit.oa / BED_PAGE), what);
	if (!err)
		tarry_unpin(bed.space, &hit);
}

static inline void fault(unsigned int what)
{
	int err = tarry_fault(bed.space, 0, TARRY_R);

	if (err != TARRY_EAGAIN)
		found(err ? -1 : 10, what);
}

static inline void soft_tlb_close(void)
{
	tarry_soft_tlb_fini(bed.tlb);
}

static inline void soft_tlb(unsigned int what)
{
	tarry_oa oa;
	int err;

	tarry_port_read_begin();
	err = tarry_soft_tlb_translate(bed.tlb, 0, &oa);
	found(err ? -1 : (int)(oa / BED_PAGE), what);
	if (!err)
		check_page_touch((unsigned int)(oa / BED_PAGE));
	tarry_port_read_end();
}

static inline void rests(unsigned int what)
{
	bool missed;

	tarry_listener_rest(bed.space, &bed.cache);
	missed = tarry_listener_wake(bed.space, &bed.cache);
	if (missed || !bed_cache_use(10))
		found(bed_read(0), what);
}

static inline void listens(unsigned int what)
{
	int page;

	bed_cache_listen();
	page = bed_read(0);
	found(page, what);
	bed_cache_use(page);
	bed_cache_unlisten();
}

static inline void hw_found(int page, unsigned int what)
{
	/* A fault: hardware met the break, and comes back. */
	if (page != -1)
		found(page, what);
	if (what & KEEPS)
		bed_hw_read(0, 3);
}

static inline void hw_read(unsigned int what)
{
	hw_found(bed_hw_read(0, 0), what);
}

static inline void hw_write(unsigned int what)
{
	hw_found(bed_hw_write(0, 0), what);
}

#endif
