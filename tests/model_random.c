/* SPDX-License-Identifier: MIT */
/*
 * Random operations on two spaces, against a reference that is obviously right:
 * an array that says of every page what it is.
 *
 * TARRY_MODEL_STEPS and TARRY_MODEL_SEED in the environment choose how many
 * steps, and which; a failure prints both, and the operations that led to it.
 */
#include <time.h>

#include "model.h"

struct model m;

uint64_t any(uint64_t n)
{
	m.x ^= m.x << 13;
	m.x ^= m.x >> 7;
	m.x ^= m.x << 17;
	return m.x % n;
}

void wrong(const char *what, int64_t got)
{
	print_message("# %s, seed %ju, step %ju; the latest operations:\n",
		      m.f->name, (uintmax_t)m.seed, (uintmax_t)m.step);
	for (unsigned int i = 0; i < LATEST; i++)
		print_message("#   %s\n", m.latest[(m.n_latest + i) % LATEST]);
	fail_msg("%s: %s (%jd)", what, tarry_error_name((int)got),
		 (intmax_t)got);
}

void note(const char *op, const struct aim *a)
{
	snprintf(m.latest[m.n_latest++ % LATEST], sizeof(m.latest[0]),
		 "%s space %u window %u pages %ju + %ju, levels %u flags %x",
		 op, a->space, a->window, (uintmax_t)a->first, (uintmax_t)a->n,
		 a->how.levels, a->how.flags);
}

/* What was once written beside a leaf is there, or where it moved. */
static void check_word(struct tarry_space *s, tarry_va va, uint64_t want)
{
	uint64_t *word, found;
	int err;

	tarry_read_begin();
	err = tarry_companion(s, va, &word);
	found = err ? 0 : tarry_load(word, TARRY_RELAXED);
	tarry_read_end();
	if (err || found != want)
		wrong("a companion is lost", err);
}

void check_page(unsigned int space, unsigned int window, uint64_t i)
{
	const struct page *p = &m.pages[space][window][i];
	tarry_va va = m.base[window] + i * m.page + any(m.page);
	struct tarry_hit hit;
	int err = look(m.space[space], va, &hit);
	tarry_rights rights;
	uint64_t last;

	if (p->what == HOLE && err != TARRY_ENOENT)
		wrong("a hole is none", err);
	if (p->what == MARK && (err != TARRY_EMARK || hit.oa != p->oa))
		wrong("a mark is not", err);
	if (p->what != LEAF)
		return;
	if (err || hit.oa != p->oa + (va & (m.page - 1)))
		wrong("a page is elsewhere", err);
	rights = tarry_hit_rights(m.space[space], &hit) & ~AD;
	if (rights != p->rights)
		wrong("rights are others", rights);
	/* As far as the answer goes on, so does the mapping. */
	last = i + ((va & (m.page - 1)) + hit.len - 1) / m.page;
	if (last < m.n_pages &&
	    (m.pages[space][window][last].what != LEAF ||
	     m.pages[space][window][last].oa != p->oa + (last - i) * m.page ||
	     m.pages[space][window][last].rights != p->rights))
		wrong("the answer goes on too far", (int64_t)hit.len);
	if (hit.len > 1ull << m.f->span_lg2[hit.level])
		m.runs++;
	if (p->word)
		check_word(m.space[space], va, p->word);
}

static void check_all(void)
{
	const char *damage;

	for (unsigned int s = 0; s < 2; s++) {
		if (tarry_space_check(m.space[s], &damage))
			wrong(damage, 0);
		for (unsigned int w = 0; w < m.n_windows; w++)
			for (uint64_t i = 0; i < m.n_pages; i++)
				check_page(s, w, i);
	}
}

tarry_rights any_rights(void)
{
	return TARRY_R | (any(2) ? TARRY_W : 0) | (any(4) ? 0 : TARRY_X) |
	       (any(8) ? 0 : TARRY_SOFT(any(100)) & m.f->rights);
}

/* ---- one function for each operation ---- */

