/* SPDX-License-Identifier: MIT */
/*
 * Tables for a machine that is not there yet: a process builds a space in
 * memory that will lie at a physical address of the machine's, changes it at
 * random, and writes the bytes and a list of addresses with what each must lead
 * to.  QEMU loads them into a guest that turns them on and tries each
 * (guests/probe.c, run.py --tables).
 *
 *   tables FORMAT AT LEN LARGE FILE [AT LEN RIGHTS]...
 *
 * AT and LEN are the machine's free memory; LARGE is 1 if it walks leaves above
 * level 0; what follows, in threes, must be mapped at its own address.  All in
 * hexadecimal, as the guest prints them.  The list is printed as well:
 * "? VA OA", or "? VA -".
 *
 * What an address must lead to is not asked of tarry alone: a list of ranges
 * says what was mapped, and tarry_translate() must say the same.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../orders.h"
#include "tarry/tarry.h"

#define PROBES	    4000
#define MAPS	    600
#define CHANGES	    400
#define MOST_RANGES 8192
#define TABLE_BYTES (24ull << 20)
#define RW	    (TARRY_R | TARRY_W)
#define AD	    (TARRY_ACCESSED | TARRY_DIRTY)

static struct range {
	uint64_t va, len, oa;
	tarry_rights rights;
	bool own; /* the machine's own, at its own address: left alone */
} ranges[MOST_RANGES];
static unsigned int n_ranges;

static const struct tarry_format *f;
static struct tarry_space *space;
static uint64_t page, frames, n_frames;
static bool large;
static uint64_t seed = 1;

