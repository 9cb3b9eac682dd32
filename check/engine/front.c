/* SPDX-License-Identifier: MIT */
/*
 * What the threads call: the functions behind the check port's macros, and
 * check.h's.
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define PC	    __builtin_return_address(0)
#define CHOICES_MAX 65535u
#define PAGES	    64u

static uint8_t order_of(const struct check_site *site)
{
	return site->weaker ? site->weaker - 1 : site->order;
}

static struct op op_at(enum op_kind kind, struct check_site *site,
		       const void *pc)
{
	site->seen = 1;
	return (struct op){
		.kind = kind, .order = order_of(site), .site = site, .pc = pc};
}

/* ---- ordered access ---- */

uint64_t check_load(const volatile void *p, unsigned int size,
		    struct check_site *site)
{
	struct op op = op_at(OP_LOAD, site, PC);

	op.addr = (uintptr_t)p;
	op.size = (uint8_t)size;
	return machine_do(&op);
}

void check_store(volatile void *p, unsigned int size, uint64_t v,
		 struct check_site *site)
{
	struct op op = op_at(OP_STORE, site, PC);

	op.addr = (uintptr_t)p;
	op.size = (uint8_t)size;
	op.value = v;
	machine_do(&op);
}

uint64_t check_rmw(volatile void *p, unsigned int size, enum check_rmw_kind how,
		   uint64_t v, struct check_site *site)
{
	struct op op = op_at(OP_RMW, site, PC);

	op.addr = (uintptr_t)p;
	op.size = (uint8_t)size;
	op.how = (uint8_t)how;
	op.value = v;
	return machine_do(&op);
}

static bool do_cas(struct op *op, volatile void *p, unsigned int size,
		   uint64_t *expected, uint64_t v)
{
	uint64_t wanted = *expected;

	op->addr = (uintptr_t)p;
	op->size = (uint8_t)size;
	op->value = v;
	op->expected = wanted;
	*expected = machine_do(op);
	return *expected == wanted;
}

bool check_cas(volatile void *p, unsigned int size, uint64_t *expected,
	       uint64_t v, struct check_site *site)
{
	struct op op = op_at(OP_CAS, site, PC);

	return do_cas(&op, p, size, expected, v);
}

void check_fence(struct check_site *site)
{
	struct op op = op_at(OP_FENCE, site, PC);

	if (!site->skipped)
		machine_do(&op);
}

uint64_t check_await(const volatile void *p, unsigned int size,
		     enum check_cmp cmp, uint64_t v, struct check_site *site)
{
	struct op op = op_at(OP_AWAIT, site, PC);

	op.addr = (uintptr_t)p;
	op.size = (uint8_t)size;
	op.how = (uint8_t)cmp;
	op.value = v;
	if (site->skipped)
		op.kind = OP_LOAD;
	return machine_do(&op);
}

void check_relax(struct check_site *site)
{
	struct op op = op_at(OP_RELAX, site, PC);

	machine_do(&op);
}

/* ---- hardware ---- */

uint64_t check_walk_load_at(const volatile void *p, unsigned int size,
			    enum check_walk how, struct check_site *site)
{
	struct op op = op_at(OP_LOAD, site, PC);

	op.addr = (uintptr_t)p;
	op.size = (uint8_t)size;
	op.walk = (uint8_t)how;
	return machine_do(&op);
}

bool check_walk_cas_at(volatile void *p, unsigned int size, uint64_t *expected,
		       uint64_t v, struct check_site *site)
{
	struct op op = op_at(OP_CAS, site, PC);

	op.walk = CHECK_WALK_NEXT;
	return do_cas(&op, p, size, expected, v);
}

/* ---- locks ---- */

void check_lock(struct tarry_port_lock *l, struct check_site *site)
{
	struct op op = op_at(OP_LOCK, site, PC);

	op.addr = (uintptr_t)l;
	op.size = 4;
	machine_do(&op);
}

