/* SPDX-License-Identifier: MIT */
/*
 * The table, as text or as JSON.  Rows are written as they are measured, so
 * that a run that is cut short has said what it knows.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static void json_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 32)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void json_pair(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	json_string(value);
}

void bench_report_begin(const struct bench *b)
{
	struct bench_machine m;

	if (b->part || b->sanity)
		return;
	bench_machine(&m);
	if (b->json) {
		printf("{\"machine\": {");
		json_pair("cpu", m.cpu);
		printf(", \"cpus\": %ld, \"memory_gb\": %.1f, ", m.cpus,
		       m.memory_gb);
		json_pair("kernel", m.kernel);
		printf(", ");
		json_pair("transparent_hugepages", m.thp);
		printf(", \"load\": %.2f, ", m.load);
		json_pair("compiler", __VERSION__);
		printf("},\n\"repetitions\": %u,\n\"rows\": [\n", b->reps);
		return;
	}
	printf("%s, %ld CPUs, %.0f GB, %s, compiler %s\n", m.cpu, m.cpus,
	       m.memory_gb, m.kernel, __VERSION__);
	printf("transparent huge pages: %s; load average %.2f; medians of %u "
	       "interleaved repetitions\n\n",
	       m.thp, m.load, b->reps);
	printf("%-58s | %-16s | %-40s | %-7s | %-18s | %s\n", "workload",
	       "ours", "floor or rival", "ratio", "target", "verdict");
	printf("%.58s-+-%.16s-+-%.40s-+-%.7s-+-%.18s-+-%s\n",
	       "------------------------------------------------------------",
	       "--------------------",
	       "----------------------------------------", "----------",
	       "--------------------", "-------");
}

void bench_report_end(const struct bench *b)
{
	if (b->part || b->sanity)
		return;
	if (b->json)
		printf("\n]}\n");
}

/* Figures of any size in a few characters. */
static void figure(char *out, size_t size, double v)
{
	double a = fabs(v);
	int digits = a < 0.01 ? 4 : a < 1 ? 3 : a < 10 ? 2 : a < 100 ? 1 : 0;

	snprintf(out, size, "%.*f", digits, v);
}

static void target_text(const struct bench_row *r, char *out, size_t size)
{
	char v[32];
	size_t n = 0;

	*out = '\0';
	if (r->ratio_max > 0) {
		figure(v, sizeof(v), r->ratio_max);
		n += (size_t)snprintf(out, size, "<= %sx", v);
	}
	if (r->faster_min > 0)
		n += (size_t)snprintf(out, size, ">= %gx faster",
				      r->faster_min);
	if (r->value_max > 0 && n < size)
		snprintf(out + n, size - n, "%s<= %g %s", n ? ", " : "",
			 r->value_max, r->unit);
}

static void json_side(const char *key, const struct bench_side *s, double null)
{
	printf(", \"%s\": {", key);
	json_pair("name", s->name);
	printf(", \"median\": %.6g, \"min\": %.6g, \"max\": %.6g, \"n\": %u}",
	       s->median - null, s->min - null, s->max - null, s->n);
}

static void comma(const struct bench *b)
{
	/* A part's rows always follow rows. */
	if (b->rows || b->part)
		printf(",\n");
}

