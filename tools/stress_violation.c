/* SPDX-License-Identifier: MIT */
/*
 * Violations: counted by kind, the first described.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "stress_violation.h"

const char *violation_name(enum violation_kind kind)
{
	static const char *const names[] = {
#define VIOLATION_NAME(name, label) label,
		VIOLATIONS(VIOLATION_NAME)
#undef VIOLATION_NAME
	};

	return names[kind];
}

void violation_log_init(struct violation_log *log)
{
	memset(log, 0, sizeof(*log));
	pthread_mutex_init(&log->lock, NULL);
}

void violation(struct violation_log *log, enum violation_kind kind,
	       const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&log->lock);
	atomic_fetch_add(&log->total, 1);
	/* The first of each kind is worth more than the tenth of one. */
	if (log->n_described < VIOLATIONS_DESCRIBED &&
	    log->by_kind[kind] < VIOLATIONS_DESCRIBED / 2) {
		unsigned int i = log->n_described++;

		log->described[i].kind = kind;
		va_start(args, format);
		vsnprintf(log->described[i].text,
			  sizeof(log->described[i].text), format, args);
		va_end(args);
	}
	log->by_kind[kind]++;
	pthread_mutex_unlock(&log->lock);
}
