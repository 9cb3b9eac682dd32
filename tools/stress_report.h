/* SPDX-License-Identifier: MIT */
/*
 * What a run found, as text, as JSON, as a page.
 */
#ifndef STRESS_REPORT_H
#define STRESS_REPORT_H

#include "stress_run.h"

struct stress_totals {
	uint64_t lookups[LOOKUP_KINDS], all_lookups, exact;
	uint64_t changes[CHANGE_KINDS], all_changes;
	uint64_t refused[CHANGE_KINDS];
	uint64_t skipped, no_memory, violations;
	uint64_t cached, told, silent; /* caches that listen */
	struct stress_percentiles lookup_time;
	struct stress_percentiles change_time[CHANGE_KINDS];
};

/* Sums up; percentiles only if @times, when the threads have ended. */
void stress_totals(struct stress *run, struct stress_totals *totals,
		   bool times);
void report_progress(struct stress *run, double seconds,
		     const struct stress_point *last,
		     const struct stress_point *now);
/* False: the report could not be written. */
bool report_text(struct stress *run, const struct stress_totals *totals);
bool report_json(struct stress *run, const struct stress_totals *totals);
/* Whole or not at all; false with a line on standard error. */
bool report_html(struct stress *run, const struct stress_totals *totals,
		 const char *path);

#endif
