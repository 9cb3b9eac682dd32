/* SPDX-License-Identifier: MIT */
/*
 * A layout from a live process: maps and smaps for the regions, pagemap for
 * the pages in them.
 *
 * A process may end, or change, while it is read.  Its start time is compared
 * at the end: a number that was given to another process meanwhile is noticed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"

/* From Linux 6.7 (include/uapi/linux/fs.h); older headers lack them. */
struct scan_region {
	uint64_t start, end, categories;
};

struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN		_IOWR('f', 16, struct scan_arg)
#define SCAN_PRESENT	(1u << 3)
#define SCAN_SWAPPED	(1u << 4)
#define SCAN_HUGE	(1u << 6)
#define SCAN_AT_ONCE	1024
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_SWAPPED (1ull << 62)
#define HUGE_LEN	(2ull << 20)

/* So much is read page by page whatever smaps says of it. */
#define READ_WHOLE_LEN (1ull << 30)

struct reader {
	const char *command, *arg;
	int pid, pagemap;
	bool no_scan;
	struct layout *l;
	const char *why;
};

/* What smaps says of one region, in bytes. */
struct smaps {
	uint64_t start, end, present, swapped, huge;
	unsigned int rights;
	bool giant; /* of pages of 1G */
	char name[64];
};

static FILE *proc_open(int pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "r");
}

/* The start time, to know the process again; 0: it is gone. */
static uint64_t proc_started(int pid)
{
	FILE *in = proc_open(pid, "stat");
	uint64_t started = 0;
	char line[1024], *at;
	size_t n;

	if (!in)
		return 0;
	/* Not by lines: the name in it may hold anything. */
	n = fread(line, 1, sizeof(line) - 1, in);
	line[n] = 0;
	at = strrchr(line, ')');
	if (at) {
		/* Field 22; after the name come fields 3 and on. */
		for (int field = 2; field < 22 && at; field++)
			at = strchr(at + 1, ' ');
		if (at)
			started = strtoull(at, NULL, 10);
	}
	fclose(in);
	return started;
}

static void proc_status(int pid, struct layout *l)
{
	FILE *in = proc_open(pid, "status");
	char line[256];

	if (!in)
		return;
	while (fgets(line, sizeof(line), in)) {
		uint64_t kb;

		if (sscanf(line, "VmPTE: %" SCNu64 " kB", &kb) == 1)
			l->vm_pte = kb * 1024;
		else if (sscanf(line, "Name: %31[^\n]", l->comm) != 1)
			continue;
	}
	fclose(in);
}

static bool add(struct reader *r, uint64_t va, uint64_t len,
		unsigned int size_lg2, enum layout_what what)
{
	return layout_add_run(r->l, va, len, size_lg2, what, &r->why);
}

/* A stretch of present pages, of which the kernel says that they are huge. */
static bool add_huge(struct reader *r, uint64_t start, uint64_t end)
{
	uint64_t first = (start + HUGE_LEN - 1) & ~(HUGE_LEN - 1);
	uint64_t last = end & ~(HUGE_LEN - 1);

	if (first >= last)
		return add(r, start, end - start, 12, LAYOUT_PRESENT);
	return (start == first ||
		add(r, start, first - start, 12, LAYOUT_PRESENT)) &&
	       add(r, first, last - first, 21, LAYOUT_PRESENT) &&
	       (last == end || add(r, last, end - last, 12, LAYOUT_PRESENT));
}

/* 1: done; 0: this kernel cannot; -1: error, r->why says which. */
static int scan_region(struct reader *r, const struct smaps *m)
{
	struct scan_region vec[SCAN_AT_ONCE];
	uint64_t at = m->start;

	while (at < m->end) {
		struct scan_arg arg = {
			.size = sizeof(arg),
			.start = at,
			.end = m->end,
			.vec = (uintptr_t)vec,
			.vec_len = SCAN_AT_ONCE,
			.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
			.return_mask = SCAN_PRESENT | SCAN_SWAPPED | SCAN_HUGE,
		};
		int n = ioctl(r->pagemap, SCAN, &arg);

		if (n < 0 && at == m->start &&
		    (errno == ENOTTY || errno == EINVAL || errno == EPERM))
			return 0;
		if (n < 0) {
			r->why = errno == ESRCH ? "the process has ended"
						: strerror(errno);
			return -1;
		}
		for (int i = 0; i < n; i++) {
			uint64_t len = vec[i].end - vec[i].start;
			bool swapped = vec[i].categories & SCAN_SWAPPED;
			bool ok;

			if (m->giant && !swapped)
				ok = add(r, vec[i].start, len, 30,
					 LAYOUT_PRESENT);
			else if (vec[i].categories & SCAN_HUGE && !swapped)
				ok = add_huge(r, vec[i].start, vec[i].end);
			else
				ok = add(r, vec[i].start, len, 12,
					 swapped ? LAYOUT_SWAPPED
						 : LAYOUT_PRESENT);
			if (!ok)
				return -1;
		}
		/* Seen to lie before the end of the last range. */
		if (n > 0 && vec[n - 1].end > arg.walk_end)
			arg.walk_end = vec[n - 1].end;
		if (arg.walk_end <= at)
			break;
		at = arg.walk_end;
	}
	return 1;
}

