/* SPDX-License-Identifier: MIT */
/*
 * The report as one page: numbers and plots, nothing from elsewhere.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stress_report.h"

#define PLOT_WIDTH  640.0
#define PLOT_HEIGHT 180.0
#define PLOT_LEFT   64.0
#define PLOT_BOTTOM 24.0

static void escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '>')
			fputs("&gt;", f);
		else if (*text == '&')
			fputs("&amp;", f);
		else if (*text == '"')
			fputs("&quot;", f);
		else
			fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
	}
}

/* 1234567 as "1.23M" */
static void scaled(FILE *f, double v)
{
	static const char *const units[] = {"", "k", "M", "G", "T"};
	unsigned int u = 0;

	while (v >= 1000 && u < 4) {
		v /= 1000;
		u++;
	}
	fprintf(f, v >= 100 || (v == floor(v) && !u) ? "%.0f%s" : "%.3g%s", v,
		units[u]);
}

/* ---- plots over time ---- */

struct series {
	const char *label, *colour;
	double (*value)(const struct stress *run, size_t i);
};

static double rate(const struct stress *run, size_t i, uint64_t now,
		   uint64_t before)
{
	double t =
		run->points[i].seconds - (i ? run->points[i - 1].seconds : 0);

	return t > 0 ? (double)(now - before) / t : 0;
}

static double lookups_rate(const struct stress *run, size_t i)
{
	return rate(run, i, run->points[i].lookups,
		    i ? run->points[i - 1].lookups : 0);
}

static double changes_rate(const struct stress *run, size_t i)
{
	return rate(run, i, run->points[i].changes,
		    i ? run->points[i - 1].changes : 0);
}

static double tables_live(const struct stress *run, size_t i)
{
	return (double)run->points[i].tables;
}

static double tables_waiting(const struct stress *run, size_t i)
{
	return (double)run->points[i].waiting;
}

static double bytes_waiting(const struct stress *run, size_t i)
{
	return (double)run->points[i].waiting_bytes;
}

static void axis(FILE *f, double top, double seconds)
{
	for (int i = 0; i <= 4; i++) {
		double y = PLOT_HEIGHT - PLOT_HEIGHT * i / 4;

		fprintf(f,
			"<line class=grid x1=%.0f x2=%.0f y1=%.1f y2=%.1f />"
			"<text x=%.0f y=%.1f class=y>",
			PLOT_LEFT, PLOT_LEFT + PLOT_WIDTH, y + 8, y + 8,
			PLOT_LEFT - 6, y + 12);
		scaled(f, top * i / 4);
		fputs("</text>", f);
	}
	for (int i = 0; i <= 4; i++)
		fprintf(f, "<text x=%.0f y=%.0f class=x>%.3g s</text>",
			PLOT_LEFT + PLOT_WIDTH * i / 4,
			PLOT_HEIGHT + PLOT_BOTTOM, seconds * i / 4);
}

static void plot(FILE *f, const struct stress *run, const char *title,
		 const struct series *series, unsigned int n)
{
	double top = 0, seconds = run->seconds > 0 ? run->seconds : 1;

	for (unsigned int s = 0; s < n; s++)
		for (size_t i = 0; i < run->n_points; i++)
			top = fmax(top, series[s].value(run, i));
	if (top <= 0)
		top = 1;
	fprintf(f, "<figure><figcaption>%s", title);
	for (unsigned int s = 0; s < n && n > 1; s++)
		fprintf(f, " <b style=\"color:%s\">&#9632; %s</b>",
			series[s].colour, series[s].label);
	fprintf(f,
		"</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=img "
		"aria-label=\"%s\">",
		PLOT_LEFT + PLOT_WIDTH + 24, PLOT_HEIGHT + PLOT_BOTTOM + 8,
		title);
	axis(f, top, seconds);
	for (unsigned int s = 0; s < n; s++) {
		fprintf(f, "<polyline stroke=\"%s\" points=\"",
			series[s].colour);
		for (size_t i = 0; i < run->n_points; i++)
			fprintf(f, "%.1f,%.1f ",
				PLOT_LEFT + PLOT_WIDTH *
						    run->points[i].seconds /
						    seconds,
				8 + PLOT_HEIGHT -
					PLOT_HEIGHT * series[s].value(run, i) /
						top);
		fputs("\"/>", f);
	}
	fputs("</svg></figure>\n", f);
}

/* ---- latencies: a bar from p50 to the maximum, on a log scale ---- */

static double log_x(double ns, double decades)
{
	return ns <= 10 ? 0 : fmin((log10(ns) - 1) / decades, 1) * PLOT_WIDTH;
}

