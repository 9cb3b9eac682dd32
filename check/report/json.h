/* SPDX-License-Identifier: MIT */
/*
 * Writing JSON by hand.
 */
#ifndef CHECK_JSON_H
#define CHECK_JSON_H

#include "build.h"

void json_string(FILE *to, const char *s);
void json_row(FILE *to, unsigned int row);

/* ---- objects.c ---- */

/* The member "objects": memory, and what its words were, step by step. */
void json_objects(FILE *to, const struct report *r);

#endif
