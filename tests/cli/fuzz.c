/* SPDX-License-Identifier: MIT */
/*
 * The two parsers of the command line against damaged input, in one process:
 * a good snapshot and a good trace, changed at random (the seed is fixed, or
 * the second argument), thousands of times.
 *
 * Each must be taken or refused: 0, or 2 with one line of complaint.  What is
 * taken must be in order, must cost something, and must read back as itself.
 * Half of the snapshots get a fitting checksum after the change, so that more
 * than the checksum stands between them and the rest.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "cost.h"
#include "layout.h"

#define ROOM (1 << 16)

typedef int (*parser)(const char *command, const char *arg, FILE *in,
		      struct layout **out);

static uint64_t state;
static FILE *tap;

static uint32_t pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % below;
}

/* ---- what is changed ---- */

static const char *const words[] = {
	"\n",
	"-",
	"region ",
	"run ",
	"end ",
	"0",
	"1G",
	"2M",
	"swapped",
	"ffffffffffffffff",
	"-1",
	"==",
	" L ",
	" S ",
	",",
	"I  ",
	"\0",
	"%n%s",
	"flags ",
	"100000000000000",
	"tarry-snapshot 1\n",
};

static size_t change(char *text, size_t len)
{
	size_t at = pick((uint32_t)len), n, to;
	const char *word;

	switch (pick(7)) {
	case 0: /* a byte */
		text[at] = (char)pick(256);
		break;
	case 1: /* a bit */
		text[at] ^= (char)(1 << pick(8));
		break;
	case 2: /* cut */
		len = at ? at : 1;
		break;
	case 3: /* a piece is gone */
		n = pick(64);
		n = n < len - at ? n : len - at - 1;
		memmove(text + at, text + at + n, len - at - n);
		len -= n;
		break;
	case 4: /* a piece is there twice */
		n = 1 + pick(200);
		n = n < len - at ? n : len - at;
		if (len + n > ROOM)
			break;
		memmove(text + at + n, text + at, len - at);
		len += n;
		break;
	case 5: /* a piece is elsewhere */
		n = 1 + pick(64);
		to = pick((uint32_t)len);
		if (at + n < len && to + n < len)
			memmove(text + to, text + at, n);
		break;
	default: /* a word that means something */
		word = words[pick(sizeof(words) / sizeof(*words))];
		n = *word ? strlen(word) : 1;
		if (at + n <= len)
			memcpy(text + at, word, n);
	}
	return len;
}

/* An end with counts and a checksum that fit the lines as they are. */
static size_t end_again(char *text, size_t len)
{
	unsigned int regions = 0, runs = 0;
	size_t body = len;

	for (size_t i = 0; i < len; i++) {
		if (i && text[i - 1] != '\n')
			continue;
		if (len - i > 4 && !memcmp(text + i, "end ", 4)) {
			body = i;
			break;
		}
		regions += len - i > 7 && !memcmp(text + i, "region ", 7);
		runs += len - i > 4 && !memcmp(text + i, "run ", 4);
	}
	if (body + 64 > ROOM)
		return len;
	return body +
	       (size_t)sprintf(text + body, "end %u %u %08lx\n", regions, runs,
			       crc32(0, (const Bytef *)text, (uInt)body));
}

/* ---- what must hold ---- */

static bool in_order(const struct layout *l)
{
	uint64_t at = 0;
	size_t run = 0;

	for (size_t i = 0; i < l->n_regions; i++) {
		const struct layout_region *r = &l->regions[i];

		if (r->start < at || r->end <= r->start ||
		    r->first_run != run || !memchr(r->name, 0, sizeof(r->name)))
			return false;
		at = r->start;
		for (size_t k = 0; k < r->n_runs; k++, run++) {
			const struct layout_run *u = &l->runs[run];

			if (u->va < at || !u->len || u->len > r->end - u->va ||
			    (u->va | u->len) & ((1ull << u->size_lg2) - 1))
				return false;
			at = u->va + u->len;
		}
		at = r->end;
	}
	return run == l->n_runs;
}

/* The text of a layout; the caller frees it. */
static char *written(const struct layout *l, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	bool ok = out && layout_write(l, out);

	if (out)
		fclose(out);
	if (ok)
		return text;
	free(text);
	return NULL;
}

static bool reads_back(const struct layout *l)
{
	size_t len = 0, again_len = 0;
	char *text = written(l, &len), *again = NULL;
	FILE *in = text ? fmemopen(text, len, "r") : NULL;
	struct layout *back = NULL;
	bool same;

	if (in && layout_from_snapshot("fuzz", "back", in, &back) == 0)
		again = written(back, &again_len);
	same = again && again_len == len && !memcmp(text, again, len);
	if (in)
		fclose(in);
	layout_free(back);
	free(text);
	free(again);
	return same;
}

