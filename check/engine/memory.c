/* SPDX-License-Identifier: MIT */
/*
 * Arena, ranges, cells.
 *
 * Each thread allocates from a part of its own, so that an address depends on
 * what that thread did and not on the schedule: equivalent executions see equal
 * addresses.
 */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PARTS	    (CLOCK_THREADS + 1) /* the last is set-up's */
#define ARENA_BYTES (CLOCK_THREADS * MEMORY_THREAD_BYTES + MEMORY_SETUP_BYTES)
#define LINE_LG2    8 /* what is restored at once */
#define RANGES	    (2 + CHECK_OBJECTS)
#define BLOCKS	    1024
#define CELLS	    (1u << 17)

uint64_t memory_world[MEMORY_WORLD_WORDS];

struct range {
	uintptr_t at;
	size_t len;
	uint32_t granule; /* of its first byte */
};

struct index {
	uint32_t run, cell;
};

static struct {
	char *arena, *snapshot;
	struct range ranges[RANGES];
	unsigned int n_ranges;
	uint32_t n_granules;
	struct index *index;
	uint8_t *owned; /* granule: somebody allocated it */
	uint8_t *owned_snapshot;
	uint32_t max_granules;
	struct cell *cells;
	uint32_t n_cells, run;
	uint8_t *dirty;
	uint32_t *dirty_list, n_dirty;
	size_t used[PARTS], used_snapshot[PARTS];
	struct block blocks[BLOCKS], blocks_snapshot[BLOCKS];
	unsigned int n_blocks, n_blocks_snapshot;
	unsigned int blocks_touched;
	uint32_t numbers[PARTS];
} m;

static void *map(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		perror("tarry-check: no memory");
		exit(2);
	}
	return p;
}

void memory_create(void)
{
	/* Shared objects count in: at most as much again as the arena. */
	m.max_granules = 2 * ARENA_BYTES / 4;
	m.arena = map(ARENA_BYTES);
	m.snapshot = map(2 * ARENA_BYTES);
	m.index = map(m.max_granules * sizeof(*m.index));
	m.owned = map(m.max_granules);
	m.owned_snapshot = map(m.max_granules);
	m.cells = map(CELLS * sizeof(*m.cells));
	m.dirty = map(m.max_granules);
	m.dirty_list = map(m.max_granules * sizeof(*m.dirty_list));
	m.run = 1;
}

uint64_t memory_base(void)
{
	return (uint64_t)(uintptr_t)m.arena;
}

static void range_add(uintptr_t at, size_t len)
{
	struct range *r = &m.ranges[m.n_ranges++];

	r->at = at & ~(uintptr_t)7;
	r->len = (at + len - r->at + 7) & ~(size_t)7;
	r->granule = m.n_granules;
	m.n_granules += (uint32_t)(r->len / 4);
	/* Whole lines to a range. */
	m.n_granules += (1u << (LINE_LG2 - 2)) - 1;
	m.n_granules &= ~((1u << (LINE_LG2 - 2)) - 1);
	if (m.n_granules > m.max_granules) {
		fprintf(stderr,
			"tarry-check: the shared objects are larger "
			"than %u bytes\n",
			ARENA_BYTES);
		exit(2);
	}
}

static inline uint32_t granule_of(uintptr_t addr)
{
	/* Most are in the arena, which is the first. */
	if (addr - m.ranges[0].at < m.ranges[0].len)
		return (uint32_t)((addr - m.ranges[0].at) >> 2);
	for (unsigned int i = 1; i < m.n_ranges; i++)
		if (addr - m.ranges[i].at < m.ranges[i].len)
			return m.ranges[i].granule +
			       (uint32_t)((addr - m.ranges[i].at) >> 2);
	return ~0u;
}

static char *granule_address(uint32_t g)
{
	for (unsigned int i = m.n_ranges; i-- > 0;)
		if (g >= m.ranges[i].granule)
			return (char *)m.ranges[i].at +
			       4ull * (g - m.ranges[i].granule);
	return NULL;
}

bool memory_ours(uintptr_t addr)
{
	return granule_of(addr) != ~0u;
}

