/* SPDX-License-Identifier: MIT */
/*
 * Z06.  A change of rights on a huge entry clears it and sets it again;
 * somebody who looks without the lock finds nothing in between (ced108037c2a,
 * 2017).
 *
 *	C1: get-and-clear: none for a moment (holds the lock)
 *	C0: DONTNEED: "nothing here", skips the slot, returns success
 *	C1: sets the changed entry: the mapping is back
 *
 * Mended: the entry is changed in place.
 */
#include "zoo.h"

#define WRITABLE 2ull

static struct {
	struct tarry_port_lock lock;
	uint64_t slot, zapped;
} s;

static void setup(void)
{
	s.slot = 0x1000 | WRITABLE;
}

static void protect(void)
{
	uint64_t e;

	tarry_port_lock(&s.lock);
	e = tarry_exchange(&s.slot, 0, SEQ);
	if (e)
		tarry_store(&s.slot, e & ~WRITABLE, REL);
	tarry_port_unlock(&s.lock);
}

static void protect_mended(void)
{
	tarry_port_lock(&s.lock);
	if (tarry_load(&s.slot, RLX))
		tarry_fetch_and(&s.slot, ~WRITABLE, SEQ);
	tarry_port_unlock(&s.lock);
}

static void dontneed(void)
{
	if (!tarry_load(&s.slot, ACQ))
		return; /* nothing to do, it says */
	tarry_port_lock(&s.lock);
	tarry_exchange(&s.slot, 0, SEQ);
	tarry_port_unlock(&s.lock);
}

static void gone(void)
{
	if (s.slot)
		check_violation(CHECK_LOST, "the data is still mapped after "
					    "DONTNEED succeeded");
}

ZOO(06, broken, .about = "an entry passes through none",
    .rule = "never-through-empty", .ids = "ced108037c2a", FINDS(LOST),
    .setup = setup, .finish = gone, .threads = {CPU(protect), CPU(dontneed)})
ZOO(06, mended, .about = "rights change in place", CLEAN,
    .rule = "never-through-empty", .setup = setup, .finish = gone,
    .threads = {CPU(protect_mended), CPU(dontneed)})
