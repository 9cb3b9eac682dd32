/* SPDX-License-Identifier: MIT */
/*
 * The page descriptor of the kernel that tests/embed plays, with tarry's part
 * in it.  Put in front of every source of the core's ("-include"): a kernel
 * whose tarry_port.h can include its own says the two sizes there.
 */
#ifndef EMBED_KERNEL_PAGE_H
#define EMBED_KERNEL_PAGE_H

#include <stdint.h>

#include "tarry/embed.h"

struct kernel_node {
	struct kernel_node *next, *prev;
};

struct kernel_page {
	uint64_t flags;		 /* strangers flip bits of it, atomically */
	struct kernel_node node; /* under the kernel's lock */
	uint32_t refcount;	 /* strangers raise and lower it, atomically */
	uint32_t owner;
	struct tarry_embedded tarry;
} __attribute__((aligned(64)));

#define TARRY_EMBED_SIZE   sizeof(struct kernel_page)
#define TARRY_EMBED_OFFSET offsetof(struct kernel_page, tarry)

#endif