/*
 * Older kernels: a word a page.  Which pages are huge is guessed: present and
 * aligned stretches, as many as smaps says.
 *
 * A region that is larger than READ_WHOLE_LEN is read until all that smaps
 * counts is found; smaps does not count pages of zeroes.
 */
static bool read_words(struct reader *r, const struct smaps *m)
{
	static uint64_t words[1 << 17];
	uint64_t found = 0, huge = m->huge;
	bool whole = m->end - m->start <= READ_WHOLE_LEN;

	for (uint64_t at = m->start;
	     at < m->end && (whole || found < m->present + m->swapped);) {
		uint64_t len = sizeof(words) / 8 * 4096;
		ssize_t got;

		len = m->end - at < len ? m->end - at : len;
		got = pread(r->pagemap, words, len / 4096 * 8,
			    (off_t)(at / 4096 * 8));
		if (got <= 0) {
			r->why = got == 0 || errno == ESRCH
					 ? "the process has ended"
					 : strerror(errno);
			return false;
		}
		for (uint64_t i = 0; i < (uint64_t)got / 8;) {
			bool present = words[i] & PAGEMAP_PRESENT;
			bool swapped = words[i] & PAGEMAP_SWAPPED;
			uint64_t va = at + i * 4096, n = 1;

			while (present && n < 512 && !(va & (HUGE_LEN - 1)) &&
			       i + n < (uint64_t)got / 8 &&
			       words[i + n] & PAGEMAP_PRESENT)
				n++;
			if (huge >= HUGE_LEN && n == 512) {
				huge -= HUGE_LEN;
				r->l->guessed = true;
				if (!add(r, va, HUGE_LEN, 21, LAYOUT_PRESENT))
					return false;
				found += HUGE_LEN;
				i += 512;
				continue;
			}
			if ((present || swapped) &&
			    !add(r, va, 4096, 12,
				 present ? LAYOUT_PRESENT : LAYOUT_SWAPPED))
				return false;
			found += present || swapped ? 4096 : 0;
			i++;
		}
		at += (uint64_t)got / 8 * 4096;
	}
	return true;
}

/* Without pagemap all that is known is how much is there, not where. */
static bool assume_first(struct reader *r, const struct smaps *m)
{
	uint64_t len = m->end - m->start;

	len = m->present < len ? m->present : len;
	len &= ~4095ull;
	r->l->partial = true;
	return !len || add(r, m->start, len, 12, LAYOUT_PRESENT);
}

static bool region_done(struct reader *r, const struct smaps *m)
{
	int scanned = 0;

	/* The vsyscall page is the kernel's, not of this process. */
	if (m->start >> 63)
		return true;
	if (!layout_add_region(r->l, m->start, m->end, m->rights, m->name,
			       &r->why))
		return false;
	if (r->pagemap < 0)
		return assume_first(r, m);
	if (!r->no_scan)
		scanned = scan_region(r, m);
	if (scanned == 0) {
		r->no_scan = true;
		return read_words(r, m);
	}
	return scanned > 0;
}

/* The head of a region in smaps, as in maps. */
static bool parse_head(const char *line, struct smaps *m)
{
	char rights[5], name[256] = "";

	*m = (struct smaps){0};
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %255[^\n]",
		   &m->start, &m->end, rights, name) < 3)
		return false;
	m->rights = (rights[0] == 'r' ? LAYOUT_R : 0) |
		    (rights[1] == 'w' ? LAYOUT_W : 0) |
		    (rights[2] == 'x' ? LAYOUT_X : 0) |
		    (rights[3] == 's' ? LAYOUT_SHARED : 0);
	snprintf(m->name, sizeof(m->name), "%.63s", name);
	return true;
}

