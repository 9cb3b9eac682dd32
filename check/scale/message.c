/* SPDX-License-Identifier: MIT */
/*
 * Messages between parent and workers, packed and read back: see message.h.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"

void message_clear(struct message *m)
{
	m->len = m->at = 0;
}

void message_free(struct message *m)
{
	free(m->p);
	memset(m, 0, sizeof(*m));
}

void *message_room(struct message *m, size_t n)
{
	void *at;

	if (m->room - m->len < n) {
		m->room = 2 * (m->len + n);
		m->p = realloc(m->p, m->room);
		if (!m->p)
			abort();
	}
	at = m->p + m->len;
	m->len += n;
	return at;
}

void message_put(struct message *m, const void *p, size_t n)
{
	memcpy(message_room(m, n), p, n);
}

bool message_get(struct message *m, void *p, size_t n)
{
	if (m->len - m->at < n)
		return false;
	memcpy(p, m->p + m->at, n);
	m->at += n;
	return true;
}

void message_put_work(struct message *m, const struct work *w)
{
	message_put(m, &w->len, sizeof(w->len));
	message_put(m, w->graph, w->len);
}

bool message_get_work(struct message *m, struct work *w)
{
	if (!message_get(m, &w->len, sizeof(w->len)) || !w->len ||
	    w->len > sizeof(struct graph) || w->len > m->len - m->at)
		return false;
	w->graph = malloc(w->len);
	if (!w->graph)
		abort();
	return message_get(m, w->graph, w->len);
}
