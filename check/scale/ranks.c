/* SPDX-License-Identifier: MIT */
/*
 * Finding out whether MPI started this, and loading what speaks it: see
 * ranks.h.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "ranks.h"

/* Rank 0 looks after the others between its own turns: short ones. */
#define OWN_BUDGET 200

static const struct ranks_transport *transport;
static int mine, size = 1;
static struct message own_order;
static const struct search *own_search;

bool ranks_asked_for(void)
{
	return getenv("OMPI_COMM_WORLD_RANK") || getenv("PMI_RANK");
}

static void *load(void)
{
	static const char name[] = "tarry-check-mpi.so";
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	void *module = NULL;

	if (n > 0) {
		path[n] = 0;
		strcpy(strrchr(path, '/') + 1, name);
		module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	}
	if (!module) {
		snprintf(path, sizeof(path), "%s/%s", CHECK_MODULES, name);
		module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	}
	return module;
}

/* Graphs name memory and lines by address: all must have placed them alike. */
static bool same_program(void)
{
	uint64_t print[3], theirs[3];
	bool same = true;
	size_t n;
	int from;

	checkpoint_fingerprint(print);
	if (mine) {
		transport->send(0, print, sizeof(print));
		return true;
	}
	for (int i = 1; i < size; i++) {
		while ((from = transport->probe(&n)) < 0)
			usleep(1000);
		memset(theirs, 0, sizeof(theirs));
		if (n == sizeof(theirs))
			transport->receive(from, theirs, n);
		if (!memcmp(print, theirs, sizeof(print)))
			continue;
		fprintf(stderr,
			"tarry-check: rank %d runs another build, or "
			"another placement of it in memory, than rank 0\n",
			from);
		same = false;
	}
	return same;
}

bool ranks_begin(void)
{
	void *module = load();

	if (module)
		transport = dlsym(module, "ranks_transport");
	if (!transport) {
		fprintf(stderr,
			"tarry-check: started by mpirun, but built "
			"without MPI: %s\n",
			dlerror());
		return false;
	}
	if (!transport->start(&mine, &size)) {
		fprintf(stderr, "tarry-check: MPI did not start\n");
		return false;
	}
	if (size > CREW_MAX) {
		fprintf(stderr, "tarry-check: %d ranks are more than %d\n",
			size, CREW_MAX);
		return false;
	}
	if (!same_program())
		return false;
	/* One speaks for all. */
	if (mine && !freopen("/dev/null", "w", stdout))
		return false;
	return true;
}

void ranks_end(void)
{
	if (transport)
		transport->finish();
}

int ranks_mine(void)
{
	return mine;
}

/* ---- rank 0 ---- */

static bool rank_give(struct crew *c, unsigned int i,
		      const struct message *order)
{
	(void)c;
	if (i) {
		transport->send((int)i, order->p, order->len);
		return true;
	}
	message_clear(&own_order);
	message_put(&own_order, order->p, order->len);
	return true;
}

static int rank_wait(struct crew *c, struct message *answer)
{
	for (unsigned int turn = 0; turn < 500; turn++) {
		size_t n;
		int from = transport->probe(&n);

		if (from > 0) {
			message_clear(answer);
			transport->receive(from, message_room(answer, n), n);
			return from;
		}
		if (c->has[0].graph) {
			if (!worker_answer(own_search, OWN_BUDGET, &own_order,
					   answer))
				message_clear(answer);
			return 0;
		}
		usleep(1000);
	}
	return -1;
}

void ranks_dismiss(void)
{
	for (int i = 1; i < size; i++)
		transport->send(i, "", 0);
}

void ranks_run(const struct search *s, const struct scale *how,
	       struct scale_state *state, bool *good)
{
	static struct crew c;

	c = (struct crew){
		.n = (unsigned int)size, .give = rank_give, .wait = rank_wait};
	own_search = s;
	broker_run(&c, s, how, state);
	if (how->checkpoint)
		*good = broker_save(&c, s, how, state);
	ranks_dismiss();
	for (unsigned int i = 0; i < c.n; i++)
		free(c.has[i].graph);
}

/* ---- the others ---- */

void ranks_work(const struct search *s)
{
	struct message order = {0}, answer = {0};

	/* Told to end, it hands everything back, and waits to be dismissed:
	 * a rank that goes takes the whole job along. */
	for (;;) {
		size_t n;

		if (transport->probe(&n) < 0) {
			usleep(200);
			continue;
		}
		message_clear(&order);
		transport->receive(0, message_room(&order, n), n);
		if (!n)
			break;
		if (!worker_answer(s, CREW_BUDGET, &order, &answer))
			message_clear(&answer);
		transport->send(0, answer.p, answer.len);
	}
	message_free(&order);
	message_free(&answer);
}
