/* SPDX-License-Identifier: MIT */
/*
 * Coroutines, in assembly where we have it: swapcontext() makes a system call
 * for the signal mask and takes twenty times as long.
 */
#include "switch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void coroutine_create(struct coroutine *c, size_t len)
{
	char *p = mmap(NULL, len + COROUTINE_GUARD, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || mprotect(p, COROUTINE_GUARD, PROT_NONE)) {
		perror("tarry-check: no memory for a stack");
		exit(2);
	}
	c->stack = p + COROUTINE_GUARD;
	c->len = len;
	c->sp = NULL;
}

#if defined(__x86_64__) && !defined(CHECK_PORTABLE_SWITCH)

void check_switch_asm(void **save, void *load);

/* Callee-saved registers only; the floating point control words are never
 * changed by a scenario. */
__asm__(".text\n"
	".type check_switch_asm, @function\n"
	"check_switch_asm:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size check_switch_asm, .-check_switch_asm\n");

void coroutine_reset(struct coroutine *c, void (*run)(void))
{
	void **sp = (void **)(c->stack + c->len);

	/* As after a call: 16 bytes aligned but for the return address. */
	*--sp = NULL;
	*--sp = (void *)run;
	for (int i = 0; i < 6; i++)
		*--sp = NULL;
	c->sp = sp;
}

void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
	check_switch_asm(&from->sp, to->sp);
}

#elif defined(__aarch64__) && !defined(CHECK_PORTABLE_SWITCH)

void check_switch_asm(void **save, void *load);

__asm__(".text\n"
	".type check_switch_asm, %function\n"
	"check_switch_asm:\n"
	"	sub sp, sp, #176\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #176\n"
	"	ret\n"
	".size check_switch_asm, .-check_switch_asm\n");

void coroutine_reset(struct coroutine *c, void (*run)(void))
{
	void **sp = (void **)(c->stack + c->len) - 22;

	for (int i = 0; i < 22; i++)
		sp[i] = NULL;
	sp[11] = (void *)run; /* x30 */
	c->sp = sp;
}

void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
	check_switch_asm(&from->sp, to->sp);
}

#else

#include <ucontext.h>

static ucontext_t *context_of(struct coroutine *c)
{
	if (!c->sp)
		c->sp = calloc(1, sizeof(ucontext_t));
	if (!c->sp)
		abort();
	return c->sp;
}

void coroutine_reset(struct coroutine *c, void (*run)(void))
{
	ucontext_t *u = context_of(c);

	if (getcontext(u))
		abort();
	u->uc_stack.ss_sp = c->stack;
	u->uc_stack.ss_size = c->len;
	u->uc_link = NULL;
	makecontext(u, run, 0);
}

void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
	if (swapcontext(context_of(from), context_of(to)))
		abort();
}

#endif
