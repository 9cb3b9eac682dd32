/* SPDX-License-Identifier: MIT */
/*
 * A pool, spaces and CPUs for scenarios of the library: see bed.h.
 */
#include "bed.h"

#define POOL_BYTES (24 * 4096ull)

struct bed bed;

/* ---- the owner of the data pages ---- */

/* References beyond the first: of pins, and of mappings that were cloned. */
static void drop(uint32_t page)
{
	if (!tarry_fetch_add(&bed.pins[page], -1u, TARRY_ACQ_REL))
		check_page_free(page);
}

static int owner_get(void *ctx, tarry_oa oa, uint64_t len)
{
	(void)ctx;
	for (uint64_t at = oa; at < oa + len; at += BED_PAGE)
		tarry_fetch_add(&bed.pins[at / BED_PAGE % 64], 1,
				TARRY_SEQ_CST);
	return 0;
}

static void owner_put(void *ctx, tarry_oa oa, uint64_t len)
{
	(void)ctx;
	for (uint64_t at = oa; at < oa + len; at += BED_PAGE)
		drop((uint32_t)(at / BED_PAGE % 64));
}

static void owner_release(void *ctx, tarry_oa oa, uint64_t len,
			  tarry_rights rights)
{
	(void)ctx;
	for (uint64_t at = oa; at < oa + len; at += BED_PAGE) {
		uint32_t page = (uint32_t)(at / BED_PAGE % 64);

		tarry_fetch_add(&bed.releases, 1, TARRY_RELAXED);
		if (rights & TARRY_DIRTY)
			tarry_fetch_or(&bed.dirty, 1u << (page % 32),
				       TARRY_RELAXED);
		drop(page);
	}
}

/* ---- hardware ---- */

#define POOL_OA (1ull << 20)

/* A table as the hardware sees it. */
static uint64_t *hw_slots(tarry_oa oa)
{
	if (bed.memory)
		return &bed.memory[(oa - POOL_OA) / sizeof(*bed.memory)];
	return (uint64_t *)(bed.space->window + oa);
}

static uint64_t *hw_table(uint64_t e)
{
	return hw_slots(bed.format->table_oa(e));
}

/* Lines are written back one at a time, each as it is then. */
void check_clean(const void *p, size_t len, struct check_site *site)
{
	const uint64_t *cached = p;
	uint64_t *memory = hw_slots((uintptr_t)p - bed.window);

	if (!check_keeps(site))
		return;
	tarry_port_lock(&bed.memory_lock);
	for (size_t i = 0; i < len / sizeof(*cached); i++)
		tarry_store(&memory[i], tarry_load(&cached[i], TARRY_RELAXED),
			    TARRY_RELEASE);
	tarry_port_unlock(&bed.memory_lock);
}

static unsigned int hw_run(uint64_t e)
{
	return bed.format->run_lg2[0] && bed.format->in_run(e, 0)
		       ? bed.format->run_lg2[0]
		       : 0;
}

static unsigned int hw_page(uint64_t e, unsigned int level, unsigned int va)
{
	unsigned int lg2 = level ? level : hw_run(e);

	return (unsigned int)(bed.format->leaf_oa(e, level) / BED_PAGE) +
	       (va & ((1u << lg2) - 1));
}

static bool hw_present(uint64_t e)
{
	return bed.format->present(e, 0);
}

static bool hw_leaf(uint64_t e, unsigned int level)
{
	return bed.format->leaf(e, level);
}

static bool hw_writable(uint64_t e)
{
	return bed.format->leaf_rights(e, 0) & TARRY_W;
}

static struct check_mmu_ops hw_ops = {.present = hw_present,
				      .leaf = hw_leaf,
				      .table = hw_table,
				      .page = hw_page,
				      .writable = hw_writable};

bool check_invalidate(uint64_t root, uint64_t va, uint64_t len, bool tables,
		      struct check_site *site)
{
	unsigned int first = (unsigned int)(va / BED_PAGE);
	unsigned int n = (unsigned int)(len / BED_PAGE);

