/* SPDX-License-Identifier: MIT */
/*
 * Readers that want more than an answer: a reference, or a verdict on a fault.
 */
#include "body.h"
#include "leaf_run.h"
#include "tarry/read.h"

/* The rights asked for that a leaf does not have. */
static tarry_rights lacking(tarry_rights has, tarry_rights access)
{
	return access & ~has & (TARRY_R | TARRY_W | TARRY_X | TARRY_USER);
}

/*
 * The entries on the way, each loaded once.  Returns the level of the last one;
 * *frozen: was any of them?
 */
static unsigned int trace(struct tarry_body *b, uint64_t bits,
			  uint64_t path[TARRY_MAX_LEVELS], bool *frozen)
{
	const struct tarry_format *f = facts(b->format);
	unsigned int level;
	const uint64_t *slots = body_root(b, &level);

	*frozen = false;
	for (level--;; level--) {
		uint64_t e = entry_load(f, &slots[slot_of(f, bits, level)]);

		path[level] = e;
		*frozen |= f->frozen(e, level);
		if (entry_kind(f, &e, level) != TARRY_TABLE)
			return level;
		slots = slots_at(b->face.window, f->table_oa(e));
	}
}

/* Accessed and dirty may change under a pin; anything else may not. */
static bool same_path(const struct tarry_format *f, const uint64_t *a,
		      const uint64_t *b, unsigned int level)
{
	uint64_t leaf_a = a[level], leaf_b = b[level];

	for (unsigned int l = level + 1; l < f->levels; l++)
		if (f->table_oa(a[l]) != f->table_oa(b[l]) ||
		    f->present(a[l], l) != f->present(b[l], l))
			return false;
	if (!f->present(leaf_a, level) || !f->present(leaf_b, level))
		return false;
	return f->set_accessed_dirty(leaf_a, level, 0) ==
	       f->set_accessed_dirty(leaf_b, level, 0);
}

int tarry_pin(struct tarry_space *s, tarry_va va, tarry_rights access,
	      struct tarry_hit *hit)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	const struct tarry_owner *owner = &b->pool->owner;
	uint64_t page = 1ull << f->page_lg2;
	uint64_t before[TARRY_MAX_LEVELS], after[TARRY_MAX_LEVELS];
	struct tarry_hit found;
	unsigned int level;
	bool frozen;
	int err;

	if (!owner->get || !owner->put)
		return TARRY_EINVAL;
	tarry_port_read_begin();
	err = tarry_translate(s, va, &found);
	if (err && err != TARRY_EMARK)
		goto out;
	if (err == TARRY_EMARK) {
		*hit = found;
		goto out;
	}
	/* rule: one-load: everything below is decided on this path */
	level = trace(b, va_bits_of(f, va), before, &frozen);
	err = TARRY_EAGAIN;
	if (frozen || level != found.level || !f->present(before[level], level))
		goto out;
	err = TARRY_EACCES;
	if (lacking(f->leaf_rights(before[level], level), access))
		goto out;
	found.entry = before[level];
	found.oa = leaf_oa_at(f, before[level], level, va);
	err = TARRY_EBUSY;
	if (owner->get(owner->ctx, found.oa & ~(page - 1), page) < 0)
		goto out;
	/* Z17: whoever changes the structure freezes the slot, and then samples
	 * the references; we took the reference, and now look at the slots.
	 * One of the two sees the other.  Pairs with entry_exchange(). */
	tarry_fence(TARRY_SEQ_CST);
	err = 0;
	if (trace(b, va_bits_of(f, va), after, &frozen) != level ||
	    !tarry_port_recheck(same_path(f, before, after, level))) {
		owner->put(owner->ctx, found.oa & ~(page - 1), page);
		err = TARRY_EAGAIN;
	} else {
		*hit = found;
	}
out:
	tarry_port_read_end();
	return err;
}

void tarry_unpin(struct tarry_space *s, const struct tarry_hit *hit)
{
	struct tarry_body *b = tarry_body(s);
	uint64_t page = 1ull << facts(b->format)->page_lg2;

	b->pool->owner.put(b->pool->owner.ctx, hit->oa & ~(page - 1), page);
}

int tarry_fault(struct tarry_space *s, tarry_va va, tarry_rights access)
{
	struct tarry_body *b = tarry_body(s);
	const struct tarry_format *f = facts(b->format);
	uint64_t path[TARRY_MAX_LEVELS], e;
	unsigned int level;
	bool frozen;
	int err;

	if (!va_canonical(f, va))
		return TARRY_ERANGE;
	tarry_port_read_begin();
	level = trace(b, va_bits_of(f, va), path, &frozen);
	e = path[level];
	switch (entry_kind(f, &e, level)) {
	case TARRY_LEAF:
		/* rule: freeze-then-change: hardware met the break */
		err = frozen					  ? TARRY_EAGAIN
		      : lacking(f->leaf_rights(e, level), access) ? TARRY_EACCES
								  : 0;
		break;
	case TARRY_MARK:
		err = TARRY_EMARK;
		break;
	default:
		err = frozen ? TARRY_EAGAIN : TARRY_ENOENT;
		break;
	}
	tarry_port_read_end();
	return err;
}
