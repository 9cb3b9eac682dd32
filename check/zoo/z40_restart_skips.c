/* SPDX-License-Identifier: MIT */
/*
 * Z40.  An iterator yields its lock, restarts - and its caller steps on as
 * usual, over the entry that was not visited yet (KVM, 3a0f64de479c, 2021).
 *
 *	C0: zap-all: at entry 1, yields before it looked at it
 *	C0: restarted at entry 1; next(): entry 2
 *
 * The root is freed with an entry in it.  Mended: after a restart, no step.
 */
#include "zoo.h"

#define ENTRIES 3

static struct {
	struct tarry_port_lock lock;
	uint64_t entries[ENTRIES];
	uint64_t wanted; /* somebody waits for the lock */
} s;

static void setup(void)
{
	for (unsigned int i = 0; i < ENTRIES; i++)
		s.entries[i] = 1;
}

static void zap_all(bool careful)
{
	bool yielded = false;

	tarry_port_lock(&s.lock);
	for (unsigned int i = 0; i < ENTRIES;) {
		if (!yielded && tarry_load(&s.wanted, RLX)) {
			tarry_port_unlock(&s.lock);
			tarry_port_lock(&s.lock);
			yielded = true;
			if (careful)
				continue;
			i++;
			continue;
		}
		s.entries[i++] = 0;
	}
	tarry_port_unlock(&s.lock);
}

static void zap(void)
{
	zap_all(false);
}

static void zap_mended(void)
{
	zap_all(true);
}

static void other(void)
{
	tarry_store(&s.wanted, 1, RLX);
	tarry_port_lock(&s.lock);
	tarry_port_unlock(&s.lock);
}

static void root_is_empty(void)
{
	for (unsigned int i = 0; i < ENTRIES; i++)
		if (s.entries[i])
			check_violation(CHECK_LEAK,
					"a root is freed with an entry in it");
}

ZOO(40, broken, .about = "a restart skips", .rule = "restart-revisits",
    .ids = "3a0f64de479c", FINDS(LEAK), .setup = setup, .finish = root_is_empty,
    .threads = {CPU(zap), CPU(other)})
ZOO(40, mended, .about = "a restart visits again", CLEAN,
    .rule = "restart-revisits", .setup = setup, .finish = root_is_empty,
    .threads = {CPU(zap_mended), CPU(other)})