static void give_up(const char *form, ...)
{
	va_list args;

	va_start(args, form);
	fputs("tables: ", stderr);
	vfprintf(stderr, form, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static uint64_t below(uint64_t n)
{
	/* Vigna's splitmix64. */
	uint64_t z = seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z ^ z >> 31) % n;
}

static uint64_t span(unsigned int level)
{
	return 1ull << f->span_lg2[level];
}

static unsigned int leaf_levels(void)
{
	unsigned int n = 1;

	while (large && n < f->levels && (f->leaf_levels >> n & 1))
		n++;
	return n;
}

/* ---- the record ---- */

static void record(struct range r)
{
	if (n_ranges == MOST_RANGES)
		give_up("more than %u ranges", MOST_RANGES);
	ranges[n_ranges++] = r;
}

/* [va, va + len) is no longer as it was: what was there goes to each(), in
 * parts that lie within. */
static void cut(uint64_t va, uint64_t len, void (*each)(struct range))
{
	unsigned int n = n_ranges;

	for (unsigned int i = 0; i < n; i++) {
		struct range r = ranges[i], part;
		uint64_t from = r.va > va ? r.va : va;
		uint64_t to = r.va + r.len < va + len ? r.va + r.len : va + len;

		if (from >= to)
			continue;
		part = r;
		part.va = from;
		part.len = to - from;
		part.oa += from - r.va;
		/* Before it; what lies behind becomes a range of its own. */
		ranges[i].len = from - r.va;
		if (to < r.va + r.len) {
			struct range rest = r;

			rest.va = to;
			rest.len = r.va + r.len - to;
			rest.oa += to - r.va;
			record(rest);
		}
		if (each)
			each(part);
	}
}

static const struct range *find(uint64_t va)
{
	for (unsigned int i = 0; i < n_ranges; i++)
		if (va - ranges[i].va < ranges[i].len)
			return &ranges[i];
	return NULL;
}

static void make_read_only(struct range part)
{
	part.rights &= ~TARRY_W;
	record(part);
}

/* ---- the space ---- */

/* Of all sizes, near each other and far; below any sign. */
static uint64_t somewhere(void)
{
	unsigned int bits = f->va_bits - 1;
	uint64_t lg2 = f->page_lg2 + 1 + below(bits - f->page_lg2 - 1);

	return below(1ull << lg2) & ~(page - 1);
}

static bool map(uint64_t va, uint64_t oa, uint64_t len, tarry_rights rights)
{
	struct tarry_how how = {.levels = leaf_levels()};
	int err = tarry_map(space, va, oa, len, rights | AD, &how);

	/* Refused, and nothing changed. */
	if (err == TARRY_EEXIST || err == TARRY_ENOMEM)
		return false;
	if (err)
		give_up("map of %" PRIx64 " bytes at %" PRIx64 ": %s", len, va,
			tarry_error_sentence(err));
	record((struct range){va, len, oa, rights, false});
	return true;
}

static void map_at_random(void)
{
	tarry_rights rights = below(2) ? RW : TARRY_R;
	unsigned int level = (unsigned int)below(leaf_levels());
	uint64_t size = span(level), va = somewhere(), len, oa;

	/* A leaf of that level, where there is memory behind all of it. */
	oa = (frames + size - 1) & ~(size - 1);
	if (level && oa + size <= frames + n_frames * page) {
		map(va & ~(size - 1), oa, size, rights);
		return;
	}
	len = (1 + below(96)) * page;
	map(va, frames + below(n_frames - 96) * page, len, rights);
}

static void change_at_random(void)
{
	struct range r = ranges[below(n_ranges)];
	uint64_t pages = r.len >> f->page_lg2, at, len;
	int err;

	if (r.own || !pages)
		return;
	at = below(pages);
	len = (1 + below(pages - at)) * page;
	at = r.va + at * page;
	switch (below(4)) {
	case 0:
		if (len > 64 * page)
			len = 64 * page;
		err = tarry_unmap(space, at, len, NULL);
		if (!err)
			cut(at, len, NULL);
		break;
	case 1:
		err = tarry_protect(space, at, len, TARRY_R, NULL);
		if (!err)
			cut(at, len, make_read_only);
		break;
	case 2:
		if (!large || (r.va & (span(1) - 1)) || r.len < span(1))
			return;
		err = tarry_split(space, r.va, 1, NULL);
		if (err == TARRY_EALIGN || err == TARRY_ELEAF ||
		    err == TARRY_ENOENT)
			err = 0;
		break;
	default:
		if (!large || f->levels < 2)
			return;
		err = tarry_collapse(space, at & ~(span(1) - 1), 1, 0, NULL,
				     NULL);
		if (err == TARRY_EHOLES || err == TARRY_EMIXED ||
		    err == TARRY_ELEAF || err == TARRY_ENOENT ||
		    err == TARRY_ELEVEL)
			err = 0;
	}
	if (err && err != TARRY_ENOMEM)
		give_up("a change at %" PRIx64 ": %s", at,
			tarry_error_sentence(err));
}

/* ---- the list ---- */

static uint64_t of_machine(uint64_t v)
{
	return f->big_endian ? htobe64(v) : htole64(v);
}

static struct guest_probe probe_at_random(void)
{
	const struct range *r;
	uint64_t va;
	struct guest_probe p = {.oa = GUEST_ABSENT};
	struct tarry_hit hit;
	int err;

	do {
		r = &ranges[below(n_ranges)];
		va = below(3) ? r->va + below(r->len + 2 * page) : somewhere();
		va = (va + below(page)) & ~7ull;
		r = find(va);
		/* The machine's own, code and list among it, is not written. */
	} while (r && r->own);
	p.va = va;
	if (r) {
		p.oa = r->oa + (va - r->va);
		p.rights = r->rights;
	}
	tarry_read_begin();
	err = tarry_translate(space, va, &hit);
	tarry_read_end();
	if ((err != 0) != (r == NULL) || (r && hit.oa != p.oa) ||
	    (r && ((f->leaf_rights(hit.entry, hit.level) ^ p.rights) & RW)))
		give_up("tarry translates %" PRIx64 " otherwise than it was "
			"mapped",
			va);
	return p;
}

static void write_all(const char *path, const void *memory, uint64_t root)
{
	struct guest_orders orders = {of_machine(GUEST_ORDERS),
				      of_machine(GUEST_PROBES), 0,
				      of_machine(root), of_machine(PROBES)};
	static struct guest_probe list[PROBES];
	uint64_t len = TABLE_BYTES;
	FILE *to = fopen(path, "wb");

	if (!to)
		give_up("%s cannot be written", path);
	_Static_assert(sizeof(orders) + sizeof(list) <= GUEST_TABLES,
		       "the list ends where the tables begin");
	for (unsigned int i = 0; i < PROBES; i++) {
		struct guest_probe p = probe_at_random();

		printf("? %" PRIx64 " ", p.va);
		if (p.oa == GUEST_ABSENT)
			printf("-\n");
		else
			printf("%" PRIx64 "\n", p.oa);
		list[i] =
			(struct guest_probe){of_machine(p.va), of_machine(p.oa),
					     of_machine(p.rights)};
	}
	while (len && !((const char *)memory)[len - 1])
		len--;
	if (fwrite(&orders, sizeof(orders), 1, to) != 1 ||
	    fwrite(list, sizeof(list), 1, to) != 1 ||
	    fseek(to, (long)GUEST_TABLES, SEEK_SET) ||
	    fwrite(memory, 1, len, to) != len || fclose(to))
		give_up("%s cannot be written", path);
}

static uint64_t number(const char *word)
{
	char *end;
	uint64_t v = strtoull(word, &end, 16);

	if (!*word || *end)
		give_up("\"%s\" is no hexadecimal number", word);
	return v;
}

int main(int argc, char **argv)
{
	struct tarry_pool_config config = {0};
	struct tarry_space_stats stats;
	struct tarry_pool *pool;
	uint64_t at, len;
	int err;

	if (argc < 6 || argc % 3)
		give_up("FORMAT AT LEN LARGE FILE [AT LEN RIGHTS]...");
	f = tarry_format_by_name(argv[1]);
	if (!f)
		give_up("no format \"%s\"", argv[1]);
	at = number(argv[2]);
	len = number(argv[3]);
	large = number(argv[4]);
	page = 1ull << f->page_lg2;
	frames = at + GUEST_TABLES + TABLE_BYTES;
	n_frames = (at + len - frames) >> f->page_lg2;

	tarry_thread_begin();
	config.format = f;
	config.oa = at + GUEST_TABLES;
	config.len = TABLE_BYTES;
	config.base = aligned_alloc(1 << 16, TABLE_BYTES);
	if (!config.base)
		give_up("no memory");
	memset(config.base, 0, TABLE_BYTES);
	err = tarry_pool_create(&config, &pool);
	if (!err)
		err = tarry_space_create(
			pool, f, TARRY_SPACE_HARDWARE | TARRY_SPACE_RUNS,
			&space);
	if (err)
		give_up("a space: %s", tarry_error_sentence(err));
	for (int i = 6; i + 2 < argc; i += 3) {
		uint64_t own = number(argv[i]);

		if (!map(own, own, number(argv[i + 1]),
			 (tarry_rights)number(argv[i + 2])))
			give_up("%s overlaps", argv[i]);
		ranges[n_ranges - 1].own = true;
	}
	for (unsigned int i = 0; i < MAPS; i++)
		map_at_random();
	for (unsigned int i = 0; i < CHANGES; i++)
		change_at_random();
	/* Where there were tables, others are by now. */
	tarry_pool_drain(pool);
	for (unsigned int i = 0; i < MAPS / 4; i++)
		map_at_random();
	tarry_space_stats(space, &stats);
	if (f->run_lg2[0] && !stats.runs[0])
		give_up("no run in any table of %s", argv[1]);
	write_all(argv[5], config.base, tarry_space_root(space));
	return 0;
}
