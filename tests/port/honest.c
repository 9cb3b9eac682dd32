/* SPDX-License-Identifier: MIT */
/*
 * A port keeps its promises: compiled for each port that runs in a process.
 */
#include "second.h"

static void a_good_port_passes_alone(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_null(broken_promise(1));
}

static void a_good_port_passes_by_two_every_walker_class(void **state)
{
	const char *broken = broken_promise(2);

	(void)state;
	if (broken)
		fail_msg("broken: %s", broken);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_good_port_passes_alone),
	cmocka_unit_test(a_good_port_passes_by_two_every_walker_class),
};

int main(void)
{
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	tarry_thread_begin();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tarry_thread_end();
	return failed;
}
