/* SPDX-License-Identifier: MIT */
/*
 * Snapshots: a layout in a file of lines.
 *
 *	tarry-snapshot 1
 *	pid 1234
 *	comm name
 *	time 1700000000
 *	vmpte 123456
 *	flags guessed partial
 *	region 55d0c0000000 55d0c0021000 rw-p [heap]
 *	run 55d0c0000000 21000 4K present
 *	...
 *	end REGIONS RUNS CRC
 *
 * Numbers of bytes and addresses are hexadecimal.  The CRC (zlib's) is of
 * everything before the last line.  A file is hostile until its last line has
 * been read: every line is checked, and no line may be longer than a few
 * hundred bytes.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "layout.h"
#include "snapshot.h"

#define LINE_MAX_LEN 256

struct writer {
	FILE *out;
	uLong crc;
};

static void put(struct writer *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	w->crc = crc32(w->crc, (const Bytef *)line, (uInt)n);
	fputs(line, w->out);
}

/* Names come from elsewhere: nothing that could end the line. */
static const char *tame(const char *name, char *to, size_t len)
{
	size_t n = 0;

	for (; *name && n + 1 < len; name++)
		to[n++] = (unsigned char)*name < ' ' || *name == 127 ? '?'
								     : *name;
	to[n] = 0;
	return to;
}

bool layout_write(const struct layout *l, FILE *out)
{
	struct writer w = {.out = out, .crc = crc32(0, NULL, 0)};
	char name[64];

	put(&w, "tarry-snapshot 1\n");
	put(&w, "pid %d\n", l->pid);
	put(&w, "comm %s\n", tame(l->comm, name, sizeof(name)));
	put(&w, "time %" PRIu64 "\n", l->time);
	put(&w, "vmpte %" PRIx64 "\n", l->vm_pte);
	put(&w, "flags%s%s\n", l->guessed ? " guessed" : "",
	    l->partial ? " partial" : "");
	for (size_t i = 0; i < l->n_regions; i++) {
		const struct layout_region *r = &l->regions[i];

		put(&w, "region %" PRIx64 " %" PRIx64 " %c%c%c%c %s\n",
		    r->start, r->end, r->rights & LAYOUT_R ? 'r' : '-',
		    r->rights & LAYOUT_W ? 'w' : '-',
		    r->rights & LAYOUT_X ? 'x' : '-',
		    r->rights & LAYOUT_SHARED ? 's' : 'p',
		    tame(r->name, name, sizeof(name)));
		for (size_t j = r->first_run; j < r->first_run + r->n_runs; j++)
			put(&w, "run %" PRIx64 " %" PRIx64 " %s %s\n",
			    l->runs[j].va, l->runs[j].len,
			    l->runs[j].size_lg2 == 12	? "4K"
			    : l->runs[j].size_lg2 == 21 ? "2M"
							: "1G",
			    l->runs[j].what == LAYOUT_PRESENT ? "present"
							      : "swapped");
	}
	fprintf(out, "end %zu %zu %08lx\n", l->n_regions, l->n_runs, w.crc);
	return fflush(out) == 0 && !ferror(out);
}

/* ---- reading ---- */

struct snapshot_reader {
	struct layout *l;
	uLong crc;
	unsigned int line;
	size_t runs;
	bool ended;
	bool pid, comm, time, vm_pte, flags; /* seen */
	const char *why;
};

static bool bad(struct snapshot_reader *r, const char *why)
{
	r->why = why;
	return false;
}

/* Does a number follow the word at once?  scanf would take blanks and signs. */
static bool is_number(const char *line, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(line, word, n) && isxdigit((unsigned char)line[n]);
}

static bool read_region(struct snapshot_reader *r, const char *line)
{
	uint64_t start, end;
	unsigned int rights;
	char flags[5], name[64] = "";
	int at = 0;

	if (sscanf(line, "region %16" SCNx64 " %16" SCNx64 " %4[rwxsp-]%n",
		   &start, &end, flags, &at) != 3 ||
	    !is_number(line, "region ") || strlen(flags) != 4 ||
	    line[at] != ' ')
		return bad(r, "not a region");
	sscanf(line + at + 1, "%63[^\n]", name);
	rights = (flags[0] == 'r' ? LAYOUT_R : 0) |
		 (flags[1] == 'w' ? LAYOUT_W : 0) |
		 (flags[2] == 'x' ? LAYOUT_X : 0) |
		 (flags[3] == 's' ? LAYOUT_SHARED : 0);
	if (end > 1ull << 56)
		return bad(r, "a region beyond every address space");
	return layout_add_region(r->l, start, end, rights, name, &r->why);
}

