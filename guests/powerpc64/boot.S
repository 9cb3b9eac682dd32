/* SPDX-License-Identifier: MIT */
/*
 * The start of a powerpc64 guest on powernv: the image is at 0, big-endian;
 * every thread comes in at 0x10 with translation off, in hypervisor state.
 * Interrupts come to their vectors with translation off as well.
 */
	.machine power9
	.section .text.start, "ax"
	.globl	start
start:	nop
	. = 0x10
	b	start_thread

	/*
	 * A fault: r3 is still the frame of the access, and says where to go on.
	 * The layout is that of struct touch in machine.c.  Data: DAR and DSISR;
	 * instructions: SRR0 and SRR1.
	 *
	 * It is of an access if it was in touch_*(), or if who it was would have
	 * returned there; else the frame is none.
	 */
	.macro	fault at, va, why
	. = \at
	\va	%r6
	\why	%r7
	li	%r8, \at
	b	fault_entry
	.endm
	.macro	trap at
	. = \at
	mfdar	%r6
	li	%r8, \at
	b	trap_entry
	.endm
	.macro	address reg, of
	lis	\reg, \of@h
	ori	\reg, \reg, \of@l
	.endm
	trap	0x100
	trap	0x200
	fault	0x300, mfdar, mfdsisr
	fault	0x380, mfdar, mfdsisr
	fault	0x400, mfsrr0, mfsrr1
	fault	0x480, mfsrr0, mfsrr1
	trap	0x600
	trap	0x700
	trap	0xe00
	trap	0xe20
	trap	0xe40
	trap	0xf80
	. = 0x1000
fault_entry:
	mfsrr0	%r9
	address	%r10, touch_read
	cmpld	%r9, %r10
	blt	1f
	address	%r10, touch_end
	cmpld	%r9, %r10
	blt	2f
1:	mflr	%r9
	address	%r10, touch_executed
	cmpld	%r9, %r10
	bne	trap_entry
2:	std	%r6, 16(%r3)
	std	%r7, 8(%r3)
	li	%r6, 1
	std	%r6, 0(%r3)
	ld	%r1, 24(%r3)
	ld	%r6, 32(%r3)
	mtsrr0	%r6
	rfid
trap_entry:
	bl	set_toc
	mr	%r3, %r8
	mfsrr0	%r4
	mr	%r5, %r6
	addi	%r1, %r1, -512		/* past what a leaf function keeps there */
	bl	guest_trap
	nop

set_toc:
	lis	%r2, .TOC.@ha
	addi	%r2, %r2, .TOC.@l
	blr

start_thread:
	bl	set_toc
	mfspr	%r4, 1023		/* PIR */
	cmpdi	%r4, 0
	bne	other_thread
	lis	%r1, boot_stack@h
	ori	%r1, %r1, boot_stack@l
	addi	%r1, %r1, -256
	lis	%r4, bss_from@h
	ori	%r4, %r4, bss_from@l
	lis	%r5, bss_to@h
	ori	%r5, %r5, bss_to@l
	li	%r6, 0
1:	std	%r6, 0(%r4)
	addi	%r4, %r4, 8
	cmpld	%r4, %r5
	blt	1b
	bl	machine_main
	nop
2:	b	2b
other_thread:
	lis	%r1, other_stack@h
	ori	%r1, %r1, other_stack@l
	addi	%r1, %r1, -256
	lis	%r4, other_go@h		/* in .data: set by machine_start() */
	ori	%r4, %r4, other_go@l
3:	ld	%r5, 0(%r4)
	cmpdi	%r5, 0
	beq	3b
	isync
	bl	machine_other
	nop
4:	b	4b

	.globl	touch_read, touch_write, touch_execute
touch_read:
	mflr	%r6
	std	%r1, 24(%r3)
	std	%r6, 32(%r3)
	ld	%r7, 0(%r4)
	std	%r7, 0(%r5)
	blr
touch_write:
	mflr	%r6
	std	%r1, 24(%r3)
	std	%r6, 32(%r3)
	ld	%r7, 0(%r5)
	std	%r7, 0(%r4)
	blr
touch_execute:
	mflr	%r6
	std	%r6, 16(%r1)
	std	%r1, 24(%r3)
	address	%r7, touch_executed
	std	%r7, 32(%r3)
	mtctr	%r4
	bctrl
touch_executed:
	ld	%r6, 16(%r1)
	mtlr	%r6
	blr
touch_end:

	/* machine_msr(msr): goes on under that MSR. */
	.globl	machine_msr
machine_msr:
	mflr	%r4
	mtsrr0	%r4
	mtsrr1	%r3
	rfid

	.globl	return_code, return_code_end
return_code:
	blr
return_code_end:

	.data
	.align	3
	.globl	other_go
other_go:
	.quad	0

	.section .stacks, "aw", @nobits
	.align	8
	.skip	32768
	.globl	boot_stack
boot_stack:
	.skip	32768
other_stack:

	.section .note.GNU-stack, "", @progbits
