/* SPDX-License-Identifier: MIT */
/*
 * What a layout's page tables cost, in every format there is.
 *
 * Tables are counted, not built: a table of level l is there if any leaf of
 * level l or below lies under it.  Runs come in rising order, so the number of
 * the last table counted at each level is enough.
 */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "cost.h"
#include "tarry/pool.h"

/* Which leaves the pages come in. */
enum leaves {
	AS_THEY_ARE, /* huge where the process has huge pages */
	ALL_SMALL,   /* the smallest everywhere */
	LARGEST,     /* the largest that fit the runs' addresses */
	N_LEAVES
};

static const char *const leaves_name[N_LEAVES] = {"as it is", "all small pages",
						  "largest leaves"};
static const char *const leaves_key[N_LEAVES] = {"as_it_is", "all_small",
						 "largest"};

struct cost {
	uint64_t tables[TARRY_MAX_LEVELS];
	uint64_t leaves[TARRY_MAX_LEVELS];
	uint64_t bytes, outside;
	uint64_t last[TARRY_MAX_LEVELS]; /* number of the last table + 1 */
};

/* Leaves of @level in [va, va + len), which is aligned to them. */
static void count(struct cost *c, const struct tarry_format *f, uint64_t va,
		  uint64_t len, unsigned int level)
{
	c->leaves[level] += len >> f->span_lg2[level];
	for (unsigned int l = level; l < f->levels; l++) {
		unsigned int lg2 = f->span_lg2[l] + f->index_lg2[l];
		uint64_t first = lg2 < 64 ? va >> lg2 : 0;
		uint64_t last = lg2 < 64 ? (va + len - 1) >> lg2 : 0;

		if (first + 1 == c->last[l])
			first++;
		if (last + 1 == c->last[l])
			continue;
		c->tables[l] += last - first + 1;
		c->last[l] = last + 1;
	}
}

static bool is_leaf_level(const struct tarry_format *f, unsigned int level)
{
	return level < f->levels && (f->leaf_levels >> level & 1);
}

/* A run of whole pages, cut into leaves of at most @most bytes (lg2), the
 * largest that fit. */
static void count_run(struct cost *c, const struct tarry_format *f, uint64_t va,
		      uint64_t len, unsigned int most)
{
	while (len) {
		unsigned int level = 0;
		uint64_t span, part, rest;

		while (is_leaf_level(f, level + 1) &&
		       f->span_lg2[level + 1] <= most &&
		       !(va & ((1ull << f->span_lg2[level + 1]) - 1)) &&
		       len >> f->span_lg2[level + 1])
			level++;
		span = 1ull << f->span_lg2[level];
		part = len & ~(span - 1);
		/* Up to where a larger leaf would fit. */
		if (is_leaf_level(f, level + 1) &&
		    f->span_lg2[level + 1] <= most) {
			uint64_t up = 1ull << f->span_lg2[level + 1];

			rest = up - (va & (up - 1));
			if (rest < part && len - rest >= up)
				part = rest;
		}
		count(c, f, va, part, level);
		va += part;
		len -= part;
	}
}

static void cost_of(const struct layout *l, const struct tarry_format *f,
		    enum leaves leaves, struct cost *c)
{
	/* Addresses of a process lie in the lower half. */
	unsigned int bits = f->va_bits - f->va_signed;
	uint64_t top = bits < 64 ? 1ull << bits : ~0ull;
	uint64_t mask = (1ull << f->page_lg2) - 1, counted = 0;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < l->n_runs; i++) {
		const struct layout_run *r = &l->runs[i];
		unsigned int most = leaves == ALL_SMALL ? f->page_lg2
				    : leaves == LARGEST ? 63
							: r->size_lg2;
		uint64_t va, end;

		if (r->what != LAYOUT_PRESENT)
			most = f->page_lg2; /* a mark for each page */
		if (r->va + r->len > top) {
			c->outside += r->len;
			continue;
		}
		/* The format's pages may be larger than the process's: those
		 * that a run touches, and each of them once. */
		va = r->va & ~mask;
		end = (r->va + r->len + mask) & ~mask;
		if (va < counted)
			va = counted;
		if (va < end)
			count_run(c, f, va, end - va, most);
		counted = end;
	}
	/* The root is there even if nothing is mapped. */
	if (!c->tables[f->levels - 1])
		c->tables[f->levels - 1] = 1;
	for (unsigned int i = 0; i < f->levels; i++)
		c->bytes += c->tables[i] << f->table_lg2[i];
}

/* Do tables of the format share pages? */
static bool has_fragments(const struct tarry_format *f)
{
	for (unsigned int i = 0; i < f->levels; i++)
		if (f->table_lg2[i] < f->backing_lg2)
			return true;
	return false;
}

