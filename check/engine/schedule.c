/* SPDX-License-Identifier: MIT */
/*
 * Schedules: taken, run again, made shorter, written down.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

void schedule_take(struct schedule *to)
{
	to->model = CHECK_SC;
	to->n = machine.n_events;
	for (unsigned int i = 0; i < to->n; i++) {
		to->tid[i] = machine.events[i].tid;
		to->choice[i] = machine.events[i].n_choices > 1
					? machine.events[i].choice
					: 0;
	}
	memcpy(to->spawn_ids, machine.spawn_ids, sizeof(to->spawn_ids));
}

/* ---- running one again ---- */

static const struct schedule *replaying;
static bool misfit;

static int replay_pick(enum outcome *how)
{
	unsigned int i = machine.n_events;
	int tid;

	if (i >= replaying->n) {
		/* Beyond what was written down: on with who can, to the end;
		 * a violation outside of any event is still to come. */
		for (unsigned int t = 0; t < machine.n_threads; t++)
			if (machine.threads[t].state == THREAD_PENDING &&
			    machine_can(&machine.threads[t]))
				return (int)t;
		*how = OUTCOME_COMPLETE;
		for (unsigned int t = 0; t < machine.n_threads; t++)
			if (machine.threads[t].state == THREAD_PENDING ||
			    machine.threads[t].state == THREAD_GAVE_UP)
				*how = OUTCOME_BLOCKED;
		return -1;
	}
	tid = replaying->tid[i];
	if ((unsigned int)tid >= machine.n_threads ||
	    machine.threads[tid].state != THREAD_PENDING ||
	    !machine_can(&machine.threads[tid])) {
		misfit = true;
		*how = OUTCOME_BLOCKED;
		return -1;
	}
	return tid;
}

static uint32_t replay_choose(struct thread *t, const struct op *op)
{
	(void)t;
	if (machine.n_events >= replaying->n)
		return 0;
	if (replaying->choice[machine.n_events] >= op->n)
		misfit = true;
	return replaying->choice[machine.n_events] % op->n;
}

static void replay_done(struct thread *t, const struct op *op,
			const struct touch *touches, unsigned int n,
			const vclock *before)
{
	(void)t;
	(void)op;
	(void)touches;
	(void)n;
	(void)before;
}

static const struct strategy replay_strategy = {
	.pick = replay_pick, .choose = replay_choose, .done = replay_done};

bool schedule_replay(const struct schedule *s, enum outcome *how)
{
	if (!machine.rows) {
		machine.max_rows = 1u << 16;
		machine.rows = calloc(machine.max_rows, sizeof(struct row));
		if (!machine.rows)
			abort();
	}
	replaying = s;
	machine.model = s->model;
	misfit = false;
	memcpy(machine.spawn_ids, s->spawn_ids, sizeof(machine.spawn_ids));
	machine.next_id = 0;
	while (machine.next_id < CHECK_THREADS &&
	       machine.scenario->threads[machine.next_id].run)
		machine.next_id++;
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		for (unsigned int j = 0; j < 16; j++)
			if (s->spawn_ids[i][j] >= machine.next_id)
				machine.next_id = s->spawn_ids[i][j] + 1u;
	machine.recording = true;
	if (s->model == CHECK_TSO || s->model == CHECK_RC11) {
		misfit = !graph_replay(s, how);
	} else {
		machine.strategy = &replay_strategy;
		machine.explores = true;
		*how = machine_run();
	}
	machine.recording = false;
	if (!misfit && *how == OUTCOME_BLOCKED) {
		bool gave_up = false;

		for (unsigned int i = 0; i < machine.n_threads; i++)
			if (machine.threads[i].state == THREAD_GAVE_UP)
				gave_up = true;
		if (!gave_up) {
			machine_report_deadlock();
			*how = OUTCOME_VIOLATION;
		}
	}
	return !misfit;
}

/* ---- a shorter one ---- */

/*
 * Any order of the same events that keeps dependent ones in order is the same
 * execution.  Staying with a thread for as long as that allows gives few
 * switches; what the violation does not depend on goes last, and then away.
 */
static bool linearize(const struct schedule *s, unsigned int first,
		      struct schedule *out)
{
	unsigned int n = s->n, done = 0;
	uint16_t own[CLOCK_THREADS] = {0};
	bool *taken = calloc(n ? n : 1, sizeof(bool));
	unsigned int now = first;

	if (!taken)
		return false;
	*out = *s;
	while (done < n) {
		unsigned int pick = n;

		for (int pass = 0; pass < 2 && pick == n; pass++)
			for (unsigned int i = 0; i < n; i++) {
				const struct event *e = &machine.events[i];
				bool ready = true;

				if (taken[i] || (!pass && e->tid != now) ||
				    e->own != own[e->tid] + 1)
					continue;
				for (unsigned int t = 0; t < CLOCK_THREADS; t++)
					if (t != e->tid && e->clock[t] > own[t])
						ready = false;
				if (ready) {
					pick = i;
					break;
				}
			}
		if (pick == n) {
			free(taken);
			return false;
		}
		taken[pick] = true;
		now = machine.events[pick].tid;
		own[now]++;
		out->tid[done] = (uint8_t)now;
		out->choice[done] = machine.events[pick].n_choices > 1
					    ? machine.events[pick].choice
					    : 0;
		done++;
	}
	free(taken);
	return true;
}

