/* SPDX-License-Identifier: MIT */
/*
 * The whole content of a bed, taken and compared; see content.h.
 */
#include "content.h"

static int content_add(void *ctx, const struct tarry_piece *piece)
{
	struct content *c = ctx;

	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->pieces = realloc(c->pieces, c->room * sizeof(*c->pieces));
		assert_non_null(c->pieces);
	}
	c->pieces[c->n++] = *piece;
	return 0;
}

static void content_space(struct content *c, struct bed *b,
			  struct tarry_space *s, unsigned int i)
{
	const struct tarry_format *f = b->format;
	uint64_t half = 1ull << (f->va_bits - 1);

	assert_sound(s);
	tarry_space_stats(s, &c->stats[i]);
	tarry_read_begin();
	assert_int_equal(tarry_iterate(s, 0, half, content_add, c), 0);
	assert_int_equal(tarry_iterate(s, f->va_signed ? -half : half, half,
				       content_add, c),
			 0);
	tarry_read_end();
}

void content_take(struct content *c, struct bed *b)
{
	memset(c, 0, sizeof(*c));
	content_space(c, b, b->space, 0);
	if (b->other)
		content_space(c, b, b->other, 1);
	tarry_pool_stats(b->pool, &c->pool);
	pthread_mutex_lock(&b->owner.lock);
	c->gets = b->owner.gets;
	c->puts = b->owner.puts;
	c->releases = b->owner.releases;
	pthread_mutex_unlock(&b->owner.lock);
}

void content_free(struct content *c)
{
	free(c->pieces);
	c->pieces = NULL;
}

void content_still(struct content *then, struct bed *b, const char *what)
{
	struct content now;

	content_take(&now, b);
	if (now.n != then->n)
		fail_msg("%s: %zu entries were %zu", what, now.n, then->n);
	for (size_t i = 0; i < now.n; i++) {
		const struct tarry_piece *p = &now.pieces[i];
		const struct tarry_piece *q = &then->pieces[i];

		if (p->va != q->va || p->len != q->len || p->oa != q->oa ||
		    p->rights != q->rights || p->kind != q->kind)
			fail_msg("%s: entry %zu: va %#jx len %#jx oa %#jx "
				 "rights %#x kind %d was va %#jx len %#jx oa "
				 "%#jx rights %#x kind %d",
				 what, i, (uintmax_t)p->va, (uintmax_t)p->len,
				 (uintmax_t)p->oa, p->rights, (int)p->kind,
				 (uintmax_t)q->va, (uintmax_t)q->len,
				 (uintmax_t)q->oa, q->rights, (int)q->kind);
	}
	if (memcmp(now.stats, then->stats, sizeof(now.stats)))
		fail_msg("%s: tables, live slots or spares changed", what);
	/* Pages that waited at the first look may be free by now. */
	if (!then->pool.waiting && !now.pool.waiting &&
	    now.pool.table_bytes != then->pool.table_bytes)
		fail_msg("%s: %ju bytes of tables were %ju", what,
			 (uintmax_t)now.pool.table_bytes,
			 (uintmax_t)then->pool.table_bytes);
	if (!then->pool.waiting)
		assert_int_equal(now.pool.retired, then->pool.retired);
	/* A clone that fails half way gives back what it took. */
	assert_int_equal(now.gets - now.puts, then->gets - then->puts);
	if (!then->pool.waiting_pages)
		assert_int_equal(now.releases, then->releases);
	content_free(&now);
	content_free(then);
}