/* Bytes of the pages that the tables stand in, as they are when nothing has
 * come or gone yet: "sticky" has no other holes than "recycle" then. */
static uint64_t backing(const struct cost *c, const struct tarry_format *f,
			enum tarry_policy policy)
{
	uint64_t bytes = 0, page = 1ull << f->backing_lg2;

	for (unsigned int lg2 = 0; lg2 <= TARRY_MAX_TABLE_LG2; lg2++) {
		uint64_t n = 0;

		for (unsigned int i = 0; i < f->levels; i++)
			n += f->table_lg2[i] == lg2 ? c->tables[i] : 0;
		if (lg2 >= f->backing_lg2)
			bytes += n << lg2;
		else if (policy == TARRY_WHOLE)
			bytes += n * page;
		else
			bytes += ((n << lg2) + page - 1) & ~(page - 1);
	}
	return bytes;
}

static uint64_t give_back(const struct layout *l, const struct cost *c)
{
	return l->vm_pte > c->bytes ? l->vm_pte - c->bytes : 0;
}

static double slots_used(const struct tarry_format *f, const struct cost *c)
{
	uint64_t slots = c->tables[0] << f->index_lg2[0];

	return slots ? (double)c->leaves[0] / (double)slots : 0;
}

static void totals(const struct layout *l, uint64_t *present, uint64_t *swapped,
		   uint64_t *huge)
{
	*present = *swapped = *huge = 0;
	for (size_t i = 0; i < l->n_runs; i++) {
		const struct layout_run *r = &l->runs[i];

		*(r->what == LAYOUT_PRESENT ? present : swapped) += r->len;
		if (r->size_lg2 > 12)
			*huge += r->len;
	}
}

/* A name need not be UTF-8, JSON must be. */
static json_t *json_name(const char *name)
{
	json_t *text = json_string(name);
	char plain[64];
	size_t n;

	if (text)
		return text;
	for (n = 0; name[n] && n + 1 < sizeof(plain); n++)
		plain[n] = (unsigned char)name[n] < 128 ? name[n] : '?';
	plain[n] = 0;
	return json_string(plain);
}

static json_t *cost_json(const struct layout *l)
{
	json_t *formats = json_array(), *root;
	uint64_t present, swapped, huge;

	totals(l, &present, &swapped, &huge);
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		json_t *format = json_pack("{s:s}", "format", f->name);

		for (unsigned int k = 0; k < N_LEAVES; k++) {
			json_t *tables = json_array(), *bytes = json_array();
			struct cost c;

			cost_of(l, f, (enum leaves)k, &c);
			for (unsigned int j = 0; j < f->levels; j++) {
				uint64_t n = c.tables[j];

				json_array_append_new(
					tables, json_integer((json_int_t)n));
				n <<= f->table_lg2[j];
				json_array_append_new(
					bytes, json_integer((json_int_t)n));
			}
			json_t *pages = json_object();

			for (unsigned int p = 0; tarry_policy_name(p); p++)
				json_object_set_new(
					pages, tarry_policy_name(p),
					json_integer((json_int_t)backing(
						&c, f, (enum tarry_policy)p)));
			json_object_set_new(
				format, leaves_key[k],
				json_pack("{s:o,s:o,s:I,s:o,s:f,s:I,s:I}",
					  "tables_by_level", tables,
					  "bytes_by_level", bytes, "bytes",
					  (json_int_t)c.bytes,
					  "backing_bytes_by_policy", pages,
					  "leaf_slots_used", slots_used(f, &c),
					  "reclaim_could_return",
					  (json_int_t)give_back(l, &c),
					  "outside_bytes",
					  (json_int_t)c.outside));
		}
		json_array_append_new(formats, format);
	}
	root = json_pack(
		"{s:i,s:o,s:I,s:I,s:I,s:I,s:I,s:b,s:b,s:o}", "pid", l->pid,
		"comm", json_name(l->comm), "regions", (json_int_t)l->n_regions,
		"present_bytes", (json_int_t)present, "swapped_bytes",
		(json_int_t)swapped, "huge_bytes", (json_int_t)huge,
		"kernel_vmpte_bytes", (json_int_t)l->vm_pte, "huge_guessed",
		l->guessed, "places_assumed", l->partial, "formats", formats);
	return root;
}