static void do_map(struct aim *a)
{
	tarry_rights rights = any_rights();
	uint64_t oa = any(3) ? a->va & (G1 - 1) : any(1 << 20) * m.page;
	bool over = any(2), clash = false;
	int err;

	oa += any(16) * G1;
	a->how.flags = over ? TARRY_OVER_MARK : 0;
	for (uint64_t i = 0; i < a->n; i++)
		clash |= a->pages[i].what == LEAF ||
			 (a->pages[i].what == MARK && !over);
	note("map", a);
	err = tarry_map(m.space[a->space], a->va, oa, a->len, rights,
			over || any(2) ? &a->how : NULL);
	/* Done where empty tables made room, else nothing has changed. */
	if (put_back(err)) {
		struct tarry_hit hit;

		if (clash)
			wrong("map", err);
		if (look(m.space[a->space], a->va, &hit) || hit.oa != oa)
			return;
		err = 0;
	}
	if (err != (clash ? TARRY_EEXIST : 0))
		wrong("map", err);
	for (uint64_t i = 0; !err && i < a->n; i++)
		a->pages[i] = (struct page){LEAF, rights, oa + i * m.page, 0};
}

/* With a gather of the caller's, sometimes. */
static bool gather_maybe(struct aim *a, struct tarry_gather *g)
{
	if (any(6))
		return false;
	tarry_gather_begin(g, m.space[a->space]);
	a->how.gather = g;
	return true;
}

static void do_unmap(struct aim *a)
{
	static const unsigned int tables[] = {0, TARRY_KEEP_TABLES,
					      TARRY_RETIRE_TABLES};
	struct tarry_gather g;
	bool gathered;
	int err;

	a->how.flags = tables[any(3)];
	note("unmap", a);
	gathered = gather_maybe(a, &g);
	err = tarry_unmap(m.space[a->space], a->va, a->len,
			  gathered || any(2) ? &a->how : NULL);
	if (gathered)
		assert_int_equal(done_if_silent(tarry_gather_end(&g)), 0);
	if (done_if_silent(err))
		wrong("unmap", err);
	for (uint64_t i = 0; i < a->n; i++)
		a->pages[i].what = HOLE;
}

static void do_protect(struct aim *a)
{
	tarry_rights rights = any_rights();
	struct tarry_gather g;
	bool gathered;
	int err;

	note("protect", a);
	gathered = gather_maybe(a, &g);
	err = tarry_protect(m.space[a->space], a->va, a->len, rights, &a->how);
	if (gathered)
		assert_int_equal(done_if_silent(tarry_gather_end(&g)), 0);
	if (done_if_silent(err))
		wrong("protect", err);
	for (uint64_t i = 0; i < a->n; i++)
		if (a->pages[i].what == LEAF)
			a->pages[i].rights = rights;
}

static void do_mark(struct aim *a)
{
	uint64_t payload = any(~0ull) >> (64 - m.f->payload_bits);
	int err;

	note("mark", a);
	err = tarry_mark(m.space[a->space], a->va, a->len, payload, &a->how);
	if (done_if_silent(err))
		wrong("mark", err);
	for (uint64_t i = 0; i < a->n; i++)
		a->pages[i] = (struct page){MARK, 0, payload, 0};
}

static void do_move(struct aim *a)
{
	unsigned int window = (unsigned int)any(m.n_windows);
	uint64_t to = any(m.n_pages - a->n + 1), in = m.table - 1;
	bool clash = false, overlap;
	struct part moves;
	struct page *there;
	int err, want;

	/* Aligned to each other often enough that whole tables move. */
	if (any(2) && (to & ~in) + (a->first & in) + a->n <= m.n_pages)
		to = (to & ~in) + (a->first & in);
	there = &m.pages[a->space][window][to];
	overlap = window == a->window && to < a->first + a->n &&
		  a->first < to + a->n;
	for (uint64_t i = 0; i < a->n; i++)
		clash |= there[i].what != HOLE;
	want = overlap ? TARRY_EOVERLAP : clash ? TARRY_EEXIST : 0;
	note("move", a);
	a->how.levels = 0;
	moves = not_stuck(a, 0);
	err = tarry_move(m.space[a->space], a->va, m.base[window] + to * m.page,
			 a->len, &a->how);
	if (done_in_part(a, moves, want, err) != want)
		wrong("move", err);
	for (uint64_t i = moves.first; !want && i < moves.end; i++) {
		there[i] = a->pages[i];
		a->pages[i].what = HOLE;
	}
	for (uint64_t i = 0; i < a->n; i++) {
		check_page(a->space, a->window, a->first + i);
		check_page(a->space, window, to + i);
	}
}

