/* SPDX-License-Identifier: MIT */
/*
 * Z09.  A deferred free takes the lock of the space that owned the table (s390,
 * drafts of 2023).
 *
 *	C0: callback(lower half): the upper half is in use: the mm is alive now
 *	C1: exit: frees the upper half, tears the mm down, frees it
 *	C0: takes the lock of the freed mm
 *
 * Mended: what runs after the grace period needs nothing of the owner.
 */
#include "zoo.h"

struct mm {
	struct tarry_port_lock lock;
	uint64_t halves; /* on the list of pages with a free half */
};

static struct {
	struct mm *mm;
	uint64_t upper_in_use, pending;
} s;

static void setup(void)
{
	s.mm = check_alloc(sizeof(struct mm), "mm");
	s.upper_in_use = 1;
	s.pending = 1;
}

static void callback(void *arg)
{
	if (tarry_load(&s.upper_in_use, ACQ)) {
		struct mm *mm = arg;

		tarry_port_lock(&mm->lock);
		mm->halves++;
		tarry_port_unlock(&mm->lock);
	}
	tarry_store(&s.pending, 0, REL);
}

static void callback_mended(void *arg)
{
	(void)arg;
	tarry_store(&s.pending, 0, REL);
}

static void defer_lower(void)
{
	check_defer(callback, s.mm);
}

static void defer_lower_mended(void)
{
	check_defer(callback_mended, s.mm);
}

static void exit_mm(void)
{
	tarry_store(&s.upper_in_use, 0, REL);
	check_free(s.mm);
}

static void done(void)
{
	check_assert(!s.pending);
}

ZOO(09, broken, .about = "a callback takes the lock of a freed space",
    .rule = "retire-needs-no-owner", .ids = "s390, drafts of 2023",
    FINDS(USE_AFTER_FREE), .setup = setup, .finish = done,
    .threads = {CPU(defer_lower), CPU(exit_mm)})
ZOO(09, mended, .about = "a callback needs no owner", CLEAN,
    .rule = "retire-needs-no-owner", .setup = setup, .finish = done,
    .threads = {CPU(defer_lower_mended), CPU(exit_mm)})
