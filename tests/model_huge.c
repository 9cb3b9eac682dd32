/* SPDX-License-Identifier: MIT */
/*
 * The random model's operations that change the size of leaves.
 */
#include "model.h"

bool aim_at_table(struct aim *a)
{
	uint64_t n = m.table;

	a->first &= ~(n - 1);
	a->n = n;
	a->va = m.base[a->window] + a->first * m.page;
	a->len = n * m.page;
	a->pages = &m.pages[a->space][a->window][a->first];
	/* Windows of few tables begin in the midst of one. */
	return a->first + n <= m.n_pages && !(a->va & (a->len - 1));
}

void do_collapse(struct aim *a)
{
	bool full = true;
	int err;

	if (!aim_at_table(a))
		return;
	for (uint64_t i = 0; i < a->n; i++)
		full &= a->pages[i].what == LEAF &&
			a->pages[i].oa == a->pages[0].oa + i * m.page &&
			a->pages[i].rights == a->pages[0].rights;
	full &= !(a->pages[0].oa & (a->len - 1));
	a->how.flags = any(2) ? TARRY_DEPOSIT : 0;
	note("collapse", a);
	err = tarry_collapse(m.space[a->space], a->va, 1, 0, NULL, &a->how);
	/* A word may have been left by a page that is gone. */
	if ((m.companions && err == TARRY_EBUSY) || put_back(err))
		return;
	for (uint64_t i = 0; !err && i < a->n; i++)
		if (a->pages[i].what == LEAF && a->pages[i].word)
			wrong("collapse over companions", err);
	/* If it is full, it may be one leaf already. */
	if (full ? err && err != TARRY_ELEAF : !err)
		wrong("collapse", err);
}

static int copy_or_refuse(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	const struct aim *a = ctx;

	for (size_t i = 0; i < n; i++) {
		const struct page *p =
			&a->pages[(pieces[i].va - a->va) / m.page];

		if (pieces[i].kind !=
		    (p->what == LEAF ? TARRY_LEAF : TARRY_EMPTY))
			wrong("a piece of another kind", pieces[i].kind);
		if (p->what == LEAF && pieces[i].oa != p->oa)
			wrong("a piece from elsewhere", 0);
	}
	return any(40) == 0;
}

void do_collapse_copy(struct aim *a)
{
	struct tarry_collapse_copy copy = {
		.oa = any(1 << 10) * G1, .copy = copy_or_refuse, .ctx = a};
	tarry_rights rights = any_rights();
	bool marks = false;
	int err;

	if (!aim_at_table(a))
		return;
	for (uint64_t i = 0; i < a->n; i++)
		marks |= a->pages[i].what == MARK;
	a->how.flags = any(2) ? TARRY_DEPOSIT : 0;
	note("collapse by copy", a);
	err = tarry_collapse(m.space[a->space], a->va, 1, rights, &copy,
			     &a->how);
	if (!err && marks)
		wrong("collapse over marks", err);
	for (uint64_t i = 0; !err && i < a->n; i++)
		if (a->pages[i].what == LEAF && a->pages[i].word)
			wrong("collapse over companions", err);
	if (err && err != TARRY_EBUSY && err != TARRY_ELEAF &&
	    err != TARRY_ENOENT && err != TARRY_EMIXED)
		wrong("collapse by copy", err);
	for (uint64_t i = 0; !err && i < a->n; i++)
		a->pages[i] =
			(struct page){LEAF, rights, copy.oa + i * m.page, 0};
}

void do_retract(struct aim *a)
{
	int err;

	if (!aim_at_table(a))
		return;
	note("retract", a);
	err = done_if_silent(tarry_retract(m.space[a->space], a->va, 1, NULL));
	if (err && err != TARRY_ENOENT && err != TARRY_ELEAF)
		wrong("retract", err);
	for (uint64_t i = 0; !err && i < a->n; i++)
		a->pages[i].what = HOLE;
}

static int copy_one_or_refuse(void *ctx, const struct tarry_piece *old)
{
	return copy_or_refuse(ctx, old, 1);
}

/* The page that is meant and its leaf: the other one comes for all of it. */
void do_replace(struct aim *a)
{
	struct tarry_hit hit;
	struct tarry_replacement with = {
		.oa = any(1 << 10) * G1,
		.rights = any_rights(),
		.expected = any(2) ? &hit : NULL,
		.copy = any(3) ? NULL : copy_one_or_refuse,
		.ctx = a,
	};
	unsigned int level;
	bool there, other;
	int err;

	note("replace", a);
	there = !look(m.space[a->space], a->va, &hit);
	level = there ? hit.level : (unsigned int)any(2);
	a->n = 1ull << (m.f->span_lg2[level] - m.f->page_lg2);
	/* A leaf larger than a window is left alone. */
	if (a->n > m.n_pages || a->va - m.base[a->window] >= m.n_pages * m.page)
		return;
	a->va &= ~(a->n * m.page - 1);
	a->len = a->n * m.page;
	if (a->va < m.base[a->window])
		return;
	a->first = (a->va - m.base[a->window]) / m.page;
	if (a->first + a->n > m.n_pages)
		return;
	a->pages = &m.pages[a->space][a->window][a->first];
	if (!there)
		with.expected = NULL;
	/* In place, sometimes. */
	if (there && !any(4))
		with.oa = hit.oa & ~(a->len - 1);
	other = there && with.oa != (hit.oa & ~(a->len - 1));
	/* What was seen is not what is there. */
	if (with.expected && !any(4)) {
		hit.oa ^= a->len;
		err = tarry_replace(m.space[a->space], a->va, level, &with,
				    NULL);
		if (err != TARRY_EAGAIN)
			wrong("replace of what was not expected", err);
		hit.oa ^= a->len;
	}
	err = tarry_replace(m.space[a->space], a->va, level, &with, NULL);
	if (!there	? err != TARRY_ENOENT
	    : other	? err && err != TARRY_EBUSY
	    : with.copy ? err != TARRY_EINVAL
			: err != 0)
		wrong("replace", err);
	for (uint64_t i = 0; !err && i < a->n; i++)
		a->pages[i] = (struct page){LEAF, with.rights,
					    with.oa + i * m.page, 0};
}

void do_split(struct aim *a)
{
	unsigned int level = 1 + ((m.f->leaf_levels >> 2 & 1) && !any(4));
	int err;

	note("split", a);
	err = tarry_split(m.space[a->space], a->va, level, NULL);
	if (err && err != TARRY_ENOENT && !put_back(err))
		wrong("split", err);
}