void memory_scenario(const struct check_scenario *s)
{
	if (m.n_ranges) {
		memory_restore(); /* only lines of the old ranges are dirty */
		memset(m.arena, 0, ARENA_BYTES);
	}
	m.n_ranges = 0;
	m.n_granules = 0;
	range_add((uintptr_t)m.arena, ARENA_BYTES);
	range_add((uintptr_t)memory_world, sizeof(memory_world));
	memset(m.owned, 0, m.max_granules);
	memset(memory_world, 0, sizeof(memory_world));
	memset(m.owned + m.ranges[1].granule, 1, sizeof(memory_world) / 4);
	m.n_blocks = 0;
	m.blocks_touched = 0;
	memset(m.used, 0, sizeof(m.used));
	memset(m.numbers, 0, sizeof(m.numbers));
	for (unsigned int i = 0; i < CHECK_OBJECTS && s->shared[i].at; i++) {
		range_add((uintptr_t)s->shared[i].at, s->shared[i].len);
		memset(s->shared[i].at, 0, s->shared[i].len);
		memset(m.owned + m.ranges[m.n_ranges - 1].granule, 1,
		       m.ranges[m.n_ranges - 1].len / 4);
	}
	m.n_dirty = 0;
	memset(m.dirty, 0, m.max_granules);
	m.run++;
	m.n_cells = 0;
}

void memory_snapshot(void)
{
	for (unsigned int i = 0; i < m.n_ranges; i++)
		memcpy(m.snapshot + 4ull * m.ranges[i].granule,
		       (void *)m.ranges[i].at, m.ranges[i].len);
	memcpy(m.owned_snapshot, m.owned, m.n_granules);
	memcpy(m.used_snapshot, m.used, sizeof(m.used));
	memcpy(m.blocks_snapshot, m.blocks, m.n_blocks * sizeof(*m.blocks));
	m.n_blocks_snapshot = m.n_blocks;
	m.blocks_touched = 0;
	for (uint32_t i = 0; i < m.n_dirty; i++)
		m.dirty[m.dirty_list[i]] = 0;
	m.n_dirty = 0;
}

void memory_restore(void)
{
	for (uint32_t i = 0; i < m.n_dirty; i++) {
		uint32_t g = m.dirty_list[i] << (LINE_LG2 - 2);
		uint32_t n = 1u << (LINE_LG2 - 2);
		char *at = granule_address(g);
		size_t left = 1u << LINE_LG2;

		for (unsigned int r = 0; r < m.n_ranges; r++)
			if ((uintptr_t)at - m.ranges[r].at < m.ranges[r].len &&
			    m.ranges[r].at + m.ranges[r].len - (uintptr_t)at <
				    left)
				left = m.ranges[r].at + m.ranges[r].len -
				       (uintptr_t)at;
		memcpy(at, m.snapshot + 4ull * g, left);
		memcpy(m.owned + g, m.owned_snapshot + g, n);
		m.dirty[m.dirty_list[i]] = 0;
	}
	m.n_dirty = 0;
	if (m.blocks_touched) {
		memcpy(m.blocks, m.blocks_snapshot,
		       m.n_blocks_snapshot * sizeof(*m.blocks));
		m.n_blocks = m.n_blocks_snapshot;
		memcpy(m.used, m.used_snapshot, sizeof(m.used));
		memset(m.numbers, 0, sizeof(m.numbers));
		m.blocks_touched = 0;
	}
	m.run++;
	m.n_cells = 0;
}

void memory_own(uintptr_t addr, size_t len, bool owned)
{
	uint32_t g = granule_of(addr);

	if (g != ~0u)
		memset(m.owned + g, owned, (len + 3) / 4);
}

void memory_dirty(uintptr_t addr, size_t len)
{
	uint32_t g = granule_of(addr);
	uint32_t first, last;

	if (g == ~0u)
		return;
	first = g >> (LINE_LG2 - 2);
	last = (g + (uint32_t)((len + 3) / 4) - 1) >> (LINE_LG2 - 2);
	for (; first <= last; first++) {
		if (m.dirty[first])
			continue;
		m.dirty[first] = 1;
		m.dirty_list[m.n_dirty++] = first;
	}
}

struct cell *memory_cell(uintptr_t addr)
{
	uint32_t g = granule_of(addr);
	struct cell *c;

	if (g == ~0u)
		return NULL;
	if (m.index[g].run == m.run)
		return &m.cells[m.index[g].cell];
	if (m.n_cells == CELLS) {
		fprintf(stderr,
			"tarry-check: an execution touches more than %u "
			"words of 4 bytes\n",
			CELLS);
		_Exit(2);
	}
	c = &m.cells[m.n_cells];
	memset(c, 0, sizeof(*c));
	c->last_write = -1;
	c->last_lock = -1;
	/* What nobody owns is as good as freed. */
	c->dead = !m.owned[g];
	m.index[g].run = m.run;
	m.index[g].cell = m.n_cells++;
	return c;
}

