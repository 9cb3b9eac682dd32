/* SPDX-License-Identifier: MIT */
/*
 * The kernel that tests/embed plays; see kernel.h.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel.h"

#undef tarry_pool_create
#undef tarry_pool_destroy

TARRY_EMBED_CHECK(struct kernel_page, tarry);
_Static_assert(sizeof(struct kernel_page) == 64, "a page costs 64 bytes");

#define STRANGERS 2
#define LISTS	  3
/* What the kernel has written into every page's descriptor. */
#define FLAGS(page) (0x8000000000000001ull | (page) << 8)
#define OWNER(page) (0xfeed0000u ^ (uint32_t)(page))

static struct {
	char *ram;
	struct kernel_page *mem_map;
	uint64_t n;
	unsigned int page_lg2;
	pthread_mutex_t lock;
	struct kernel_node lists[LISTS];
	pthread_t strangers[STRANGERS];
	uint32_t stop;
	struct kernel_seen seen[STRANGERS];
	bool up, wrong;
	struct tarry_pool *pool;
} k = {.lock = PTHREAD_MUTEX_INITIALIZER};

char *kernel_ram(uint64_t page)
{
	return k.ram + (page << k.page_lg2);
}

struct kernel_page *kernel_mem_map(uint64_t page)
{
	return &k.mem_map[page];
}

uint64_t kernel_pages(void)
{
	return k.n;
}

/* ---- the kernel's own use of descriptors ---- */

static void node_add(struct kernel_node *list, struct kernel_node *node)
{
	node->next = list->next;
	node->prev = list;
	list->next->prev = node;
	list->next = node;
}

static void node_del(struct kernel_node *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
}

