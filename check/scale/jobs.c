/* SPDX-License-Identifier: MIT */
/*
 * Workers that are processes of one machine: see scale.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"

struct jobs {
	struct crew crew; /* first */
	pid_t pid[CREW_MAX];
	int fd[CREW_MAX];
};

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

static bool send_message(int fd, const struct message *m)
{
	return send_all(fd, &m->len, sizeof(m->len)) &&
	       send_all(fd, m->p, m->len);
}

static bool receive_message(int fd, struct message *m)
{
	size_t n;

	message_clear(m);
	if (receive_all(fd, &n, sizeof(n)) &&
	    receive_all(fd, message_room(m, n), n))
		return true;
	message_clear(m);
	return false;
}

static void work_for(int fd, const struct search *s)
{
	struct message order = {0}, answer = {0};

	guard_timers();

	while (receive_message(fd, &order)) {
		if (!worker_answer(s, CREW_BUDGET, &order, &answer) ||
		    !send_message(fd, &answer))
			_exit(1);
		if (scale_told)
			_exit(0);
	}
	_exit(0);
}

static bool job_start(struct jobs *j, unsigned int i, const struct search *s)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return false;
	fflush(NULL);
	j->pid[i] = fork();
	if (!j->pid[i]) {
		close(fds[0]);
		work_for(fds[1], s);
	}
	close(fds[1]);
	j->fd[i] = fds[0];
	return j->pid[i] > 0;
}

static bool job_give(struct crew *c, unsigned int i,
		     const struct message *order)
{
	return send_message(((struct jobs *)c)->fd[i], order);
}

static int job_wait(struct crew *c, struct message *answer)
{
	struct jobs *j = (struct jobs *)c;
	struct pollfd fds[CREW_MAX];

	for (unsigned int i = 0; i < c->n; i++)
		fds[i] = (struct pollfd){.fd = c->has[i].graph ? j->fd[i] : -1,
					 .events = POLLIN};
	if (poll(fds, c->n, 500) <= 0)
		return -1;
	for (unsigned int i = 0; i < c->n; i++)
		if (fds[i].revents) {
			receive_message(j->fd[i], answer);
			return (int)i;
		}
	return -1;
}

void jobs_run(const struct search *s, const struct scale *how,
	      struct scale_state *state, bool *good)
{
	static struct jobs j;

	j = (struct jobs){
		.crew = {.n = how->jobs, .give = job_give, .wait = job_wait}};
	for (unsigned int i = 0; i < how->jobs; i++)
		if (!job_start(&j, i, s)) {
			perror("tarry-check: a worker");
			exit(2);
		}
	broker_run(&j.crew, s, how, state);
	if (how->checkpoint)
		*good = broker_save(&j.crew, s, how, state);
	for (unsigned int i = 0; i < how->jobs; i++) {
		/* Later workers have our end too: closing it would tell
		 * nobody. */
		shutdown(j.fd[i], SHUT_RDWR);
		close(j.fd[i]);
		waitpid(j.pid[i], NULL, 0);
		free(j.crew.has[i].graph);
	}
}
