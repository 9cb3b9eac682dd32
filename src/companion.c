/* SPDX-License-Identifier: MIT */
/*
 * Companions: the owner's words beside tables of level 0.
 *
 * A table and its words are one piece of memory, so there is nothing that
 * could be forgotten on one of the ways that a table can go (Z13), and nothing
 * to allocate for them when it comes.  Words that move one by one are move.c's;
 * that none is lost in a collapse is collapse.c's.
 */
#include "range.h"
#include "tarry/companion.h"

/* The first checks of both. */
static int companion_check(struct tarry_body *b, tarry_va va)
{
	if (!b->pool->companions)
		return TARRY_EINVAL;
	return va_canonical(facts(b->format), va) ? 0 : TARRY_ERANGE;
}

int tarry_companion(struct tarry_space *s, tarry_va va, uint64_t **word)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	int err = companion_check(b, va);
	unsigned int level;
	uint64_t *slots;

	if (err)
		return err;
	slots = body_root(b, &level);
	while (--level) {
		/* rule: one-load; a frozen table is a table still */
		uint64_t e = entry_load(f, &slots[slot_of(f, va, level)]);

		if (entry_kind(f, &e, level) != TARRY_TABLE)
			return TARRY_ENOENT;
		slots = slots_at(b->face.window, f->table_oa(e));
	}
	*word = companion_of(f, &slots[slot_of(f, va, 0)]);
	return 0;
}

/* The owner may be at it without the lock: what its word stands for is seen
 * with it, also where it is another than was asked for, which an exchange that
 * fails does not say. */
static bool word_exchange(uint64_t *word, uint64_t *old, uint64_t value)
{
	for (;;) {
		uint64_t seen = tarry_load(word, TARRY_ACQUIRE);

		if (seen != *old) {
			*old = seen;
			return false;
		}
		if (tarry_cas(word, &seen, value, TARRY_RELEASE))
			return true;
	}
}

int tarry_companion_exchange(struct tarry_space *s, tarry_va va, uint64_t *old,
			     uint64_t value)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	int err = companion_check(b, va);
	struct tarry_op op;

	if (err)
		return err;
	tarry_op_begin(&op, s, va & ~(span_of(f, 0) - 1), span_of(f, 0), NULL);
	tarry_range_cover(&op, 0);
	if (op.c.level)
		err = TARRY_ENOENT;
	else if (!word_exchange(companion_of(f, cursor_slot(&op.c)), old,
				value))
		err = TARRY_EAGAIN;
	table_unlock(op.c.at[op.c.level].table);
	tarry_port_read_end();
	tarry_op_end(&op);
	return err;
}
