/* SPDX-License-Identifier: MIT */
/*
 * The formats, by name and by number.
 */
#include "entry.h"
#include "formats.h"
#include "name.h"

#define ADDRESS(name) &tarry_format_##name,
static const struct tarry_format *const formats[] = {TARRY_FORMATS(ADDRESS)};
#undef ADDRESS

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct tarry_format *tarry_format_by_name(const char *name)
{
	for (unsigned int i = 0; i < N_FORMATS; i++)
		if (same_name(formats[i]->name, name))
			return formats[i];
	return NULL;
}

const struct tarry_format *tarry_format_at(unsigned int i)
{
	return i < N_FORMATS ? formats[i] : NULL;
}

bool tarry_format_va_ok(const struct tarry_format *f, tarry_va va, uint64_t len)
{
	return va_range_ok(f, va, len);
}
