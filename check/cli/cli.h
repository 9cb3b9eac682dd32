/* SPDX-License-Identifier: MIT */
/*
 * The commands of tarry-check.
 */
#ifndef CHECK_CLI_H
#define CHECK_CLI_H

#include "explore.h"
#include "scale.h"

#define MAX_FILES 16

struct options {
	struct search search;
	unsigned int models; /* bit set; 0: what the scenario says, or SC */
	bool both;	     /* SC by graphs as well, and compare */
	const char *replay, *json, *html, *reviewed;
	struct scale scale;
	bool quiet, all;
	char **names;
	int n_names;
	const char *files[MAX_FILES]; /* loaded; all that they have */
	unsigned int n_files;
	char again[2048]; /* what a replay needs to be told again */
};

/* One scenario under one model. */
struct verdict {
	const struct check_scenario *scenario;
	enum check_model model;
	struct tally tally;
	bool setup_failed;
	bool good;		    /* as expected */
	bool found;		    /* a violation */
	struct violation violation; /* if found */
	struct schedule schedule;
};

extern const char *const kind_names[CHECK_KINDS];
const char *model_name(enum check_model m);

/* Every execution gave up: that shows nothing. */
bool verdict_of_nothing(const struct verdict *v);
/* Must the scenario be violated under that model? */
bool scenario_violated(const struct check_scenario *s, enum check_model m);
bool scenario_wanted(const struct check_scenario *s, const struct options *o);
void verdict_reach(struct verdict *v, const struct check_scenario *s,
		   enum check_model model, const struct search *search);
/* By several processes, by graphs. */
bool verdict_scale(struct verdict *v, const struct check_scenario *s,
		   enum check_model model, const struct options *o);

/* Each returns an exit status: 0 all as it should be, 1 not, 2 misuse. */
int command_run(struct options *o);
int command_list(struct options *o);
int command_zoo(struct options *o);
int command_sabotage(struct options *o);
int command_mutants(struct options *o);
int command_bench(struct options *o);

/* Break a rule on purpose, at all its lines; how many there are. */
unsigned int weaken_rule(const char *rule);
/* By name of the rule or FILE:LINE; false and a message: there is none. */
bool weaken(const char *what);
void strengthen_all(void);

/* Compile and load a scenario file; false and a message: it failed. */
bool load_file(const char *path);

#endif
