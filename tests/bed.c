/* SPDX-License-Identifier: MIT */
/*
 * The bed that a test lies in; see bed.h.
 */
#include "bed.h"
#include "tarry/inline.h"

const struct tarry_how small = {.levels = 1};
const struct tarry_how deposit = {.flags = TARRY_DEPOSIT};
const struct tarry_how no_alloc = {.flags = TARRY_NO_ALLOC};

/* ---- the owner ---- */

int copy_nothing(void *ctx, const struct tarry_piece *pieces, size_t n)
{
	(void)ctx, (void)pieces, (void)n;
	return 0;
}

static int owner_get(void *ctx, tarry_oa oa, uint64_t len)
{
	struct owner_log *o = ctx;
	int err = 0;

	(void)oa;
	pthread_mutex_lock(&o->lock);
	if (o->refuse_after >= 0 && o->gets >= (uint64_t)o->refuse_after) {
		err = -1;
	} else {
		o->gets++;
		o->got_bytes += len;
	}
	pthread_mutex_unlock(&o->lock);
	return err;
}

static void owner_put(void *ctx, tarry_oa oa, uint64_t len)
{
	struct owner_log *o = ctx;

	(void)oa;
	pthread_mutex_lock(&o->lock);
	o->puts++;
	o->put_bytes += len;
	pthread_mutex_unlock(&o->lock);
}

static void owner_release(void *ctx, tarry_oa oa, uint64_t len,
			  tarry_rights rights)
{
	struct owner_log *o = ctx;

	pthread_mutex_lock(&o->lock);
	if (o->releases < BED_RUNS)
		o->runs[o->releases] = (struct tarry_run){
			.oa = oa, .len = len, .rights = rights};
	o->releases++;
	o->released_bytes += len;
	pthread_mutex_unlock(&o->lock);
}

/* ---- open and close ---- */

void bed_open_with(struct bed *b, const char *format,
		   const struct tarry_pool_config *config, unsigned int flags)
{
	struct tarry_pool_config c = *config;

	memset(b, 0, sizeof(*b));
	pthread_mutex_init(&b->owner.lock, NULL);
	b->owner.refuse_after = -1;
	b->format = tarry_format_by_name(format);
	assert_non_null(b->format);
	if (!c.format)
		c.format = b->format;
	if (!c.owner.get && !c.owner.put && !c.owner.release)
		c.owner = (struct tarry_owner){.get = owner_get,
					       .put = owner_put,
					       .release = owner_release,
					       .ctx = &b->owner};
	if (c.base)
		b->window = (intptr_t)c.base - (intptr_t)c.oa;
	assert_int_equal(tarry_pool_create(&c, &b->pool), 0);
	assert_int_equal(
		tarry_space_create(b->pool, b->format, flags, &b->space), 0);
}

void bed_open(struct bed *b, const char *format, unsigned int flags)
{
	bed_open_with(b, format, &(struct tarry_pool_config){0}, flags);
}

void bed_second_space(struct bed *b, unsigned int flags)
{
	assert_int_equal(
		tarry_space_create(b->pool, b->format, flags, &b->other), 0);
}

void bed_close_pool(struct bed *b)
{
	struct tarry_pool_stats stats;

	tarry_pool_drain(b->pool);
	tarry_pool_stats(b->pool, &stats);
	assert_int_equal(stats.waiting, 0);
	assert_int_equal(stats.waiting_bytes, 0);
	assert_int_equal(stats.waiting_pages, 0);
	assert_int_equal(stats.kept, 0);
	assert_int_equal(stats.kept_bytes, 0);
	assert_int_equal(stats.lost_bytes, 0);
	assert_int_equal(stats.table_bytes, 0);
	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		assert_int_equal(stats.tables[l], 0);
	assert_int_equal(tarry_pool_destroy(b->pool), 0);
	pthread_mutex_destroy(&b->owner.lock);
}

void bed_close(struct bed *b)
{
	assert_sound(b->space);
	assert_int_equal(tarry_space_destroy(b->space), 0);
	if (b->other) {
		assert_sound(b->other);
		assert_int_equal(tarry_space_destroy(b->other), 0);
	}
	bed_close_pool(b);
}

