/* SPDX-License-Identifier: MIT */
/*
 * Epoch readers, for a host that has no RCU.
 *
 * Time is cut into epochs by those who wait.  A reader writes the epoch that it
 * found into a word of its own, and takes it out when it leaves; a waiter
 * begins a new epoch and waits until every word is idle or of that epoch.
 *
 * A. What a waiter unlinked before is found by no reader whose word it saw idle
 *    or new: the reader's word is out before its walk begins, the unlink before
 *    the words are looked at, a full fence on each side.  One without the other
 *    is nothing.  (rule: unlink-invalidate-wait-free)
 * B. A word changes by stores that release, or that follow a full fence: who
 *    finds it idle or new has all that its owner did before.
 * C. Nesting, epoch and flags are one word, which only its owner writes.  An
 *    interrupt handler that reads on the same CPU leaves it as it was found;
 *    and where it came between the store and the fence of a section that is
 *    just beginning, it sees ENTERS and fences by itself.
 * D. Each class of walker has a word: sections, and windows with interrupts off
 *    where these are counted.  Neither waits for the other.
 *    (rule: every-walker-class)
 * E. Calls are chained through storage of the caller's, pushed without a lock,
 *    and wait together: at most one grace period is in flight, and whoever
 *    polls drives it.  (rule: retire-needs-no-memory)
 *
 * A port includes this behind its ordered access.  Written with nothing else,
 * so the checker explores this very source (check/scenarios/rule_epoch.c).
 */
#ifndef TARRY_PORT_EPOCH_H
#define TARRY_PORT_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef tarry_load
#error "a port includes epoch.h after its ordered access"
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum tarry_epoch_class {
	TARRY_EPOCH_SECTION,
	TARRY_EPOCH_WINDOW, /* interrupts off */
	TARRY_EPOCH_CLASSES
};

/* A word: the epoch above, then how it is held.  All zero is idle. */
#define TARRY_EPOCH_COUNT  0x3fffull /* nesting */
#define TARRY_EPOCH_ENTERS 0x4000ull /* stored, not yet fenced */
#define TARRY_EPOCH_ONLINE 0x8000ull /* reading until it says otherwise */
#define TARRY_EPOCH_LG2	   16

/* One for each CPU or thread; all zero at first, and memory for ever. */
struct tarry_epoch_record {
	/* By class; the owner stores, waiters load. */
	uint64_t word[TARRY_EPOCH_CLASSES];
	struct tarry_epoch_record *next; /* constant once joined */
	uint32_t lent;
} __attribute__((aligned(128)));

struct tarry_epoch_call {
	struct tarry_epoch_call *next;
	void (*fn)(struct tarry_epoch_call *);
};

/*
 * One for each kernel or process.  Records are an array, or a list that grows,
 * or both; the first two fields are set before anybody reads.
 */
struct tarry_epoch {
	struct tarry_epoch_record *fixed;
	uint64_t n_fixed;
	struct tarry_epoch_record *joined;
	uint64_t now; /* the epoch */
	/* Away from what readers load. */
	struct tarry_epoch_call *open __attribute__((aligned(128)));
	uint32_t polling;	       /* somebody is; what follows is its */
	struct tarry_epoch_call *sent; /* wait for target */
	uint64_t target;
};

/* A scenario puts an interrupt here. */
#ifndef tarry_epoch_interrupted
#define tarry_epoch_interrupted(r) ((void)(r))
#endif

/* A section or window begins; they nest. */
static inline void tarry_epoch_begin(const struct tarry_epoch *e,
				     struct tarry_epoch_record *r,
				     enum tarry_epoch_class c)
{
	uint64_t *word = &r->word[c];
	uint64_t was = tarry_load(word, TARRY_RELAXED);

