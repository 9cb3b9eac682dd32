/* SPDX-License-Identifier: MIT */
/*
 * The command line of tarry stress.
 */
#ifndef STRESS_OPTIONS_H
#define STRESS_OPTIONS_H

#include "stress_run.h"

/* -1: go on.  Else an exit code: 0 after --help, 2 with a line on standard
 * error that names the argument. */
int stress_options(int argc, char **argv, struct stress_options *o);

#endif