static bool read_run(struct snapshot_reader *r, const char *line)
{
	uint64_t va, len;
	char size[3], what[8];
	unsigned int lg2;
	int at = 0;

	if (sscanf(line, "run %16" SCNx64 " %16" SCNx64 " %2s %7s%n", &va, &len,
		   size, what, &at) != 4 ||
	    !is_number(line, "run ") || strcmp(line + at, "\n") != 0)
		return bad(r, "not a run");
	r->runs++;
	lg2 = !strcmp(size, "4K")   ? 12
	      : !strcmp(size, "2M") ? 21
	      : !strcmp(size, "1G") ? 30
				    : 0;
	if (!lg2)
		return bad(r, "not a page size");
	if (strcmp(what, "present") && strcmp(what, "swapped"))
		return bad(r, "neither present nor swapped");
	return layout_add_run(r->l, va, len, lg2,
			      *what == 'p' ? LAYOUT_PRESENT : LAYOUT_SWAPPED,
			      &r->why);
}

static bool read_end(struct snapshot_reader *r, const char *line)
{
	size_t regions, runs;
	unsigned long crc;
	int at = 0;

	if (sscanf(line, "end %9zu %9zu %8lx%n", &regions, &runs, &crc, &at) !=
		    3 ||
	    !is_number(line, "end ") || strcmp(line + at, "\n") != 0)
		return bad(r, "not an end");
	/* Lines, not what they came to: neighbours are joined when read. */
	if (regions != r->l->n_regions || runs != r->runs)
		return bad(r, "another number of regions or runs than its end "
			      "says");
	if (crc != r->crc)
		return bad(r, "damaged: the checksum does not fit");
	r->ended = true;
	return true;
}

/* A line before the regions; each comes once. */
static bool read_key(struct snapshot_reader *r, const char *line)
{
	struct layout *l = r->l;
	bool *seen;
	int at = 0;

	/* A blank in a format also stands for none: is_number() wants it. */
	if (sscanf(line, "pid %9d%n", &l->pid, &at) == 1 &&
	    is_number(line, "pid "))
		seen = &r->pid;
	else if (sscanf(line, "time %19" SCNu64 "%n", &l->time, &at) == 1 &&
		 is_number(line, "time "))
		seen = &r->time;
	else if (sscanf(line, "vmpte %16" SCNx64 "%n", &l->vm_pte, &at) == 1 &&
		 is_number(line, "vmpte "))
		seen = &r->vm_pte;
	else if (!strncmp(line, "comm ", 5)) {
		sscanf(line + 5, "%31[^\n]%n", l->comm, &at);
		at += 5;
		seen = &r->comm;
	} else if (!strcmp(line, "flags\n") || !strncmp(line, "flags ", 6)) {
		l->guessed = strstr(line, " guessed") != NULL;
		l->partial = strstr(line, " partial") != NULL;
		at = (int)strlen(line) - 1;
		seen = &r->flags;
	} else {
		return bad(r, "not a line of a snapshot");
	}
	if (strcmp(line + at, "\n") != 0)
		return bad(r, "a number or a name that is too long");
	if (*seen)
		return bad(r, "stands twice");
	if (l->n_regions)
		return bad(r, "belongs before the regions");
	*seen = true;
	return true;
}

static bool read_line(struct snapshot_reader *r, const char *line)
{
	unsigned int version;

	if (r->ended)
		return bad(r, "something comes after the end");
	if (r->line == 1) {
		if (sscanf(line, "tarry-snapshot %9u", &version) != 1)
			return bad(r, "not a snapshot");
		if (version != 1)
			return bad(r, "a version that this program does not "
				      "know");
		return true;
	}
	if (!strncmp(line, "region ", 7))
		return read_region(r, line);
	if (!strncmp(line, "run ", 4))
		return read_run(r, line);
	if (!strncmp(line, "end ", 4))
		return read_end(r, line);
	return read_key(r, line);
}

int layout_from_snapshot(const char *command, const char *arg, FILE *in,
			 struct layout **out)
{
	struct snapshot_reader r = {.l = layout_new(),
				    .crc = crc32(0, NULL, 0)};
	char line[LINE_MAX_LEN];
	int code = 0;

