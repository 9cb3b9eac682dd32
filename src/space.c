/* SPDX-License-Identifier: MIT */
/*
 * The life of a space.  It lives in a page of its pool, and dies as its tables
 * do: through the retire queue, so that a reader that still holds it in a
 * section can go on.
 */
#include "range.h"

/* Do entries and tables of the one fit where the other's do? */
static bool same_family(const struct tarry_format *a,
			const struct tarry_format *b)
{
	if (a->make_leaf != b->make_leaf || a->backing_lg2 != b->backing_lg2)
		return false;
	for (unsigned int i = 0; i < a->levels && i < b->levels; i++)
		if (a->table_lg2[i] != b->table_lg2[i])
			return false;
	return true;
}

static uint32_t body_alloc(struct tarry_pool *pool)
{
	uint64_t bytes = 1ull << pool->page_lg2;
	uint32_t index = 0;
	bool zero;

	_Static_assert(sizeof(struct tarry_body) <= 4096, "a page holds it");
	lock_take(&pool->lock, TARRY_RANK_POOL);
	if (tarry_port_admit(bytes) && pool->table_bytes + bytes <= pool->limit)
		index = tarry_block_alloc(pool, 0, &zero);
	if (index) {
		pool->table_bytes += bytes;
		pool->spaces++;
		page_at(pool, index)->table.level = TARRY_LEVEL_BODY;
	} else {
		pool->failed++;
	}
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	return index << pool->fragment_shift;
}

int tarry_space_create(struct tarry_pool *pool, const struct tarry_format *f,
		       unsigned int flags, struct tarry_space **out)
{
	uint32_t id, root;
	struct tarry_body *b;
	struct tarry_table *t;

	if (flags & ~(unsigned int)(TARRY_SPACE_HARDWARE | TARRY_SPACE_RELEASE |
				    TARRY_SPACE_KEEP_TABLES | TARRY_SPACE_RUNS |
				    TARRY_SPACE_NO_SNOOP))
		return TARRY_EINVAL;
	if ((flags & TARRY_SPACE_NO_SNOOP) && !TARRY_PORT_CLEANS)
		return TARRY_EINVAL;
	if (!f || !same_family(f, pool->format) || !tarry_calls_of(f))
		return TARRY_EFORMAT;
	id = body_alloc(pool);
	if (!id)
		return TARRY_ENOMEM;
	root = tarry_table_alloc(pool, f, f->levels - 1);
	if (!root) {
		lock_take(&pool->lock, TARRY_RANK_POOL);
		pool->spaces--;
		lock_drop(&pool->lock, TARRY_RANK_POOL);
		tarry_table_free_chain(pool, id);
		return TARRY_ENOMEM;
	}
	tarry_table_blank(pool, f, root);
	t = table_of_id(pool, root);
	t->index = 0;
	table_becomes(t, TARRY_STATE_ATTACHED);

	b = (struct tarry_body *)(pool->window + oa_of_id(pool, id));
	__builtin_memset(b, 0, sizeof(*b));
	b->face.calls = tarry_calls_of(f);
	b->face.window = pool->window;
	b->format = f;
	b->pool = pool;
	b->flags = flags;
	gather_clean_table(b, root);
	/* rule: root-in-one-word, publish-after-fill; pairs with the load of
	 * the root in translate.c and range.c. */
	tarry_store(&b->face.root, oa_of_id(pool, root) | f->levels,
		    TARRY_RELEASE);
	table_becomes(table_of_id(pool, id), TARRY_STATE_ATTACHED);
	*out = &b->face;
	return 0;
}

int tarry_space_destroy(struct tarry_space *s)
{
	struct tarry_body *b = tarry_body(s);
	struct tarry_pool *pool = b->pool;
	const struct tarry_format *f = facts(b->format);
	struct tarry_gather g;
	struct tarry_op op;
	struct tarry_table *t;
	tarry_oa root = tarry_space_root(s);
	uint32_t id = id_of_oa(pool, (uintptr_t)b - pool->window);
	uint32_t open;
	int err;

	lock_none_held();
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	open = tarry_load(&b->open_gathers, TARRY_RELAXED) - b->kept.gathers;
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	if (open)
		return TARRY_EBUSY;
	/* rule: unlink-invalidate-wait-free.  Nobody begins a walk any more
	 * but readers in their sections: for caches, the tree was unlinked
	 * before the call, by whoever took the root away from the hardware.
	 * First, so that an error means that nothing changed. */
	err = tarry_gather_settle(b, true);
	if (err)
		return err;
	tarry_op_begin(&op, s, 0, span_of(f, f->levels - 1), NULL);
	tarry_port_read_begin();
	/* The root stays where it is: a reader that found the space in its
	 * section may still begin a walk. */
	tarry_detach_subtree(&op, root, f->levels - 1, detached_state(b),
			     false);
	tarry_port_read_end();
	tarry_op_end(&op);
	tarry_store(&b->listeners, NULL, TARRY_RELAXED);

	/* The page of the space itself goes the same way, last. */
	t = table_of_id(pool, id);
	table_lock(t);
	table_becomes(t, TARRY_STATE_DETACHED);
	table_unlock(t);
	gather_table(pool, op.g, t, id);
	g = op.own;
	lock_take(&pool->lock, TARRY_RANK_POOL);
	pool->spaces--;
	lock_drop(&pool->lock, TARRY_RANK_POOL);
	/* rule: retire-needs-no-owner: from here on the pool is enough */
	return tarry_gather_finish(&g, true);
}

tarry_oa tarry_space_root(const struct tarry_space *s)
{
	return tarry_load(&s->root, TARRY_ACQUIRE) & ~TARRY_ROOT_LEVELS;
}

const struct tarry_format *tarry_space_format(const struct tarry_space *s)
{
	return ((const struct tarry_body *)s)->format;
}
