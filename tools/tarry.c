/* SPDX-License-Identifier: MIT */
/*
 * The command line: which command, and its words.
 *
 * Exit codes: 0 fine; 1 it failed (input or output, violations); 2 the words or
 * the input are wrong.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cost.h"
#include "snapshot.h"
#include "stress.h"

#define VERSION "0.1.0"

static const char usage[] =
	"usage: tarry COMMAND [ARGUMENTS]\n"
	"\n"
	"  snapshot PID -o FILE         what a process has mapped, in a file\n"
	"  cost PID|SNAPSHOT|TRACE      what its page tables cost, by format\n"
	"  stress [PID|SNAPSHOT|TRACE]  walkers against churn on its space\n"
	"  check [SCENARIO|FILE.c]      every schedule of small programs\n"
	"  formats                      the formats there are\n"
	"  version                      the version of this program\n"
	"  help [COMMAND]               this text, or that of a command\n"
	"\n"
	"A PID is a number; a SNAPSHOT comes from tarry snapshot; a TRACE is\n"
	"what valgrind --tool=lackey --trace-mem=yes prints, in a file or, "
	"with\n"
	"\"-\", on standard input.  \"tarry COMMAND --help\" says more.\n";

static const char snapshot_usage[] =
	"usage: tarry snapshot PID|SNAPSHOT|TRACE [-o FILE] [--json]\n"
	"\n"
	"  -o, --output FILE  where to write; \"-\" (the default) is standard\n"
	"                     output.  A file is replaced whole, or not at "
	"all\n"
	"      --json         a summary on standard output; wants -o FILE\n"
	"  -h, --help         this text\n";

static const char cost_usage[] =
	"usage: tarry cost PID|SNAPSHOT|TRACE [--json]\n"
	"\n"
	"Bytes of page tables, by level, for every format there is: with huge\n"
	"pages where the process has them, with small pages only, and with "
	"the\n"
	"largest leaves that fit; beside what the kernel says (VmPTE).\n"
	"\n"
	"      --json  as JSON\n"
	"  -h, --help  this text\n";

static const char formats_usage[] = "usage: tarry formats [--json]\n"
				    "\n"
				    "      --json  as JSON\n"
				    "  -h, --help  this text\n";

static const char version_usage[] = "usage: tarry version [--json]\n"
				    "\n"
				    "      --json  as JSON\n"
				    "  -h, --help  this text\n";

struct words {
	const char *input, *output;
	bool json, help;
};

/* 0, or the exit code after a complaint. */
static int read_words(const char *command, int argc, char **argv,
		      bool takes_output, bool takes_input, struct words *w)
{
	static const struct option with_output[] = {
		{"output", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0}};
	const struct option *options =
		takes_output ? with_output : with_output + 1;
	int at, c;

	optind = 1;
	opterr = 0;
	/* Words in the order in which they stand ("-"), so that the one that
	 * is read is known: argv[optind - 1] is another inside of "-xyz". */
	while (at = optind,
	       (c = getopt_long(argc, argv, takes_output ? "-:o:h" : "-:h",
				options, NULL)) != -1) {
		switch (c) {
		case 1:
			if (!takes_input || w->input)
				return complain(2, command, optarg,
						"one argument too many");
			w->input = optarg;
			break;
		case 'o':
			w->output = optarg;
			break;
		case 'j':
			w->json = true;
			break;
		case 'h':
			w->help = true;
			break;
		case ':':
			return complain(2, command, argv[at], "wants a value");
		default:
			return complain(2, command, argv[at], "no such option");
		}
	}
	if (w->help)
		return 0;
	if (takes_input && !w->input && optind < argc)
		w->input = argv[optind++]; /* after "--" */
	if (optind < argc)
		return complain(2, command, argv[optind],
				"one argument too many");
	if (takes_input && !w->input)
		return complain(2, command, NULL,
				"wants a process, a snapshot or a trace");
	return 0;
}

static int say(const char *command, const char *text)
{
	fputs(text, stdout);
	return fflush(stdout) ? complain(1, command, NULL,
					 "the output cannot be written")
			      : 0;
}

