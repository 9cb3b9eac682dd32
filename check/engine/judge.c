/* SPDX-License-Identifier: MIT */
/*
 * Judging accesses: is this memory alive, is it still what the thread thinks it
 * is, and was everything else that was done to it done before?
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"

static void take_violation(enum check_kind kind, struct check_site *site,
			   const void *pc, const char *form, va_list args)
{
	struct violation *v = &machine.violation;

	v->kind = kind;
	v->tid = machine.now ? (unsigned int)(machine.now - machine.threads)
			     : CLOCK_THREADS - 1;
	v->site = site;
	v->pc = pc;
	v->addr = 0;
	v->other_tid = -1;
	v->other_epoch = 0;
	v->by_clock = false;
	vsnprintf(v->text, sizeof(v->text), form, args);
}

void machine_violate(enum check_kind kind, struct check_site *site,
		     const void *pc, uintptr_t addr, int other_tid,
		     unsigned int other_epoch, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	take_violation(kind, site, pc, form, args);
	va_end(args);
	machine.violation.addr = addr;
	machine.violation.other_tid = other_tid;
	machine.violation.other_epoch = other_epoch;
	machine_leave(OUTCOME_VIOLATION);
}

void machine_violate_slowly(enum check_kind kind, struct check_site *site,
			    const void *pc, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	take_violation(kind, site, pc, form, args);
	va_end(args);
	machine.violation.by_clock = true;
	machine_leave(OUTCOME_VIOLATION);
}

/* The first thread whose epoch is not within @hb; -1: none. */
static int beyond(const vclock *epochs, const vclock *hb)
{
	if (clock_within(epochs, hb))
		return -1;
	for (int i = 0; i < CLOCK_THREADS; i++)
		if ((*epochs)[i] > (*hb)[i])
			return i;
	return -1;
}

/* The same for plain accesses, which are to some bytes only. */
static int beyond_bytes(const vclock *epochs, const vclock *hb,
			const uint8_t *theirs, unsigned int ours)
{
	if (clock_within(epochs, hb))
		return -1;
	for (int i = 0; i < CLOCK_THREADS; i++)
		if ((*epochs)[i] > (*hb)[i] && (!ours || (theirs[i] & ours)))
			return i;
	return -1;
}

static void note_plain(struct cell *c, unsigned int tid, uint16_t epoch,
		       bool write, unsigned int ours)
{
	vclock *epochs = write ? &c->plain_write : &c->plain_read;
	uint8_t *bytes = write ? c->written_bytes : c->read_bytes;

	bytes[tid] =
		(uint8_t)((*epochs)[tid] == epoch ? bytes[tid] | ours : ours);
	(*epochs)[tid] = epoch;
	*(write ? &c->plain_writers : &c->plain_readers) |=
		(uint16_t)(1u << tid);
}

static void note_atomic(struct cell *c, unsigned int tid, uint16_t epoch,
			bool write)
{
	(*(write ? &c->atomic_write : &c->atomic_read))[tid] = epoch;
	*(write ? &c->atomic_writers : &c->atomic_readers) |=
		(uint16_t)(1u << tid);
}

static __attribute__((noinline, noreturn)) void
judge_dead(struct cell *c, uintptr_t addr, struct check_site *site,
	   const void *pc)
{
	char name[96];

	memory_describe(addr, name, sizeof(name));
	if (!c->life)
		machine_violate(CHECK_WILD, site, pc, addr, -1, 0,
				"touches %s, which is no memory of anybody",
				name);
	machine_violate(CHECK_USE_AFTER_FREE, site, pc, addr, c->life_tid,
			c->life_epoch, "touches %s after it was freed", name);
}

static __attribute__((noinline, noreturn)) void
judge_reborn(struct cell *c, uintptr_t addr, struct check_site *site,
	     const void *pc)
{
	char name[96];

	machine_violate(CHECK_USE_AFTER_REUSE, site, pc, addr, c->life_tid,
			c->life_epoch,
			"touches %s, whose memory has a new life by now",
			memory_describe(addr, name, sizeof(name)));
}