void check_unlock(struct tarry_port_lock *l, struct check_site *site)
{
	struct op op = op_at(OP_UNLOCK, site, PC);

	op.addr = (uintptr_t)l;
	op.size = 4;
	machine_do(&op);
}

bool check_trylock_at(struct tarry_port_lock *l, struct check_site *site)
{
	struct op op = op_at(OP_TRYLOCK, site, PC);

	op.addr = (uintptr_t)l;
	op.size = 4;
	return machine_do(&op);
}

bool check_holds(const struct tarry_port_lock *l)
{
	const struct thread *t = machine.now;

	for (unsigned int i = 0; i < t->n_locks; i++)
		if (t->locks[i] == (uintptr_t)l)
			return true;
	return false;
}

uint32_t *check_port_held(void)
{
	return machine.now->held_ranks;
}

/* ---- sections, waits, deferred calls ---- */

static uint8_t class_of(enum check_class class, struct check_site *site,
			const void *pc)
{
	if ((unsigned int)class >= CHECK_CLASSES)
		machine_violate(CHECK_MISUSE, site, pc, 0, -1, 0,
				"there is no class of sections number %u",
				(unsigned int)class);
	return (uint8_t) class;
}

void check_section_at(enum check_class class, bool begin,
		      struct check_site *site)
{
	struct op op =
		op_at(begin ? OP_SECTION_BEGIN : OP_SECTION_END, site, PC);

	op.how = class_of(class, site, PC);
	if (!site->skipped)
		machine_do(&op);
}

void check_rcu(bool begin, struct check_site *site)
{
	struct op op =
		op_at(begin ? OP_SECTION_BEGIN : OP_SECTION_END, site, PC);

	op.how = CHECK_RCU;
	machine_do(&op);
}

unsigned long check_irq(bool begin, struct check_site *site)
{
	struct op op =
		op_at(begin ? OP_SECTION_BEGIN : OP_SECTION_END, site, PC);

	op.how = CHECK_IRQ;
	machine_do(&op);
	return 0;
}

bool check_reading(void)
{
	return machine.now->depth[CHECK_RCU] > 0;
}

unsigned int check_wait_begin_at(enum check_class class,
				 struct check_site *site)
{
	struct op op = op_at(OP_WAIT_BEGIN, site, PC);

	op.how = class_of(class, site, PC);
	if (site->skipped)
		return ~0u;
	return (unsigned int)machine_do(&op);
}

void check_wait_end_at(unsigned int ticket, struct check_site *site)
{
	struct op op = op_at(OP_WAIT_END, site, PC);

	/* A wait that was left out. */
	if (ticket == ~0u || site->skipped)
		return;
	op.n = ticket;
	if (!machine.raw) {
		if (ticket >= machine.now->n_tickets)
			machine_violate(CHECK_MISUSE, site, PC, 0, -1, 0,
					"ends a wait that it never began");
		op.how = machine.now->tickets[ticket].class;
	}
	machine_do(&op);
}

static void wait_for(enum check_class class, struct check_site *site,
		     const void *pc)
{
	struct op op = op_at(OP_WAIT_BEGIN, site, pc);
	struct op end = op_at(OP_WAIT_END, site, pc);

	if (site->skipped)
		return;
	op.how = (uint8_t) class;
	end.how = (uint8_t) class;
	end.n = (uint32_t)machine_do(&op);
	machine_do(&end);
}

void check_synchronize(struct check_site *site)
{
	wait_for(CHECK_RCU, site, PC);
}

void check_kick(struct check_site *site)
{
	wait_for(CHECK_IRQ, site, PC);
}

void check_defer_at(void (*fn)(void *), void *arg, struct check_site *site)
{
	struct op op = op_at(OP_SPAWN, site, PC);

	op.how = site->skipped ? CHECK_CLASSES : CHECK_RCU;
	op.fn = fn;
	op.arg = arg;
	machine_do(&op);
}