static void parse_line(const char *line, struct smaps *m)
{
	uint64_t kb;

	if (sscanf(line, "Rss: %" SCNu64, &kb) == 1)
		m->present = kb * 1024;
	else if (sscanf(line, "Swap: %" SCNu64, &kb) == 1)
		m->swapped = kb * 1024;
	else if (sscanf(line, "Private_Hugetlb: %" SCNu64, &kb) == 1 ||
		 sscanf(line, "Shared_Hugetlb: %" SCNu64, &kb) == 1) {
		/* Not counted in Rss. */
		m->present += kb * 1024;
		m->huge += kb * 1024;
	} else if (sscanf(line, "KernelPageSize: %" SCNu64, &kb) == 1)
		m->giant = kb == 1024 * 1024;
	else if (sscanf(line, "AnonHugePages: %" SCNu64, &kb) == 1 ||
		 sscanf(line, "ShmemPmdMapped: %" SCNu64, &kb) == 1 ||
		 sscanf(line, "FilePmdMapped: %" SCNu64, &kb) == 1)
		m->huge += kb * 1024;
}

static int read_smaps(struct reader *r)
{
	FILE *in = proc_open(r->pid, "smaps");
	struct smaps now = {0}, next;
	bool have = false, ok = true;
	/* Whole lines, however long: what is left of a long file name could
	 * look like a region. */
	char *line = NULL;
	size_t room = 0;

	if (!in)
		return complain(errno == ENOENT ? 2 : 1, r->command, r->arg,
				"cannot read its memory map: %s",
				strerror(errno));
	while (ok && getline(&line, &room, in) > 0) {
		if (!parse_head(line, &next)) {
			parse_line(line, &now);
			continue;
		}
		if (have)
			ok = region_done(r, &now);
		now = next;
		have = true;
	}
	if (ok && ferror(in)) {
		r->why = "the process ended while it was read";
		ok = false;
	}
	if (ok && have)
		ok = region_done(r, &now);
	free(line);
	fclose(in);
	if (!ok)
		return complain(1, r->command, r->arg, "%s", r->why);
	if (!have)
		return complain(2, r->command, r->arg,
				"has no memory of its own: a kernel thread, "
				"or a process that has ended");
	return 0;
}

/* The memory that was read is still there.  It goes before the process does,
 * which waits for its parent, and with an exec. */
static bool still_there(const struct reader *r, uint64_t started)
{
	uint64_t word;

	return proc_started(r->pid) == started &&
	       (r->pagemap < 0 ||
		pread(r->pagemap, &word, sizeof(word), 0) == sizeof(word));
}

int layout_from_process(const char *command, const char *arg,
			struct layout **out)
{
	struct reader r = {.command = command, .arg = arg};
	unsigned long pid;
	uint64_t started;
	char path[64];
	int code;

	errno = 0;
	pid = strtoul(arg, NULL, 10);
	if (errno || !pid || pid > 1ul << 22)
		return complain(2, command, arg, "not a process number");
	if (sysconf(_SC_PAGESIZE) != 4096)
		return complain(1, command, arg,
				"a machine whose pages are not of 4096 bytes "
				"cannot be read yet");
	r.pid = (int)pid;
	started = proc_started(r.pid);
	if (!started)
		return complain(2, command, arg, "no such process");
	r.l = layout_new();
	if (!r.l)
		return complain(1, command, arg, "no memory");
	r.l->source = LAYOUT_PROCESS;
	r.l->pid = r.pid;
	r.l->time = (uint64_t)time(NULL);
	proc_status(r.pid, r.l);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", r.pid);
	r.pagemap = open(path, O_RDONLY);
	code = read_smaps(&r);
	if (!code && r.pagemap < 0)
		complain(0, command, arg,
			 "notice: pagemap cannot be read, so the places of "
			 "pages inside their regions are assumed");
	if (!code && !still_there(&r, started))
		code = complain(1, command, arg,
				"the process ended while it was read");
	if (r.pagemap >= 0)
		close(r.pagemap);
	if (code)
		layout_free(r.l);
	else
		*out = r.l;
	return code;
}
