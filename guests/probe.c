/* SPDX-License-Identifier: MIT */
/*
 * Tables that this guest did not build: a process of the host did, by the
 * hosted library (hosted/tables.c), and QEMU loaded them.  They are turned on,
 * and each address of the list that came along is read, written, and asked of
 * the CPU.
 */
#include "guest.h"

static const struct guest_probe *list;
static uint64_t n;

static volatile uint64_t *word(uint64_t oa)
{
	return (volatile uint64_t *)(uintptr_t)oa;
}

/* What lies there says where it is. */
static void loads(void)
{
	unsigned int mapped = 0;

	for (uint64_t i = 0; i < n; i++) {
		const struct guest_probe *p = &list[i];
		uint64_t value = 0;
		struct machine_fault f =
			machine_access(MACHINE_READ, p->va, &value);

		if (f.faulted != (p->oa == GUEST_ABSENT) ||
		    (!f.faulted && value != p->oa))
			fail("%lx: %s %lx, not %lx", p->va,
			     f.faulted ? "a fault" : "reads", value, p->oa);
		if (f.faulted && f.va >> 12 != p->va >> 12)
			fail("%lx: a fault of %lx", p->va, f.va);
		if (f.forbidden)
			fail("%lx: forbidden", p->va);
		mapped += !f.faulted;
	}
	note("%lu addresses, %u of them mapped", n, mapped);
	expect(mapped > n / 4 && mapped < n - n / 4);
}

static void stores(void)
{
	unsigned int written = 0, refused = 0;

	for (uint64_t i = 0; i < n; i++) {
		const struct guest_probe *p = &list[i];
		uint64_t value = ~p->oa;
		bool may = p->oa != GUEST_ABSENT && (p->rights & TARRY_W);
		struct machine_fault f =
			machine_access(MACHINE_WRITE, p->va, &value);

		if (f.faulted == may)
			fail("%lx: a write is %s", p->va,
			     may ? "refused" : "taken");
		if (f.faulted && f.va >> 12 != p->va >> 12)
			fail("%lx: a fault of %lx", p->va, f.va);
		if (p->oa == GUEST_ABSENT)
			continue;
		if (*word(p->oa) != (may ? ~p->oa : p->oa))
			fail("%lx: a write %s %lx", p->va,
			     may ? "misses" : "reaches", p->oa);
		*word(p->oa) = p->oa;
		written += may;
		refused += !may;
	}
	note("%u written, %u refused", written, refused);
	expect(written > 100 && refused > 100);
}

static void translations(void)
{
	for (uint64_t i = 0; i < n; i++) {
		const struct guest_probe *p = &list[i];
		uint64_t oa = 0;
		bool absent;

		if (!machine_translate(p->va, &oa, &absent)) {
			note("no such instruction");
			return;
		}
		if (absent != (p->oa == GUEST_ABSENT) ||
		    (!absent && oa != p->oa))
			fail("%lx: the CPU says %lx, not %lx", p->va, oa,
			     p->oa);
	}
}

void probe_tables(void)
{
	uint64_t at, len;

	machine_ram(&at, &len);
	list = (const struct guest_probe *)(uintptr_t)(at +
						       sizeof(guest_orders));
	n = guest_orders.n;
	for (uint64_t i = 0; i < n; i++)
		if (list[i].oa != GUEST_ABSENT)
			*word(list[i].oa) = list[i].oa;
	machine_on(guest_orders.root);
	say("# translating by tables that were loaded\n");
	run_case("tables of the hosted library: loads", loads, NULL);
	run_case("tables of the hosted library: stores", stores, NULL);
	run_case("tables of the hosted library: the CPU's own translation",
		 translations, NULL);
	say_plan();
	say("# hold\n");
	for (;;)
		machine_relax();
}