/* ---- blocks ---- */

static struct block *block_new(uintptr_t at, size_t len, const char *name)
{
	struct block *b;

	if (m.n_blocks == BLOCKS)
		return NULL;
	b = &m.blocks[m.n_blocks++];
	m.blocks_touched = 1;
	*b = (struct block){
		.at = at, .len = (uint32_t)len, .name = name, .alive = 1};
	return b;
}

void *memory_alloc(unsigned int tid, size_t len, const char *name, bool reuse)
{
	unsigned int part = tid < CLOCK_THREADS ? tid : CLOCK_THREADS;
	size_t room = part == CLOCK_THREADS ? MEMORY_SETUP_BYTES
					    : MEMORY_THREAD_BYTES;
	/* Aligned to its size, as tables are; a gap that nobody owns. */
	size_t align = 16, at;
	struct block *b;
	char *p;

	if (len > room)
		return NULL;
	m.blocks_touched = 1;
	for (unsigned int i = m.n_blocks; reuse && i-- > 0;) {
		b = &m.blocks[i];
		if (b->alive || b->len != len || !b->freed)
			continue;
		p = (char *)b->at;
		b->freed = NULL; /* the address is another block's now */
		b = block_new((uintptr_t)p, len, name);
		if (!b)
			return NULL;
		b->tid = (uint8_t)tid;
		b->number = m.numbers[part]++;
		return p;
	}
	while (align < len && align < 4096)
		align <<= 1;
	at = (m.used[part] + align - 1) & ~(align - 1);
	if (at + len > room)
		return NULL;
	p = m.arena + part * (size_t)MEMORY_THREAD_BYTES + at;
	b = block_new((uintptr_t)p, len, name);
	if (!b)
		return NULL;
	b->tid = (uint8_t)tid;
	b->number = m.numbers[part]++;
	m.used[part] = at + len + 16;
	memory_dirty((uintptr_t)p, len);
	memset(m.owned + granule_of((uintptr_t)p), 1, (len + 3) / 4);
	return p;
}

void memory_unalloc(struct block *b)
{
	b->alive = 0;
	m.blocks_touched = 1;
}

void memory_name(uintptr_t at, size_t len, const char *name,
		 unsigned int number, unsigned int table_level)
{
	struct block *b = memory_block_of(at);

	if (!b || b->at != at || b->len != len)
		b = block_new(at, len, name);
	if (!b)
		return;
	m.blocks_touched = 1;
	b->name = name;
	b->number = number;
	b->alive = 2; /* a name only */
	b->table_level = (uint8_t)table_level;
}

unsigned int memory_tables(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m.n_blocks; i++)
		n += m.blocks[i].table_level > 0;
	return n;
}

struct block *memory_block_of(uintptr_t addr)
{
	struct block *best = NULL;

	/* The smallest of those that hold it; of equal ones the newest. */
	for (unsigned int i = m.n_blocks; i-- > 0;) {
		struct block *b = &m.blocks[i];

		if (addr - b->at < b->len && (!best || b->len < best->len))
			best = b;
	}
	return best;
}

unsigned int memory_alive(struct block **first)
{
	unsigned int n = 0;

	for (unsigned int i = m.n_blocks_snapshot; i < m.n_blocks; i++)
		if (m.blocks[i].alive == 1 && !n++)
			*first = &m.blocks[i];
	for (unsigned int i = 0; i < m.n_blocks_snapshot; i++)
		if (m.blocks[i].alive == 1 && !n++)
			*first = &m.blocks[i];
	return n;
}

const char *memory_describe(uintptr_t addr, char *to, size_t len)
{
	struct block *b = memory_block_of(addr);
	unsigned int n = 0;

	if (b) {
		char name[64];

		snprintf(name, sizeof(name), b->name ? b->name : "block %u",
			 b->number);
		if (b->table_level || b->len > 8)
			snprintf(to, len, "%s[%u]", name,
				 (unsigned int)((addr - b->at) / 8));
		else
			snprintf(to, len, "%s", name);
		return to;
	}
	for (unsigned int i = 2; i < m.n_ranges; i++, n++)
		if (addr - m.ranges[i].at < m.ranges[i].len) {
			snprintf(to, len, "shared+%u",
				 (unsigned int)(addr - m.ranges[i].at));
			return to;
		}
	snprintf(to, len, "%p", (void *)addr);
	return to;
}
