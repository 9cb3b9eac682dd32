/* SPDX-License-Identifier: MIT */
/*
 * A counterexample as one page: page.html, with the JSON in it that report.json
 * would be, and the text for who reads it without scripts.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "page.h"

static void escape(FILE *to, const char *s)
{
	for (; s && *s; s++) {
		if (*s == '<')
			fputs("&lt;", to);
		else if (*s == '&')
			fputs("&amp;", to);
		else if (*s == '"')
			fputs("&quot;", to);
		else
			fputc(*s, to);
	}
}

static void put_title(FILE *to, const struct report *r)
{
	escape(to, r->kind);
	fputs(": ", to);
	escape(to, r->scenario->name);
}

static void put_kind(FILE *to, const struct report *r)
{
	escape(to, r->kind);
}

static void put_sentence(FILE *to, const struct report *r)
{
	escape(to, r->sentence);
}

static void put_heads(FILE *to, const struct report *r)
{
	for (unsigned int i = 0; i < r->columns; i++) {
		fputs("<th>", to);
		escape(to, r->column[i].name);
		fputs("</th>", to);
	}
}

static void put_text(FILE *to, const struct report *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	report_text(f, r);
	fclose(f);
	escape(to, text);
	free(text);
}

static const struct {
	const char *name;
	void (*put)(FILE *to, const struct report *r);
} holes[] = {{"@TITLE@", put_title},	   {"@KIND@", put_kind},
	     {"@SENTENCE@", put_sentence}, {"@HEADS@", put_heads},
	     {"@TEXT@", put_text},	   {"@DATA@", report_json}};

void report_html(FILE *to, const struct report *r)
{
	const char *p = report_page;

	while (*p) {
		size_t n = strcspn(p, "@");

		fwrite(p, 1, n, to);
		p += n;
		if (!*p)
			return;
		n = 0;
		for (unsigned int i = 0;
		     !n && i < sizeof(holes) / sizeof(holes[0]); i++)
			if (!strncmp(p, holes[i].name, strlen(holes[i].name))) {
				holes[i].put(to, r);
				n = strlen(holes[i].name);
			}
		if (!n)
			fputc('@', to);
		p += n ? n : 1;
	}
}
