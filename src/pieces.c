/* SPDX-License-Identifier: MIT */
/*
 * Reading ranges: pieces, and iteration.
 *
 * As translate, without locks; inside one table the position is kept, so that
 * neighbouring pages cost a load each and no walk.
 */
#include "calls.h"
#include "leaf_run.h"

/* What a slot says, in the part of it that is wanted. */
tarry_inline enum tarry_kind piece_of(const struct tarry_format *f, uint64_t e,
				      unsigned int level, uint64_t bits,
				      uint64_t last, struct tarry_piece *piece)
{
	uint64_t in = bits & (span_of(f, level) - 1);
	uint64_t rest = span_of(f, level) - in;

	piece->kind = entry_kind(f, &e, level);
	piece->va = va_of_bits(f, bits);
	piece->len = last - bits < rest ? last - bits + 1 : rest;
	piece->oa = 0;
	piece->rights = 0;
	if (piece->kind == TARRY_LEAF) {
		piece->oa = leaf_oa_at(f, e, level, bits);
		piece->rights = f->leaf_rights(e, level);
	} else if (piece->kind == TARRY_MARK) {
		piece->oa = f->payload(e, level);
	}
	return piece->kind;
}

/* Does @next continue @last? */
tarry_inline bool piece_continues(const struct tarry_piece *last,
				  const struct tarry_piece *next)
{
	if (last->kind != next->kind || last->rights != next->rights)
		return false;
	if (next->kind == TARRY_LEAF)
		return last->oa + last->len == next->oa;
	return next->kind == TARRY_EMPTY || last->oa == next->oa;
}

/* Where a reader of a range is. */
struct pieces {
	uint64_t bits, last;   /* va bits not yet handed out; last inclusive */
	const uint64_t *slots; /* the table of level 0 at hand, or NULL */
	uint64_t entry;	       /* that was handed out last */
	bool done;
};

/* From the root to the entry that speaks for p->bits. */
tarry_inline uint64_t pieces_descend(const struct tarry_format *f,
				     struct tarry_body *b, struct pieces *p,
				     unsigned int *level)
{
	const uint64_t *slots = slots_at(
		b->face.window,
		tarry_load(&b->face.root, TARRY_ACQUIRE) & ~TARRY_ROOT_LEVELS);
	uint64_t e;

	for (*level = f->levels - 1; *level; (*level)--) {
		e = entry_load(f, &slots[slot_of(f, p->bits, *level)]);
		if (!f->present(e, *level)) {
			if (!f->frozen(e, *level))
				return e;
			e = f->thaw(e, *level);
		}
		if (f->leaf(e, *level))
			return e;
		slots = slots_at(b->face.window, f->table_oa(e));
	}
	p->slots = slots;
	return entry_load(f, &slots[slot_of(f, p->bits, 0)]);
}

/*
 * The next piece.  Whenever a table of level 0 is used up the walk starts at
 * the root again, at the first byte not yet handed out: it never goes up
 * through an entry that it saw before, and skips nothing.
 * rule: restart-revisits
 */
tarry_inline bool pieces_next(const struct tarry_format *f,
			      struct tarry_body *b, struct pieces *p,
			      struct tarry_piece *piece)
{
	unsigned int level = 0;
	uint64_t e;

	if (p->done)
		return false;
	e = p->slots ? entry_load(f, &p->slots[slot_of(f, p->bits, 0)])
		     : pieces_descend(f, b, p, &level);
	p->entry = e;
	piece_of(f, e, level, p->bits, p->last, piece);
	p->done = p->last - p->bits < piece->len;
	p->bits += piece->len;
	if (level || !slot_of(f, p->bits, 0))
		p->slots = NULL;
	return true;
}

/* The entry that continues @e, which stands for what is before @bits. */
tarry_inline uint64_t pieces_after(const struct tarry_format *f, uint64_t e,
				   uint64_t bits)
{
	uint64_t page = 1ull << f->page_lg2;
	tarry_oa oa;

	if (!leaf_in_run(f, e, 0))
		return f->next_leaf(e, 0);
	oa = leaf_oa_at(f, e, 0, bits - page);
	e = f->next_leaf(f->set_run(e, 0, oa, false), 0);
	return f->set_run(e, 0, oa + page, true);
}

/* Leaves that continue the one just handed out say just what comes after it:
 * no need to take them apart.  Bytes of them, whole pages only. */
tarry_inline uint64_t pieces_run(const struct tarry_format *f, struct pieces *p)
{
	uint64_t page = 1ull << f->page_lg2, from = p->bits;
	const uint64_t *slots = p->slots;
	unsigned int slot = slot_of(f, p->bits, 0);
	uint64_t e;

	if (p->done || (p->bits & (page - 1)) || !f->present(p->entry, 0))
		return 0;
	/* rule: one-load: from the copy that was handed out */
	e = pieces_after(f, p->entry, p->bits);
	while (slot < slots_of(f, 0) && p->last - p->bits >= page - 1 &&
	       entry_load(f, &slots[slot]) == e) {
		slot++;
		if (p->last - p->bits == page - 1) {
			p->done = true;
			return p->bits + page - from;
		}
		p->bits += page;
		e = pieces_after(f, e, p->bits);
	}
	if (slot == slots_of(f, 0))
		p->slots = NULL;
	return p->bits - from;
}

tarry_inline int pieces_begin(const struct tarry_format *f, struct pieces *p,
			      tarry_va va, uint64_t len)
{
	if (!len)
		return TARRY_ELENGTH;
	if (!tarry_format_va_ok(f, va, len))
		return TARRY_ERANGE;
	p->bits = va_bits_of(f, va);
	p->last = va_bits_of(f, va + (len - 1));
	p->slots = NULL;
	p->done = false;
	return 0;
}

tarry_inline int64_t translate_range(const struct tarry_format *f,
				     struct tarry_space *s, tarry_va va,
				     uint64_t len, struct tarry_piece *pieces,
				     size_t n)
{
	struct tarry_piece piece;
	struct pieces p;
	size_t got = 0;
	int err = pieces_begin(f, &p, va, len);

	if (err)
		return err;
	if (!n)
		return TARRY_EINVAL;
	while (pieces_next(f, tarry_body(s), &p, &piece)) {
		if (got && piece_continues(&pieces[got - 1], &piece)) {
			pieces[got - 1].len += piece.len;
		} else {
			if (got == n)
				break;
			pieces[got++] = piece;
		}
		if (piece.kind == TARRY_LEAF && p.slots)
			pieces[got - 1].len += pieces_run(f, &p);
	}
	return (int64_t)got;
}

#define RANGE(name)                                                      \
	int64_t tarry_translate_range_##name(                            \
		struct tarry_space *s, tarry_va va, uint64_t len,        \
		struct tarry_piece *pieces, size_t n)                    \
	{                                                                \
		return translate_range(&tarry_format_##name, s, va, len, \
				       pieces, n);                       \
	}
TARRY_FORMATS(RANGE)
#undef RANGE

int tarry_iterate(struct tarry_space *s, tarry_va va, uint64_t len,
		  int (*fn)(void *ctx, const struct tarry_piece *piece),
		  void *ctx)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	struct tarry_piece piece;
	struct pieces p;
	int err = pieces_begin(f, &p, va, len);

	if (err)
		return err;
	while (pieces_next(f, b, &p, &piece)) {
		if (piece.kind == TARRY_EMPTY)
			continue;
		err = fn(ctx, &piece);
		if (err)
			return err;
	}
	return 0;
}
