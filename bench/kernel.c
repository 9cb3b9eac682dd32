/* SPDX-License-Identifier: MIT */
/*
 * The kernel beside: see kernel.h.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "kernel.h"

#define PAGE  4096ull
#define TABLE (512 * PAGE)

double kernel_table_kb(void)
{
	char line[256];
	unsigned long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmPTE: %lu kB", &kb) == 1)
			break;
	fclose(f);
	return (double)kb;
}

char *kernel_reserve(struct bench *b, uint64_t len)
{
	/* Aligned to a table by taking one more, which is left where it is. */
	char *p = mmap(NULL, len + TABLE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t head;

	if (p == MAP_FAILED)
		bench_fail(b, "no address space of %llu bytes",
			   (unsigned long long)len);
	head = -(uintptr_t)p & (TABLE - 1);
	if (head)
		munmap(p, head);
	if (head < TABLE)
		munmap(p + head + len, TABLE - head);
	(void)madvise(p + head, len, MADV_NOHUGEPAGE);
	return p + head;
}

void kernel_unreserve(char *p, uint64_t len)
{
	munmap(p, len);
}

void kernel_touch(char *p, uint64_t len)
{
	*(volatile char *)p = 1;
	*(volatile char *)(p + len - PAGE) = 1;
}

void kernel_zap(struct bench *b, char *p, uint64_t len)
{
	if (madvise(p, len, MADV_DONTNEED))
		bench_fail(b, "MADV_DONTNEED of %llu bytes",
			   (unsigned long long)len);
}

/* One page of each 2M is touched: its table is there as well as with 512. */
static double zaps(struct bench *b, uint64_t n, uint64_t zapped)
{
	double before = kernel_table_kb(), after;
	char *p = kernel_reserve(b, n * TABLE);

	for (uint64_t i = 0; i < n; i++) {
		kernel_touch(p + i * TABLE, PAGE);
		kernel_zap(b, p + i * TABLE, zapped);
	}
	after = kernel_table_kb();
	kernel_unreserve(p, n * TABLE);
	return after > before ? after - before : 0;
}

void kernel_zaps(struct bench *b, uint64_t n)
{
	struct bench_machine m;
	struct bench_side whole, page;
	char beside[192];
	struct bench_row row = {.unit = "KB", .beside = beside};

	bench_machine(&m);
	whole = bench_number("kernel", zaps(b, n, TABLE));
	page = bench_number("kernel", zaps(b, n, PAGE));
	row.ours = &whole;
	snprintf(beside, sizeof(beside), "%s; VmPTE, one page of each touched",
		 m.kernel);
	bench_row(b, &row, "  this kernel, %llu x touch, DONTNEED 2M: left",
		  (unsigned long long)n);
	row.ours = &page;
	snprintf(beside, sizeof(beside),
		 "%s; the same, but the zap does not cover the table",
		 m.kernel);
	bench_row(b, &row, "  this kernel, %llu x touch, DONTNEED 4K: left",
		  (unsigned long long)n);
}