static void do_clone(struct aim *a)
{
	struct page *there = &m.pages[!a->space][a->window][a->first];
	bool keep = any(2), clash = false;
	struct part copied;
	int err, want;

	a->how = (struct tarry_how){.flags = keep ? TARRY_KEEP_WRITE : 0};
	for (uint64_t i = 0; i < a->n; i++)
		clash |= there[i].what != HOLE;
	want = clash ? TARRY_EEXIST : 0;
	note("clone", a);
	/* Only what loses a right is split; nothing is copied after it. */
	copied = keep ? (struct part){0, a->n} : not_stuck(a, TARRY_W);
	if (copied.first)
		copied = (struct part){0, 0};
	err = tarry_clone(m.space[a->space], m.space[!a->space], a->va, a->len,
			  &a->how);
	if (done_in_part(a, copied, want, err) != want)
		wrong("clone", err);
	for (uint64_t i = 0; !want && i < copied.end; i++) {
		if (a->pages[i].what == LEAF && !keep)
			a->pages[i].rights &= ~TARRY_W;
		if (a->pages[i].what == HOLE)
			continue;
		there[i] = a->pages[i];
		there[i].word = 0;
	}
	for (uint64_t i = 0; i < a->n; i++) {
		check_page(a->space, a->window, a->first + i);
		check_page(!a->space, a->window, a->first + i);
	}
}

static void do_reclaim(struct aim *a)
{
	int64_t n;

	note("reclaim", a);
	n = tarry_reclaim(m.space[a->space], a->va, a->len, NULL);
	if (n < 0 && done_if_silent((int)n))
		wrong("reclaim", n);
}

/* Nothing here is ever accessed or dirty. */
static void do_harvest(struct aim *a)
{
	uint64_t accessed[PAGES / 64] = {0}, dirty[PAGES / 64] = {0};
	int err;

	note("harvest", a);
	err = tarry_harvest(m.space[a->space], a->va, a->len,
			    any(2) ? TARRY_DIRTY : 0, accessed, dirty);
	err = done_if_silent(err);
	for (unsigned int i = 0; i < PAGES / 64; i++)
		if (err || accessed[i] || dirty[i])
			wrong("harvest", err);
}

static void do_pieces(struct aim *a)
{
	struct tarry_piece pieces[4];
	uint64_t at = 0;
	int64_t n;

	note("pieces", a);
	tarry_read_begin();
	n = tarry_translate_range(m.space[a->space], a->va, a->len, pieces, 4);
	tarry_read_end();
	for (int64_t i = 0; i < n; i++) {
		for (uint64_t in = 0; in < pieces[i].len; in += m.page, at++) {
			const struct page *p = &a->pages[at];

			if (at >= a->n ||
			    pieces[i].kind != (p->what == HOLE	 ? TARRY_EMPTY
					       : p->what == LEAF ? TARRY_LEAF
								 : TARRY_MARK))
				wrong("a piece is of another kind", i);
			if (p->what == LEAF && pieces[i].oa + in != p->oa)
				wrong("a piece is elsewhere", i);
			if (p->what == MARK && pieces[i].oa != p->oa)
				wrong("a piece has another payload", i);
		}
	}
	if (n < 1 || (n < 4 && at != a->n))
		wrong("pieces do not reach the end", n);
}

