/* SPDX-License-Identifier: MIT */
/*
 * The random model's operations that ask the owner what is of value.
 */
#include "model.h"

/* What the model says of the pages of a piece: all writable, or of an odd
 * payload; and does the piece say the same? */
static bool writable_or_odd(const struct aim *a,
			    const struct tarry_piece *piece)
{
	uint64_t first = (piece->va - m.base[a->window]) / m.page;
	bool all = true;

	for (uint64_t i = 0; i < piece->len / m.page; i++) {
		const struct page *p = &m.pages[a->space][a->window][first + i];

		if (p->what != (piece->kind == TARRY_LEAF ? LEAF : MARK))
			wrong("a piece of another kind", piece->kind);
		if (p->oa != piece->oa + (p->what == LEAF ? i * m.page : 0))
			wrong("a piece from elsewhere", 0);
		all &= p->what == LEAF ? !!(p->rights & TARRY_W) : p->oa & 1;
	}
	return all;
}

static bool keep_some(void *ctx, const struct tarry_piece *piece)
{
	return writable_or_odd(ctx, piece);
}

void do_unmap_some(struct aim *a)
{
	int err;

	a->how.keep = keep_some;
	a->how.keep_ctx = a;
	note("unmap some", a);
	err = tarry_unmap(m.space[a->space], a->va, a->len, &a->how);
	if (err)
		wrong("unmap some", err);
	for (uint64_t i = 0; i < a->n; i++)
		if (a->pages[i].what == LEAF ? !(a->pages[i].rights & TARRY_W)
					     : !(a->pages[i].oa & 1))
			a->pages[i].what = HOLE;
}

/* Pages of tables that went are holes; which those are, the tree says: all of
 * a table that had nothing else. */
static bool worthless(void *ctx, const struct tarry_piece *piece)
{
	return writable_or_odd(ctx, piece);
}

void do_reclaim_idle(struct aim *a)
{
	struct tarry_idle w = {.va = a->va,
			       .len = a->len,
			       .budget = any(2) ? 1 + any(600) : 0,
			       .of_no_value = worthless,
			       .ctx = a};
	struct tarry_hit hit;
	int err;

	note("reclaim idle", a);
	while (w.done < w.len) {
		err = tarry_reclaim_idle(m.space[a->space], &w);
		if (err || w.put_back)
			wrong("reclaim idle", err);
		/* What is asked about next is judged by the model. */
		for (uint64_t i = 0; i < a->n; i++) {
			struct page *p = &a->pages[i];

			if (p->what == HOLE ||
			    look(m.space[a->space], a->va + i * m.page, &hit) !=
				    TARRY_ENOENT)
				continue;
			if (p->what == LEAF ? !(p->rights & TARRY_W)
					    : !(p->oa & 1))
				wrong("a page of value went", 0);
			p->what = HOLE;
		}
	}
	/* A table that lies in the range whole and has nothing of value, must
	 * be gone. */
	for (uint64_t i = -(a->va / m.page) & (m.table - 1);
	     i + m.table <= a->n; i += m.table) {
		bool value = false, any_page = false;

		for (uint64_t n = i; n < i + m.table; n++) {
			const struct page *p = &a->pages[n];

			any_page |= p->what != HOLE;
			value |= p->what == LEAF
					 ? !(p->rights & TARRY_W)
					 : p->what == MARK && !(p->oa & 1);
		}
		if (any_page && !value &&
		    (look(m.space[a->space], a->va + i * m.page, &hit),
		     hit.level == 0))
			wrong("a table of no value stayed", (int64_t)i);
	}
}
