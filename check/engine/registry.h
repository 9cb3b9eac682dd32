/* SPDX-License-Identifier: MIT */
/*
 * The scenarios that were compiled in, or loaded, by name.
 */
#ifndef CHECK_REGISTRY_H
#define CHECK_REGISTRY_H

#include "check.h"

extern const struct check_scenario *registry_first;

/* One whose name another has, too; NULL: there is none. */
const struct check_scenario *registry_double(void);
/* How many there are. */
unsigned int registry_count(void);

#endif