/* A word beside a leaf, or none beside all of its table. */
static void do_companion(struct aim *a)
{
	bool clear = any(2) && aim_at_table(a);
	int nothing = m.companions ? TARRY_ENOENT : TARRY_EINVAL;

	note("companion", a);
	for (uint64_t i = 0; i < (clear ? a->n : 1); i++) {
		struct page *p = &a->pages[i];
		uint64_t known = p->what == LEAF ? p->word : 0, old = known;
		uint64_t word = clear ? 0 : any(~0ull) | 1;
		tarry_va va = a->va + i * m.page;
		int err;

		err = tarry_companion_exchange(m.space[a->space], va, &old,
					       word);
		/* What it was before is known of few. */
		if (err == TARRY_EAGAIN && !known)
			err = tarry_companion_exchange(m.space[a->space], va,
						       &old, word);
		if (err && (err != nothing || known))
			wrong("companion", err);
		if (!err && p->what == LEAF)
			p->word = word;
	}
}

/* ---- the run ---- */

static void (*const operations[])(struct aim *) = {
	/* May find a cache silent: */
	do_map,
	do_map,
	do_map,
	do_unmap,
	do_unmap,
	do_protect,
	do_mark,
	do_move,
	do_clone,
	do_collapse,
	do_collapse,
	do_split,
	do_retract,
	do_reclaim,
	do_harvest,
	/* and not: */
	do_pieces,
	do_collapse_copy,
	do_replace,
	do_companion,
	do_unmap_some,
	do_reclaim_idle,
	do_rest,
	do_settle,
};

#define MAY_BE_SILENT 15

static struct aim any_aim(void)
{
	struct aim a = {.space = !any(8),
			.window = (unsigned int)any(m.n_windows),
			.first = any(m.n_pages)};

	switch (any(5)) {
	case 0:
		a.n = 1;
		break;
	case 1:
		a.first &= ~(m.table - 1);
		a.n = m.table * (1 + any(3));
		break;
	case 2:
		a.n = 1 + any(64);
		break;
	default:
		a.n = 1 + any(m.n_pages);
	}
	if (a.first + a.n > m.n_pages)
		a.n = m.n_pages - a.first;
	if (!any(4))
		a.how.levels = 1 + (unsigned int)any(3);
	a.va = m.base[a.window] + a.first * m.page;
	a.len = a.n * m.page;
	a.pages = &m.pages[a.space][a.window][a.first];
	return a;
}

static void step(void)
{
	struct aim a = any_aim();
	unsigned int op =
		(unsigned int)any(sizeof(operations) / sizeof(operations[0]));

	if (op < MAY_BE_SILENT)
		silence_maybe(&a);
	operations[op](&a);
	silence_ends();
	check_caches(&a);
	for (int i = 0; i < 4; i++)
		check_page(a.space, a.window, any(m.n_pages));
	check_page(a.space, a.window, a.first);
	if (a.first)
		check_page(a.space, a.window, a.first - 1);
	if (a.first + a.n <= m.n_pages)
		check_page(a.space, a.window, a.first + a.n - 1);
	if (a.first + a.n < m.n_pages)
		check_page(a.space, a.window, a.first + a.n);
	if (m.step % 1024 == 0)
		check_all();
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtoull(s, NULL, 0) : otherwise;
}

/* Half of one format's addresses may be where a slot of its root ends. */
static void add_window(tarry_va base)
{
	uint64_t len = m.n_pages * m.page;

	for (unsigned int w = 0; w < m.n_windows; w++)
		if (base - m.base[w] < len || m.base[w] - base < len)
			return;
	if (m.n_windows < WINDOWS)
		m.base[m.n_windows++] = base;
}

/* Where it is interesting: at the start, at the end, at the end of the lower
 * half, somewhere, and across the slots of every upper level. */
static void windows(void)
{
	uint64_t half = 1ull << (m.f->va_bits - 1), len;

	m.page = 1ull << m.f->page_lg2;
	m.table = 1ull << m.f->index_lg2[0];
	m.n_pages = PAGES;
	len = PAGES * m.page;
	add_window(0);
	if (half <= 4 * len) {
		m.n_pages = half * 2 / m.page;
		return;
	}
	add_window(half - len);
	add_window((m.f->va_signed ? 0 : 2 * half) - len);
	add_window(half / 2 + half / 4 + len / 4);
	for (unsigned int l = m.f->levels - 1; l; l--)
		if (1ull << m.f->span_lg2[l] >= 2 * len)
			add_window((1ull << m.f->span_lg2[l]) - len / 2);
}

