/* SPDX-License-Identifier: MIT */
/*
 * Threads of a hosted program.  A kernel's port knows its CPUs by itself and
 * defines these as nothing.
 */
#ifndef TARRY_THREAD_H
#define TARRY_THREAD_H

#include "tarry/port.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef tarry_thread_begin
/**
 * tarry_thread_begin() - this thread will read or write spaces
 *
 * Context: once per thread, before its first call; may sleep.
 * Locks:   none.
 * Ref:     until tarry_thread_end().
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_thread_begin(void);
#endif

#ifndef tarry_thread_end
/**
 * tarry_thread_end() - this thread is done with all spaces
 *
 * Context: outside read sections; may sleep.
 * Locks:   none.
 * Ref:     ends that of tarry_thread_begin().
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_thread_end(void);
#endif

#ifndef tarry_thread_quiesce
/**
 * tarry_thread_quiesce() - nothing found so far is used any more
 *
 * With the qsbr flavour, where read sections cost nothing, every thread must
 * call it now and then, or go offline; elsewhere it is nothing.
 *
 * Context: outside read sections; never sleeps.
 * Locks:   none.
 * Ref:     ends the life of all that was found.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_thread_quiesce(void);
#endif

#ifndef tarry_thread_offline
/**
 * tarry_thread_offline() - this thread reads nothing until it is online again
 *
 * With the qsbr flavour, to be called around anything that sleeps; elsewhere
 * it is nothing.
 *
 * Context: outside read sections; never sleeps.
 * Locks:   none.
 * Ref:     ends the life of all that was found.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_thread_offline(void);
#endif

#ifndef tarry_thread_online
/**
 * tarry_thread_online() - ends what tarry_thread_offline() began
 *
 * Context: never sleeps.
 * Locks:   none.
 * Ref:     none.
 * Rules:   every-walker-class.
 * Return:  nothing.
 */
void tarry_thread_online(void);
#endif

#ifdef __cplusplus
}
#endif
#endif
