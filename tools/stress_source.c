/* SPDX-License-Identifier: MIT */
/*
 * Where the pages of a run come from: a layout, in the page size and the
 * addresses of the format.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "layout.h"
#include "stress_source.h"

/* Indices of plan.rights: pairs without and with TARRY_W of R, RX and user. */
static unsigned int rights_index(unsigned int layout)
{
	unsigned int base = layout & LAYOUT_X ? 2 : 4;

	return base + !!(layout & LAYOUT_W);
}

/* How much lower a region goes that lies beyond the format's addresses: behind
 * what came before it, where it has the same place in a leaf of level 1. */
static uint64_t lowered(const struct tarry_format *f,
			const struct layout_region *r, uint64_t last)
{
	uint64_t page = 1ull << f->page_lg2, leaf = 1ull << f->span_lg2[1];
	uint64_t start = r->start & ~(page - 1);
	uint64_t end = (r->end + page - 1) & ~(page - 1), at;

	if (tarry_format_va_ok(f, start, end - start))
		return 0;
	at = ((last << f->page_lg2) + leaf - 1) & ~(leaf - 1);
	at += r->start & (leaf - 1);
	return at < r->start ? r->start - at : 0;
}

/* A run is widened to pages of the format, and cut where the one before it
 * has them already. */
static bool convert(const struct stress_options *o, struct plan_input *in,
		    const struct layout_run *run, unsigned int rights,
		    uint64_t lower, uint64_t *last)
{
	unsigned int lg2 = o->format->page_lg2;
	uint64_t va = run->va - lower, first = va >> lg2;
	uint64_t end = ((va + (run->len - 1)) >> lg2) + 1;

	if (first < *last)
		first = *last;
	if (first >= end)
		return true; /* a page of the format has it already */
	if (!tarry_format_va_ok(o->format, first << lg2, (end - first) << lg2))
		return false;
	*last = end;
	in->runs[in->n++] = (struct plan_run){
		.va = first << lg2,
		.pages = end - first,
		.rights = rights,
		.large = run->what == LAYOUT_PRESENT &&
			 run->size_lg2 >= o->format->span_lg2[1],
		.mark = run->what == LAYOUT_SWAPPED,
	};
	in->pages += end - first;
	return true;
}

int stress_source(const struct stress_options *o, struct plan_input *input)
{
	char self[16];
	struct layout *l;
	uint64_t last = 0;
	size_t beyond = 0, moved = 0;
	int err;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	err = layout_load("stress", o->input ? o->input : self, &l);
	if (err)
		return err;
	input->runs = calloc(l->n_runs ? l->n_runs : 1, sizeof(*input->runs));
	for (size_t i = 0; input->runs && i < l->n_regions; i++) {
		const struct layout_region *r = &l->regions[i];
		uint64_t lower = lowered(o->format, r, last);

		moved += lower && r->n_runs;
		for (size_t k = 0; k < r->n_runs; k++)
			beyond +=
				!convert(o, input, &l->runs[r->first_run + k],
					 rights_index(r->rights), lower, &last);
	}
	input->regions = l->n_regions;
	layout_free(l);
	if (!input->runs) {
		fprintf(stderr, "tarry stress: no memory for the layout\n");
		return 1;
	}
	if (!input->n) {
		fprintf(stderr, "tarry stress: %s: no page in it%s%s\n",
			o->input ? o->input : "the own process",
			beyond ? " has room among the addresses of " : "",
			beyond ? o->format->name : "");
		return 2;
	}
	if (moved)
		fprintf(stderr,
			"tarry stress: notice: %zu regions are no addresses of "
			"%s, and are moved down\n",
			moved, o->format->name);
	if (beyond)
		fprintf(stderr,
			"tarry stress: notice: %zu runs have no room among the "
			"addresses of %s, and are left out\n",
			beyond, o->format->name);
	return 0;
}
