/* SPDX-License-Identifier: MIT */
/*
 * A scenario in a file of the user's: compiled as the ones that are built in,
 * and loaded.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "registry.h"

/* Where the headers are: of the installed checker, or of the source. */
#ifndef CHECK_HEADERS
#define CHECK_HEADERS ""
#endif

static int run(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -1;
	if (!pid) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* What the checker judges, and what no scenario may do (forbidden.c). */
static const char *const wrapped[] = {
	"-Wl,--wrap=memset,--wrap=memcpy,--wrap=memmove",
	"-Wl,--wrap=exit,--wrap=_exit,--wrap=_Exit,--wrap=quick_exit",
	"-Wl,--wrap=abort,--wrap=__assert_fail",
	"-Wl,--wrap=fork,--wrap=vfork",
	"-Wl,--wrap=sigprocmask,--wrap=pthread_sigmask",
	"-Wl,--wrap=sigaction,--wrap=signal,--wrap=setitimer",
};

static bool compile(const char *path, const char *object, const char *library)
{
	static char headers[] = CHECK_HEADERS;
	char *argv[40], *cc = getenv("CC");
	int n = 0;

	argv[n++] = cc && *cc ? cc : (char *)(uintptr_t) "cc";
	for (char *p = strtok(headers, " "); p && n < 20; p = strtok(NULL, " "))
		argv[n++] = p;
	argv[n++] = (char *)(uintptr_t) "-std=gnu11";
	argv[n++] = (char *)(uintptr_t) "-O1";
	argv[n++] = (char *)(uintptr_t) "-g";
	argv[n++] = (char *)(uintptr_t) "-Wall";
	argv[n++] = (char *)(uintptr_t) "-fPIC";
	argv[n++] = (char *)(uintptr_t) "-fsanitize=thread";
	argv[n++] = (char *)(uintptr_t) "-c";
	argv[n++] = (char *)(uintptr_t) "-o";
	argv[n++] = (char *)(uintptr_t)object;
	argv[n++] = (char *)(uintptr_t)path;
	argv[n] = NULL;
	if (run(argv))
		return false;
	/* Linked without the sanitizer: its calls are the checker's. */
	n = 1;
	argv[n++] = (char *)(uintptr_t) "-shared";
	for (unsigned int i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
		argv[n++] = (char *)(uintptr_t)wrapped[i];
	argv[n++] = (char *)(uintptr_t) "-o";
	argv[n++] = (char *)(uintptr_t)library;
	argv[n++] = (char *)(uintptr_t)object;
	argv[n] = NULL;
	return !run(argv);
}

/* Lines are looked up in it until the end. */
static struct {
	char library[64], dir[64];
} loaded[MAX_FILES];
static unsigned int n_loaded;

static void forget_all(void)
{
	for (unsigned int i = 0; i < n_loaded; i++) {
		unlink(loaded[i].library);
		rmdir(loaded[i].dir);
	}
}

static void forget_later(const char *library, const char *dir)
{
	if (!n_loaded)
		atexit(forget_all);
	snprintf(loaded[n_loaded].library, sizeof(loaded[0].library), "%s",
		 library);
	snprintf(loaded[n_loaded++].dir, sizeof(loaded[0].dir), "%s", dir);
}

bool load_file(const char *path)
{
	char dir[] = "/tmp/tarry-check-XXXXXX", object[64], library[64];
	unsigned int before = registry_count();
	const struct check_scenario *twice;
	bool done;

	if (access(path, R_OK)) {
		perror(path);
		return false;
	}
	if (!mkdtemp(dir)) {
		perror(dir);
		return false;
	}
	snprintf(object, sizeof(object), "%s/scenario.o", dir);
	snprintf(library, sizeof(library), "%s/scenario.so", dir);
	done = compile(path, object, library);
	if (!done)
		fprintf(stderr, "tarry-check: %s does not compile\n", path);
	if (done && !dlopen(library, RTLD_NOW | RTLD_GLOBAL)) {
		fprintf(stderr, "tarry-check: %s\n", dlerror());
		done = false;
	}
	unlink(object);
	forget_later(library, dir);
	if (done && registry_count() == before) {
		fprintf(stderr, "tarry-check: %s has no CHECK_SCENARIO()\n",
			path);
		done = false;
	}
	twice = registry_double();
	if (twice) {
		fprintf(stderr,
			"tarry-check: two scenarios are called %s: of %s, and "
			"of %s\n",
			twice->name, twice->file, twice->next->file);
		done = false;
	}
	return done;
}
