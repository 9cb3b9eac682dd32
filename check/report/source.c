/* SPDX-License-Identifier: MIT */
/*
 * From code addresses to lines, by addr2line; it is started once for each file
 * that code was loaded from.  Where it is not installed the lines of the port's
 * macros must do.
 */
#include "source.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 2048

struct place {
	const void *pc;
	bool asked;
	unsigned int n;
	struct source_frame *frames;
};

static struct place places[PLACES];
static unsigned int n_places;

static struct place *find(const void *pc)
{
	for (unsigned int i = 0; i < n_places; i++)
		if (places[i].pc == pc)
			return &places[i];
	return NULL;
}

void source_collect(const void *pc)
{
	if (pc && n_places < PLACES && !find(pc))
		places[n_places++] = (struct place){.pc = pc};
}

unsigned int source_frames(const void *pc, const struct source_frame **frames)
{
	struct place *p = find(pc);

	if (!p)
		return 0;
	*frames = p->frames;
	return p->n;
}

struct object {
	const char *path;
	uintptr_t base;
};

/* Which file an address was loaded from, and where to. */
static bool object_of(const void *pc, struct object *o)
{
	struct link_map *map;
	Dl_info info;

	if (!dladdr1(pc, &info, (void **)&map, RTLD_DL_LINKMAP))
		return false;
	/* The shell that runs addr2line is our child. */
	o->path =
		map->l_name && map->l_name[0] ? map->l_name : "/proc/$PPID/exe";
	o->base = map->l_addr;
	return true;
}

const char *source_short(const char *path)
{
	static const char *const rooms[] = {"/src/", "/check/", "/include/",
					    "/tests/"};
	const char *best = NULL;

	for (unsigned int i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const char *p = strstr(path, rooms[i]);

		if (p && (!best || p < best))
			best = p;
	}
	if (best)
		return best + 1;
	return strncmp(path, "../", 3) ? path : path + 3;
}

bool source_text(const struct source_frame *f, char *to, size_t len)
{
	FILE *file = fopen(f->path, "r");
	char line[256] = "", *at = line;
	unsigned int n = 0;

	if (!file)
		return false;
	while (n < f->line && fgets(line, sizeof(line), file))
		if (strchr(line, '\n'))
			n++;
	fclose(file);
	if (n < f->line)
		return false;
	at += strspn(at, " \t");
	at[strcspn(at, "\n")] = 0;
	for (size_t end = strlen(at); end && strchr(" \t{", at[end - 1]); end--)
		at[end - 1] = 0;
	snprintf(to, len, "%s", at);
	return at[0];
}

/* Two lines for each frame; an inlined one is followed by who inlined it. */
static void take_frame(struct place *p, const char *function, char *line)
{
	char *colon;
	struct source_frame *f;

	line[strcspn(line, " \n")] = 0;
	colon = strrchr(line, ':');
	if (line[0] == '?' || !colon || p->n == SOURCE_FRAMES)
		return;
	*colon = 0;
	p->frames = realloc(p->frames, (p->n + 1) * sizeof(*p->frames));
	if (!p->frames)
		abort();
	f = &p->frames[p->n++];
	memset(f, 0, sizeof(*f));
	snprintf(f->path, sizeof(f->path), "%.*s", (int)sizeof(f->path) - 1,
		 line);
	snprintf(f->function, sizeof(f->function), "%.*s",
		 (int)strcspn(function, "\n."), function);
	f->line = (unsigned int)strtoul(colon + 1, NULL, 10);
}

static void parse(FILE *f, struct place *const *order, unsigned int n)
{
	char function[512], line[512];
	int at = -1;

	while (fgets(function, sizeof(function), f)) {
		if (!strncmp(function, "0x", 2)) {
			at++;
			continue;
		}
		if (at < 0 || at >= (int)n || !fgets(line, sizeof(line), f))
			return;
		take_frame(order[at], function, line);
	}
}

static void resolve_object(const struct object *o)
{
	static struct place *order[PLACES];
	static char command[PLACES * 20 + 512];
	unsigned int n = 0;
	size_t len;
	FILE *f;

	len = (size_t)snprintf(command, sizeof(command),
			       "addr2line -a -f -i -e \"%s\"", o->path);
	for (unsigned int i = 0; i < n_places; i++) {
		struct object other;

		if (places[i].asked || !object_of(places[i].pc, &other) ||
		    strcmp(other.path, o->path) != 0 ||
		    len + 64 > sizeof(command))
			continue;
		places[i].asked = true;
		order[n++] = &places[i];
		/* A return address: the call is before it. */
		len += (size_t)sprintf(
			command + len, " %#lx",
			(unsigned long)((uintptr_t)places[i].pc - o->base - 1));
	}
	snprintf(command + len, sizeof(command) - len, " 2>/dev/null");
	f = popen(command, "r");
	if (!f)
		return;
	parse(f, order, n);
	pclose(f);
}

void source_resolve(void)
{
	for (unsigned int i = 0; i < n_places; i++) {
		struct object o;

		if (places[i].asked)
			continue;
		if (object_of(places[i].pc, &o))
			resolve_object(&o);
		places[i].asked = true;
	}
}
