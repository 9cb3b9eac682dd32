/* SPDX-License-Identifier: MIT */
/*
 * Scenarios over the library itself: its tables by the pages they stand for,
 * its entries by what the toy format says (white-box: descriptors lead there).
 */
#include <stddef.h>

#include "bed.h"
#include "format/toy.h"
#include "shared.h"
#include "things.h"

bool library_used(void)
{
	const struct check_scenario *s = machine.scenario;

	for (unsigned int i = 0; i < CHECK_OBJECTS; i++)
		if (s->shared[i].at == &bed)
			return bed.space && bed.pool && bed.format;
	return false;
}

/* ---- entries ---- */

/* Does it name a table: present, or frozen for a change? */
static bool leads_to_table(uint64_t e, int level)
{
	if (level <= 0 || (e & TOY_LEAF) || !(e & TOY_ADDRESS))
		return false;
	return toy_present(e, 0) || toy_frozen(e, 0);
}

static struct thing *table_at(uint64_t oa, unsigned int i)
{
	struct thing *t = thing_at(bed.pool->window + oa, i);

	return t && t->sort == THING_TABLE ? t : NULL;
}

struct thing *library_pointed(const struct thing *in, uint64_t value,
			      unsigned int i)
{
	if (in && in->sort == THING_TABLE && leads_to_table(value, in->level))
		return table_at(value & TOY_ADDRESS, i);
	return NULL;
}

bool library_maps(const struct thing *in, uint64_t value, unsigned int page)
{
	unsigned int first = (unsigned int)((value & TOY_ADDRESS) / BED_PAGE);

	return in->sort == THING_TABLE && in->level >= 0 && value &&
	       !toy_marked(value, 0) && !leads_to_table(value, in->level) &&
	       page - first < 1u << in->level;
}

struct thing *library_root(uintptr_t addr, uint64_t value, unsigned int i)
{
	if (addr == (uintptr_t)&bed.space->root ||
	    (bed.other && addr == (uintptr_t)&bed.other->root))
		return table_at(value & ~TARRY_ROOT_LEVELS, i);
	return NULL;
}

static void say_leaf(struct phrase *p, uint64_t e, int level)
{
	unsigned int page = (unsigned int)((e & TOY_ADDRESS) / BED_PAGE);

	if (level > 0)
		phrase(p, "pages %u-%u", page, page + (1u << level) - 1);
	else
		phrase(p, "page %u", page);
	phrase(p, "%s%s%s%s%s", e & TOY_W ? " W" : "", e & TOY_X ? " X" : "",
	       e & TOY_A ? " accessed" : "", e & TOY_D ? " dirty" : "",
	       e & TOY_SPARE ? " +spare" : "");
}

static void say_entry(struct phrase *p, uint64_t e, int level, unsigned int i)
{
	const struct thing *t;

	if (!e) {
		phrase(p, "empty");
		return;
	}
	if (toy_marked(e, 0)) {
		phrase(p, "mark %#llx", (unsigned long long)toy_payload(e, 0));
		return;
	}
	if (toy_frozen(e, 0))
		phrase(p, "frozen ");
	if (!leads_to_table(e, level)) {
		say_leaf(p, e, level);
		return;
	}
	t = table_at(e & TOY_ADDRESS, i);
	if (t)
		phrase(p, "&%s", t->name);
	else
		phrase(p, "&table at %#llx",
		       (unsigned long long)(e & TOY_ADDRESS));
}

/* ---- tables and their descriptors ---- */

/* Where the descriptor of the table at @oa is; 0: nowhere.  As table_of_oa(),
 * but without the port: nothing runs here. */
static uintptr_t descriptor_of(uint64_t oa)
{
	const struct tarry_region *r = &bed.pool->regions[0];
	uint64_t page = (oa - r->oa) >> bed.pool->page_lg2;
	const struct tarry_page *p;

	if (oa < r->oa || page >= r->n_pages || !r->pages)
		return 0;
	p = page_in(r, page);
	if (!p->fragment_lg2)
		return (uintptr_t)&p->table;
	if (!memory_ours((uintptr_t)p->cut.fragments))
		return 0;
	return (uintptr_t)&p->cut
		.fragments[(oa & ((1ull << bed.pool->page_lg2) - 1)) >>
			   p->fragment_lg2];
}

static void name_table(struct thing *t, unsigned int level, unsigned int first,
		       bool root, bool other)
{
	struct phrase p = PHRASE(t->name);
	uintptr_t descriptor = descriptor_of(t->at - bed.pool->window);
	struct thing *d;

	t->level = (int)level;
	t->first = first;
	t->root = root;
	phrase(&p, "%s", other ? "second space's " : "");
	if (root)
		phrase(&p, "root table");
	else
		phrase(&p, "%stable %u-%u", level ? "upper " : "leaf ", first,
		       first + (2u << level) - 1);
	if (t->again)
		phrase(&p, " (reused)");
	if (!descriptor)
		return;
	d = thing_add(descriptor, sizeof(struct tarry_table), THING_DESCRIPTOR,
		      t->born);
	if (!d)
		return;
	p = PHRASE(d->name);
	phrase(&p, "%s", t->name);
}

/* All below a table that was not known yet. */
static void name_tree(struct thing *t, unsigned int i, bool other)
{
	for (unsigned int s = 0; t->level > 0 && s < 2; s++) {
		uint64_t e = trace_value(t->at + 8 * s, 8, i);
		struct thing *child;

		if (!leads_to_table(e, t->level))
			continue;
		child = table_at(e & TOY_ADDRESS, i);
		if (!child)
			child = thing_add(bed.pool->window + (e & TOY_ADDRESS),
					  16, THING_TABLE, SETUP_ROW);
		if (!child || child->level >= 0)
			continue;
		name_table(child, (unsigned int)t->level - 1,
			   t->first + (s << t->level), false, other);
		name_tree(child, i, other);
	}
}

