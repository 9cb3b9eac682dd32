/* SPDX-License-Identifier: MIT */
/*
 * The order of destruction.
 *
 *   1. unlink      the operation, under table locks
 *   2. invalidate  tarry_gather_invalidate(): every listener, and the hardware
 *   3. wait        tarry_retire(): a grace period
 *   4. free        the pool, and release() for data pages
 *
 * An operation with a gather of its own does 2 before it lets go of its locks
 * (rule: invalidate-before-unlock): whoever finds the slot empty afterwards may
 * act on it, with any size.  A gather of the caller's does 2 when it ends, long
 * after; the space counts those, and as long as one is open every other
 * operation invalidates everything (rule: not-alone-flush-all), and does so
 * before it fills a slot that the open gather may have emptied.
 */
#include "gather.h"
#include "keep.h"
#include "retire.h"
#include "run.h"

void tarry_gather_add_span(struct tarry_gather *g, tarry_va va, uint64_t len,
			   unsigned int level, bool tables)
{
	struct tarry_span *span;
	uint64_t end;

	g->tables |= tables;
	for (unsigned int i = 0; i < g->n_spans; i++) {
		span = &g->spans[i];
		/* Nothing comes after the last address: a span that went on at
		 * 0 would begin above its end. */
		if (span->va + span->len != va || !va)
			continue;
		span->len += len;
		span->levels |= 1u << level;
		span->tables |= tables;
		return;
	}
	if (g->n_spans < TARRY_GATHER_SPANS) {
		span = &g->spans[g->n_spans++];
		span->va = va;
		span->len = len;
		span->levels = 1u << level;
		span->tables = tables;
		return;
	}
	/* No room: one span that covers all. */
	span = &g->spans[0];
	end = span->va + span->len - 1;
	for (unsigned int i = 0; i <= g->n_spans; i++) {
		tarry_va first = i < g->n_spans ? g->spans[i].va : va;
		uint64_t n = i < g->n_spans ? g->spans[i].len : len;

		span->va = first < span->va ? first : span->va;
		end = first + n - 1 > end ? first + n - 1 : end;
		span->levels |=
			i < g->n_spans ? g->spans[i].levels : 1u << level;
		span->tables |= i < g->n_spans ? g->spans[i].tables : tables;
	}
	span->len = end - span->va + 1;
	g->n_spans = 1;
}

void tarry_gather_add_run(struct tarry_gather *g, tarry_oa oa, uint64_t len,
			  tarry_rights rights)
{
	struct tarry_run run = {.oa = oa, .len = len, .rights = rights};
	bool room = run_add(g->runs, &g->n_runs, TARRY_GATHER_PAGES, &run);

	tarry_assert(room);
	(void)room;
}

/* The lines of @len bytes at @p. */
static struct tarry_written lines_of(const void *p, uint64_t len)
{
	uintptr_t from = (uintptr_t)p, mask = TARRY_PORT_LINE - 1;

	return (struct tarry_written){from & ~mask,
				      (from + len + mask) & ~mask};
}

static void clean_lines(const struct tarry_written *w)
{
	tarry_port_clean((const void *)w->from, w->to - w->from);
}

void tarry_gather_wrote(struct tarry_gather *g, const uint64_t *slot)
{
	struct tarry_written new = lines_of(slot, sizeof(*slot));

	for (unsigned int i = 0; i < g->n_written; i++) {
		struct tarry_written *w = &g->written[i];

		if (new.from > w->to || new.to < w->from)
			continue;
		w->from = new.from < w->from ? new.from : w->from;
		w->to = new.to > w->to ? new.to : w->to;
		return;
	}
	/* No room: too early is never wrong. */
	if (g->n_written == TARRY_GATHER_WRITTEN)
		tarry_gather_clean(g);
	g->written[g->n_written++] = new;
}

void tarry_gather_clean(struct tarry_gather *g)
{
	for (unsigned int i = 0; i < g->n_written; i++)
		clean_lines(&g->written[i]);
	g->n_written = 0;
}

void tarry_gather_clean_table(const struct tarry_body *b, uint32_t id)
{
	struct tarry_pool *pool = b->pool;
	unsigned int level = table_of_id(pool, id)->level;
	struct tarry_written w =
		lines_of(slots_at(pool->window, oa_of_id(pool, id)),
			 1ull << facts(b->format)->table_lg2[level]);

	clean_lines(&w);
}

static bool tell_hardware(struct tarry_body *b, const struct tarry_span *spans,
			  unsigned int n)
{
	tarry_oa root = tarry_space_root(&b->face);
	bool answered = true;

	for (unsigned int i = 0; i < n; i++)
		answered &= tarry_port_invalidate(
			root, spans[i].va, spans[i].len, spans[i].tables);
	return answered;
}

/* May the listener go without this?  Then it learns when it wakes that there
 * was something. */
static bool rests(struct tarry_body *b, struct tarry_listener *l)
{
	if (!tarry_load(&l->lazy, TARRY_RELAXED))
		return false;
	/* rule: listeners-always.  Either it is seen here that the listener is
	 * awake, or it sees there that the generation is another; pairs with
	 * tarry_listener_wake(). */
	if (tarry_port_keeps(listeners_always))
		tarry_fetch_add(&b->generation, 1, TARRY_RELAXED);
	tarry_fence(TARRY_SEQ_CST);
	return tarry_load(&l->lazy, TARRY_RELAXED);
}

