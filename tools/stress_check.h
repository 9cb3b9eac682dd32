/* SPDX-License-Identifier: MIT */
/*
 * The verifier of answers.
 *
 * A question is asked in three steps: note what is known of the page
 * (question_note()), ask the library, verify (question_verify()).  If the
 * block's version was even and is the same afterwards nothing changed in
 * between, and the answer must be the record's, exactly.  Else it must agree
 * with what holds for any order of events: the page lives, it is the page
 * that was asked for, a steady page is found, rights are the old or the new.
 *
 * What a section found is held until its end, and looked at again there.
 */
#ifndef STRESS_CHECK_H
#define STRESS_CHECK_H

#include "stress_run.h"

/* Also a legal target: any rights, or the old ones without TARRY_W. */
#define TARGET_ANY	(PLAN_NO_TARGET - 1)
#define TARGET_NO_WRITE (PLAN_NO_TARGET - 2)

struct question {
	uint32_t id; /* page of the plan */
	bool away;   /* asked at the twin */
	tarry_va va; /* with an offset into the page */
	uint64_t version, record;
	uint32_t target;
	enum lookup lookup;
};

#define SECTION_HOLDS 128

/* What an open read section found. */
struct section {
	unsigned int n;
	struct {
		uint64_t stamp;
		uint32_t page;
		tarry_va va;
		enum lookup lookup;
	} held[SECTION_HOLDS];
};

/* Chooses the place and the offset if @away and @offset are not given. */
void question_note(struct stress_thread *t, struct question *q, uint32_t id,
		   bool away, uint64_t offset);
/* @hit NULL: only the output address is known. */
void question_verify(struct stress_thread *t, struct question *q, int err,
		     tarry_oa oa, const struct tarry_hit *hit,
		     struct section *held);
/* The question was answered, and nothing changed meanwhile: the record is the
 * truth. */
bool question_is_exact(struct stress_thread *t, const struct question *q);

void section_begin(struct section *held);
void section_end(struct stress_thread *t, struct section *held);

/* One page of an answer: in the arena, alive, and the one asked for. */
bool check_page(struct stress_thread *t, enum lookup lookup, uint32_t id,
		tarry_va va, tarry_oa oa, struct section *held);

/* Pieces of [first, first + n) pages of the plan, of one stripe, at one place;
 * @before: versions of its blocks, noted before. */
void check_pieces(struct stress_thread *t, enum lookup lookup, uint32_t first,
		  uint32_t n, bool away, const uint64_t *before,
		  const struct tarry_piece *pieces, size_t n_pieces,
		  struct section *held);

static inline uint64_t block_version(const struct stress *run, uint32_t id)
{
	const struct plan *p = &run->plan;

	return atomic_load_explicit(&p->blocks[id / p->per_block].version,
				    memory_order_acquire);
}

static inline tarry_rights stress_rights(const struct stress *run, uint64_t r)
{
	return run->plan.rights[record_rights(r)];
}

/* Accessed and dirty may be those of another page of the same run then, or of
 * one that was. */
static inline bool has_runs(const struct stress *run)
{
	bool has = false;

	for (unsigned int l = 0; l < run->format->levels; l++)
		has |= run->format->run_lg2[l] != 0;
	return has;
}

/* Are these the expected rights? */
static inline bool rights_agree(const struct stress *run, tarry_rights found,
				tarry_rights expected)
{
	tarry_rights more = found & (TARRY_ACCESSED | TARRY_DIRTY);

	return found == expected ||
	       (found == (expected | more) && has_runs(run));
}

static inline tarry_rights record_bits(uint64_t r)
{
	return ((r & RECORD_ACCESSED) ? TARRY_ACCESSED : 0) |
	       ((r & RECORD_DIRTY) ? TARRY_DIRTY : 0);
}

#endif
