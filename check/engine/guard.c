/* SPDX-License-Identifier: MIT */
/*
 * Scenarios that do what no scenario may: touch what is not mapped, or run on
 * without ever coming to an event.  Both end the execution with a verdict that
 * names the thread and where it was last.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "machine.h"

#define ALTERNATE_BYTES (64u << 10)
#define SECONDS		2 /* of CPU time without an event */

static uint64_t last_steps;
static struct thread *last_thread;

static struct check_site *last_site(struct thread *t)
{
	static struct check_site none = {.what = "its start"};

	return t->op && t->op->site ? t->op->site : &none;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	struct thread *t = machine.now;

	(void)context;
	if (!t) {
		/* Not a scenario's: ours. */
		struct sigaction as = {.sa_handler = SIG_DFL};

		sigaction(signal, &as, NULL);
		return;
	}
	machine_violate(CHECK_WILD, last_site(t), NULL, 0, -1, 0,
			"touches %p, which is not mapped (last event: %s)",
			info->si_addr, last_site(t)->what);
}

static void on_tick(int signal)
{
	struct thread *t = machine.now;
	uint64_t steps = machine.steps;

	(void)signal;
	if (!t || steps != last_steps || t != last_thread) {
		last_steps = steps;
		last_thread = t;
		return;
	}
	machine_violate(CHECK_ENDLESS, last_site(t), NULL, 0, -1, 0,
			"runs for %d s without any event (last: %s)", SECONDS,
			last_site(t)->what);
}

void guard_start(void)
{
	struct sigaction fault = {.sa_sigaction = on_fault,
				  .sa_flags =
					  SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	struct sigaction tick = {.sa_handler = on_tick,
				 .sa_flags =
					 SA_ONSTACK | SA_NODEFER | SA_RESTART};
	struct itimerval every = {{SECONDS, 0}, {SECONDS, 0}};
	stack_t stack = {.ss_size = ALTERNATE_BYTES};

	stack.ss_sp = malloc(ALTERNATE_BYTES);
	if (!stack.ss_sp || sigaltstack(&stack, NULL) ||
	    sigaction(SIGSEGV, &fault, NULL) ||
	    sigaction(SIGBUS, &fault, NULL) ||
	    sigaction(SIGFPE, &fault, NULL) ||
	    sigaction(SIGPROF, &tick, NULL) ||
	    setitimer(ITIMER_PROF, &every, NULL)) {
		perror("tarry-check: no guard");
		exit(2);
	}
}