/* ---- looking ---- */

uint64_t bed_tables(struct tarry_space *s)
{
	struct tarry_space_stats stats;
	uint64_t n = 0;

	tarry_space_stats(s, &stats);
	for (unsigned int l = 0; l < TARRY_MAX_LEVELS; l++)
		n += stats.tables[l];
	return n;
}

uint64_t bed_spares(struct tarry_space *s)
{
	struct tarry_space_stats stats;

	tarry_space_stats(s, &stats);
	return stats.spares;
}

int look(struct tarry_space *s, tarry_va va, struct tarry_hit *hit)
{
	int err;

	tarry_read_begin();
	err = tarry_translate(s, va, hit);
	tarry_read_end();
	return err;
}

void assert_maps_to(struct tarry_space *s, tarry_va va, tarry_oa oa)
{
	struct tarry_hit hit;

	assert_int_equal(look(s, va, &hit), 0);
	assert_int_equal(hit.oa, oa);
}

void assert_leaf(struct tarry_space *s, tarry_va va, tarry_oa oa,
		 unsigned int level, tarry_rights rights)
{
	const struct tarry_format *f = tarry_space_format(s);
	uint64_t size = 1ull << f->span_lg2[level];
	struct tarry_hit hit;

	assert_int_equal(look(s, va, &hit), 0);
	assert_int_equal(hit.oa, oa);
	assert_int_equal(hit.level, level);
	assert_int_equal(hit.len, size - (va & (size - 1)));
	assert_int_equal(tarry_hit_rights(s, &hit) & ~AD, rights & ~AD);
}

void assert_hole(struct tarry_space *s, tarry_va va)
{
	struct tarry_hit hit;

	assert_int_equal(look(s, va, &hit), TARRY_ENOENT);
}

void assert_marked(struct tarry_space *s, tarry_va va, uint64_t payload)
{
	struct tarry_hit hit;

	assert_int_equal(look(s, va, &hit), TARRY_EMARK);
	assert_int_equal(hit.oa, payload);
}

void assert_sound(struct tarry_space *s)
{
	const char *what = NULL;

	if (tarry_space_check(s, &what))
		fail_msg("damage: %s", what ? what : "(no sentence)");
}

/* ---- the hardware's side ---- */

static uint64_t entry_at(const struct bed *b, const uint64_t *slot)
{
	return tarry_entry_order(b->format, tarry_load(slot, TARRY_ACQUIRE));
}

static unsigned int index_of(const struct tarry_format *f, tarry_va va,
			     unsigned int level)
{
	return va >> f->span_lg2[level] & ((1u << f->index_lg2[level]) - 1);
}

uint64_t *slot_of(struct bed *b, struct tarry_space *s, tarry_va va,
		  unsigned int level)
{
	const struct tarry_format *f = b->format;
	tarry_oa table = tarry_space_root(s);

	for (unsigned int l = f->levels - 1;; l--) {
		uint64_t *slot =
			(uint64_t *)(uintptr_t)((intptr_t)table + b->window) +
			index_of(f, va, l);
		uint64_t e;

		if (l == level)
			return slot;
		e = entry_at(b, slot);
		if (f->frozen(e, l))
			e = f->thaw(e, l);
		if (!f->present(e, l) || f->leaf(e, l))
			return NULL;
		table = f->table_oa(e);
	}
}

uint64_t slot_value(struct bed *b, struct tarry_space *s, tarry_va va,
		    unsigned int level)
{
	uint64_t *slot = slot_of(b, s, va, level);

	assert_non_null(slot);
	return entry_at(b, slot);
}