void check_start_at(void (*fn)(void *), void *arg, struct check_site *site)
{
	struct op op = op_at(OP_SPAWN, site, PC);

	op.how = CHECK_CLASSES;
	op.fn = fn;
	op.arg = arg;
	machine_do(&op);
}

static void port_deferred(void *arg)
{
	struct tarry_port_defer *d = arg;

	d->fn(d);
}

void check_port_defer(struct tarry_port_defer *d,
		      void (*fn)(struct tarry_port_defer *),
		      struct check_site *site)
{
	struct op op = op_at(OP_SPAWN, site, PC);

	memory_dirty((uintptr_t)d, sizeof(*d));
	d->fn = fn;
	op.how = site->skipped ? CHECK_CLASSES : CHECK_RCU;
	op.fn = port_deferred;
	op.arg = d;
	machine_do(&op);
}

void check_barrier(struct check_site *site)
{
	struct op op = op_at(OP_BARRIER_BEGIN, site, PC);
	struct op end = op_at(OP_BARRIER_END, site, PC);

	if (site->skipped)
		return;
	machine_do(&op);
	machine_do(&end);
}

/* ---- choices and verdicts ---- */

unsigned int check_choose(unsigned int n)
{
	static struct check_site site = {.what = "choose"};
	struct op op = op_at(OP_CHOOSE, &site, PC);

	if (!n || n > CHOICES_MAX)
		machine_violate(CHECK_MISUSE, &site, PC, 0, -1, 0,
				"chooses among %u: it can be 1 to %u", n,
				CHOICES_MAX);
	op.n = n;
	return n < 2 ? 0 : (unsigned int)machine_do(&op);
}

bool check_admit(size_t bytes)
{
	struct thread *t = machine.now;

	(void)bytes;
	if (machine.raw || !t->may_fail)
		return true;
	if (!check_choose(2))
		return true;
	t->may_fail--;
	return false;
}

void check_wait_free(bool on)
{
	if (machine.now)
		machine.now->wait_free = on;
}

void check_assume(bool x)
{
	if (!x)
		machine_give_up();
}

void check_fail(enum check_kind kind, const struct check_site *site,
		const char *form, ...)
{
	char text[256];
	va_list args;

	va_start(args, form);
	vsnprintf(text, sizeof(text), form, args);
	va_end(args);
	machine_violate(kind, (struct check_site *)(uintptr_t)site, PC, 0, -1,
			0, "%s", text);
}

void check_panic(const char *what, const char *file, int line)
{
	static struct check_site site;

	site.file = file;
	site.line = line;
	site.what = "assertion";
	machine_violate(CHECK_ASSERT, &site, PC, 0, -1, 0, "%s", what);
}

void check_note(const char *form, ...)
{
	static struct check_site site = {.what = "note"};
	struct op op = op_at(OP_NOTE, &site, PC);
	char text[96];
	va_list args;

	if (!machine.recording || machine.raw)
		return;
	va_start(args, form);
	vsnprintf(text, sizeof(text), form, args);
	va_end(args);
	op.arg = text;
	machine_record(&op, 0, 0);
}

unsigned int check_self(void)
{
	return (unsigned int)(machine.now - machine.threads);
}

unsigned int check_now(void)
{
	return machine.n_events;
}

enum check_model check_model(void)
{
	return machine.model;
}

unsigned int check_shard(void)
{
	return check_self() % TARRY_PORT_SHARDS;
}

/* ---- memory ---- */

static void heap_event(struct check_site *site, const void *pc)
{
	struct op op = op_at(OP_HEAP, site, pc);

	/* Whoever is first gets the address: an order that matters. */
	if (machine.scenario->reuse && !machine.raw)
		machine_do(&op);
}

