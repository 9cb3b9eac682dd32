/* SPDX-License-Identifier: MIT */
/*
 * A writer's change: a range of one stripe, what the library answered, what
 * the records say from then on.
 *
 * In a stripe of its own the writer knows what every call must return, makes
 * the records follow, and looks at the range afterwards.  In a shared stripe it
 * keeps no records: any of the documented errors that a race can bring is
 * legal there.
 */
#ifndef STRESS_CHANGE_H
#define STRESS_CHANGE_H

#include "stress_check.h"

struct writer {
	struct stress_thread *t;
	struct stress *run;
	uint32_t *owned, *shared; /* stripes */
	uint32_t n_owned, n_shared;
	/* Takes all the memory there is, so that others find none. */
	struct tarry_stock hog;
	bool hogging;
	uint32_t kept_runs; /* most that is kept on its behalf */
	uint8_t *giant;	    /* what is known of each page of its giant leaf */
	uint64_t changes;
};

/* Pages [first, first + n) of the plan at one place of their stripe. */
struct change_range {
	const struct plan_stripe *stripe;
	bool owned, away;
	uint32_t first, n;
	tarry_va va;
	uint64_t len;
};

enum extent { EXTENT_PAGES, EXTENT_BLOCK, EXTENT_REGION };
enum what_may_go { KEEPS_MAPPINGS, TAKES_AWAY };

/* A set of results: 0 and errors. */
#define MAY(err) (1u << -(err))
#define MAY_OK	 MAY(0)
#define MAY_RACES                                                             \
	(MAY_OK | MAY(TARRY_EEXIST) | MAY(TARRY_ENOENT) | MAY(TARRY_EHOLES) | \
	 MAY(TARRY_EMIXED) | MAY(TARRY_ELEAF) | MAY(TARRY_EBUSY))

/* False: no stripe of the kind. */
bool range_choose(struct writer *w, struct change_range *r, enum extent extent,
		  enum what_may_go goes);
/* The part of @r from page @first, @n pages. */
struct change_range range_part(const struct writer *w,
			       const struct change_range *r, uint32_t first,
			       uint32_t n);

/* Readers know from here to the end that the range changes, and may find the
 * rights @target: an index, TARGET_ANY, TARGET_NO_WRITE or PLAN_NO_TARGET. */
void range_begin(struct writer *w, const struct change_range *r,
		 uint32_t target);
/* Every page is where and what its record says: looked at by translation. */
void range_end(struct writer *w, const struct change_range *r);

/* Counts the call; a result outside of @legal is a violation.  True for 0. */
bool change_done(struct writer *w, enum change c, const struct change_range *r,
		 int err, unsigned int legal);

#define CHANGE_TIMED(w, c, call)                       \
	({                                             \
		uint64_t begin_ = clock_ticks();       \
		__typeof__(call) result_ = (call);     \
		histogram_add(&(w)->t->change_time[c], \
			      clock_ticks() - begin_); \
		result_;                               \
	})

/* ---- records of owned stripes ---- */

/* Large leaves that reach over an end of @r become small ones. */
void records_cut(struct writer *w, const struct change_range *r);
void records_clear(struct writer *w, const struct change_range *r);
bool records_any_at(struct writer *w, const struct change_range *r, bool away);
/* Nothing of the range is at its other place: a page is at one only. */
bool records_all_here(struct writer *w, const struct change_range *r);
bool records_any_large(struct writer *w, const struct change_range *r);
/* @r grown to whole blocks where its ends lie in large leaves. */
struct change_range range_around_large(struct writer *w,
				       const struct change_range *r);

static inline uint64_t record_make(uint64_t old, enum record_what what,
				   uint32_t value, unsigned int rights,
				   tarry_rights bits, bool away)
{
	return (old & RECORD_HOME) | (uint64_t)what << RECORD_WHAT_SHIFT |
	       value | (uint64_t)rights << RECORD_RIGHTS_SHIFT |
	       ((bits & TARRY_ACCESSED) ? RECORD_ACCESSED : 0) |
	       ((bits & TARRY_DIRTY) ? RECORD_DIRTY : 0) |
	       (away ? RECORD_AWAY : 0);
}

/* ---- what several changes are made of ---- */

/* Nothing of the range is mapped or marked, at either place. */
bool change_make_room(struct writer *w, const struct change_range *r);
/* Maps all of @r to consecutive pages; @levels as in struct tarry_how. */
bool change_map_run(struct writer *w, enum change c,
		    const struct change_range *r, unsigned int rights,
		    unsigned int levels, struct tarry_stock *stock);
bool change_unmap(struct writer *w, enum change c, const struct change_range *r,
		  struct tarry_gather *gather, struct tarry_stock *stock);
bool change_protect(struct writer *w, enum change c,
		    const struct change_range *r, unsigned int rights,
		    struct tarry_gather *gather, struct tarry_stock *stock);
bool change_split(struct writer *w, enum change c, const struct change_range *r,
		  struct tarry_stock *stock);
void writer_hog(struct writer *w);
void writer_unhog(struct writer *w);
tarry_rights writer_bits(struct writer *w);

/* ---- the changes, by enum change ---- */

void change_fault(struct writer *w);
void change_map(struct writer *w);
void change_map_large(struct writer *w);
void change_unmap_pages(struct writer *w);
void change_unmap_large(struct writer *w);
void change_unmap_region(struct writer *w);
void change_protect_any(struct writer *w);
void change_mark(struct writer *w);
void change_collapse(struct writer *w);
void change_collapse_copy(struct writer *w);
void change_split_any(struct writer *w);
void change_deposit(struct writer *w);
void change_retract(struct writer *w);
void change_cow(struct writer *w);
void change_migrate(struct writer *w);
void change_move(struct writer *w);
void change_clone(struct writer *w);
void change_harvest(struct writer *w);
void change_reclaim(struct writer *w);
void change_idle(struct writer *w);
void change_companion(struct writer *w);
void change_stock(struct writer *w);
void change_gather(struct writer *w);
void change_settle(struct writer *w);
void change_giant(struct writer *w);

/* Nothing is kept any more of what this writer took away. */
void writer_settle(struct writer *w);

#endif
