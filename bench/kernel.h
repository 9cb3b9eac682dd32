/* SPDX-License-Identifier: MIT */
/*
 * The kernel that this runs on, at the same work: anonymous memory touched, and
 * given back by MADV_DONTNEED.
 */
#ifndef TARRY_BENCH_KERNEL_H
#define TARRY_BENCH_KERNEL_H

#include "bench.h"

/* Memory of this process's own tables, as the kernel counts it (VmPTE). */
double kernel_table_kb(void);
/* @len bytes of address space, small pages only. */
char *kernel_reserve(struct bench *b, uint64_t len);
void kernel_unreserve(char *p, uint64_t len);
/* The first page of [p, p + len) and the last. */
void kernel_touch(char *p, uint64_t len);
void kernel_zap(struct bench *b, char *p, uint64_t len);

/* The rows of the published experiment: @n times touch and zap. */
void kernel_zaps(struct bench *b, uint64_t n);

#endif
