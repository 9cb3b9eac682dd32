/* SPDX-License-Identifier: MIT */
/*
 * Each promise broken on purpose is named by the self-test of ports, and no
 * other in its place.
 */
#include "second.h"

struct told {
	enum lie lie;
	const char *name, *words;
};

static const struct told all[] = {
#define LIE(name, words) {LIE_##name, #name, words},
	LIES(LIE)
#undef LIE
};

static void every_lie_is_named(void **state)
{
	unsigned int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *broken;

		lie_tell(all[i].lie);
		broken = broken_promise(2);
		if (!broken || !strstr(broken, all[i].words)) {
			print_message("# %s: wanted \"%s\", got \"%s\"\n",
				      all[i].name, all[i].words,
				      broken ? broken : "no complaint");
			wrong++;
		}
	}
	lie_tell(LIE_NONE);
	assert_int_equal(wrong, 0);
}

static void a_port_that_could_lie_and_does_not_passes(void **state)
{
	const char *broken;

	(void)state;
	lie_tell(LIE_NONE);
	broken = broken_promise(2);
	if (broken)
		fail_msg("broken: %s", broken);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_port_that_could_lie_and_does_not_passes),
	cmocka_unit_test(every_lie_is_named),
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
