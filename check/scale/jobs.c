/* SPDX-License-Identifier: MIT */
/* See scale.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scale.h"

#define MAX_JOBS 64
#define BUDGET	 2000 /* executions between two messages */
#define SECONDS	 10   /* between two checkpoints */

struct result {
	struct tally tally;
	uint32_t n_works;
	uint32_t has_violation, leaves;
	uint32_t kind;
	char text[512];
};

struct worker {
	pid_t pid;
	int fd;
	struct work has; /* a copy of what it explores; graph NULL: idle */
};

static volatile sig_atomic_t told;

static void on_end(int signal)
{
	(void)signal;
	told = 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static bool send_all(int fd, const void *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		p = (const char *)p + sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool receive_all(int fd, void *p, size_t n)
{
	while (n) {
		ssize_t got = recv(fd, p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p = (char *)p + got;
		n -= (size_t)got;
	}
	return true;
}

static bool send_work(int fd, const struct work *w)
{
	return send_all(fd, &w->len, sizeof(w->len)) &&
	       send_all(fd, w->graph, w->len);
}

static bool receive_work(int fd, struct work *w)
{
	if (!receive_all(fd, &w->len, sizeof(w->len)) || !w->len ||
	    w->len > sizeof(struct graph))
		return false;
	w->graph = malloc(w->len);
	if (!w->graph)
		return false;
	if (receive_all(fd, w->graph, w->len))
		return true;
	free(w->graph);
	return false;
}

void scale_put(struct scale_state *s, const struct work *w)
{
	if (s->n_works == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->works = realloc(s->works, s->room * sizeof(*s->works));
		if (!s->works)
			abort();
	}
	s->works[s->n_works++] = *w;
}

bool scale_take(struct scale_state *s, struct work *w)
{
	if (!s->n_works)
		return false;
	*w = s->works[--s->n_works];
	return true;
}

void scale_add(struct tally *to, const struct tally *t)
{
	to->executions += t->executions;
	to->classes += t->classes;
	to->blocked += t->blocked;
	to->redundant += t->redundant;
	to->events += t->events;
	to->violations += t->violations;
	if (t->longest > to->longest)
		to->longest = t->longest;
}

bool scale_less(const struct schedule *a, const struct schedule *b)
{
	char *x, *y;
	bool less;

	if (a->n != b->n)
		return a->n < b->n;
	x = schedule_print(a);
	y = schedule_print(b);
	less = strcmp(x, y) < 0;
	free(x);
	free(y);
	return less;
}

/* ---- a worker ---- */

static void explore(const struct search *s, struct result *r,
		    struct schedule *least)
{
	static struct schedule found;

	memset(r, 0, sizeof(*r));
	while (r->tally.executions < BUDGET && !told) {
		struct tally one = {0};

		if (!graph_step(s, &one, &found))
			return;
		scale_add(&r->tally, &one);
		if (!one.violations ||
		    (r->has_violation && !scale_less(&found, least)))
			continue;
		r->has_violation = 1;
		r->kind = machine.violation.kind;
		snprintf(r->text, sizeof(r->text), "%s",
			 machine.violation.text);
		*least = found;
	}
}

static void work_for(int fd, const struct search *s)
{
	static struct schedule least;
	struct work w;
	const char *why;

	while (receive_work(fd, &w)) {
		struct result r;

		graph_begin_empty(s);
		if (!graph_take(&w, &why)) {
			fprintf(stderr, "tarry-check: a graph: %s\n", why);
			_exit(1);
		}
		free(w.graph);
		explore(s, &r, &least);
		r.n_works = graph_pending();
		r.leaves = told;
		if (!send_all(fd, &r, sizeof(r)) ||
		    (r.has_violation && !send_all(fd, &least, sizeof(least))))
			_exit(1);
		while (graph_give(&w)) {
			if (!send_work(fd, &w))
				_exit(1);
			free(w.graph);
		}
		if (told)
			_exit(0);
	}
	_exit(0);
}

static bool worker_start(struct worker *w, const struct search *s)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return false;
	fflush(NULL);
	w->pid = fork();
	if (!w->pid) {
		close(fds[0]);
		work_for(fds[1], s);
	}
	close(fds[1]);
	w->fd = fds[0];
	w->has.graph = NULL;
	return w->pid > 0;
}

/* ---- the parent ---- */

/* Later workers have our end too: closing it would tell nobody. */
static void hang_up(struct worker *w)
{
	if (w->fd < 0)
		return;
	shutdown(w->fd, SHUT_RDWR);
	close(w->fd);
	w->fd = -1;
}

/* What it had is explored again by somebody else. */
static void worker_lost(struct worker *w, struct scale_state *state)
{
	if (w->has.graph)
		scale_put(state, &w->has);
	w->has.graph = NULL;
	hang_up(w);
}

/* One message, or nothing: it is taken in as a whole. */
static void worker_answer(struct worker *w, struct scale_state *state)
{
	static struct schedule theirs;
	struct result r;
	struct work *back = NULL;
	unsigned int n = 0;
	bool whole = receive_all(w->fd, &r, sizeof(r)) &&
		     (!r.has_violation ||
		      receive_all(w->fd, &theirs, sizeof(theirs)));

	if (whole && r.n_works) {
		back = calloc(r.n_works, sizeof(*back));
		if (!back)
			abort();
		while (n < r.n_works && receive_work(w->fd, &back[n]))
			n++;
		whole = n == r.n_works;
	}
	if (!whole) {
		while (n)
			free(back[--n].graph);
		free(back);
		worker_lost(w, state);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		scale_put(state, &back[i]);
	free(back);
	scale_add(&state->tally, &r.tally);
	if (r.has_violation &&
	    (!state->least->n || scale_less(&theirs, state->least))) {
		*state->least = theirs;
		state->kind = (enum check_kind)r.kind;
		memcpy(state->text, r.text, sizeof(state->text));
	}
	free(w->has.graph);
	w->has.graph = NULL;
	if (r.leaves)
		worker_lost(w, state);
}

static void tell(const struct scale_state *state, unsigned int busy,
		 double start)
{
	double seconds = now() - start;

	/* Each graph that waits may hold one execution or a million: only how
	 * fast they go is known. */
	fprintf(stderr,
		"\r%llu executions, %llu classes, %.0f/s, %u graphs wait, %u "
		"workers  ",
		(unsigned long long)state->tally.executions,
		(unsigned long long)state->tally.classes,
		(double)state->tally.executions / (seconds > 0 ? seconds : 1),
		state->n_works, busy);
}

/* What waits, and what is being explored: all of it is still to be done. */
static bool save(const struct scale *how, const struct search *s,
		 struct scale_state *state, const struct worker *w)
{
	unsigned int n = state->n_works;
	bool good;

	for (unsigned int i = 0; i < how->jobs; i++)
		if (w[i].has.graph)
			scale_put(state, &w[i].has);
	good = checkpoint_write(how->checkpoint, s, state);
	state->n_works = n;
	return good;
}

static unsigned int hand_out(struct worker *w, unsigned int jobs,
			     struct scale_state *state)
{
	unsigned int busy = 0;

	for (unsigned int i = 0; i < jobs; i++) {
		if (w[i].fd < 0)
			continue;
		if (!w[i].has.graph && !told && scale_take(state, &w[i].has) &&
		    !send_work(w[i].fd, &w[i].has))
			worker_lost(&w[i], state);
		busy += w[i].fd >= 0 && w[i].has.graph;
	}
	return busy;
}

static void broker(const struct search *s, const struct scale *how,
		   struct scale_state *state, struct worker *w)
{
	double start = now(), saved = start, told_at = start;
	struct pollfd fds[MAX_JOBS];

	while (hand_out(w, how->jobs, state)) {
		for (unsigned int i = 0; i < how->jobs; i++)
			fds[i] = (struct pollfd){.fd = w[i].has.graph ? w[i].fd
								      : -1,
						 .events = POLLIN};
		if (poll(fds, how->jobs, 500) < 0 && errno != EINTR)
			break;
		for (unsigned int i = 0; i < how->jobs; i++)
			if (fds[i].revents)
				worker_answer(&w[i], state);
		if (how->checkpoint && now() - saved > SECONDS) {
			save(how, s, state, w);
			saved = now();
		}
		if (how->progress && now() - told_at > 1) {
			tell(state, how->jobs, start);
			told_at = now();
		}
		if (s->seconds > 0 && now() - start > s->seconds)
			told = 1;
	}
	if (how->progress && told_at > start)
		fputs("\n", stderr);
}

bool scale_run(const struct search *s, const struct scale *how, struct tally *t,
	       struct schedule *found)
{
	struct scale_state state = {.least = found};
	struct worker workers[MAX_JOBS];
	struct sigaction as = {.sa_handler = on_end};
	double start = now();
	struct work first;
	bool good = true;

	found->n = 0;
	told = 0;
	sigaction(SIGTERM, &as, NULL);
	sigaction(SIGINT, &as, NULL);
	if (how->resume) {
		if (!checkpoint_read(how->resume, s, &state))
			return false;
	} else {
		graph_first(s, &first);
		scale_put(&state, &first);
	}
	for (unsigned int i = 0; i < how->jobs; i++)
		if (!worker_start(&workers[i], s)) {
			perror("tarry-check: a worker");
			exit(2);
		}
	broker(s, how, &state, workers);
	*t = state.tally;
	t->whole = !state.n_works;
	t->seconds = now() - start;
	if (how->checkpoint)
		good = save(how, s, &state, workers);
	for (unsigned int i = 0; i < how->jobs; i++) {
		hang_up(&workers[i]);
		waitpid(workers[i].pid, NULL, 0);
	}
	if (found->n) {
		machine.violation.kind = state.kind;
		memcpy(machine.violation.text, state.text,
		       sizeof(machine.violation.text));
	}
	while (state.n_works)
		free(state.works[--state.n_works].graph);
	free(state.works);
	return good;
}
