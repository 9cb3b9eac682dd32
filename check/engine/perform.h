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
/* In set-up and finish. */
void perform_raw(struct op *op);
void perform_raw_begin(void);
/* Run what was deferred there. */
void perform_raw_drain(void);
/* The thread's function returned: nothing may be held or open. */
void perform_end(struct thread *t);
/* Create the thread that op->fn is; op->n is its number then (machine.c). */
void perform_spawn(struct op *op, unsigned int parent);

#endif
