/* SPDX-License-Identifier: MIT */
/*
 * Scenarios that do what no scenario may: touch what is not mapped, give up by
 * a signal, or run on without ever coming to an event.  Each ends the execution
 * with a verdict that names the thread and the line.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include "machine.h"

#define ALTERNATE_BYTES (64u << 10)
#define SECONDS		1 /* of CPU time without an event */
#define FRAMES		32
/* Half seconds in which the process was run, but not the thread. */
#define ASLEEP 20

static uint64_t last_steps;
static struct thread *last_thread;
static unsigned int asleep;

static struct check_site *last_site(struct thread *t)
{
	static struct check_site none = {.what = "its start"};

	return t->last_site ? t->last_site : &none;
}

/* Is @pc in the checker's own file, in a library, or in a loaded scenario? */
enum home { HOME_OURS, HOME_LIBRARY, HOME_SCENARIO };

static enum home home_of(const void *pc)
{
	Dl_info info, ours;
	const char *name;

	if (!dladdr(pc, &info) || !dladdr(&machine, &ours) || !info.dli_fname)
		return HOME_LIBRARY;
	if (info.dli_fbase == ours.dli_fbase)
		return HOME_OURS;
	name = strrchr(info.dli_fname, '/');
	return name && !strcmp(name, "/scenario.so") ? HOME_SCENARIO
						     : HOME_LIBRARY;
}

/* Where the thread was, as a return address; of what it called in libraries,
 * the call. */
static const void *where(const void *context)
{
	void *frames[FRAMES];
	bool past_handler = false;
	const void *pc = NULL;
	int n;

#if defined(__x86_64__)
	const ucontext_t *u = context;

	pc = (const void *)(u->uc_mcontext.gregs[REG_RIP] + 1);
#elif defined(__aarch64__)
	const ucontext_t *u = context;

	pc = (const void *)(u->uc_mcontext.pc + 1);
#else
	(void)context;
#endif
	if (home_of(pc) == HOME_SCENARIO)
		return pc;
#if defined(__x86_64__)
	/* A call of what is no function: who called is on the stack. */
	if (home_of(pc) == HOME_LIBRARY &&
	    (uintptr_t)u->uc_mcontext.gregs[REG_RSP] -
			    (uintptr_t)machine.now->co.stack <
		    machine.now->co.len) {
		const void *top = *(void **)u->uc_mcontext.gregs[REG_RSP];

		if (home_of(top) != HOME_LIBRARY)
			return top;
	}
#endif
	n = backtrace(frames, FRAMES);
	for (int i = 0; i < n; i++)
		if (home_of(frames[i]) == HOME_SCENARIO)
			return frames[i];
	if (home_of(pc) == HOME_OURS)
		return pc;
	/* The first of ours are this function and the handler. */
	for (int i = 0; i < n; i++) {
		enum home home = home_of(frames[i]);

		if (home == HOME_OURS && past_handler)
			return frames[i];
		past_handler |= home == HOME_LIBRARY;
	}
	return NULL;
}

/* No thread runs: the checker is broken, or a scenario broke it. */
static void not_a_thread(int signal)
{
	static const char form[] =
		"tarry-check: signal %d outside of any thread; last scenario: "
		"%s\n";
	struct sigaction as = {.sa_handler = SIG_DFL};

	fprintf(stderr, form, signal,
		machine.scenario ? machine.scenario->name : "none");
	sigaction(signal, &as, NULL);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	struct thread *t = machine.now;
	uintptr_t addr = (uintptr_t)info->si_addr;

	if (!t) {
		not_a_thread(signal);
		return;
	}
	if ((uintptr_t)t->co.stack - addr <= COROUTINE_GUARD)
		machine_violate(CHECK_ENDLESS, last_site(t), where(context), 0,
				-1, 0,
				"needs more stack than the %zu bytes it has",
				t->co.len);
	machine_violate(CHECK_WILD, last_site(t), where(context), 0, -1, 0,
			"touches %p, which is not mapped (last event: %s)",
			info->si_addr, last_site(t)->what);
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
	struct thread *t = machine.now;

	(void)info;
	if (!t) {
		not_a_thread(signal);
		return;
	}
	machine_violate(CHECK_ASSERT, last_site(t), where(context), 0, -1, 0,
			"ends by %s (last event: %s)",
			signal == SIGFPE    ? "a division that cannot be"
			: signal == SIGABRT ? "an abort"
			: signal == SIGILL  ? "an instruction that is none"
					    : "a trap",
			last_site(t)->what);
}

/* Has the thread come to an event since the last time? */
static bool went_on(struct thread *t)
{
	uint64_t steps = machine.steps;
	bool on = !t || steps != last_steps || t != last_thread;

	last_steps = steps;
	last_thread = t;
	return on;
}

static _Noreturn void too_long(struct thread *t, const void *context,
			       const char *how)
{
	struct check_site *site = last_site(t);
	const void *pc = where(context);

	machine_violate_slowly(CHECK_ENDLESS, site, pc,
			       "%s without any event (last: %s)", how,
			       site->what);
}

static void on_tick(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	asleep = 0;
	if (!went_on(machine.now))
		too_long(machine.now, context, "runs on");
}

/* CPU time does not pass while it sleeps. */
static void on_alarm(int signal, siginfo_t *info, void *context)
{
	static uint64_t steps;
	struct thread *t = machine.now;

	(void)signal;
	(void)info;
	if (!t || steps != machine.steps) {
		steps = machine.steps;
		asleep = 0;
		return;
	}
	if (++asleep >= ASLEEP)
		too_long(t, context, "sleeps");
}

void guard_timers(void)
{
	struct itimerval cpu = {{SECONDS, 0}, {SECONDS, 0}};
	struct itimerval wall = {{0, 500000}, {0, 500000}};

	asleep = 0;
	if (setitimer(ITIMER_PROF, &cpu, NULL) ||
	    setitimer(ITIMER_REAL, &wall, NULL)) {
		perror("tarry-check: no guard");
		exit(2);
	}
}

static bool handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction as = {.sa_sigaction = handler,
			       .sa_flags = SA_SIGINFO | SA_ONSTACK |
					   SA_NODEFER | SA_RESTART};

	return !sigaction(signal, &as, NULL);
}

void guard_start(void)
{
	stack_t stack = {.ss_size = ALTERNATE_BYTES};
	void *frames[1];

	/* The first call loads what it needs. */
	(void)backtrace(frames, 1);
	stack.ss_sp = malloc(ALTERNATE_BYTES);
	if (!stack.ss_sp || sigaltstack(&stack, NULL) ||
	    !handle(SIGSEGV, on_fault) || !handle(SIGBUS, on_fault) ||
	    !handle(SIGFPE, on_trap) || !handle(SIGABRT, on_trap) ||
	    !handle(SIGILL, on_trap) || !handle(SIGTRAP, on_trap) ||
	    !handle(SIGPROF, on_tick) || !handle(SIGALRM, on_alarm)) {
		perror("tarry-check: no guard");
		exit(2);
	}
	guard_timers();
}