	(void)root;
	if (!check_keeps(site))
		return true;
	if (tarry_load(&bed.deaf, TARRY_RELAXED)) {
		tarry_fetch_add(&bed.deaf, -1u, TARRY_RELAXED);
		return false;
	}
	for (unsigned int i = 0; i < BED_CPUS; i++)
		check_mmu_invalidate(&bed.mmu[i], len ? first : 0,
				     len ? n : CHECK_TLB_SLOTS, tables || !len);
	return true;
}

/* ---- opening and closing ---- */

static void must(bool x, const char *what)
{
	if (!x)
		check_violation(CHECK_ASSERT, "%s", what);
}

void bed_limit(uint64_t waiting)
{
	bed.limit = waiting;
}

void bed_policy(enum tarry_policy policy)
{
	bed.policy = policy;
}

void bed_companions(void)
{
	bed.companions = true;
}

void bed_reserved(void)
{
	bed.reserved = true;
}

void bed_open(unsigned int levels, unsigned int flags)
{
	struct tarry_pool_config config = {
		.base = bed.reserved ? NULL : check_alloc(POOL_BYTES, "pool"),
		.oa = bed.reserved ? 0 : POOL_OA,
		.len = POOL_BYTES,
		.waiting_limit = bed.limit,
		.policy = bed.policy,
		.companions = bed.companions,
		.owner = {.get = owner_get,
			  .put = owner_put,
			  .release = owner_release},
	};

	bed.format = tarry_format_by_name(flags & TARRY_SPACE_RUNS ? "toy-runs"
					  : levels == 3		   ? "toy3"
								   : "toy");
	hw_ops.run = flags & TARRY_SPACE_RUNS ? hw_run : NULL;
	config.format = bed.format;
	must(!tarry_pool_create(&config, &bed.pool), "the pool opens");
	bed.window = (uintptr_t)config.base - config.oa;
	if (flags & TARRY_SPACE_NO_SNOOP)
		bed.memory = check_alloc(POOL_BYTES, "memory");
	must(!tarry_space_create(bed.pool, bed.format, flags, &bed.space),
	     "the space opens");
	hw_ops.accessed = bed.format->set_accessed_dirty(0, 0, TARRY_ACCESSED);
	hw_ops.dirty = bed.format->set_accessed_dirty(0, 0, TARRY_DIRTY);
	if (bed.memory)
		hw_ops.accessed = hw_ops.dirty = 0;
	for (unsigned int i = 0; i < BED_CPUS; i++) {
		bed.mmu[i].ops = &hw_ops;
		bed.mmu[i].root = hw_slots(tarry_space_root(bed.space));
		bed.mmu[i].levels = levels;
	}
}

void bed_open_two(unsigned int levels, unsigned int flags)
{
	bed_open(levels, flags);
	must(!tarry_space_create(bed.pool, bed.format, flags, &bed.other),
	     "the second space opens");
}

static void close_space(struct tarry_space *s)
{
	const char *what = "";

	if (!s)
		return;
	if (tarry_space_check(s, &what))
		check_violation(CHECK_ASSERT, "the tree is damaged: %s", what);
	if (tarry_space_destroy(s))
		check_violation(CHECK_LEAK, "the space cannot be destroyed");
}

void bed_close(void)
{
	struct tarry_pool_stats stats;

	close_space(bed.space);
	close_space(bed.other);
	/* All callbacks have run: what waits now waits for nobody. */
	tarry_port_barrier();
	tarry_pool_stats(bed.pool, &stats);
	if (stats.waiting || stats.waiting_bytes)
		check_violation(CHECK_LEAK,
				"%llu tables wait with nothing queued",
				(unsigned long long)stats.waiting);
	tarry_pool_drain(bed.pool);
	tarry_pool_stats(bed.pool, &stats);
	if (stats.table_bytes || stats.waiting || stats.waiting_bytes)
		check_violation(CHECK_LEAK,
				"%llu bytes of tables are left, %llu tables "
				"wait",
				(unsigned long long)stats.table_bytes,
				(unsigned long long)stats.waiting);
	if (tarry_pool_destroy(bed.pool))
		check_violation(CHECK_LEAK, "the pool cannot be destroyed");
}

/* ---- operations ---- */

int bed_map(unsigned int v, unsigned int page, unsigned int n)
{
	return tarry_map(bed.space, v * BED_PAGE, page * BED_PAGE, n * BED_PAGE,
			 BED_RW, NULL);
}

