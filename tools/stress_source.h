/* SPDX-License-Identifier: MIT */
/*
 * Where the pages of a run come from: a layout, as runs in the page size of
 * the format.
 */
#ifndef STRESS_SOURCE_H
#define STRESS_SOURCE_H

#include "stress_run.h"

/* 0, or an exit code with a line on standard error.  @input->runs is the
 * caller's to free. */
int stress_source(const struct stress_options *o, struct plan_input *input);

#endif
