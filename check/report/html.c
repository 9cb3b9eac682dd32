/* SPDX-License-Identifier: MIT */
/*
 * A counterexample as one page that needs nothing else: a column for each CPU,
 * stepped by the arrow keys.
 */
#include "report.h"

#include <string.h>

static void text(FILE *to, const char *s)
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

static const char head[] =
	"<!doctype html><html lang=en><meta charset=utf-8>"
	"<meta name=viewport content='width=device-width'>"
	"<style>"
	":root{color-scheme:light dark;--line:#8886;--now:#ffd54a66;"
	"--bad:#e5484d}"
	"body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;"
	"max-width:1300px;padding:0 1rem}"
	"h1{font-size:1.25rem;margin:0 0 .4rem}"
	".sub{opacity:.8;margin:.2rem 0}"
	"code,td,th{font:13px/1.4 ui-monospace,monospace}"
	"table{border-collapse:collapse;width:100%;margin-top:1rem;"
	"table-layout:fixed}"
	"th{position:sticky;top:0;background:Canvas;text-align:left;"
	"border-bottom:2px solid var(--line)}"
	"td,th{padding:.18rem .5rem;border-left:1px solid var(--line);"
	"vertical-align:top;overflow-wrap:anywhere}"
	"td:first-child,th:first-child{width:3.2em;text-align:right;"
	"opacity:.6;border:0}"
	"tr.now td{background:var(--now)}"
	"tr.later td{opacity:.35}"
	"tr.bad td.it{outline:2px solid var(--bad);outline-offset:-2px}"
	".fold td{opacity:.5;text-align:center;border:0}"
	"small{display:block;opacity:.65;font-size:11px}"
	"b.st{font-weight:600;color:var(--bad);font-size:11px}"
	"ol{margin:.3rem 0;padding-left:1.4rem}"
	".side{display:grid;grid-template-columns:minmax(0,1fr) "
	"19rem;gap:1.2rem}"
	"aside{position:sticky;top:.5rem;align-self:start;margin-top:1rem;"
	"border:1px solid var(--line);border-radius:6px;padding:.5rem .8rem}"
	"aside h2{font-size:.8rem;margin:.5rem 0 .1rem}"
	"aside div{font:13px/1.5 ui-monospace,monospace;display:flex;"
	"justify-content:space-between;gap:.8rem}"
	"aside .new{background:var(--now)}"
	"aside .gone{color:var(--bad);text-decoration:line-through}"
	"@media(max-width:60rem){.side{display:block}}"
	"kbd{border:1px solid var(--line);border-radius:3px;padding:0 .3em}"
	"</style>";

static const char foot[] =
	"<script>"
	"const R=[...document.querySelectorAll('tr.row')],"
	"V=[...document.querySelectorAll('aside div')];let i=R.length-1;"
	"function show(k,far){i=Math.max(0,Math.min(R.length-1,k));"
	"R.forEach((r,j)=>{r.classList.toggle('now',j==i);"
	"r.classList.toggle('later',j>i)});"
	"if(far)R[i].scrollIntoView({block:'nearest'});"
	"const v=W.map(w=>w),last=W.map(_=>-1);"
	"for(let k=0;k<=i;k++)for(const[w,t]of C[k]){v[w]=t;last[w]=k}"
	"V.forEach((e,w)=>{e.lastChild.textContent=v[w];"
	"e.className=v[w]=='freed'?'gone':last[w]==i?'new':''})}"
	"addEventListener('keydown',e=>{const m={ArrowDown:1,ArrowRight:1,"
	"ArrowUp:-1,ArrowLeft:-1}[e.key];"
	"if(m){show(i+m,1);e.preventDefault()}"
	"if(e.key=='Home')show(0,1);if(e.key=='End')show(R.length-1,1)});"
	"R.forEach((r,j)=>r.addEventListener('click',()=>show(j)));show(i);"
	"</script>";