static __attribute__((noinline, noreturn)) void
judge_race(int other, const vclock *epochs, uintptr_t addr, bool write,
	   bool plain, const char *they, struct check_site *site,
	   const void *pc)
{
	char name[96];

	machine_violate(CHECK_RACE, site, pc, addr, other, (*epochs)[other],
			"%s %s %s while another thread's %s is not ordered "
			"with it",
			plain ? "a plain" : "an atomic",
			write ? "write of" : "read of",
			memory_describe(addr, name, sizeof(name)), they);
}

void machine_judge(struct cell *c, uintptr_t addr, bool write,
		   unsigned int bytes, struct check_site *site, const void *pc)
{
	bool plain = bytes != 0;
	struct thread *t = machine.now;
	unsigned int tid = (unsigned int)(t - machine.threads);
	const vclock *hb = &t->hb;
	unsigned int others;
	int other;

	if (!c)
		return;
	if (__builtin_expect(c->dead, 0))
		judge_dead(c, addr, site, pc);
	if (machine.raw)
		return;
	if (__builtin_expect(c->life && (*hb)[c->life_tid] < c->life_epoch, 0))
		judge_reborn(c, addr, site, pc);
	others = ~(1u << tid);
	if (c->plain_writers & others) {
		other = beyond_bytes(&c->plain_write, hb, c->written_bytes,
				     bytes);
		if (other >= 0)
			judge_race(other, &c->plain_write, addr, write, plain,
				   "plain write", site, pc);
	}
	if (write && (c->plain_readers & others)) {
		other = beyond_bytes(&c->plain_read, hb, c->read_bytes, bytes);
		if (other >= 0)
			judge_race(other, &c->plain_read, addr, write, plain,
				   "plain read", site, pc);
	}
	if (!plain) {
		note_atomic(c, tid, (*hb)[tid], write);
		return;
	}
	if (c->atomic_writers & others) {
		other = beyond(&c->atomic_write, hb);
		if (other >= 0)
			judge_race(other, &c->atomic_write, addr, write, plain,
				   "atomic write", site, pc);
	}
	if (write && (c->atomic_readers & others)) {
		other = beyond(&c->atomic_read, hb);
		if (other >= 0)
			judge_race(other, &c->atomic_read, addr, write, plain,
				   "atomic read", site, pc);
	}
	note_plain(c, tid, (*hb)[tid], write, bytes);
}

static void new_version(struct cell *c)
{
	if (!c || !c->atomics)
		return;
	c->atomics = false;
	c->version++;
	c->last_write = -1;
}

static void plain_cell(uintptr_t at, bool write, unsigned int bytes,
		       const void *pc)
{
	static struct check_site site = {.what = "plain access"};
	struct thread *t = machine.now;
	unsigned int tid = (unsigned int)(t - machine.threads);
	struct cell *c = memory_cell(at);

	if (!c)
		return;
	/* The same again, since its last event: judged already, and nobody
	 * can have come in between without being judged against it. */
	if (!machine.raw && !c->dead) {
		if (write ? c->plain_write[tid] == t->hb[tid] &&
				    !(bytes &
				      ~(unsigned int)c->written_bytes[tid])
			  : c->plain_read[tid] == t->hb[tid] &&
				    !(bytes &
				      ~(unsigned int)c->read_bytes[tid]))
			return;
	}
	machine_judge(c, at, write, bytes, &site, pc);
	if (write)
		new_version(c);
}

void machine_plain(uintptr_t addr, unsigned int len, bool write, const void *pc)
{
	uintptr_t end = addr + len;

	if (write)
		memory_dirty(addr, len);
	if (machine.recording && !machine.raw) {
		static struct check_site site = {.what = "plain access"};
		struct op op = {.kind = write ? OP_PLAIN_WRITE : OP_PLAIN_READ,
				.size = (uint8_t)len,
				.addr = addr,
				.site = &site,
				.pc = pc};

		machine_record(&op, 0, 0);
	}
	if (machine.raw && !machine.finishing)
		return;
	for (uintptr_t at4 = addr & ~(uintptr_t)3; at4 < end; at4 += 4) {
		unsigned int bytes = 15;

		if (at4 < addr)
			bytes &= 15u << (addr - at4);
		if (at4 + 4 > end)
			bytes &= 15u >> (at4 + 4 - end);
		plain_cell(at4, write, bytes, pc);
	}
}

