/* SPDX-License-Identifier: MIT */
/*
 * Names and sentences of the error list.
 */
#include <stddef.h>

#include "tarry/error.h"

const char *tarry_error_name(int err)
{
#define NAME(name, value, sentence) \
	case TARRY_##name:          \
		return "TARRY_" #name;
	if (err >= 0)
		return "TARRY_OK";
	switch (err) {
		TARRY_ERRORS(NAME)
	default:
		return "unknown";
	}
#undef NAME
}

const char *tarry_error_sentence(int err)
{
#define SENTENCE(name, value, sentence) \
	case TARRY_##name:              \
		return sentence;
	if (err >= 0)
		return "no error";
	switch (err) {
		TARRY_ERRORS(SENTENCE)
	default:
		return "unknown error";
	}
#undef SENTENCE
}
