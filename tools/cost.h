/* SPDX-License-Identifier: MIT */
/*
 * tarry cost and tarry formats.
 */
#ifndef COST_H
#define COST_H

#include "layout.h"

int cost_print(const struct layout *l, const char *arg, bool json);
int formats_print(bool json);

#endif
