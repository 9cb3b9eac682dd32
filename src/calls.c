/* SPDX-License-Identifier: MIT */
/*
 * The table of what is compiled once per format.
 */
#include "calls.h"

#define CALLS(name)                                                       \
	{                                                                 \
		.face = {.translate = tarry_translate_##name,             \
			 .translate_batch = tarry_translate_batch_##name, \
			 .translate_range = tarry_translate_range_##name, \
			 .map = tarry_map_##name,                         \
			 .unmap = tarry_unmap_##name},                    \
		.fill = tarry_fill_##name,                                \
	},
static const struct tarry_format_calls calls[] = {TARRY_FORMATS(CALLS)};
#undef CALLS

const struct tarry_calls *tarry_calls_of(const struct tarry_format *f)
{
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (tarry_format_at(i) == f)
			return &calls[i].face;
	return NULL;
}
