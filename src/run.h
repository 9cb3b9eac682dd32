/* SPDX-License-Identifier: MIT */
/*
 * Runs of data pages, in arrays that nobody else can see.
 */
#ifndef TARRY_RUN_H
#define TARRY_RUN_H

#include "shared.h"

/* Continue the last run, or start one; false: no room. */
tarry_inline bool run_add(struct tarry_run *runs, uint32_t *n, uint32_t max,
			  const struct tarry_run *run)
{
	if (*n) {
		struct tarry_run *last = &runs[*n - 1];

		if (last->oa + last->len == run->oa &&
		    last->rights == run->rights) {
			last->len += run->len;
			return true;
		}
	}
	if (*n == max)
		return false;
	runs[(*n)++] = *run;
	return true;
}

#endif
