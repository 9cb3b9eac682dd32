/* SPDX-License-Identifier: MIT */
/*
 * Bytes between those who explore: appended at the end, taken from the front.
 */
#ifndef CHECK_MESSAGE_H
#define CHECK_MESSAGE_H

#include "scale.h"

struct message {
	char *p;
	size_t len, room, at;
};

/* What a worker has counted and found. */
struct result {
	struct tally tally;
	uint32_t n_works;
	uint32_t has_violation, leaves;
	uint32_t kind;
	char text[512];
};

void message_clear(struct message *m);
void message_free(struct message *m);
/* Room for @n bytes at the end. */
void *message_room(struct message *m, size_t n);
void message_put(struct message *m, const void *p, size_t n);
/* False: there are not so many left. */
bool message_get(struct message *m, void *p, size_t n);
void message_put_work(struct message *m, const struct work *w);
/* The graph is the caller's to free. */
bool message_get_work(struct message *m, struct work *w);

#endif
