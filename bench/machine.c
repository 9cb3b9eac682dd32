/* SPDX-License-Identifier: MIT */
/*
 * Facts of the machine that figures are meaningless without, and memory as the
 * workloads want it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

static void first_line(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "r");

	snprintf(out, size, "unknown");
	if (!f)
		return;
	if (fgets(out, (int)size, f))
		out[strcspn(out, "\n")] = '\0';
	fclose(f);
}

static void cpu_model(char *out, size_t size)
{
	char line[256];
	FILE *f = fopen("/proc/cpuinfo", "r");

	snprintf(out, size, "unknown");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':');

		if (colon && !strncmp(line, "model name", 10)) {
			colon[strcspn(colon, "\n")] = '\0';
			snprintf(out, size, "%s", colon + 2);
			break;
		}
	}
	fclose(f);
}

void bench_machine(struct bench_machine *m)
{
	struct utsname u;

	cpu_model(m->cpu, sizeof(m->cpu));
	uname(&u);
	snprintf(m->kernel, sizeof(m->kernel), "%.20s %.80s", u.sysname,
		 u.release);
	first_line("/sys/kernel/mm/transparent_hugepage/enabled", m->thp,
		   sizeof(m->thp));
	m->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	m->memory_gb = (double)sysconf(_SC_PHYS_PAGES) *
		       (double)sysconf(_SC_PAGESIZE) / (1 << 30);
	if (getloadavg(&m->load, 1) != 1)
		m->load = 0;
}

uint64_t bench_resident(void)
{
	char line[256];
	unsigned long long kb = 0;
	FILE *f = fopen("/proc/self/smaps_rollup", "r");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Rss: %llu kB", &kb) == 1)
			break;
	fclose(f);
	return kb << 10;
}

void *bench_memory_get(size_t len)
{
	/* Aligned to 2M by taking more, so that huge pages can be had. */
	size_t huge = (size_t)2 << 20;
	size_t all = ((len + huge - 1) & ~(huge - 1)) + huge;
	char *p = mmap(NULL, all, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t head;

	if (p == MAP_FAILED) {
		perror("tarry-bench: mmap");
		exit(1);
	}
	head = -(uintptr_t)p & (huge - 1);
	if (head)
		munmap(p, head);
	if (huge - head)
		munmap(p + all - (huge - head), huge - head);
	madvise(p + head, all - huge, MADV_HUGEPAGE);
	return p + head;
}

void bench_memory_put(void *p, size_t len)
{
	size_t huge = (size_t)2 << 20;

	munmap(p, (len + huge - 1) & ~(huge - 1));
}