	if (was) {
		/* rule: every-walker-class; pairs with tarry_epoch_passed():
		 * an online word is also how earlier sections are seen over. */
		tarry_store(word, was + 1, TARRY_RELEASE);
		if (__builtin_expect((was & TARRY_EPOCH_ENTERS) != 0, 0))
			/* As below, for a handler that came before it. */
			tarry_fence(TARRY_SEQ_CST);
		return;
	}
	/* An old epoch is right, too: its waiter waits.  In the new one what
	 * was done before it is seen: the fence below makes this an acquire. */
	was = tarry_load(&e->now, TARRY_RELAXED) << TARRY_EPOCH_LG2;
	/* rule: every-walker-class; pairs with tarry_epoch_passed(), which may
	 * find this word in place of the idle one before it. */
	tarry_store(word, was | TARRY_EPOCH_ENTERS, TARRY_RELEASE);
	tarry_epoch_interrupted(r);
	/* rule: unlink-invalidate-wait-free; pairs with the fence in
	 * tarry_epoch_advance(): the word is seen, or the unlink. */
	tarry_fence(TARRY_SEQ_CST);
	/* The fence before it makes this store a release. */
	tarry_store(word, was + 1, TARRY_RELAXED);
}

/* It ends; with the outermost, what was found is no longer held. */
static inline void tarry_epoch_end(struct tarry_epoch_record *r,
				   enum tarry_epoch_class c)
{
	uint64_t *word = &r->word[c];
	uint64_t is = tarry_load(word, TARRY_RELAXED) - 1;

	if (!(is &
	      (TARRY_EPOCH_COUNT | TARRY_EPOCH_ENTERS | TARRY_EPOCH_ONLINE)))
		is = 0;
	/* rule: unlink-invalidate-wait-free; pairs with tarry_epoch_passed():
	 * all loads of the section come before the free. */
	tarry_store(word, is, TARRY_RELEASE);
}

/* Is the owner of this record, who asks, inside? */
static inline bool tarry_epoch_inside(const struct tarry_epoch_record *r,
				      enum tarry_epoch_class c)
{
	return tarry_load(&r->word[c], TARRY_RELAXED) & TARRY_EPOCH_COUNT;
}

/*
 * Quiescent states, for a host that wants sections to cost nothing: online, a
 * record reads all the time; its sections are two plain stores, and it says now
 * and then that nothing found so far is used any more.  Outside sections.
 */
void tarry_epoch_online(const struct tarry_epoch *e,
			struct tarry_epoch_record *r);
void tarry_epoch_offline(struct tarry_epoch_record *r);
void tarry_epoch_quiesce(const struct tarry_epoch *e,
			 struct tarry_epoch_record *r);

/* A record more.  For a host whose threads come and go: lend finds one that
 * was given back, or NULL. */
void tarry_epoch_join(struct tarry_epoch *e, struct tarry_epoch_record *r);
struct tarry_epoch_record *tarry_epoch_lend(const struct tarry_epoch *e);
void tarry_epoch_give_back(struct tarry_epoch_record *r);

/* A new epoch; and is every word of the class idle, or of that epoch? */
uint64_t tarry_epoch_advance(struct tarry_epoch *e);
bool tarry_epoch_passed(const struct tarry_epoch *e, enum tarry_epoch_class c,
			uint64_t target);

/* Waits for all that are inside now; @me, not inside, is who waits. */
void tarry_epoch_wait(struct tarry_epoch *e, struct tarry_epoch_record *me,
		      enum tarry_epoch_class c);

/* @fn(@call) is called by somebody who polls, once, a grace period from now.
 * From any context. */
void tarry_epoch_defer(struct tarry_epoch *e, struct tarry_epoch_call *call,
		       void (*fn)(struct tarry_epoch_call *));

/*
 * Begins a grace period for the calls that wait, or looks whether it is over,
 * and then runs them.  Waits for nobody.  Inside a section it does nothing, so
 * that a tick may ask at any time.
 *
 * Return: does any call wait still?
 */
bool tarry_epoch_poll(struct tarry_epoch *e, struct tarry_epoch_record *me);

/* Waits until all calls deferred before have returned; polls by itself.  @b is
 * storage for this call of it, of any content. */
struct tarry_epoch_barrier {
	struct tarry_epoch_call call;
	uint32_t reached;
};
void tarry_epoch_barrier(struct tarry_epoch *e, struct tarry_epoch_record *me,
			 struct tarry_epoch_barrier *b);

#ifdef __cplusplus
}
#endif
#endif
