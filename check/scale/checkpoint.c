/* SPDX-License-Identifier: MIT */
/*
 * A search on disk: a header, the least counterexample so far, and the graphs
 * that are still to be explored, each with its length and check sum.  Graphs
 * name memory and lines by address, so that file and program must have been
 * built and placed alike: the header says how.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>
#include <zlib.h>

#include "scale.h"

#define MAGIC	"tarrychk"
#define VERSION 1

extern struct check_site __start_check_sites[], __stop_check_sites[];

struct header {
	char magic[8];
	uint32_t version, size_of_graph;
	char scenario[64];
	uint64_t sites, n_sites, arena; /* addresses, and how many lines */
	uint32_t model, kind;
	struct tally tally;
	char text[512];
	uint32_t has_least, n_works;
};

static struct header header_now(const struct search *s)
{
	struct header h = {
		.version = VERSION,
		.size_of_graph = sizeof(struct graph),
		.sites = (uint64_t)(uintptr_t)__start_check_sites,
		.n_sites = (uint64_t)(__stop_check_sites - __start_check_sites),
		.arena = memory_base(),
		.model = s->model};

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	snprintf(h.scenario, sizeof(h.scenario), "%s", machine.scenario->name);
	return h;
}

void checkpoint_fingerprint(uint64_t print[3])
{
	print[0] = (uint64_t)(uintptr_t)__start_check_sites;
	print[1] = (uint64_t)(__stop_check_sites - __start_check_sites);
	print[2] = memory_base();
}

static uint32_t sum(const void *p, size_t n)
{
	return (uint32_t)crc32(0, p, (unsigned int)n);
}

/* Length, content, check sum. */
static bool put(FILE *f, const void *p, size_t n)
{
	uint64_t len = n;
	uint32_t crc = sum(p, n);

	return fwrite(&len, sizeof(len), 1, f) == 1 &&
	       fwrite(p, 1, n, f) == n && fwrite(&crc, sizeof(crc), 1, f) == 1;
}

bool checkpoint_write(const char *path, const struct search *s,
		      const struct scale_state *state)
{
	char temporary[4096];
	struct header h = header_now(s);
	bool good;
	FILE *f;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "wb");
	if (!f) {
		perror(temporary);
		return false;
	}
	h.tally = state->tally;
	h.kind = state->kind;
	memcpy(h.text, state->text, sizeof(h.text));
	h.has_least = state->least->n > 0;
	h.n_works = state->n_works;
	good = put(f, &h, sizeof(h));
	if (h.has_least)
		good = good && put(f, state->least, sizeof(*state->least));
	for (unsigned int i = 0; i < state->n_works; i++)
		good = good &&
		       put(f, state->works[i].graph, state->works[i].len);
	good = good && !fflush(f) && !fsync(fileno(f));
	good = !fclose(f) && good && !rename(temporary, path);
	if (!good)
		perror(path);
	return good;
}

static bool damaged(const char *path, const char *what, unsigned int n,
		    const char *why)
{
	fprintf(stderr, "tarry-check: the checkpoint %s: %s %u: %s\n", path,
		what, n, why);
	return false;
}

/* One part; NULL, and *why. */
static void *get(FILE *f, size_t max, size_t *n, const char **why)
{
	uint64_t len;
	uint32_t crc;
	void *p;

	*why = "it ends too early";
	if (fread(&len, sizeof(len), 1, f) != 1)
		return NULL;
	*why = "its length is impossible";
	if (!len || len > max)
		return NULL;
	p = malloc(len);
	*why = "it ends too early";
	if (!p || fread(p, 1, len, f) != len ||
	    fread(&crc, sizeof(crc), 1, f) != 1) {
		free(p);
		return NULL;
	}
	*why = "its check sum is wrong";
	if (crc != sum(p, len)) {
		free(p);
		return NULL;
	}
	*n = len;
	return p;
}

static const char *misfit(const struct header *h, const struct search *s)
{
	struct header want = header_now(s);

	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0)
		return "this is no checkpoint";
	if (h->version != want.version ||
	    h->size_of_graph != want.size_of_graph ||
	    h->n_sites != want.n_sites)
		return "it was made by another version of this program";
	if (strncmp(h->scenario, want.scenario, sizeof(want.scenario)) != 0)
		return "it is of another scenario";
	if (h->model != want.model)
		return "it is of another memory model";
	if (h->sites != want.sites || h->arena != want.arena)
		return "the addresses differ";
	return NULL;
}

static bool read_parts(FILE *f, const char *path, const struct search *s,
		       struct scale_state *state)
{
	const char *why;
	struct header *h;
	void *part;
	size_t n;

	h = get(f, sizeof(*h), &n, &why);
	if (!h || n != sizeof(*h))
		return damaged(path, "part", 0,
			       h ? "this is no checkpoint" : why);
	why = misfit(h, s);
	if (why)
		return damaged(path, "part", 0, why);
	state->tally = h->tally;
	state->kind = (enum check_kind)h->kind;
	memcpy(state->text, h->text, sizeof(state->text));
	if (h->has_least) {
		part = get(f, sizeof(struct schedule), &n, &why);
		if (!part || n != sizeof(struct schedule))
			return damaged(path, "part", 1, why);
		memcpy(state->least, part, n);
		free(part);
	}
	for (unsigned int i = 0; i < h->n_works; i++) {
		struct work w = {
			.graph = get(f, sizeof(struct graph), &w.len, &why)};

		if (!w.graph)
			return damaged(path, "graph", i, why);
		why = graph_damage(w.graph, w.len);
		if (why)
			return damaged(path, "graph", i, why);
		scale_put(state, &w);
	}
	if (fgetc(f) != EOF)
		return damaged(path, "graph", h->n_works,
			       "there is more than there should be");
	free(h);
	return true;
}

bool checkpoint_read(const char *path, const struct search *s,
		     struct scale_state *state)
{
	FILE *f = fopen(path, "rb");
	bool good;

	if (!f) {
		perror(path);
		return false;
	}
	good = read_parts(f, path, s, state);
	fclose(f);
	return good;
}

void checkpoint_fix_addresses(char **argv)
{
	int now = personality(0xffffffff);

	if (now == -1 || (now & ADDR_NO_RANDOMIZE))
		return;
	if (personality((unsigned long)now | ADDR_NO_RANDOMIZE) == -1)
		return; /* then the header will say so */
	execv("/proc/self/exe", argv);
}
