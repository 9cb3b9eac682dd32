/* SPDX-License-Identifier: MIT */
/*
 * Between the example kernel and its port.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "tarry/tarry.h"

/* Of the kernel. */
unsigned int kernel_cpus(void);
void kernel_interrupt_others(void);
void kernel_say(const char *what);

/* Of port.c. */
void kernel_answer(void);
void kernel_idle(void);
bool kernel_fault(struct tarry_space *space, tarry_va va);
struct tarry_space *kernel_space(void *ram, uint64_t physical, uint64_t len);

#endif
