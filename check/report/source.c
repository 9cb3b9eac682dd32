/* SPDX-License-Identifier: MIT */
/*
 * From code addresses to lines, by addr2line; it is started once, for all.
 * Where it is not installed the lines of the port's macros must do.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define PLACES 4096

static struct {
	const void *pc;
	char text[160];
} places[PLACES];
static unsigned int n_places;

static unsigned int find(const void *pc)
{
	for (unsigned int i = 0; i < n_places; i++)
		if (places[i].pc == pc)
			return i;
	return PLACES;
}

void source_collect(const void *pc)
{
	if (!pc || n_places == PLACES || find(pc) != PLACES)
		return;
	places[n_places].text[0] = 0;
	places[n_places++].pc = pc;
}

const char *source_of(const void *pc)
{
	unsigned int i = find(pc);

	return i < PLACES && places[i].text[0] ? places[i].text : NULL;
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
	o->path =
		map->l_name && map->l_name[0] ? map->l_name : "/proc/self/exe";
	o->base = map->l_addr;
	return true;
}

/* Paths as the source has them: from the project's folder on. */
static const char *shorten(const char *path)
{
	static const char *const rooms[] = {"/src/", "/check/", "/include/",
					    "/tests/"};

	for (unsigned int i = 0; i < 4; i++) {
		const char *p = strstr(path, rooms[i]);

		if (p)
			return p + 1;
	}
	return strncmp(path, "../", 3) ? path : path + 3;
}

/* Two lines for each frame; an inlined one is followed by who inlined it. */
static void parse(FILE *f, unsigned int *order, unsigned int n)
{
	char function[256], line[512];
	int at = -1;

	while (fgets(function, sizeof(function), f)) {
		char *text, *p;

		if (!strncmp(function, "0x", 2)) {
			at++;
			continue;
		}
		if (at < 0 || at >= (int)n || !fgets(line, sizeof(line), f))
			return;
		line[strcspn(line, " \n")] = 0;
		function[strcspn(function, "\n")] = 0;
		if (line[0] == '?')
			continue;
		text = places[order[at]].text;
		p = text + strlen(text);
		snprintf(p, 160 - (size_t)(p - text), "%s%s (%s)",
			 *text ? " < " : "", shorten(line), function);
	}
}

static void resolve_object(const struct object *o)
{
	static unsigned int order[PLACES];
	static char command[PLACES * 20 + 512];
	unsigned int n = 0;
	size_t len;
	FILE *f;

	len = (size_t)snprintf(command, sizeof(command),
			       "addr2line -a -f -i -e '%s'", o->path);
	if (!strcmp(o->path, "/proc/self/exe"))
		len = (size_t)snprintf(command, sizeof(command),
				       "addr2line -a -f -i -e "
				       "/proc/$PPID/exe");
	for (unsigned int i = 0; i < n_places; i++) {
		struct object other;

		if (places[i].text[0] || !object_of(places[i].pc, &other) ||
		    strcmp(other.path, o->path) != 0 ||
		    len + 64 > sizeof(command))
			continue;
		order[n++] = i;
		/* A return address: the call is before it. */
		len += (size_t)sprintf(
			command + len, " %#lx",
			(unsigned long)((uintptr_t)places[i].pc - o->base - 1));
	}
	if (!n)
		return;
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

		if (!places[i].text[0] && object_of(places[i].pc, &o))
			resolve_object(&o);
	}
}