static void row(FILE *to, const struct report *r, const struct report_row *row)
{
	if (row->folded)
		fprintf(to,
			"<tr class=fold><td></td><td colspan=%u>%u more</td>"
			"</tr>",
			r->columns, row->folded);
	fprintf(to, "<tr class='row%s'><td>%u</td>", row->accused ? " bad" : "",
		row->number);
	for (unsigned int i = 0; i < r->columns; i++) {
		if (i != row->row->tid) {
			fputs("<td></td>", to);
			continue;
		}
		fputs("<td class=it>", to);
		text(to, row->what);
		if (row->state[0]) {
			fputs(" <b class=st>", to);
			text(to, row->state);
			fputs("</b>", to);
		}
		fputs("<small>", to);
		text(to, row->where);
		fputs("</small></td>", to);
	}
	fputs("</tr>\n", to);
}

/* The words, block by block, as they are at the step that is shown. */
static void words(FILE *to, const struct report *r)
{
	const char *block = "";

	fputs("<aside>", to);
	for (unsigned int i = 0; i < r->n_words; i++) {
		const struct report_word *w = &r->words[i];

		if (strcmp(block, w->block) != 0 || !i) {
			fputs("<h2>", to);
			text(to, w->block[0] ? w->block : "shared");
			fputs("</h2>", to);
			block = w->block;
		}
		fputs("<div><span>", to);
		text(to, w->name);
		fputs("</span><span></span></div>", to);
	}
	fputs("</aside>", to);
}

/* The same for the script: initial values, and the changes of each row. */
static void steps(FILE *to, const struct report *r)
{
	fputs("<script>const W=[", to);
	for (unsigned int i = 0; i < r->n_words; i++)
		fprintf(to, "%s\"%s\"", i ? "," : "", r->words[i].initial);
	fputs("],C=[", to);
	for (unsigned int i = 0; i < r->n_rows; i++) {
		fputs(i ? ",[" : "[", to);
		for (unsigned int j = 0; j < r->rows[i].n_changes; j++)
			fprintf(to, "%s[%d,\"%s\"]", j ? "," : "",
				r->rows[i].changes[j].word,
				r->rows[i].changes[j].text);
		fputs("]", to);
	}
	fputs("];</script>", to);
}

void report_html(FILE *to, const struct report *r)
{
	char name[64];

	fputs(head, to);
	fputs("<title>", to);
	text(to, r->scenario->name);
	fputs("</title><h1>", to);
	text(to, r->sentence);
	fputs("</h1><p class=sub>", to);
	text(to, r->missing);
	fputs("</p><p class=sub>", to);
	text(to, r->scenario->name);
	fprintf(to,
		", model %s, execution %llu; %u events, %u changes of "
		"CPU.%s",
		r->facts.model, (unsigned long long)r->facts.executions,
		r->all_rows, r->switches, r->scenario->rule ? " Rule: " : "");
	text(to, r->scenario->rule);
	fputs("</p>", to);
	if (r->n_life) {
		fputs("<p class=sub>Life of the memory:</p><ol>", to);
		for (unsigned int i = 0; i < r->n_life; i++) {
			fputs("<li>", to);
			text(to, r->life[i]);
			fputs("</li>", to);
		}
		fputs("</ol>", to);
	}
	fputs("<p class=sub>Step with <kbd>&larr;</kbd> <kbd>&rarr;</kbd>. "
	      "Again: <code>tarry-check --replay '",
	      to);
	text(to, r->token);
	fputs("' ", to);
	text(to, r->scenario->name);
	fputs("</code></p><div class=side><table><thead><tr><th>#</th>", to);
	for (unsigned int i = 0; i < r->columns; i++) {
		fputs("<th>", to);
		text(to, machine_thread_name(i, name, sizeof(name)));
		fputs("</th>", to);
	}
	fputs("</tr></thead><tbody>\n", to);
	for (unsigned int i = 0; i < r->n_rows; i++)
		row(to, r, &r->rows[i]);
	fputs("</tbody></table>", to);
	words(to, r);
	fputs("</div>", to);
	steps(to, r);
	fputs(foot, to);
	fputs("</html>\n", to);
}