static void latency_row(FILE *f, double y, const char *name,
			const struct stress_percentiles *p, double decades)
{
	static const char *const shades[] = {"#2457a6", "#5b86c7", "#9db8e0",
					     "#d5e1f3"};
	double ends[] = {p->p90, p->p99, p->p999, p->most};
	double from = log_x(p->p50, decades);

	fprintf(f, "<text x=112 y=%.0f class=y>%s</text>", y + 11, name);
	for (int i = 0; i < 4; i++) {
		double to = log_x(ends[i], decades);

		fprintf(f,
			"<rect x=%.1f y=%.0f width=%.1f height=12 "
			"fill=\"%s\"/>",
			120 + from, y, to - from > 1 ? to - from : 1,
			shades[i]);
		from = to;
	}
	fprintf(f,
		"<title>%s: p50 %.0f, p90 %.0f, p99 %.0f, p99.9 %.0f, most "
		"%.0f ns</title>",
		name, p->p50, p->p90, p->p99, p->p999, p->most);
}

static void latencies(FILE *f, const struct stress_totals *t)
{
	double most = t->lookup_time.most, decades, y = 8;
	unsigned int rows = 1;

	for (int c = 0; c < CHANGE_KINDS; c++) {
		most = fmax(most, t->change_time[c].most);
		rows += t->change_time[c].samples != 0;
	}
	decades = fmax(ceil(log10(fmax(most, 100))) - 1, 1);
	fprintf(f,
		"<figure><figcaption>Latency of one call: p50 to p90, p99, "
		"p99.9 and the maximum, log scale</figcaption><svg "
		"viewBox=\"0 0 800 %u\">",
		rows * 18 + 40);
	for (int d = 0; d <= (int)decades; d++) {
		double x = 120 + PLOT_WIDTH * d / decades;

		fprintf(f,
			"<line class=grid x1=%.1f x2=%.1f y1=4 y2=%u /><text "
			"x=%.1f y=%u class=x>",
			x, x, rows * 18 + 10, x, rows * 18 + 26);
		scaled(f, pow(10, d + 1));
		fputs(" ns</text>", f);
	}
	fputs("<g>", f);
	latency_row(f, y, "translate", &t->lookup_time, decades);
	fputs("</g>", f);
	for (int c = 0; c < CHANGE_KINDS; c++) {
		if (!t->change_time[c].samples)
			continue;
		y += 18;
		fputs("<g>", f);
		latency_row(f, y, change_name(c), &t->change_time[c], decades);
		fputs("</g>", f);
	}
	fputs("</svg></figure>\n", f);
}

/* ---- the page ---- */

static const char style[] =
	"<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;"
	"max-width:60rem;padding:0 1rem;color:#1c2530;background:#fff}"
	"h1{font-size:1.5rem;margin-bottom:.2rem}table{border-collapse:"
	"collapse;margin:1rem 0}td,th{padding:.15rem .8rem;text-align:right;"
	"border-bottom:1px solid #e3e8ee;font-variant-numeric:tabular-nums}"
	"td:first-child,th:first-child{text-align:left}figure{margin:1.5rem 0}"
	"figcaption{font-weight:600;margin-bottom:.3rem}svg{width:100%;"
	"height:auto}svg text{font-size:11px;fill:#5a6675}text.y{text-anchor:"
	"end}text.x{text-anchor:middle}.grid{stroke:#e3e8ee}polyline{fill:none;"
	"stroke-width:1.5;stroke-linejoin:round}.good{color:#1a7f4b}.bad{color:"
	"#b3261e}</style>";