int bed_unmap(unsigned int v, unsigned int n)
{
	return tarry_unmap(bed.space, v * BED_PAGE, n * BED_PAGE, NULL);
}

int bed_unmap_gathered(unsigned int v, unsigned int n)
{
	struct tarry_gather g;
	struct tarry_how how = {.gather = &g};

	tarry_gather_begin(&g, bed.space);
	must(!tarry_unmap(bed.space, v * BED_PAGE, n * BED_PAGE, &how),
	     "a gather unmaps");
	return tarry_gather_end(&g);
}

int bed_protect(unsigned int v, unsigned int n, tarry_rights rights)
{
	return tarry_protect(bed.space, v * BED_PAGE, n * BED_PAGE, rights,
			     NULL);
}

int bed_collapse(unsigned int v, unsigned int level)
{
	return tarry_collapse(bed.space, v * BED_PAGE, level, 0, NULL, NULL);
}

int bed_split(unsigned int v, unsigned int level)
{
	return tarry_split(bed.space, v * BED_PAGE, level, NULL);
}

int bed_move(unsigned int from, unsigned int to, unsigned int n)
{
	return tarry_move(bed.space, from * BED_PAGE, to * BED_PAGE,
			  n * BED_PAGE, NULL);
}

static int translate(unsigned int v)
{
	struct tarry_hit hit;
	int err;

	check_wait_free(true);
	err = tarry_translate(bed.space, v * BED_PAGE, &hit);
	check_wait_free(false);
	if (err)
		return -1;
	return (int)(hit.oa / BED_PAGE);
}

int bed_page_at(unsigned int v)
{
	return translate(v);
}

int bed_read(unsigned int v)
{
	int page;

	tarry_port_read_begin();
	page = translate(v);
	if (page >= 0)
		check_page_touch((unsigned int)page);
	tarry_port_read_end();
	return page;
}

int bed_read_irq_off(unsigned int v)
{
	unsigned long was = tarry_port_irq_off();
	int page = translate(v);

	if (page >= 0)
		check_page_touch((unsigned int)page);
	tarry_port_irq_restore(was);
	return page;
}

void bed_tlb_open(void)
{
	tarry_oa oa;

	bed.tlb = check_alloc(sizeof(*bed.tlb), "soft TLB");
	must(!tarry_soft_tlb_init(bed.tlb, bed.space), "the soft TLB opens");
	must(!tarry_soft_tlb_fill(bed.tlb, 0, &oa), "it has page 0");
}

static void cache_send(struct tarry_listener *l, const struct tarry_span *spans,
		       unsigned int n)
{
	(void)l, (void)spans, (void)n;
	tarry_store(&bed.told, 1, TARRY_RELEASE);
}

void bed_cache_listen(void)
{
	bed.cache.send = cache_send;
	must(!tarry_listen(bed.space, &bed.cache), "the cache listens");
}

void bed_cache_unlisten(void)
{
	must(!tarry_unlisten(bed.space, &bed.cache), "the cache goes");
}

bool bed_cache_use(int page)
{
	bool uses;

	tarry_port_read_begin();
	uses = page >= 0 && !tarry_load(&bed.told, TARRY_ACQUIRE);
	if (uses)
		check_page_touch((unsigned int)page);
	tarry_port_read_end();
	return uses;
}

int bed_pin(unsigned int v)
{
	struct tarry_hit hit;
	int page;

	if (tarry_pin(bed.space, v * BED_PAGE, TARRY_R, &hit))
		return -1;
	page = (int)(hit.oa / BED_PAGE);
	check_page_touch((unsigned int)page);
	tarry_unpin(bed.space, &hit);
	return page;
}

static int hw_access(unsigned int cpu, unsigned int v, bool write)
{
	unsigned int page;

	if (!check_mmu_access(&bed.mmu[cpu], v, write, &page))
		return -1;
	return (int)page;
}

int bed_hw_read(unsigned int cpu, unsigned int v)
{
	return hw_access(cpu, v, false);
}

int bed_hw_write(unsigned int cpu, unsigned int v)
{
	return hw_access(cpu, v, true);
}
