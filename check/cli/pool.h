/* SPDX-License-Identifier: MIT */
/*
 * Many scenarios, on all cores of this machine: a process for each core takes
 * one after another, and what they say is printed in the order of their
 * numbers.
 */
#ifndef CHECK_POOL_H
#define CHECK_POOL_H

/* Calls @unit for 0 to @n - 1, each once, in forked processes; all that it
 * prints on stdout is printed here.  Returns all its values or'ed, or 2 where a
 * process was lost with a unit in its hands, which is then said. */
int pool_run(unsigned int n, unsigned int cores,
	     int (*unit)(unsigned int i, void *ctx), void *ctx);

/* How many cores this process may use. */
unsigned int pool_cores(void);

#endif
