/* SPDX-License-Identifier: MIT */
/*
 * The report as text and as JSON, and the progress line.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "stress_report.h"

static uint64_t get(_Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

void stress_totals(struct stress *run, struct stress_totals *totals, bool times)
{
	static struct stress_histogram lookups, changes[CHANGE_KINDS];

	memset(totals, 0, sizeof(*totals));
	memset(&lookups, 0, sizeof(lookups));
	memset(changes, 0, sizeof(changes));
	for (uint32_t i = 0; i < run->n_threads; i++) {
		struct stress_thread *t = &run->threads[i];
		struct stress_counters *n = &t->counters;

		for (int l = 0; l < LOOKUP_KINDS; l++) {
			totals->lookups[l] += get(&n->lookups[l]);
			totals->all_lookups += get(&n->lookups[l]);
		}
		for (int c = 0; c < CHANGE_KINDS; c++) {
			totals->changes[c] += get(&n->changes[c]);
			totals->all_changes += get(&n->changes[c]);
			totals->refused[c] += get(&n->refused[c]);
			if (times)
				histogram_merge(&changes[c],
						&t->change_time[c]);
		}
		totals->exact += get(&n->exact);
		totals->cached += get(&n->cached);
		totals->skipped += get(&n->skipped);
		totals->no_memory += get(&n->no_memory);
		if (times)
			histogram_merge(&lookups, &t->lookup_time);
	}
	totals->told = get(&run->caches_told);
	totals->silent = get(&run->caches_silent);
	totals->violations = get(&run->log.total);
	if (!times)
		return;
	totals->lookup_time = histogram_percentiles(&lookups);
	for (int c = 0; c < CHANGE_KINDS; c++)
		totals->change_time[c] = histogram_percentiles(&changes[c]);
}

void report_progress(struct stress *run, double seconds,
		     const struct stress_point *last,
		     const struct stress_point *now)
{
	double part = now->seconds - last->seconds;

	if (part <= 0)
		return;
	fprintf(stderr,
		"%5.0f s of %.0f: %.2f M lookups/s, %.1f k changes/s, tables: "
		"%" PRIu64 " live, %" PRIu64 " retired, %" PRIu64
		" waiting; violations: %" PRIu64 "\n",
		seconds, run->options->seconds,
		(double)(now->lookups - last->lookups) / part / 1e6,
		(double)(now->changes - last->changes) / part / 1e3,
		now->tables, now->retired, now->waiting, now->violations);
}

/* ---- text ---- */

static const char *input_name(const struct stress *run)
{
	return run->options->input ? run->options->input : "the own process";
}