static void cost_format(const struct layout *l, const struct tarry_format *f)
{
	for (unsigned int k = 0; k < N_LEAVES; k++) {
		char levels[128] = "";
		struct cost c;
		int n = 0;

		cost_of(l, f, (enum leaves)k, &c);
		for (unsigned int j = 0; j < f->levels; j++)
			n += snprintf(levels + n, sizeof(levels) - (size_t)n,
				      " %8.1f",
				      (double)(c.tables[j] << f->table_lg2[j]) /
					      1024);
		printf("%-13s %-16s %10.1f%-46s", k ? "" : f->name,
		       leaves_name[k], (double)c.bytes / 1024, levels);
		printf(" %5.1f %%", 100 * slots_used(f, &c));
		if (l->vm_pte)
			printf(" %7.2f %12.1f",
			       (double)c.bytes / (double)l->vm_pte,
			       (double)give_back(l, &c) / 1024);
		putchar('\n');
		if (c.outside)
			printf("%-13s   %" PRIu64
			       " KB lie beyond the format's addresses\n",
			       "", c.outside / 1024);
	}
}

/* What the pages cost that those tables share, or do not. */
static void cost_pages(const struct layout *l, const struct tarry_format *f)
{
	struct cost c;

	cost_of(l, f, AS_THEY_ARE, &c);
	printf("%-13s   in pages of %u KB, as it is:", "",
	       1u << (f->backing_lg2 - 10));
	for (unsigned int p = 0; tarry_policy_name(p); p++)
		printf("%s %s %.1f KB", p ? "," : "", tarry_policy_name(p),
		       (double)backing(&c, f, (enum tarry_policy)p) / 1024);
	putchar('\n');
}

int cost_print(const struct layout *l, const char *arg, bool json)
{
	uint64_t present, swapped, huge;

	if (json) {
		json_t *root = cost_json(l);
		int bad = json_dumpf(root, stdout, JSON_INDENT(2)) < 0;

		json_decref(root);
		putchar('\n');
		return bad || fflush(stdout)
			       ? complain(1, "cost", arg, "cannot be written")
			       : 0;
	}
	totals(l, &present, &swapped, &huge);
	print_tame(stdout, arg);
	if (l->comm[0]) {
		fputs(" (", stdout);
		print_tame(stdout, l->comm);
		putchar(')');
	}
	printf(": %zu regions, %.1f MB present, %.1f MB of it in huge "
	       "pages%s, %.1f MB swapped\n",
	       l->n_regions, (double)present / 1048576, (double)huge / 1048576,
	       l->guessed ? " (guessed)" : "", (double)swapped / 1048576);
	if (l->partial)
		puts("the places of pages inside regions are assumed");
	if (l->vm_pte)
		printf("the kernel says VmPTE %.1f KB\n",
		       (double)l->vm_pte / 1024);
	printf("\n%-13s %-16s %10s %-45s %7s", "format", "leaves", "KB",
	       "KB at level 0, 1, ... root", "in use");
	if (l->vm_pte)
		printf(" %7s %12s", "/ VmPTE", "to reclaim KB");
	putchar('\n');
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		cost_format(l, tarry_format_at(i));
		if (has_fragments(tarry_format_at(i)))
			cost_pages(l, tarry_format_at(i));
	}
	return fflush(stdout) ? complain(1, "cost", arg, "cannot be written")
			      : 0;
}

static void size_name(unsigned int lg2, char *to, size_t len)
{
	static const char *const unit[] = {"", "K", "M", "G", "T", "P", "E"};

	snprintf(to, len, "%u%s", 1u << lg2 % 10, unit[lg2 / 10]);
}

int formats_print(bool json)
{
	json_t *all = json_array();

	if (!json)
		printf("%-13s %6s %7s %7s  %-18s %-28s %s\n", "name", "levels",
		       "va bits", "oa bits", "leaves", "under a slot, by level",
		       "manual");
	for (unsigned int i = 0; tarry_format_at(i); i++) {
		const struct tarry_format *f = tarry_format_at(i);
		char leaves[64] = "", spans[64] = "", size[8];

		for (unsigned int l = 0; l < f->levels; l++) {
			size_name(f->span_lg2[l], size, sizeof(size));
			if (l)
				strcat(spans, " ");
			strcat(spans, size);
			if (!is_leaf_level(f, l))
				continue;
			if (l)
				strcat(leaves, " ");
			strcat(leaves, size);
		}
		json_array_append_new(
			all,
			json_pack("{s:s,s:i,s:i,s:i,s:s,s:s,s:s}", "name",
				  f->name, "levels", f->levels, "va_bits",
				  f->va_bits, "oa_bits", f->oa_bits, "leaves",
				  leaves, "spans", spans, "manual", f->manual));
		if (!json)
			printf("%-13s %6u %7u %7u  %-18s %-28s %s\n", f->name,
			       f->levels, f->va_bits, f->oa_bits, leaves, spans,
			       f->manual);
	}
	if (json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	return fflush(stdout) ? complain(1, "formats", NULL,
					 "the output cannot be written")
			      : 0;
}
