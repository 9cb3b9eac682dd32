/* SPDX-License-Identifier: MIT */
/*
 * Text that grows in a place of a fixed size; what does not fit is left out.
 */
#ifndef CHECK_PHRASE_H
#define CHECK_PHRASE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct phrase {
	char *to;
	size_t room, n;
};

#define PHRASE(array)                                         \
	(struct phrase)                                       \
	{                                                     \
		.to = (array), .room = sizeof(array), .n = 0, \
	}

static inline __attribute__((format(printf, 2, 3))) void
phrase(struct phrase *p, const char *form, ...)
{
	va_list args;
	int n;

	if (!p->n && p->room)
		p->to[0] = 0;
	if (p->n + 1 >= p->room)
		return;
	va_start(args, form);
	n = vsnprintf(p->to + p->n, p->room - p->n, form, args);
	va_end(args);
	p->n += n > 0 ? (size_t)n : 0;
	if (p->n >= p->room)
		p->n = p->room - 1;
}

#endif
