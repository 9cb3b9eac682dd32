/* SPDX-License-Identifier: MIT */
/*
 * The start of an s390x guest: DAT off, 64-bit addresses, CPU 0; CPU 1 comes by
 * a restart, with a prefix area of its own.
 */
	.machine z13
	.section .text.start, "ax"
	.globl	start
start:
	larl	%r15, boot_stack
	aghi	%r15, -160
	larl	%r1, bss_from
	larl	%r2, bss_to
	lghi	%r0, 0
1:	stg	%r0, 0(%r1)
	aghi	%r1, 8
	clgr	%r1, %r2
	jl	1b
	brasl	%r14, machine_main
2:	j	2b

	.globl	other_start
other_start:
	larl	%r15, other_stack
	aghi	%r15, -160
	brasl	%r14, machine_other
3:	j	3b

	/*
	 * A program interruption, DAT off: %r2 is still the frame of the access,
	 * and says where to go on.  The layout is that of struct touch in
	 * machine.c; code, translation-exception identification and old PSW are
	 * in the lowcore.  (PoP chapter 4, "Assigned Storage Locations")
	 *
	 * It is of an access if it was in touch_*(), or if who it was would have
	 * returned there; else the frame is none.  The old PSW may point behind
	 * the instruction; it is still in touch_*() then.
	 */
	.globl	fault_entry
fault_entry:
	lg	%r1, 0x158(%r0)
	larl	%r4, touch_read
	clgr	%r1, %r4
	jl	5f
	larl	%r4, touch_end
	clgr	%r1, %r4
	jl	6f
5:	larl	%r4, touch_executed
	clgr	%r14, %r4
	jne	trap_entry
6:	llgh	%r1, 0x8e(%r0)
	stg	%r1, 8(%r2)
	lg	%r1, 0xa8(%r0)
	stg	%r1, 16(%r2)
	lghi	%r1, 1
	stg	%r1, 0(%r2)
	lg	%r15, 24(%r2)
	lg	%r1, 32(%r2)
	stg	%r1, 0x158(%r0)
	lpswe	0x150(%r0)
trap_entry:
	llgh	%r2, 0x8e(%r0)
	lg	%r3, 0x158(%r0)
	lg	%r4, 0xa8(%r0)
	aghi	%r15, -160
	brasl	%r14, guest_trap

	.globl	touch_read, touch_write, touch_execute
touch_read:
	stg	%r15, 24(%r2)
	stg	%r14, 32(%r2)
	lg	%r1, 0(%r3)
	stg	%r1, 0(%r4)
	br	%r14
touch_write:
	stg	%r15, 24(%r2)
	stg	%r14, 32(%r2)
	lg	%r1, 0(%r4)
	stg	%r1, 0(%r3)
	br	%r14
touch_execute:
	stg	%r14, 112(%r15)
	stg	%r15, 24(%r2)
	larl	%r1, touch_executed
	stg	%r1, 32(%r2)
	basr	%r14, %r3
touch_executed:
	lg	%r14, 112(%r15)
	br	%r14
touch_end:

	.globl	return_code, return_code_end
	.align	2
return_code:
	br	%r14
return_code_end:

	.section .stacks, "aw", @nobits
	.align	8
	.skip	32768
	.globl	boot_stack
boot_stack:
	.skip	32768
other_stack:

	.section .note.GNU-stack, "", @progbits
