/* SPDX-License-Identifier: MIT */
/*
 * Layouts: building one, and finding out what an argument names.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "layout.h"

const char layout_no_memory[] = "no memory";

void print_tame(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text,
		      out);
}

int complain(int code, const char *command, const char *arg, const char *format,
	     ...)
{
	va_list args;

	fprintf(stderr, "tarry%s%s: ", command ? " " : "",
		command ? command : "");
	/* One line, whatever a file name holds. */
	if (arg && *arg) {
		print_tame(stderr, arg);
		fputs(": ", stderr);
	}
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

struct layout *layout_new(void)
{
	return calloc(1, sizeof(struct layout));
}

void layout_free(struct layout *l)
{
	if (!l)
		return;
	free(l->regions);
	free(l->runs);
	free(l);
}

static bool grow(void **array, size_t *max, size_t size)
{
	size_t more = *max ? *max * 2 : 64;
	void *p = realloc(*array, more * size);

	if (!p)
		return false;
	*array = p;
	*max = more;
	return true;
}

bool layout_add_region(struct layout *l, uint64_t start, uint64_t end,
		       unsigned int rights, const char *name, const char **why)
{
	struct layout_region *r;

	if (start >= end || (start | end) & 4095) {
		*why = "a region is empty or not of whole pages";
		return false;
	}
	if (l->n_regions && l->regions[l->n_regions - 1].end > start) {
		*why = "regions overlap or are out of order";
		return false;
	}
	if (l->n_regions == LAYOUT_MAX_REGIONS) {
		*why = "more than 1048576 regions";
		return false;
	}
	if (l->n_regions == l->max_regions &&
	    !grow((void **)&l->regions, &l->max_regions, sizeof(*r))) {
		*why = layout_no_memory;
		return false;
	}
	r = &l->regions[l->n_regions++];
	*r = (struct layout_region){.start = start,
				    .end = end,
				    .rights = rights,
				    .first_run = l->n_runs};
	strncpy(r->name, name, sizeof(r->name) - 1);
	return true;
}

bool layout_add_run(struct layout *l, uint64_t va, uint64_t len,
		    unsigned int size_lg2, enum layout_what what,
		    const char **why)
{
	struct layout_region *r =
		l->n_regions ? &l->regions[l->n_regions - 1] : NULL;
	uint64_t mask = (1ull << size_lg2) - 1;
	struct layout_run *last;

	if (!r || !len || (va | len) & mask || va < r->start || va + len < va ||
	    va + len > r->end) {
		*why = "a run is empty, misaligned, or outside its region";
		return false;
	}
	last = r->n_runs ? &l->runs[l->n_runs - 1] : NULL;
	if (last && last->va + last->len > va) {
		*why = "runs overlap or are out of order";
		return false;
	}
	if (last && last->va + last->len == va && last->what == what &&
	    last->size_lg2 == size_lg2) {
		last->len += len;
		return true;
	}
	if (l->n_runs == LAYOUT_MAX_RUNS) {
		*why = "more than 67108864 runs";
		return false;
	}
	if (l->n_runs == l->max_runs &&
	    !grow((void **)&l->runs, &l->max_runs, sizeof(*last))) {
		*why = layout_no_memory;
		return false;
	}
	l->runs[l->n_runs++] = (struct layout_run){
		.va = va, .len = len, .size_lg2 = size_lg2, .what = what};
	r->n_runs++;
	return true;
}

static bool all_digits(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (*s < '0' || *s > '9')
			return false;
	return true;
}

int layout_load(const char *command, const char *arg, struct layout **out)
{
	bool standard = !strcmp(arg, "-");
	struct stat st;
	FILE *in;
	int first, code;

	if (!*arg)
		return complain(2, command, "''",
				"neither a process nor a file");
	/* A number is a process; "./123" is the file of that name. */
	if (all_digits(arg))
		return layout_from_process(command, arg, out);
	if (*arg == '-' && !standard && all_digits(arg + 1))
		return complain(2, command, arg, "not a process number");
	in = standard ? stdin : fopen(arg, "r");
	if (!in)
		return complain(2, command, arg, "%s", strerror(errno));
	if (fstat(fileno(in), &st) == 0 && S_ISDIR(st.st_mode)) {
		if (!standard)
			fclose(in);
		return complain(2, command, arg, "is a directory");
	}
	first = getc(in);
	ungetc(first, in);
	if (first == EOF)
		code = ferror(in) ? complain(1, command, arg, "%s",
					     strerror(errno))
				  : complain(2, command, arg, "empty");
	else if (first == 't')
		code = layout_from_snapshot(command, arg, in, out);
	else
		code = layout_from_trace(command, arg, in, out);
	if (!standard)
		fclose(in);
	return code;
}
