/* SPDX-License-Identifier: MIT */
/*
 * For a kernel that has a descriptor of its own for every page: tarry's part
 * of it.
 *
 * As built by default, a pool keeps an array of descriptors of its own beside
 * each region.  A kernel that has such an array already, a mem_map, puts a
 * struct tarry_embedded into its descriptor, and says where when it compiles
 * src/: in its tarry_port.h or on the command line,
 *
 *	TARRY_EMBED_SIZE    bytes from one descriptor of the array to the next
 *	TARRY_EMBED_OFFSET  bytes from a descriptor's begin to tarry's part
 *
 * both multiples of TARRY_EMBEDDED_ALIGN; sizeof and offsetof will do.  In one
 * source of its own it says TARRY_EMBED_CHECK(), and hands over the array with
 * each region: tarry_pool_config.descriptors, tarry_pool_add_described().
 *
 * From then on until the pool is destroyed the part is tarry's, whatever the
 * page is used for, and all the rest of the descriptor is the kernel's: tarry
 * never reads or writes it.  docs/embedding.md is the guide.
 */
#ifndef TARRY_EMBED_H
#define TARRY_EMBED_H

#include <stddef.h>

#define TARRY_EMBEDDED_BYTES 32
#define TARRY_EMBEDDED_ALIGN 8

/* Characters, so that what the kernel does with whole descriptors and what
 * tarry does inside is one object to the compiler, too. */
struct tarry_embedded {
	unsigned char bytes[TARRY_EMBEDDED_BYTES];
} __attribute__((aligned(TARRY_EMBEDDED_ALIGN)));

/*
 * TARRY_EMBED_CHECK(struct my_page, tarry): what src/ was told is what the
 * kernel has.  At file scope, followed by a semicolon, where TARRY_EMBED_SIZE
 * and TARRY_EMBED_OFFSET are known.
 */
#ifdef __cplusplus
#define TARRY_EMBED_ASSERT(x, why) static_assert(x, why)
#define TARRY_EMBED_IS_PART(type, member) \
	__is_same(decltype(((type *)0)->member), tarry_embedded)
#else
#define TARRY_EMBED_ASSERT(x, why) _Static_assert(x, why)
#define TARRY_EMBED_IS_PART(type, member) \
	_Generic(&((type *)0)->member, struct tarry_embedded * : 1, default : 0)
#endif

#define TARRY_EMBED_CHECK(type, member)                                    \
	TARRY_EMBED_ASSERT(TARRY_EMBED_IS_PART(type, member),              \
			   "tarry's part is a struct tarry_embedded");     \
	TARRY_EMBED_ASSERT(sizeof(type) == (TARRY_EMBED_SIZE),             \
			   "TARRY_EMBED_SIZE is the size of the page's "   \
			   "descriptor");                                  \
	TARRY_EMBED_ASSERT(offsetof(type, member) == (TARRY_EMBED_OFFSET), \
			   "TARRY_EMBED_OFFSET is where tarry's part is"); \
	TARRY_EMBED_ASSERT(sizeof(type) % TARRY_EMBEDDED_ALIGN == 0,       \
			   "tarry's part is aligned in every descriptor")

#endif