static void row(FILE *f, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row(FILE *f, const char *name, const char *format, ...)
{
	va_list args;

	fprintf(f, "<tr><td>%s</td><td>", name);
	va_start(args, format);
	vfprintf(f, format, args);
	va_end(args);
	fputs("</td></tr>\n", f);
}

static void head(FILE *f, const struct stress *run,
		 const struct stress_totals *t)
{
	const struct stress_options *o = run->options;

	fprintf(f,
		"<!doctype html><html lang=en><meta charset=utf-8>"
		"<title>tarry stress</title>%s<h1>tarry stress: ",
		style);
	escaped(f, o->input ? o->input : "the own process");
	fprintf(f,
		"</h1><p>%s, %u readers, %u writers, %.1f s, seed %" PRIu64
		". <b class=%s>%" PRIu64 " violations%s</b></p>\n",
		run->format->name, o->readers, o->writers, run->seconds,
		o->seed, t->violations ? "bad" : "good", t->violations,
		t->violations ? "" : ", nothing left at the end");
}

static void numbers(FILE *f, const struct stress *run,
		    const struct stress_totals *t)
{
	const struct plan_source *s = &run->plan.source;

	fputs("<table>", f);
	row(f, "pages of the process, built", "%" PRIu64 ", %" PRIu64, s->pages,
	    s->pages_built + s->marks_built);
	row(f, "lookups, each verified", "%" PRIu64 " (%.0f/s)", t->all_lookups,
	    (double)t->all_lookups / run->seconds);
	row(f, "compared exactly with the oracle", "%" PRIu64, t->exact);
	row(f, "changes", "%" PRIu64 " (%.0f/s)", t->all_changes,
	    (double)t->all_changes / run->seconds);
	row(f, "tables retired", "%" PRIu64, run->after.retired);
	row(f, "grace periods", "%" PRIu64, run->after.grace_periods);
	if (run->options->listeners) {
		row(f, "caches told, no answer", "%" PRIu64 ", %" PRIu64,
		    t->told, t->silent);
		row(f, "bytes kept: most, at the end; lost",
		    "%" PRIu64 ", %" PRIu64 "; %" PRIu64, run->peak.kept_bytes,
		    run->after.kept_bytes, run->after.lost_bytes);
	}
	row(f, "table bytes: most, at the end", "%" PRIu64 ", %" PRIu64,
	    run->peak.table_bytes, run->after.table_bytes);
	fputs("</table>\n", f);
	for (unsigned int i = 0; i < run->log.n_described; i++) {
		fprintf(f, "<p class=bad>%s: ",
			violation_name(run->log.described[i].kind));
		escaped(f, run->log.described[i].text);
		fputs("</p>\n", f);
	}
}

static void change_table(FILE *f, const struct stress *run,
			 const struct stress_totals *t)
{
	fputs("<table><tr><th>change<th>done/s<th>done<th>refused<th>p50 ns"
	      "<th>p90<th>p99<th>p99.9<th>max</tr>\n",
	      f);
	for (int c = 0; c < CHANGE_KINDS; c++) {
		const struct stress_percentiles *p = &t->change_time[c];

		fprintf(f,
			"<tr><td>%s<td>%.0f<td>%" PRIu64 "<td>%" PRIu64
			"<td>%.0f<td>%.0f<td>%.0f<td>%.0f<td>%.0f</tr>\n",
			change_name(c), (double)t->changes[c] / run->seconds,
			t->changes[c], t->refused[c], p->p50, p->p90, p->p99,
			p->p999, p->most);
	}
	fputs("</table>\n", f);
}

static void page(FILE *f, const struct stress *run,
		 const struct stress_totals *t)
{
	static const struct series lookups[] = {
		{"lookups/s", "#2457a6", lookups_rate}};
	static const struct series changes[] = {
		{"changes/s", "#b35c00", changes_rate}};
	static const struct series live[] = {
		{"tables live", "#1a7f4b", tables_live}};
	static const struct series waiting[] = {
		{"tables waiting", "#7a3e9d", tables_waiting}};
	static const struct series bytes[] = {
		{"bytes waiting", "#8a6d00", bytes_waiting}};

	head(f, run, t);
	numbers(f, run, t);
	plot(f, run, "Lookups a second", lookups, 1);
	plot(f, run, "Changes a second", changes, 1);
	plot(f, run, "Tables live", live, 1);
	plot(f, run, "Tables that wait for readers", waiting, 1);
	plot(f, run, "Bytes that wait, data pages included", bytes, 1);
	latencies(f, t);
	change_table(f, run, t);
	fputs("</html>\n", f);
}

/* A device or a pipe cannot be replaced by a file. */
static bool write_into(const struct stress *run,
		       const struct stress_totals *totals, const char *path)
{
	FILE *f = fopen(path, "w");
	bool done;

	if (!f)
		return false;
	page(f, run, totals);
	done = !ferror(f) && !fflush(f);
	return !fclose(f) && done;
}

/* Beside the file, then in its place: never a half of it. */
static bool write_beside(const struct stress *run,
			 const struct stress_totals *totals, const char *path)
{
	static const char suffix[] = ".XXXXXX";
	char *temporary = malloc(strlen(path) + sizeof(suffix));
	mode_t mask = umask(0);
	bool done = false;
	FILE *f = NULL;
	int fd = -1, error;

	umask(mask);
	if (!temporary)
		return false;
	strcat(strcpy(temporary, path), suffix);
	fd = mkstemp(temporary);
	if (fd >= 0 && !fchmod(fd, 0666 & ~mask))
		f = fdopen(fd, "w");
	if (f) {
		page(f, run, totals);
		done = !ferror(f) && !fflush(f) && !fsync(fd);
		done = !fclose(f) && done && !rename(temporary, path);
	}
	error = errno;
	if (fd >= 0 && !f)
		close(fd);
	if (fd >= 0 && !done)
		unlink(temporary);
	free(temporary);
	errno = error;
	return done;
}

bool report_html(struct stress *run, const struct stress_totals *totals,
		 const char *path)
{
	struct stat s;
	bool done;

	errno = 0;
	done = !stat(path, &s) && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode)
		       ? write_into(run, totals, path)
		       : write_beside(run, totals, path);
	if (!done)
		fprintf(stderr, "tarry stress: --html %s: %s\n", path,
			errno ? strerror(errno) : "cannot be written");
	return done;
}