static void name_space(struct tarry_space *s, bool other)
{
	struct thing *t;
	uint64_t word;

	if (!s)
		return;
	word = trace_value((uintptr_t)&s->root, 8, SETUP_ROW);
	t = thing_add((uintptr_t)s, sizeof(struct tarry_body), THING_SHARED,
		      SETUP_ROW);
	if (t)
		snprintf(t->name, sizeof(t->name), "%s",
			 other ? "second space" : "space");
	t = thing_add(bed.pool->window + (word & ~TARRY_ROOT_LEVELS), 16,
		      THING_TABLE, SETUP_ROW);
	if (!t)
		return;
	name_table(t, (unsigned int)(word & TARRY_ROOT_LEVELS) - 1, 0, true,
		   other);
	name_tree(t, SETUP_ROW, other);
}

void library_setup(void)
{
	struct thing *t =
		thing_add((uintptr_t)bed.pool, sizeof(struct tarry_pool),
			  THING_SHARED, SETUP_ROW);

	if (t)
		snprintf(t->name, sizeof(t->name), "pool");
	name_space(bed.space, false);
	name_space(bed.other, true);
}

/* A table that is put into a tree gets its name there. */
void library_row(unsigned int i)
{
	const struct row *r = trace.rows[i];
	struct thing *in, *child;

	if (!row_is_atomic(r) || !row_writes(r))
		return;
	in = thing_at(r->op.addr, i);
	if (!in || in->sort != THING_TABLE || in->level <= 0)
		return;
	child = library_pointed(in, r->after, i);
	if (!child || child->level >= 0)
		return;
	name_table(child, (unsigned int)in->level - 1,
		   in->first + ((unsigned int)((r->op.addr - in->at) / 8)
				<< in->level),
		   false, in->name[0] == 's');
	name_tree(child, i, in->name[0] == 's');
}

/* ---- words ---- */

static bool say_pool(struct phrase *p, size_t at)
{
	size_t shards = offsetof(struct tarry_pool, shards);

	if (at == offsetof(struct tarry_pool, lock)) {
		phrase(p, "pool.lock");
		return true;
	}
	if (at >= shards && !((at - shards) % sizeof(struct tarry_shard))) {
		phrase(p, "pool.shards[%zu].lock",
		       (at - shards) / sizeof(struct tarry_shard));
		return true;
	}
	return false;
}

static bool say_mmu(struct phrase *p, uintptr_t addr)
{
	for (unsigned int c = 0; c < BED_CPUS; c++) {
		uintptr_t at = addr - (uintptr_t)&bed.mmu[c];

		if (at >= sizeof(bed.mmu[c]))
			continue;
		if (at == offsetof(struct check_mmu, lock))
			phrase(p, "mmu%u.lock", c);
		else if (at == offsetof(struct check_mmu, generation))
			phrase(p, "mmu%u.generation", c);
		else if (at - offsetof(struct check_mmu, keep) <
			 sizeof(bed.mmu[c].keep))
			phrase(p, "mmu%u.tlb[%zu]", c,
			       (at - offsetof(struct check_mmu, keep)) / 8);
		else if (at - offsetof(struct check_mmu, walk) <
			 sizeof(bed.mmu[c].walk))
			phrase(p, "mmu%u.walk_cache[%zu]", c,
			       (at - offsetof(struct check_mmu, walk)) / 8);
		else
			return false;
		return true;
	}
	return false;
}

bool library_say_address(struct phrase *p, uintptr_t addr, unsigned int i)
{
	static const char *const fields[] = {"lock", "link", "state", "state"};
	const struct thing *t = thing_at(addr, i);

	if (say_mmu(p, addr))
		return true;
	if (addr - (uintptr_t)bed.pins < sizeof(bed.pins)) {
		phrase(p, "references of page %zu",
		       (addr - (uintptr_t)bed.pins) / sizeof(bed.pins[0]));
		return true;
	}
	if (addr == (uintptr_t)&bed.space->root) {
		phrase(p, "space.root");
		return true;
	}
	if (t && t->sort == THING_DESCRIPTOR) {
		phrase(p, "%s's %s", t->name, fields[(addr - t->at) / 4 % 4]);
		return true;
	}
	if (addr - (uintptr_t)bed.pool < sizeof(struct tarry_pool))
		return say_pool(p, addr - (uintptr_t)bed.pool);
	return false;
}

bool library_say_value(struct phrase *p, uintptr_t addr, uint64_t v,
		       unsigned int i)
{
	const struct thing *t = thing_at(addr, i);

	for (unsigned int c = 0; c < BED_CPUS; c++)
		if (addr - (uintptr_t)bed.mmu[c].keep <
			    sizeof(bed.mmu[c].keep) ||
		    addr - (uintptr_t)bed.mmu[c].walk <
			    sizeof(bed.mmu[c].walk)) {
			bool walk = addr >= (uintptr_t)bed.mmu[c].walk;

			if (v)
				say_entry(p, v - 1, walk, i);
			else
				phrase(p, "none");
			return true;
		}
	if (addr == (uintptr_t)&bed.space->root) {
		const struct thing *root = library_root(addr, v, i);

		phrase(p, "&%s", root ? root->name : "a table");
		return true;
	}
	if (!t || t->sort != THING_TABLE)
		return false;
	say_entry(p, v, t->level, i);
	return true;
}
