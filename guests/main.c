/* SPDX-License-Identifier: MIT */
/*
 * A guest: it builds its own space with tarry, turns it on, and runs the cases.
 */
#include "guest.h"

struct guest_orders guest_orders;

/* They lie where the pool will. */
static void read_orders(void)
{
	struct machine_range r;
	uint64_t at, len;

	machine_ram(&at, &len);
	if (((struct guest_orders *)(uintptr_t)at)->magic == GUEST_ORDERS)
		guest_orders = *(struct guest_orders *)(uintptr_t)at;
	say("# memory %lx %lx %s\n", at, len, machine_large() ? "large" : "");
	for (unsigned int i = 0; machine_needs(i, &r); i++)
		say("# needs %lx %lx %x\n", r.at, r.len,
		    r.device	 ? machine_rights_device()
		    : r.executes ? machine_rights_code()
				 : machine_rights_memory());
}

void guest_main(void)
{
	int failed;

	say("TAP version 13\n# %s, %s\n", machine_name(), machine_format());
	read_orders();
	if (guest_orders.job == GUEST_PROBES)
		probe_tables();
	world_build();
	machine_on(tarry_space_root(world.space));
	say("# translating by tarry's tables\n");
	if (guest_orders.job == GUEST_HOLDS)
		oracle_hold();
	cases_leaf();
	cases_change();
	cases_random();
	if (machine_start(other_main))
		while (!other_there())
			machine_relax();
	cases_hand();
	cases_smp();
	cases_run();
	failed = say_plan();
	say("# exit %d\n", failed ? 1 : 0);
	machine_exit(failed ? 1 : 0);
}
