/* SPDX-License-Identifier: MIT */
/*
 * Z02.  A table's lock is allocated by itself, and freed by the destructor when
 * the table is unlinked, while the table waits for readers (review of 2023; met
 * by syzbot with PT_RECLAIM in 2024).
 *
 *	C1: in a read section, reads the slot -> table T, finds T's lock
 *	C0: clears the slot, frees the lock, defers the free of T
 *	C1: takes the freed lock
 *
 * Mended: the destructor runs after the grace period, in the callback.
 */
#include "zoo.h"

struct table {
	uint64_t entries[2];
	struct tarry_port_lock *lock;
};

static struct {
	struct table *slot;
} s;

static void setup(void)
{
	s.slot = check_alloc(sizeof(struct table), "table");
	s.slot->lock = check_alloc(sizeof(*s.slot->lock), "lock");
}

static void map_lock(void)
{
	struct table *t;

	tarry_port_read_begin();
	t = tarry_load(&s.slot, ACQ);
	if (t) {
		struct tarry_port_lock *lock = t->lock;

		tarry_port_lock(lock);
		(void)tarry_load(&t->entries[0], RLX);
		tarry_port_unlock(lock);
	}
	tarry_port_read_end();
}

static void free_table(void *t)
{
	check_free(t);
}

static void free_both(void *t)
{
	check_free(((struct table *)t)->lock);
	check_free(t);
}

static void reclaim(void)
{
	struct table *t = tarry_exchange(&s.slot, NULL, SEQ);

	check_free(t->lock); /* the destructor */
	check_defer(free_table, t);
}

static void reclaim_mended(void)
{
	check_defer(free_both, tarry_exchange(&s.slot, NULL, SEQ));
}

ZOO(02, broken, .about = "a late reader takes a lock that was freed",
    .rule = "descriptor-outlives", .ids = "PT_RECLAIM in -mm, 2024",
    FINDS(USE_AFTER_FREE), .setup = setup,
    .threads = {CPU(map_lock), CPU(reclaim)})
ZOO(02, mended, .about = "the lock dies with its table", CLEAN,
    .rule = "descriptor-outlives", .setup = setup,
    .threads = {CPU(map_lock), CPU(reclaim_mended)})
