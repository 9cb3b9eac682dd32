/* SPDX-License-Identifier: MIT */
/*
 * tarry stress: walkers against churn, every answer verified.
 */
#ifndef STRESS_H
#define STRESS_H

/* Returns the exit code: 0 clean, 1 violations, 2 bad arguments or input. */
int stress_main(int argc, char **argv);

#endif
