/* SPDX-License-Identifier: MIT */
/*
 * The command line: which command, and its words.
 *
 * Exit codes: 0 fine; 1 it failed (input or output, violations); 2 the words or
 * the input are wrong.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

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
	"  formats                      the formats there are\n"
	"  version                      the version of this program\n"
	"  help                         this text\n"
	"\n"
	"A PID is a number; a SNAPSHOT comes from tarry snapshot; a TRACE is\n"
	"what valgrind --tool=lackey --trace-mem=yes prints, in a file or, "
	"with\n"
	"\"-\", on standard input.  \"tarry COMMAND --help\" says more.\n";

static const char snapshot_usage[] =
	"usage: tarry snapshot PID|TRACE [-o FILE] [--json]\n"
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
	int c;

	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, takes_output ? ":o:h" : ":h",
				options, NULL)) != -1) {
		switch (c) {
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
			return complain(2, command, argv[optind - 1],
					"wants a value");
		default:
			return complain(2, command, argv[optind - 1],
					"no such option");
		}
	}
	if (w->help)
		return 0;
	if (takes_input && optind < argc)
		w->input = argv[optind++];
	if (optind < argc)
		return complain(2, command, argv[optind],
				"one argument too many");
	if (takes_input && !w->input)
		return complain(2, command, NULL,
				"wants a process, a snapshot or a trace");
	return 0;
}

static int help(const char *text)
{
	fputs(text, stdout);
	return fflush(stdout) ? 1 : 0;
}

static int snapshot_main(int argc, char **argv)
{
	struct words w = {.output = "-"};
	struct layout *l = NULL;
	int code = read_words("snapshot", argc, argv, true, true, &w);

	if (code || w.help)
		return code ? code : help(snapshot_usage);
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
		printf("{\"file\": \"snapshot\", \"pid\": %d, "
		       "\"regions\": %zu, \"runs\": %zu}\n",
		       l->pid, l->n_regions, l->n_runs);
	layout_free(l);
	return code;
}

static int cost_main(int argc, char **argv)
{
	struct words w = {0};
	struct layout *l = NULL;
	int code = read_words("cost", argc, argv, false, true, &w);

	if (code || w.help)
		return code ? code : help(cost_usage);
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
		return code ? code : help(formats_usage);
	return formats_print(w.json);
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : NULL;

	if (!command) {
		fputs(usage, stderr);
		return 2;
	}
	if (!strcmp(command, "snapshot"))
		return snapshot_main(argc - 1, argv + 1);
	if (!strcmp(command, "cost"))
		return cost_main(argc - 1, argv + 1);
	if (!strcmp(command, "stress"))
		return stress_main(argc - 1, argv + 1);
	if (!strcmp(command, "formats"))
		return formats_main(argc - 1, argv + 1);
	if (!strcmp(command, "version") || !strcmp(command, "--version")) {
		puts("tarry " VERSION);
		return 0;
	}
	if (!strcmp(command, "help") || !strcmp(command, "--help") ||
	    !strcmp(command, "-h"))
		return help(usage);
	fprintf(stderr,
		"tarry: %s: no such command; \"tarry help\" lists them\n",
		command);
	return 2;
}
