/* SPDX-License-Identifier: MIT */
/*
 * A kernel, played by a process: RAM, a mem_map, lists of pages, and strangers
 * who look at every page's descriptor whoever the page belongs to.
 *
 * Put in front of a test of the core's, it gives that test pools in this RAM
 * in place of the port's: the test need not know.
 */
#ifndef EMBED_KERNEL_H
#define EMBED_KERNEL_H

#include "kernel_page.h"
#include "tarry/pool.h"

/* As the pool's own, in RAM of the kernel's where the test brings none. */
int kernel_pool_create(const struct tarry_pool_config *config,
		       struct tarry_pool **pool);
/* Then the kernel looks over its pages: all must be as it left them. */
int kernel_pool_destroy(struct tarry_pool *pool);

#ifndef EMBED_ITSELF
#define tarry_pool_create  kernel_pool_create
#define tarry_pool_destroy kernel_pool_destroy
#endif

/* ---- for tests that know ---- */

#define KERNEL_BYTES (64ull << 20)
#define KERNEL_OA    (16ull << 20) /* of the first page of RAM */

struct kernel_seen {
	uint64_t raised, flipped, moved, scanned;
};

/* RAM comes up full of rubbish, descriptors too, with strangers about. */
void kernel_up(unsigned int page_lg2);
/* The strangers leave; false: a descriptor is not as the kernel left it. */
bool kernel_down(struct kernel_seen *seen);
char *kernel_ram(uint64_t page);
struct kernel_page *kernel_mem_map(uint64_t page);
uint64_t kernel_pages(void);

#endif