/* ---- lives ---- */

static void life_of_cell(struct cell *c, uintptr_t addr, bool born,
			 struct check_site *site, const void *pc)
{
	struct thread *t = machine.now;
	unsigned int tid = (unsigned int)(t - machine.threads);
	const vclock *hb = &t->hb;
	char name[96];
	int other;

	if (!born && c->dead)
		machine_violate(c->life ? CHECK_DOUBLE_FREE : CHECK_WILD, site,
				pc, addr, c->life_tid, c->life_epoch,
				"frees %s, which is free already",
				memory_describe(addr, name, sizeof(name)));
	if (!machine.raw) {
		const vclock *sorts[] = {&c->plain_write, &c->atomic_write,
					 &c->plain_read, &c->atomic_read};

		if (c->life && (*hb)[c->life_tid] < c->life_epoch)
			machine_violate(
				CHECK_DOUBLE_FREE, site, pc, addr, c->life_tid,
				c->life_epoch,
				"%s %s, not ordered with the end of "
				"its last life",
				born ? "allocates" : "frees",
				memory_describe(addr, name, sizeof(name)));
		for (unsigned int i = 0; i < 4; i++) {
			other = beyond(sorts[i], hb);
			if (other >= 0)
				machine_violate(
					CHECK_USE_AFTER_FREE, site, pc, addr,
					other, (*sorts[i])[other],
					"%s %s while an access to it is not "
					"ordered before",
					born ? "gives a new life to" : "frees",
					memory_describe(addr, name,
							sizeof(name)));
		}
	}
	new_version(c);
	c->dead = !born;
	c->life++;
	c->life_tid = (uint8_t)tid;
	c->life_epoch = (*hb)[tid];
	c->plain_write = (vclock){0};
	c->plain_read = (vclock){0};
	c->atomic_write = (vclock){0};
	c->atomic_read = (vclock){0};
	c->plain_readers = 0;
	c->plain_writers = 0;
	c->atomic_readers = 0;
	c->atomic_writers = 0;
	c->sync = (vclock){0};
}

void machine_life(uintptr_t addr, size_t len, bool born,
		  struct check_site *site, const void *pc)
{
	uintptr_t end = addr + len;

	machine.stamp++;
	if (machine.recording && !machine.raw) {
		struct op op = {.kind = born ? OP_BORN : OP_DEAD,
				.addr = addr,
				.value = len,
				.site = site,
				.pc = pc};

		machine_record(&op, 0, 0);
	}
	if (machine.raw && !machine.finishing) {
		memory_own(addr, len, born);
		return;
	}
	for (; addr < end; addr += 4) {
		struct cell *c = memory_cell(addr);

		if (!c)
			machine_violate(CHECK_WILD, site, pc, addr, -1, 0,
					"%p is no memory of this scenario",
					(void *)addr);
		life_of_cell(c, addr, born, site, pc);
	}
}

/* ---- recording ---- */

void machine_record(const struct op *op, uint64_t before, uint64_t after)
{
	struct thread *t = machine.now;
	struct row *r;

	if (machine.n_rows == machine.max_rows)
		return;
	r = &machine.rows[machine.n_rows++];
	r->op = *op;
	r->tid = (uint8_t)(t - machine.threads);
	r->epoch = t->hb[r->tid];
	r->event = machine.n_events;
	r->before = before;
	r->after = after;
	r->level_rcu = t->depth[CHECK_RCU];
	r->level_irq = t->depth[CHECK_IRQ];
	r->n_locks = (uint8_t)t->n_locks;
	r->lock = t->n_locks ? t->locks[t->n_locks - 1] : 0;
	r->n_calls = t->n_calls < MACHINE_CALLS ? t->n_calls : MACHINE_CALLS;
	memcpy(r->calls, t->calls, r->n_calls * sizeof(r->calls[0]));
	r->note[0] = 0;
	if (op->kind == OP_NOTE)
		snprintf(r->note, sizeof(r->note), "%s", (const char *)op->arg);
}
