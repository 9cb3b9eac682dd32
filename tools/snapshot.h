/* SPDX-License-Identifier: MIT */
/*
 * Writing a snapshot to where it is wanted.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "layout.h"

/* @path "-" is standard output.  A plain file is replaced as a whole, or stays
 * as it was.  Prints what went wrong; 0, 1 or 2. */
int snapshot_write(const struct layout *l, const char *path);

#endif
