/* SPDX-License-Identifier: MIT */
/*
 * Violations: answers and states that the library promises never to give.
 */
#ifndef STRESS_VIOLATION_H
#define STRESS_VIOLATION_H

#include <pthread.h>
#include <stdint.h>

#define VIOLATIONS(X)                             \
	X(USE_AFTER_RELEASE, "use-after-release") \
	X(WRONG_PAGE, "wrong-page")               \
	X(OUTSIDE, "outside-arena")               \
	X(LOST_MAPPING, "lost-mapping")           \
	X(STALE_TLB, "stale-tlb")                 \
	X(WRONG_RIGHTS, "wrong-rights")           \
	X(WRONG_LEVEL, "wrong-level")             \
	X(WRONG_LENGTH, "wrong-length")           \
	X(WRONG_ANSWER, "wrong-answer")           \
	X(WRONG_CODE, "wrong-code")               \
	X(WRONG_HARVEST, "wrong-harvest")         \
	X(PIN_REPLACED, "pin-replaced")           \
	X(BAD_REFERENCE, "bad-reference")         \
	X(DAMAGE, "damage")                       \
	X(LEFT_OVER, "left-over")

enum violation_kind {
#define VIOLATION_ENUM(name, label) VIOLATION_##name,
	VIOLATIONS(VIOLATION_ENUM)
#undef VIOLATION_ENUM
		VIOLATION_KINDS
};

#define VIOLATIONS_DESCRIBED 10

struct violation_log {
	pthread_mutex_t lock;
	_Atomic uint64_t total;
	uint64_t by_kind[VIOLATION_KINDS];
	unsigned int n_described;
	struct {
		enum violation_kind kind;
		char text[384];
	} described[VIOLATIONS_DESCRIBED];
};

const char *violation_name(enum violation_kind kind);
void violation_log_init(struct violation_log *log);

/* Counts one; the first are kept as a sentence, which says thread, seed,
 * address, what was expected and what was found. */
void violation(struct violation_log *log, enum violation_kind kind,
	       const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
