/* SPDX-License-Identifier: MIT */
/*
 * A guest: it builds its own space with tarry, turns it on, and runs the cases.
 */
#include "guest.h"

void guest_main(void)
{
	int failed;

	say("TAP version 13\n# %s, %s\n", machine_name(), machine_format());
	world_build();
	machine_on(tarry_space_root(world.space));
	say("# translating by tarry's tables\n");
#ifdef GUEST_HOLD
	oracle_hold();
#endif
	cases_leaf();
	cases_change();
	cases_random();
	if (machine_start(other_main))
		while (!other_there())
			machine_relax();
	cases_smp();
	failed = say_plan();
	say("# exit %d\n", failed ? 1 : 0);
	machine_exit(failed ? 1 : 0);
}
