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

/* A run is widened to pages of the format, and cut where the one before it
 * has them already. */
static bool convert(const struct stress_options *o, struct plan_input *in,
		    const struct layout_run *run, unsigned int rights,
		    uint64_t *last)
{
	unsigned int lg2 = o->format->page_lg2;
	uint64_t first = run->va >> lg2;
	uint64_t end = ((run->va + (run->len - 1)) >> lg2) + 1;

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
	size_t beyond = 0;
	int err;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	err = layout_load("stress", o->input ? o->input : self, &l);
	if (err)
		return err;
	input->runs = calloc(l->n_runs ? l->n_runs : 1, sizeof(*input->runs));
	for (size_t i = 0; input->runs && i < l->n_regions; i++) {
		const struct layout_region *r = &l->regions[i];

		for (size_t k = 0; k < r->n_runs; k++)
			beyond += !convert(o, input, &l->runs[r->first_run + k],
					   rights_index(r->rights), &last);
	}
	input->regions = l->n_regions;
	layout_free(l);
	if (!input->runs) {
		fprintf(stderr, "tarry stress: no memory for the layout\n");
		return 1;
	}
	if (!input->n) {
		fprintf(stderr, "tarry stress: %s: no page in it\n",
			o->input ? o->input : "the own process");
		return 2;
	}
	if (beyond)
		fprintf(stderr,
			"tarry stress: notice: %zu runs are no addresses of "
			"%s, and are left out\n",
			beyond, o->format->name);
	return 0;
}
