/* SPDX-License-Identifier: MIT */
/*
 * TAP on the console, without a C library.
 */
#include <stdarg.h>

#include "guest.h"

static unsigned int n_cases, n_failed;
static bool failed;
static char why[512];
static size_t n_why;
static char notes[256];
static size_t n_notes;

struct out {
	char *to;
	size_t room, n;
};

static void put(struct out *o, char c)
{
	if (!o->to)
		machine_putc(c);
	else if (o->n + 1 < o->room)
		o->to[o->n++] = c;
}

static void put_number(struct out *o, uint64_t v, unsigned int base)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		put(o, digits[--n]);
}

static void put_form(struct out *o, const char *form, va_list args)
{
	for (; *form; form++) {
		bool wide = false;
		int64_t d;

		if (*form != '%') {
			put(o, *form);
			continue;
		}
		form++;
		if (*form == 'l') {
			wide = true;
			form++;
		}
		switch (*form) {
		case 's':
			for (const char *s = va_arg(args, const char *); *s;)
				put(o, *s++);
			break;
		case 'c':
			put(o, (char)va_arg(args, int));
			break;
		case 'd':
			d = wide ? va_arg(args, long) : va_arg(args, int);
			if (d < 0)
				put(o, '-');
			put_number(o, (uint64_t)(d < 0 ? -d : d), 10);
			break;
		default:
			put_number(o,
				   wide ? va_arg(args, unsigned long)
					: va_arg(args, unsigned int),
				   *form == 'x' ? 16 : 10);
		}
	}
}

void say(const char *form, ...)
{
	struct out o = {0};
	va_list args;

	va_start(args, form);
	put_form(&o, form, args);
	va_end(args);
}

void fail(const char *form, ...)
{
	struct out o = {.to = why, .room = sizeof(why), .n = n_why};
	va_list args;

	failed = true;
	/* The first ones say most. */
	if (n_why > sizeof(why) - 128)
		return;
	put(&o, '#');
	put(&o, ' ');
	va_start(args, form);
	put_form(&o, form, args);
	va_end(args);
	put(&o, '\n');
	n_why = o.n;
}

void note(const char *form, ...)
{
	struct out o = {.to = notes, .room = sizeof(notes), .n = n_notes};
	va_list args;

	if (n_notes)
		put(&o, ',');
	put(&o, ' ');
	va_start(args, form);
	put_form(&o, form, args);
	va_end(args);
	n_notes = o.n;
}

void run_case(const char *name, void (*fn)(void), const char *skip)
{
	n_cases++;
	if (skip) {
		say("ok %u - %s # SKIP %s\n", n_cases, name, skip);
		return;
	}
	failed = false;
	n_why = n_notes = 0;
	fn();
	notes[n_notes] = 0;
	why[n_why] = 0;
	n_failed += failed;
	say("%s %u - %s%s%s\n%s", failed ? "not ok" : "ok", n_cases, name,
	    n_notes ? ":" : "", notes, failed ? why : "");
}

int say_plan(void)
{
	say("1..%u\n", n_cases);
	return (int)n_failed;
}

uint64_t rnd(uint64_t *state)
{
	/* Vigna's splitmix64. */
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}
