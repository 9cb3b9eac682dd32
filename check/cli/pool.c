/* SPDX-License-Identifier: MIT */
/*
 * Handing scenarios to processes and printing in order: see pool.h.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "pool.h"

#define MAX_CORES 256

/* What a process says of a unit; the text follows. */
struct said {
	unsigned int unit;
	int value;
	size_t len;
};

struct told {
	char *text;
	size_t len;
	bool there;
};

unsigned int pool_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

static bool write_all(int fd, const void *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p = (const char *)p + put;
		n -= (size_t)put;
	}
	return true;
}

static bool read_all(int fd, void *p, size_t n)
{
	while (n) {
		ssize_t got = read(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p = (char *)p + got;
		n -= (size_t)got;
	}
	return true;
}

static void serve(int fd, unsigned int n, unsigned int *next,
		  int (*unit)(unsigned int i, void *ctx), void *ctx)
{
	unsigned int i;

	guard_timers();
	while ((i = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED)) < n) {
		struct said said = {.unit = i};
		char *text = NULL;

		stdout = open_memstream(&text, &said.len);
		if (!stdout)
			_exit(2);
		said.value = unit(i, ctx);
		fclose(stdout);
		if (!write_all(fd, &said, sizeof(said)) ||
		    !write_all(fd, text, said.len))
			_exit(2);
		free(text);
	}
	_exit(0);
}

/* One message; false: the process is gone. */
static bool take(int fd, struct told *told, int *value)
{
	struct said said;
	char *text;

	if (!read_all(fd, &said, sizeof(said)))
		return false;
	text = malloc(said.len + 1);
	if (!text || !read_all(fd, text, said.len)) {
		free(text);
		return false;
	}
	told[said.unit] = (struct told){text, said.len, true};
	*value |= said.value;
	return true;
}

static unsigned int print_ready(struct told *told, unsigned int from,
				unsigned int n)
{
	for (; from < n && told[from].there; from++) {
		fwrite(told[from].text, 1, told[from].len, stdout);
		free(told[from].text);
	}
	fflush(stdout);
	return from;
}

int pool_run(unsigned int n, unsigned int cores,
	     int (*unit)(unsigned int i, void *ctx), void *ctx)
{
	struct told *told = calloc(n, sizeof(*told));
	unsigned int *next = mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int alive, printed = 0;
	struct pollfd fds[MAX_CORES];
	int value = 0;

	cores = cores < MAX_CORES ? cores : MAX_CORES;
	cores = cores < n ? cores : n;
	if (!told || next == MAP_FAILED)
		abort();
	fflush(NULL);
	for (alive = 0; alive < cores; alive++) {
		int ends[2];

		if (pipe(ends)) {
			perror("tarry-check: a pipe");
			exit(2);
		}
		if (!fork()) {
			close(ends[0]);
			serve(ends[1], n, next, unit, ctx);
		}
		close(ends[1]);
		fds[alive] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	}
	while (alive) {
		if (poll(fds, cores, -1) < 0 && errno != EINTR)
			break;
		for (unsigned int i = 0; i < cores; i++)
			if (fds[i].fd >= 0 && fds[i].revents &&
			    !take(fds[i].fd, told, &value)) {
				close(fds[i].fd);
				fds[i].fd = -1;
				alive--;
			}
		printed = print_ready(told, printed, n);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	for (; printed < n; printed++) {
		if (told[printed].there) {
			print_ready(told, printed, printed + 1);
			continue;
		}
		fprintf(stderr,
			"tarry-check: a process was lost with "
			"scenario %u in its hands\n",
			printed);
		value = 2;
	}
	munmap(next, sizeof(*next));
	free(told);
	return value;
}