bool tarry_gather_invalidate(struct tarry_gather *g)
{
	struct tarry_body *b = tarry_body(g->space);
	/* rule: not-alone-flush-all; pairs with tarry_gather_begin().  What an
	 * open gather emptied was seen under the lock it was emptied under, so
	 * its count is seen too. */
	uint32_t alone = g->open ? 1 : 0;
	bool all = tarry_load(&b->open_gathers, TARRY_ACQUIRE) > alone &&
		   tarry_port_keeps(not_alone_flush_all);
	struct tarry_listener *first = tarry_load(&b->listeners, TARRY_ACQUIRE);
	struct tarry_span everything = {.levels = ~0u, .tables = true};
	const struct tarry_span *spans = all ? &everything : g->spans;
	unsigned int n = all ? 1 : g->n_spans;
	bool tables = all || g->tables;
	bool answered = true;

	g->n_spans = 0;
	g->tables = false;
	if (!n)
		return true;
	/* rule: visible-before-invalidate: or a walker that does not snoop
	 * finds the old entry in memory, and caches it again. */
	if (tarry_port_keeps(visible_before_invalidate))
		gather_clean(g);
	/* rule: listeners-always, every-walker-class.  Send to all before
	 * waiting for any: their work overlaps. */
	for (struct tarry_listener *l = first; l;
	     l = tarry_load(&l->next, TARRY_ACQUIRE))
		if ((tables || !rests(b, l)) &&
		    tarry_port_keeps(listeners_always))
			l->send(l, spans, n);
	if (b->flags & TARRY_SPACE_HARDWARE)
		answered = tell_hardware(b, spans, n);
	for (struct tarry_listener *l = first; l;
	     l = tarry_load(&l->next, TARRY_ACQUIRE))
		if (l->wait)
			answered &= l->wait(l);
	if (!answered && !g->unanswered) {
		/* Seen by whoever sees, under a lock, what was taken away: as
		 * beside an open gather, until tarry_settle().
		 * rule: not-alone-flush-all */
		tarry_fetch_add(&b->open_gathers, 1, TARRY_RELAXED);
		g->unanswered = true;
	}
	return answered;
}

void tarry_gather_put_back(struct tarry_gather *g)
{
	tarry_assert(!g->detached.first && !g->n_runs && !g->n_spans);
	if (g->unanswered)
		tarry_fetch_add(&tarry_body(g->space)->open_gathers, -1u,
				TARRY_RELAXED);
	g->unanswered = false;
}

int tarry_gather_finish(struct tarry_gather *g, bool answered)
{
	struct tarry_body *b = tarry_body(g->space);

	tarry_assert(g->n_spans == 0);
	if (g->unanswered && tarry_port_keeps(unlink_invalidate_wait_free)) {
		/* A cache may still lead into these: never a wrong free. */
		tarry_keep(g);
		return TARRY_ELISTENER;
	}
	for (uint32_t id = tarry_port_keeps(descriptor_outlives)
				   ? 0
				   : g->detached.first;
	     id; id = table_of_id(b->pool, id)->link)
		tarry_port_dead(&table_of_id(b->pool, id)->lock,
				sizeof(struct tarry_port_lock));
	/* A fragment waits although no page is freed with it: the next table
	 * to have its place would show to readers of this one.
	 * rule: reuse-is-free */
	if (g->detached.first &&
	    (!tarry_port_keeps(unlink_invalidate_wait_free) ||
	     (b->pool->fragment_shift && !tarry_port_keeps(reuse_is_free)))) {
		tarry_table_free_chain(b->pool, g->detached.first);
		g->detached = (struct tarry_chain){0};
	}
	if (g->detached.first || g->n_runs)
		tarry_retire(b->pool, g);
	return answered ? 0 : TARRY_ELISTENER;
}

void tarry_gather_begin(struct tarry_gather *g, struct tarry_space *s)
{
	struct tarry_body *b = tarry_body(s);

	gather_init(g, b);
	g->open = true;
	/* Seen by whoever sees, under a lock, what this gather empties. */
	tarry_fetch_add(&b->open_gathers, 1, TARRY_RELAXED);
}

int tarry_gather_end(struct tarry_gather *g)
{
	struct tarry_body *b = tarry_body(g->space);
	bool answered;

	lock_none_held();
	tarry_assert(g->open);
	tarry_port_read_begin();
	answered = tarry_gather_invalidate(g);
	/* Who sees that it is over sees that caches were told. */
	tarry_fetch_add(&b->open_gathers, -1u, TARRY_RELEASE);
	g->open = false;
	tarry_port_read_end();
	return tarry_gather_finish(g, answered);
}

/* Retires what was kept, outside of all locks. */
static void settle_retire(struct tarry_body *b, struct tarry_kept *kept)
{
	struct tarry_gather g;

	gather_init(&g, b);
	g.detached = kept->detached;
	for (uint32_t i = 0; i < kept->n_runs; i++) {
		if (gather_full(&g))
			tarry_retire(b->pool, &g);
		g.runs[g.n_runs++] = kept->runs[i];
	}
	tarry_retire(b->pool, &g);
}

int tarry_gather_settle(struct tarry_body *b, bool anyway)
{
	struct tarry_kept kept = {.gathers = 0};
	struct tarry_gather g;
	bool answered = true;

	lock_none_held();
	gather_init(&g, b);
	/* With the lock, so that all that is kept was kept before it is asked
	 * for. */
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	if (b->kept.gathers || anyway) {
		gather_everything(&g);
		tarry_port_read_begin();
		answered = tarry_gather_invalidate(&g);
		tarry_port_read_end();
		if (answered)
			tarry_keep_take(b, &kept);
	}
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	/* It has taken nothing away itself. */
	tarry_gather_put_back(&g);
	if (kept.gathers)
		settle_retire(b, &kept);
	return answered ? 0 : TARRY_ELISTENER;
}

int tarry_settle(struct tarry_space *s)
{
	return tarry_gather_settle(tarry_body(s), false);
}
