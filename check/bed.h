/* SPDX-License-Identifier: MIT */
/*
 * The library in a scenario: a pool in memory of the checker's, one or two
 * spaces of two-entry tables, an owner of data pages whose lives are watched,
 * and hardware that walks.
 *
 * Pages are numbered: virtual page v is [v << 12, (v + 1) << 12), data page n
 * has output address n << 12.  A page that the library releases is freed, and
 * touching it after that is found.
 */
#ifndef CHECK_BED_H
#define CHECK_BED_H

#include "check.h"
#include "tarry/tarry.h"

#define BED_PAGE 4096ull
#define BED_RW	 (TARRY_R | TARRY_W)
#define BED_CPUS 2

struct bed {
	struct tarry_pool *pool;
	struct tarry_space *space, *other;
	const struct tarry_format *format;
	/* Hardware of CPU 0 and 1; walks the space if it was opened with
	 * TARRY_SPACE_HARDWARE. */
	struct check_mmu mmu[BED_CPUS];
	uint32_t pins[64];	  /* references by data page */
	uint32_t releases, dirty; /* pages released, bit set of dirty ones */
	uint64_t limit;
	enum tarry_policy policy;
	bool companions;
	bool reserved;
	/* For scenarios: what their threads found. */
	int results[CHECK_THREADS];
	bool wrote;
	uint32_t gone;
	struct tarry_soft_tlb *tlb;
	/* A cache of software's, and was it told of anything? */
	struct tarry_listener cache;
	uint32_t told;
	/* So many invalidations are lost, and not answered. */
	uint32_t deaf;
	/* With TARRY_SPACE_NO_SNOOP: the pool as it is in memory, which is what
	 * the hardware reads; the CPUs' caches are the pool itself. */
	uint64_t *memory;
	struct tarry_port_lock memory_lock;
	uintptr_t window;
	/* What the pool may have besides, and how much of it was taken. */
	char *more;
	uint32_t added;
};

extern struct bed bed;
#define BED_SHARED                               \
	{                                        \
		{                                \
			&bed, sizeof(bed), "bed" \
		}                                \
	}

/* In set-up, before bed_open(): bytes that may wait before writers help. */
void bed_limit(uint64_t waiting);
/* The same: of the tables, 256 to a page; "recycle" if not said. */
void bed_policy(enum tarry_policy policy);
/* The same: tables have a word of the owner's beside each slot. */
void bed_companions(void);
/* The same: the pool grows by itself, two pages at a time, and gives back what
 * it has no use for. */
void bed_reserved(void);
/* In set-up.  @levels is 2 or 3; flags of enum tarry_space_flags.  With
 * TARRY_SPACE_RUNS, at 2 levels: two leaves in a table are a run. */
void bed_open(unsigned int levels, unsigned int flags);
/* The same, with a second space of the same pool. */
void bed_open_two(unsigned int levels, unsigned int flags);
/* In finish: every mapping goes, and nothing may be left (rule: nothing-left);
 * the tree is checked before. */
void bed_close(void);

/* Calls of the library in page numbers; what they return they return. */
int bed_map(unsigned int v, unsigned int page, unsigned int n);
int bed_unmap(unsigned int v, unsigned int n);
/* In a gather of the caller's; what its end returns. */
int bed_unmap_gathered(unsigned int v, unsigned int n);
int bed_protect(unsigned int v, unsigned int n, tarry_rights rights);
/* One leaf of @level from v on. */
int bed_collapse(unsigned int v, unsigned int level);
int bed_split(unsigned int v, unsigned int level);
int bed_move(unsigned int from, unsigned int to, unsigned int n);
/* A read section with one translation and a use of the data page in it.
 * Returns its number, or -1: not mapped. */
int bed_read(unsigned int v);
/* The same with interrupts off and no section. */
int bed_read_irq_off(unsigned int v);
/* In set-up: bed.tlb, and what it gets of page 0. */
void bed_tlb_open(void);
/* A cache of software's, which uses what it has until it is told. */
void bed_cache_listen(void);
void bed_cache_unlisten(void);
/* Does it use @page?  In a section, as a soft TLB is used: the page waits. */
bool bed_cache_use(int page);
/* Pins, uses, unpins; the page, or -1. */
int bed_pin(unsigned int v);
/* What hardware of CPU @cpu gets: the page, or -1: a fault. */
int bed_hw_read(unsigned int cpu, unsigned int v);
int bed_hw_write(unsigned int cpu, unsigned int v);

/* In set-up or finish: what stands there, by one translation; -1: nothing. */
int bed_page_at(unsigned int v);

#endif
