/* SPDX-License-Identifier: MIT */
/*
 * Doing one event, under sequential consistency.
 */
#ifndef CHECK_PERFORM_H
#define CHECK_PERFORM_H

#include "machine.h"

/* @t now waits to do @op. */
void perform_announce(struct thread *t, struct op *op);
/* It was picked. */
void perform(struct thread *t, struct op *op);
/* @t holds one lock more, or less: it must hold it. */
void perform_locked(struct thread *t, const struct op *op);
void perform_unlocked(struct thread *t, const struct op *op);
/* @t is about to wait for that lock: it must not hold it. */
void perform_lock_allowed(const struct thread *t, const struct op *op);
/* The thread's function returned: nothing may be held or open. */
void perform_end(struct thread *t);
/* Create the thread that op->fn is; op->n is its number then (machine.c). */
void perform_spawn(struct op *op, unsigned int parent);

/* ---- depend.c ---- */

/* @t now depends on what its event, with these touches, depends on. */
void depend_order(struct thread *t, unsigned int tid, const struct op *op,
		  const struct touch *touches, unsigned int n);
/* The cells remember the event. */
void depend_mark(struct thread *t, unsigned int tid,
		 const struct touch *touches, unsigned int n);
/* A loop of @t hangs on that cell; a write to it lets the loop go on. */
void depend_watch(struct thread *t, struct cell *c);
void depend_wake(const struct cell *c);

/* ---- section.c ---- */

void section_begin(struct thread *t, const struct op *op);
/* One less is open; true: it was the outermost. */
bool section_leave(struct thread *t, const struct op *op);
void section_end(struct thread *t, unsigned int tid, const struct op *op);
/* A wait inside a section that it waits for never ends. */
void section_wait_allowed(const struct thread *t, const struct op *op);
/* A ticket of the class of the wait, with nothing on it yet. */
unsigned int section_ticket(struct thread *t, const struct op *op);
/* Begin to wait for all that are open; its ticket. */
unsigned int section_wait(struct thread *t, const struct op *op);
bool section_wait_over(const struct ticket *k);
void section_wait_join(struct thread *t, const struct ticket *k);
void section_barrier_allowed(const struct thread *t, const struct op *op);
void section_barrier_begin(struct thread *t, unsigned int tid);
void section_barrier_end(struct thread *t);

/* ---- raw.c: in set-up and finish ---- */

void perform_raw(struct op *op);
void perform_raw_begin(void);
/* Run what was deferred there. */
void perform_raw_drain(void);

#endif
