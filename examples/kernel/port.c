/* SPDX-License-Identifier: MIT */
/*
 * The example port: what a kernel writes to have tarry, on src/port/bare.
 *
 * A kernel of N CPUs that has one interrupt from CPU to CPU and nothing else:
 * no RCU, no allocator, no preemption.  docs/porting.md goes through it.
 */
#include "tarry/tarry.h"
#include "cpu.h"
#include "kernel.h"

/* ---- who am I, interrupts ---- */

unsigned int tarry_bare_cpu(void)
{
	return cpu_number();
}

unsigned long tarry_bare_irq_off(void)
{
	return cpu_irq_off();
}

void tarry_bare_irq_restore(unsigned long was)
{
	cpu_irq_restore(was);
}

/* ---- a question to every CPU ---- */

/*
 * One asks at a time: it raises `asked`, interrupts all others, and waits until
 * each has answered with that number.  Who answers forgets its translations,
 * every time: one kind of question is enough for a small kernel.
 */
static struct {
	uint32_t busy;
	uint32_t asked;
	uint32_t answered[TARRY_BARE_CPUS];
} ask;

/* The handler of the interrupt; and to be called where one has started. */
void kernel_answer(void)
{
	/* Pairs with the store of asked: what was unlinked before is seen by
	 * no walk that begins after. */
	uint32_t n = tarry_load(&ask.asked, TARRY_ACQUIRE);

	cpu_forget();
	/* Pairs with the loads of answered: all that this CPU did before it
	 * took the interrupt is over. */
	tarry_store(&ask.answered[cpu_number()], n, TARRY_RELEASE);
}

static void ask_everyone(void)
{
	uint32_t n;

	/* Others wait here with interrupts on, so they can answer. */
	while (tarry_exchange(&ask.busy, 1, TARRY_ACQUIRE))
		while (tarry_load(&ask.busy, TARRY_RELAXED))
			tarry_bare_spin();
	n = tarry_load(&ask.asked, TARRY_RELAXED) + 1;
	tarry_store(&ask.asked, n, TARRY_RELEASE);
	tarry_fence(TARRY_SEQ_CST); /* before any CPU is interrupted */
	kernel_interrupt_others();
	kernel_answer(); /* for this CPU */
	for (unsigned int i = 0; i < kernel_cpus(); i++)
		while (tarry_load(&ask.answered[i], TARRY_ACQUIRE) != n)
			tarry_bare_spin();
	tarry_store(&ask.busy, 0, TARRY_RELEASE);
}

/*
 * A walker with interrupts off answers when it turns them on: that is all the
 * wait there is.  rule: every-walker-class
 */
void tarry_bare_kick(void)
{
	ask_everyone();
}

/*
 * Table locks are held, and may be waited for by those who are asked: with
 * interrupts on, so they answer all the same.  rule: whole-span, as everything
 * is forgotten.
 */
bool tarry_bare_invalidate(uint64_t root, uint64_t va, uint64_t len,
			   bool tables)
{
	(void)root, (void)va, (void)len, (void)tables;
	ask_everyone();
	return true;
}

/* ---- waiting, and giving up ---- */

void tarry_bare_relax(void)
{
	/* With threads, this is where another one runs. */
	tarry_spin_hint();
}

void tarry_bare_panic(const char *what, const char *file, int line)
{
	kernel_say(what);
	(void)file, (void)line;
	for (;;)
		cpu_irq_off();
}

/* ---- what the kernel does with it ---- */

/* Between threads of a CPU's own, when there is nothing to run: here deferred
 * frees happen.  A tick may do the same. */
void kernel_idle(void)
{
	while (tarry_bare_poll())
		tarry_bare_relax();
}

/* A page fault: not frozen, not changed meanwhile, but truly absent? */
bool kernel_fault(struct tarry_space *space, tarry_va va)
{
	struct tarry_hit hit;
	int err;

	tarry_read_begin();
	err = tarry_translate(space, va, &hit);
	tarry_read_end();
	return !err; /* go back and try again: hardware came too early */
}

/* RAM becomes page tables: memory that the kernel maps at a fixed distance. */
struct tarry_space *kernel_space(void *ram, uint64_t physical, uint64_t len)
{
	struct tarry_pool_config config = {.format = tarry_format_at(0),
					   .base = ram,
					   .oa = physical,
					   .len = len};
	struct tarry_space *space;
	struct tarry_pool *pool;

	if (tarry_pool_create(&config, &pool) ||
	    tarry_space_create(pool, config.format, TARRY_SPACE_HARDWARE,
			       &space))
		return NULL;
	return space;
}
