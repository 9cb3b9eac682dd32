/* SPDX-License-Identifier: MIT */
/*
 * The retire queue: where detached tables and released data pages wait.
 */
#ifndef TARRY_RETIRE_H
#define TARRY_RETIRE_H

#include "shared.h"

/* What a gather collected waits from now on; it has been invalidated. */
void tarry_retire(struct tarry_pool *pool, struct tarry_gather *g);

#endif