static bool get_page_unless_zero(struct kernel_page *page)
{
	uint32_t n = __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);

	while (n)
		if (__atomic_compare_exchange_n(&page->refcount, &n, n + 1,
						false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* A scanner of page frames, memory-failure, a balloon: they take what they
 * find, whoever's it is. */
static void *stranger(void *arg)
{
	struct kernel_seen *seen = arg;
	uint64_t x = (uint64_t)(seen - k.seen) + 1;
	uint64_t bit = 1ull << (40 + (seen - k.seen));

	while (!__atomic_load_n(&k.stop, __ATOMIC_RELAXED)) {
		struct kernel_page *page;
		bool held;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		page = &k.mem_map[x % k.n];
		held = get_page_unless_zero(page);
		seen->scanned++;
		seen->raised += held;
		__atomic_fetch_xor(&page->flags, bit, __ATOMIC_RELAXED);
		pthread_mutex_lock(&k.lock);
		node_del(&page->node);
		node_add(&k.lists[(x >> 40) % LISTS], &page->node);
		pthread_mutex_unlock(&k.lock);
		seen->moved++;
		__atomic_fetch_xor(&page->flags, bit, __ATOMIC_RELAXED);
		seen->flipped++;
		/* The last reference would free a page that is in use. */
		if (held && __atomic_fetch_sub(&page->refcount, 1,
					       __ATOMIC_ACQ_REL) == 1)
			k.wrong = true;
		/* Two cores are for the test, too. */
		if (!(seen->scanned % 64))
			usleep(20);
	}
	return NULL;
}

void kernel_up(unsigned int page_lg2)
{
	char *mapped;

	k.page_lg2 = page_lg2;
	k.n = KERNEL_BYTES >> page_lg2;
	k.ram = mmap(NULL, 2 * KERNEL_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	k.mem_map = aligned_alloc(64, k.n * sizeof(*k.mem_map));
	if (k.ram == MAP_FAILED || !k.mem_map)
		abort();
	/* What is aligned is kept. */
	mapped = k.ram;
	k.ram = (char *)(((uintptr_t)k.ram + KERNEL_BYTES - 1) &
			 ~(KERNEL_BYTES - 1));
	if (k.ram != mapped)
		munmap(mapped, (size_t)(k.ram - mapped));
	munmap(k.ram + KERNEL_BYTES, (size_t)(mapped + KERNEL_BYTES - k.ram));
	/* As much as most tests need: it is done for each pool. */
	memset(k.ram, 0x5a, KERNEL_BYTES / 8);
	memset(k.mem_map, 0xa5, k.n * sizeof(*k.mem_map));
	for (unsigned int i = 0; i < LISTS; i++)
		k.lists[i] = (struct kernel_node){&k.lists[i], &k.lists[i]};
	for (uint64_t i = 0; i < k.n; i++) {
		struct kernel_page *page = &k.mem_map[i];

		page->flags = FLAGS(i);
		/* Every seventh is free as far as the kernel can say: nobody
		 * may take a reference, and tarry's pages can be such. */
		page->refcount = i % 7 ? 1 : 0;
		page->owner = OWNER(i);
		node_add(&k.lists[i % LISTS], &page->node);
	}
	k.stop = 0;
	k.wrong = false;
	k.up = true;
	memset(k.seen, 0, sizeof(k.seen));
	for (unsigned int i = 0; i < STRANGERS; i++)
		if (pthread_create(&k.strangers[i], NULL, stranger, &k.seen[i]))
			abort();
}

static bool lists_whole(void)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < LISTS; i++)
		for (struct kernel_node *at = k.lists[i].next;
		     at != &k.lists[i]; at = at->next) {
			if (at->next->prev != at || ++n > k.n)
				return false;
		}
	return n == k.n;
}

bool kernel_down(struct kernel_seen *seen)
{
	bool ok;

	__atomic_store_n(&k.stop, 1, __ATOMIC_RELAXED);
	memset(seen, 0, sizeof(*seen));
	for (unsigned int i = 0; i < STRANGERS; i++) {
		pthread_join(k.strangers[i], NULL);
		seen->raised += k.seen[i].raised;
		seen->flipped += k.seen[i].flipped;
		seen->moved += k.seen[i].moved;
		seen->scanned += k.seen[i].scanned;
	}
	ok = !k.wrong && lists_whole();
	for (uint64_t i = 0; i < k.n; i++) {
		const struct kernel_page *page = &k.mem_map[i];

		ok &= page->flags == FLAGS(i) && page->owner == OWNER(i) &&
		      page->refcount == (i % 7 ? 1 : 0);
	}
	free(k.mem_map);
	munmap(k.ram, KERNEL_BYTES);
	k.up = false;
	return ok;
}

/* ---- pools in its RAM ---- */

/*
 * Two regions with a hole between them: the first with room for little, so that
 * what needs more is in both.  The hole's pages are the kernel's.
 */
#define FIRST  64ull
#define SECOND 80ull

int kernel_pool_create(const struct tarry_pool_config *config,
		       struct tarry_pool **pool)
{
	struct tarry_pool_config c = *config;
	struct kernel_seen seen;
	int err;

	if (c.base || !c.format || k.up)
		return tarry_pool_create(config, pool);
	kernel_up(c.backing_lg2 ? c.backing_lg2 : c.format->backing_lg2);
	c.base = kernel_ram(0);
	c.oa = KERNEL_OA;
	c.len = FIRST << k.page_lg2;
	c.descriptors = kernel_mem_map(0);
	err = tarry_pool_create(&c, pool);
	if (!err) {
		k.pool = *pool;
		err = tarry_pool_add_described(
			*pool, kernel_ram(SECOND),
			KERNEL_OA + (SECOND << k.page_lg2),
			(k.n - SECOND) << k.page_lg2, kernel_mem_map(SECOND));
		if (err)
			abort();
		return 0;
	}
	kernel_down(&seen);
	return err;
}

int kernel_pool_destroy(struct tarry_pool *pool)
{
	struct kernel_seen seen;
	int err = tarry_pool_destroy(pool);

	if (err || pool != k.pool)
		return err;
	k.pool = NULL;
	if (!kernel_down(&seen)) {
		fprintf(stderr, "a page's descriptor is not as the kernel left "
				"it\n");
		abort();
	}
	printf("# %ju descriptors scanned, %ju references taken beside tarry\n",
	       (uintmax_t)seen.scanned, (uintmax_t)seen.raised);
	return 0;
}