void *check_alloc(size_t len, const char *name)
{
	static struct check_site site = {.what = "alloc"};
	unsigned int tid = machine.raw ? CLOCK_THREADS : check_self();
	void *p;

	if (!len)
		machine_violate(CHECK_MISUSE, &site, PC, 0, -1, 0,
				"allocates nothing (%s)", name);
	if (!check_admit(len))
		return NULL;
	heap_event(&site, PC);
	p = memory_alloc(tid, len, name, machine.scenario->reuse);
	if (!p)
		machine_violate(CHECK_ENDLESS, &site, PC, 0, -1, 0,
				"allocates without bound: no room for %zu "
				"bytes (%s)",
				len, name);
	if (machine.recording && !machine.raw) {
		struct op op = op_at(OP_BORN, &site, PC);

		op.addr = (uintptr_t)p;
		op.value = len;
		machine_record(&op, 0, 0);
	}
	if (!machine.raw && memory_cell((uintptr_t)p)->dead)
		machine_life((uintptr_t)p, (len + 3) & ~(size_t)3, true, &site,
			     PC);
	memory_dirty((uintptr_t)p, len);
	memset(p, 0, len);
	return p;
}

void *check_reserve(size_t len, size_t align)
{
	uintptr_t p = (uintptr_t)check_alloc(len + align, "pool");

	return (void *)((p + align - 1) & ~(uintptr_t)(align - 1));
}

void check_free_at(void *p, struct check_site *site)
{
	struct block *b = memory_block_of((uintptr_t)p);

	heap_event(site, PC);
	if (!b || b->at != (uintptr_t)p)
		machine_violate(CHECK_WILD, site, PC, (uintptr_t)p, -1, 0,
				"frees %p, which was never allocated", p);
	machine_life((uintptr_t)p, (b->len + 3) & ~3u, false, site, PC);
	b->freed = site;
	memory_unalloc(b);
}

void check_life(const volatile void *p, size_t len, bool born,
		struct check_site *site)
{
	/* The library's tables, for the counterexample. */
	if (born && (machine.raw || machine.recording))
		memory_name((uintptr_t)p, len, "table %u", memory_tables(), 1);
	machine_life((uintptr_t)p, len, born, site, PC);
}

bool check_keeps(struct check_site *site)
{
	site->seen = 1;
	return !site->skipped;
}

static void page_event(unsigned int page, int what, struct check_site *site,
		       const void *pc)
{
	static const char *const names[] = {"allocates", "frees", "uses",
					    "writes"};
	/* Pages live in the last of the world's words. */
	uintptr_t addr = (uintptr_t)&memory_world[128 + page % PAGES];
	struct cell *c = memory_cell(addr);
	struct op op = op_at(OP_PAGE, site, pc);

	site->seen = 1;
	if (page >= PAGES)
		machine_violate(CHECK_MISUSE, site, pc, 0, -1, 0,
				"there is no data page %u: 0 to %u", page,
				PAGES - 1);
	if (machine.recording && !machine.raw) {
		op.n = page;
		op.how = (uint8_t)what;
		op.addr = addr;
		op.arg = (void *)(uintptr_t)names[what & 3];
		machine_record(&op, 0, 0);
	}
	if (what >= 2) {
		machine_judge(c, addr, false, 0, site, pc);
		return;
	}
	if (!what && !machine.raw && !c->dead)
		machine_violate(CHECK_DOUBLE_FREE, site, pc, addr, -1, 0,
				"allocates data page %u, which is in use",
				page);
	machine_life(addr, 4, !what, site, pc);
}

void check_page_at(unsigned int page, int what, struct check_site *site)
{
	page_event(page, what, site, PC);
}

void check_walk_page_at(unsigned int page, bool write, enum check_walk how,
			struct check_site *site)
{
	struct thread *t = machine.now;
	vclock own = t->hb;

	if (!machine.raw)
		walk_clock(t, how);
	page_event(page, write ? 3 : 2, site, PC);
	t->hb = own;
}

void check_table(const volatile void *p, unsigned int slots, unsigned int level,
		 const char *name)
{
	memory_name((uintptr_t)p, slots * 8ul, name, 0, level + 1);
}

void check_name(const volatile void *p, size_t len, const char *name,
		unsigned int number)
{
	memory_name((uintptr_t)p, len, name, number, 0);
}