static unsigned int switches_of(const struct schedule *s)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i < s->n; i++)
		n += s->tid[i] != s->tid[i - 1];
	return n;
}

void schedule_shorten(struct schedule *s, enum check_kind kind)
{
	static struct schedule best, try;
	enum outcome how;

	/* Which write each read saw is part of the others' schedules. */
	if (s->model == CHECK_TSO || s->model == CHECK_RC11)
		return;
	best = *s;
	for (unsigned int first = 0; first < CHECK_THREADS; first++) {
		if (!machine.scenario->threads[first].run)
			break;
		/* Fills machine.events with the clocks to go by. */
		if (!schedule_replay(s, &how) || machine.violation.by_clock)
			return;
		if (!linearize(s, first, &try))
			continue;
		if (!schedule_replay(&try, &how) || how != OUTCOME_VIOLATION ||
		    machine.violation.kind != kind)
			continue;
		if (machine.n_events < try.n)
			try.n = machine.n_events;
		if (try.n < best.n ||
		    (try.n == best.n && switches_of(&try) < switches_of(&best)))
			best = try;
	}
	*s = best;
}

/* ---- as text ---- */

/* "3a2ba.2.": thread 0 three times, 1 twice, 0 with its choice 2. */
char *schedule_print(const struct schedule *s)
{
	size_t room = 64 + s->n * 12ul + CLOCK_THREADS * 16ul * 8, n = 0;
	char *text = malloc(room);
	uint32_t sum = 2166136261u;

	if (!text)
		abort();
	for (unsigned int i = 0; i < CLOCK_THREADS; i++)
		for (unsigned int j = 0; j < 16; j++)
			if (s->spawn_ids[i][j])
				n += (size_t)sprintf(text + n, "%c%u%c",
						     'A' + (int)i, j,
						     'A' + s->spawn_ids[i][j]);
	text[n++] = ':';
	if (s->model == CHECK_TSO || s->model == CHECK_RC11)
		text[n++] = s->model == CHECK_TSO ? 'T' : 'R';
	for (unsigned int i = 0; i < s->n;) {
		unsigned int run = 1;

		while (!s->choice[i] && i + run < s->n &&
		       s->tid[i + run] == s->tid[i] && !s->choice[i + run])
			run++;
		if (run > 1)
			n += (size_t)sprintf(text + n, "%u", run);
		text[n++] = (char)('a' + s->tid[i]);
		if (s->choice[i])
			n += (size_t)sprintf(text + n, ".%u.", s->choice[i]);
		i += run;
	}
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (uint8_t)text[i]) * 16777619u;
	sprintf(text + n, ":%04x", sum & 0xffff);
	return text;
}

static bool parse_spawns(const char **p, struct schedule *to)
{
	while (**p && **p != ':') {
		unsigned int parent = (unsigned int)(**p - 'A'), seq = 0, id;

		if (parent >= CLOCK_THREADS)
			return false;
		for (++*p; **p >= '0' && **p <= '9'; ++*p)
			seq = seq * 10 + (unsigned int)(**p - '0');
		id = (unsigned int)(**p - 'A');
		if (seq >= 16 || id >= CLOCK_THREADS - 1)
			return false;
		to->spawn_ids[parent][seq] = (uint8_t)id;
		++*p;
	}
	return **p == ':';
}

bool schedule_parse(const char *text, struct schedule *to, const char **why)
{
	const char *end = strrchr(text, ':'), *p = text;
	uint32_t sum = 2166136261u;
	char want[8];

	memset(to, 0, sizeof(*to));
	*why = "it has no check sum";
	if (!end || end == text)
		return false;
	for (const char *q = text; q < end; q++)
		sum = (sum ^ (uint8_t)*q) * 16777619u;
	snprintf(want, sizeof(want), "%04x", sum & 0xffff);
	*why = "its check sum is wrong: it was cut or changed";
	if (strcmp(end + 1, want) != 0)
		return false;
	*why = "its deferred calls make no sense";
	if (!parse_spawns(&p, to))
		return false;
	to->model = CHECK_SC;
	p++;
	if (*p == 'T' || *p == 'R')
		to->model = *p++ == 'T' ? CHECK_TSO : CHECK_RC11;
	while (p < end) {
		unsigned int run = 0, tid, choice = 0;

		while (*p >= '0' && *p <= '9' && run < MACHINE_EVENTS)
			run = run * 10 + (unsigned int)(*p++ - '0');
		run = run ? run : 1;
		tid = (unsigned int)(*p - 'a');
		*why = "it names a thread that cannot be";
		if (p >= end || tid >= CLOCK_THREADS)
			return false;
		if (*++p == '.') {
			for (p++; *p >= '0' && *p <= '9'; p++)
				choice = choice * 10 + (unsigned int)(*p - '0');
			*why = "a choice has no end";
			if (*p++ != '.')
				return false;
		}
		*why = "it is longer than any execution";
		if (to->n + run > MACHINE_EVENTS)
			return false;
		while (run--) {
			to->tid[to->n] = (uint8_t)tid;
			to->choice[to->n++] = (uint16_t)choice;
		}
	}
	*why = NULL;
	return true;
}