/* NULL, or what is wrong. */
static const char *judge(parser parse, char *text, size_t len, bool *taken)
{
	FILE *in = fmemopen(text, len, "r"), *terminal = stderr;
	struct layout *l = NULL;
	const char *wrong = NULL;
	char *said = NULL, *newline;
	size_t said_len = 0;
	int code;

	if (!in)
		return "no memory";
	stderr = open_memstream(&said, &said_len);
	code = parse("fuzz", "input", in, &l);
	fclose(stderr);
	stderr = terminal;
	fclose(in);
	newline = strchr(said, '\n');
	*taken = code == 0;
	if (code != 0 && code != 2)
		wrong = "neither taken nor refused";
	else if (code && (strncmp(said, "tarry fuzz: input: ", 19) ||
			  newline != said + said_len - 1))
		wrong = "not one line that names the argument";
	else if (!code && (said_len || !l))
		wrong = "taken, with a complaint";
	else if (!code && !in_order(l))
		wrong = "taken, but out of order";
	else if (!code && !reads_back(l))
		wrong = "taken, but does not read back as itself";
	else if (!code && cost_print(l, "input", pick(2)) != 0)
		wrong = "taken, but costs nothing";
	if (!code)
		layout_free(l);
	free(said);
	return wrong;
}

static void round_of(const char *name, parser parse, const char *good,
		     bool checksum, unsigned int rounds)
{
	static unsigned int number;
	unsigned int taken = 0, bad = 0;
	static char text[ROOM];

	for (unsigned int i = 0; i < rounds; i++) {
		size_t len = strlen(good);
		const char *wrong;
		bool ok = false;

		memcpy(text, good, len);
		/* The first is as it was. */
		for (uint32_t n = i ? 1 + pick(4) : 0; n; n--)
			len = change(text, len);
		if (checksum && pick(2))
			len = end_again(text, len);
		wrong = judge(parse, text, len, &ok);
		taken += ok;
		if (wrong && !bad++)
			fprintf(tap, "# round %u: %s\n# %.*s\n", i, wrong,
				(int)(len < 4096 ? len : 4096), text);
		if (i == 0 && !ok && !bad++)
			fprintf(tap, "# the good one is refused\n");
	}
	fprintf(tap, "# %s: %u of %u taken\n", name, taken, rounds);
	/* All taken, or only the first: then nothing was tried. */
	fprintf(tap, "%s %u - damaged: %s\n",
		!bad && taken > 1 && taken < rounds ? "ok" : "not ok", ++number,
		name);
}

static const char snapshot[] =
	"tarry-snapshot 1\npid 4242\ncomm a name\ntime 1700000000\n"
	"vmpte 12000\nflags guessed partial\n"
	"region 400000 600000 r-xp /usr/bin/program\n"
	"run 400000 100000 4K present\n"
	"run 500000 2000 4K swapped\n"
	"region 600000 1200000 rw-p [heap]\n"
	"run 600000 1000 4K present\n"
	"run 800000 400000 2M present\n"
	"run c01000 3000 4K present\n"
	"region 40000000 c0000000 rw-s /dev/shm/a name\n"
	"run 40000000 40000000 1G present\n"
	"run 80000000 10000 4K present\n"
	"region 7ffffffde000 7ffffffff000 rw-p [stack]\n"
	"run 7fffffffd000 2000 4K present\n"
	"end 4 8 00000000\n";

static const char trace[] =
	"==4242== Lackey, an example Valgrind tool\n"
	"--4242-- a line of its own\n"
	"I  04016b40,3\nI  04016b43,5\n S 1ffefff9a8,8\nI  0401fdb0,1\n"
	" L 1ffefff9a0,8\n M 0421c7cc,4\n L 1fff000ffe,8\n"
	"==4242== \n S 7ffffffff000,64\nI  ffffffffffff00,16\n";

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? (unsigned int)atoi(argv[1]) : 4000;
	static char good[sizeof(snapshot) + 64];
	int nothing;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 0x7461727279;
	/* What costs print is of no interest. */
	nothing = dup(STDOUT_FILENO);
	tap = fdopen(nothing, "w");
	if (!tap || !freopen("/dev/null", "w", stdout) || !state)
		return 1;
	setvbuf(tap, NULL, _IOLBF, 0);
	memcpy(good, snapshot, sizeof(snapshot));
	good[end_again(good, strlen(good))] = 0;
	fprintf(tap, "# seed %" PRIu64 "\n", state);
	round_of("snapshots", layout_from_snapshot, good, true, rounds);
	round_of("traces", layout_from_trace, trace, false, rounds);
	fprintf(tap, "1..2\n");
	return 0;
}