static void model(const char *format, unsigned int flags, uint64_t steps)
{
	struct tarry_pool_config config = {0};
	struct tarry_pool_stats stats;

	memset(&m, 0, sizeof(m));
	m.seed = number_of("TARRY_MODEL_SEED", (uint64_t)time(NULL));
	steps = number_of("TARRY_MODEL_STEPS", steps);
	/* Not all spaces of one seed are chosen alike. */
	m.x = (m.seed + flags) * 0x9e3779b97f4a7c15ull + 1;
	/* How tables share pages changes nothing that can be seen from here. */
	config.policy = (enum tarry_policy)any(3);
	config.backing_lg2 = any(2) ? 0 : 12 + (unsigned int)any(5);
	config.companions = m.companions = any(2);
	m.listeners = any(2);
	print_message("# %s, flags %u, %s in pages of 2^%u, companions %d, "
		      "listeners %d, seed %ju, %ju steps\n",
		      format, flags, tarry_policy_name(config.policy),
		      config.backing_lg2, config.companions, m.listeners,
		      (uintmax_t)m.seed, (uintmax_t)steps);
	config.format = m.f = tarry_format_by_name(format);
	assert_int_equal(tarry_pool_create(&config, &m.pool), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			tarry_space_create(m.pool, m.f, flags, &m.space[i]), 0);
	windows();
	listeners_begin();
	for (m.step = 0; m.step < steps; m.step++)
		step();
	check_all();
	listeners_end();
	/* A few steps may not make any. */
	if (m.listeners && steps >= 10000)
		assert_true(m.unanswered > 0);
	if (m.listeners && steps >= 300000)
		assert_true(m.stuck > 0);
	if (!(flags & TARRY_SPACE_RUNS) || !m.f->run_lg2[0])
		assert_int_equal(m.runs, 0);
	else if (steps >= 10000)
		assert_true(m.runs > 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tarry_space_destroy(m.space[i]), 0);
	tarry_pool_drain(m.pool);
	tarry_pool_stats(m.pool, &stats);
	assert_int_equal(stats.table_bytes, 0);
	assert_int_equal(stats.waiting, 0);
	assert_int_equal(stats.kept_bytes + stats.lost_bytes, 0);
	assert_int_equal(tarry_pool_destroy(m.pool), 0);
}

/* The sanitizers slow this down tenfold. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCALE 20
#else
#define SCALE 1
#endif

static void model_of_x86_64_4(void **state)
{
	(void)state;
	model("x86_64-4", 0, 300000 / SCALE);
	model("x86_64-4", TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE,
	      150000 / SCALE);
}

static void model_of_x86_64_5(void **state)
{
	(void)state;
	model("x86_64-5", TARRY_SPACE_HARDWARE, 150000 / SCALE);
	model("x86_64-5", TARRY_SPACE_KEEP_TABLES, 150000 / SCALE);
}

/* Whatever else there is. */
static void model_of_every_other_format(void **state)
{
	(void)state;
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const char *name = tarry_format_at(i)->name;

		if (!strncmp(name, "x86_64", 6) || !strncmp(name, "toy", 3))
			continue;
		model(name, TARRY_SPACE_RUNS, 40000 / SCALE);
		model(name, TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE,
		      20000 / SCALE);
		model(name,
		      TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE |
			      TARRY_SPACE_RUNS,
		      20000 / SCALE);
		model(name, TARRY_SPACE_KEEP_TABLES | TARRY_SPACE_RUNS,
		      10000 / SCALE);
	}
}

static void model_of_the_toy(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 8; flags++)
		model("toy", flags, 350000 / SCALE);
	for (unsigned int flags = 8; flags < 16; flags++)
		model("toy-runs", flags, 50000 / SCALE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(model_of_x86_64_4),
	cmocka_unit_test(model_of_x86_64_5),
	cmocka_unit_test(model_of_every_other_format),
	cmocka_unit_test(model_of_the_toy),
};

BED_MAIN(tests)
