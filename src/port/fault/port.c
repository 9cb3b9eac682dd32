/* SPDX-License-Identifier: MIT */
/*
 * The port for tests: counting, and failing on request.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarry_port.h"

struct fault_counts fault_now;

/* Allocations until the failure; 0: none is due. */
static _Atomic uint64_t fail_in;
static _Atomic bool fail_on;

static bool (*_Atomic hook)(void *ctx, uint64_t root, uint64_t va, uint64_t len,
			    bool tables);
static void *_Atomic hook_ctx;
static void (*_Atomic clean_hook)(void *ctx, const void *p, size_t len);
static void *_Atomic clean_ctx;

void fault_reset(void)
{
	uint64_t *word = (uint64_t *)&fault_now;

	fault_fail_at(0);
	for (size_t i = 0; i < sizeof(fault_now) / sizeof(*word); i++)
		__atomic_store_n(&word[i], 0, __ATOMIC_RELAXED);
}

void fault_fail_at(uint64_t n)
{
	fail_on = false;
	fail_in = n;
}

void fault_fail_from(uint64_t n)
{
	fail_on = true;
	fail_in = n;
}

void fault_counts(struct fault_counts *out)
{
	uint64_t *from = (uint64_t *)&fault_now;
	uint64_t *to = (uint64_t *)out;

	for (size_t i = 0; i < sizeof(*out) / sizeof(*from); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

bool fault_allow(uint64_t *counter)
{
	uint64_t left = fail_in;

	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
	do {
		if (!left)
			return true;
		if (left == 1 && fail_on)
			return false;
	} while (!atomic_compare_exchange_weak(&fail_in, &left, left - 1));
	return left != 1;
}

void fault_invalidate_hook(bool (*fn)(void *ctx, uint64_t root, uint64_t va,
				      uint64_t len, bool tables),
			   void *ctx)
{
	hook_ctx = ctx;
	hook = fn;
}

bool fault_invalidate(uint64_t root, uint64_t va, uint64_t len, bool tables)
{
	bool (*fn)(void *, uint64_t, uint64_t, uint64_t, bool) = hook;

	FAULT_COUNT(invalidates);
	return fn ? fn(hook_ctx, root, va, len, tables) : true;
}

void fault_clean_hook(void (*fn)(void *ctx, const void *p, size_t len),
		      void *ctx)
{
	clean_ctx = ctx;
	clean_hook = fn;
}

void fault_clean(const void *p, size_t len)
{
	void (*fn)(void *, const void *, size_t) = clean_hook;

	FAULT_COUNT(cleans);
	if (fn)
		fn(clean_ctx, p, len);
}