static uint64_t *hardware_leaf(struct bed *b, struct tarry_space *s,
			       tarry_va va, unsigned int *level)
{
	const struct tarry_format *f = b->format;
	tarry_oa table = tarry_space_root(s);

	for (unsigned int l = f->levels - 1;; l--) {
		uint64_t *slot =
			(uint64_t *)(uintptr_t)((intptr_t)table + b->window) +
			index_of(f, va, l);
		uint64_t e = entry_at(b, slot);

		if (!f->present(e, l))
			return NULL;
		if (f->leaf(e, l)) {
			*level = l;
			return slot;
		}
		table = f->table_oa(e);
	}
}

bool hardware_walk(struct bed *b, struct tarry_space *s, tarry_va va,
		   uint64_t *entry, unsigned int *level)
{
	unsigned int l;
	uint64_t *slot = hardware_leaf(b, s, va, &l);

	if (!slot)
		return false;
	*entry = entry_at(b, slot);
	if (level)
		*level = l;
	return b->format->present(*entry, l);
}

bool hardware_touch(struct bed *b, struct tarry_space *s, tarry_va va,
		    tarry_rights accessed_dirty)
{
	const struct tarry_format *f = b->format;
	unsigned int level;
	uint64_t *slot = hardware_leaf(b, s, va, &level);
	uint64_t raw, e;

	if (!slot)
		return false;
	raw = tarry_load(slot, TARRY_RELAXED);
	do {
		e = tarry_entry_order(f, raw);
		if (!f->present(e, level))
			return false;
		e = f->set_accessed_dirty(
			e, level,
			(f->leaf_rights(e, level) | accessed_dirty) & AD);
	} while (
		!tarry_cas(slot, &raw, tarry_entry_order(f, e), TARRY_ACQ_REL));
	return true;
}

/* ---- sitter ---- */

static void *sitter_run(void *arg)
{
	struct sitter *r = arg;

	tarry_thread_begin();
	tarry_read_begin();
	if (r->first)
		r->first(r->ctx);
	pthread_mutex_lock(&r->lock);
	r->state = SITTER_SITS;
	pthread_cond_broadcast(&r->moved);
	while (r->state != SITTER_LEAVES)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	if (r->last)
		r->last(r->ctx);
	tarry_read_end();
	tarry_thread_end();
	return NULL;
}

void sitter_begin(struct sitter *r)
{
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	r->state = SITTER_STARTS;
	assert_int_equal(pthread_create(&r->thread, NULL, sitter_run, r), 0);
	pthread_mutex_lock(&r->lock);
	while (r->state != SITTER_SITS)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
}

void sitter_end(struct sitter *r)
{
	pthread_mutex_lock(&r->lock);
	r->state = SITTER_LEAVES;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

/* ---- probe ---- */

static void probe_send(struct tarry_listener *l, const struct tarry_span *spans,
		       unsigned int n)
{
	struct probe *p = (struct probe *)l;

	p->sends++;
	for (unsigned int i = 0; i < n && p->n < 64; i++)
		p->spans[p->n++] = spans[i];
	if (p->send)
		p->send(p, spans, n);
}

static bool probe_wait(struct tarry_listener *l)
{
	struct probe *p = (struct probe *)l;

	p->waits++;
	return !p->deaf && (!p->deaf_after || p->sends <= p->deaf_after);
}

void probe_listen(struct probe *p, struct bed *b, struct tarry_space *s)
{
	_Static_assert(offsetof(struct probe, listener) == 0, "cast in send()");
	p->listener.send = probe_send;
	p->listener.wait = probe_wait;
	p->bed = b;
	assert_int_equal(tarry_listen(s, &p->listener), 0);
}

void probe_unlisten(struct probe *p, struct tarry_space *s)
{
	assert_int_equal(tarry_unlisten(s, &p->listener), 0);
}

bool probe_heard(const struct probe *p, tarry_va va, uint64_t len)
{
	while (len) {
		uint64_t step = 0;

		for (unsigned int i = 0; i < p->n; i++) {
			const struct tarry_span *s = &p->spans[i];

			if (!s->len)
				return true;
			if (va - s->va < s->len) {
				step = s->len - (va - s->va);
				break;
			}
		}
		if (!step)
			return false;
		if (step >= len)
			return true;
		va += step;
		len -= step;
	}
	return true;
}
