/* SPDX-License-Identifier: MIT */
/* The scenarios that were compiled in, or loaded, by name. */
#ifndef CHECK_REGISTRY_H
#define CHECK_REGISTRY_H

#include "check.h"

extern const struct check_scenario *registry_first;

#endif
