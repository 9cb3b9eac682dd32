/* SPDX-License-Identifier: MIT */
/*
 * The rest of the example kernel: one CPU, a console that nobody reads, and a
 * main that uses each call once.  It is compiled and linked for every CPU
 * (scripts/check-loose); booting it is left to guests/.
 */
#include "kernel.h"

static char ram[4 << 20] __attribute__((aligned(65536)));

unsigned int kernel_cpus(void)
{
	return 1;
}

void kernel_interrupt_others(void)
{
}

void kernel_say(const char *what)
{
	static const char *volatile said;

	said = what;
	(void)said;
}

static int use(struct tarry_space *space, uint64_t page)
{
	const tarry_rights rw = TARRY_R | TARRY_W;
	const tarry_va va = 1ull << 30;
	int64_t freed;
	int err;

	err = tarry_map(space, va, 0, 1ull << 30, rw, NULL);
	if (!err)
		err = tarry_protect(space, va, page, TARRY_R, NULL);
	if (!err)
		err = tarry_split(space, va, 1, NULL);
	if (!err)
		err = tarry_collapse(space, va, 1, 0, NULL, NULL);
	if (!err || err == TARRY_EMIXED)
		err = kernel_fault(space, va) ? 0 : TARRY_ENOENT;
	if (!err)
		err = tarry_unmap(space, va, 1ull << 30, NULL);
	freed = tarry_reclaim(space, va, 1ull << 30, NULL);
	return err || freed < 0;
}

void _start(void);
void _start(void)
{
	struct tarry_space *space =
		kernel_space(ram, (uintptr_t)ram, sizeof(ram));
	uint64_t page = 1ull << tarry_format_at(0)->page_lg2;

	if (!space || use(space, page))
		kernel_say("this should not be");
	for (;;)
		kernel_idle();
}
