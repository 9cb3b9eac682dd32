/* SPDX-License-Identifier: MIT */
/*
 * A writer: one change after the other, chosen by weight; and the faults that
 * --sabotage asks for.
 */
#include <stdlib.h>
#include <time.h>

#include "stress_change.h"

static void (*const changes[])(struct writer *) = {
	[CHANGE_FAULT] = change_fault,
	[CHANGE_MAP] = change_map,
	[CHANGE_MAP_LARGE] = change_map_large,
	[CHANGE_UNMAP] = change_unmap_pages,
	[CHANGE_UNMAP_LARGE] = change_unmap_large,
	[CHANGE_UNMAP_REGION] = change_unmap_region,
	[CHANGE_PROTECT] = change_protect_any,
	[CHANGE_MARK] = change_mark,
	[CHANGE_COLLAPSE] = change_collapse,
	[CHANGE_COLLAPSE_COPY] = change_collapse_copy,
	[CHANGE_SPLIT] = change_split_any,
	[CHANGE_DEPOSIT] = change_deposit,
	[CHANGE_RETRACT] = change_retract,
	[CHANGE_COW] = change_cow,
	[CHANGE_MIGRATE] = change_migrate,
	[CHANGE_MOVE] = change_move,
	[CHANGE_CLONE] = change_clone,
	[CHANGE_HARVEST] = change_harvest,
	[CHANGE_RECLAIM] = change_reclaim,
	[CHANGE_IDLE] = change_idle,
	[CHANGE_COMPANION] = change_companion,
	[CHANGE_STOCK] = change_stock,
	[CHANGE_GATHER] = change_gather,
	[CHANGE_SETTLE] = change_settle,
	[CHANGE_GIANT] = change_giant,
};

/* ---- sabotage ---- */

/* A small page of an own stripe; ARENA_NONE if the dice find none. */
static uint32_t find_page(struct writer *w, bool steady)
{
	const struct plan *plan = &w->run->plan;

	for (int attempt = 0; attempt < 64 && w->n_owned; attempt++) {
		uint32_t i = w->owned[random_below(&w->t->random, w->n_owned)];
		const struct plan_stripe *s = &plan->stripes[i];
		uint32_t id =
			s->first * plan->per_block +
			random_below(&w->t->random, s->n * plan->per_block);
		uint64_t record = plan_recorded(plan, id);

		if (s->steady == steady && !(record & RECORD_LARGE) &&
		    record_what(record) == RECORD_LEAF)
			return id;
	}
	return ARENA_NONE;
}

/* A page that must always be there is not, for longer than a reader looks. */
static void sabotage_steady(struct writer *w)
{
	struct stress *run = w->run;
	uint32_t id = find_page(w, true);
	uint64_t record, len = 1ull << run->plan.page_lg2;
	tarry_va va;

	if (id == ARENA_NONE)
		return;
	record = plan_recorded(&run->plan, id);
	va = plan_va(&run->plan, id, (record & RECORD_AWAY) != 0);
	arena_get(&run->arena, record_page(record), 1);
	tarry_unmap(run->space, va, len, NULL);
	nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	tarry_map(run->space, va, arena_oa(&run->arena, record_page(record)),
		  len, stress_rights(run, record) | record_bits(record), NULL);
}

static void sabotage(struct writer *w)
{
	struct stress *run = w->run;
	uint32_t id;

	/* What only a reader at the right moment sees has to be done often. */
	if (!random_once_in(&w->t->random,
			    run->options->sabotage == SABOTAGE_THROUGH_EMPTY
				    ? 16
				    : 256))
		return;
	if (run->options->sabotage == SABOTAGE_EARLY_RELEASE) {
		id = find_page(w, false);
		if (id != ARENA_NONE)
			arena_put(&run->arena,
				  record_page(plan_recorded(&run->plan, id)),
				  1);
	} else if (run->options->sabotage == SABOTAGE_THROUGH_EMPTY) {
		sabotage_steady(w);
	} else if (run->options->sabotage == SABOTAGE_LEAK) {
		id = arena_take(&run->arena, w->t->number);
		if (id != ARENA_NONE)
			arena_stamp(&run->arena, id, 0);
	}
}

/* ---- the thread ---- */

static bool list_stripes(struct writer *w)
{
	const struct plan *plan = &w->run->plan;

	w->owned = calloc(plan->n_stripes, sizeof(uint32_t));
	w->shared = calloc(plan->n_stripes, sizeof(uint32_t));
	if (!w->owned || !w->shared)
		return false;
	for (uint32_t i = 0; i < plan->n_stripes; i++) {
		if (plan->stripes[i].owner == PLAN_SHARED)
			w->shared[w->n_shared++] = i;
		else if (plan->stripes[i].owner == w->t->number)
			w->owned[w->n_owned++] = i;
	}
	return true;
}

static enum change choose_change(struct writer *w, uint32_t total)
{
	uint32_t dice = random_below(&w->t->random, total);
	enum change c = 0;

	while (dice >= w->run->options->weights[c])
		dice -= w->run->options->weights[c++];
	return c;
}

void *stress_writer(void *thread)
{
	struct stress_thread *t = thread;
	const struct stress_options *o = t->run->options;
	struct writer w = {.t = t, .run = t->run};
	uint32_t total = 0;
	enum change c;

	for (c = 0; c < CHANGE_KINDS; c++)
		total += o->weights[c];
	tarry_thread_begin();
	if (!list_stripes(&w))
		violation(&t->run->log, VIOLATION_LEFT_OVER,
			  WHO_FORMAT ": no memory to begin with", WHO_ARGS(t));
	while (w.owned && w.shared && !stress_stopped(t->run)) {
		bool poor = o->fail_alloc && ++w.changes % o->fail_alloc == 0;

		if (poor)
			writer_hog(&w);
		c = choose_change(&w, total);
		t->doing = change_name(c);
		changes[c](&w);
		if (poor)
			writer_unhog(&w);
		if (o->sabotage)
			sabotage(&w);
		tarry_thread_quiesce();
	}
	writer_settle(&w);
	free(w.giant);
	free(w.owned);
	free(w.shared);
	tarry_thread_end();
	return NULL;
}
