/* SPDX-License-Identifier: MIT */
/*
 * A layout: what an address space holds, wherever it was read from.  Regions in
 * rising order, and for each the runs of pages that are there.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LAYOUT_R      1u
#define LAYOUT_W      2u
#define LAYOUT_X      4u
#define LAYOUT_SHARED 8u

enum layout_what { LAYOUT_PRESENT, LAYOUT_SWAPPED };

/* Consecutive pages of one kind.  size_lg2: 12, 21 or 30. */
struct layout_run {
	uint64_t va, len;
	unsigned int size_lg2;
	enum layout_what what;
};

struct layout_region {
	uint64_t start, end;
	unsigned int rights; /* LAYOUT_* */
	char name[64];
	size_t first_run, n_runs; /* in layout.runs */
};

enum layout_source { LAYOUT_PROCESS, LAYOUT_SNAPSHOT, LAYOUT_TRACE };

struct layout {
	enum layout_source source;
	int pid;
	char comm[32];
	uint64_t time;	 /* seconds since 1970; 0: not known */
	uint64_t vm_pte; /* bytes, as the kernel counts; 0: not known */
	bool guessed;	 /* huge pages are guessed, not seen */
	bool partial;	 /* some regions could not be read */
	struct layout_region *regions;
	size_t n_regions, max_regions;
	struct layout_run *runs;
	size_t n_runs, max_runs;
};

/* More than this is damage, or not for this tool. */
#define LAYOUT_MAX_REGIONS (1u << 20)
#define LAYOUT_MAX_RUNS	   (1u << 26)

struct layout *layout_new(void);
void layout_free(struct layout *l);

/* Appends; false: no memory (then *why is layout_no_memory), or over a limit,
 * or out of order. */
extern const char layout_no_memory[];
bool layout_add_region(struct layout *l, uint64_t start, uint64_t end,
		       unsigned int rights, const char *name, const char **why);
/* To the last region; joined with the last run where it goes on. */
bool layout_add_run(struct layout *l, uint64_t va, uint64_t len,
		    unsigned int size_lg2, enum layout_what what,
		    const char **why);

/*
 * Reads a process (a number), a snapshot or a trace (a file, or "-").  Prints
 * what is wrong, naming the argument, and returns the exit code: 0, 1 or 2.
 */
int layout_load(const char *command, const char *arg, struct layout **out);

/* The readers behind it; the same contract. */
int layout_from_process(const char *command, const char *arg,
			struct layout **out);
int layout_from_snapshot(const char *command, const char *arg, FILE *in,
			 struct layout **out);
int layout_from_trace(const char *command, const char *arg, FILE *in,
		      struct layout **out);
/* Writes a snapshot; false: errno says why. */
bool layout_write(const struct layout *l, FILE *out);

/* Text from elsewhere: nothing in it that a terminal would obey. */
void print_tame(FILE *out, const char *text);

/* "tarry COMMAND: ARG: ..." on standard error; returns @code. */
int complain(int code, const char *command, const char *arg, const char *format,
	     ...) __attribute__((format(printf, 4, 5)));

#endif
