/* SPDX-License-Identifier: MIT */
/*
 * From code addresses to lines.
 */
#ifndef CHECK_SOURCE_H
#define CHECK_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#define SOURCE_FRAMES 8 /* inlined into each other */

struct source_frame {
	char path[128]; /* as the compiler saw it */
	char function[48];
	unsigned int line;
};

/* What will be asked for; then look all of it up, in one go. */
void source_collect(const void *pc);
void source_resolve(void);

/* The frames of @pc, which is a return address, innermost first; 0: unknown. */
unsigned int source_frames(const void *pc, const struct source_frame **frames);

/* A path from the project's folder on. */
const char *source_short(const char *path);
/* The line itself, without the spaces around it; false: not to be had. */
bool source_text(const struct source_frame *f, char *to, size_t len);

#endif
