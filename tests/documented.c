/* SPDX-License-Identifier: MIT */
/*
 * Documented and observed errors; see documented.h.
 */
#include "bed.h"
#include "documented.h"

#define MOST_ERRORS 512

static bool observed[MOST_ERRORS];

static int find(const char *fn, int64_t err)
{
	for (int i = 0; documented_errors[i].fn; i++)
		if (documented_errors[i].err == err &&
		    !strcmp(documented_errors[i].fn, fn))
			return i;
	return -1;
}

/* For documented_check.py, which compares over all programs. */
static void write_down(const char *fn, int64_t err)
{
	const char *path = getenv("TARRY_OBSERVED");
	FILE *to = path ? fopen(path, "a") : NULL;

	if (!to)
		return;
	fprintf(to, "%s %s\n", fn, tarry_error_name((int)err));
	fclose(to);
}

bool documented(const char *fn, int64_t err)
{
	return find(fn, err) >= 0;
}

void documented_expect(const char *fn, int64_t want, int64_t got,
		       const char *file, int line)
{
	int i = find(fn, got);

	if (got != want)
		fail_msg("%s:%d: %s() returned %jd (%s), not %s", file, line,
			 fn, (intmax_t)got, tarry_error_name((int)got),
			 tarry_error_name((int)want));
	if (i < 0)
		fail_msg("%s:%d: %s() does not document %s", file, line, fn,
			 tarry_error_name((int)got));
	assert_true(i < MOST_ERRORS);
	if (!observed[i])
		write_down(fn, got);
	observed[i] = true;
}

bool documented_observed(const char *fn, int err)
{
	int i = find(fn, err);

	return i >= 0 && observed[i];
}