static double mebi(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void text_times(const char *name, const struct stress_percentiles *p)
{
	printf("%9.0f %9.0f %9.0f %9.0f %11.0f  %s\n", p->p50, p->p90, p->p99,
	       p->p999, p->most, name);
}

static void text_space(const struct stress *run)
{
	const struct plan_source *s = &run->plan.source;

	printf("space      %s, %s, %s: %" PRIu64 " regions, %" PRIu64
	       " pages; built %" PRIu64 " pages (%" PRIu64
	       " large leaves), %" PRIu64 " marks in %.2f s\n",
	       input_name(run), run->format->name,
	       tarry_policy_name(run->options->policy), s->regions, s->pages,
	       s->pages_built, s->large_built, s->marks_built,
	       run->build_seconds);
	if (s->pages_built + s->marks_built < s->pages)
		printf("notice     cut to %" PRIu64 " of %" PRIu64
		       " pages: see --pages\n",
		       s->pages_built + s->marks_built, s->pages);
	printf("bench      %" PRIu64
	       " blocks of %u pages added, for changes of every kind\n",
	       s->bench_blocks, run->plan.per_block);
}

static void text_changes(const struct stress *run,
			 const struct stress_totals *t)
{
	printf("\n   done/s      done   refused       p50       p90       p99"
	       "     p99.9         max  change (ns)\n");
	for (int c = 0; c < CHANGE_KINDS; c++) {
		if (!t->changes[c] && !t->refused[c])
			continue;
		printf("%9.0f %9" PRIu64 " %9" PRIu64 " ",
		       (double)t->changes[c] / run->seconds, t->changes[c],
		       t->refused[c]);
		text_times(change_name(c), &t->change_time[c]);
	}
	printf("%9.0f %9" PRIu64 "%61s  all\n",
	       (double)t->all_changes / run->seconds, t->all_changes, "");
	if (t->skipped)
		printf("%" PRIu64 " changes skipped: no page of the arena was "
		       "free\n",
		       t->skipped);
	if (run->limited)
		printf("%" PRIu64 " changes found no memory for a table\n",
		       t->no_memory);
}

static void text_lookups(const struct stress *run,
			 const struct stress_totals *t)
{
	printf("\n   done/s      done  lookup, each answer verified\n");
	for (int l = 0; l < LOOKUP_KINDS; l++)
		if (t->lookups[l])
			printf("%9.0f %9" PRIu64 "  %s\n",
			       (double)t->lookups[l] / run->seconds,
			       t->lookups[l], lookup_name(l));
	printf("%9.0f %9" PRIu64 "  all; %" PRIu64
	       " answers compared exactly with the oracle\n",
	       (double)t->all_lookups / run->seconds, t->all_lookups, t->exact);
	if (t->lookup_time.samples)
		printf("one call, 1 in %d timed (the clock itself: %.0f ns)\n"
		       "      p50       p90       p99     p99.9         max\n",
		       STRESS_SAMPLE, clock_overhead_ns());
	if (t->lookup_time.samples)
		text_times("translate (ns)", &t->lookup_time);
}

static void text_memory(const struct stress *run)
{
	const struct tarry_pool_stats *p = &run->peak, *a = &run->after;

	printf("\ntables     %.1f MiB when built, most %.1f MiB, %.1f MiB at "
	       "rest, %.1f MiB at the end\n",
	       mebi(run->built.table_bytes), mebi(p->table_bytes),
	       mebi(run->rest.table_bytes), mebi(a->table_bytes));
	printf("waiting    most %" PRIu64 " tables, %.2f MiB with data pages; "
	       "%" PRIu64 " tables at the end\n",
	       p->waiting, mebi(p->waiting_bytes), a->waiting);
	printf("retired    %" PRIu64 " tables, %.1f MiB of data pages "
	       "released, in %" PRIu64 " grace periods (%" PRIu64
	       " of them waited for by writers)\n",
	       a->retired, mebi(a->released), a->grace_periods, a->helped);
	printf("memory     %.1f MiB for descriptors, %.1f MiB for tables "
	       "committed, %.1f MiB given back\n",
	       mebi(p->descriptor_bytes), mebi(p->committed_bytes),
	       mebi(a->returned_bytes));
	printf("references %" PRIu64 " taken (pins and clones), %" PRIu64
	       " pages still referenced at the end\n",
	       atomic_load(&run->arena.taken), atomic_load(&run->arena.live));
}

static void text_caches(const struct stress *run, const struct stress_totals *t)
{
	printf("caches     %" PRIu64 " answers without a walk; told %" PRIu64
	       " times, %" PRIu64 " times no answer\n",
	       t->cached, t->told, t->silent);
	printf("kept       most %" PRIu64 " tables, %.2f MiB with data pages; "
	       "%" PRIu64 " tables and %" PRIu64 " bytes at the end, %" PRIu64
	       " bytes lost\n",
	       run->peak.kept, mebi(run->peak.kept_bytes), run->after.kept,
	       run->after.kept_bytes, run->after.lost_bytes);
}

static void text_violations(const struct stress *run)
{
	const struct violation_log *log = &run->log;

	printf("\nviolations %" PRIu64 "%s\n", atomic_load(&log->total),
	       atomic_load(&log->total) ? "" : ", and nothing left at the end");
	for (int k = 0; k < VIOLATION_KINDS; k++)
		if (log->by_kind[k])
			printf("  %-18s %" PRIu64 "\n", violation_name(k),
			       log->by_kind[k]);
	for (unsigned int i = 0; i < log->n_described; i++)
		printf("  %u. %s: %s\n", i + 1,
		       violation_name(log->described[i].kind),
		       log->described[i].text);
}

bool report_text(struct stress *run, const struct stress_totals *t)
{
	const struct stress_options *o = run->options;

	text_space(run);
	printf("run        %.1f s, %u readers, %u writers, seed %" PRIu64
	       "%s%s\n",
	       run->seconds, o->readers, o->writers, o->seed,
	       o->sabotage ? ", sabotage " : "",
	       o->sabotage ? sabotage_name(o->sabotage) : "");
	text_lookups(run, t);
	if (o->writers)
		text_changes(run, t);
	text_memory(run);
	if (o->listeners)
		text_caches(run, t);
	text_violations(run);
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* ---- JSON ---- */

static json_t *integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *json_times(const struct stress_percentiles *p)
{
	return json_pack("{s:f,s:f,s:f,s:f,s:f,s:o}", "p50", p->p50, "p90",
			 p->p90, "p99", p->p99, "p99.9", p->p999, "max",
			 p->most, "samples", integer(p->samples));
}

static json_t *json_pool(const struct tarry_pool_stats *s)
{
	json_t *levels = json_array();

	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		json_array_append_new(levels, integer(s->tables[l]));
	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,"
		"s:o,s:o,s:o}",
		"tables_by_level", levels, "table_bytes",
		integer(s->table_bytes), "waiting_tables", integer(s->waiting),
		"waiting_bytes", integer(s->waiting_bytes), "waiting_runs",
		integer(s->waiting_pages), "kept_tables", integer(s->kept),
		"kept_bytes", integer(s->kept_bytes), "lost_bytes",
		integer(s->lost_bytes), "retired_tables", integer(s->retired),
		"released_bytes", integer(s->released), "grace_periods",
		integer(s->grace_periods), "helped", integer(s->helped),
		"descriptor_bytes", integer(s->descriptor_bytes),
		"committed_bytes", integer(s->committed_bytes), "free_bytes",
		integer(s->free_bytes), "returned_bytes",
		integer(s->returned_bytes), "failed_allocations",
		integer(s->failed));
}

static json_t *json_violations(const struct violation_log *log)
{
	json_t *kinds = json_object(), *described = json_array();

	for (int k = 0; k < VIOLATION_KINDS; k++)
		if (log->by_kind[k])
			json_object_set_new(kinds, violation_name(k),
					    integer(log->by_kind[k]));
	for (unsigned int i = 0; i < log->n_described; i++)
		json_array_append_new(
			described,
			json_pack("{s:s,s:s}", "kind",
				  violation_name(log->described[i].kind),
				  "sentence", log->described[i].text));
	return json_pack("{s:o,s:o,s:o}", "total",
			 integer(atomic_load(&log->total)), "by_kind", kinds,
			 "described", described);
}

static json_t *json_changes(const struct stress *run,
			    const struct stress_totals *t)
{
	json_t *changes = json_object();

	for (int c = 0; c < CHANGE_KINDS; c++)
		json_object_set_new(
			changes, change_name(c),
			json_pack("{s:o,s:f,s:o,s:o}", "done",
				  integer(t->changes[c]), "per_second",
				  (double)t->changes[c] / run->seconds,
				  "refused", integer(t->refused[c]), "ns",
				  json_times(&t->change_time[c])));
	return changes;
}

static json_t *json_lookups(const struct stress *run,
			    const struct stress_totals *t)
{
	json_t *kinds = json_object();

	for (int l = 0; l < LOOKUP_KINDS; l++)
		json_object_set_new(kinds, lookup_name(l),
				    integer(t->lookups[l]));
	return json_pack("{s:o,s:f,s:o,s:o,s:o,s:f}", "done",
			 integer(t->all_lookups), "per_second",
			 (double)t->all_lookups / run->seconds,
			 "compared_exactly", integer(t->exact), "by_kind",
			 kinds, "translate_ns", json_times(&t->lookup_time),
			 "clock_overhead_ns", clock_overhead_ns());
}

bool report_json(struct stress *run, const struct stress_totals *t)
{
	const struct stress_options *o = run->options;
	const struct plan_source *s = &run->plan.source;
	json_t *root =
		json_pack("{s:s,s:s,s:s,s:o,s:i,s:i,s:f,s:s}", "input",
			  input_name(run), "format", run->format->name,
			  "policy", tarry_policy_name(o->policy), "seed",
			  integer(o->seed), "readers", (int)o->readers,
			  "writers", (int)o->writers, "seconds", run->seconds,
			  "sabotage", sabotage_name(o->sabotage));
	bool written;

	json_object_set_new(
		root, "space",
		json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:f}", "regions",
			  integer(s->regions), "pages", integer(s->pages),
			  "pages_built", integer(s->pages_built),
			  "large_leaves_built", integer(s->large_built),
			  "marks_built", integer(s->marks_built),
			  "bench_blocks", integer(s->bench_blocks),
			  "build_seconds", run->build_seconds));
	json_object_set_new(root, "lookups", json_lookups(run, t));
	json_object_set_new(root, "changes_done", integer(t->all_changes));
	json_object_set_new(root, "changes_per_second",
			    json_real((double)t->all_changes / run->seconds));
	json_object_set_new(root, "changes", json_changes(run, t));
	json_object_set_new(root, "changes_skipped", integer(t->skipped));
	json_object_set_new(root, "changes_without_memory",
			    integer(t->no_memory));
	json_object_set_new(root, "pool",
			    json_pack("{s:o,s:o,s:o,s:o}", "built",
				      json_pool(&run->built), "most",
				      json_pool(&run->peak), "at_rest",
				      json_pool(&run->rest), "at_end",
				      json_pool(&run->after)));
	json_object_set_new(
		root, "caches",
		json_pack("{s:b,s:o,s:o,s:o}", "listen", (int)o->listeners,
			  "without_a_walk", integer(t->cached), "told",
			  integer(t->told), "no_answer", integer(t->silent)));
	json_object_set_new(root, "references_taken",
			    integer(atomic_load(&run->arena.taken)));
	json_object_set_new(root, "pages_left",
			    integer(atomic_load(&run->arena.live)));
	json_object_set_new(root, "violations", json_violations(&run->log));
	written = root && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 &&
		  putchar('\n') != EOF && fflush(stdout) == 0;
	json_decref(root);
	return written;
}