static int summary(const struct layout *l, const char *file)
{
	json_t *root = json_pack("{s:o*,s:i,s:I,s:I,s:b,s:b}", "file",
				 json_string(file), "pid", l->pid, "regions",
				 (json_int_t)l->n_regions, "runs",
				 (json_int_t)l->n_runs, "huge_guessed",
				 l->guessed, "places_assumed", l->partial);
	int bad = json_dumpf(root, stdout, 0) < 0;

	json_decref(root);
	putchar('\n');
	return bad || fflush(stdout) ? complain(1, "snapshot", file,
						"written, but not its summary")
				     : 0;
}

static int snapshot_main(int argc, char **argv)
{
	struct words w = {.output = "-"};
	struct layout *l = NULL;
	int code = read_words("snapshot", argc, argv, true, true, &w);

	if (code || w.help)
		return code ? code : say("snapshot", snapshot_usage);
	if (!*w.output)
		return complain(2, "snapshot", "-o", "wants a file name");
	if (w.json && !strcmp(w.output, "-"))
		return complain(2, "snapshot", "--json",
				"wants the snapshot itself in a file: -o FILE");
	code = layout_load("snapshot", w.input, &l);
	if (code)
		return code;
	code = snapshot_write(l, w.output);
	if (!code && w.json)
		code = summary(l, w.output);
	layout_free(l);
	return code;
}

static int cost_main(int argc, char **argv)
{
	struct words w = {0};
	struct layout *l = NULL;
	int code = read_words("cost", argc, argv, false, true, &w);

	if (code || w.help)
		return code ? code : say("cost", cost_usage);
	code = layout_load("cost", w.input, &l);
	if (code)
		return code;
	code = cost_print(l, w.input, w.json);
	layout_free(l);
	return code;
}

static int formats_main(int argc, char **argv)
{
	struct words w = {0};
	int code = read_words("formats", argc, argv, false, false, &w);

	if (code || w.help)
		return code ? code : say("formats", formats_usage);
	return formats_print(w.json);
}

static int version_main(int argc, char **argv)
{
	struct words w = {0};
	int code = read_words("version", argc, argv, false, false, &w);

	if (code || w.help)
		return code ? code : say("version", version_usage);
	return say("version", w.json ? "{\"version\": \"" VERSION "\"}\n"
				     : "tarry " VERSION "\n");
}

/* A program of its own, on a port of its own; found beside this one. */
static int check_main(int argc, char **argv)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	static const char *const places[] = {"tarry-check",
					     "check/tarry-check"};

	(void)argc;
	argv[0] = (char[]){"tarry-check"};
	while (n > 0 && path[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < 2; i++) {
		strcpy(path + n, places[i]);
		execv(path, argv);
	}
	execvp(argv[0], argv);
	return complain(1, "check", "tarry-check", strerror(errno));
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"snapshot", snapshot_main}, {"cost", cost_main},
	{"stress", stress_main},     {"formats", formats_main},
	{"check", check_main},	     {"version", version_main},
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int help_main(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find_command(argv[1]) : NULL;
	char *as_asked[] = {argc > 1 ? argv[1] : NULL, (char[]){"--help"},
			    NULL};

	if (argc > 2)
		return complain(2, "help", argv[2], "one argument too many");
	if (argc > 1 && !c)
		return complain(2, "help", argv[1], "no such command");
	return c ? c->run(2, as_asked) : say("help", usage);
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : NULL;
	const struct command *c;

	/* A limit on the size of files is an error like any other. */
	signal(SIGXFSZ, SIG_IGN);
	if (!command) {
		fputs(usage, stderr);
		return 2;
	}
	if (!strcmp(command, "help") || !strcmp(command, "--help") ||
	    !strcmp(command, "-h"))
		return help_main(argc - 1, argv + 1);
	c = find_command(strcmp(command, "--version") ? command : "version");
	if (c)
		return c->run(argc - 1, argv + 1);
	return complain(2, NULL, *command ? command : "''",
			"no such command; \"tarry help\" lists them");
}
