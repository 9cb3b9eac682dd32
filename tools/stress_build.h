/* SPDX-License-Identifier: MIT */
/*
 * The beginning and the end of a run: pool, space, arena and plan are made and
 * filled; at the end everything is looked at, taken away, and nothing is left.
 */
#ifndef STRESS_BUILD_H
#define STRESS_BUILD_H

#include "stress_run.h"

/* 0, or an exit code with a line on standard error. */
int stress_build(struct stress *run, const struct plan_input *input);
/* Threads have ended: every page is where its record says, no damage. */
void stress_audit(struct stress *run);
/* Everything is unmapped, destroyed and drained; what remains is a violation.
 */
void stress_empty(struct stress *run);
void stress_free(struct stress *run);

#endif