void bench_row(struct bench *b, const struct bench_row *row,
	       const char *workload, ...)
{
	char title[128], target[64], ours[64], floor[96], ratio_text[32];
	double null = row->null ? row->null->median : 0;
	double value = row->ours->median - null, ratio = 0;
	bool timed =
		row->ratio_max > 0 || row->value_max > 0 || row->faster_min > 0;
	bool pass = true;
	const char *verdict;
	va_list args;

	va_start(args, workload);
	vsnprintf(title, sizeof(title), workload, args);
	va_end(args);
	if (b->sanity) {
		b->rows++;
		return;
	}
	if (row->floor)
		ratio = value / (row->floor->median - null);
	if (row->ratio_max > 0)
		pass = pass && ratio <= row->ratio_max;
	if (row->value_max > 0)
		pass = pass && value <= row->value_max;
	if (row->faster_min > 0)
		pass = pass && ratio * row->faster_min <= 1;
	verdict = !timed ? "-" : pass ? "pass" : "miss";
	target_text(row, target, sizeof(target));

	if (b->json) {
		comma(b);
		printf("{");
		json_pair("workload", title);
		printf(", ");
		json_pair("flavour", BENCH_FLAVOUR);
		printf(", ");
		json_pair("unit", row->unit);
		json_side("ours", row->ours, null);
		if (row->floor) {
			json_side("floor", row->floor, null);
			printf(", \"ratio\": %.4g", ratio);
		}
		printf(", \"null\": %.6g, ", null);
		json_pair("target", target);
		printf(", ");
		json_pair("verdict", verdict);
		if (row->beside) {
			printf(", ");
			json_pair("beside", row->beside);
		}
		printf("}");
	} else {
		char v[32];

		figure(v, sizeof(v), value);
		snprintf(ours, sizeof(ours), "%s %s", v, row->unit);
		snprintf(floor, sizeof(floor), "-");
		snprintf(ratio_text, sizeof(ratio_text), "-");
		if (row->floor) {
			figure(v, sizeof(v), row->floor->median - null);
			snprintf(floor, sizeof(floor), "%s %s", v,
				 row->floor->name);
			if (row->faster_min > 0)
				snprintf(ratio_text, sizeof(ratio_text),
					 "1/%.2f", 1 / ratio);
			else
				snprintf(ratio_text, sizeof(ratio_text), "%.2f",
					 ratio);
		}
		printf("%-58s | %-16s | %-40s | %-7s | %-18s | %s\n", title,
		       ours, floor, ratio_text, target, verdict);
		if (row->ours->n > 1) {
			char lo[32], hi[32];

			figure(lo, sizeof(lo), row->ours->min - null);
			figure(hi, sizeof(hi), row->ours->max - null);
			printf("    %s: %s .. %s", row->ours->name, lo, hi);
			if (row->floor) {
				figure(lo, sizeof(lo), row->floor->min - null);
				figure(hi, sizeof(hi), row->floor->max - null);
				printf("; %s: %s .. %s", row->floor->name, lo,
				       hi);
			}
			if (row->null) {
				figure(lo, sizeof(lo), null);
				printf("; null %s", lo);
			}
			putchar('\n');
		}
		if (row->beside)
			printf("    %s\n", row->beside);
	}
	fflush(stdout);
	b->rows++;
	b->misses += !pass;
}

static void json_values(const double *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		printf("%s%.6g", i ? ", " : "[", v[i]);
	putchar(']');
}

void bench_series(struct bench *b, const char *title, const char *x_unit,
		  const char *unit, const double *x, const char *const *names,
		  const double *const *lines, unsigned int n_lines,
		  unsigned int n)
{
	if (b->sanity || !b->json)
		return;
	comma(b);
	printf("{");
	json_pair("series", title);
	printf(", ");
	json_pair("x_unit", x_unit);
	printf(", ");
	json_pair("unit", unit);
	printf(", \"x\": ");
	json_values(x, n);
	printf(", \"lines\": {");
	for (unsigned int i = 0; i < n_lines; i++) {
		printf("%s", i ? ", " : "");
		json_string(names[i]);
		printf(": ");
		json_values(lines[i], n);
	}
	printf("}}");
	fflush(stdout);
	b->rows++;
}

void bench_absent(struct bench *b, const char *workload, const char *why)
{
	if (b->sanity)
		return;
	if (b->json) {
		comma(b);
		printf("{");
		json_pair("workload", workload);
		printf(", ");
		json_pair("flavour", BENCH_FLAVOUR);
		printf(", ");
		json_pair("absent", why);
		printf("}");
	} else {
		printf("%-58s | not measured: %s\n", workload, why);
	}
	fflush(stdout);
	b->rows++;
}
