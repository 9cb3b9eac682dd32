/* SPDX-License-Identifier: MIT */
/*
 * A layout from a memory trace: what valgrind --tool=lackey --trace-mem=yes
 * prints.
 *
 *	I  04016b40,3        an instruction was fetched
 *	 L 1ffefff9a0,8      loaded
 *	 S 1ffefff9a8,8      stored
 *	 M 0421c7cc,4        both
 *
 * Valgrind's own lines begin with "==", "--" or "**".  Each page that was
 * touched is there; what was done to it are its rights.  Memory is bounded by
 * the number of different pages.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

#define LINE_MAX_LEN 512
#define MAX_PAGES    (1u << 24) /* 64 GiB touched */

/* An open hash of pages: page number + 1 in the upper bits, rights below. */
struct pages {
	uint64_t *slots;
	size_t size, n;
};

static uint64_t *find(struct pages *p, uint64_t page)
{
	size_t i = (page * 0x9e3779b97f4a7c15ull >> 20) & (p->size - 1);

	while (p->slots[i] && p->slots[i] >> 4 != page + 1)
		i = (i + 1) & (p->size - 1);
	return &p->slots[i];
}

static bool more_room(struct pages *p)
{
	struct pages old = *p;

	p->size = old.size ? old.size * 2 : 1 << 12;
	p->slots = calloc(p->size, sizeof(*p->slots));
	if (!p->slots) {
		*p = old;
		return false;
	}
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			*find(p, (old.slots[i] >> 4) - 1) = old.slots[i];
	free(old.slots);
	return true;
}

static bool touch(struct pages *p, uint64_t page, unsigned int rights,
		  const char **why)
{
	uint64_t *slot;

	if ((p->n + 1) * 2 > p->size && !more_room(p)) {
		*why = layout_no_memory;
		return false;
	}
	slot = find(p, page);
	if (!*slot) {
		if (p->n == MAX_PAGES) {
			*why = "more than 16777216 different pages";
			return false;
		}
		*slot = (page + 1) << 4;
		p->n++;
	}
	*slot |= rights;
	return true;
}

static bool trace_line(struct pages *p, const char *line, const char **why)
{
	unsigned int rights;
	unsigned long long at, len;
	char *end;

	if (!strncmp(line, "==", 2) || !strncmp(line, "--", 2) ||
	    !strncmp(line, "**", 2) || line[strspn(line, " \n")] == 0)
		return true;
	*why = "not a line of a memory trace";
	if (!strncmp(line, "I  ", 3))
		rights = LAYOUT_R | LAYOUT_X;
	else if (!strncmp(line, " L ", 3))
		rights = LAYOUT_R;
	else if (!strncmp(line, " S ", 3) || !strncmp(line, " M ", 3))
		rights = LAYOUT_R | LAYOUT_W;
	else
		return false;
	errno = 0;
	at = strtoull(line + 3, &end, 16);
	/* A digit first: strtoull() would take blanks and signs. */
	if (errno || !isxdigit((unsigned char)line[3]) || *end != ',' ||
	    !isdigit((unsigned char)end[1]))
		return false;
	len = strtoull(end + 1, &end, 10);
	if (errno || *end != '\n' || !len || len > 1 << 20)
		return false;
	if (at >> 56 || (at + len - 1) >> 56) {
		*why = "an address beyond every address space";
		return false;
	}
	for (uint64_t page = at >> 12; page <= (at + len - 1) >> 12; page++)
		if (!touch(p, page, rights, why))
			return false;
	return true;
}

static int by_page(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Neighbours of equal rights are a region. */
static bool regions_of(struct pages *p, struct layout *l, const char **why)
{
	size_t n = 0;

	for (size_t i = 0; i < p->size; i++)
		if (p->slots[i])
			p->slots[n++] = p->slots[i];
	qsort(p->slots, n, sizeof(*p->slots), by_page);
	for (size_t i = 0; i < n;) {
		uint64_t start = (p->slots[i] >> 4) - 1;
		unsigned int rights = p->slots[i] & 15;
		size_t j = i + 1;

		while (j < n && (p->slots[j] >> 4) - 1 == start + (j - i) &&
		       (p->slots[j] & 15) == rights)
			j++;
		if (!layout_add_region(l, start << 12, (start + (j - i)) << 12,
				       rights, "", why) ||
		    !layout_add_run(l, start << 12, (uint64_t)(j - i) << 12, 12,
				    LAYOUT_PRESENT, why))
			return false;
		i = j;
	}
	return true;
}

int layout_from_trace(const char *command, const char *arg, FILE *in,
		      struct layout **out)
{
	struct layout *l = layout_new();
	struct pages pages = {0};
	unsigned long number = 0;
	char line[LINE_MAX_LEN];
	const char *why = "";
	int code = l ? 0 : complain(1, command, arg, "no memory");

	while (!code && fgets(line, sizeof(line), in)) {
		size_t n = strlen(line);

		number++;
		if (!n || line[n - 1] != '\n')
			code = complain(2, command, arg, "line %lu: %s", number,
					feof(in) ? "cut off"
						 : "too long, or binary");
		else if (!trace_line(&pages, line, &why))
			code = complain(why == layout_no_memory ? 1 : 2,
					command, arg, "line %lu: %s", number,
					why);
	}
	if (!code && ferror(in))
		code = complain(1, command, arg, "%s", strerror(errno));
	if (!code && !pages.n)
		code = complain(2, command, arg, "holds no memory access");
	if (!code && !regions_of(&pages, l, &why))
		code = complain(1, command, arg, "%s", why);
	free(pages.slots);
	if (code) {
		layout_free(l);
		return code;
	}
	l->source = LAYOUT_TRACE;
	*out = l;
	return 0;
}
