/* SPDX-License-Identifier: MIT */
/*
 * Searches: in which order, and how much, executions are run.
 */
#ifndef CHECK_EXPLORE_H
#define CHECK_EXPLORE_H

#include "machine.h"

enum search_kind { SEARCH_DPOR, SEARCH_RANDOM, SEARCH_PCT, SEARCH_NAIVE };

/* What to run, and how much of it. */
struct search {
	enum search_kind kind;
	enum check_model model;
	bool graph;	    /* graphs, also where schedules would do (SC) */
	uint64_t limit;	    /* executions; 0: all */
	double seconds;	    /* 0: no limit */
	uint64_t seed;	    /* of SEARCH_RANDOM and SEARCH_PCT */
	unsigned int depth; /* of SEARCH_PCT: bugs of that depth */
	int preemptions;    /* bound; -1: none */
	bool keep_going;    /* after a violation */
	volatile int *stop; /* set from outside: end now */
	/* Called now and then; may set *stop. */
	void (*progress)(const struct search *s, uint64_t executions,
			 double part);
};

struct tally {
	uint64_t executions; /* all that were run */
	uint64_t classes;    /* complete ones, each of its own class */
	uint64_t blocked;    /* ended early: a thread gave up or can't go on */
	uint64_t redundant;  /* ended early: explored elsewhere (sleep sets) */
	uint64_t cut;	     /* ended by a bound */
	uint64_t events;
	uint64_t switches;
	uint64_t violations;
	unsigned int longest; /* events of the longest execution */
	double part;	      /* of it, if all branches were equal; graphs */
	bool whole;	      /* everything was explored */
	bool unordered;	      /* and executions that RC11 forbids: psc.c */
	double seconds;
};

/* A schedule: which thread, and which choice, at each event. */
struct schedule {
	enum check_model model; /* under others than SC, choices are: of a read,
				 * how many newer writes there were; of a write,
				 * how many came to stand after it */
	unsigned int n;
	uint8_t tid[MACHINE_EVENTS];
	uint16_t choice[MACHINE_EVENTS];
	uint8_t spawn_ids[CLOCK_THREADS][16];
};

/* Search the scenario that machine_scenario() set up.  The first violation is
 * left in machine.violation, its schedule in *found. */
void search_run(const struct search *s, struct tally *t,
		struct schedule *found);

/* Run one schedule again, recording rows; false: it does not fit. */
bool schedule_replay(const struct schedule *s, enum outcome *how);
void schedule_take(struct schedule *to);
/* An equivalent one with fewer preemptions. */
void schedule_shorten(struct schedule *s, enum check_kind kind);
/* As text, and back; false: damaged, and *why says how. */
char *schedule_print(const struct schedule *s);
bool schedule_parse(const char *text, struct schedule *to, const char **why);

/* Since search_run() was called. */
double search_seconds(void);

bool violation_expected(const struct check_scenario *s,
			const struct violation *v);

/* The strategies' halves; see search.c. */
extern const struct strategy dpor_strategy;
void dpor_start(const struct search *s);
/* To the next execution; false: there is none. */
bool dpor_next(void);
/* The end of an execution that could not go on: what would have let it? */
void dpor_blocked(void);
bool dpor_was_redundant(void);
/* A bound kept something from being explored. */
bool dpor_was_cut(void);
double dpor_part(void);

/* Everybody stuck: a deadlock, in words. */
void machine_report_deadlock(void);

#endif
