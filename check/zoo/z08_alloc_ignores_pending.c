/* SPDX-License-Identifier: MIT */
/*
 * Z08.  An allocation looks at AA only and takes a half that is on its way out
 * (s390; a comment that a posting of 2023 deleted).
 *
 *	lower half: PP (0x10).  C0: allocates it: 0x11
 *	C1: final step(lower) drops PP, takes the half for freed
 *
 * A live table is freed.  Mended: busy is allocated or pending.
 */
#include "zoo.h"

static struct {
	uint64_t byte;
	uint64_t owners; /* of the lower half */
} s;

static void setup(void)
{
	s.byte = 0x10;
}

static void alloc(void)
{
	uint64_t byte = tarry_load(&s.byte, ACQ);

	if (byte & 0x01)
		return;
	if (tarry_cas(&s.byte, &byte, byte | 0x01, SEQ))
		tarry_fetch_add(&s.owners, 1, SEQ);
}

static void alloc_mended(void)
{
	uint64_t byte = tarry_load(&s.byte, ACQ);

	if (byte & 0x11)
		return;
	if (tarry_cas(&s.byte, &byte, byte | 0x01, SEQ))
		tarry_fetch_add(&s.owners, 1, SEQ);
}

/* The end of the free: the half goes back. */
static void final_step(void)
{
	if (tarry_load(&s.owners, SEQ))
		check_violation(CHECK_DOUBLE_FREE,
				"a half is freed that was allocated again");
	tarry_fetch_and(&s.byte, ~0x10ull, SEQ);
}

ZOO(08, broken, .about = "a half is allocated while it waits",
    .rule = "reuse-is-free", .ids = "s390, posting of 2023", FINDS(DOUBLE_FREE),
    .setup = setup, .threads = {CPU(alloc), CPU(final_step)})
ZOO(08, mended, .about = "what waits is not free", CLEAN,
    .rule = "reuse-is-free", .setup = setup,
    .threads = {CPU(alloc_mended), CPU(final_step)})
