/* SPDX-License-Identifier: MIT */
/*
 * What operations collect; see tarry/gather.h for what callers see of it.
 */
#ifndef TARRY_GATHER_INTERNAL_H
#define TARRY_GATHER_INTERNAL_H

#include "table.h"

/* Does anybody cache translations of this space? */
tarry_inline bool body_has_caches(struct tarry_body *b)
{
	/* rule: listeners-always; pairs with tarry_listen(), which waits for a
	 * grace period: an operation that still sees none has ended before the
	 * listener may cache anything. */
	return (b->flags & TARRY_SPACE_HARDWARE) ||
	       tarry_load(&b->listeners, TARRY_ACQUIRE) != NULL;
}

tarry_inline void gather_init(struct tarry_gather *g, struct tarry_body *b)
{
	g->space = &b->face;
	g->n_spans = 0;
	g->n_runs = 0;
	g->detached = (struct tarry_chain){0};
	g->open = false;
	g->tables = false;
	g->unanswered = false;
	g->n_written = 0;
}

/*
 * rule: visible-before-invalidate.  A slot that others can reach was written:
 * it is cleaned before the next invalidation, and before the locks are let
 * go (gather_clean()), as who finds them changed may rely on it.  Until then
 * they are collected, so that neighbours are cleaned once.
 */
void tarry_gather_wrote(struct tarry_gather *g, const uint64_t *slot);
void tarry_gather_clean(struct tarry_gather *g);

tarry_inline void gather_wrote(const struct tarry_body *b,
			       struct tarry_gather *g, const uint64_t *slot)
{
	if (tarry_unlikely(b->flags & TARRY_SPACE_NO_SNOOP))
		tarry_gather_wrote(g, slot);
}

/* All of a table that nobody can reach yet. */
void tarry_gather_clean_table(const struct tarry_body *b, uint32_t id);

tarry_inline void gather_clean_table(const struct tarry_body *b, uint32_t id)
{
	if (tarry_unlikely(b->flags & TARRY_SPACE_NO_SNOOP))
		tarry_gather_clean_table(b, id);
}

tarry_inline void gather_clean(struct tarry_gather *g)
{
	if (tarry_unlikely(g->n_written))
		tarry_gather_clean(g);
}

void tarry_gather_add_span(struct tarry_gather *g, tarry_va va, uint64_t len,
			   unsigned int level, bool tables);

/* rule: whole-span: @len is all that the changed entry stood for. */
tarry_inline void gather_bytes(struct tarry_body *b, struct tarry_gather *g,
			       uint64_t bits, uint64_t len, unsigned int level,
			       bool tables)
{
	if (body_has_caches(b))
		tarry_gather_add_span(g, va_of_bits(facts(b->format), bits),
				      tarry_port_keeps(whole_span)
					      ? len
					      : span_of(facts(b->format), 0),
				      level, tables);
}

tarry_inline void gather_span(struct tarry_body *b, struct tarry_gather *g,
			      uint64_t bits, unsigned int level, bool tables)
{
	gather_bytes(b, g, bits, span_of(facts(b->format), level), level,
		     tables);
}

/* A leaf that was taken away, for release(). */
void tarry_gather_add_run(struct tarry_gather *g, tarry_oa oa, uint64_t len,
			  tarry_rights rights);

tarry_inline bool gather_full(const struct tarry_gather *g)
{
	return g->n_runs == TARRY_GATHER_PAGES;
}

/* A table that was unlinked and marked detached, under its lock. */
tarry_inline void gather_table(struct tarry_pool *pool, struct tarry_gather *g,
			       struct tarry_table *t, uint32_t id)
{
	struct tarry_chain one = {.first = id,
				  .last = id,
				  .n = 1,
				  .bytes = table_holds(pool, t->level)};

	t->link = 0;
	chain_join(pool, &g->detached, &one);
}

/* rule: unlink-invalidate-wait-free, second step.  Inside a read section,
 * table locks may be held.  Spans are gone on return; false: some cache did
 * not answer, and the gather remembers it. */
bool tarry_gather_invalidate(struct tarry_gather *g);

/* The next invalidation is of everything, whatever the level. */
tarry_inline void gather_everything(struct tarry_gather *g)
{
	g->n_spans = 1;
	g->tables = true;
	g->spans[0] = (struct tarry_span){.levels = ~0u, .tables = true};
}

/* No cache answered, but all was put back: nothing is owed.  The gather has
 * collected nothing else. */
void tarry_gather_put_back(struct tarry_gather *g);

/* Everything is asked for, if anything is kept or @anyway; what was kept
 * waits for its readers then.  No lock held.  0, or TARRY_ELISTENER. */
int tarry_gather_settle(struct tarry_body *b, bool anyway);

/* The rest, after the section and without locks: retire, or, if a cache did
 * not answer, keep until it does.  @answered: of what other gathers of the
 * same operation were told. */
int tarry_gather_finish(struct tarry_gather *g, bool answered);

#endif
