/* SPDX-License-Identifier: MIT */
/*
 * A kernel of threads: what the bare port asks of its kernel, played by a
 * process.  Each thread is a CPU; a signal, where it is wanted, is its tick.
 *
 * Included before everything else (cc -include), as a kernel does it that wants
 * some of these inline.
 */
#ifndef TESTS_PORT_BARE_HOST_H
#define TESTS_PORT_BARE_HOST_H

#define TARRY_BARE_CPUS 24

/* A holder may have lost its CPU to who waits. */
void bare_host_spin(void);
#define tarry_bare_spin() bare_host_spin()

/* From here on a thread idles, and every CPU gets ticks that poll. */
void bare_host_begin(int ticks);
void bare_host_end(void);
/* How often a tick freed something, or might have. */
unsigned long bare_host_polls(void);

/* Memory for a pool: the bare port reserves none. */
void *bare_host_memory(unsigned long len);

#endif