	if (!r.l)
		return complain(1, command, arg, "no memory");
	r.l->source = LAYOUT_SNAPSHOT;
	while (!code && fgets(line, sizeof(line), in)) {
		size_t n = strlen(line);

		r.line++;
		if (!n || line[n - 1] != '\n')
			code = complain(2, command, arg, "line %u: %s", r.line,
					feof(in) ? "cut off"
						 : "too long, or binary");
		else if (!read_line(&r, line))
			code = complain(r.why == layout_no_memory ? 1 : 2,
					command, arg, "line %u: %s", r.line,
					r.why);
		r.crc = crc32(r.crc, (const Bytef *)line, (uInt)n);
	}
	if (!code && ferror(in))
		code = complain(1, command, arg, "%s", strerror(errno));
	if (!code && !r.ended)
		code = complain(2, command, arg,
				"cut off after line %u: its end is missing",
				r.line);
	if (code)
		layout_free(r.l);
	else
		*out = r.l;
	return code;
}

/* ---- the file it goes to ---- */

/* Into what is not a plain file: as it is. */
static int write_through(const struct layout *l, const char *path)
{
	bool standard = !strcmp(path, "-");
	FILE *out = standard ? stdout : fopen(path, "w");
	bool ok;
	int err;

	if (!out)
		return complain(1, "snapshot", path, "%s", strerror(errno));
	ok = layout_write(l, out);
	err = errno;
	if (!standard && fclose(out) != 0 && ok) {
		ok = false;
		err = errno;
	}
	return ok ? 0 : complain(1, "snapshot", path, "%s", strerror(err));
}

static const int deadly[] = {SIGHUP, SIGINT, SIGTERM};
#define N_DEADLY (sizeof(deadly) / sizeof(*deadly))

/* What is written at the moment, for who ends the program meanwhile. */
static char temporary[PATH_MAX];

static void ended_meanwhile(int signal_number)
{
	unlink(temporary);
	raise(signal_number); /* the default, once this has returned */
}

static void guard(struct sigaction *before)
{
	struct sigaction guarded = {.sa_handler = ended_meanwhile,
				    .sa_flags = (int)SA_RESETHAND};

	for (size_t i = 0; i < N_DEADLY; i++) {
		sigaction(deadly[i], NULL, &before[i]);
		if (before[i].sa_handler == SIG_DFL)
			sigaction(deadly[i], &guarded, NULL);
	}
}

static void unguard(const struct sigaction *before)
{
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &before[i], NULL);
}

/* Whole or not at all: the old file stays until the new one is safe. */
static int write_beside(const struct layout *l, const char *path,
			const char *place, mode_t mode)
{
	struct sigaction before[N_DEADLY];
	FILE *out;
	int fd, err = 0;
	bool ok;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", place) >=
	    (int)sizeof(temporary))
		return complain(2, "snapshot", path, "the name is too long");
	guard(before);
	fd = mkstemp(temporary);
	if (fd < 0) {
		err = errno;
		unguard(before);
		return complain(1, "snapshot", path, "%s", strerror(err));
	}
	out = fdopen(fd, "w");
	ok = out && fchmod(fd, mode) == 0 && layout_write(l, out) &&
	     fsync(fd) == 0;
	err = errno;
	if (out ? fclose(out) : close(fd)) {
		err = ok ? errno : err;
		ok = false;
	}
	if (ok && rename(temporary, place) != 0) {
		err = errno;
		ok = false;
	}
	if (!ok)
		unlink(temporary);
	unguard(before);
	return ok ? 0 : complain(1, "snapshot", path, "%s", strerror(err));
}

int snapshot_write(const struct layout *l, const char *path)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;
	mode_t mask;
	char *place;
	int code;

	if (!strcmp(path, "-") || (exists && !S_ISREG(st.st_mode)))
		return write_through(l, path);
	mask = umask(0);
	umask(mask);
	/* As open() would: the addresses of a process are not for everyone who
	 * may not read it. */
	if (!exists && lstat(path, &st) != 0)
		return write_beside(l, path, path, 0666 & ~mask);
	/* A link stays, and what it points to is replaced: /dev/stdout, for
	 * one, is not this program's to replace. */
	place = realpath(path, NULL);
	if (!place)
		return complain(1, "snapshot", path, "%s", strerror(errno));
	code = write_beside(l, path, place, st.st_mode & 0777);
	free(place);
	return code;
}
